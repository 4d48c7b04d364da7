#pragma once
// The same results and evidence, computed row by row in the most obvious way, without a line of the
// engine: what tabulate, the rules and the history are compared with.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "disclosure/table.h"
#include "policies/codebook.h"
#include "policies/policy.h"

namespace sceau::disclosure::naive {

using Text = std::optional<std::string>;
using Row = std::map<std::string, Text>;  ///< "vintage" is one of them

struct World {
  policies::Codebook book;
  std::vector<Row> rows;
};

/// true, false or NULL.
std::optional<bool> holds(const Condition& condition, const Row& row, const World& world);

/// A row's member of a dimension.
Text member(const Dimension& dimension, const Row& row, const World& world);

/// A value in hundredths; integers and indicators too.
std::optional<long long> hundredths(const Operand& operand, const Row& row, const World& world);

using Key = std::vector<std::string>;  ///< "*": Total, "-": NULL
Key key_of(const Tabulation& tabulation, std::uint32_t kept, const Row& row, const World& world);

struct Gifts {
  int distinct = 0;
  std::vector<long long> sizes;  ///< descending, all of them
  long long total = 0;
};

/// In hundredths, or in rows for counts.
struct Facts {
  long long rows = 0;
  long long units = 0;
  long long sum = 0, absolute = 0, negatives = 0;
  long long squares = 0;  ///< in ten-thousandths
  std::optional<long long> minimum, maximum;
  long long minimum_units = 0, maximum_units = 0;
  int distinct_values = 0;
  std::map<std::string, Gifts> kinds;
};

/// Of these rows (each with an operand, if there is one).
Facts facts(const std::vector<const Row*>& rows, const Operand& operand, bool numeric,
            bool counts_units, const World& world);

/// The rows of `in` that are valid for a statistic.
std::vector<const Row*> valid(const Statistic& statistic, const std::vector<const Row*>& in,
                              const World& world);
/// Rows under WHERE in the tabulation's vintages.
std::vector<const Row*> under_where(const Tabulation& tabulation, const World& world);

/// Keys of each grouping set's cells, without hierarchies.
std::set<Key> keys(const Tabulation& tabulation, std::uint32_t kept, const World& world);

/// Which rules fail: "threshold", "contributors uai", "dominance uai", "p_percent uai",
/// "homogeneity". `magnitude`: sums; `zero_or_one`: the operand is an indicator.
std::set<std::string> breaches(const Facts& facts, bool magnitude, bool zero_or_one,
                               const policies::Policy& policy, const World& world);

}  // namespace sceau::disclosure::naive
