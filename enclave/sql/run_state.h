#pragma once
// What a running statement's callbacks share: the fault that stopped it, in our words, since
// SQLite's own texts are never shown; and the question whether to go on.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "disclosure/table.h"
#include "enclave/sql/fault.h"

struct sqlite3;

namespace sceau::enclave::sql {

struct RunState {
  std::optional<SqlError> fault;
  disclosure::Cancelled cancelled;
  std::uint64_t statement = 0;  ///< counts the statements of a connection

  void fail(const SqlError& error) {
    if (!fault) fault = error;
  }
  [[nodiscard]] bool stopped() {
    if (!cancelled || !cancelled()) return false;
    fail(SqlError("57014", "sql.cancelled"));
    return true;
  }
};

/// Registers the s_… functions, aggregates and the collation s_numeric. `state` must outlive `db`.
/// Throws SqlError XX000 where SQLite refuses.
void register_scalars(sqlite3* db, RunState& state);
void register_aggregates(sqlite3* db, RunState& state);

/// Every function that a generated statement may call, SQLite's own included: what the authorizer
/// lets through.
[[nodiscard]] std::vector<std::string> scalar_names();
[[nodiscard]] std::vector<std::string> aggregate_names();

}  // namespace sceau::enclave::sql
