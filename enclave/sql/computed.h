#pragma once
// What the engine has computed as read-only SQLite tables: a statement that holds tabulations has
// one for each. They live as long as the statement that reads them; before, between and after, they
// are empty.
//
//   SELECT … FROM main."sceau.computed 1" AS r1_0 WHERE r1_0.c1 = 'LYON'
//
// Columns are c1, c2, …; a value is carried as values.h says. An equality with a text or an integer
// is answered by an index, made when it is first asked for: two computed tables join in linear
// time.

#include <cstddef>
#include <string>
#include <vector>

#include "enclave/sql/run_state.h"
#include "enclave/sql/type.h"

struct sqlite3;

namespace sceau::enclave::sql {

inline constexpr const char* computed_module = "sceau_computed";
inline constexpr std::size_t max_computed = 16;           ///< tables of one statement
inline constexpr std::size_t max_computed_columns = 256;  ///< of each

struct ComputedTable {
  std::vector<Type> types;
  std::vector<Row> rows;  ///< each as wide as `types`, in PostgreSQL's text format
};

/// "computed 1" for 0: a name of the schema sceau that no client can write, since it is no system
/// relation of the catalogue.
[[nodiscard]] std::string computed_name(std::size_t index);

/// Registers the module and creates `max_computed` tables over `tables`, which may be filled and
/// emptied while no statement reads them. SQLite's plans know table i by the number -1 - i
/// (idxNum). `tables` and `state` must outlive the connection. Throws SqlError XX000.
void create_computed(sqlite3* db, const std::vector<ComputedTable>& tables, RunState& state);

}  // namespace sceau::enclave::sql
