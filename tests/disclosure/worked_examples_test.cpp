// The worked examples of the design, one test each; numbers are exact.
#include <doctest/doctest.h>

#include <string>

#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

// `count` rows "code school".
Judgement judged(const policies::Codebook& book, const std::string& lines, Tabulation tabulation,
                 const policies::Policy& policy) {
  Question question;
  question.tabulation = std::move(tabulation);
  return examine(question, *source(book, lines), book, policy).judgement;
}

}  // namespace

TEST_CASE("example 1: of counts 9 and 10 under N = 10, 9 fails and 10 passes") {
  const auto book = codebook({category("sexe")});
  const auto judgement = judged(book, rows_of(9, "F") + rows_of(10, "M"),
                                tabulation({"sexe"}, {count()}), only({Rule::threshold}));
  CHECK(found(judgement, Rule::threshold) == std::vector<std::string>{"F"});
  CHECK(judgement.verdict == Verdict::fail);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].measured == 9.0);
  CHECK(judgement.findings[0].limit == 10.0);
  CHECK(judgement.findings[0].statistic == "count(*)");
  CHECK(judged(book, rows_of(10, "F") + rows_of(10, "M"), tabulation({"sexe"}, {count()}),
               only({Rule::threshold}))
            .verdict == Verdict::pass);
}

TEST_CASE(
    "example 2: a top two of exactly 0.90 fails where the limit does; a rest of exactly 0.10 "
    "passes") {
  const auto book = codebook({category("firm"), integer("x")}, {"firm"});
  auto policy = only({Rule::dominance});
  policy.dominance = {{2, {90, 2}, policies::AtLimit::fail}};
  const std::string exactly = "a 50  b 40  c 10";
  const auto sums = tabulation({}, {sum_of("x")});
  CHECK(judged(book, exactly, sums, policy).verdict == Verdict::fail);
  CHECK(judged(book, "a 50  b 39  c 11", sums, policy).verdict == Verdict::pass);
  policy.dominance[0].at_limit = policies::AtLimit::pass;
  CHECK(judged(book, exactly, sums, policy).verdict == Verdict::pass);
  CHECK(judged(book, "a 50  b 41  c 9", sums, policy).verdict == Verdict::fail);
  const auto p = only({Rule::p_percent});  // p = 0.10
  CHECK(judged(book, "a 100  b 40  c 10", sums, p).verdict == Verdict::pass);
  CHECK(judged(book, "a 100  b 40  c 9", sums, p).verdict == Verdict::fail);
}

TEST_CASE("example 3: 36.645, 8.073, 0.913, 0.913") {
  const auto book = codebook({category("firm"), decimal("x", 3)}, {"firm"});
  const std::string values = "a 36.645  b 8.073  c 0.913  d 0.913";
  const auto sums = tabulation({}, {sum_of("x")});
  auto policy = only({Rule::dominance});
  policy.dominance = {{2, {90, 2}, policies::AtLimit::pass}};
  const auto two = judged(book, values, sums, policy);
  CHECK(two.verdict == Verdict::fail);
  REQUIRE_FALSE(two.findings.empty());
  CHECK(*two.findings[0].measured == doctest::Approx(0.9608).epsilon(0.0001));
  policy.dominance = {{1, {85, 2}, policies::AtLimit::pass}};
  CHECK(judged(book, values, sums, policy).verdict == Verdict::pass);
  policy.dominance = {{1, {787, 3}, policies::AtLimit::pass}};
  CHECK(judged(book, values, sums, policy).verdict == Verdict::fail);  // 0.78735 is more
  const auto p = judged(book, values, sums, only({Rule::p_percent}));
  CHECK(p.verdict == Verdict::fail);
  REQUIRE_FALSE(p.findings.empty());
  CHECK(*p.findings[0].measured == doctest::Approx(0.0498).epsilon(0.001));
}

TEST_CASE("example 4: the mean of three known notes 5, 5, 5 of 20 pupils") {
  const auto book = codebook({category("sexe"), integer("note")});
  const auto judgement =
      judged(book, rows_of(17, "F -") + rows_of(3, "F 5"), tabulation({"sexe"}, {mean_of("note")}),
             only({Rule::threshold, Rule::homogeneity}));
  REQUIRE(judgement.findings.size() == 2);
  CHECK(judgement.findings[0].rule == Rule::threshold);
  CHECK(judgement.findings[0].measured == 3.0);
  CHECK(judgement.findings[1].rule == Rule::homogeneity);
  auto soft = only({Rule::homogeneity});
  soft.homogeneity.verdict = policies::Severity::review;
  CHECK(judged(book, rows_of(3, "F 5"), tabulation({"sexe"}, {mean_of("note")}), soft).verdict ==
        Verdict::review);
}

TEST_CASE("example 5: a table over 11 pupils, then the same without one age") {
  const auto book = codebook({category("classe"), category("age")});
  const auto rows = source(book, rows_of(10, "A 15") + "A 16\n");
  const auto policy = only({Rule::threshold, Rule::history});
  Question first;
  first.tabulation = tabulation({"classe"}, {count()});
  CHECK(examine(first, *rows, book, policy).judgement.verdict == Verdict::pass);
  Question second;
  second.tabulation = tabulation({"classe"}, {count()}, equals("age", "15"));
  CHECK(examine(second, *rows, book, policy).judgement.verdict == Verdict::pass);
  second.history = {{"R-2026-000001", 1, "", false, first.tabulation}};
  const auto judgement = examine(second, *rows, book, policy).judgement;
  CHECK(judgement.verdict == Verdict::fail);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].rule == Rule::history);
  CHECK(judgement.findings[0].measured == 1.0);
  CHECK(judgement.findings[0].earlier == "R-2026-000001/1");
  first.history = {{"R-2026-000002", 3, "", false, second.tabulation}};  // the other way round
  CHECK(examine(first, *rows, book, policy).judgement.verdict == Verdict::fail);
}

TEST_CASE(
    "example 8, first half: 26 | 4 and 15 | 18 with all margins: 4 fails, and stays known without "
    "it") {
  const auto book = codebook({category("row"), category("col")});
  const std::string lines =
      rows_of(26, "a x") + rows_of(4, "a y") + rows_of(15, "b x") + rows_of(18, "b y");
  Tabulation table = cube(tabulation({"row", "col"}, {count()}));
  const auto judgement = judged(book, lines, table, only({Rule::threshold}));
  CHECK(found(judgement, Rule::threshold) == std::vector<std::string>{"a,y"});
  // Suppressed alone, it is what lies between 30 and 26, and between 22 and 18.
  table.having_minimum = 10;
  const auto hidden = judged(book, lines, table, only({Rule::threshold, Rule::history}));
  CHECK(hidden.verdict == Verdict::fail);
  CHECK(found(hidden, Rule::history) == std::vector<std::string>{"a,x", "b,y"});
}

}  // namespace sceau::disclosure
