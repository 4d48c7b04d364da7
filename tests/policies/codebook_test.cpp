// Codebooks: what is read, in which order, and what is refused, where and with which next step.

#include "policies/codebook.h"

#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include "policies/fault.h"

using namespace sceau::policies;

namespace {

const std::string whole = R"(format = 1
[dataset]
name = "lycees"
title = { fr = "Élèves des lycées", en = "Lycée pupils" }
population = "eleves"
unit = "ine"
contributors = ["uai"]
weight = "poids"
[[files]]
match = "*2004*.csv"
encoding = "windows-1252"
decimal = ","
separator = "\t"
set = { annee = 2004 }
[variables.academie]
type = "category"
role = "classification"
source = ["academie", "Académie"]
label = { fr = "Académie", en = "Education authority" }
values = { "10" = { fr = "Lyon" }, "01" = { fr = "Paris", en = "Paris area" }, "02" = {} }
recode = { "1" = "01", "?" = "" }
pad = 2
parent = "region"
[variables.region]
type = "category"
role = "classification"
[variables.ine]
type = "text"
role = "identifier"
[variables.uai]
type = "category"
role = "classification"
references = "etablissements.uai"
sensitive = true
[variables.annee]
type = "integer"
role = "classification"
[variables.note]
type = "decimal"
role = "measure"
decimals = 2
min = 0
max = 20.5
missing = ["", "abs"]
[variables.poids]
type = "decimal"
role = "hidden"
decimals = 4
)";

std::string with(const std::string& from, const std::string& to, std::string text = whole) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Refusal {
  Fault fault = Fault::unreadable;
  std::string what;
  std::string hint;
};

Refusal refusal(const std::string& text) {
  try {
    (void)parse_codebook(text, "c.toml");
  } catch (const PolicyError& error) {
    return {error.fault(), error.what(), error.hint()};
  }
  FAIL("nothing was refused: " << text);
  return {};
}

const std::string small = R"(format = 1
[dataset]
name = "d"
[variables.sexe]
type = "category"
role = "classification"
)";

}  // namespace

TEST_CASE("a whole codebook is read, key by key, in the document's order") {
  const Codebook book = parse_codebook(whole, "c.toml");
  CHECK(book.name == "lycees");
  CHECK(book.title == Label{"Élèves des lycées", "Lycée pupils"});
  CHECK(book.population == "eleves");
  CHECK(book.unit == "ine");
  CHECK(book.contributors == std::vector<std::string>{"uai"});
  CHECK(book.weight == "poids");
  CHECK(book.source_text == whole);

  REQUIRE(book.files.size() == 1);
  CHECK(book.files[0].match == "*2004*.csv");
  CHECK(book.files[0].encoding == "windows-1252");
  CHECK(book.files[0].decimal == ',');
  CHECK(book.files[0].separator == '\t');
  CHECK(book.files[0].set == std::map<std::string, std::string>{{"annee", "2004"}});

  std::vector<std::string> order;
  for (const Variable& variable : book.variables) order.push_back(variable.name);
  CHECK(order ==
        std::vector<std::string>{"academie", "region", "ine", "uai", "annee", "note", "poids"});
  const Variable& academie = *book.find("academie");
  CHECK(academie.source == std::vector<std::string>{"academie", "Académie"});
  REQUIRE(academie.values.size() == 3);
  CHECK(academie.values[0] == CodeLabel{"10", {"Lyon", ""}});
  CHECK(academie.values[1] == CodeLabel{"01", {"Paris", "Paris area"}});
  CHECK(academie.recode.at("1") == "01");
  CHECK(academie.pad == 2);
  CHECK(academie.parent == "region");
  CHECK(academie.missing == std::vector<std::string>{""});
  CHECK(book.find("ine")->domain == "ine");
  CHECK(book.find("uai")->domain.empty());
  CHECK(book.find("uai")->sensitive);
  CHECK(book.find("uai")->references == Reference{"etablissements", "uai"});
  const Variable& note = *book.find("note");
  CHECK(note.decimals == 2);
  CHECK(note.min == Decimal{0, 0});
  CHECK(note.max == Decimal{205, 1});
  CHECK(note.missing == std::vector<std::string>{"", "abs"});
  CHECK(book.find("nothing") == nullptr);
}

TEST_CASE("what is left out has the documented default") {
  const Codebook book = parse_codebook(small, "c.toml");
  CHECK(book.population == "d");
  CHECK(book.unit == "row");
  CHECK(book.contributors.empty());
  CHECK(book.weight.empty());
  CHECK(book.variables.at(0).source.empty());
  CHECK(book.variables.at(0).missing == std::vector<std::string>{""});
}

TEST_CASE("labels fall back to the other language, then to the code") {
  const Codebook book = parse_codebook(whole, "c.toml");
  const Variable& academie = *book.find("academie");
  CHECK(label_of(academie, "01", "en") == "Paris area");
  CHECK(label_of(academie, "01", "fr") == "Paris");
  CHECK(label_of(academie, "10", "en") == "Lyon");
  CHECK(label_of(academie, "02", "en") == "02");
  CHECK(label_of(academie, "99", "fr") == "99");
}

TEST_CASE("a faulty codebook is refused with the place and the next step") {
  struct Case {
    std::string text;
    Fault fault;
    std::string what;
    std::string hint;
  };
  const std::string sexe = "role = \"classification\"\n";
  const std::vector<Case> cases = {
      // syntax
      {with("format = 1", "format = "), Fault::syntax, "c.toml:1:", ""},
      {with("decimals = 2\n", "decimals = 2\ndecimals = 3\n"), Fault::syntax, "c.toml:42:", ""},
      {with("[variables.region]", "[variables.academie]"), Fault::syntax, "c.toml:24:", ""},
      {with("Lyon", "Ly\xFFon"), Fault::syntax, "c.toml:20:", ""},
      {with("name = \"lycees\"", "name = \"lycees"), Fault::syntax, "c.toml:3:", ""},
      // format and keys
      {with("format = 1\n", ""), Fault::missing, "c.toml:1:1: format is missing", "format = 1"},
      {with("format = 1", "format = 3"), Fault::wrong_type, "c.toml:1:1: format must be 1", ""},
      {with("[dataset]", "[data]"), Fault::unknown_key, "c.toml:2:2: unknown key \"data\"", ""},
      {with("[[files]]", "[[file]]"), Fault::unknown_key, "c.toml:9:3: unknown key \"file\"",
       "did you mean \"files\"?"},
      {with("name = \"lycees\"\n", ""), Fault::missing, "c.toml:2:1: dataset.name is missing", ""},
      {with("name = \"lycees\"", "name = \"Lycées\""), Fault::wrong_type,
       "c.toml:3:1: dataset.name is \"Lycées\", which is no name", "a-z"},
      {with("population", "popluation"), Fault::unknown_key,
       "c.toml:5:1: unknown key \"dataset.popluation\"", "did you mean \"population\"?"},
      {with("role =", "rôle ="), Fault::syntax, "c.toml:17:2: not valid TOML", "in quotes"},
      {with("role =", "\"rôle\" ="), Fault::unknown_key,
       "c.toml:17:1: unknown key \"variables.academie.rôle\"", "did you mean \"role\"?"},
      {with("fr = \"Académie\"", "de = \"Académie\""), Fault::unknown_key,
       "unknown key \"variables.academie.label.de\"", "known here: fr, en"},
      {with("encoding =", "charset ="), Fault::unknown_key, "c.toml:11:1", "known here: match"},
      {"format = 1\n[dataset]\nname = \"d\"\n", Fault::missing, "variables is missing",
       "write [variables]"},
      {"format = 1\n[dataset]\nname = \"d\"\n[variables]\n", Fault::missing,
       "c.toml:4:1: the codebook names no variable", ""},
      // types
      {with("type = \"category\"", "type = \"cat\""), Fault::wrong_type,
       "c.toml:16:1: variables.academie.type is \"cat\", not category | integer", "known here"},
      {with("type = \"category\"", "type = \"categroy\""), Fault::wrong_type, "c.toml:16:1",
       "did you mean \"category\"?"},
      {with("type = \"category\"\n", ""), Fault::missing,
       "c.toml:15:1: variables.academie.type is missing", ""},
      {with("role = \"classification\"\n", ""), Fault::missing,
       "c.toml:15:1: variables.academie.role is missing", ""},
      {with("source = [\"academie\", \"Académie\"]", "source = \"academie\""), Fault::wrong_type,
       "c.toml:18:1: variables.academie.source must be a list of texts", "source = [\"…\"]"},
      {with("\"academie\", \"Académie\"", "\"academie\", 3"), Fault::wrong_type, "c.toml:18:", ""},
      {with("pad = 2", "pad = -1"), Fault::wrong_type, "c.toml:22:1", "0 to 64"},
      {with("decimals = 2", "decimals = 10"), Fault::wrong_type, "c.toml:41:1", ""},
      {with("decimals = 2\n", ""), Fault::missing, "variables.note.decimals is missing", ""},
      {with("sensitive = true", "sensitive = \"yes\""), Fault::wrong_type,
       "c.toml:34:1: variables.uai.sensitive must be true or false", ""},
      {with("min = 0", "min = \"0\""), Fault::wrong_type, "variables.note.min must be a number",
       ""},
      {with("max = 20.5", "max = nan"), Fault::wrong_type, "variables.note.max must be a number",
       ""},
      {with("label = { fr = \"Académie\", en", "label = { fr = 1, en"), Fault::wrong_type,
       "variables.academie.label.fr must be a text in quotes", ""},
      {with("references = \"etablissements.uai\"", "references = \"etablissements\""),
       Fault::wrong_type, "variables.uai.references must be \"dataset.variable\"", ""},
      {with("decimal = \",\"", "decimal = \";\""), Fault::wrong_type, "c.toml:12:1", ""},
      {with("separator = \"\\t\"", "separator = \";;\""), Fault::wrong_type, "c.toml:13:1", ""},
      {with("encoding = \"windows-1252\"", "encoding = \"latin1//TRANSLIT\""), Fault::wrong_type,
       "c.toml:11:1", "windows-1252"},
      {with("set = { annee = 2004 }", "set = { annee = [1] }"), Fault::wrong_type,
       "c.toml:14:9: files.set.annee must be a text, a number or a date", ""},
      {with("match = \"*2004*.csv\"", "match = \"in/*.csv\""), Fault::wrong_type, "c.toml:10:1",
       ""},
      {with("[variables.region]", "[variables.Région]"), Fault::syntax, "c.toml:24:", ""},
      {with("[variables.region]", "[variables.\"Région\"]"), Fault::wrong_type,
       "c.toml:24:12: \"Région\" is no name for a variable", "source = "},
      {"format = 1\n[dataset]\nname = \"d\"\n[variables]\nregion = 3\n", Fault::wrong_type,
       "c.toml:5:1: variables.region must be a table", "write [variables.region]"},
      {"format = 1\nvariables = 3\n[dataset]\nname = \"d\"\n", Fault::wrong_type,
       "c.toml:2:1: variables must be a table", ""},
      {"format = 1\nfiles = 3\n[dataset]\nname = \"d\"\n", Fault::wrong_type,
       "c.toml:2:1: files must be a list of tables", "write [[files]]"},
      // contradictions
      {with("unit = \"ine\"", "unit = \"inee\""), Fault::contradiction,
       "c.toml:6:1: dataset.unit names \"inee\", but no variable has that name",
       "did you mean \"ine\"?"},
      {with("unit = \"ine\"", "unit = \"note\""), Fault::contradiction,
       "dataset.unit is the measure note", ""},
      {with("[\"uai\"]", "[\"uai\", \"etab\"]"), Fault::contradiction,
       "c.toml:7:24: dataset.contributors names \"etab\"", "known here: academie"},
      {with("[\"uai\"]", "[\"note\"]"), Fault::contradiction, "names the measure note", ""},
      {with("[\"uai\"]", "[\"uai\", \"uai\"]"), Fault::contradiction, "names uai twice", ""},
      {with("weight = \"poids\"", "weight = \"poid\""), Fault::contradiction,
       "c.toml:8:1: dataset.weight names \"poid\"", "did you mean \"poids\"?"},
      {with("weight = \"poids\"", "weight = \"\""), Fault::contradiction, "c.toml:8:1", ""},
      {with("weight = \"poids\"", "weight = \"uai\""), Fault::contradiction, "is no number", ""},
      {with("annee = 2004", "anee = 2004"), Fault::contradiction,
       "c.toml:14:9: files.set names \"anee\"", "did you mean \"annee\"?"},
      {with("[variables.academie]", "[[files]]\nmatch = \"*2004*.csv\"\n[variables.academie]"),
       Fault::contradiction, "c.toml:16:1: files.match \"*2004*.csv\" stands twice", ""},
      {with("parent = \"region\"", "parent = \"regoin\""), Fault::contradiction,
       "c.toml:23:1: variables.academie.parent names \"regoin\"", "did you mean \"region\"?"},
      {with("parent = \"region\"", "parent = \"\""), Fault::contradiction, "c.toml:23:1", ""},
      {with("parent = \"region\"", "parent = \"academie\""), Fault::contradiction,
       "c.toml:23:1: variables.academie.parent: the hierarchy runs in a circle", ""},
      {with("[variables.ine]", "parent = \"academie\"\n[variables.ine]"), Fault::contradiction,
       "the hierarchy runs in a circle through academie", ""},
      {with("parent = \"region\"", "parent = \"note\""), Fault::contradiction,
       "made of variables of type category", "note has another type"},
      {with("[variables.region]", "[variables.vintage]"), Fault::contradiction,
       "c.toml:24:12: variables.vintage: the name is reserved", "vintage"},
      {with("[variables.region]", "[variables.row]"), Fault::contradiction, "reserved", "row"},
      {with("\"10\" = { fr = \"Lyon\" }", "\"Total\" = {}"), Fault::contradiction,
       "c.toml:20:12: variables.academie.values: \"Total\" is reserved", "margins"},
      {with("\"10\" = { fr = \"Lyon\" }", "\"NA\" = {}"), Fault::contradiction,
       "\"NA\" is reserved", "missing"},
      {with("fr = \"Lyon\"", "fr = \"Total\""), Fault::contradiction, "a label is spelled", ""},
      {with("fr = \"Lyon\"", "fr = \"Ly\\non\""), Fault::contradiction, "control character", ""},
      {with("\"10\" = ", "\"\" = "), Fault::contradiction, "a code is empty", ""},
      {with("\"10\" = ", "\"1\" = "), Fault::contradiction,
       "c.toml:20:12: variables.academie.values: \"1\" is shorter than pad = 2", "never occur"},
      {with("\"1\" = \"01\"", "\"1\" = \"11\""), Fault::contradiction,
       "c.toml:21:12: variables.academie.recode: \"11\" is not in the code list", "did you mean"},
      {with("\"1\" = \"01\"", "\"1\" = \"Total\""), Fault::contradiction, "can't be a code", ""},
      {with("\"1\" = \"01\"", "\"\" = \"01\""), Fault::contradiction, "is never recoded", ""},
      {with("pad = 2", "pad = 2\nmissing = [\"\", \"02\"]"), Fault::contradiction,
       "\"02\" is read as missing", ""},
      {with("type = \"text\"\nrole = \"identifier\"", "type = \"integer\"\nrole = \"identifier\""),
       Fault::contradiction,
       "c.toml:29:1: variables.ine.role: an identifier must have type text or category", ""},
      {with("role = \"identifier\"", "role = \"identifier\"\nsensitive = true"),
       Fault::contradiction, "variables.ine.sensitive", ""},
      {with("role = \"identifier\"", "role = \"identifier\"\nvalues = { a = {} }"),
       Fault::contradiction, "variables.ine.values", ""},
      {with("sensitive = true", "domain = \"uai\""), Fault::contradiction,
       "only identifiers have a domain", ""},
      {with("sensitive = true", "decimals = 1"), Fault::contradiction,
       "only type decimal has decimals", ""},
      {with("sensitive = true", "min = 1"), Fault::contradiction, "only numbers have a minimum",
       ""},
      {with("min = 0", "min = 21"), Fault::contradiction,
       "variables.note.min: the minimum is above the maximum", ""},
      {with("role = \"measure\"", "role = \"measure\"\npad = 3"), Fault::contradiction,
       "only categories and texts are padded", ""},
      {with("type = \"integer\"\nrole = \"classification\"", "type = \"date\"\nrole = \"measure\""),
       Fault::contradiction, "a measure must have type integer or decimal", "classification"},
      {with("references = \"etablissements.uai\"", "references = \"lycees.uaj\""),
       Fault::contradiction, "variables.uai.references names \"uaj\"", "did you mean \"uai\"?"},
      {with("references = \"etablissements.uai\"", "references = \"lycees.uai\""),
       Fault::contradiction, "can't refer to itself", ""},
      {with("[variables.region]\n", "[variables.region]\nsource = [\"academie\"]\n"),
       Fault::contradiction,
       "c.toml:25:1: variables.region.source: column \"academie\" is read by academie", ""},
      {with("[variables.region]\n", "[variables.region]\nsource = [\"\"]\n"), Fault::contradiction,
       "a column's name is empty", ""},
      {with("[variables.annee]\n", "[variables.annee]\nvalues = { \"2004a\" = {} }\n"),
       Fault::contradiction, "\"2004a\" is no whole number", ""},
      {with("[variables.note]\n", "[variables.note]\nvalues = { \"1\" = {} }\n"),
       Fault::contradiction, "a decimal has no code list", ""},
  };
  for (const Case& item : cases) {
    CAPTURE(item.what);
    const Refusal found = refusal(item.text);
    CHECK_MESSAGE(found.fault == item.fault, found.what);
    CHECK_MESSAGE(found.what.find(item.what) != std::string::npos, found.what);
    const bool helped = found.hint.find(item.hint) != std::string::npos ||
                        found.what.find(item.hint) != std::string::npos;
    CHECK_MESSAGE(helped, found.hint);
    CHECK_MESSAGE(found.what.find("c.toml:") == 0, found.what);
  }
}

TEST_CASE("256 variables pass, 257 don't") {
  std::string text = "format = 1\n[dataset]\nname = \"d\"\n";
  for (int i = 0; i < 256; ++i) {
    text += "[variables.v" + std::to_string(i) + "]\ntype = \"integer\"\nrole = \"measure\"\n";
  }
  CHECK(parse_codebook(text, "c.toml").variables.size() == 256);
  const Refusal found =
      refusal(text + "[variables.last]\ntype = \"integer\"\nrole = \"measure\"\n");
  CHECK(found.fault == Fault::contradiction);
  CHECK(found.what.find("c.toml:772:12: 257 variables") == 0);
}

TEST_CASE("a file that can't be read is refused by its name") {
  try {
    (void)load_codebook("/nonexistent/c.toml");
    FAIL("nothing was refused");
  } catch (const PolicyError& error) {
    CHECK(error.fault() == Fault::unreadable);
    CHECK(error.where() == "/nonexistent/c.toml");
  }
  try {
    (void)load_codebook("/");
    FAIL("nothing was refused");
  } catch (const PolicyError& error) {
    CHECK(error.fault() == Fault::unreadable);
  }
}

TEST_CASE("types and roles are spelled as they are read") {
  CHECK(to_string(Type::category) == "category");
  CHECK(to_string(Type::text) == "text");
  CHECK(to_string(Role::hidden) == "hidden");
}
