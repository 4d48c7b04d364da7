#pragma once
// Short exchanges between cells: move one unit into a cell and repair the sums that this breaks,
// one by one, until none is broken. In a table that is mostly a cube move (eight corners in three
// dimensions); the search knows no dimensions, only sums, so that it finds the like in linked
// tables too. It finds what is near and cheap, in a stated number of steps, and proves nothing by
// not finding.
//
//   rows 3 7 | 10 and 4 6 | 10 with margins; into the 3:  +1 -1 / -1 +1
//
// An exchange is used in both directions and many times over, as far as the cells' bounds go.

#include <cstdint>
#include <optional>
#include <vector>

#include "disclosure/certificate.h"
#include "disclosure/sum_system.h"

namespace sceau::disclosure {

class MoveSearch {
 public:
  /// Both are kept by reference; the pattern may change between searches.
  MoveSearch(const SumSystem& system, const Pattern& pattern);

  struct Wish {
    std::uint32_t cell = 0;
    /// So often it must be possible to add the exchange to the base, and to subtract it from it.
    std::int64_t up = 1;
    std::int64_t down = 0;
    /// A cell that stays as it is; none: nullopt.
    std::optional<std::uint32_t> frozen;
    /// Whether published cells that are open may be touched, each at its cost; else hidden ones
    /// only.
    bool opens = false;
    /// Only exchanges cheaper than this are of use.
    std::int64_t below_cost = unlimited * 1024;
    std::uint64_t steps = 1000;
  };
  struct Exchange {
    Point unit;             ///< +1 in the wish's cell
    std::int64_t cost = 0;  ///< of the published cells in it
  };

  /// Where exchanges begin: a point that fits. The true table until it is set.
  void set_base(const Point& base);

  /// The cheapest exchange that was found within the steps; `wish.steps` is what it may take.
  [[nodiscard]] std::optional<Exchange> find(const Wish& wish);

  /// How often the unit can be added to the base (negative: subtracted) within all bounds; at most
  /// `most`.
  [[nodiscard]] std::int64_t room(const Point& unit, bool up, std::int64_t most) const;

 private:
  struct Candidate {
    std::uint32_t cell;
    std::int32_t by;
    std::int64_t key;
    std::int64_t cost;
  };

  /// What a search asks of a cell again and again, side by side.
  struct Side {
    std::int64_t above = 0;  // from the base to what it is at most
    std::int64_t below = 0;  // and to what it is at least
    std::int64_t cost = 0;
    std::int32_t by = 0;  // in the exchange that is tried
    bool open = false;    // may be hidden where it isn't
  };

  [[nodiscard]] bool may_move(std::uint32_t cell, std::int32_t by) const;
  [[nodiscard]] std::int64_t cost_of(std::uint32_t cell) const;
  [[nodiscard]] std::int64_t balance(std::uint32_t cell, std::int32_t by) const;
  void move(std::uint32_t cell, std::int32_t by);
  void candidates_of(std::uint32_t sum, std::vector<Candidate>& into) const;
  void explore(std::size_t depth);
  void keep();

  const SumSystem& system_;
  const Pattern& pattern_;
  std::vector<Side> sides_;  // by cell
  Point base_;
  // The exchange that is tried.
  Wish wish_;
  std::vector<std::uint32_t> moved_;
  std::vector<std::int64_t> rest_;  // by sum
  std::vector<std::uint32_t> broken_;
  std::vector<std::uint32_t> place_in_broken_;  // by sum, + 1; 0: not broken
  std::int64_t cost_ = 0;
  std::int64_t weight_ = 1;      // of one more broken sum, in costs
  std::size_t most_places_ = 0;  // sums that a single cell is in
  std::size_t limit_ = 0;        // cells of the exchange beside the first
  std::uint64_t left_ = 0;
  std::optional<Exchange> best_;
  std::vector<std::vector<Candidate>> frames_;
  std::vector<Candidate> here_;  // of one sum
};

}  // namespace sceau::disclosure
