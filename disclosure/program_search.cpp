#include "disclosure/program_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <queue>
#include <tuple>
#include <utility>

namespace sceau::disclosure {
namespace {

constexpr std::array<std::size_t, 4> neighbourhoods{150, 600, 2'400, 20'000};
constexpr std::size_t seeded_cells = 300;  // where there is a change that would do
constexpr std::uint32_t none = 0xffffffffU;
constexpr int most_times = 4;  // by which fractions are tried to be made whole
constexpr double whole_enough = 1e-6;
constexpr double hidden_weight = 1e-3;    // of a hidden cell's unit: short exchanges are round ones
constexpr std::size_t whole_cells = 250;  // of a programme in whole numbers
constexpr std::size_t many_whole_cells = 700;  // and of one that is worth the time

}  // namespace

ProgramSearch::ProgramSearch(const SumSystem& system, const Pattern& pattern)
    : system_(system),
      pattern_(pattern),
      number_(system.sums(), none),
      seen_(system.cells().size(), 0),
      spread_(system.sums(), 0),
      holders_(system.sums()) {}

bool ProgramSearch::may_change(std::uint32_t cell, const Wish& wish) const {
  return pattern_[cell] != 0 || (wish.opens && system_.cells()[cell].handling == Handling::open);
}

bool ProgramSearch::gather(const Wish& wish, std::size_t most) {
  using Way = std::tuple<std::int64_t, std::uint32_t, std::uint32_t>;  // cost, cells, cell
  std::priority_queue<Way, std::vector<Way>, std::greater<>> waiting;
  ++round_;
  // What one more cell on the way counts for: a part of what a middling one near by costs.
  const auto hop = std::max<std::int64_t>(1, middling_cost(system_, wish.cell) / 3);
  cells_.clear();
  waiting.emplace(-1, 0, wish.cell);
  for (const auto& change : wish.seeds) waiting.emplace(0, 0, change.cell);
  while (!waiting.empty() && cells_.size() < most) {
    const auto [cost, steps, cell] = waiting.top();
    waiting.pop();
    if (std::exchange(seen_[cell], round_) == round_) continue;
    cells_.push_back(cell);
    for (const auto& place : system_.places(cell)) {
      if (std::exchange(spread_[place.sum], round_) == round_) continue;
      for (const auto& term : system_.terms(place.sum)) {
        if (!may_change(term.cell, wish) || seen_[term.cell] == round_) continue;
        const auto own = pattern_[term.cell] != 0 ? 0 : system_.cells()[term.cell].cost;
        if (own < wish.below_cost) waiting.emplace(cost + own + hop, steps + 1, term.cell);
      }
    }
  }
  all_ = waiting.empty();
  leave_out_stuck();
  return !cells_.empty() && cells_.front() == wish.cell;
}

void ProgramSearch::leave_out_stuck() {
  for (const auto cell : cells_) {
    for (const auto& place : system_.places(cell)) {
      auto& holders = holders_[place.sum];
      ++holders.count;
      holders.mixed ^= cell;
    }
  }
  std::vector<std::uint32_t> stuck;
  const auto look_at = [&](std::uint32_t sum) {
    if (holders_[sum].count == 1) stuck.push_back(holders_[sum].mixed);
  };
  for (const auto cell : cells_) {
    for (const auto& place : system_.places(cell)) look_at(place.sum);
  }
  while (!stuck.empty()) {
    const auto cell = stuck.back();
    stuck.pop_back();
    if (std::exchange(seen_[cell], 0) == 0) continue;
    for (const auto& place : system_.places(cell)) {
      auto& holders = holders_[place.sum];
      --holders.count;
      holders.mixed ^= cell;
      look_at(place.sum);
    }
  }
  for (const auto cell : cells_) {
    for (const auto& place : system_.places(cell)) holders_[place.sum] = {};
  }
  std::erase_if(cells_, [&](std::uint32_t cell) { return seen_[cell] == 0; });
}

// Each cell is two columns, what is added and what is taken, so that both cost.
LinearProgram ProgramSearch::program(const Wish& wish) {
  LinearProgram made;
  std::vector<std::uint32_t> sums;
  for (const auto cell : cells_) {
    const auto& known = system_.cells()[cell];
    auto least = known.least;
    auto most = known.most;
    if (wish.insider != nullptr && wish.insider->cell == cell) {
      least = std::max(least, wish.insider->least);
      most = std::min(most, wish.insider->most);
    }
    auto up = static_cast<double>(std::max<std::int64_t>(most - known.value, 0));
    auto down = static_cast<double>(std::max<std::int64_t>(known.value - least, 0));
    const bool hidden = pattern_[cell] != 0;
    const auto weight = hidden_weight + (hidden ? 0.0 : static_cast<double>(known.cost));
    const auto column = static_cast<std::uint32_t>(made.columns.size());
    made.columns.push_back({weight, 0, up});
    made.columns.push_back({weight, 0, down});
    if (cell == wish.cell) {
      const auto by = static_cast<double>(wish.by);
      made.columns[column] = {0, std::max(by, 0.0), std::max(by, 0.0)};
      made.columns[column + 1] = {0, std::max(-by, 0.0), std::max(-by, 0.0)};
    }
    for (const auto& place : system_.places(cell)) {
      auto& row = number_[place.sum];
      if (row == none) {
        row = made.rows++;
        sums.push_back(place.sum);
      }
      made.terms.push_back({row, column, static_cast<double>(place.factor)});
      made.terms.push_back({row, column + 1, -static_cast<double>(place.factor)});
    }
  }
  for (const auto sum : sums) number_[sum] = none;
  return made;
}

std::optional<ProgramSearch::Found> ProgramSearch::whole(const std::vector<double>& values,
                                                         double times) const {
  Found found;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto change = (values[2 * i] - values[2 * i + 1]) * times;
    const auto rounded = std::round(change);
    if (std::abs(change - rounded) > whole_enough || std::abs(rounded) > 1e15) return std::nullopt;
    if (rounded == 0) continue;
    const auto cell = cells_[i];
    found.point.push_back({cell, static_cast<std::int64_t>(rounded)});
    if (pattern_[cell] == 0) found.cost += system_.cells()[cell].cost;
  }
  std::sort(found.point.begin(), found.point.end(),
            [](const Change& one, const Change& other) { return one.cell < other.cell; });
  if (!balances(system_, found.point)) return std::nullopt;
  return found;
}

std::optional<ProgramSearch::Found> ProgramSearch::find(const Wish& wish) {
  const auto& known = system_.cells()[wish.cell];
  if (known.value + wish.by < known.least || known.value + wish.by > known.most)
    return std::nullopt;
  const auto cheap = [&](std::optional<Found>& found) {
    return found->cost < wish.below_cost ? std::move(found) : std::nullopt;
  };
  for (const auto size : neighbourhoods) {
    const bool may_change =
        gather(wish, wish.seeds.empty() ? std::min(size, wish.most_cells) : seeded_cells);
    const bool is_last = all_ || size >= wish.most_cells || !wish.seeds.empty();
    if (may_change) {
      const auto made = program(wish);
      if (const auto answer = solver_.solve(made)) {
        for (int times = 1; times <= most_times; ++times) {
          if (auto found = whole(*answer, times)) return cheap(found);
        }
        if (auto found = in_whole_numbers(wish, made, *answer)) return cheap(found);
        if (!wish.thorough) break;  // with more cells there are mostly fractions again
      }
    }
    if (is_last) break;
  }
  return std::nullopt;
}

// Where that would be too much, near those cells alone that change in the answer with fractions.
std::optional<ProgramSearch::Found> ProgramSearch::in_whole_numbers(
    const Wish& wish, const LinearProgram& made, const std::vector<double>& fractions) {
  if (!wish.seeds.empty() && !wish.thorough) return std::nullopt;
  const auto most = wish.thorough ? many_whole_cells : whole_cells;
  std::optional<LinearProgram> closer;
  if (cells_.size() > most) {
    auto near = wish;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (fractions[2 * i] != fractions[2 * i + 1]) near.seeds.push_back({cells_[i], 1});
    }
    if (!gather(near, most)) return std::nullopt;
    closer = program(near);
  }
  const auto answer = solve_whole(closer ? *closer : made);
  return answer ? whole(*answer, 1) : std::nullopt;
}

}  // namespace sceau::disclosure
