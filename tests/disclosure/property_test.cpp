// tabulate against an evaluator that goes row by row.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>

#include "disclosure/fault.h"
#include "tests/disclosure/build.h"
#include "tests/disclosure/naive.h"
#include "tests/disclosure/naive_statistics.h"
#include "tests/disclosure/random.h"

namespace sceau::disclosure {
namespace {

using naive::Facts;
using naive::Key;
using naive::Row;

Key key_of(const Table& table, const Cell& cell) {
  Key key;
  for (std::size_t d = 0; d < cell.key.size(); ++d) {
    key.push_back(
        cell.key[d] == total
            ? "*"
            : table.domains[d].codes[static_cast<std::size_t>(cell.key[d])].value_or("-"));
  }
  return key;
}

bool is_numeric(const Statistic& statistic) {
  switch (statistic.function) {
    case Function::count_rows:
    case Function::count_values:
    case Function::count_distinct:
    case Function::mode:
    case Function::weighted_count:
      return false;
    case Function::weighted_sum:
    case Function::weighted_mean:
      return true;
    default:
      return !needs_second_value(statistic.function);
  }
}

// A number in hundredths, rounded where it is finer.
std::string hundredths(const Number& number) { return to_string(number, 2); }
std::string written(long long in_hundredths) { return to_string(exact(in_hundredths, 2), 2); }

void same_evidence(const Evidence& ours, const Facts& facts, bool numeric) {
  const long long unit = numeric ? 1 : 100;  // counts are whole
  RC_ASSERT(ours.rows == facts.rows);
  RC_ASSERT(ours.units == facts.units);
  RC_ASSERT(hundredths(ours.sum) == written(facts.sum * unit));
  RC_ASSERT(hundredths(ours.absolute_sum) == written(facts.absolute * unit));
  RC_ASSERT(ours.negatives == facts.negatives);
  RC_ASSERT(ours.distinct_values == facts.distinct_values);
  if (numeric) {
    RC_ASSERT(to_string(ours.squares, 4) == to_string(exact(facts.squares, 4), 4));
    RC_ASSERT(ours.minimum.has_value() == facts.minimum.has_value());
    if (facts.minimum) {
      RC_ASSERT(hundredths(*ours.minimum) == written(*facts.minimum));
      RC_ASSERT(hundredths(*ours.maximum) == written(*facts.maximum));
    }
    RC_ASSERT(ours.minimum_units == facts.minimum_units);
    RC_ASSERT(ours.maximum_units == facts.maximum_units);
  }
  RC_ASSERT(ours.contributions.size() == facts.kinds.size());
  for (const Contributions& kind : ours.contributions) {
    const naive::Gifts& gifts = facts.kinds.at(kind.kind);
    RC_ASSERT(kind.distinct == gifts.distinct);
    RC_ASSERT(hundredths(kind.total) == written(gifts.total * unit));
    RC_ASSERT(kind.largest.size() == std::min(max_top, gifts.sizes.size()));
    for (std::size_t i = 0; i < kind.largest.size(); ++i) {
      RC_ASSERT(hundredths(kind.largest[i]) == written(gifts.sizes[i] * unit));
    }
  }
}

// The value of a statistic, to four decimals; "" is NULL.
std::string value(const Statistic& statistic, const std::vector<const Row*>& rows,
                  const naive::World& world) {
  const auto n = static_cast<long long>(rows.size());
  const auto fraction = [](long long dividend, int scale, long long divisor) {
    return to_string(quotient(exact(dividend, scale), exact(divisor, 0)), 4);
  };
  std::vector<long long> values;
  for (const Row* row : rows) values.push_back(*naive::hundredths(statistic.operand, *row, world));
  std::sort(values.begin(), values.end());
  long long sum = 0;
  long long squares = 0;
  for (const long long one : values) {
    sum += one;
    squares += static_cast<long long>(one) * one;
  }
  switch (statistic.function) {
    case Function::count_rows:
    case Function::count_values:
      return fraction(n, 0, 1);
    case Function::count_distinct: {
      std::set<std::string> seen;
      for (const Row* row : rows) seen.insert(*row->at(std::get<std::string>(statistic.operand)));
      return fraction(static_cast<long long>(seen.size()), 0, 1);
    }
    case Function::sum:
      return n == 0 ? "" : fraction(sum, 2, 1);
    case Function::mean:
      return n == 0 ? "" : fraction(sum, 2, n);
    case Function::minimum:
      return n == 0 ? "" : fraction(values.front(), 2, 1);
    case Function::maximum:
      return n == 0 ? "" : fraction(values.back(), 2, 1);
    case Function::variance:
      return n < 2 ? "" : fraction(n * squares - sum * sum, 4, n * (n - 1));
    case Function::quantile: {
      if (n == 0) return "";
      const long long place = statistic.fraction.mantissa * (n - 1);  // in hundredths
      const auto below = static_cast<std::size_t>(place / 100);
      const long long low = values[below];
      const long long high = values[std::min(below + 1, values.size() - 1)];
      return fraction(low * 100 + (place % 100) * (high - low), 4, 1);
    }
    case Function::quantile_discrete: {
      if (n == 0) return "";
      const long long rows_below = statistic.fraction.mantissa * n;  // in hundredths
      const auto place = static_cast<std::size_t>(std::max(1LL, (rows_below + 99) / 100));
      return fraction(values[place - 1], 2, 1);
    }
    default:
      return {};
  }
}

void near(const Number& ours, std::optional<long double> expected, long double factor) {
  RC_ASSERT((ours.kind == Number::Kind::null) == !expected.has_value());
  if (!expected) return;
  const long double wanted = *expected * factor;
  RC_ASSERT(std::fabs(to_double(ours) - wanted) <= 1e-9L * std::fmax(1.0L, std::fabs(wanted)));
}

// A statistic's value where the column is no ratio.
void same_value(const ColumnResult& ours, const Column& column, const std::vector<const Row*>& rows,
                const naive::World& world) {
  const Statistic& statistic = column.statistic;
  const auto valid = naive::valid(statistic, rows, world);
  if (naive::is_real_valued(statistic.function)) {
    return near(ours.value, naive::real_value(statistic, valid, world),
                column.percentage ? 100 : 1);
  }
  if (statistic.function == Function::mode) {
    const auto mode = naive::mode(statistic, valid, world);
    RC_ASSERT((ours.text ? *ours.text : to_string(ours.value, 2)) == mode.value);
    return;
  }
  Number one = ours.value;
  if (column.percentage) one = quotient(one, exact(100, 0));
  RC_ASSERT(to_string(one, 4) == value(statistic, valid, world));
}

// What evidence has of some statistics alone.
void same_details(const Evidence& ours, const Statistic& statistic,
                  const std::vector<const Row*>& rows, const naive::World& world,
                  const Number& result) {
  const bool mode = statistic.function == Function::mode;
  RC_ASSERT(ours.mode_units == (mode ? naive::mode(statistic, rows, world).units : -1));
  if (has_fraction(statistic.function) && !rows.empty()) {
    const auto limit = static_cast<long double>(to_double(result)) * 100;
    RC_ASSERT(ours.below == naive::units_beyond(statistic, rows, limit - 1e-6L, false, world));
    RC_ASSERT(ours.above == naive::units_beyond(statistic, rows, limit + 1e-6L, true, world));
  } else {
    RC_ASSERT(ours.below == -1);
    RC_ASSERT(ours.above == -1);
  }
  RC_ASSERT((ours.weighted_total.kind == Number::Kind::null) == !is_weighted(statistic.function));
  if (!is_weighted(statistic.function)) return;
  long long total = 0;  // in ten-thousandths
  for (const Row* row : rows) {
    total += std::llabs(*naive::hundredths(statistic.operand, *row, world)) *
             *naive::hundredths(statistic.second, *row, world);
  }
  RC_ASSERT(to_string(ours.weighted_total, 4) == to_string(exact(total, 4), 4));
}

void same_column(const ColumnResult& ours, const Column& column,
                 const std::vector<const Row*>& rows, const naive::World& world) {
  const auto facts_of = [&](const Statistic& statistic) {
    const bool counts_units = statistic.function == Function::count_distinct &&
                              world.book.unit != "row" &&
                              std::get<std::string>(statistic.operand) == world.book.unit;
    const auto valid = naive::valid(statistic, rows, world);
    Facts facts =
        naive::facts(valid, statistic.operand, is_numeric(statistic), counts_units, world);
    if (statistic.function == Function::mode) {
      facts.distinct_values = naive::mode(statistic, valid, world).distinct;
    } else if (needs_second_value(statistic.function) && !is_weighted(statistic.function)) {
      facts.distinct_values = std::min(naive::distinct_values(statistic.operand, valid, world),
                                       naive::distinct_values(statistic.second, valid, world));
    }
    return facts;
  };
  same_evidence(ours.evidence, facts_of(column.statistic), is_numeric(column.statistic));
  const auto valid = naive::valid(column.statistic, rows, world);
  if (!column.denominator) {
    same_value(ours, column, rows, world);
    Number plain = ours.value;
    if (column.percentage) plain = quotient(plain, exact(100, 0));
    same_details(ours.evidence, column.statistic, valid, world, plain);
  } else {
    same_evidence(*ours.denominator, facts_of(*column.denominator), false);
    const bool null = naive::is_real_valued(column.statistic.function)
                          ? !naive::real_value(column.statistic, valid, world)
                          : value(column.statistic, valid, world).empty();
    RC_ASSERT((ours.value.kind == Number::Kind::null) == (rows.empty() || null));
  }
  const auto* variable = std::get_if<std::string>(&column.statistic.operand);
  const bool indicator = std::holds_alternative<Condition>(column.statistic.operand) ||
                         (variable != nullptr && *variable == "f");
  RC_ASSERT(ours.holding.has_value() == (indicator && is_numeric(column.statistic)));
  if (!ours.holding) return;
  std::vector<const Row*> ones;
  for (const Row* row : naive::valid(column.statistic, rows, world)) {
    if (*naive::hundredths(column.statistic.operand, *row, world) == 100) ones.push_back(row);
  }
  same_evidence(*ours.holding, naive::facts(ones, {}, false, false, world), false);
}

void same_table(const Table& ours, const naive::World& world) {
  const Tabulation& tabulation = ours.tabulation;
  const auto all = naive::under_where(tabulation, world);
  std::size_t cells = 0;
  for (const std::uint32_t kept : tabulation.grouping_sets) {
    cells += naive::keys(tabulation, kept, world).size();
  }
  RC_ASSERT(ours.cells.size() == cells);
  for (const Cell& cell : ours.cells) {
    const std::uint32_t kept = tabulation.grouping_sets[cell.grouping_set];
    const Key key = key_of(ours, cell);
    RC_ASSERT(naive::keys(tabulation, kept, world).contains(key));
    std::vector<const Row*> rows;
    for (const Row* row : all) {
      if (naive::key_of(tabulation, kept, *row, world) == key) rows.push_back(row);
    }
    RC_ASSERT(cell.rows == static_cast<std::int64_t>(rows.size()));
    RC_ASSERT(cell.units == naive::facts(rows, {}, false, false, world).units);
    RC_ASSERT(cell.suppressed ==
              (tabulation.having_minimum && cell.rows < *tabulation.having_minimum));
    for (std::size_t c = 0; c < tabulation.columns.size(); ++c) {
      same_column(cell.columns[c], tabulation.columns[c], rows, world);
    }
  }
}

}  // namespace

TEST_CASE("property: results and evidence of random tables equal those found row by row") {
  for (int round = 0; round < 8; ++round) {
    CHECK(rc::check([] {
      const naive::World world = random::world(24);
      const auto rows = random::source(world);
      const auto dimensions = static_cast<std::size_t>(random::number(0, 3));
      const Tabulation tabulation = random::tabulation(world, dimensions, 2);
      same_table(tabulate(tabulation, *rows, world.book, {}, 1), world);
    }));
  }
}

TEST_CASE("property: two threads find what one finds, byte for byte") {
  CHECK(rc::check([] {
    const naive::World world = random::world(40);
    const auto rows = random::source(world);
    Question question;
    question.tabulation = random::tabulation(world, 2, 2);
    const Table one = tabulate(question.tabulation, *rows, world.book, {}, 1);
    const Table two = tabulate(question.tabulation, *rows, world.book, {}, 2);
    RC_ASSERT(released_csv(one, world.book, "en") == released_csv(two, world.book, "en"));
    same_table(two, world);
  }));
}

TEST_CASE("property: a tabulation's JSON gives it back, and equal tabulations are equal bytes") {
  CHECK(rc::check([] {
    const naive::World world = random::world(0);
    const Tabulation tabulation =
        random::tabulation(world, static_cast<std::size_t>(random::number(0, 3)), 2);
    const std::string json = to_json(tabulation);
    const Tabulation back = tabulation_from_json(json);
    RC_ASSERT(back == tabulation);
    RC_ASSERT(to_json(back) == json);
  }));
}

}  // namespace sceau::disclosure
