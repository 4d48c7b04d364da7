#pragma once
// Relations as read-only SQLite tables: nothing is copied into SQLite, segments are decoded when a
// row of them is asked for, and only the columns that are. A comparison of a column with a value is
// used to skip rows and segments; a join looks rows up in an index that is made when the same
// question comes a second time.
//
// Columns are c1, c2, … in the relation's order. A numeric is a text in PostgreSQL's form, a
// boolean 0 or 1. The module has no table that was not registered, and can't be called as a
// function.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/source.h"
#include "enclave/sql/catalog.h"
#include "enclave/sql/run_state.h"

struct sqlite3;

namespace sceau::enclave::sql {

inline constexpr const char* row_module = "sceau_rows";

/// A data set's rows (source), or a system relation's (rows).
struct TableSpec {
  std::string name;
  std::vector<RelationColumn> columns;
  const disclosure::Source* source = nullptr;
  std::optional<std::string> vintage;
  std::function<std::vector<Row>()> rows;
};

/// Registers the module and creates the tables in `main`. A table's place in `specs` is the number
/// that SQLite's plans know it by (idxNum), and row_filter.h says how to read the rest (idxStr).
/// The specs are kept by the connection; sources and `state` must outlive it. Throws SqlError
/// XX000.
void create_tables(sqlite3* db, std::vector<TableSpec> specs, RunState& state);

}  // namespace sceau::enclave::sql
