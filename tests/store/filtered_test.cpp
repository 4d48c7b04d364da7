// A source of some rows is a source of nothing else: segments, dictionaries and bounds are theirs.
#include "enclave/store/filtered.h"

#include <rapidcheck.h>

#include "disclosure/fault.h"
#include "disclosure/memory_source.h"
#include "tests/store/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Comparison;
using disclosure::Condition;
using disclosure::Segment;
using Texts = std::vector<std::string>;

namespace {

policies::Codebook book() {
  return policies::parse_codebook(R"(
format = 1
[dataset]
name = "t"
[variables.ville]
type = "category"
role = "classification"
[variables.prive]
type = "category"
role = "classification"
[variables.note]
type = "integer"
role = "measure"
)",
                                  "c.toml");
}

std::unique_ptr<disclosure::Source> source_of(disclosure::Texts ville, disclosure::Texts prive,
                                              disclosure::Texts note, std::uint32_t rows) {
  std::vector<disclosure::MemoryColumn> columns = {
      {"ville", std::move(ville)}, {"prive", std::move(prive)}, {"note", std::move(note)}};
  return disclosure::memory_source(book(), std::move(columns), "2024", rows);
}

Condition at_least(std::int64_t note) {
  Condition made;
  made.kind = Condition::Kind::compare;
  made.variable = "note";
  made.comparison = Comparison::greater_equal;
  made.constants = {policies::Decimal{note, 0}};
  return made;
}

std::unique_ptr<disclosure::Source> four_rows() {
  return source_of({"NICE", "LYON", "PARIS", "NICE"}, {"o", "o", "n", std::nullopt},
                   {"5", "15", std::nullopt, "12"}, 2);
}

}  // namespace

TEST_CASE("rows for which the condition is false or unknown are not there") {
  const auto behind = four_rows();
  const FilteredSource source(*behind, *behind, at_least(12));
  CHECK(source.segments() == 2);
  CHECK(source.rows(0) == 1);
  CHECK(column_of(source, "note") == Texts{"15", "12"});
  CHECK(column_of(source, "ville") == Texts{"LYON", "NICE"});
  CHECK(column_of(source, "prive") == Texts{"o", "NULL"});
  CHECK(column_of(source, "vintage") == Texts{"2024", "2024"});
  CHECK(source.dictionary("ville").size() == 2);  // PARIS is not told
  CHECK(source.dictionary_size("prive") == 1);
  CHECK(source.bounds("note")->low == 12);
  CHECK(source.bounds("note")->high == 15);
  // Codes are the filtered dictionary's.
  for (std::size_t segment = 0; segment < 2; ++segment) {
    const bool may = source.may_hold_code(segment, "ville", [&](std::uint32_t code) {
      return source.dictionary("ville").at(code) == "LYON";
    });
    CHECK((may || segment == 1));
  }
}

TEST_CASE("a condition that no row meets leaves a table without rows, and its vintages") {
  const auto behind = four_rows();
  const FilteredSource source(*behind, *behind, at_least(100));
  CHECK(source.segments() == 0);
  CHECK(source.dictionary("ville").empty());
  CHECK_FALSE(source.bounds("note"));
  CHECK(source.vintages() == Texts{"2024"});
}

TEST_CASE("a condition on what is not there is refused when the source is made") {
  const auto behind = four_rows();
  auto condition = at_least(1);
  condition.variable = "age";
  CHECK_THROWS_AS(FilteredSource(*behind, *behind, condition), disclosure::DisclosureError);
}

TEST_CASE("rows may be chosen by a column that is not shown") {
  const auto behind = four_rows();
  const auto shown =
      disclosure::memory_source(book(), {{"ville", {"NICE", "LYON", "PARIS", "NICE"}}}, "2024", 2);
  const FilteredSource source(*shown, *behind, at_least(12));
  CHECK(column_of(source, "ville") == Texts{"LYON", "NICE"});
  CHECK_FALSE(source.column("note"));
}

TEST_CASE("parts of a segment are those of the rows alone, wherever they begin") {
  const bool good = rc::check([] {
    const auto rows = *rc::gen::inRange<std::size_t>(0, 700);
    disclosure::Texts ville, prive, note, kept_ville, kept_note;
    for (std::size_t i = 0; i < rows; ++i) {
      const auto value = *rc::gen::inRange(0, 20);
      ville.emplace_back("V" + std::to_string(*rc::gen::inRange(0, 9)));
      prive.emplace_back("o");
      note.push_back(value == 0 ? std::nullopt : std::optional(std::to_string(value)));
      if (value < 8) continue;
      kept_ville.push_back(ville.back());
      kept_note.push_back(note.back());
    }
    const auto behind = source_of(ville, prive, note, 256);
    const FilteredSource source(*behind, *behind, at_least(8));
    disclosure::Texts whole_ville, whole_note;
    Segment part;
    std::unique_ptr<disclosure::LoadedColumn> loaded;
    const auto count = static_cast<std::uint32_t>(*rc::gen::element(64, 128));
    for (std::size_t n = 0; n < source.segments(); ++n) {
      for (std::uint32_t first = 0; first < source.rows(n); first += count) {
        const auto here = std::min(count, source.rows(n) - first);
        source.load(n, "ville", loaded);
        loaded->decode(first, here, part);
        RC_ASSERT(part.codes.size() == here);
        for (const auto code : part.codes) {
          whole_ville.emplace_back(source.dictionary("ville").at(code));
        }
        source.load(n, "note", loaded);
        loaded->decode(first, here, part);
        for (const auto value : part.scaled) whole_note.emplace_back(std::to_string(value));
      }
    }
    RC_ASSERT(whole_ville == kept_ville);
    RC_ASSERT(whole_note == kept_note);
  });
  CHECK(good);
}
