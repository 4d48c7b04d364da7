// What many released cells tell together, against the enumeration of every population that fits
// the released numbers. An atom has three people and may have none to six: wide enough that no
// number of people is pinned by being at least nought, which is the business of bounds (level 3).
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "disclosure/history.h"
#include "disclosure/prime_field.h"
#include "tests/disclosure/build.h"
#include "tests/disclosure/follows.h"
#include "tests/every.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;
using sceau::test::stride;

namespace {

using Set = std::vector<std::uint32_t>;  // people (profiles), ascending

// A world of classes of people, and sums of some of them that are known.
struct Known3 {
  std::size_t classes = 0;
  std::vector<Set> sums;
};

// Which of the asked sets have one size in every population that fits: each class has 0..6 people,
// and really 3.
std::vector<bool> pinned(const Known3& world, const std::vector<Set>& asked) {
  std::vector<int> people(world.classes, 3);
  std::vector<int> left(world.sums.size());
  std::vector<std::vector<std::size_t>> sums_of(world.classes);
  std::vector<std::size_t> open(world.sums.size());
  for (std::size_t s = 0; s < world.sums.size(); ++s) {
    left[s] = 3 * static_cast<int>(world.sums[s].size());
    open[s] = world.sums[s].size();
    for (const std::uint32_t one : world.sums[s]) sums_of[one].push_back(s);
  }
  std::vector<bool> same(asked.size(), true);
  const std::function<void(std::size_t)> choose = [&](std::size_t at) {
    if (at == world.classes) {
      for (std::size_t i = 0; i < asked.size(); ++i) {
        int size = 0;
        for (const std::uint32_t one : asked[i]) size += people[one];
        if (size != 3 * static_cast<int>(asked[i].size())) same[i] = false;
      }
      return;
    }
    for (int n = 0; n <= 6; ++n) {
      bool fits = true;
      for (const std::size_t s : sums_of[at]) {
        left[s] -= n;
        --open[s];
        if (left[s] < 0 || left[s] > 6 * static_cast<int>(open[s])) fits = false;
      }
      people[at] = n;
      if (fits) choose(at + 1);
      for (const std::size_t s : sums_of[at]) {
        left[s] += n;
        ++open[s];
      }
    }
  };
  choose(0);
  return same;
}

// Releases r1, r2, …: a class of people is a cell (1, 2, 3, or 0: in none) of each. One row a
// class.
struct Releases {
  policies::Codebook book;
  std::unique_ptr<Source> rows;
  std::vector<Tabulation> tables;
  std::vector<std::vector<Set>> cells;  // by release
};

Releases releases(const std::vector<int>& classes, int count) {
  Releases made;
  std::vector<policies::Variable> variables;
  for (int r = 0; r < count; ++r) variables.push_back(category("r" + std::to_string(r)));
  variables.push_back(category("class"));  // so that each row is a profile of its own
  made.book = codebook(variables);
  std::string lines;
  made.cells.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < classes.size(); ++i) {
    int code = classes[i];
    for (auto& cells : made.cells) {
      cells.resize(3);
      if (code % 4 != 0)
        cells[static_cast<std::size_t>(code % 4 - 1)].push_back(static_cast<std::uint32_t>(i));
      lines += (code % 4 == 0 ? "-" : std::to_string(code % 4)) + std::string(" ");
      code /= 4;
    }
    lines += "c" + std::to_string(i) + "\n";
  }
  for (auto& cells : made.cells) std::erase_if(cells, [](const Set& one) { return one.empty(); });
  made.rows = source(made.book, lines);
  for (int r = 0; r < count; ++r) {
    const std::string name = "r" + std::to_string(r);
    // "class IN (all)" names the class and leaves nobody out.
    made.tables.push_back(tabulation({name}, {build::count()},
                                     both(negated(is_null(name)), negated(is_null("class")))));
  }
  return made;
}

// Atoms and pairs of atoms that the last release pins, and that were not pinned before; those that
// are its cells left out.
std::set<Set> expected_of(const Releases& world, std::size_t classes) {
  std::vector<Set> asked;
  for (std::uint32_t a = 0; a < classes; ++a) asked.push_back({a});
  for (std::uint32_t a = 0; a < classes; ++a) {
    for (std::uint32_t b = a + 1; b < classes; ++b) asked.push_back({a, b});
  }
  Known3 before{classes, {}};
  for (std::size_t r = 0; r + 1 < world.cells.size(); ++r) {
    before.sums.insert(before.sums.end(), world.cells[r].begin(), world.cells[r].end());
  }
  Known3 after = before;
  after.sums.insert(after.sums.end(), world.cells.back().begin(), world.cells.back().end());
  const auto was = pinned(before, asked);
  const auto is = pinned(after, asked);
  std::set<Set> found;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (!is[i] || was[i]) continue;
    // Of two that follow each by itself nothing more follows together.
    if (asked[i].size() == 2 && (is[asked[i][0]] || is[asked[i][1]])) continue;
    if (std::ranges::find(world.cells.back(), asked[i]) != world.cells.back().end()) continue;
    found.insert(asked[i]);
  }
  return found;
}

// Whether a cell of one release holds one of the other and is one or two people more, who are not
// the other half of two that fill it.
bool two_cells_tell(const Releases& world) {
  bool tells = false;
  const auto look = [&](const std::vector<Set>& outer, const std::vector<Set>& inner) {
    for (const Set& cell : outer) {
      std::size_t parts = 0;
      std::size_t inside = 0;
      for (const Set& part : inner) {
        if (!std::ranges::includes(cell, part)) continue;
        ++parts;
        inside += part.size();
      }
      for (const Set& part : inner) {
        if (!std::ranges::includes(cell, part) || part.size() == cell.size()) continue;
        if (parts == 2 && inside == cell.size()) continue;
        tells = tells || cell.size() - part.size() < 3;
      }
    }
  };
  look(world.cells[0], world.cells[1]);
  look(world.cells[1], world.cells[0]);
  return tells;
}

// The gate with 3 as the least: something is found exactly where something follows.
void check_gate(const Releases& world, bool follows) {
  auto policy = only({Rule::history});
  policy.history.minimum = 3;
  Question question;
  question.tabulation = world.tables.back();
  question.history = {{"R-1", 1, "", false, world.tables[0]}};
  const Table table = tabulate(question.tabulation, *world.rows, world.book);
  const auto found = judge_history(table, question, *world.rows, world.book, policy);
  CHECK(!found.empty() == (follows || two_cells_tell(world)));
}

void check_world(const std::vector<int>& classes, int count, int& disclosing) {
  const Releases world = releases(classes, count);
  const auto expected = expected_of(world, classes.size());
  disclosing += expected.empty() ? 0 : 1;
  if (count == 2 && !world.cells[0].empty() && !world.cells[1].empty()) {
    check_gate(world, !expected.empty());
  }
  const auto found = follows_from(world.tables, *world.rows, world.book, 3).sets;
  CHECK(found == expected);
}

}  // namespace

TEST_CASE("two releases of up to three cells over up to six atoms: no atom and no pair is missed") {
  int number = 0;
  int disclosing = 0;
  int worlds = 0;
  const int every = stride(41);
  std::vector<int> classes;
  const std::function<void(int)> choose = [&](int from) {
    if (!classes.empty() && number++ % every == 0) {
      ++worlds;
      check_world(classes, 2, disclosing);
    }
    if (classes.size() == 6) return;
    for (int code = from; code < 16; ++code) {
      classes.push_back(code);
      choose(code + 1);
      classes.pop_back();
    }
  };
  choose(1);
  CHECK(number == 9948);
  CHECK(disclosing > worlds / 10);
  CHECK(disclosing < worlds * 9 / 10);
}

TEST_CASE("three releases of up to three cells over up to six atoms, a sample") {
  int disclosing = 0;
  const int worlds = sceau::test::every().all ? 20'000 : 150;
  std::uint64_t state = 5;
  for (int i = 0; i < worlds; ++i) {
    std::set<int> chosen;
    const std::size_t size = 2 + draw(state) % 5;
    while (chosen.size() < size) chosen.insert(1 + static_cast<int>(draw(state) % 63));
    check_world({chosen.begin(), chosen.end()}, 3, disclosing);
  }
  CHECK(disclosing > worlds / 10);
  CHECK(disclosing < worlds * 9 / 10);
}

namespace {

// A table of counts with its margins where HAVING hides small cells.
struct Suppressed {
  policies::Codebook book = codebook({category("a"), category("b")});
  std::unique_ptr<Source> rows;
  Tabulation table = cube(tabulation({"a", "b"}, {count()}));

  Suppressed(const std::vector<int>& counts, int columns, std::int64_t least) {
    std::string lines;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const auto at = static_cast<int>(i);
      for (int n = counts[i]; n > 0; --n) {
        lines += std::to_string(at / columns) + " " + std::to_string(at % columns) + "\n";
      }
    }
    rows = source(book, lines);
    table.having_minimum = least;
  }
};

// The same by hand: profiles are the cells that somebody is in, in order of their places; what is
// shown is every sum that is large enough.
std::set<Set> given_back(const std::vector<int>& counts, int columns, int least) {
  std::vector<Set> asked;
  Known3 world;
  std::map<std::pair<int, int>, std::pair<Set, int>> sums;  // -1: all
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const int row = static_cast<int>(i) / columns;
    const int column = static_cast<int>(i) % columns;
    for (const auto& key :
         {std::pair(row, column), std::pair(row, -1), std::pair(-1, column), std::pair(-1, -1)}) {
      sums[key].first.push_back(static_cast<std::uint32_t>(world.classes));
      sums[key].second += counts[i];
    }
    ++world.classes;
  }
  for (const auto& [key, sum] : sums) {
    (sum.second >= least ? world.sums : asked).push_back(sum.first);
  }
  const auto is = pinned(world, asked);
  std::set<Set> found;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    // A cell that is all of a margin is told by it, where that is shown.
    if (is[i] && std::ranges::find(world.sums, asked[i]) == world.sums.end())
      found.insert(asked[i]);
  }
  return found;
}

void check_suppressed(const std::vector<int>& counts, int columns, int& leaking) {
  constexpr int least = 3;
  const Suppressed world(counts, columns, least);
  const auto expected = given_back(counts, columns, least);
  leaking += expected.empty() ? 0 : 1;
  CHECK(follows_from({world.table}, *world.rows, world.book, 0).hidden == expected);
  if (expected.empty()) return;
  auto policy = only({Rule::history});
  policy.history.minimum = least;
  Question question;
  question.tabulation = world.table;
  CHECK(examine(question, *world.rows, world.book, policy).judgement.verdict == Verdict::fail);
}

}  // namespace

TEST_CASE("every 2x2 and 2x3 table of counts 0..4: which suppressed cells the margins give back") {
  int leaking = 0;
  for (int code = 0; code < 625; code += stride(3)) {
    check_suppressed({code % 5, code / 5 % 5, code / 25 % 5, code / 125}, 2, leaking);
  }
  CHECK(leaking > 50);
  const int before = leaking;
  for (int code = 0; code < 15625; code += stride(97)) {
    check_suppressed(
        {code % 5, code / 5 % 5, code / 25 % 5, code / 125 % 5, code / 625 % 5, code / 3125}, 3,
        leaking);
  }
  CHECK(leaking > before + 20);
}

TEST_CASE("example 8: 26 | 4 and 15 | 18: of the sums of released cells none alone is 4") {
  // {4, 26, 30, 18, 22, 41, 63} without 4: whichever are hidden with it so that no combination of
  // the others gives 4 passes; any other choice fails. By enumeration of all that fit.
  const std::vector<Set> sums = {{0}, {1}, {2}, {3}, {0, 1}, {2, 3}, {0, 2}, {1, 3}, {0, 1, 2, 3}};
  const auto book = codebook({category("row"), category("col")});
  const auto rows = source(
      book, repeat(26, "a x ") + repeat(4, "a y ") + repeat(15, "b x ") + repeat(18, "b y "));
  const auto cell = [](std::size_t i) {
    const std::vector<std::pair<std::string, std::string>> of[] = {{{"row", "a"}, {"col", "x"}},
                                                                   {{"row", "a"}, {"col", "y"}},
                                                                   {{"row", "b"}, {"col", "x"}},
                                                                   {{"row", "b"}, {"col", "y"}},
                                                                   {{"row", "a"}},
                                                                   {{"row", "b"}},
                                                                   {{"col", "x"}},
                                                                   {{"col", "y"}},
                                                                   {}};
    Condition where;
    where.kind = Condition::Kind::all_of;
    for (const auto& [name, code] : of[i]) where.parts.push_back(equals(name, code));
    return tabulation({}, {count()}, where);
  };
  auto policy = only({Rule::threshold, Rule::history});
  policy.threshold.zeros = policies::Zeros::safe;
  int safe = 0;
  for (unsigned chosen = 1; chosen < 512; ++chosen) {
    if ((chosen & 2U) != 0 || chosen % static_cast<unsigned>(stride(3)) != 0) continue;  // 4 itself
    Known3 world{4, {}};
    Question question;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (((chosen >> i) & 1U) == 0) continue;
      world.sums.push_back(sums[i]);
      question.tabulation = cell(i);
      question.history.push_back({"R-" + std::to_string(i), 1, "", false, question.tabulation});
    }
    question.history.pop_back();
    std::vector<Set> without_last = world.sums;
    without_last.pop_back();
    const bool now = pinned(world, {{1}})[0];
    const bool before = pinned({4, without_last}, {{1}})[0];
    safe += now ? 0 : 1;
    if (before) continue;  // known already, and some pair may say so again
    CHECK((examine(question, *rows, book, policy).judgement.verdict == Verdict::fail) == now);
  }
  CHECK(safe > 20);
}

}  // namespace sceau::disclosure
