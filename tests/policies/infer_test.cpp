// Codebooks guessed from data: types, roles, missing values, names, and what is never written.

#include "policies/infer.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "policies/fault.h"
#include "policies/infer_column.h"

using namespace sceau::policies;

namespace {

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

/// The variable that one column of `cells` becomes.
Variable guess(const std::vector<std::string>& cells, Comments* comments = nullptr) {
  Inference inference("d");
  const std::vector<std::string> header = {"x"};
  inference.begin_file(views(header));
  for (const std::string& cell : cells) {
    const std::string_view row[] = {cell};
    inference.add_row(row);
  }
  const Inferred made = inference.finish();
  if (comments != nullptr) *comments = made.comments;
  return parse_codebook(to_toml(made.codebook, made.comments), "inferred").variables.at(0);
}

std::vector<std::string> times(int count, const std::vector<std::string>& cells) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.insert(out.end(), cells.begin(), cells.end());
  return out;
}

template <typename Make>
std::vector<std::string> counted(int count, Make make) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back(make(i));
  return out;
}

}  // namespace

TEST_CASE("names for SQL come out of any header") {
  CHECK(sql_name("academie") == "academie");
  CHECK(sql_name("N° élève (2021)") == "n_eleve_2021");
  CHECK(sql_name("Œuvre  &  Ç") == "oeuvre_c");
  CHECK(sql_name("2nde") == "v_2nde");
  CHECK(sql_name("vintage") == "v_vintage");
  CHECK(sql_name("__a__b__") == "a_b");
  CHECK(sql_name("") == "v");
  CHECK(sql_name("€") == "v");
  CHECK(sql_name("日本") == "v");
  CHECK(sql_name(std::string(200, 'a')) == std::string(63, 'a'));
  CHECK(sql_name("9" + std::string(200, 'a')).size() == 63);
  CHECK(sql_name("\xC3") == "v");
}

TEST_CASE("types follow from what all values are") {
  const Variable few = guess(times(20, {"2019", "2020", "2021"}));
  CHECK(few.type == Type::integer);
  CHECK(few.role == Role::classification);

  const Variable many = guess(times(20, counted(30, [](int i) { return std::to_string(i - 7); })));
  CHECK(many.type == Type::integer);
  CHECK(many.role == Role::measure);

  const Variable note = guess(times(20, {"12", "7.5", "0.25", "-3.1"}));
  CHECK(note.type == Type::decimal);
  CHECK(note.role == Role::measure);
  CHECK(note.decimals == 2);

  const Variable day = guess(times(20, {"2024-02-29", "1999-12-31"}));
  CHECK(day.type == Type::date);
  CHECK(guess(times(20, {"2023-02-29"})).type == Type::category);

  const Variable code = guess(times(20, {"01", "2A", "2B"}));
  CHECK(code.type == Type::category);
  CHECK(code.role == Role::classification);
  CHECK(code.values == std::vector<CodeLabel>{{"01", {}}, {"2A", {}}, {"2B", {}}});
  CHECK(guess(times(20, {"01", "02"})).type == Type::category);  // leading zeros are codes
}

TEST_CASE("what tells rows apart becomes an identifier, free text is hidden") {
  const Variable ine = guess(counted(500, [](int i) { return "k" + std::to_string(i); }));
  CHECK(ine.type == Type::text);
  CHECK(ine.role == Role::identifier);
  const Variable number = guess(counted(5000, [](int i) { return std::to_string(i + 1); }));
  CHECK(number.type == Type::text);
  CHECK(number.role == Role::identifier);
  const Variable words =
      guess(times(2, counted(200, [](int i) { return "word " + std::to_string(i); })));
  CHECK(words.type == Type::text);
  CHECK(words.role == Role::hidden);
  CHECK(guess({"", "", "NA"}).role == Role::hidden);
}

TEST_CASE("missing values are told from the company they keep") {
  const Variable note = guess(times(20, {"12.5", "NA", "", ".", "null"}));
  CHECK(note.type == Type::decimal);
  CHECK(note.missing == std::vector<std::string>{"", ".", "NA", "null"});
  const Variable code = guess(times(20, {"a", "NA", ".", ""}));
  CHECK(code.type == Type::category);
  CHECK(code.missing == std::vector<std::string>{"", "NA"});
  CHECK(code.values == std::vector<CodeLabel>{{"a", {}}, {".", {}}});
}

TEST_CASE("a code list is proposed only where each code stands in 10 rows") {
  std::vector<std::string> cells = times(100, {"public", "private"});
  cells.insert(cells.end(), 9, "rare");
  Comments comments;
  CHECK(guess(cells, &comments).values.empty());
  CHECK(comments["x"].at(0).find("rare") == std::string::npos);
  cells.push_back("rare");
  CHECK(guess(cells).values.size() == 3);
  CHECK(guess(times(20, {"a", "Total"})).values.empty());
  CHECK(guess(times(20, {"a", "b\x01"})).values.empty());
  CHECK(guess(times(20, {"a", "caf\xE9"})).values.empty());
}

TEST_CASE("decimal commas are said once for the files") {
  Inference inference("d");
  const std::vector<std::string_view> header = {"a", "b"};
  inference.begin_file(header);
  for (int i = 0; i < 20; ++i) {
    const std::string a = std::to_string(i) + ",5";
    const std::vector<std::string_view> row = {a, "7"};
    CHECK(inference.add_row(row));
  }
  const Inferred made = inference.finish();
  REQUIRE(made.codebook.files.size() == 1);
  CHECK(made.codebook.files[0].decimal == ',');
  CHECK(made.codebook.variables[0].type == Type::decimal);
  CHECK(made.codebook.variables[0].decimals == 1);
}

TEST_CASE("several files share their columns by header") {
  Inference inference("Élèves 2024");
  const std::vector<std::string_view> first = {"a", "", "É"};
  inference.begin_file(first);
  const std::vector<std::string_view> row = {"1", "2", "3"};
  const std::vector<std::string_view> ragged = {"1", "2"};
  CHECK(inference.add_row(row));
  CHECK_FALSE(inference.add_row(ragged));
  const std::vector<std::string_view> second = {"É", "é", "a"};
  inference.begin_file(second);
  CHECK(inference.add_row(row));
  const Inferred made = inference.finish();
  CHECK(made.codebook.name == "eleves_2024");
  REQUIRE(made.codebook.variables.size() == 3);
  CHECK(made.codebook.variables[0].name == "a");
  CHECK(made.codebook.variables[1].name == "e");
  CHECK(made.codebook.variables[1].source == std::vector<std::string>{"É"});
  CHECK(made.codebook.variables[2].name == "e_2");
  CHECK(made.comments.at("").size() == 3);
  CHECK_NOTHROW((void)parse_codebook(to_toml(made.codebook, made.comments), "t"));
}

TEST_CASE("a header that stands twice and files without names are refused") {
  Inference inference("d");
  const std::vector<std::string_view> twice = {"a", "b", "a"};
  CHECK_THROWS_AS(inference.begin_file(twice), PolicyError);
  const std::vector<std::string_view> latin = {"acad\xE9mie"};
  CHECK_THROWS_AS(inference.begin_file(latin), PolicyError);
  Inference empty("d");
  CHECK_THROWS_AS((void)empty.finish(), PolicyError);
}

TEST_CASE("300 columns make 256 variables") {
  Inference inference("d");
  const std::vector<std::string> header = counted(300, [](int i) { return std::to_string(i); });
  inference.begin_file(views(header));
  CHECK(inference.add_row(views(header)));
  const Inferred made = inference.finish();
  CHECK(parse_codebook(to_toml(made.codebook, made.comments), "t").variables.size() == 256);
}

TEST_CASE("UTF-8 is told from what is not") {
  for (const char* text : {"", "a", "é", "€", "𝄞", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    CHECK(is_utf8(text));
  }
  for (const char* text :
       {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xE2\x82", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xC3\x28", "\xF0\x80\x80\x80"}) {
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("the number of different values is estimated within a tenth") {
  for (const int count : {10, 1000, 5000, 200000}) {
    DistinctEstimate estimate;
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < count; ++i) estimate.add("value " + std::to_string(i));
    }
    CAPTURE(count);
    CHECK(estimate.count() > 0.9 * count);
    CHECK(estimate.count() < 1.1 * count);
  }
}

TEST_CASE("whatever the cells hold, what is guessed is a codebook that loads") {
  CHECK(rc::check("infer, write, parse", [] {
    const auto cell = rc::gen::element<std::string>("", "NA", ".", "1", "01", "2.50", "3,5", "a",
                                                    "Total", "\"", "\\", "2024-01-31", "é", "\n",
                                                    "-0", "1e5", "123456789012345678901");
    const auto width = *rc::gen::inRange<std::size_t>(1, 4);
    const auto header = *rc::gen::container<std::vector<std::string>>(
        width, rc::gen::element<std::string>("a", "A", "É", "vintage", "row", "x y", "\"q\"", "Ω",
                                             "", "b\n", "1"));
    Inference inference("d");
    try {
      inference.begin_file(views(header));
    } catch (const PolicyError&) {
      return;  // the same header twice
    }
    const int repeat = *rc::gen::element(1, 12);
    for (int i = 0; i < *rc::gen::inRange(0, 20); ++i) {
      const auto row = *rc::gen::container<std::vector<std::string>>(width, cell);
      for (int j = 0; j < repeat; ++j) RC_ASSERT(inference.add_row(views(row)));
    }
    try {
      const Inferred made = inference.finish();
      const Codebook read = parse_codebook(to_toml(made.codebook, made.comments), "t");
      RC_ASSERT(read.variables.size() == made.codebook.variables.size());
    } catch (const PolicyError& error) {
      RC_ASSERT(error.fault() == Fault::missing);  // no column with a name
    }
  }));
}
