#include "tests/protect/enumerate.h"

#include <algorithm>

namespace sceau::disclosure::test {
namespace {

class Attacker {
 public:
  Attacker(const Made& made, const CellTable& table, const Pattern& pattern, std::int64_t cap,
           std::optional<Known> known)
      : cap_(cap), inner_(made.counts.size(), 0) {
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
      const auto& cell = table.cells[i];
      Fence fence;
      for (std::size_t inner = 0; inner < inner_.size(); ++inner) {
        std::size_t place = inner;
        bool inside = true;
        for (std::size_t d = 0; d < made.sizes.size(); ++d) {
          inside =
              inside && (cell.codes[d] == made.sizes[d] || cell.codes[d] == place % made.sizes[d]);
          place /= made.sizes[d];
        }
        if (inside) fence.parts.push_back(inner);
      }
      fence.low = pattern[i] != 0 ? made.least : cell.value;
      fence.high = pattern[i] != 0 ? cap * static_cast<std::int64_t>(inner_.size()) : cell.value;
      if (known && known->cell == i) fence.low = std::max(fence.low, known->least);
      fences_.push_back(std::move(fence));
    }
    seen_.assign(fences_.size(), {cap * 1000, -1});
    inside_.resize(inner_.size());
    for (std::size_t i = 0; i < fences_.size(); ++i) {
      auto later = static_cast<std::int64_t>(fences_[i].parts.size());
      for (const auto part : fences_[i].parts) inside_[part].push_back({i, --later});
    }
  }

  std::vector<Span> all() {
    fill(0);
    return seen_;
  }

 private:
  struct Fence {
    std::vector<std::size_t> parts;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::int64_t sum = 0;
  };

  void fill(std::size_t next) {
    if (next == inner_.size()) {
      for (std::size_t i = 0; i < fences_.size(); ++i) {
        seen_[i].low = std::min(seen_[i].low, fences_[i].sum);
        seen_[i].high = std::max(seen_[i].high, fences_[i].sum);
      }
      return;
    }
    // What the sums that this cell is in leave for it; the other cells yet to come have 0 … cap.
    std::int64_t low = 0;
    std::int64_t high = cap_;
    for (const auto& [number, later] : inside_[next]) {
      const auto& fence = fences_[number];
      low = std::max(low, fence.low - fence.sum - later * cap_);
      high = std::min(high, fence.high - fence.sum);
    }
    for (auto value = low; value <= high; ++value) {
      for (const auto& place : inside_[next]) fences_[place.fence].sum += value;
      fill(next + 1);
      for (const auto& place : inside_[next]) fences_[place.fence].sum -= value;
    }
  }

  struct Place {
    std::size_t fence;
    std::int64_t later;  // parts of it that come after this one
  };

  std::int64_t cap_;
  std::vector<std::int64_t> inner_;
  std::vector<Fence> fences_;
  std::vector<std::vector<Place>> inside_;  // by inner cell: the cells that hold it
  std::vector<Span> seen_;
};

bool in_doubt(const TableCell& cell, const Span& span) {
  return span.low <= cell.value - cell.demand.below &&
         span.high >= cell.value + cell.demand.above && span.high - span.low >= cell.demand.width;
}

bool is_part(const Made& made, const TableCell& part, const TableCell& whole) {
  for (std::size_t d = 0; d < made.sizes.size(); ++d) {
    if (whole.codes[d] != made.sizes[d] && whole.codes[d] != part.codes[d]) return false;
  }
  return true;
}

}  // namespace

std::vector<Span> all_that_fit(const Made& made, const CellTable& table, const Pattern& pattern,
                               std::int64_t cap, std::optional<Known> known) {
  return Attacker(made, table, pattern, cap, known).all();
}

std::vector<bool> doubts(const Made& made, const CellTable& table, const Pattern& pattern,
                         std::int64_t cap) {
  const auto spans = all_that_fit(made, table, pattern, cap);
  std::vector<bool> found(table.cells.size(), true);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (table.cells[i].primary) found[i] = in_doubt(table.cells[i], spans[i]);
  }
  if (made.least > 0) return found;
  for (std::size_t insider = 0; insider < found.size(); ++insider) {
    if (pattern[insider] == 0 || table.cells[insider].value < 1) continue;
    const auto inside = all_that_fit(made, table, pattern, cap, Known{insider, 1});
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!table.cells[i].primary || i == insider) continue;
      auto cell = table.cells[i];
      // Who is counted in a part of the cell needs no table to know that it holds one.
      if (is_part(made, table.cells[insider], cell)) {
        cell.demand.below = std::min(cell.demand.below, cell.value - 1);
      }
      found[i] = found[i] && in_doubt(cell, inside[i]);
    }
  }
  return found;
}

bool leaves_doubt(const Made& made, const CellTable& table, const Pattern& pattern,
                  std::initializer_list<std::int64_t> caps) {
  return std::any_of(caps.begin(), caps.end(), [&](std::int64_t cap) {
    const auto found = doubts(made, table, pattern, cap);
    return std::all_of(found.begin(), found.end(), [](bool doubt) { return doubt; });
  });
}

}  // namespace sceau::disclosure::test
