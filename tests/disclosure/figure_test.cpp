// Figures: read back with Python's XML parser, lengths held against the table's numbers.
#include "disclosure/figure.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "disclosure/svg.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;

namespace {

/// What figure_reader.py sees: a line a mark. Fails the test where it refuses the document.
std::vector<std::string> seen(const std::string& svg) {
  static int number = 0;
  const auto file = std::filesystem::temp_directory_path() /
                    ("sceau_figure_" + std::to_string(::getpid()) + "_" + std::to_string(++number));
  std::ofstream(file, std::ios::binary) << svg;
  const std::string command =
      "/usr/bin/python3 " SCEAU_SOURCE_DIR "/tests/disclosure/figure_reader.py < " + file.string();
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::vector<std::string> lines;
  std::string line;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c == '\n') {
      lines.push_back(std::exchange(line, {}));
    } else {
      line += static_cast<char>(c);
    }
  }
  CHECK(::pclose(pipe) == 0);
  std::filesystem::remove(file);
  return lines;
}

struct Rect {
  double x = 0, y = 0, width = 0, height = 0;
  std::string title;
};

std::vector<Rect> rects(const std::vector<std::string>& lines) {
  std::vector<Rect> found;
  for (const auto& line : lines) {
    if (!line.starts_with("rect ")) continue;
    std::istringstream words(line.substr(5));
    Rect rect;
    words >> rect.x >> rect.y >> rect.width >> rect.height;
    words.get();
    std::getline(words, rect.title);
    found.push_back(rect);
  }
  return found;
}

bool has(const std::vector<std::string>& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

std::string drawn(const Table& table, Chart chart, const policies::Codebook& book,
                  std::string_view language) {
  auto made = draw(table, chart, book, language);
  REQUIRE(std::holds_alternative<std::string>(made));
  return std::get<std::string>(made);
}

std::string refused(const Table& table, Chart chart, const policies::Codebook& book) {
  auto made = draw(table, chart, book, "en");
  const auto* message = std::get_if<Message>(&made);
  return message == nullptr ? "drawn" : message->id;
}

std::string rows_of(const std::string& row, int times) {
  std::string rows;
  for (int i = 0; i < times; ++i) rows += row + "  ";
  return rows;
}

policies::Codebook pupils() {
  auto academie = category("academie");
  academie.label = {"Académie", "Education authority"};
  academie.values = {{"01", {"Paris", ""}}, {"10", {"Lyon", ""}}, {"27", {"Corse", ""}}};
  auto sexe = category("sexe");
  sexe.values = {{"F", {"Filles", "Girls"}}, {"M", {"Garçons", "Boys"}}};
  auto note = decimal("note", 1);
  note.min = Decimal{0, 0};
  note.max = Decimal{20, 0};
  return codebook({academie, sexe, note});
}

Column quantile(std::int64_t hundredths) {
  Statistic statistic;
  statistic.function = Function::quantile;
  statistic.operand = "note";
  statistic.fraction = {hundredths, 2};
  return column(statistic);
}

/// Cells by hand: what the engine makes of quantiles is not what is tested here.
Table boxes(const std::vector<Column>& columns, const std::vector<std::vector<int>>& tenths) {
  Table table;
  table.tabulation.dataset = "lycees";
  table.tabulation.vintages = {"1"};
  table.tabulation.columns = columns;
  table.tabulation.dimensions = {{"academie", "academie"}};
  table.tabulation.grouping_sets = {1};
  table.domains = {{"academie", {}}};
  for (std::size_t i = 0; i < tenths.size(); ++i) {
    table.domains[0].codes.emplace_back("0" + std::to_string(i + 1));
    Cell cell;
    cell.key = {static_cast<Member>(i)};
    for (const int value : tenths[i]) {
      cell.columns.emplace_back();
      if (value >= 0) cell.columns.back().value = exact(value, 1);
    }
    table.cells.push_back(std::move(cell));
  }
  return table;
}

}  // namespace

TEST_CASE(
    "a bar chart shows the released numbers, labels of the codebook, and nothing suppressed") {
  const auto book = pupils();
  Tabulation asked = tabulation({"academie", "sexe"}, {count()});
  asked.dimensions[0].name = "words of the researcher";
  asked.columns[0].name = "more words";
  asked.having_minimum = 10;
  const auto rows = source(book, rows_of("01 F 10.0", 1200) + rows_of("01 M 9.0", 600) +
                                     rows_of("10 F 8.0", 300) + rows_of("10 M 8.0", 12) +
                                     rows_of("27 F 8.0", 11) + rows_of("27 M 8.0", 4));
  const Table table = tabulate(asked, *rows, book);
  const std::string svg = drawn(table, Chart::bar, book, "fr");
  CHECK(svg.find("words") == std::string::npos);
  CHECK(svg == drawn(table, Chart::bar, book, "fr"));
  const auto lines = seen(svg);
  CHECK(has(lines, "title Diagramme en barres: count(*) par Académie, sexe"));
  CHECK(has(lines,
            "desc Paris, Filles: 1\u202f200; Paris, Garçons: 600; Lyon, Filles: 300; "
            "Lyon, Garçons: 12; Corse, Filles: 11; Corse, Garçons: non diffusé"));
  CHECK(has(lines, "absent Corse, Garçons: non diffusé"));
  CHECK(has(lines, "text \u00d7 non diffusé"));
  const auto bars = rects(lines);
  REQUIRE(bars.size() == 5);
  const std::vector<double> counts = {1200, 600, 300, 12, 11};
  const double unit = bars[0].width / counts[0];
  for (std::size_t i = 0; i < bars.size(); ++i) {
    CHECK(bars[i].width == doctest::Approx(unit * counts[i]).epsilon(0.02));
    CHECK(bars[i].x == bars[0].x);
  }
  // A cell that is suppressed looks the same whatever it holds.
  const auto fewer = source(book, rows_of("01 F 10.0", 1200) + rows_of("01 M 9.0", 600) +
                                      rows_of("10 F 8.0", 300) + rows_of("10 M 8.0", 12) +
                                      rows_of("27 F 8.0", 11) + rows_of("27 M 8.0", 9));
  CHECK(drawn(tabulate(asked, *fewer, book), Chart::bar, book, "fr") == svg);
}

TEST_CASE("bars of negative values stand left of zero, in the reader's signs") {
  const auto book = codebook({category("a"), decimal("x", 2)});
  const Table table =
      tabulate(tabulation({"a"}, {sum_of("x")}), *source(book, "p -1234.50  q 617.25  r -"), book);
  const auto lines = seen(drawn(table, Chart::bar, book, "en"));
  const auto bars = rects(lines);
  REQUIRE(bars.size() == 2);
  CHECK(bars[0].x + bars[0].width == doctest::Approx(bars[1].x).epsilon(0.001));
  CHECK(bars[0].width == doctest::Approx(2 * bars[1].width).epsilon(0.01));
  CHECK(has(lines, "text \u22121,234.50"));
  CHECK(has(lines, "absent r: no value"));
  CHECK(has(seen(drawn(table, Chart::bar, book, "fr")), "text \u22121\u202f234,50"));
}

TEST_CASE("whatever a code holds, the document is well formed and has no markup of it") {
  auto book = codebook({category("a")});
  const std::vector<std::string> codes = {"<script>alert(1)</script>",
                                          "\"onload=\"x",
                                          "a&b;<!--",
                                          "]]>",
                                          "\x01\x1b[2J",
                                          "\xff\xfe\xc0\xaf",
                                          "\xed\xa0\x80",
                                          "\xef\xbf\xbf",
                                          "&#x0;",
                                          "'",
                                          "\xf5\x80",
                                          "été\t\n"};
  Table table;
  table.tabulation = tabulation({"a"}, {count()});
  table.domains = {{"a", {}}};
  for (std::size_t i = 0; i < codes.size(); ++i) {
    table.domains[0].codes.emplace_back(codes[i]);
    Cell cell;
    cell.key = {static_cast<Member>(i)};
    cell.columns.emplace_back();
    cell.columns[0].value = exact(static_cast<int>(i) + 10, 0);
    table.cells.push_back(cell);
  }
  table.domains[0].codes.emplace_back(std::nullopt);
  CHECK(rects(seen(drawn(table, Chart::bar, book, "en"))).size() == codes.size());
  CHECK(xml_text("a<b>&\"'\x02") == "a&lt;b&gt;&amp;&quot;'\xEF\xBF\xBD");
}

TEST_CASE("a line goes by number or date, leaves a gap where there is no value, NULL apart") {
  auto year = integer("annee");
  year.role = policies::Role::classification;
  const auto book = codebook({year, category("sexe")});
  Tabulation asked = tabulation({"annee", "sexe"}, {count()});
  asked.having_minimum = 2;
  const auto rows = source(book, rows_of("9 F", 4) + rows_of("10 F", 2) + rows_of("12 F", 1) +
                                     rows_of("100 F", 3) + rows_of("- F", 2));
  Table table = tabulate(asked, *rows, book);
  const auto lines = seen(drawn(table, Chart::line, book, "en"));
  std::vector<std::string> circles;
  std::vector<double> x;
  for (const auto& line : lines) {
    if (!line.starts_with("circle ")) continue;
    std::istringstream words(line.substr(7));
    double cx = 0;
    double cy = 0;
    words >> cx >> cy;
    x.push_back(cx);
    words.get();
    circles.emplace_back();
    std::getline(words, circles.back());
  }
  CHECK(circles == std::vector<std::string>{"9, F: 4", "10, F: 2", "100, F: 3", "NA, F: 2"});
  CHECK(x[2] - x[1] == doctest::Approx(90 * (x[1] - x[0])).epsilon(0.05));
  CHECK(has(lines, "absent 12, F: suppressed"));
  const std::string svg = drawn(table, Chart::line, book, "en");
  std::size_t strokes = 0;
  for (std::size_t at = 0; (at = svg.find("stroke-width=\"2\"", at)) != std::string::npos; ++at) {
    ++strokes;
  }
  CHECK(strokes == 1);  // 9 to 10; not over the suppressed 12, not to NULL
  CHECK(refused(tabulate(tabulation({"sexe"}, {count()}), *rows, book), Chart::line, book) ==
        "figure.line_order");
}

TEST_CASE("vintages have the order of their names, days their distance") {
  const auto book = codebook({category("jour")});
  Table table;
  table.tabulation = tabulation({"vintage"}, {count()});
  table.domains = {{"vintage", {"2019-2020", "2020-2021"}}};
  for (const Member member : {0, 1}) {
    Cell cell;
    cell.key = {member};
    cell.columns.emplace_back();
    cell.columns[0].value = exact(member + 10, 0);
    table.cells.push_back(cell);
  }
  CHECK(has(seen(drawn(table, Chart::line, book, "fr")), "desc 2019-2020: 10; 2020-2021: 11"));
  table.tabulation.dimensions[0].from = "jour";
  CHECK(refused(table, Chart::line, book) == "figure.line_order");
  table.domains[0].codes = {"2021-02-28", "2021-03-01"};
  CHECK(refused(table, Chart::line, book) == "drawn");
  table.domains[0].codes = {"2021-02-28", "2021-02-29"};  // no such day
  CHECK(refused(table, Chart::line, book) == "figure.line_order");
}

TEST_CASE("a histogram's edges are written only where the codebook bounds the variable") {
  auto book = pupils();
  Tabulation asked = tabulation({}, {count()});
  asked.dimensions = {{"n", WidthBucket{"note", {0, 0}, {20, 0}, 16}}};
  asked.grouping_sets = {1};
  const auto rows = source(book, rows_of("01 F 0.5", 12) + rows_of("01 F 3.0", 24) +
                                     rows_of("01 F 19.9", 48) + rows_of("01 F 20.0", 10));
  const auto lines = seen(drawn(tabulate(asked, *rows, book), Chart::histogram, book, "fr"));
  const auto bars = rects(lines);
  REQUIRE(bars.size() == 4);
  CHECK(bars[0].title == "[0 ; 1,25[: 12");
  CHECK(bars[1].title == "[2,5 ; 3,75[: 24");
  CHECK(bars[2].title == "[18,75 ; 20[: 48");
  CHECK(bars[3].title == "\u2265 20: 10");
  CHECK(bars[1].height == doctest::Approx(2 * bars[0].height).epsilon(0.01));
  CHECK(bars[2].height == doctest::Approx(4 * bars[0].height).epsilon(0.01));
  CHECK(bars[1].x - bars[0].x == doctest::Approx(2 * (bars[0].width + 0.5)).epsilon(0.01));

  const auto edge_of = [&](Decimal low, Decimal high) {
    asked.dimensions[0].from = WidthBucket{"note", low, high, 2};
    return rects(seen(drawn(tabulate(asked, *rows, book), Chart::histogram, book, "en")))[0].title;
  };
  CHECK(edge_of({0, 0}, {20, 0}) == "[0 ; 10[: 36");
  CHECK(edge_of({0, 0}, {1234567, 5}) == "1: 36");   // finer than the variable: a message
  CHECK(edge_of({0, 0}, {20051231, 0}) == "1: 94");  // beyond its bounds
  book.variables[2].max.reset();
  CHECK(edge_of({0, 0}, {20, 0}) == "1: 36");
  CHECK(refused(tabulate(tabulation({"sexe"}, {count()}), *rows, book), Chart::histogram, book) ==
        "figure.histogram_shape");
}

TEST_CASE("a box has quartiles, and whiskers only to columns of the table") {
  const auto book = pupils();
  const std::vector<Column> three = {quantile(75), quantile(25), quantile(50)};
  const auto plain = boxes(three, {{140, 80, 110}, {150, 90, -1}});
  const auto lines = seen(drawn(plain, Chart::box, book, "fr"));
  const auto found = rects(lines);
  REQUIRE(found.size() == 1);
  CHECK(has(lines, "title Boîtes à moustaches: " + describe(three[0]) + ", " + describe(three[1]) +
                       ", " + describe(three[2]) + " par Académie"));
  CHECK(found[0].title.find("8,000") != std::string::npos);
  const auto strokes = [](const std::string& svg) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = svg.find("stroke-width=\"1\"", at)) != std::string::npos; ++at) {
      ++count;
    }
    return count;
  };
  CHECK(strokes(drawn(plain, Chart::box, book, "fr")) == 0);
  CHECK(has(lines, "absent 02, " + describe(three[2]) + ": sans valeur"));
  auto five = three;
  five.push_back(quantile(10));
  five.push_back(quantile(90));
  const auto whiskers = drawn(boxes(five, {{140, 80, 110, 60, 160}}), Chart::box, book, "en");
  CHECK(strokes(whiskers) == 4);
  five.pop_back();
  CHECK(strokes(drawn(boxes(five, {{140, 80, 110, 60}}), Chart::box, book, "en")) == 2);
  CHECK(refused(boxes({quantile(25), quantile(50)}, {{1, 2}}), Chart::box, book) ==
        "figure.box_shape");
}

TEST_CASE("what has no such shape is refused with a reason") {
  const auto book = pupils();
  const auto rows = source(book, "01 F 10.0  10 M 11.0  27 F -");
  const auto of = [&](const Tabulation& asked, Chart chart) {
    return refused(tabulate(asked, *rows, book), chart, book);
  };
  CHECK(of(cube(tabulation({"academie"}, {count()})), Chart::bar) == "figure.margins");
  CHECK(of(tabulation({}, {count()}), Chart::bar) == "figure.bar_shape");
  CHECK(of(tabulation({"academie"}, {count(), mean_of("note")}), Chart::bar) == "figure.bar_shape");
  CHECK(of(tabulation({"academie", "sexe", "sexe"}, {count()}), Chart::line) ==
        "figure.line_shape");
  CHECK(of(tabulation({"academie"}, {count()}), Chart::box) == "figure.box_shape");
  std::string many;
  for (std::size_t i = 0; i <= max_bars; ++i) many += "c" + std::to_string(i) + " F 1.0  ";
  const auto wide = source(book, many);
  const auto at = [&](const Tabulation& asked) {
    return refused(tabulate(asked, *wide, book), Chart::bar, book);
  };
  CHECK(at(tabulation({"academie"}, {count()})) == "figure.too_many_categories");
  CHECK(at(tabulation({"sexe", "academie"}, {count()})) == "figure.too_many_categories");
  CHECK(parse_chart("pie") == std::nullopt);
  for (const Chart chart : {Chart::bar, Chart::histogram, Chart::line, Chart::box}) {
    CHECK(parse_chart(to_string(chart)) == chart);
  }
}

}  // namespace sceau::disclosure
