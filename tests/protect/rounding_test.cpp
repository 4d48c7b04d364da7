// Rounded tables: every table of whole numbers that would be published the same way, written down.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

#include "disclosure/exact.h"
#include "disclosure/proposal.h"
#include "disclosure/rounded_counts.h"
#include "tests/disclosure/build.h"

using namespace sceau::disclosure;
using namespace sceau::disclosure::build;
namespace policies = sceau::policies;
using policies::Rule;

namespace {

policies::Policy of_three(std::int64_t base, const std::vector<Rule>& rules) {
  auto policy = only(rules);
  policy.threshold.minimum = 3;
  policy.threshold.zeros = policies::Zeros::safe;
  policy.history.minimum = 3;
  policy.rounding.base = base;
  return policy;
}

std::string lines_of(const std::array<int, 4>& counts) {
  return rows_of(counts[0], "0 0") + rows_of(counts[1], "0 1") + rows_of(counts[2], "1 0") +
         rows_of(counts[3], "1 1");
}

Question asked(const Tabulation& tabulation) { return {tabulation, "p", {}, {}}; }

std::vector<std::int64_t> published(const Table& table) {
  std::vector<std::int64_t> values;
  for (const Cell& cell : table.cells) values.push_back(to_int64(cell.columns[0].value));
  return values;
}

/// What a table of four counts shows, in the order of its cells, written out again.
std::vector<std::int64_t> shown(const std::array<int, 4>& counts, int base) {
  std::array<int, 4> r{};
  for (std::size_t i = 0; i < 4; ++i) r[i] = (2 * counts[i] + base) / (2 * base) * base;
  return {r[0],        r[1],        r[0] + r[1],
          r[2],        r[3],        r[2] + r[3],
          r[0] + r[2], r[1] + r[3], r[0] + r[1] + r[2] + r[3]};
}

std::vector<std::int64_t> sums(const std::array<int, 4>& r) {
  return {r[0],        r[1],        r[0] + r[1],
          r[2],        r[3],        r[2] + r[3],
          r[0] + r[2], r[1] + r[3], r[0] + r[1] + r[2] + r[3]};
}

}  // namespace

TEST_CASE("every 2 by 2 table of counts 1..8: what rounding leaves possible is what fits") {
  const auto book = codebook({category("a"), category("b")});
  const auto policy = of_three(5, {Rule::threshold});
  std::size_t versions = 0;
  for (int number = 0; number < 4096; ++number) {
    const std::array<int, 4> counts = {1 + number % 8, 1 + number / 8 % 8, 1 + number / 64 % 8,
                                       1 + number / 512};
    CAPTURE(number);
    const auto rows = source(book, lines_of(counts));
    const Bench bench{*rows, book, policy, {}, {}};
    const auto question = asked(cube(tabulation({"a", "b"}, {count()})));
    const auto original = judged(question, bench);
    const auto proposal = propose(Way::round, question, original, bench);
    if (original.judgement.verdict == Verdict::pass) continue;
    const auto& version = std::get<Version>(proposal);
    ++versions;
    const auto& table = version.examination.table;
    REQUIRE(published(table) == shown(counts, 5));
    // Each finest count is independent of the others, so four spans say it all.
    std::array<int, 4> low = counts;
    std::array<int, 4> high = counts;
    for (std::size_t i = 0; i < 4; ++i) {
      for (int other = 0; other < 20; ++other) {
        auto changed = counts;
        changed[i] = other;
        if (shown(changed, 5) != shown(counts, 5)) continue;
        low[i] = std::min(low[i], other);
        high[i] = std::max(high[i], other);
      }
    }
    const auto possible = possible_counts(table, 0);
    for (std::size_t i = 0; i < possible.size(); ++i) {
      REQUIRE(possible[i].low == sums(low)[i]);
      REQUIRE(possible[i].high == sums(high)[i]);
      REQUIRE(possible[i].high - possible[i].low >= 2);
    }
  }
  CHECK(versions > 1000);
}

TEST_CASE("a base under five leaves too few values, and what isn't counts isn't rounded") {
  const auto book = codebook({category("a"), category("b"), integer("x")});
  const auto rows = source(book, "0 0 1\n0 1 2\n1 0 3\n1 0 4\n");
  const auto reason = [&](std::int64_t base, const Statistic& statistic) {
    const auto policy = of_three(base, {Rule::threshold});
    const Bench bench{*rows, book, policy, {}, {}};
    const auto question = asked(cube(tabulation({"a", "b"}, {statistic})));
    const auto made = propose(Way::round, question, judged(question, bench), bench);
    return std::get<Message>(made).id;
  };
  CHECK(reason(4, count()) == "protection.narrow_base");
  CHECK(reason(5, sum_of("x")) == "protection.not_counts");
}

TEST_CASE("rounding doesn't cure one school; beside other tables of its rows a person looks") {
  auto a = category("a");
  a.values = {{"0", {"zéro", "nought"}}, {"1", {"un", "one"}}};
  const auto book = codebook({a, category("b"), category("uai")}, {"uai"});
  auto policy = of_three(5, {Rule::threshold, Rule::contributors, Rule::history});
  policy.contributors.minimum = 2;
  const auto rows =
      source(book, "0 x s1\n0 x s2\n" + rows_of(4, "1 x s1") + rows_of(3, "1 x s2") + "1 z s2\n");
  const Bench bench{*rows, book, policy, {}, {}};
  const auto question = asked(tabulation({"a"}, {count()}));
  const auto made = propose(Way::round, question, judged(question, bench), bench);
  const auto& version = std::get<Version>(made);
  CHECK(version.examination.judgement.verdict == Verdict::pass);
  CHECK(version.proofs.size() == 1);
  // 7 of the 8 of "1": were both exact, the difference would be one pupil.
  Question later = asked(tabulation({}, {count()}, both(equals("a", "1"), equals("b", "x"))));
  CHECK(judged(later, bench).judgement.verdict == Verdict::pass);
  later.history.push_back({"R-1", 1, "p", false, version.examination.table.tabulation});
  CHECK(judged(later, bench).judgement.verdict == Verdict::fail);
  // A total of 11 over parts that show 5 and 10 would pin both; so would one that came first.
  Question total = asked(tabulation({}, {count()}));
  CHECK(judged(total, bench).judgement.verdict == Verdict::pass);
  total.history = later.history;
  CHECK(judged(total, bench).judgement.verdict == Verdict::review);
  Question after = question;
  after.history.push_back({"R-1", 1, "p", false, total.tabulation});
  const auto second = propose(Way::round, after, judged(after, bench), bench);
  CHECK(std::get<Version>(second).examination.judgement.verdict == Verdict::review);
  after.history = later.history;  // the same once more tells nothing new
  const auto again = propose(Way::round, after, judged(after, bench), bench);
  CHECK(std::get<Version>(again).examination.judgement.verdict == Verdict::pass);
  policy.contributors.minimum = 3;
  const auto none = propose(Way::round, question, judged(question, bench), bench);
  CHECK(std::get<Message>(none).id == "protection.still_fails");
}
