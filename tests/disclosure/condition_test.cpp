// Conditions and recodes at their edges.
#include "disclosure/condition.h"

#include <doctest/doctest.h>

#include <limits>

#include "disclosure/fault.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;

namespace {

const auto book = codebook({category("c"), integer("n"), decimal("d", 2)});

std::int64_t rows_where(const std::string& lines, const Condition& where) {
  const auto rows = source(book, lines, 2);
  return tabulate(tabulation({}, {count()}, where), *rows, book).cells[0].rows;
}

Condition compared(const std::string& variable, Comparison comparison, Constant constant) {
  Condition made;
  made.kind = Condition::Kind::compare;
  made.variable = variable;
  made.comparison = comparison;
  made.constants = {std::move(constant)};
  return made;
}

Fault fault_of(const Condition& where) {
  try {
    (void)rows_where("a 1 1.00", where);
  } catch (const DisclosureError& error) {
    return error.fault();
  }
  return Fault::cancelled;
}

}  // namespace

TEST_CASE("a constant finer than the column is neither equal nor rounded") {
  const std::string lines = "a 1 1.23  a 2 1.24  a 3 1.25  a - -";
  const Decimal between{1235, 3};
  CHECK(rows_where(lines, compared("d", Comparison::equal, between)) == 0);
  CHECK(rows_where(lines, compared("d", Comparison::not_equal, between)) == 3);
  CHECK(rows_where(lines, compared("d", Comparison::less, between)) == 1);
  CHECK(rows_where(lines, compared("d", Comparison::less_equal, between)) == 1);
  CHECK(rows_where(lines, compared("d", Comparison::greater, between)) == 2);
  CHECK(rows_where(lines, compared("d", Comparison::greater_equal, between)) == 2);
  CHECK(rows_where(lines, compared("d", Comparison::less, Decimal{124, 2})) == 1);
  CHECK(rows_where(lines, compared("d", Comparison::less_equal, Decimal{1240, 3})) == 2);
  CHECK(rows_where("a -1 -1.23", compared("d", Comparison::less, Decimal{-1225, 3})) == 1);
  CHECK(rows_where("a -1 -1.23", compared("d", Comparison::greater, Decimal{-1235, 3})) == 1);
}

TEST_CASE("constants beyond every value of the column decide for all rows") {
  const std::string lines = "a 999999999999999999 0  a -999999999999999999 0";
  const Decimal largest{999'999'999'999'999'999, 0};
  const Decimal huge{std::numeric_limits<std::int64_t>::max(), 0};
  CHECK(rows_where(lines, compared("n", Comparison::less_equal, largest)) == 2);
  CHECK(rows_where(lines, compared("n", Comparison::less, largest)) == 1);
  CHECK(rows_where(lines, compared("n", Comparison::less, huge)) == 2);
  CHECK(rows_where(lines, compared("n", Comparison::greater, huge)) == 0);
  CHECK(rows_where(lines, compared("d", Comparison::less, huge)) == 2);  // beyond the mantissas
  CHECK(rows_where(lines, compared("d", Comparison::equal, huge)) == 0);
  CHECK(rows_where(lines, compared("d", Comparison::not_equal, huge)) == 2);
  const Decimal least{std::numeric_limits<std::int64_t>::min(), 0};
  CHECK(rows_where(lines, compared("d", Comparison::greater_equal, least)) == 2);
  CHECK(rows_where(lines, compared("n", Comparison::less, least)) == 0);
}

TEST_CASE("NULL is neither true nor false, under NOT and in lists too") {
  const std::string lines = "a 1 1  - 2 2  b - 3";
  CHECK(rows_where(lines, equals("c", "a")) == 1);
  CHECK(rows_where(lines, negated(equals("c", "a"))) == 1);
  CHECK(rows_where(lines, is_null("c")) == 1);
  CHECK(rows_where(lines, negated(is_null("n"))) == 2);
  Condition unknown;
  unknown.kind = Condition::Kind::unknown;
  CHECK(rows_where(lines, unknown) == 0);
  CHECK(rows_where(lines, negated(unknown)) == 0);
  Condition list;
  list.kind = Condition::Kind::in_list;
  list.variable = "c";
  list.constants = {std::string("a"), std::string("zz")};
  CHECK(rows_where(lines, list) == 1);
  CHECK(rows_where(lines, negated(list)) == 1);
  Condition empty;
  empty.kind = Condition::Kind::any_of;
  CHECK(rows_where(lines, empty) == 0);
  empty.kind = Condition::Kind::all_of;
  CHECK(rows_where(lines, empty) == 3);
}

TEST_CASE("a text against numbers and a number against codes are refused") {
  CHECK(fault_of(equals("n", "1")) == Fault::wrong_kind);
  CHECK(fault_of(compared("c", Comparison::equal, Decimal{1, 0})) == Fault::wrong_kind);
  CHECK(fault_of(equals("nobody", "1")) == Fault::unknown_variable);
  Condition two = equals("c", "a");
  two.constants.emplace_back(std::string("b"));
  CHECK(fault_of(two) == Fault::malformed);
}

TEST_CASE("width_bucket is PostgreSQL's, exact at each edge") {
  const auto rows = source(book,
                           "a 1 -0.01  a 1 0.00  a 1 0.33  a 1 0.34  a 1 0.66  a 1 0.67  "
                           "a 1 0.99  a 1 1.00  a 1 -");
  Tabulation table = tabulation({}, {count()});
  table.dimensions = {{"bucket", WidthBucket{"d", {0, 0}, {1, 0}, 3}}};
  table.grouping_sets = {1};
  const Table up = tabulate(table, *rows, book);
  CHECK(cell(up, {"0"}).rows == 1);  // below
  CHECK(cell(up, {"1"}).rows == 2);  // 0.00 and 0.33 < 1/3
  CHECK(cell(up, {"2"}).rows == 2);  // 0.34, 0.66
  CHECK(cell(up, {"3"}).rows == 2);
  CHECK(cell(up, {"4"}).rows == 1);  // 1.00: at or above high
  CHECK(cell(up, {"-"}).rows == 1);
  table.dimensions = {{"bucket", WidthBucket{"d", {1, 0}, {0, 0}, 3}}};
  const Table down = tabulate(table, *rows, book);
  CHECK(cell(down, {"1"}).rows == 3);  // 1.00, 0.99, 0.67
  CHECK(cell(down, {"4"}).rows == 2);  // 0.00 and below
}

TEST_CASE("a recode takes the first case that is true, and unknown is not true") {
  const auto rows = source(book, "a 1 0  a 5 0  a 9 0  a - 0");
  Recode recode;
  recode.cases = {{compared("n", Comparison::less, Decimal{6, 0}), "low"},
                  {compared("n", Comparison::less, Decimal{2, 0}), "never"},
                  {is_null("n"), std::nullopt}};
  recode.otherwise = "high";
  Tabulation table = tabulation({}, {count()});
  table.dimensions = {{"class", recode}};
  table.grouping_sets = {1};
  const Table found = tabulate(table, *rows, book);
  CHECK(found.cells.size() == 3);
  CHECK(cell(found, {"low"}).rows == 2);
  CHECK(cell(found, {"high"}).rows == 1);
  CHECK(cell(found, {"-"}).rows == 1);
}

}  // namespace sceau::disclosure
