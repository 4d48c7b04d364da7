#include "disclosure/move_search.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace sceau::disclosure {
namespace {

// Cells of an exchange beside the first, one attempt after another: a square, a cube, more.
constexpr std::array<std::size_t, 4> depths{3, 7, 13, 31};
constexpr std::size_t broadest = 12;      // cells that are tried for one sum
constexpr std::int64_t largest_step = 4;  // of a cell; no overflow, times the largest amount

}  // namespace

MoveSearch::MoveSearch(const SumSystem& system, const Pattern& pattern)
    : system_(system),
      pattern_(pattern),
      sides_(system.cells().size()),
      rest_(system.sums(), 0),
      place_in_broken_(system.sums(), 0),
      frames_(depths.back() + 1) {
  for (std::size_t cell = 0; cell < sides_.size(); ++cell) {
    const auto& known = system.cells()[cell];
    sides_[cell] = {known.most - known.value, known.value - known.least, known.cost, 0,
                    known.handling == Handling::open};
    most_places_ = std::max(most_places_, system.places(cell).size());
  }
}

void MoveSearch::set_base(const Point& base) {
  const auto shift = [&](const Point& point, std::int64_t times) {
    for (const auto& change : point) {
      sides_[change.cell].above -= times * change.by;
      sides_[change.cell].below += times * change.by;
    }
  };
  shift(base_, -1);
  base_ = base;
  shift(base_, 1);
}

std::int64_t MoveSearch::cost_of(std::uint32_t cell) const {
  return pattern_[cell] != 0 ? 0 : sides_[cell].cost;
}

bool MoveSearch::may_move(std::uint32_t cell, std::int32_t by) const {
  const auto& side = sides_[cell];
  if (side.by != 0 || cell == wish_.frozen) return false;
  if (pattern_[cell] == 0 && (!wish_.opens || !side.open)) return false;
  const auto added = by * wish_.up;
  const auto taken = by * wish_.down;
  return added <= side.above && -added <= side.below && taken <= side.below && -taken <= side.above;
}

// By how many more sums would be broken, and how badly, if the cell moved.
std::int64_t MoveSearch::balance(std::uint32_t cell, std::int32_t by) const {
  std::int64_t worse = 0;
  for (const auto& place : system_.places(cell)) {
    const auto before = rest_[place.sum];
    worse += std::abs(before + static_cast<std::int64_t>(place.factor) * by) - std::abs(before);
  }
  return worse;
}

void MoveSearch::move(std::uint32_t cell, std::int32_t by) {
  sides_[cell].by += by;
  for (const auto& place : system_.places(cell)) {
    auto& rest = rest_[place.sum];
    const bool was = rest != 0;
    rest += static_cast<std::int64_t>(place.factor) * by;
    if (was == (rest != 0)) continue;
    auto& at = place_in_broken_[place.sum];
    if (!was) {
      broken_.push_back(place.sum);
      at = static_cast<std::uint32_t>(broken_.size());
    } else {
      const auto last = broken_.back();
      broken_[at - 1] = last;
      place_in_broken_[last] = at;
      broken_.pop_back();
      at = 0;
    }
  }
}

void MoveSearch::candidates_of(std::uint32_t sum, std::vector<Candidate>& into) const {
  into.clear();
  const auto rest = rest_[sum];
  for (const auto& term : system_.terms(sum)) {
    auto by = term.factor == 1 ? -rest : rest;  // most factors are 1 or -1
    if (term.factor != 1 && term.factor != -1) {
      if (rest % term.factor != 0) continue;
      by = -rest / term.factor;
    }
    if (std::abs(by) > largest_step) continue;
    const auto cost = cost_of(term.cell);
    if (cost_ + cost >= wish_.below_cost) continue;
    const auto step = static_cast<std::int32_t>(by);
    if (!may_move(term.cell, step)) continue;
    into.push_back({term.cell, step, cost + balance(term.cell, step) * weight_, cost});
  }
}

void MoveSearch::keep() {
  Exchange found;
  for (const auto cell : moved_) found.unit.push_back({cell, sides_[cell].by});
  std::sort(found.unit.begin(), found.unit.end(),
            [](const Change& one, const Change& other) { return one.cell < other.cell; });
  found.cost = cost_;
  wish_.below_cost = cost_;
  best_ = std::move(found);
}

void MoveSearch::explore(std::size_t depth) {
  if (broken_.empty()) return keep();
  if (broken_.size() > (limit_ - depth) * most_places_) return;  // more than what is left mends
  auto& chosen = frames_[depth];
  auto& here = here_;
  chosen.clear();
  bool any = false;
  const auto order = [](const Candidate& one, const Candidate& other) {
    return one.key != other.key ? one.key < other.key : one.cell < other.cell;
  };
  // The sum with the best way on; one without any ends this.
  for (const auto sum : broken_) {
    candidates_of(sum, here);
    if (here.empty()) return;
    const auto best = std::min_element(here.begin(), here.end(), order);
    if (any) {
      const auto held = std::min_element(chosen.begin(), chosen.end(), order);
      if (here.size() != 1 && (chosen.size() == 1 || !order(*best, *held))) continue;
    }
    std::swap(chosen, here);
    any = true;
  }
  const auto tried = std::min(broadest, chosen.size());
  std::partial_sort(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(tried),
                    chosen.end(), order);
  chosen.resize(tried);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (left_ == 0) return;
    --left_;
    const auto candidate = chosen[i];
    if (cost_ + candidate.cost >= wish_.below_cost) continue;
    move(candidate.cell, candidate.by);
    moved_.push_back(candidate.cell);
    cost_ += candidate.cost;
    explore(depth + 1);
    cost_ -= candidate.cost;
    moved_.pop_back();
    move(candidate.cell, -candidate.by);
    if (best_ && (wish_.below_cost == 0 || !wish_.opens)) return;
  }
}

std::optional<MoveSearch::Exchange> MoveSearch::find(const Wish& wish) {
  wish_ = wish;
  best_.reset();
  if (!may_move(wish.cell, 1)) return std::nullopt;
  cost_ = cost_of(wish.cell);
  // One more broken sum costs about one more cell beside this one.
  weight_ = wish.opens ? std::max<std::int64_t>(1, middling_cost(system_, wish.cell)) : 1;
  move(wish.cell, 1);
  moved_.assign(1, wish.cell);
  for (const auto depth : depths) {
    limit_ = depth;
    left_ = wish.steps / depths.size();
    explore(0);
    if (best_ && !wish.opens) break;
  }
  move(wish.cell, -1);
  moved_.clear();
  return std::move(best_);
}

std::int64_t MoveSearch::room(const Point& unit, bool up, std::int64_t most) const {
  for (const auto& change : unit) {
    const auto& side = sides_[change.cell];
    const auto by = up ? change.by : -change.by;
    most = std::min(most, by > 0 ? side.above / by : side.below / -by);
  }
  return std::max<std::int64_t>(most, 0);
}

}  // namespace sceau::disclosure
