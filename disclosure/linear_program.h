#pragma once
// The one door to the solvers: linear programmes by Clp, those in whole numbers by Cbc (COIN-OR).
// Their answers are doubles and are taken as hints: whoever rests a proof on one rounds it and
// checks it in exact arithmetic, so that a solver's error can cost an answer, and never make a
// false one.
//
//   minimise Σ cost · x   where Σ factor · x = 0 in every row, low ≤ x ≤ high
//
//   x0 = 2, x0 - x1 - x2 = 0, costs 0 3 5, all from 0 on:  x = (2, 2, 0), which costs 6
//   x0 = 2, x1 at most 1, x2 at most 0:                    no answer

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace sceau::disclosure {

struct LinearProgram {
  static constexpr double unbounded = std::numeric_limits<double>::infinity();

  struct Column {
    double cost = 0;  ///< finite, not negative
    double low = 0;
    double high = unbounded;
  };
  struct Term {
    std::uint32_t row;
    std::uint32_t column;
    double factor;
  };

  std::vector<Column> columns;
  std::uint32_t rows = 0;
  std::vector<Term> terms;  ///< no place twice
};

/// Solves one programme after another. What setting a solver up takes is many times what a small
/// programme does, so one is kept.
class LinearSolver {
 public:
  LinearSolver();
  LinearSolver(LinearSolver&&) noexcept;
  ~LinearSolver();

  /// A cheapest answer, by column; nullopt: there is none, or none was found within the budget. The
  /// same programmes in the same order give the same answers.
  [[nodiscard]] std::optional<std::vector<double>> solve(const LinearProgram& program);

 private:
  struct Kept;
  std::unique_ptr<Kept> kept_;  // made for the first programme
};

/// The same in whole numbers; the best that was found, which need not be the cheapest.
[[nodiscard]] std::optional<std::vector<double>> solve_whole(const LinearProgram& program);

/// For a process that solves many: what one programme gives back is kept for the next one, which
/// asks for as much again. Else the system takes and clears those pages each time.
void keep_memory_between_programs();

}  // namespace sceau::disclosure
