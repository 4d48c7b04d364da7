// Joined variables in a tabulation: their names, their one written form, and the memory of tables
// whose joined data are not there.
#include <doctest/doctest.h>

#include "disclosure/fault.h"
#include "disclosure/history.h"
#include "disclosure/tabulation.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

const Reference own{"uai", "ecoles", "uai", ""};
const Reference fixed{"uai", "ecoles", "uai", "2021.1"};

Tabulation joined() {
  Tabulation table =
      tabulation({"uai>ecoles.secteur"}, {count()}, equals("uai>ecoles@2021.1.region", "R"));
  table.references = {own, fixed};
  return table;
}

std::string why_not(const Tabulation& table) {
  std::string why;
  return can_tabulate(table, &why) ? "" : why;
}

}  // namespace

TEST_CASE("a joined variable is named by what joins it") {
  CHECK(joined_name(own, "secteur") == "uai>ecoles.secteur");
  CHECK(joined_name(fixed, "secteur") == "uai>ecoles@2021.1.secteur");
  const auto table = joined();
  const auto plain = joined_variable(table, "uai>ecoles.secteur");
  REQUIRE(plain);
  CHECK(*plain->reference == own);
  CHECK(plain->name == "secteur");
  CHECK(*joined_variable(table, "uai>ecoles@2021.1.region")->reference == fixed);
  CHECK_FALSE(joined_variable(table, "secteur"));
  for (const auto* name :
       {"uai>ecoles@2021.region", "uai>ecoles.", "uai>ecoles", ">", "sexe>x.y"}) {
    CAPTURE(name);
    CHECK_THROWS_AS((void)joined_variable(table, name), DisclosureError);
  }
  CHECK(describe(mean_of("uai>ecoles@2021.1.places")) == "avg(uai>ecoles@2021.1.places)");
}

TEST_CASE("references have one written form, and none are not written") {
  const auto json = to_json(joined());
  CHECK(json.find(R"("vintages":["1"],"references":[{"variable":"uai","dataset":"ecoles",)"
                  R"("key":"uai"},{"variable":"uai","dataset":"ecoles","key":"uai",)"
                  R"("vintage":"2021.1"}],"dimensions":)") != std::string::npos);
  CHECK(tabulation_from_json(json) == joined());
  CHECK(to_json(tabulation({"sexe"}, {count()})).find("references") == std::string::npos);
  auto none = to_json(tabulation({"sexe"}, {count()}));
  none.insert(none.find(R"("dimensions")"), R"("references":[],)");
  CHECK_THROWS_AS((void)tabulation_from_json(none), DisclosureError);
}

TEST_CASE("references that say nothing, or two things, are refused") {
  CHECK(why_not(joined()).empty());
  auto table = joined();
  table.references = {fixed, own};
  CHECK(why_not(table) == "references stand in ascending order");
  table.references = {own, own, fixed};
  CHECK(why_not(table) == "references stand in ascending order");
  table.references = {{"uai", "ecoles", "code", ""}, own, fixed};
  CHECK(why_not(table) == "one reference has two keys");
  table.references = {own};
  CHECK(why_not(table) == "a joined variable has no reference");
  table = joined();
  table.references.push_back({"uai>ecoles.uai", "x", "y", ""});
  CHECK(why_not(table) == "a reference names a variable, a data set and its key");
  table = joined();
  table.where = {};
  CHECK(why_not(table).empty());  // joined, and not named
}

TEST_CASE("an earlier table that was joined with what isn't here is review, said so") {
  const auto book = codebook({category("sexe")});
  const auto rows = source(book, "F F F F F F F F F F F F");
  Question question;
  question.project = "mine";
  question.tabulation = tabulation({"sexe"}, {count()});
  Remembered earlier{"R-2026-000007", 2, "other", false, question.tabulation};
  earlier.tabulation.references = {own};
  question.history = {earlier};
  const auto policy = only({Rule::threshold, Rule::history});
  const auto judgement = examine(question, *rows, book, policy).judgement;
  CHECK(judgement.verdict == Verdict::review);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].message ==
        Message{"history.missing_reference", {"R-2026-000007/2", "ecoles"}});
}

}  // namespace sceau::disclosure
