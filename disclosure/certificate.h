#pragma once
// The proof that a hidden cell is protected: two tables that an attacker can't tell from the true
// one, far enough apart in that cell. Whoever has the system, the pattern and the certificate
// checks it by addition alone; how the two were found doesn't matter, so that no fault of a search
// or of a solver can make an unsafe cell look safe.
//
//   a + b = 10, both hidden, a = 3, both at least 1; demand for a: width 2
//   certificate of a: low {a -1, b +1}, high {a +1, b -1}: a is 2 or 4 for all that is known.
//
// Somebody who knows one cell exactly sees through a certificate that changes that cell. So for
// each such insider there is a proof that leaves them in doubt too. Whoever counts in the cell
// itself knows, whatever is hidden, that it holds their own part: no table can unsay that.

#include <cstdint>
#include <vector>

#include "disclosure/sum_system.h"

namespace sceau::disclosure {

struct Change {
  std::uint32_t cell = 0;
  std::int64_t by = 0;  ///< not 0
  friend bool operator==(const Change&, const Change&) = default;
};

/// A table that fits, as what differs from the true one; cells ascending, the true table is empty.
using Point = std::vector<Change>;

/// What the point changes this cell by; 0: nothing.
[[nodiscard]] std::int64_t change_of(const Point& point, std::uint32_t cell);

struct Proof {
  Point low;
  Point high;
};

struct Certificate {
  std::uint32_t cell = 0;
  std::vector<Proof> proofs;  ///< the first meets the whole demand; the others are for insiders
};

/// Whether an attacker who holds what the pattern publishes can't rule this point out.
[[nodiscard]] bool fits(const SumSystem& system, const Pattern& pattern, const Point& point);

/// The same were all of its cells hidden.
[[nodiscard]] bool balances(const SumSystem& system, const Point& point);

/// Whether the two ends meet the demand.
[[nodiscard]] bool meets(const Demand& demand, std::int64_t low, std::int64_t high);
/// Whether the two points of a proof of this cell do.
[[nodiscard]] bool meets(const Demand& demand, std::uint32_t cell, const Proof& proof);

/// What a cell's demand comes to against an insider of another cell; null: against everybody.
/// `below` ends where the insider's own part of the cell begins, as far as sums of cells that can't
/// be negative say that it is a part.
[[nodiscard]] Demand demand_against(const SumSystem& system, std::uint32_t cell,
                                    const Insider* insider);

/// Whether an insider of a cell finds the point possible.
[[nodiscard]] bool leaves_open(const SumSystem& system, const Insider& insider, const Point& point);

/// Insiders of other cells, ascending, whom none of the proofs leaves in doubt. There is at least
/// one proof.
[[nodiscard]] std::vector<std::uint32_t> undeceived(const SumSystem& system,
                                                    const Certificate& certificate);

/// Whether the certificate proves its cell protected against everybody and against each insider of
/// another hidden cell. In exact arithmetic.
[[nodiscard]] bool proves(const SumSystem& system, const Pattern& pattern,
                          const Certificate& certificate);

/// The same where it is known that the system allows the pattern.
[[nodiscard]] bool shelters(const SumSystem& system, const Pattern& pattern,
                            const Certificate& certificate);

}  // namespace sceau::disclosure
