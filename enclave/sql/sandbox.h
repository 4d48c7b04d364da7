#pragma once
// Exploration: SQLite as a calculator over the permitted columns, with nothing else to reach. The
// connection is in memory, read only, and hardened before the first generated statement runs:
// default-deny authorizer, function allow-list, limits, a heap limit, no modules but ours.
//
//   Exploration exploration(catalog, {&source}, limits);
//   auto cursor = exploration.run(*plan.explore, cancelled);
//   for (Row row; cursor.next(row);) send(row);

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "disclosure/source.h"
#include "disclosure/table.h"
#include "enclave/sql/computed.h"
#include "enclave/sql/plan.h"

namespace sceau::enclave::sql {

struct Limits {
  std::int64_t heap_bytes = 256LL << 20;  ///< of SQLite in the whole process; 0: none
  int operations = 25'000;                ///< opcodes of one prepared statement
  int steps_between_questions = 1'000;    ///< opcodes between two calls of `cancelled`
};

/// Rows of one statement. At most one cursor of an Exploration is alive at a time.
class Cursor {
 public:
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;
  ~Cursor();
  [[nodiscard]] const std::vector<ResultColumn>& columns() const;
  /// False at the end. Throws SqlError: 57014 where `cancelled` said so, 53200 out of memory, 22012
  /// division by zero, 22003 out of range, 22P02 a cast that can't be, 54001 too complex.
  [[nodiscard]] bool next(Row& row);

  struct State;
  explicit Cursor(std::unique_ptr<State> state);

 private:
  std::unique_ptr<State> state_;
};

class Exploration {
 public:
  /// `catalog` and `sources` (one a relation, found by Source::dataset()) must outlive it.
  Exploration(const Catalog& catalog, std::vector<const disclosure::Source*> sources,
              const Limits& limits);
  ~Exploration();
  Exploration(const Exploration&) = delete;
  Exploration& operator=(const Exploration&) = delete;

  /// `cancelled` is asked every few thousand steps and between segments; deadline and cancel
  /// requests are the caller's to fold into it. `computed`: what the plan's computed tables hold,
  /// in the order of MixedPlan::parts; kept until the next run.
  [[nodiscard]] Cursor run(const ExplorePlan& plan, disclosure::Cancelled cancelled,
                           std::vector<ComputedTable> computed = {});

  /// How SQLite would read the relations of a plan, in its order. No cursor is alive.
  [[nodiscard]] std::vector<TableAccess> accesses(const ExplorePlan& plan);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sceau::enclave::sql
