#pragma once
// Looks for the cheapest change of a hidden cell that needs published cells to be hidden, too: an
// exchange (move_search.h), and what a linear programme makes of it or finds where there is none
// (program_search.h). Who hides them is suppress.h.
//
//   F 3 7 | 10     of the 3: +1 -1 / -1 +1 over 7, 9 and 6, which costs 22 where a cell costs
//   M 9 6 | 15     what it holds

#include <cstdint>
#include <optional>

#include "disclosure/certificate.h"
#include "disclosure/move_search.h"
#include "disclosure/program_search.h"
#include "disclosure/sum_system.h"

namespace sceau::disclosure {

struct Opening {
  Point unit;             ///< the change
  Point base;             ///< from which it goes; empty: the true table
  std::int64_t cost = 0;  ///< of the published cells in it
};

class OpeningSearch {
 public:
  /// Both are kept by reference; the pattern may change between calls. `programme`: cells of a
  /// programme for an opening; `far_programme`: of one that makes a change cheaper.
  OpeningSearch(const SumSystem& system, const Pattern& pattern, std::size_t programme,
                std::size_t far_programme);

  /// An opening that meets the cell's demand against the insider (null: against everybody), or gets
  /// a proof farther than `proof`. `steps`: of one search for an exchange.
  [[nodiscard]] std::optional<Opening> cheapest(std::uint32_t cell, const Insider* insider,
                                                const Proof& proof, std::uint64_t steps);

  /// One by programmes alone, for what the proof lacks.
  [[nodiscard]] std::optional<Opening> by_programme(std::uint32_t cell, const Insider* insider,
                                                    const Proof& proof);

  /// Another point that changes the cell by as much and needs less to be hidden, if one is found.
  void cheapen(std::uint32_t cell, Point& point);

 private:
  void exchange(std::uint32_t cell, const Insider* insider, const Proof& proof, std::int64_t scale,
                std::uint64_t steps, std::optional<Opening>& best);
  void solve(std::uint32_t cell, const Insider* insider, const Proof& proof, std::int64_t scale,
             std::optional<Opening>& best);

  const SumSystem& system_;
  const Pattern& pattern_;
  MoveSearch moves_;
  ProgramSearch programmes_;
  std::size_t programme_;
  std::size_t far_programme_;
};

}  // namespace sceau::disclosure
