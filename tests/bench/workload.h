#pragma once
// The four queries of the benchmark, each as a tabulation for the engine and as SQL for a row
// store.

#include <map>
#include <string>
#include <vector>

#include "disclosure/table.h"
#include "disclosure/tabulation.h"

namespace sceau::bench {

struct Query {
  std::string name;  ///< "W1" …
  std::string title;
  disclosure::Tabulation tabulation;
  std::string sql;  ///< the same columns in the same order: dimensions, then statistics
};

/// Over the columns of policies/codebooks/eleves.toml, table `eleves`, vintage `bench`.
[[nodiscard]] std::vector<Query> workload();

/// What a query answered: dimensions joined by '|' -> statistics, NaN for NULL. Groups without rows
/// are left out.
using Answer = std::map<std::string, std::vector<double>>;

[[nodiscard]] Answer answer_of(const disclosure::Table& table);
/// The same groups, and statistics that differ by no more than doubles do.
[[nodiscard]] bool same(const Answer& a, const Answer& b);

}  // namespace sceau::bench
