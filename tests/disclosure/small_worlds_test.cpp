// Exhaustive small worlds: every table of 2×2 and 2×3 cells with counts 0..4, each cell's verdict
// against the rules written out again for a list of counts.
#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

constexpr int counts = 5;  // 0..4

// Rows "r c school x": cell (r, c) has counts[r * columns + c] pupils, each of its own school.
struct World {
  std::vector<int> cells;
  std::size_t columns;
};

World world_of(int number, std::size_t columns) {
  World world{{}, columns};
  for (std::size_t i = 0; i < 2 * columns; ++i) {
    world.cells.push_back(number % counts);
    number /= counts;
  }
  return world;
}

int worlds(std::size_t columns) {
  int all = 1;
  for (std::size_t i = 0; i < 2 * columns; ++i) all *= counts;
  return all;
}

std::string name_of(std::size_t row, std::size_t column) {
  return std::string(1, static_cast<char>('a' + row)) + " " +
         std::string(1, static_cast<char>('x' + column));
}

std::string rows_of(const World& world) {
  std::string lines;
  for (std::size_t i = 0; i < world.cells.size(); ++i) {
    for (int pupil = 0; pupil < world.cells[i]; ++pupil) {
      lines += name_of(i / world.columns, i % world.columns) + "\n";
    }
  }
  return lines;
}

bool is_observed(const World& world, std::size_t row, std::size_t column) {
  bool row_seen = false;
  bool column_seen = false;
  for (std::size_t i = 0; i < world.cells.size(); ++i) {
    if (world.cells[i] == 0) continue;
    row_seen = row_seen || i / world.columns == row;
    column_seen = column_seen || i % world.columns == column;
  }
  return row_seen && column_seen;
}

std::string found_name(std::size_t row, std::size_t column) {
  std::string name = name_of(row, column);
  name[1] = ',';
  return name;
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("every 2×2 and 2×3 table of counts 0..4: threshold under 3, zeros both ways") {
  const auto book = codebook({category("r"), category("c")});
  for (const std::size_t columns : {2U, 3U}) {
    const int step = columns == 2 ? 1 : 13;  // of 15,625 each thirteenth, which meets every count
    for (int number = 1; number < worlds(columns); number += step) {
      const World world = world_of(number, columns);
      const auto source_rows = source(book, rows_of(world));
      for (const auto zeros : {policies::Zeros::safe, policies::Zeros::disclosive}) {
        auto policy = only({Rule::threshold});
        policy.threshold.minimum = 3;
        policy.threshold.zeros = zeros;
        Question question;
        question.tabulation = tabulation({"r", "c"}, {count()});
        const auto judgement = examine(question, *source_rows, book, policy).judgement;
        std::vector<std::string> expected;
        for (std::size_t i = 0; i < world.cells.size(); ++i) {
          const bool is_cell = is_observed(world, i / columns, i % columns);
          const int n = world.cells[i];
          const bool fails = n == 0 ? zeros == policies::Zeros::disclosive : n < 3;
          if (is_cell && fails) expected.push_back(found_name(i / columns, i % columns));
        }
        REQUIRE(sorted(found(judgement, Rule::threshold)) == sorted(expected));
      }
    }
  }
}

TEST_CASE("every 2×2 table of counts 0..4 whose column is sensitive: shares of each row") {
  auto column = category("c");
  column.sensitive = true;
  const auto book = codebook({category("r"), column});
  for (int number = 1; number < worlds(2); ++number) {
    const World world = world_of(number, 2);
    const auto source_rows = source(book, rows_of(world));
    for (const int percent : {50, 75, 100}) {
      auto policy = only({Rule::group_disclosure});
      policy.group_disclosure.share = {percent, 2};
      Question question;
      question.tabulation = tabulation({"r", "c"}, {count()});
      const auto judgement = examine(question, *source_rows, book, policy).judgement;
      std::vector<std::string> expected;
      for (std::size_t i = 0; i < world.cells.size(); ++i) {
        const std::size_t row = i / 2 * 2;
        const int all = world.cells[row] + world.cells[row + 1];
        if (all > 0 && world.cells[i] * 100 >= percent * all && world.cells[i] > 0) {
          expected.push_back(found_name(i / 2, i % 2));
        }
      }
      REQUIRE(sorted(found(judgement, Rule::group_disclosure)) == sorted(expected));
    }
  }
}

TEST_CASE("every five values 0..3: extremes shared by two, homogeneity, two largest, the rest") {
  const auto book = codebook({category("k"), integer("x")}, {"k"});
  for (int number = 0; number < 1024; ++number) {
    std::array<int, 5> values{};
    std::string lines;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = number >> (2 * i) & 3;
      lines += std::string(1, static_cast<char>('a' + i)) + " " + std::to_string(values[i]) + "\n";
    }
    const auto rows = source(book, lines);
    std::multiset<int> ordered(values.begin(), values.end());
    const auto judged = [&](Function function, Rule rule) {
      auto policy = only({rule});
      policy.extremes.minimum = 2;
      policy.dominance = {{2, {8, 1}, policies::AtLimit::fail}};
      policy.p_percent.share = {5, 1};
      Statistic statistic = sum_of("x");
      statistic.function = function;
      const auto tabled = tabulation({}, {statistic});
      return examine({tabled, "", {}, {}}, *rows, book, policy).judgement.verdict == Verdict::fail;
    };
    const auto sharing = [&](int value) { return ordered.count(value); };
    REQUIRE(judged(Function::minimum, Rule::extremes) == (sharing(*ordered.begin()) < 2));
    REQUIRE(judged(Function::maximum, Rule::extremes) == (sharing(*ordered.rbegin()) < 2));
    REQUIRE(judged(Function::mean, Rule::homogeneity) == (*ordered.begin() == *ordered.rbegin()));
    int whole = 0;
    for (const int value : values) whole += value;
    const int first = *ordered.rbegin();
    const int second = *std::next(ordered.rbegin());
    REQUIRE(judged(Function::sum, Rule::dominance) ==
            (whole > 0 && 10 * (first + second) >= 8 * whole));
    REQUIRE(judged(Function::sum, Rule::p_percent) ==
            (whole > 0 && 2 * (whole - first - second) < first));
  }
}

}  // namespace sceau::disclosure
