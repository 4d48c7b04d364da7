#pragma once
// Statistics by their definitions, in long double over a few rows: what the engine's are compared
// with.

#include <optional>
#include <string>
#include <vector>

#include "tests/disclosure/naive.h"

namespace sceau::disclosure::naive {

/// Whether `real_value` knows it.
bool is_real_valued(Function function);

/// Of a statistic's valid rows; nullopt: NULL.
std::optional<long double> real_value(const Statistic& statistic,
                                      const std::vector<const Row*>& rows, const World& world);

/// The mode as the engine writes it: a code, or hundredths with two decimals; "" of no rows.
struct Mode {
  std::string value;
  long long units = 0;  ///< that have it
  int distinct = 0;     ///< values: 0, 1, 2 for more
};
Mode mode(const Statistic& statistic, const std::vector<const Row*>& rows, const World& world);

/// Distinct units with a value below (above) so many hundredths.
long long units_beyond(const Statistic& statistic, const std::vector<const Row*>& rows,
                       long double hundredths, bool above, const World& world);

/// 0, 1, 2 for more.
int distinct_values(const Operand& operand, const std::vector<const Row*>& rows,
                    const World& world);

}  // namespace sceau::disclosure::naive
