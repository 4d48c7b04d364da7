#pragma once
// Looks for tables that fit by linear programmes, where move_search finds none: first among the
// cells near by, then among more and more of them. What the solver answers is rounded, or asked for
// again in whole numbers, and then added up exactly.

#include <cstdint>
#include <optional>
#include <vector>

#include "disclosure/certificate.h"
#include "disclosure/linear_program.h"
#include "disclosure/sum_system.h"

namespace sceau::disclosure {

class ProgramSearch {
 public:
  /// Both are kept by reference; the pattern may change between searches.
  ProgramSearch(const SumSystem& system, const Pattern& pattern);

  struct Wish {
    std::uint32_t cell = 0;
    std::int64_t by = 1;  ///< what the point must change the cell by; not 0
    const Insider* insider = nullptr;
    /// Whether published cells that are open may be changed, each at its cost.
    bool opens = false;
    /// Only points cheaper than this are of use.
    std::int64_t below_cost = unlimited * 1024;
    std::size_t most_cells = 0;  ///< of the largest neighbourhood that is tried
    /// Whether whole numbers are looked for at length where the cheapest answer has fractions.
    bool thorough = false;
    /// A change that would do: only what is near it is looked at, for a cheaper one. Empty: none.
    Point seeds;
  };
  struct Found {
    Point point;            ///< fits once its published cells are hidden
    std::int64_t cost = 0;  ///< of those
  };
  [[nodiscard]] std::optional<Found> find(const Wish& wish);

 private:
  [[nodiscard]] bool may_change(std::uint32_t cell, const Wish& wish) const;
  /// The cells that are reached at the least cost, at most `most`; the wish's cell first. Whether
  /// it can change there at all.
  [[nodiscard]] bool gather(const Wish& wish, std::size_t most);
  /// Leaves out cells that can't change because nothing else that was gathered makes up for it.
  void leave_out_stuck();
  [[nodiscard]] LinearProgram program(const Wish& wish);
  [[nodiscard]] std::optional<Found> whole(const std::vector<double>& values, double times) const;
  [[nodiscard]] std::optional<Found> in_whole_numbers(const Wish& wish, const LinearProgram& made,
                                                      const std::vector<double>& fractions);

  const SumSystem& system_;
  const Pattern& pattern_;
  LinearSolver solver_;
  std::vector<std::uint32_t> cells_;   // of the neighbourhood
  bool all_ = false;                   // it holds all that can be reached
  std::vector<std::uint32_t> number_;  // by sum: its row, while a programme is made
  std::uint32_t round_ = 0;            // of gathering
  std::vector<std::uint32_t> seen_;    // by cell: the round in which it was taken
  std::vector<std::uint32_t> spread_;  // by sum: the round in which its cells were looked at
  /// By sum: cells of the neighbourhood in it, and the exclusive or of their numbers, which is the
  /// last one's when one is left.
  struct Holders {
    std::uint32_t count = 0;
    std::uint32_t mixed = 0;
  };
  std::vector<Holders> holders_;
};

}  // namespace sceau::disclosure
