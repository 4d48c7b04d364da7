#pragma once
// Hidden cells that hang together through sums, and what an attacker finds about one of them who
// leaves nothing untried: bounds are carried from sum to sum until nothing moves (integers, so that
// halves are rounded inwards), and where that doesn't decide, cases are told apart.
//
//   15 = 10 + 3 + x + x', both at least 1:  x + x' = 2, so each is at most 1: bounds alone show
//   both.
//
// "impossible" is a proof that the attacker excludes it, "possible" comes with a point that shows
// that nobody can. Beyond its budget it says so. Made for small blocks, exact there.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "disclosure/certificate.h"
#include "disclosure/sum_system.h"

namespace sceau::disclosure {

enum class Reach { possible, impossible, out_of_budget };

class HiddenBlock {
 public:
  /// The hidden cells that hang together with `cell`, which is hidden itself. nullopt: they are
  /// more than `most`.
  static std::optional<HiddenBlock> around(const SumSystem& system, const Pattern& pattern,
                                           std::uint32_t cell, std::size_t most);

  [[nodiscard]] std::span<const std::uint32_t> members() const { return cells_; }

  /// Can `cell` differ from its true value by `amount` or more (less, where it is negative), for
  /// somebody who knows what `insider` knows beside? `budget` shrinks by the cases and bounds that
  /// were looked at. `point` is filled where it is possible.
  [[nodiscard]] Reach reach(std::uint32_t cell, std::int64_t amount, const Insider* insider,
                            std::uint64_t& budget, Point& point);

  struct Interval {
    std::int64_t low = 0;
    std::int64_t high = 0;
  };
  /// The bounds that carrying alone finds, as changes, by member; none where the budget is too
  /// small.
  [[nodiscard]] std::vector<Interval> all_bounds(std::uint64_t budget);

 private:
  __extension__ typedef __int128 Wide;

  struct Range {
    std::int64_t low;
    std::int64_t high;
  };
  struct Trail {
    std::uint32_t cell;
    Range before;
  };

  /// `cells` and `sums` ascending: all that hang together.
  HiddenBlock(const SumSystem& system, const Pattern& pattern, std::vector<std::uint32_t> cells,
              const std::vector<std::uint32_t>& sums);

  [[nodiscard]] std::uint32_t local(std::uint32_t cell) const;
  void know(const Insider& insider);
  /// Narrows a cell to what is also between these; false: nothing is left.
  [[nodiscard]] bool narrow(std::uint32_t cell, std::int64_t low, std::int64_t high);
  void set(std::uint32_t cell, Range range);
  void undo(std::size_t mark);
  [[nodiscard]] bool carry(std::uint64_t& budget);
  [[nodiscard]] bool carry_sum(std::uint32_t sum);
  [[nodiscard]] Reach search(std::uint64_t& budget, int depth);
  [[nodiscard]] std::int64_t nearest(std::uint32_t cell) const;
  [[nodiscard]] std::optional<std::uint32_t> broken_sum(Wide& rest) const;

  std::vector<std::uint32_t> cells_;           // ascending
  std::vector<std::int64_t> values_;           // the true ones
  std::vector<std::vector<SumTerm>> sums_;     // of local cells
  std::vector<std::vector<SumPlace>> places_;  // by local cell
  std::vector<Range> range_;                   // of each cell's change
  std::vector<Wide> low_;                      // by sum: the smallest that it can be
  std::vector<Wide> high_;
  std::vector<Trail> trail_;
  std::vector<std::uint32_t> due_;
  std::vector<std::uint8_t> is_due_;
};

}  // namespace sceau::disclosure
