#include <doctest/doctest.h>

#include "disclosure/fault.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;

namespace {
const policies::Codebook school_book =
    codebook({category("sexe"), category("uai"), integer("note")}, {"uai"});
const std::string school_rows = "F a 10\n F a 12\n F b 14\n M b -\n M - 8\n - a -3\n";
std::string text(const Number& number, int decimals = 0) { return to_string(number, decimals); }
}  // namespace

TEST_CASE("counts, sums, means and evidence come from one pass") {
  const auto rows = source(school_book, school_rows);
  const Table table = tabulate(tabulation({"sexe"}, {count(), count_of("note"), sum_of("note"),
                                                     mean_of("note"), distinct("uai")}),
                               *rows, school_book);
  REQUIRE(table.cells.size() == 3);
  const Cell& girls = cell(table, {"F"});
  CHECK(girls.rows == 3);
  CHECK(text(girls.columns[2].value) == "36");
  CHECK(text(girls.columns[3].value, 2) == "12.00");
  CHECK(text(girls.columns[4].value) == "2");
  const Evidence& evidence = girls.columns[2].evidence;
  CHECK(evidence.units == 3);
  REQUIRE(evidence.contributions.size() == 2);
  CHECK(evidence.contributions[0].kind == "uai");
  CHECK(evidence.contributions[0].distinct == 2);
  CHECK(text(evidence.contributions[0].largest[0]) == "22");
  CHECK(text(evidence.contributions[1].largest[0]) == "14");
  CHECK(evidence.contributions[1].kind == "row");
  const Cell& boys = cell(table, {"M"});
  CHECK(text(boys.columns[1].value) == "1");
  CHECK(boys.columns[1].evidence.contributions[0].distinct == 0);  // its school isn't known
  CHECK(boys.columns[1].evidence.contributions[0].largest.size() == 1);
  const Cell& unknown = cell(table, {"-"});
  CHECK(unknown.columns[2].evidence.negatives == 1);
  CHECK(text(unknown.columns[2].evidence.contributions[1].total) == "3");
}

TEST_CASE("a cube has each margin, a margin is Total, and Total stands last") {
  const auto rows = source(school_book, school_rows);
  const Table table = tabulate(cube(tabulation({"sexe", "uai"}, {count()})), *rows, school_book);
  CHECK(table.cells.size() == 16);  // (3 + 1) · (3 + 1)
  CHECK(cell(table, {"*", "*"}).rows == 6);
  CHECK(cell(table, {"F", "*"}).rows == 3);
  CHECK(cell(table, {"*", "a"}).rows == 3);
  CHECK(cell(table, {"M", "a"}).rows == 0);
  CHECK(table.cells.back().key == std::vector<Member>{total, total});
}

TEST_CASE("a table without rows has one empty cell, or none") {
  const auto rows = source(school_book, school_rows);
  const Table one = tabulate(tabulation({}, {count()}, equals("sexe", "X")), *rows, school_book);
  REQUIRE(one.cells.size() == 1);
  CHECK(text(one.cells[0].columns[0].value) == "0");
  const Table none =
      tabulate(tabulation({"sexe"}, {count()}, equals("sexe", "X")), *rows, school_book);
  CHECK(none.cells.empty());
}

TEST_CASE("a name that the source doesn't have is refused") {
  const auto rows = source(school_book, school_rows);
  CHECK_THROWS_AS((void)tabulate(tabulation({"x"}, {count()}), *rows, school_book),
                  DisclosureError);
}

}  // namespace sceau::disclosure
