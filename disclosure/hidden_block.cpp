#include "disclosure/hidden_block.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace sceau::disclosure {
namespace {

__extension__ typedef __int128 Wide;

constexpr std::int64_t beyond = 4 * unlimited;
constexpr int deepest = 2000;  // of nested cases: the stack is finite

// Bounds beyond this say nothing; without it, bounds that only creep would be carried for ever.
constexpr std::int64_t meaningless = unlimited / 2;

Wide divided_down(Wide number, Wide by) {
  const Wide quotient = number / by;
  return quotient * by != number && ((number < 0) != (by < 0)) ? quotient - 1 : quotient;
}

Wide divided_up(Wide number, Wide by) { return -divided_down(-number, by); }

std::int64_t clipped(Wide number) {
  return static_cast<std::int64_t>(
      std::clamp(number, -static_cast<Wide>(unlimited) * 2, static_cast<Wide>(unlimited) * 2));
}

}  // namespace

std::optional<HiddenBlock> HiddenBlock::around(const SumSystem& system, const Pattern& pattern,
                                               std::uint32_t cell, std::size_t most) {
  std::unordered_set<std::uint32_t> seen{cell};
  std::unordered_set<std::uint32_t> seen_sums;
  std::vector<std::uint32_t> cells{cell};
  std::vector<std::uint32_t> sums;
  for (std::size_t next = 0; next < cells.size(); ++next) {
    if (cells.size() > most) return std::nullopt;
    for (const auto& place : system.places(cells[next])) {
      if (!seen_sums.insert(place.sum).second) continue;
      sums.push_back(place.sum);
      for (const auto& term : system.terms(place.sum)) {
        if (pattern[term.cell] != 0 && seen.insert(term.cell).second) cells.push_back(term.cell);
      }
    }
  }
  std::sort(cells.begin(), cells.end());
  std::sort(sums.begin(), sums.end());
  return HiddenBlock(system, pattern, std::move(cells), sums);
}

HiddenBlock::HiddenBlock(const SumSystem& system, const Pattern& pattern,
                         std::vector<std::uint32_t> cells, const std::vector<std::uint32_t>& sums)
    : cells_(std::move(cells)) {
  places_.resize(cells_.size());
  for (const auto member : cells_) {
    const auto& known = system.cells()[member];
    values_.push_back(known.value);
    range_.push_back({known.least - known.value, known.most - known.value});
  }
  for (const auto sum : sums) {
    std::vector<SumTerm> terms;
    Wide low = 0;
    Wide high = 0;
    for (const auto& term : system.terms(sum)) {
      if (pattern[term.cell] == 0) continue;
      const auto at = local(term.cell);
      places_[at].push_back({static_cast<std::uint32_t>(sums_.size()), term.factor});
      terms.push_back({at, term.factor});
      const Wide first = static_cast<Wide>(term.factor) * range_[at].low;
      const Wide second = static_cast<Wide>(term.factor) * range_[at].high;
      low += std::min(first, second);
      high += std::max(first, second);
    }
    sums_.push_back(std::move(terms));
    low_.push_back(low);
    high_.push_back(high);
  }
  is_due_.resize(sums_.size(), 0);
}

std::uint32_t HiddenBlock::local(std::uint32_t cell) const {
  return static_cast<std::uint32_t>(std::lower_bound(cells_.begin(), cells_.end(), cell) -
                                    cells_.begin());
}

void HiddenBlock::set(std::uint32_t cell, Range range) {
  const auto before = range_[cell];
  for (const auto& place : places_[cell]) {
    const Wide factor = place.factor;
    const bool up = place.factor > 0;
    low_[place.sum] +=
        factor * (up ? range.low : range.high) - factor * (up ? before.low : before.high);
    high_[place.sum] +=
        factor * (up ? range.high : range.low) - factor * (up ? before.high : before.low);
    if (is_due_[place.sum] == 0) {
      is_due_[place.sum] = 1;
      due_.push_back(place.sum);
    }
  }
  range_[cell] = range;
}

bool HiddenBlock::narrow(std::uint32_t cell, std::int64_t low, std::int64_t high) {
  const auto before = range_[cell];
  const Range now{std::max(before.low, low), std::min(before.high, high)};
  if (now.low > now.high) return false;
  if (now.low == before.low && now.high == before.high) return true;
  trail_.push_back({cell, before});
  set(cell, now);
  return true;
}

void HiddenBlock::undo(std::size_t mark) {
  while (trail_.size() > mark) {
    set(trail_.back().cell, trail_.back().before);
    trail_.pop_back();
  }
  for (const auto sum : due_) is_due_[sum] = 0;
  due_.clear();
}

bool HiddenBlock::carry_sum(std::uint32_t sum) {
  if (low_[sum] > 0 || high_[sum] < 0) return false;
  for (const auto& term : sums_[sum]) {
    const auto range = range_[term.cell];
    const Wide factor = term.factor;
    const Wide smallest = factor * (term.factor > 0 ? range.low : range.high);
    const Wide largest = factor * (term.factor > 0 ? range.high : range.low);
    // factor · change = -(the others), which lie between low_ - smallest and high_ - largest.
    const Wide least = -(high_[sum] - largest);
    const Wide most = -(low_[sum] - smallest);
    Wide low = term.factor > 0 ? divided_up(least, factor) : divided_up(most, factor);
    Wide high = term.factor > 0 ? divided_down(most, factor) : divided_down(least, factor);
    if (low < -meaningless) low = range.low;
    if (high > meaningless) high = range.high;
    if (!narrow(term.cell, clipped(low), clipped(high))) return false;
  }
  return true;
}

bool HiddenBlock::carry(std::uint64_t& budget) {
  bool holds = true;
  for (std::size_t next = 0; next < due_.size() && holds; ++next) {
    const auto sum = due_[next];
    is_due_[sum] = 0;
    const auto cost = sums_[sum].size();
    if (budget < cost) {
      budget = 0;
      break;
    }
    budget -= cost;
    holds = carry_sum(sum);
    if (next > 4096) {  // the queue's beginning is done with
      due_.erase(due_.begin(), due_.begin() + static_cast<std::ptrdiff_t>(next) + 1);
      next = static_cast<std::size_t>(-1);
    }
  }
  for (const auto sum : due_) is_due_[sum] = 0;
  due_.clear();
  return holds;
}

std::int64_t HiddenBlock::nearest(std::uint32_t cell) const {
  return std::clamp<std::int64_t>(0, range_[cell].low, range_[cell].high);
}

std::optional<std::uint32_t> HiddenBlock::broken_sum(Wide& rest) const {
  std::optional<std::uint32_t> found;
  for (std::size_t sum = 0; sum < sums_.size(); ++sum) {
    Wide here = 0;
    for (const auto& term : sums_[sum]) here += static_cast<Wide>(term.factor) * nearest(term.cell);
    if (here == 0) continue;
    if (found && sums_[*found].size() <= sums_[sum].size()) continue;  // few cells, few cases
    found = static_cast<std::uint32_t>(sum);
    rest = here;
  }
  return found;
}

Reach HiddenBlock::search(std::uint64_t& budget, int depth) {
  const bool holds = carry(budget);
  if (!holds) return Reach::impossible;
  if (budget == 0 || depth > deepest) return Reach::out_of_budget;
  Wide rest = 0;
  const auto sum = broken_sum(rest);
  budget -= std::min<std::uint64_t>(budget, sums_.size());
  if (!sum) return Reach::possible;
  // Some cell of this sum must go further than the nearest that it can be: it does, or it doesn't.
  std::optional<std::uint32_t> chosen;
  std::size_t fewest = 0;
  std::int64_t step = 0;
  for (const auto& term : sums_[*sum]) {
    const bool up = (rest < 0) == (term.factor > 0);
    const auto here = nearest(term.cell);
    const Wide room = up ? static_cast<Wide>(range_[term.cell].high) - here
                         : static_cast<Wide>(here) - range_[term.cell].low;
    if (room == 0) continue;
    if (chosen && places_[term.cell].size() >= fewest) continue;
    chosen = term.cell;
    fewest = places_[term.cell].size();
    const Wide size = term.factor > 0 ? term.factor : -term.factor;
    const Wide wanted = divided_up(rest < 0 ? -rest : rest, size);
    step = static_cast<std::int64_t>(std::min(wanted, room)) * (up ? 1 : -1);
  }
  if (!chosen) return Reach::impossible;
  const auto target = nearest(*chosen) + step;
  const auto mark = trail_.size();
  bool unsure = false;
  for (const bool goes : {true, false}) {
    // As far as the target or further, or short of it.
    const bool from_below = (step > 0) == goes;
    const auto end = goes ? target : target + (step > 0 ? -1 : 1);
    const bool left = from_below ? narrow(*chosen, end, beyond) : narrow(*chosen, -beyond, end);
    const auto answer = left ? search(budget, depth + 1) : Reach::impossible;
    if (answer == Reach::possible) return answer;
    unsure = unsure || answer == Reach::out_of_budget;
    undo(mark);
    if (budget == 0) return Reach::out_of_budget;
  }
  return unsure ? Reach::out_of_budget : Reach::impossible;
}

void HiddenBlock::know(const Insider& insider) {
  const auto at = local(insider.cell);
  if (at == cells_.size() || cells_[at] != insider.cell) return;  // another block's
  const auto value = values_[at];
  (void)narrow(at, insider.least - value, insider.most - value);  // the truth is always left
}

Reach HiddenBlock::reach(std::uint32_t cell, std::int64_t amount, const Insider* insider,
                         std::uint64_t& budget, Point& point) {
  const auto at = local(cell);
  const auto mark = trail_.size();
  if (insider != nullptr) know(*insider);
  const bool left = amount >= 0 ? narrow(at, amount, beyond) : narrow(at, -beyond, amount);
  const auto answer = left ? search(budget, 0) : Reach::impossible;
  if (answer == Reach::possible) {
    point.clear();
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const auto change = nearest(static_cast<std::uint32_t>(i));
      if (change != 0) point.push_back({cells_[i], change});
    }
  }
  undo(mark);
  return answer;
}

std::vector<HiddenBlock::Interval> HiddenBlock::all_bounds(std::uint64_t budget) {
  const auto mark = trail_.size();
  for (std::size_t sum = 0; sum < sums_.size(); ++sum) {
    is_due_[sum] = 1;
    due_.push_back(static_cast<std::uint32_t>(sum));
  }
  (void)carry(budget);  // never a contradiction: the true table is left
  std::vector<Interval> found;
  for (const auto& range : range_) {
    if (budget != 0) found.push_back({range.low, range.high});
  }
  undo(mark);
  return found;
}

}  // namespace sceau::disclosure
