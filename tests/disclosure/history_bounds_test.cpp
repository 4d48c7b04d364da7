// Level 3 of the release history against the enumeration of every population that fits: which small
// groups do all releases leave with two possible numbers of people, or one that is no matter of
// sums alone?
#include "disclosure/history_bounds.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "disclosure/gathered.h"
#include "disclosure/history.h"
#include "disclosure/prime_field.h"
#include "tests/disclosure/build.h"
#include "tests/every.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;
using sceau::test::stride;

namespace {

constexpr int few = 4;           // fewer people are few
constexpr int hidden_under = 3;  // by HAVING, where a release has one

using Set = std::set<std::size_t>;  // classes of people

// A class of people lies in one cell (1, 2, 3, or 0: in none) of each release.
struct World {
  std::vector<int> cells;   // by class: digits to the base 4, a release each
  std::vector<int> people;  // by class, at least 1
  std::vector<bool> hides;  // by release: HAVING count(*) >= hidden_under

  [[nodiscard]] int cell(std::size_t one, std::size_t release) const {
    return cells[one] >> (2 * release) & 3;
  }
};

struct Known {
  Set of;
  int least;
  int most;  // equal to least where the number is shown
};

// What releases 0 … count - 1 say, and cells that they hide (by any of all releases).
std::vector<Known> said_by(const World& world, std::size_t count) {
  std::vector<Known> found;
  for (std::size_t release = 0; release < count; ++release) {
    for (int cell = 1; cell <= 3; ++cell) {
      Known known{{}, 0, 0};
      int people = 0;
      for (std::size_t one = 0; one < world.cells.size(); ++one) {
        if (world.cell(one, release) != cell) continue;
        known.of.insert(one);
        people += world.people[one];
      }
      if (known.of.empty()) continue;
      const bool hidden = world.hides[release] && people < hidden_under;
      known.least = hidden ? 0 : people;
      known.most = hidden ? hidden_under - 1 : people;
      found.push_back(known);
    }
  }
  return found;
}

// Between which numbers a set of classes can have people, of all populations that fit; up to three
// more than there are of a class that nothing bounds.
std::map<Set, std::pair<int, int>> intervals(const World& world, const std::vector<Known>& known,
                                             const std::vector<Set>& asked) {
  std::vector<int> people(world.people.size());
  std::map<Set, std::pair<int, int>> found;
  for (const Set& one : asked) found[one] = {1000, -1};
  const auto size = [&](const Set& of) {
    int all = 0;
    for (const std::size_t one : of) all += people[one];
    return all;
  };
  const std::function<void(std::size_t)> choose = [&](std::size_t at) {
    if (at == people.size()) {
      const bool fits = std::ranges::all_of(known, [&](const Known& one) {
        return size(one.of) >= one.least && size(one.of) <= one.most;
      });
      if (!fits) return;
      for (auto& [set, interval] : found) {
        interval.first = std::min(interval.first, size(set));
        interval.second = std::max(interval.second, size(set));
      }
      return;
    }
    int most = world.people[at] + 3;
    for (const Known& one : known) {
      if (one.of.contains(at)) most = std::min(most, one.most);
    }
    for (people[at] = 0; people[at] <= most; ++people[at]) choose(at + 1);
    people[at] = 0;
  };
  choose(0);
  return found;
}

// Whether a set follows from the shown numbers by sums and differences: elimination in fractions
// that are kept whole.
bool follows(std::size_t classes, const std::vector<Known>& known, const Set& set) {
  std::vector<std::vector<std::int64_t>> rows;
  const auto row_of = [&](const Set& of) {
    std::vector<std::int64_t> row(classes, 0);
    for (const std::size_t one : of) row[one] = 1;
    return row;
  };
  const auto reduce = [&](std::vector<std::int64_t> row) {
    for (const auto& other : rows) {
      const auto pivot = static_cast<std::size_t>(
          std::ranges::find_if(other, [](auto value) { return value != 0; }) - other.begin());
      const std::int64_t times = row[pivot];
      for (std::size_t i = 0; i < classes; ++i) row[i] = row[i] * other[pivot] - other[i] * times;
    }
    return row;
  };
  const auto is_nought = [](const std::vector<std::int64_t>& row) {
    return std::ranges::all_of(row, [](auto value) { return value == 0; });
  };
  for (const Known& one : known) {
    if (one.least != one.most) continue;
    auto row = reduce(row_of(one.of));
    if (!is_nought(row)) rows.push_back(std::move(row));
  }
  return is_nought(reduce(row_of(set)));
}

// The few that all releases tell too closely and those before the last didn't; parts that follow
// left out of them.
std::set<Set> expected_of(const World& world) {
  const std::size_t releases = world.hides.size();
  const auto now = said_by(world, releases);
  const auto before = said_by(world, releases - 1);
  std::vector<Set> asked;
  const auto ask = [&](const Set& set) {
    int people = 0;
    for (const std::size_t one : set) people += world.people[one];
    if (people < few && !follows(world.people.size(), now, set)) asked.push_back(set);
  };
  for (std::size_t one = 0; one < world.people.size(); ++one) {
    if (world.cells[one] != 0) ask({one});
  }
  for (const Known& one : now) {
    if (one.least != one.most) ask(one.of);
  }
  const auto is = intervals(world, now, asked);
  const auto was = intervals(world, before, asked);
  std::set<Set> found;
  for (const auto& [set, interval] : is) {
    if (interval.second - interval.first >= 2) continue;
    if (was.at(set).second - was.at(set).first < 2) continue;
    Set open;
    for (const std::size_t one : set) {
      if (!follows(world.people.size(), now, {one})) open.insert(one);
    }
    found.insert(open);
  }
  return found;
}

struct Asked {
  policies::Codebook book;
  std::unique_ptr<Source> rows;
  std::vector<Tabulation> tables;
};

Asked asked_of(const World& world) {
  Asked made;
  std::vector<policies::Variable> variables;
  const std::size_t releases = world.hides.size();
  for (std::size_t r = 0; r < releases; ++r) variables.push_back(category("r" + std::to_string(r)));
  variables.push_back(category("class"));  // so that each class is a profile of its own
  made.book = codebook(variables);
  std::string lines;
  for (std::size_t one = 0; one < world.people.size(); ++one) {
    std::string line;
    for (std::size_t r = 0; r < releases; ++r) {
      const int cell = world.cell(one, r);
      line += cell == 0 ? "- " : std::to_string(cell) + " ";
    }
    lines += rows_of(world.people[one], line + "c" + std::to_string(one));
  }
  made.rows = source(made.book, lines);
  for (std::size_t r = 0; r < releases; ++r) {
    const std::string name = "r" + std::to_string(r);
    made.tables.push_back(
        tabulation({name}, {count()}, both(negated(is_null(name)), negated(is_null("class")))));
    if (world.hides[r]) made.tables.back().having_minimum = hidden_under;
  }
  return made;
}

BoundsAnswer answer_to(const Asked& asked, const BoundsBudget& budget = {}) {
  Named named;
  for (const Tabulation& one : asked.tables) named.add(one, asked.book);
  const Profiles profiles(*asked.rows, named, {});
  policies::Policy policy = only({Rule::history});
  policy.history.minimum = few;
  TableComparison comparison(asked.tables.back(), *asked.rows, asked.book, policy, profiles, {});
  Gathered gathered(profiles, comparison, policy, {});
  std::uint64_t steps = 0;
  for (std::uint32_t i = 0; i < asked.tables.size(); ++i) {
    gathered.add(i, asked.tables[i], released_sets(asked.tables[i], profiles, asked.book), steps);
  }
  REQUIRE(gathered.cells.finish());
  gathered.asking.steps = 1'000'000'000;
  const Answer counts =
      what_follows(gathered.cells, gathered.hidden, gathered.asking, std::nullopt, steps);
  const Neighbourhoods all(profiles, gathered.cells, gathered.hidden, gathered.asking, counts);
  return what_is_narrowed(all, gathered.asking, budget);
}

std::string described(const World& world) {
  std::string text;
  for (std::size_t one = 0; one < world.cells.size(); ++one) {
    text += std::to_string(world.people[one]) + " in";
    for (std::size_t r = 0; r < world.hides.size(); ++r) {
      text += " " + std::to_string(world.cell(one, r));
    }
    text += "; ";
  }
  for (const bool hides : world.hides) text += hides ? "hides " : "shows ";
  return text;
}

std::string described(const std::set<Set>& sets) {
  std::string text;
  for (const Set& set : sets) {
    text += "{";
    for (const std::size_t one : set) text += " " + std::to_string(one);
    text += " } ";
  }
  return text;
}

void check_world(const World& world, int& narrowed) {
  const auto expected = expected_of(world);
  narrowed += expected.empty() ? 0 : 1;
  const BoundsAnswer answer = answer_to(asked_of(world));
  CHECK(answer.in_doubt == 0);
  const auto now = said_by(world, world.hides.size());
  std::set<Set> found;
  for (const Narrowed& one : answer.sets) {
    Set open;
    for (const std::uint32_t profile : one.profiles) {
      if (!follows(world.people.size(), now, {profile})) open.insert(profile);
    }
    found.insert(open);
    for (const std::uint32_t table : one.tables) CHECK(table + 1 < world.hides.size());
  }
  INFO(described(world));
  CHECK(described(found) == described(expected));
}

}  // namespace

TEST_CASE("two releases of up to three cells over up to six people: who is told too closely") {
  int number = 0;
  int narrowed = 0;
  int worlds = 0;
  const int every = stride(97);
  World world;
  const std::function<void(int, int)> choose = [&](int from, int left) {
    if (!world.cells.empty() && number++ % every == 0) {
      for (const int hides : {0, 1, 2, 3}) {
        world.hides = {(hides & 1) != 0, (hides & 2) != 0};
        check_world(world, narrowed);
        ++worlds;
      }
    }
    for (int code = from; code < 16; ++code) {
      for (int people = 1; people <= left; ++people) {
        world.cells.push_back(code);
        world.people.push_back(people);
        choose(code + 1, left - people);
        world.cells.pop_back();
        world.people.pop_back();
      }
    }
  };
  choose(1, 6);
  CHECK(number == 54263);  // C(15 + 6, 6) - 1: the multisets of at most six
  CHECK(narrowed > worlds / 100);
  CHECK(narrowed < worlds / 2);
}

TEST_CASE("three releases of up to three cells over up to six people, a sample") {
  int narrowed = 0;
  const int worlds = sceau::test::every().all ? 40'000 : 400;
  std::uint64_t state = 7;
  for (int i = 0; i < worlds; ++i) {
    std::map<int, int> people;
    const std::size_t size = 2 + draw(state) % 5;
    for (std::size_t n = 0; n < size; ++n) ++people[1 + static_cast<int>(draw(state) % 63)];
    World world;
    for (const auto& [code, count] : people) {
      world.cells.push_back(code);
      world.people.push_back(count);
    }
    for (int r = 0; r < 3; ++r) world.hides.push_back(draw(state) % 2 == 0);
    check_world(world, narrowed);
  }
  CHECK(narrowed > worlds / 100);
}

TEST_CASE("without a budget small parts are in doubt, never safe") {
  // Two tables that share a margin: each of the four parts can be one more or one less.
  World world{{5, 6, 9, 10}, {2, 2, 2, 2}, {false, false}};
  const BoundsAnswer whole = answer_to(asked_of(world));
  CHECK(whole.sets.empty());
  CHECK(whole.certified == 4);
  CHECK(whole.in_doubt == 0);
  const BoundsAnswer none = answer_to(asked_of(world), {0, 0});
  CHECK(none.certified == 0);
  CHECK(none.in_doubt == 4);
  const BoundsAnswer audited = answer_to(asked_of(world), {0, 4});
  CHECK(audited.certified == 4);
}

}  // namespace sceau::disclosure
