#pragma once
// What somebody who holds published sums knows of the cells behind them: cells, the sums that bind
// them, and what single contributors know beside. Margins, hierarchies (nested or not), linked
// tables and earlier releases are all rows of one system, so that nothing is looked at table by
// table.
//
//   cells   a = 3 (primary), b = 7, c = 10, all at least 1
//   sums    a + b - c = 0
//   With a alone hidden it is 10 - 7: no protection. With a and b hidden, a is 1 … 9.
//
// Numbers are integers: counts, or values times a power of ten. The true values satisfy every sum,
// so that what an attacker can't tell from them is a *change*: integers that add up to zero in
// every sum, are zero wherever a cell is published, and keep each hidden cell within what is known
// of it.

#include <cstdint>
#include <span>
#include <vector>

namespace sceau::disclosure {

/// How wide the attacker's interval of a hidden cell must be: its lower end at most value - below,
/// its upper end at least value + above, and the two `width` apart. None is negative.
struct Demand {
  std::int64_t below = 0;
  std::int64_t above = 0;
  std::int64_t width = 0;
};

/// Whether a cell can be published.
enum class Handling {
  open,   ///< published or hidden, as the pattern says
  shown,  ///< always published: a zero where zeros are
  absent  ///< in no table, so never published, but bound by the sums all the same
};

/// Stands for no upper limit.
inline constexpr std::int64_t unlimited = std::int64_t{1} << 52;
/// The largest value, by size, and the largest cost of a cell.
inline constexpr std::int64_t largest_value = std::int64_t{1} << 50;
inline constexpr std::int64_t largest_cost = std::int64_t{1} << 40;

struct SumCell {
  std::int64_t value = 0;
  std::int64_t least = 0;         ///< everybody knows that it isn't smaller
  std::int64_t most = unlimited;  ///< nor larger (a threshold that is known)
  std::int64_t cost = 0;          ///< of hiding it; 0 … largest_cost
  Handling handling = Handling::open;
  bool primary = false;  ///< hidden because of itself; `demand` is for it
  Demand demand;
  /// Its place among cells that are else alike; from what the cell is, not from where it stood.
  std::uint64_t rank = 0;
};

struct SumTerm {
  std::uint32_t cell = 0;
  std::int32_t factor = 1;
};

/// Σ factor · cell = total, and everybody knows the total.
struct Sum {
  std::vector<SumTerm> terms;
  std::int64_t total = 0;
};

/// Somebody who knows more of one cell (its only contributor knows its value) and attacks others.
struct Insider {
  std::uint32_t cell = 0;
  std::int64_t least = 0;
  std::int64_t most = unlimited;
};

/// A term of a sum, seen from the cell.
struct SumPlace {
  std::uint32_t sum = 0;
  std::int32_t factor = 1;
};

/// By cell: 1 hidden, 0 published.
using Pattern = std::vector<std::uint8_t>;

class SumSystem {
 public:
  /// Throws DisclosureError (malformed) where the true values break a sum or a bound, a primary
  /// cell is always shown, a number is out of range, or a cell stands twice in a sum.
  SumSystem(std::vector<SumCell> cells, const std::vector<Sum>& sums,
            std::vector<Insider> insiders);

  [[nodiscard]] const std::vector<SumCell>& cells() const { return cells_; }
  [[nodiscard]] const std::vector<Insider>& insiders() const { return insiders_; }
  [[nodiscard]] std::size_t sums() const { return first_term_.size() - 1; }
  [[nodiscard]] std::span<const SumTerm> terms(std::size_t sum) const {
    return {terms_.data() + first_term_[sum], first_term_[sum + 1] - first_term_[sum]};
  }
  [[nodiscard]] std::span<const SumPlace> places(std::size_t cell) const {
    return {places_.data() + first_place_[cell], first_place_[cell + 1] - first_place_[cell]};
  }
  /// Of `insiders()`, those who know more of this cell.
  [[nodiscard]] std::span<const std::uint32_t> insiders_of(std::size_t cell) const {
    return {insider_numbers_.data() + first_insider_[cell],
            first_insider_[cell + 1] - first_insider_[cell]};
  }

  /// Primary and absent cells hidden, all others published.
  [[nodiscard]] Pattern least_pattern() const;
  /// Whether the pattern hides what must be hidden and shows what must be shown.
  [[nodiscard]] bool allows(const Pattern& pattern) const;

 private:
  void check(const std::vector<Sum>& sums) const;

  std::vector<SumCell> cells_;
  std::vector<Insider> insiders_;
  std::vector<std::size_t> first_term_;
  std::vector<SumTerm> terms_;
  std::vector<std::size_t> first_place_;
  std::vector<SumPlace> places_;
  std::vector<std::size_t> first_insider_;
  std::vector<std::uint32_t> insider_numbers_;
};

/// The middling cost of the open cells that stand in a sum with this one; 0: there are none.
[[nodiscard]] std::int64_t middling_cost(const SumSystem& system, std::uint32_t cell);

}  // namespace sceau::disclosure
