// Two versions of the same rows: what history.h can't see between them.
#include "disclosure/superseded.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

struct Pupil {
  std::string id, age;
  int note;
};

/// 30 pupils: ids p0…p29, of whom the first `young` are 14, the others 15.
std::vector<Pupil> pupils(int young) {
  std::vector<Pupil> all;
  for (int i = 0; i < 30; ++i)
    all.push_back({"p" + std::to_string(i), i < young ? "14" : "15", i % 7});
  return all;
}

MemoryVintage vintage(const std::string& name, const std::vector<Pupil>& pupils) {
  MemoryVintage made{name, {{"ine", {}}, {"age", {}}, {"note", {}}}};
  for (const auto& pupil : pupils) {
    made.columns[0].values.emplace_back(pupil.id);
    made.columns[1].values.emplace_back(pupil.age);
    made.columns[2].values.emplace_back(std::to_string(pupil.note));
  }
  return made;
}

policies::Codebook book(const std::string& unit) {
  auto ine = category("ine");
  ine.role = policies::Role::identifier;
  return codebook({ine, category("age"), integer("note")}, {}, unit);
}

Tabulation over(const std::string& vintage, Tabulation tabulation) {
  tabulation.vintages = {vintage};
  return tabulation;
}

/// "2024b" replaced "2024".
Question question(Tabulation now, Tabulation then) {
  Question made;
  made.tabulation = std::move(now);
  made.history = {{"R-2026-000001", 1, "", false, std::move(then)}};
  made.superseded = {{"pupils", "2024", "2024b"}};
  return made;
}

std::vector<std::string> ids(const Judgement& judgement) {
  std::vector<std::string> found;
  for (const auto& finding : judgement.findings) {
    found.push_back(std::string(to_string(finding.verdict)) + " " + finding.message.id);
  }
  std::sort(found.begin(), found.end());
  return found;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a difference across two versions fails as it would within one") {
  const auto with_unit = book("ine");
  const auto rows =
      memory_source(with_unit, {vintage("2024", pupils(4)), vintage("2024b", pupils(4))});
  const auto policy = only({Rule::threshold, Rule::history});
  const auto all = tabulation({}, {count()});
  const auto old = tabulation({}, {count()}, equals("age", "15"));
  for (const bool narrow_is_out : {true, false}) {
    const auto asked =
        question(over("2024b", narrow_is_out ? all : old), over("2024", narrow_is_out ? old : all));
    const auto judgement = examine(asked, *rows, with_unit, policy).judgement;
    CHECK(judgement.verdict == Verdict::fail);
    CHECK(ids(judgement) == Ids{"fail history.threshold"});
    CHECK(judgement.findings[0].earlier == "R-2026-000001/1");
    CHECK(judgement.findings[0].measured == 4.0);
    // The fault that this mends: without the knowledge that one replaced the other it passes.
    auto unknowing = asked;
    unknowing.superseded.clear();
    CHECK(examine(unknowing, *rows, with_unit, policy).judgement.verdict == Verdict::pass);
  }
}

TEST_CASE("what two versions leave in doubt within the budget is for a person") {
  const auto ine = [] {
    auto made = category("ine");
    made.role = policies::Role::identifier;
    return made;
  }();
  const auto two = codebook({ine, category("a"), category("b")}, {}, "ine");
  const auto rows_of = [](const std::string& name) {
    MemoryVintage made{name, {{"ine", {}}, {"a", {}}, {"b", {}}}};
    int number = 0;
    const auto add = [&](int times, const char* a, const char* b) {
      for (int i = 0; i < times; ++i) {
        made.columns[0].values.emplace_back("p" + std::to_string(number++));
        made.columns[1].values.emplace_back(a);
        made.columns[2].values.emplace_back(b);
      }
    };
    add(12, "x", "u");
    add(3, "x", "v");
    add(2, "y", "u");
    add(14, "y", "v");
    return made;
  };
  const auto rows = memory_source(two, {rows_of("2024"), rows_of("2024b")});
  const auto policy = only({Rule::history});
  const auto asked = question(over("2024b", tabulation({"b"}, {count()})),
                              over("2024", tabulation({"a"}, {count()})));
  const Table table = tabulate(asked.tabulation, *rows, two);
  CHECK(judge_superseded(table, asked, *rows, two, policy).empty());
  HistoryBudget budget;
  budget.bounds = {0, 0};
  const auto found = judge_superseded(table, asked, *rows, two, policy, {}, budget);
  REQUIRE(!found.empty());
  CHECK(found[0].finding.message.id == "history.in_doubt");
  CHECK(found[0].finding.verdict == Verdict::review);
}

TEST_CASE("the same table of both versions passes where nothing was corrected") {
  const auto with_unit = book("ine");
  const auto rows =
      memory_source(with_unit, {vintage("2024", pupils(12)), vintage("2024b", pupils(12))});
  const auto policy = only({Rule::threshold, Rule::history});
  const auto table = tabulation({"age"}, {count(), sum_of("note")});
  const auto asked = question(over("2024b", table), over("2024", table));
  CHECK(ids(examine(asked, *rows, with_unit, policy).judgement).empty());
}

TEST_CASE("corrections of few units are a matter for a person, those of many are not") {
  const auto with_unit = book("ine");
  const auto policy = only({Rule::threshold, Rule::history});
  const auto table = tabulation({"age"}, {count()});
  const auto asked = question(over("2024b", table), over("2024", table));
  const auto judged = [&](std::vector<Pupil> before, std::vector<Pupil> after) {
    const auto rows = memory_source(with_unit, {vintage("2024", before), vintage("2024b", after)});
    return ids(examine(asked, *rows, with_unit, policy).judgement);
  };
  CHECK(judged(pupils(12), pupils(15)) == Ids{"review history.superseded_change"});
  CHECK(judged(pupils(10), pupils(20)).empty());
  // The same pupils, one of them with another note: counts don't tell it, sums do.
  auto corrected = pupils(12);
  corrected[0].note = 20;
  CHECK(judged(pupils(12), corrected).empty());
  const auto sums = tabulation({"age"}, {sum_of("note")});
  const auto rows =
      memory_source(with_unit, {vintage("2024", pupils(12)), vintage("2024b", corrected)});
  const auto of_sums = question(over("2024b", sums), over("2024", sums));
  CHECK(ids(examine(of_sums, *rows, with_unit, policy).judgement) ==
        Ids{"review history.superseded_change"});
}

TEST_CASE("a category that only one version has is a correction, too") {
  const auto with_unit = book("ine");
  const auto rows =
      memory_source(with_unit, {vintage("2024", pupils(0)), vintage("2024b", pupils(15))});
  const auto policy = only({Rule::history});
  const auto table = tabulation({"age"}, {count()});
  const auto asked = question(over("2024b", table), over("2024", table));
  CHECK(ids(examine(asked, *rows, with_unit, policy).judgement).empty());  // 15 moved
  const auto few =
      memory_source(with_unit, {vintage("2024", pupils(0)), vintage("2024b", pupils(3))});
  CHECK(ids(examine(asked, *few, with_unit, policy).judgement) ==
        Ids{"review history.superseded_change"});
}

TEST_CASE("without a unit, and without the old version, a person compares") {
  const auto policy = only({Rule::history});
  const auto table = tabulation({"age"}, {count()});
  const auto asked = question(over("2024b", table), over("2024", table));
  const auto without = book("row");
  const auto both =
      memory_source(without, {vintage("2024", pupils(12)), vintage("2024b", pupils(12))});
  CHECK(ids(examine(asked, *both, without, policy).judgement) ==
        Ids{"review history.superseded_rows"});
  const auto with_unit = book("ine");
  const auto newest = memory_source(with_unit, {vintage("2024b", pupils(12))});
  CHECK(ids(examine(asked, *newest, with_unit, policy).judgement) ==
        Ids{"review history.missing_vintage"});
}

TEST_CASE("versions of versions are versions, in both directions, and other years are none") {
  const auto with_unit = book("ine");
  const auto rows =
      memory_source(with_unit, {vintage("2023", pupils(4)), vintage("2024", pupils(4)),
                                vintage("2024b", pupils(4)), vintage("2024c", pupils(4))});
  const auto policy = only({Rule::threshold, Rule::history});
  const auto all = tabulation({}, {count()});
  const auto old = tabulation({}, {count()}, equals("age", "15"));
  const auto verdict = [&](const std::string& now, const std::string& then) {
    auto asked = question(over(now, all), over(then, old));
    asked.superseded = {{"pupils", "2024", "2024b"}, {"pupils", "2024b", "2024c"}};
    return examine(asked, *rows, with_unit, policy).judgement.verdict;
  };
  CHECK(verdict("2024c", "2024") == Verdict::fail);
  CHECK(verdict("2024", "2024c") == Verdict::fail);
  CHECK(verdict("2024c", "2023") == Verdict::pass);
}

TEST_CASE("another project's table of the old version counts as the policy's scope says") {
  const auto with_unit = book("ine");
  const auto rows =
      memory_source(with_unit, {vintage("2024", pupils(4)), vintage("2024b", pupils(4))});
  auto policy = only({Rule::threshold, Rule::history});
  auto asked = question(over("2024b", tabulation({}, {count()})),
                        over("2024", tabulation({}, {count()}, equals("age", "15"))));
  asked.history[0].project = "other";
  CHECK(examine(asked, *rows, with_unit, policy).judgement.verdict == Verdict::fail);
  policy.history.scope = policies::HistoryScope::project;
  CHECK(examine(asked, *rows, with_unit, policy).judgement.verdict == Verdict::pass);
}

TEST_CASE("what an opaque file does to later verdicts is the policy's") {
  const auto plain = book("row");
  const auto rows = memory_source(plain, {vintage("1", pupils(12))});
  auto policy = only({Rule::threshold, Rule::history});
  Question asked;
  asked.tabulation = tabulation({"age"}, {count()});
  asked.history = {{"R-2026-000001", 1, "", true, {}}};
  CHECK(ids(examine(asked, *rows, plain, policy).judgement) == Ids{"review history.opaque"});
  policy.history.opaque = policies::OpaqueReleases::ignore;
  CHECK(examine(asked, *rows, plain, policy).judgement.verdict == Verdict::pass);
}

}  // namespace sceau::disclosure
