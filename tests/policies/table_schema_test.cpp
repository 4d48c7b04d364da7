// Codebooks to and from Table Schema: shipped ones round trip, foreign ones err on the safe side.

#include "policies/table_schema.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "policies/fault.h"
#include "policies/write.h"

using namespace sceau::policies;

namespace {

using Json = nlohmann::ordered_json;

Inferred imported(const std::string& json) {
  return read_table_schema(json, "lycees.schema.json", "", "en");
}

/// The one variable of a schema with this field.
Variable field(const std::string& json, Comments* comments = nullptr) {
  const Inferred made = imported(R"({"fields": [)" + json + "]}");
  if (comments != nullptr) *comments = made.comments;
  return parse_codebook(to_toml(made.codebook, made.comments), "c").variables.at(0);
}

std::string wrong(const std::string& json) {
  try {
    (void)imported(json);
  } catch (const PolicyError& error) {
    return error.what();
  }
  return "read";
}

std::vector<Codebook> shipped() {
  std::vector<Codebook> books;
  for (const auto& entry :
       std::filesystem::directory_iterator(SCEAU_SOURCE_DIR "/policies/codebooks")) {
    books.push_back(load_codebook(entry.path()));
  }
  return books;
}

/// As another tool would hand it back: what it doesn't know is gone.
std::string without_ours(const std::string& schema) {
  auto json = Json::parse(schema);
  const auto strip = [](Json& object) {
    std::vector<std::string> ours;
    for (const auto& [key, value] : object.items()) {
      if (key.starts_with("sceau:")) ours.push_back(key);
    }
    for (const auto& key : ours) object.erase(key);
  };
  strip(json);
  for (auto& one : json["fields"]) strip(one);
  return json.dump();
}

std::vector<std::string> codes(const Variable& variable) {
  std::vector<std::string> list;
  for (const auto& value : variable.values) list.push_back(value.code);
  return list;
}

bool same(const std::optional<Decimal>& a, const std::optional<Decimal>& b) {
  return a.has_value() == b.has_value() && (!a || compare(*a, *b) == 0);
}

constexpr const char* written = R"(
format = 1
[dataset]
name = "lycees"
title = { fr = "Élèves" }
unit = "eleve"
contributors = ["uai"]
weight = "poids"
[variables.eleve]
type = "text"
role = "identifier"
domain = "ine"
[variables.uai]
type = "category"
role = "classification"
references = "etablissements.uai"
[variables.age]
type = "integer"
role = "classification"
values = { "15" = { fr = "quinze", en = "fifteen" }, "16" = {} }
min = 15
max = 16
[variables.note]
type = "decimal"
role = "measure"
decimals = 2
min = -0.05
max = 20
missing = ["", "abs"]
label = { en = "Mark" }
[variables.sexe]
type = "category"
role = "classification"
sensitive = true
source = ["Sexe", "sexe"]
recode = { "1" = "M", "2" = "F" }
values = { "F" = { fr = "Filles" }, "M" = { en = "Boys" } }
[variables.commune]
type = "category"
role = "hidden"
parent = "departement"
pad = 5
[variables.departement]
type = "category"
role = "classification"
[variables.poids]
type = "decimal"
role = "hidden"
decimals = 3
max = 123456789.123456789
[variables.naissance]
type = "date"
role = "hidden"
)";

}  // namespace

TEST_CASE("a codebook goes out and comes back as it was, but for the rules of its files") {
  auto books = shipped();
  books.push_back(parse_codebook(written, "written"));
  REQUIRE(books.size() >= 3);
  for (auto& book : books) {
    for (const char* language : {"fr", "en"}) {
      const Inferred back =
          read_table_schema(write_table_schema(book, language), "x.json", "", language);
      auto expected = book;
      expected.files.clear();
      CHECK(to_toml(back.codebook) == to_toml(expected));
    }
  }
}

TEST_CASE("a reader that drops our properties keeps names, bounds, code lists and plain types") {
  auto books = shipped();
  books.push_back(parse_codebook(written, "written"));
  for (const auto& book : books) {
    const Inferred back = read_table_schema(without_ours(write_table_schema(book, "fr")),
                                            book.name + ".json", "", "fr");
    const auto read = parse_codebook(to_toml(back.codebook, back.comments), "back");
    CHECK(read.name == book.name);
    REQUIRE(read.variables.size() == book.variables.size());
    for (std::size_t i = 0; i < book.variables.size(); ++i) {
      const Variable& before = book.variables[i];
      const Variable& after = read.variables[i];
      INFO(before.name);
      CHECK(after.name == before.name);
      CHECK(codes(after) == codes(before));
      CHECK(after.missing == before.missing);
      CHECK(after.references == before.references);
      if (after.type == Type::category && !before.values.empty()) continue;  // of whole numbers too
      CHECK(same(after.min, before.min));
      CHECK(same(after.max, before.max));
      const bool plain =
          before.type == Type::integer || before.type == Type::decimal || before.type == Type::date;
      if (plain) CHECK(after.type == before.type);
      if (before.role == Role::identifier) CHECK(after.role == Role::hidden);
    }
  }
}

TEST_CASE("what leaves is what the standard's words mean") {
  auto book = parse_codebook(written, "w");
  book.variables[7].max = Decimal{123456789123456789, 9};
  const auto schema = Json::parse(write_table_schema(book, "fr"));
  const auto& fields = schema.at("fields");
  CHECK(fields[0].at("type") == "string");
  CHECK(fields[2].at("type") == "integer");
  CHECK(fields[2].at("constraints") == Json{{"minimum", 15}, {"maximum", 16}, {"enum", {15, 16}}});
  CHECK(fields[2].at("categories") ==
        Json::array({{{"value", 15}, {"label", "quinze"}}, {{"value", 16}}}));
  CHECK(fields[3].at("type") == "number");
  CHECK(fields[3].at("title") == "Mark");
  CHECK(fields[3].at("constraints") == Json{{"minimum", -0.05}, {"maximum", 20}});
  CHECK(fields[3].at("missingValues") == Json::array({"", "abs"}));
  CHECK(fields[4].at("constraints").at("enum") == Json::array({"F", "M"}));
  CHECK(fields[7].at("constraints").at("maximum") == "123456789.123456789");  // no double holds it
  CHECK(fields[8].at("type") == "date");
  CHECK(schema.at("foreignKeys")[0].at("reference") ==
        Json{{"resource", "etablissements"}, {"fields", {"uai"}}});
}

TEST_CASE("what a schema leaves open is taken on the side of showing less, and said") {
  Comments comments;
  CHECK(field(R"({"name": "remarque"})", &comments).role == Role::hidden);
  CHECK(comments["remarque"].size() == 1);
  CHECK(field(R"({"name": "n", "type": "integer"})").role == Role::hidden);
  const auto bounded = field(
      R"({"name": "age", "type": "integer", "constraints": {"minimum": 3, "maximum": "25"}})");
  CHECK(bounded.role == Role::measure);
  CHECK(compare(*bounded.max, {25, 0}) == 0);
  const auto key = field(R"({"name": "INE", "type": "integer", "constraints": {"unique": true}})");
  CHECK(key.role == Role::identifier);
  CHECK(key.name == "ine");
  CHECK(key.source == std::vector<std::string>{"INE"});
  const auto listed = field(R"({"name": "s", "constraints": {"enum": ["a", "b", ""]}})");
  CHECK(listed.role == Role::classification);
  CHECK(listed.sensitive);
  CHECK(codes(listed) == std::vector<std::string>{"a", "b"});
  const auto labelled =
      field(R"({"name": "s", "categories": [{"value": 1, "label": "one"}, {"value": 2}]})");
  CHECK(codes(labelled) == std::vector<std::string>{"1", "2"});
  CHECK(labelled.values[0].label.en == "one");
  const auto truth = field(R"({"name": "b", "type": "boolean", "trueValues": ["oui"]})");
  CHECK(truth.recode.at("oui") == "true");
  CHECK(truth.recode.at("0") == "false");
  CHECK(field(R"({"name": "d", "type": "date", "format": "%d/%m/%y"})").role == Role::hidden);
  CHECK(field(R"({"name": "g", "type": "geopoint"})").role == Role::hidden);
  CHECK(field(R"({"name": "x", "type": "number", "constraints": {"minimum": 0.125}})").decimals ==
        3);
  (void)field(R"({"name": "r", "constraints": {"required": true}, "rdfType": "u"})", &comments);
  CHECK(std::count(comments["r"].begin(), comments["r"].end(), "Not taken over: rdfType") == 1);
}

TEST_CASE("keys of the schema become identifiers and references") {
  const Inferred made = imported(R"({"fields": [{"name": "id"}, {"name": "UAI"}, {"name": "uai"}],
      "primaryKey": "id", "missingValues": ["", "-"],
      "foreignKeys": [{"fields": "UAI", "reference": {"resource": "Établissements", "fields": "UAI"}}]})");
  const auto book = parse_codebook(to_toml(made.codebook, made.comments), "c");
  CHECK(book.variables[0].role == Role::identifier);
  CHECK(book.variables[1].references == Reference{"etablissements", "uai"});
  CHECK(book.variables[1].type == Type::category);
  CHECK(book.variables[2].name == "uai_2");
  CHECK(book.variables[2].missing == std::vector<std::string>{"", "-"});
  CHECK(book.name == "lycees");
  CHECK(
      read_table_schema(R"({"fields": [{"name": "a"}]})", "x", "Mes Élèves", "fr").codebook.name ==
      "mes_eleves");
}

TEST_CASE("what is wrong in a schema is named by its place") {
  const auto names = [](const std::string& json, const std::string& place) {
    INFO(json);
    const auto what = wrong(json);
    INFO(what);
    CHECK(what.find(place) != std::string::npos);
  };
  names("{", "lycees.schema.json: not JSON, at byte");
  names("[]", "must be an object");
  names("{}", "fields");
  names(R"({"fields": 1})", "lycees.schema.json: fields: must be a list");
  names(R"({"fields": [{"name": "a"}, 3]})", "fields[1]: must be an object");
  names(R"({"fields": [{"type": "string"}]})", "fields[0].name");
  names(R"({"fields": [{"name": "a", "name": "b"}]})", "\"name\" stands twice");
  names(R"({"fields": [{"name": "a"}, {"name": "a"}]})", "fields[1].name");
  names(R"({"fields": [{"name": "a", "type": "number", "constraints": {"minimum": 1e300}}]})",
        "fields[0].constraints.minimum");
  names(R"({"fields": [{"name": "a", "constraints": {"enum": ["x", ["y"]]}}]})",
        "fields[0].constraints.enum[1]");
  names(R"({"fields": [{"name": "a", "constraints": {"enum": ["x", "x"]}}]})", "stands twice");
  names(R"({"fields": [{"name": "a", "sceau:role": "boss"}]})", "fields[0].sceau:role");
  names(R"({"fields": [{"name": "a", "sceau:pad": 1000}]})", "fields[0].sceau:pad");
  names(R"({"fields": [{"name": "a"}], "primaryKey": "b"})", "primaryKey");
  names(R"({"fields": [{"name": "a"}], "foreignKeys": [{"fields": "a"}]})", "foreignKeys[0]");
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += R"({"a":)";
  names(deep, "too deeply");
  names(R"({"fields": [{"name": "a"}, {"name": ")" + std::string(max_schema_bytes, 'x') + "\"}]}",
        "larger than");
}
