// Safe versions of tables that fail: what an attacker who writes down every table that fits can say
// of the hidden cells, and what a second request can take back.

#include "disclosure/proposal.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "tests/disclosure/build.h"
#include "tests/protect/enumerate.h"
#include "tests/protect/table_maker.h"

using namespace sceau::disclosure;
using namespace sceau::disclosure::build;
using namespace sceau::disclosure::test;
namespace policies = sceau::policies;
using policies::Rule;

namespace {

/// Rows × columns; a category without anybody is in no table.
struct World {
  std::vector<std::int64_t> counts;  ///< the row changes fastest
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
};

World observed(const std::array<std::int64_t, 6>& counts) {
  const auto seen = [&](std::size_t row, std::size_t column) {
    return counts[row + 2 * column] != 0;
  };
  World world;
  for (std::size_t column = 0; column < 3; ++column) {
    if (!seen(0, column) && !seen(1, column)) continue;
    ++world.columns;
    for (std::size_t row = 0; row < 2; ++row) {
      if (!seen(row, 0) && !seen(row, 1) && !seen(row, 2)) continue;
      world.counts.push_back(counts[row + 2 * column]);
    }
  }
  if (world.columns != 0) {
    world.rows = static_cast<std::uint32_t>(world.counts.size() / world.columns);
  }
  return world;
}

std::string lines_of(const World& world) {
  std::string lines;
  for (std::size_t i = 0; i < world.counts.size(); ++i) {
    const auto row = std::to_string(i % world.rows);
    const auto column = std::to_string(i / world.rows);
    lines += rows_of(static_cast<int>(world.counts[i]), row + " " + column);
  }
  return lines;
}

bool every() { return std::getenv("SCEAU_EVERY") != nullptr; }

/// No turn of rows and columns comes before it.
bool is_first_of_its_kind(const std::array<std::int64_t, 6>& counts) {
  std::array<std::size_t, 3> columns{0, 1, 2};
  do {
    for (std::size_t flip = 0; flip < 2; ++flip) {
      std::array<std::int64_t, 6> turned{};
      for (std::size_t i = 0; i < 6; ++i) turned[i] = counts[((i % 2) ^ flip) + 2 * columns[i / 2]];
      if (turned < counts) return false;
    }
  } while (std::next_permutation(columns.begin(), columns.end()));
  return true;
}

struct Attempt {
  Examination original;
  Proposal proposal;
};

Attempt attempt(const Question& question, const Source& source, const policies::Codebook& book,
                const policies::Policy& policy) {
  const Bench bench{source, book, policy, {}, {}};
  auto original = judged(question, bench);
  auto proposal = propose(Way::suppress, question, original, bench);
  return {std::move(original), std::move(proposal)};
}

/// By cell of make_table(): hidden or not.
struct Secret {
  Made made;
  CellTable table;
  Pattern pattern;
  std::vector<bool> primary;
};

Secret secret_of(const World& world, const Version& version, policies::Zeros zeros) {
  Secret secret;
  const bool published = zeros == policies::Zeros::safe;
  secret.made = {{world.rows, world.columns}, world.counts, 3, {}, published, published ? 1 : 0};
  secret.table = make_table(secret.made);
  secret.pattern.assign(secret.table.cells.size(), 0);
  secret.primary.assign(secret.table.cells.size(), false);
  const auto& cells = version.examination.table.cells;
  REQUIRE(cells.size() == secret.table.cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto code = [&](std::size_t d, std::uint32_t size) {
      return cells[i].key[d] == total ? size : static_cast<std::uint32_t>(cells[i].key[d]);
    };
    const std::array codes = {code(0, world.rows), code(1, world.columns)};
    const auto at = cell_at(secret.table, codes);
    REQUIRE(secret.table.cells[at].value == cells[i].rows);
    REQUIRE(cells[i].suppressed == (version.status[i] != CellStatus::published));
    secret.pattern[at] = cells[i].suppressed ? 1 : 0;
    secret.primary[at] = version.status[i] == CellStatus::primary;
  }
  return secret;
}

/// A count under 3 could be 3, an empty cell two, and three values at least are possible.
bool in_doubt(std::int64_t value, const Span& span) {
  return (value == 0 || span.high >= std::max<std::int64_t>(3, value)) && span.high - span.low >= 2;
}

bool all_in_doubt(const Secret& secret, std::int64_t cap) {
  const auto look = [&](const std::vector<Span>& spans, std::optional<std::size_t> insider) {
    for (std::size_t i = 0; i < spans.size(); ++i) {
      if (!secret.primary[i] || i == insider) continue;
      if (!in_doubt(secret.table.cells[i].value, spans[i])) return false;
    }
    return true;
  };
  if (!look(all_that_fit(secret.made, secret.table, secret.pattern, cap), std::nullopt))
    return false;
  if (secret.made.least > 0) return true;
  for (std::size_t i = 0; i < secret.pattern.size(); ++i) {
    if (secret.pattern[i] == 0 || secret.table.cells[i].value < 1) continue;
    if (!look(all_that_fit(secret.made, secret.table, secret.pattern, cap, Known{i, 1}), i)) {
      return false;
    }
  }
  return true;
}

bool safe_by_enumeration(const Secret& secret) {
  return all_in_doubt(secret, 5) || all_in_doubt(secret, 9);
}

/// Whether any pattern could do: all that may be hidden is.
Secret all_hidden(const World& world, policies::Zeros zeros) {
  Secret secret;
  const bool published = zeros == policies::Zeros::safe;
  secret.made = {{world.rows, world.columns}, world.counts, 3, {}, published, published ? 1 : 0};
  secret.table = make_table(secret.made);
  for (const auto& cell : secret.table.cells) {
    secret.pattern.push_back(cell.value == 0 && published ? 0 : 1);
    secret.primary.push_back(cell.primary);
  }
  return secret;
}

policies::Policy threshold_of_three(policies::Zeros zeros, const std::vector<Rule>& rules) {
  auto policy = only(rules);
  policy.threshold.minimum = 3;
  policy.threshold.zeros = zeros;
  policy.history.minimum = 3;
  return policy;
}

const policies::Codebook& two_classes() {
  static const auto book = codebook({category("a"), category("b")});
  return book;
}

Question cube_of_counts() { return {cube(tabulation({"a", "b"}, {count()})), "p", {}, {}}; }

}  // namespace

TEST_CASE("every 2 by 3 table of counts 0..4: what is proposed is safe by enumeration") {
  std::size_t versions = 0;
  std::size_t none = 0;
  std::size_t turn = 0;
  for (const auto zeros : {policies::Zeros::safe, policies::Zeros::disclosive}) {
    const auto policy = threshold_of_three(zeros, {Rule::threshold});
    for (int number = 1; number < 15'625; ++number) {
      std::array<std::int64_t, 6> counts{};
      int rest = number;
      for (auto& one : counts) {
        one = rest % 5;
        rest /= 5;
      }
      // All but turns of one another; every 29th of them unless everything is asked for.
      if (!is_first_of_its_kind(counts) || (!every() && turn++ % 29 != 0)) continue;
      CAPTURE(number);
      const auto world = observed(counts);
      const auto rows = source(two_classes(), lines_of(world));
      const auto [original, proposal] = attempt(cube_of_counts(), *rows, two_classes(), policy);
      if (original.judgement.verdict == Verdict::pass) continue;
      if (const auto* version = std::get_if<Version>(&proposal)) {
        ++versions;
        REQUIRE(version->examination.judgement.verdict != Verdict::fail);
        REQUIRE(safe_by_enumeration(secret_of(world, *version, zeros)));
        continue;
      }
      ++none;
      // Nothing but hiding all could have helped, and then there is no table left.
      const auto& reason = std::get<Message>(proposal);
      const bool nothing_left = reason.id == "protection.still_fails";
      REQUIRE((nothing_left || !safe_by_enumeration(all_hidden(world, zeros))));
    }
  }
  MESSAGE(versions << " versions, " << none << " tables without one");
  CHECK(versions > 80);
}

TEST_CASE("the same cells asked for again hide what was hidden, and what is left keeps it hidden") {
  const auto policy = threshold_of_three(policies::Zeros::safe, {Rule::threshold, Rule::history});
  const auto book = codebook({category("a"), category("b"), integer("x")});
  std::size_t seconds = 0;
  for (int number = 1; number < 15'625; number += 199) {
    std::array<std::int64_t, 6> counts{};
    int rest = number;
    for (auto& one : counts) {
      one = 2 * (rest % 5) + rest % 2;
      rest /= 5;
    }
    const auto world = observed(counts);
    std::string lines;
    for (std::size_t i = 0; i < world.counts.size(); ++i) {
      for (std::int64_t pupil = 0; pupil < world.counts[i]; ++pupil) {
        lines += std::to_string(i % world.rows) + " " + std::to_string(i / world.rows) + " " +
                 std::to_string(40 - 3 * static_cast<int>(i)) + "\n";
      }
    }
    CAPTURE(number);
    const auto rows = source(book, lines);
    const auto first = attempt(cube_of_counts(), *rows, book, policy);
    const auto* version = std::get_if<Version>(&first.proposal);
    if (version == nullptr || version->loss.gone == 0) continue;
    const auto& hidden = version->examination.table.tabulation;
    const auto verdict = version->examination.judgement.verdict;
    // With sums beside the counts other cells would be cheaper to hide.
    Question again{cube(tabulation({"a", "b"}, {count(), sum_of("x")})), "p", {}, {}};
    again.history.push_back({"R-1", 1, "p", false, hidden});
    const auto second = attempt(again, *rows, book, policy);
    if (const auto* other = std::get_if<Version>(&second.proposal)) {
      ++seconds;
      const auto& kept = other->examination.table.tabulation.hidden;
      REQUIRE(std::includes(kept.begin(), kept.end(), hidden.hidden.begin(), hidden.hidden.end()));
    }
    // The version itself, once more, tells nothing that it didn't tell before.
    const Question same{hidden, "p", {{"R-1", 1, "p", false, hidden}}, {}};
    REQUIRE(examine(same, *rows, book, policy).judgement.verdict == verdict);
  }
  CHECK(seconds > 5);
}

TEST_CASE("a cell that protects the small one is refused once the table without it is out") {
  const auto policy = threshold_of_three(policies::Zeros::safe, {Rule::threshold, Rule::history});
  // a \ b   0   1   2
  // 0       1   7   9
  // 1       6   8   5
  const World world{{1, 6, 7, 8, 9, 5}, 2, 3};
  const auto rows = source(two_classes(), lines_of(world));
  const auto first = attempt(cube_of_counts(), *rows, two_classes(), policy);
  const auto& version = std::get<Version>(first.proposal);
  CHECK(version.status[0] == CellStatus::primary);
  CHECK(std::count(version.status.begin(), version.status.end(), CellStatus::secondary) == 3);
  CHECK(version.loss.gone == 4);
  CHECK(version.loss.cells == 12);
  REQUIRE(version.proofs.size() == 1);
  CHECK(version.proofs[0].value == "1");
  CHECK(version.proofs[0].high >= "3");
  Question other{tabulation({}, {count()}, both(equals("a", "1"), equals("b", "0"))), "p", {}, {}};
  CHECK(examine(other, *rows, two_classes(), policy).judgement.verdict == Verdict::pass);
  other.history.push_back({"R-1", 1, "p", false, version.examination.table.tabulation});
  const auto judgement = examine(other, *rows, two_classes(), policy).judgement;
  CHECK(judgement.verdict == Verdict::fail);
  CHECK(judgement.findings[0].rule == Rule::history);
}

TEST_CASE(
    "a table without margins hides its small cells alone, and its history keeps them hidden") {
  const auto policy = threshold_of_three(policies::Zeros::safe, {Rule::threshold, Rule::history});
  const World world{{1, 6, 7, 8, 9, 5}, 2, 3};
  const auto rows = source(two_classes(), lines_of(world));
  const Question plain{tabulation({"a", "b"}, {count()}), "p", {}, {}};
  const auto first = attempt(plain, *rows, two_classes(), policy);
  const auto& version = std::get<Version>(first.proposal);
  CHECK(version.loss.gone == 1);
  Question margins{tabulation({"b"}, {count()}), "p", {}, {}};
  margins.history.push_back({"R-1", 1, "p", false, version.examination.table.tabulation});
  CHECK(examine(margins, *rows, two_classes(), policy).judgement.verdict == Verdict::fail);
}

TEST_CASE("demands follow the rule: a dominated sum, nearly all of a group") {
  auto policy = only({Rule::dominance});
  policy.dominance = {{1, {85, 2}, policies::AtLimit::pass}};
  // One school gives 90 of 100; an attacker must not get closer than 90 / 0.85 - 100 = 5.9 on
  // either side.
  const auto book =
      codebook({category("a"), category("b"), category("uai"), integer("x")}, {"uai"});
  const auto rows = source(book,
                           "0 0 s1 90\n0 0 s2 6\n0 0 s3 4\n0 1 s1 30\n0 1 s2 30\n0 1 s3 30\n"
                           "1 0 s1 40\n1 0 s2 40\n1 0 s3 40\n1 1 s1 50\n1 1 s2 50\n1 1 s3 50\n");
  const Question question{cube(tabulation({"a", "b"}, {sum_of("x")})), "p", {}, {}};
  const auto sums = attempt(question, *rows, book, policy);
  const auto& version = std::get<Version>(sums.proposal);
  REQUIRE(version.proofs.size() == 1);
  CHECK(version.proofs[0].statistic == "sum(x)");
  CHECK(std::stoi(version.proofs[0].low) <= 94);
  CHECK(std::stoi(version.proofs[0].high) >= 106);
}

TEST_CASE("what can't be certified is not proposed, with the reason") {
  const auto policy = threshold_of_three(policies::Zeros::safe, {Rule::threshold});
  const auto reason = [&](const Tabulation& asked, const policies::Codebook& book,
                          const Source& rows) {
    const auto made = attempt({asked, "p", {}, {}}, rows, book, policy);
    return std::holds_alternative<Message>(made.proposal) ? std::get<Message>(made.proposal).id
                                                          : "";
  };
  const auto few = source(two_classes(), "0 0\n0 0\n0 0\n0 1\n");
  // Were the only cell hidden there would be no table.
  CHECK(reason(tabulation({}, {count()}, equals("b", "1")), two_classes(), *few) ==
        "protection.one_cell");
  CHECK(reason(tabulation({"b"}, {count()}, equals("b", "1")), two_classes(), *few) ==
        "protection.still_fails");
  auto weighted = cube(tabulation({"a", "b"}, {count()}));
  weighted.columns[0].statistic.function = Function::weighted_count;
  weighted.columns[0].statistic.second = "x";
  const auto book = codebook({category("a"), category("b"), integer("x")});
  CHECK(reason(weighted, book, *source(book, "0 0 1\n0 1 2\n1 1 3\n")) == "protection.weighted");
  Tabulation apart = tabulation({"a", "b"}, {count()});
  apart.grouping_sets = {1, 2};
  CHECK(reason(apart, two_classes(), *few) == "protection.no_leaves");
}

TEST_CASE(
    "merging climbs the hierarchy before it leaves anything out, and widens classes of numbers") {
  auto academie = category("academie");
  academie.parent = "region";
  auto age = integer("age");
  age.role = policies::Role::classification;
  const auto book = codebook({category("region"), academie, category("sexe"), age});
  const auto policy = threshold_of_three(policies::Zeros::safe, {Rule::threshold, Rule::history});
  const auto rows =
      source(book, rows_of(2, "N 01 F 10") + rows_of(4, "N 02 F 11") + rows_of(5, "S 03 F 12") +
                       rows_of(5, "S 03 M 13") + rows_of(6, "N 02 M 14"));
  const auto merged = [&](const std::vector<std::string>& dimensions) {
    const Question question{tabulation(dimensions, {count()}), "p", {}, {}};
    const Bench bench{*rows, book, policy, {}, {}};
    return propose(Way::merge, question, judged(question, bench), bench);
  };
  const auto by_region = merged({"academie"});
  CHECK(std::get<Version>(by_region).effect.args[0] == "academie → region");
  CHECK(std::get<Version>(by_region).examination.judgement.verdict == Verdict::pass);
  const auto by_age = merged({"age"});
  CHECK(std::get<Version>(by_age).effect.args[0] == "age → width_bucket(age, 10, 16, 3)");
}
