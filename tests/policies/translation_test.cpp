#include "policies/translation.h"

#include <doctest/doctest.h>

#include <array>

using namespace sceau::policies;

namespace {

constexpr std::array<Translation, 3> texts = {
    Translation{"a\4one", "un"}, Translation{"a\4two", "deux"}, Translation{"word\4units", "unités"}};

}  // namespace

TEST_CASE("a text is found by context and English together, and is itself where it is not") {
  CHECK(translated(texts, "a", "one") == "un");
  CHECK(translated(texts, "a", "two") == "deux");
  CHECK(translated(texts, "b", "one") == "one");
  CHECK(translated(texts, "a", "one more") == "one more");
  CHECK(translated({}, "a", "one") == "one");
}

TEST_CASE("a slot takes its argument as it is, as a number, or as a word") {
  CHECK(filled("{1} of {2n}: {3w}", {"1234567", "1234567", "units"}, "fr", texts) ==
        "1234567 of 1\u202F234\u202F567: unités");
  CHECK(filled("{1n}|{2n}", {"1234567.5", "x"}, "en", {}) == "1234567.5|x");
  CHECK(filled("{1}{9}{0}{x}{", {"a"}, "en", {}) == "a{0}{x}{");
}

TEST_CASE("French numbers: a comma, groups from five digits on, and nothing else is touched") {
  const auto french = [](const std::string& number) {
    return filled("{1n}", {number}, "fr", {});
  };
  CHECK(french("0.85") == "0,85");
  CHECK(french("-12.5") == "-12,5");
  CHECK(french("2024") == "2024");
  CHECK(french("10000") == "10\u202F000");
  CHECK(french("1 612 977") == "1\u202F612\u202F977");
  CHECK(french("100000.125") == "100\u202F000,125");
  for (const auto* other : {"", "-", ".5", "5.", "1.2.3", "1e5", "12a", "R-2026", "1 234 a", " 1"}) {
    CHECK(french(other) == other);
  }
}

TEST_CASE("the slots of a form, whatever they take") {
  CHECK(slots_of("{2n} and {1}, {1w}") == std::vector<char>{'1', '2'});
  CHECK(slots_of("none {0} {x} {1x} {10}").empty());
}
