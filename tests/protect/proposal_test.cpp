// Safe versions of tables that fail: what an attacker who writes down every table that fits can say
// of the hidden cells, and what a second request can take back.

#include "disclosure/proposal.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

#include "tests/disclosure/build.h"
#include "tests/every.h"
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

/// A world as the attacker of a threshold of three sees it: nothing is hidden yet. A count under 3
/// could be 3, an empty cell two, and three values at least are possible.
struct Shown {
  Made made;
  CellTable table;
  Pattern pattern;  ///< by cell of make_table()

  [[nodiscard]] bool leaves_doubt() const {
    return test::leaves_doubt(made, table, pattern, {5, 9});
  }
};

Shown shown(const World& world, policies::Zeros zeros) {
  const bool published = zeros == policies::Zeros::safe;
  Shown all;
  all.made = {{world.rows, world.columns}, world.counts, 3, {}, published, published ? 1 : 0};
  all.table = make_table(all.made);
  all.pattern.assign(all.table.cells.size(), 0);
  for (auto& cell : all.table.cells) {
    const auto up = cell.value == 0 ? 0 : std::max<std::int64_t>(0, 3 - cell.value);
    cell.demand = {0, up, 2};
  }
  return all;
}

Shown hidden_by(const Version& version, const World& world, policies::Zeros zeros) {
  Shown left = shown(world, zeros);
  const auto& cells = version.examination.table.cells;
  REQUIRE(cells.size() == left.table.cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto code = [&](std::size_t d, std::uint32_t size) {
      return cells[i].key[d] == total ? size : static_cast<std::uint32_t>(cells[i].key[d]);
    };
    const std::array codes = {code(0, world.rows), code(1, world.columns)};
    const auto at = cell_at(left.table, codes);
    REQUIRE(left.table.cells[at].value == cells[i].rows);
    REQUIRE(cells[i].suppressed == (version.status[i] != CellStatus::published));
    left.pattern[at] = cells[i].suppressed ? 1 : 0;
    left.table.cells[at].primary = version.status[i] == CellStatus::primary;
  }
  return left;
}

/// Whether any pattern could do: all that may be hidden is.
Shown all_hidden(const World& world, policies::Zeros zeros) {
  Shown none = shown(world, zeros);
  for (std::size_t i = 0; i < none.pattern.size(); ++i) {
    none.pattern[i] = none.table.cells[i].value == 0 && none.made.zeros_published ? 0 : 1;
  }
  return none;
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
  const auto every_so_many = static_cast<std::size_t>(sceau::test::stride(29));
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
      if (!is_first_of_its_kind(counts) || turn++ % every_so_many != 0) continue;
      CAPTURE(number);
      const auto world = observed(counts);
      const auto rows = source(two_classes(), lines_of(world));
      const auto [original, proposal] = attempt(cube_of_counts(), *rows, two_classes(), policy);
      if (original.judgement.verdict == Verdict::pass) continue;
      if (const auto* version = std::get_if<Version>(&proposal)) {
        ++versions;
        REQUIRE(version->examination.judgement.verdict != Verdict::fail);
        REQUIRE(hidden_by(*version, world, zeros).leaves_doubt());
        continue;
      }
      ++none;
      // Nothing but hiding all could have helped, and then there is no table left.
      const auto& reason = std::get<Message>(proposal);
      const bool nothing_left = reason.id == "protection.still_fails";
      REQUIRE((nothing_left || !all_hidden(world, zeros).leaves_doubt()));
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
  CHECK(std::stoi(version.proofs[0].high) >= 3);
  // Asked for again it is the same version: what was hidden for another cell's sake has no fault.
  auto again = cube_of_counts();
  again.history.push_back({"R-1", 1, "p", false, version.examination.table.tabulation});
  const auto second = attempt(again, *rows, two_classes(), policy);
  CHECK(std::get<Version>(second.proposal).status == version.status);
  CHECK(std::get<Version>(second.proposal).effect.args == version.effect.args);
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
  std::string one_each;  // 32 by 32 cells of a single pupil
  for (int i = 0; i < 32 * 32; ++i) {
    one_each += std::to_string(i / 32) + " " + std::to_string(i % 32) + "\n";
  }
  CHECK(reason(cube(tabulation({"a", "b"}, {count()})), two_classes(),
               *source(two_classes(), one_each)) == "protection.many_cells");
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
  CHECK(std::get<Version>(by_region).effect.args[0] == "academie → region (N)");
  const auto& examination = std::get<Version>(by_region).examination;
  CHECK(examination.judgement.verdict == Verdict::pass);
  REQUIRE(examination.table.domains.at(0).codes.size() == 2);
  CHECK(examination.table.domains[0].codes[0] == "03");
  CHECK(examination.table.domains[0].codes[1] == "N");
  CHECK(examination.table.cells.at(0).rows == 10);
  CHECK(examination.table.cells.at(1).rows == 12);
  const auto by_age = merged({"age"});
  CHECK(std::get<Version>(by_age).effect.args[0] == "age → width_bucket(age, 10, 16, 3)");
}
