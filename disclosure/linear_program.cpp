#include "disclosure/linear_program.h"

#include <malloc.h>

#include <coin/CbcModel.hpp>
#include <coin/ClpSimplex.hpp>
#include <coin/CoinPackedMatrix.hpp>
#include <coin/OsiClpSolverInterface.hpp>

namespace sceau::disclosure {
namespace {

constexpr int most_iterations = 20'000;  // of the simplex method, of one programme
constexpr int most_nodes = 40;           // of branching, in whole numbers
constexpr int seed = 1;                  // of the simplex method's own choices
constexpr int kept_bytes = 256 << 20;    // of freed memory
constexpr int largest_kept = 32 << 20;   // bytes of one piece of it: the allocator's largest

/// The programme as the solvers take it.
struct Loaded {
  explicit Loaded(const LinearProgram& program) : sides(program.rows, 0.0) {
    for (const auto& column : program.columns) {
      cost.push_back(column.cost);
      low.push_back(column.low);
      high.push_back(column.high);
    }
    std::vector<int> rows;
    std::vector<int> columns;
    std::vector<double> factors;
    for (const auto& term : program.terms) {
      rows.push_back(static_cast<int>(term.row));
      columns.push_back(static_cast<int>(term.column));
      factors.push_back(term.factor);
    }
    matrix = CoinPackedMatrix(true, rows.data(), columns.data(), factors.data(),
                              static_cast<CoinBigIndex>(factors.size()));
    matrix.setDimensions(static_cast<int>(program.rows), static_cast<int>(program.columns.size()));
  }

  CoinPackedMatrix matrix;
  std::vector<double> cost;
  std::vector<double> low;
  std::vector<double> high;
  std::vector<double> sides;  // of the rows: all 0
};

}  // namespace

struct LinearSolver::Kept {
  Kept() {
    solver.setLogLevel(0);
    solver.setMaximumIterations(most_iterations);
  }
  ClpSimplex solver;
};

LinearSolver::LinearSolver() = default;
LinearSolver::LinearSolver(LinearSolver&&) noexcept = default;
LinearSolver::~LinearSolver() = default;

std::optional<std::vector<double>> LinearSolver::solve(const LinearProgram& program) {
  if (!kept_) kept_ = std::make_unique<Kept>();
  const Loaded loaded(program);
  auto& solver = kept_->solver;
  solver.loadProblem(loaded.matrix, loaded.low.data(), loaded.high.data(), loaded.cost.data(),
                     loaded.sides.data(), loaded.sides.data());
  solver.setRandomSeed(seed);
  solver.dual();
  if (solver.status() != 0) return std::nullopt;
  const auto* values = solver.primalColumnSolution();
  return std::vector<double>(values, values + program.columns.size());
}

std::optional<std::vector<double>> solve_whole(const LinearProgram& program) {
  const Loaded loaded(program);
  OsiClpSolverInterface solver;
  solver.messageHandler()->setLogLevel(0);
  solver.loadProblem(loaded.matrix, loaded.low.data(), loaded.high.data(), loaded.cost.data(),
                     loaded.sides.data(), loaded.sides.data());
  for (int column = 0; column < solver.getNumCols(); ++column) solver.setInteger(column);
  CbcModel model(solver);
  model.setLogLevel(0);
  model.setMaximumNodes(most_nodes);
  model.solver()->setIntParam(OsiMaxNumIteration, most_iterations);
  model.branchAndBound();
  if (model.bestSolution() == nullptr) return std::nullopt;
  const auto* values = model.bestSolution();
  return std::vector<double>(values, values + program.columns.size());
}

void keep_memory_between_programs() {
  ::mallopt(M_TRIM_THRESHOLD, kept_bytes);
  ::mallopt(M_MMAP_THRESHOLD, largest_kept);  // else it would stay at 128 KiB from here on
}

}  // namespace sceau::disclosure
