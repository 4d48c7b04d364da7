#pragma once
// Names and types: every column resolved against the catalogue, every expression given the type
// that PostgreSQL would give it, implicit casts written out, stars expanded, GROUP BY made into
// grouping sets, each reference to a CTE replaced by a copy of it.

#include <vector>

#include "enclave/sql/catalog.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

/// Leaves of FROM in one statement, copies of CTEs included.
inline constexpr int max_relations = 64;
inline constexpr std::size_t max_copied_nodes = 100'000;  ///< by references to CTEs
inline constexpr std::size_t max_columns = 256;
inline constexpr std::size_t max_grouping_sets = 4096;

/// Types `query` in place. `parameters` holds the declared types ($1 first); unknown ones are
/// decided by use, and text where nothing decides. Throws SqlError: 42P01, 42703, 42702, 42883,
/// 42804, 42803, 22P02, 54001, 0A000.
void type_query(Select& query, const Catalog& catalog, std::vector<Type>& parameters);

}  // namespace sceau::enclave::sql
