#pragma once
// The questions of the benchmark as tabulations for the engine. The same questions in SQL, for the
// engines that it is measured against, stand in queries.py under the same names.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/table.h"
#include "disclosure/tabulation.h"

namespace sceau::bench {

struct Query {
  std::string name;  ///< "W1" …
  disclosure::Tabulation tabulation;
  bool evidence = false;  ///< whether the answer is made of evidence, not of results alone
};

/// Nothing where no question has this name. The tabulation is over `vintages`.
[[nodiscard]] std::optional<Query> query_named(const std::string& name,
                                               std::vector<std::string> vintages);

/// Dimensions joined by '|' -> statistics, NaN for NULL. Groups without rows are left out.
using Answer = std::map<std::string, std::vector<double>>;

/// The results of a query without evidence; else what queries.py asks of the others: W4 and F2 the
/// rows, schools and two largest schools; W2E and W4E with evidence.
[[nodiscard]] Answer answer_of(const Query& query, const disclosure::Table& table);

}  // namespace sceau::bench
