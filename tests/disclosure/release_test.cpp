// The file that leaves, and tables at their limits.
#include <doctest/doctest.h>

#include "disclosure/csv_text.h"
#include "disclosure/fault.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;

namespace {

template <typename Call>
std::optional<Fault> fault_of(const Call& call) {
  try {
    call();
  } catch (const DisclosureError& error) {
    return error.fault();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("the released file holds derived names, codes, labels and rounded numbers alone") {
  auto sexe = category("sexe");
  sexe.values = {{"F", {"Filles", "Girls"}}, {"M", {"Garçons, tous", ""}}};
  const auto book = codebook({sexe, category("lieu"), decimal("note", 1)});
  Tabulation table = cube(tabulation({"sexe", "lieu"}, {count(), mean_of("note"), sum_of("note")}));
  table.dimensions[0].name = "words of the researcher";
  table.columns[0].name = "more words";
  const auto rows = source(book, "F \"x\" 10.5  F \"x\" 11.0  F \"x\" 10.0  M - -");
  const Table made = tabulate(table, *rows, book);
  CHECK(released_csv(made, book, "en") ==
        "sexe,sexe_label,lieu,count(*),avg(note),sum(note)\r\n"
        "F,Girls,\"\"\"x\"\"\",3,10.500,31.5\r\n"
        "F,Girls,NA,0,,\r\n"
        "F,Girls,Total,3,10.500,31.5\r\n"
        "M,\"Garçons, tous\",\"\"\"x\"\"\",0,,\r\n"
        "M,\"Garçons, tous\",NA,1,,\r\n"
        "M,\"Garçons, tous\",Total,1,,\r\n"
        "Total,Total,\"\"\"x\"\"\",3,10.500,31.5\r\n"
        "Total,Total,NA,1,,\r\n"
        "Total,Total,Total,4,10.500,31.5\r\n");
  table.having_minimum = 3;
  const std::string hidden = released_csv(tabulate(table, *rows, book), book, "fr");
  CHECK(hidden.find("F,Filles,NA,,,\r\n") != std::string::npos);  // nobody and few look the same
  CHECK(hidden.find("M,\"Garçons, tous\",NA,,,\r\n") != std::string::npos);
}

TEST_CASE("a text that a spreadsheet would execute is a text in the released file") {
  const auto book = codebook({category("lieu"), decimal("note", 1)});
  const Tabulation table = cube(tabulation({"lieu"}, {count(), sum_of("note")}));
  const auto rows = source(book, "=1+1 -2.5  @x -1.0  -x 3.0  +33 1.0  -5 1.0  a=b 1.0");
  CHECK(released_csv(tabulate(table, *rows, book), book, "en") ==
        "lieu,count(*),sum(note)\r\n"
        "+33,1,1.0\r\n"
        "-5,1,1.0\r\n"
        "'-x,1,3.0\r\n"
        "'=1+1,1,-2.5\r\n"
        "'@x,1,-1.0\r\n"
        "a=b,1,1.0\r\n"
        "Total,6,2.5\r\n");
  for (const auto* number : {"-0.5", "+3", "1e5", "-1.5E-3", "-.5", "7."}) {
    CAPTURE(number);
    CHECK(never_a_formula(number) == number);
  }
  for (const auto* text : {"=1", "+", "-", "-.", "-1a", "+1+1", "@", "\tx", "\rx", "-1e", "--1"}) {
    CAPTURE(text);
    CHECK(never_a_formula(text) == "'" + std::string(text));
  }
  CHECK(never_a_formula("").empty());
  CHECK(never_a_formula("x=1") == "x=1");
}

TEST_CASE("columns that would share a name are numbered, recodes are named by their variables") {
  const auto book = codebook({category("a"), integer("n")});
  Tabulation table = tabulation({"a", "a"}, {count(), count()});
  Recode recode;
  recode.cases = {{equals("a", "p"), "1"}};
  table.dimensions.push_back({"alias", recode});
  table.dimensions.push_back({"alias", WidthBucket{"n", {0, 0}, {10, 0}, 2}});
  table.grouping_sets = {15};
  const std::string csv = released_csv(tabulate(table, *source(book, "p 1"), book), book, "en");
  CHECK(csv == "a,a 2,a_recode,n_bucket,count(*),count(*) 2\r\np,p,1,1,1,1\r\n");
}

TEST_CASE("decimals: the variable's for sums, two more for quotients, none for counts") {
  const auto book = codebook({decimal("note", 2), integer("n")});
  const auto of = [&](Statistic statistic) {
    return released_decimals(column(std::move(statistic)), book);
  };
  CHECK(of(count()) == 0);
  CHECK(of(sum_of("note")) == 2);
  CHECK(of(mean_of("note")) == 4);
  CHECK(of(mean_of("n")) == 2);
  Column ratio = column(sum_of("note"));
  ratio.denominator = count();
  CHECK(released_decimals(ratio, book) == 4);
  ratio = column(count());
  ratio.denominator = count();
  CHECK(released_decimals(ratio, book) == 2);
  ratio.integer_division = true;
  CHECK(released_decimals(ratio, book) == 0);
}

TEST_CASE("integer division truncates towards zero, as PostgreSQL's") {
  const auto book = codebook({integer("n")});
  Tabulation table = tabulation({}, {sum_of("n")});
  table.columns[0].denominator = count();
  table.columns[0].integer_division = true;
  CHECK(to_string(tabulate(table, *source(book, "-3 -4"), book).cells[0].columns[0].value, 0) ==
        "-3");
  CHECK(tabulate(table, *source(book, ""), book).cells[0].columns[0].value.kind ==
        Number::Kind::null);
}

TEST_CASE("only observed pairs of a declared hierarchy are cells, in either order, over levels") {
  auto commune = category("commune");
  commune.parent = "departement";
  auto departement = category("departement");
  departement.parent = "academie";
  const auto book = codebook({commune, departement, category("academie"), category("sexe")});
  const auto rows = source(book, "c1 d1 A F  c2 d1 A M  c3 d2 B F  - d2 B F  c4 d3 B -");
  const auto cells = [&](const std::vector<std::string>& dimensions) {
    return tabulate(tabulation(dimensions, {count()}), *rows, book).cells.size();
  };
  CHECK(cells({"commune", "departement"}) == 5);
  CHECK(cells({"departement", "commune"}) == 5);
  CHECK(cells({"academie", "commune"}) == 5);  // a level left out
  CHECK(cells({"commune", "academie", "departement"}) == 5);
  CHECK(cells({"academie", "sexe", "departement"}) == 9);
  CHECK(cells({"sexe", "academie"}) == 6);
  CHECK(cells({"sexe", "sexe"}) == 3);
  const Table all = tabulate(cube(tabulation({"academie", "departement"}, {count()})), *rows, book);
  CHECK(all.cells.size() == 3 + 2 + 3 + 1);
}

TEST_CASE("more than a million cells are refused") {
  const auto book = codebook({category("a"), category("b"), category("c")});
  std::string lines;
  for (int i = 0; i < 101; ++i) {
    const std::string code = std::to_string(i);
    lines += code + " " + code + " " + code + "\n";
  }
  const auto rows = source(book, lines);
  CHECK(fault_of([&] {
          (void)tabulate(tabulation({"a", "b", "c"}, {count()}), *rows, book);
        }) == Fault::too_many_cells);
  CHECK(tabulate(tabulation({"a", "b"}, {count()}), *rows, book).cells.size() == 101 * 101);
}

TEST_CASE("a variance whose squares don't fit is refused, a sum of the same values is not") {
  const auto book = codebook({integer("n")});
  std::string lines;
  for (int i = 0; i < 300; ++i) lines += "900000000000000000 ";
  const auto rows = source(book, lines);
  Statistic variance = sum_of("n");
  variance.function = Function::variance;
  CHECK(fault_of([&] { (void)tabulate(tabulation({}, {variance}), *rows, book); }) ==
        Fault::overflow);
  const Table sums = tabulate(tabulation({}, {sum_of("n")}), *rows, book);
  CHECK(to_string(sums.cells[0].columns[0].value, 0) == "270000000000000000000");
}

TEST_CASE("doubles far from nought have their variance, in a group and over groups") {
  const auto book = codebook({category("sexe"), decimal("n", 1)});
  // 4, 7, 13 and 16, a billion and a quarter away: 30 whatever the distance.
  const auto rows =
      source(book, "F 1000000004.25\nF 1000000007.25\nM 1000000013.25\nM 1000000016.25\n");
  Statistic variance = sum_of("n");
  variance.function = Function::variance;
  const Table table = tabulate(cube(tabulation({"sexe"}, {variance})), *rows, book);
  REQUIRE(table.cells.size() == 3);
  CHECK(table.cells[0].columns[0].value.real == 4.5);
  CHECK(table.cells[1].columns[0].value.real == 4.5);
  CHECK(table.cells[2].columns[0].value.real == 30);
  const Table results = tabulate(tabulation({}, {variance}), *rows, book, {}, 0, Detail::results);
  CHECK(results.cells[0].columns[0].value.real == 30);
}

TEST_CASE("decimals that fit no scale are added up with compensation") {
  const auto book = codebook({category("c"), decimal("x", 1)});
  const auto rows =
      source(book, "a 10000000000000000.125  a 1.5  a -10000000000000000.125  b 0.1234567");
  const Table table = tabulate(tabulation({"c"}, {sum_of("x"), mean_of("x")}), *rows, book, {}, 2);
  CHECK(to_double(cell(table, {"a"}).columns[0].value) == 1.5);
  CHECK(to_double(cell(table, {"b"}).columns[1].value) == doctest::Approx(0.1234567));
  CHECK(fault_of([&] { (void)tabulate(tabulation({"x"}, {count()}), *rows, book); }) ==
        Fault::wrong_kind);
  CHECK(fault_of([&] { (void)tabulate(tabulation({}, {sum_of("c")}), *rows, book); }) ==
        Fault::wrong_kind);
}

TEST_CASE("a caller can stop between segments") {
  const auto book = codebook({category("c")});
  const auto rows = source(book, "a a a a a a", 1);
  int asked = 0;
  const auto stop = [&] { return ++asked == 3; };
  for (const int threads : {1, 2}) {
    asked = 0;
    CHECK(fault_of([&] {
            (void)tabulate(tabulation({"c"}, {count()}), *rows, book, stop, threads);
          }) == Fault::cancelled);
    CHECK(asked == 3);
  }
}

TEST_CASE("a source in memory says which row is no number, never what it holds") {
  const auto book = codebook({category("c"), integer("n")});
  try {
    (void)source(book, "a 1 b 17x");
    FAIL("taken");
  } catch (const DisclosureError& error) {
    CHECK(error.fault() == Fault::wrong_kind);
    CHECK(std::string(error.what()) == "row 2 of \"n\" is not a number");
  }
  auto hidden = book;
  hidden.variables[0].role = policies::Role::hidden;
  const auto rows = source(hidden, "a 1");
  CHECK_FALSE(rows->column("c"));
  CHECK(fault_of([&] { (void)tabulate(tabulation({"c"}, {count()}), *rows, hidden); }) ==
        Fault::unknown_variable);
}

}  // namespace sceau::disclosure
