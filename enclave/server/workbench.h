#pragma once
// What a session works on: the permitted stores, opened, the catalogue of names over them, and the
// two engines that answer a plan.

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "enclave/centre/outlined.h"
#include "enclave/server/interruption.h"
#include "enclave/server/opened.h"
#include "enclave/sql/catalog.h"
#include "enclave/sql/plan.h"
#include "enclave/sql/sandbox.h"

namespace sceau::enclave {

/// Rows of a running statement, one after another.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// False at the end. Throws what the engine throws.
  virtual bool next(sql::Row& row) = 0;
};

/// Rows that are there already.
[[nodiscard]] std::unique_ptr<RowSource> rows_of(std::vector<sql::Row> rows);

class Workbench {
 public:
  using SystemRows = std::function<std::vector<sql::Row>(std::string_view relation)>;

  /// `memory`: bytes that the process may take, of which SQLite gets three quarters; 0: a small
  /// share of its own.
  Workbench(const SessionGrant& grant, SystemRows system_rows, std::uint64_t memory = 0);

  [[nodiscard]] const sql::Catalog& catalog() const { return catalog_; }

  /// Runs a plan: fixed rows, else the tabulation engine, else the engine for the tabulations in it
  /// and SQLite for the rest, else SQLite. A table of too many cells goes to SQLite where that can
  /// answer. At most one exploration runs at a time; the rows of an
  /// earlier one end with server.rows_gone.
  [[nodiscard]] std::unique_ptr<RowSource> run(const sql::Plan& plan, Interruption& interruption);

  /// EXPLAIN's rows: how `run` would go about it. Ends the rows of an earlier exploration, too.
  [[nodiscard]] std::vector<sql::Row> explain(const sql::Plan& plan);

 private:
  /// sceau.variables where not all rows may be seen.
  [[nodiscard]] std::vector<sql::Row> variables() const;
  std::vector<sql::Row> tabulate(const sql::TabulationPlan& plan, Interruption& interruption);
  std::unique_ptr<RowSource> mix(const sql::MixedPlan& plan, Interruption& interruption);
  std::unique_ptr<RowSource> explore(const sql::ExplorePlan& plan, Interruption& interruption,
                                     std::vector<sql::ComputedTable> computed = {});

  OpenedData data_;
  std::vector<std::unique_ptr<OutlinedSource>> outlines_;  ///< instead, where no row may be read
  std::vector<Joinable> filtered_;                         ///< of which not all rows may be seen
  sql::Catalog catalog_;
  std::unique_ptr<sql::Exploration> exploration_;
  std::shared_ptr<std::unique_ptr<sql::Cursor>> cursor_;  ///< of the running exploration
};

}  // namespace sceau::enclave
