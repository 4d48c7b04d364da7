#include "disclosure/sum_system.h"

#include <algorithm>
#include <string>
#include <utility>

#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

__extension__ typedef __int128 Wide;

void require(bool holds, const char* what) {
  if (!holds) throw DisclosureError(Fault::malformed, std::string("a system of sums: ") + what);
}

bool within(std::int64_t number, std::int64_t low, std::int64_t high) {
  return low <= number && number <= high;
}

/// Starts of runs, where `sizes` has the size of each, and a last one behind all.
std::vector<std::size_t> starts(std::span<const std::size_t> sizes) {
  std::vector<std::size_t> first(sizes.size() + 1, 0);
  for (std::size_t i = 0; i < sizes.size(); ++i) first[i + 1] = first[i] + sizes[i];
  return first;
}

}  // namespace

SumSystem::SumSystem(std::vector<SumCell> cells, const std::vector<Sum>& sums,
                     std::vector<Insider> insiders)
    : cells_(std::move(cells)), insiders_(std::move(insiders)) {
  require(cells_.size() < 0xffffffffU && sums.size() < 0xffffffffU, "too many cells");
  std::vector<std::size_t> of_sum;
  std::vector<std::size_t> of_cell(cells_.size(), 0);
  std::vector<std::size_t> known(cells_.size(), 0);
  for (const auto& sum : sums) {
    of_sum.push_back(sum.terms.size());
    for (const auto& term : sum.terms) {
      require(term.cell < cells_.size(), "a sum of a cell that there isn't");
      ++of_cell[term.cell];
      terms_.push_back(term);
    }
  }
  for (const auto& insider : insiders_) {
    require(insider.cell < cells_.size(), "an insider of a cell that there isn't");
    ++known[insider.cell];
  }
  first_term_ = starts(of_sum);
  first_place_ = starts(of_cell);
  first_insider_ = starts(known);
  places_.resize(terms_.size());
  insider_numbers_.resize(insiders_.size());
  auto next = first_place_;
  for (std::size_t sum = 0; sum < sums.size(); ++sum) {
    for (const auto& term : sums[sum].terms) {
      places_[next[term.cell]++] = {static_cast<std::uint32_t>(sum), term.factor};
    }
  }
  next = first_insider_;
  for (std::size_t i = 0; i < insiders_.size(); ++i) {
    insider_numbers_[next[insiders_[i].cell]++] = static_cast<std::uint32_t>(i);
  }
  check(sums);
}

void SumSystem::check(const std::vector<Sum>& sums) const {
  for (const auto& cell : cells_) {
    require(within(cell.value, -largest_value, largest_value), "a value out of range");
    require(within(cell.least, -unlimited, cell.value), "a value below what everybody knows");
    require(within(cell.most, cell.value, unlimited), "a value above what everybody knows");
    require(within(cell.cost, 0, largest_cost), "a cost out of range");
    require(within(cell.demand.below, 0, largest_value) &&
                within(cell.demand.above, 0, largest_value) &&
                within(cell.demand.width, 0, largest_value),
            "a demand out of range");
    require(!cell.primary || cell.handling == Handling::open,
            "a primary cell that can't be hidden");
  }
  for (const auto& insider : insiders_) {
    require(within(cells_[insider.cell].value, insider.least, insider.most),
            "an insider who is wrong");
  }
  for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
    const auto here = places(cell);
    for (std::size_t i = 1; i < here.size(); ++i) {
      require(here[i].sum != here[i - 1].sum, "a cell twice in one sum");
    }
  }
  for (const auto& sum : sums) {
    Wide rest = -static_cast<Wide>(sum.total);
    for (const auto& term : sum.terms) {
      require(term.factor != 0 && within(term.factor, -1000, 1000), "a factor out of range");
      rest += static_cast<Wide>(term.factor) * cells_[term.cell].value;
    }
    require(rest == 0, "the true values break a sum");
  }
}

Pattern SumSystem::least_pattern() const {
  Pattern pattern(cells_.size(), 0);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    pattern[i] = cells_[i].primary || cells_[i].handling == Handling::absent ? 1 : 0;
  }
  return pattern;
}

bool SumSystem::allows(const Pattern& pattern) const {
  if (pattern.size() != cells_.size()) return false;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto& cell = cells_[i];
    if (pattern[i] > 1) return false;
    if (pattern[i] == 0 && (cell.primary || cell.handling == Handling::absent)) return false;
    if (pattern[i] == 1 && cell.handling == Handling::shown) return false;
  }
  return true;
}

std::int64_t middling_cost(const SumSystem& system, std::uint32_t cell) {
  std::vector<std::int64_t> costs;
  for (const auto& place : system.places(cell)) {
    for (const auto& term : system.terms(place.sum)) {
      const auto& known = system.cells()[term.cell];
      if (term.cell != cell && known.handling == Handling::open) costs.push_back(known.cost);
    }
  }
  if (costs.empty()) return 0;
  const auto middle = costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2);
  std::nth_element(costs.begin(), middle, costs.end());
  return *middle;
}

}  // namespace sceau::disclosure
