#include "disclosure/waiver.h"

#include <doctest/doctest.h>

#include "disclosure/fault.h"
#include "tests/disclosure/build.h"

using namespace sceau::disclosure;
using namespace sceau::disclosure::build;
using sceau::policies::Rule;

namespace {

Finding finding(Rule rule, std::vector<Coordinate> cell, const std::string& statistic,
                Verdict verdict = Verdict::fail) {
  Finding made;
  made.rule = rule;
  made.verdict = verdict;
  made.cell = std::move(cell);
  made.statistic = statistic;
  made.message = {"threshold.below", {"4", "10"}};
  return made;
}

Judgement judged(std::vector<Finding> findings) {
  Judgement judgement;
  judgement.verdict = Verdict::pass;
  for (const auto& one : findings) judgement.verdict = worst(judgement.verdict, one.verdict);
  judgement.findings = std::move(findings);
  return judgement;
}

Tabulation table(std::vector<Statistic> statistics = {count()}, Condition where = {}) {
  auto made = tabulation({"academie", "sexe"}, std::move(statistics), std::move(where));
  made.dataset = "lycees";
  return made;
}

Waiver waiver(Rule rule, const std::string& variable, std::vector<Coordinate> cell = {}) {
  return {"W-000001", "lycees", rule, variable, std::move(cell)};
}

const std::vector<Coordinate> corse_girls = {{"academie", "CORSE", false}, {"sexe", "F", false}};
const std::vector<Coordinate> corse = {{"academie", "CORSE", false}, {"sexe", std::nullopt, true}};

}  // namespace

TEST_CASE("a waived finding stays in sight and no longer counts") {
  const auto judgement =
      judged({finding(Rule::threshold, corse_girls, "count(*)"),
              finding(Rule::contributors, corse_girls, "count(*)", Verdict::review)});
  const std::vector<Waiver> waivers = {waiver(Rule::threshold, "", corse_girls)};
  const auto left = apply_waivers(judgement, table(), waivers);
  CHECK(left.verdict == Verdict::review);
  REQUIRE(left.findings.size() == 2);
  CHECK(left.findings[0].waived == "W-000001");
  CHECK(left.findings[0].verdict == Verdict::fail);
  CHECK(left.findings[1].waived.empty());
  const auto json = to_json(left, "a.csv", nullptr, 0, "en");
  CHECK(json.find("\"waived\":\"W-000001\"") != std::string::npos);
  CHECK(apply_waivers(judgement, table(), {}).verdict == Verdict::fail);
}

TEST_CASE("a waiver for a cell is for that cell alone") {
  const auto here = waiver(Rule::threshold, "", corse_girls);
  const auto it = finding(Rule::threshold, corse_girls, "count(*)");
  CHECK(covers(here, it, table()));
  CHECK_FALSE(covers(here, finding(Rule::threshold, corse, "count(*)"), table()));
  CHECK(covers(waiver(Rule::threshold, "", {{"academie", "CORSE", false}}),
               finding(Rule::threshold, corse, "count(*)"), table()));
  CHECK_FALSE(covers(waiver(Rule::threshold, "", {{"academie", "CORSE", false}}), it, table()));
  SUBCASE("not for fewer units that look like it") {
    CHECK_FALSE(covers(here, it, table({count()}, differs("serie", "g"))));
    auto filtered = count();
    filtered.filter = equals("serie", "g");
    auto narrowed = it;
    narrowed.statistic = describe(filtered);
    CHECK_FALSE(covers(here, narrowed, table({filtered})));
  }
  SUBCASE("not where another variable borrows the name") {
    auto spoofed = table();
    spoofed.dimensions[0].from = std::string("naissance");
    CHECK_FALSE(covers(here, it, spoofed));
    spoofed.dimensions[0].from = Recode{};
    CHECK_FALSE(covers(here, it, spoofed));
    auto twice = table();
    twice.dimensions.push_back({"academie", std::string("serie")});
    CHECK_FALSE(covers(here, it, twice));
  }
  SUBCASE("for counts, unless it names a variable") {
    const auto notes = table({count(), mean_of("note")});
    const auto mean = finding(Rule::threshold, corse_girls, "avg(note)");
    CHECK(covers(here, it, notes));
    CHECK_FALSE(covers(here, mean, notes));
    CHECK(covers(waiver(Rule::threshold, "note", corse_girls), mean, notes));
    CHECK_FALSE(covers(waiver(Rule::threshold, "note", corse_girls), it, notes));
    CHECK_FALSE(covers(waiver(Rule::threshold, "sexe", corse_girls), mean, notes));
  }
  SUBCASE("found under another column name") {
    auto renamed = table();
    renamed.dimensions[0].name = "region";
    auto there = it;
    there.cell[0].dimension = "region";
    CHECK(covers(here, there, renamed));
  }
  SUBCASE("not for another data set, rule or statistic") {
    auto other = table();
    other.dataset = "colleges";
    CHECK_FALSE(covers(here, it, other));
    CHECK_FALSE(covers(here, finding(Rule::dominance, corse_girls, "count(*)"), table()));
    CHECK_FALSE(covers(here, finding(Rule::threshold, corse_girls, "count(note)"), table()));
  }
}

TEST_CASE("a waiver for a variable is for what is made of it, or broken down by it") {
  const auto it = finding(Rule::dominance, corse_girls, "sum(capacite)");
  const auto note = finding(Rule::dominance, corse_girls, "avg(note)");
  const auto capacite = waiver(Rule::dominance, "capacite");
  const auto both_sums = table({sum_of("capacite"), mean_of("note")});
  CHECK(covers(capacite, it, both_sums));
  CHECK_FALSE(covers(capacite, note, both_sums));
  CHECK(covers(waiver(Rule::dominance, "sexe"), note, both_sums));
  const auto margin = finding(Rule::dominance, corse, "avg(note)");
  CHECK_FALSE(covers(waiver(Rule::dominance, "sexe"), margin, both_sums));
  CHECK_FALSE(covers(waiver(Rule::dominance, "note", corse_girls), it, both_sums));
  SUBCASE("of group disclosure, it is the sensitive variable that the finding names") {
    auto told = finding(Rule::group_disclosure, corse_girls, "count(*)");
    told.message = {"group_disclosure.share", {"sexe", "0.95", "0.90"}};
    CHECK(covers(waiver(Rule::group_disclosure, "sexe"), told, table()));
    CHECK_FALSE(covers(waiver(Rule::group_disclosure, "academie"), told, table()));
  }
  SUBCASE("of a pair or a weighted sum, it is one of two") {
    auto pair = sum_of("capacite");
    pair.function = Function::correlation;
    pair.second = "note";
    CHECK_FALSE(
        covers(capacite, finding(Rule::dominance, corse_girls, describe(pair)), table({pair})));
  }
  SUBCASE("of a ratio, both parts must be") {
    auto ratio = column(sum_of("capacite"));
    ratio.denominator = sum_of("surface");
    auto with_ratio = table({});
    with_ratio.columns = {ratio};
    const auto whole = finding(Rule::dominance, corse_girls, describe(ratio));
    CHECK_FALSE(covers(capacite, whole, with_ratio));
    with_ratio.columns[0].denominator = sum_of("capacite");
    CHECK(covers(capacite, finding(Rule::dominance, corse_girls, describe(with_ratio.columns[0])),
                 with_ratio));
  }
}

TEST_CASE("history, tabulation and the output as a whole can't be waived") {
  for (const auto rule : {Rule::history, Rule::tabulation}) {
    CHECK_FALSE(can_be_waived(rule));
    CHECK_FALSE(covers(waiver(rule, "sexe", {}), finding(rule, corse_girls, "count(*)"), table()));
  }
  CHECK(can_be_waived(Rule::threshold));
  auto derived = finding(Rule::threshold, corse_girls, "count(*)");
  derived.earlier = "R-2026-000001/1";
  CHECK_FALSE(covers(waiver(Rule::threshold, "", corse_girls), derived, table()));
  CHECK_FALSE(covers(waiver(Rule::threshold, "sexe"), finding(Rule::threshold, {}, ""), table()));
  CHECK_FALSE(covers(waiver(Rule::threshold, ""), finding(Rule::threshold, corse_girls, "count(*)"),
                     table()));
  // A verdict worse than all findings has a reason that no finding names.
  auto odd = judged({finding(Rule::threshold, corse_girls, "count(*)", Verdict::review)});
  odd.verdict = Verdict::fail;
  const std::vector<Waiver> waivers = {waiver(Rule::threshold, "sexe")};
  CHECK(apply_waivers(odd, table(), waivers).verdict == Verdict::fail);
}

TEST_CASE("a waiver's JSON comes back as it was, and nothing else is taken") {
  auto full = waiver(Rule::threshold, "note",
                     {{"academie", "CORSE", false}, {"sexe", std::nullopt, false}});
  CHECK(waiver_from_json(to_json(full)) == full);
  for (
      const std::string bad :
      {R"({})", R"([])", R"({"id":"W-1","dataset":"d","rule":"history","variable":"x","cell":[]})",
       R"({"id":"W-1","dataset":"d","rule":"threshold","variable":"","cell":[]})",
       R"({"id":"W-1","dataset":"d","rule":"threshold","variable":"x","cell":[["b","1"],["a","1"]]})",
       R"({"id":"W-1","dataset":"d","rule":"threshold","variable":"x","cell":[["a","1"],["a","2"]]})",
       R"({"id":"W-1","dataset":"d","rule":"threshold","variable":"x","cell":[], "more":1})"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS((void)waiver_from_json(bad), DisclosureError);
  }
}
