#include "tests/disclosure/naive_statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace sceau::disclosure::naive {
namespace {

using Values = std::vector<long double>;

Values values_of(const Operand& operand, const std::vector<const Row*>& rows, const World& world) {
  Values found;
  for (const Row* row : rows) {
    found.push_back(static_cast<long double>(*hundredths(operand, *row, world)) / 100);
  }
  return found;
}

long double mean(const Values& values) {
  long double sum = 0;
  for (const long double value : values) sum += value;
  return sum / static_cast<long double>(values.size());
}

/// Σ (a - mean a)(b - mean b).
long double spread(const Values& a, const Values& b) {
  long double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean(a)) * (b[i] - mean(b));
  return sum;
}

bool constant(const Values& values) {
  return std::all_of(values.begin(), values.end(),
                     [&](long double value) { return value == values[0]; });
}

long double moment(const Values& values, int power) {
  long double sum = 0;
  for (const long double value : values) sum += std::pow(value - mean(values), power);
  return sum / static_cast<long double>(values.size());
}

std::optional<long double> line(Function function, const Values& y, const Values& x) {
  const auto n = static_cast<long double>(y.size());
  if (y.empty()) return std::nullopt;
  const long double sxx = constant(x) ? 0 : spread(x, x);
  const long double syy = constant(y) ? 0 : spread(y, y);
  const long double sxy = sxx == 0 || syy == 0 ? 0 : spread(x, y);
  switch (function) {
    case Function::correlation:
      if (sxx == 0 || syy == 0) return std::nullopt;
      return sxy / std::sqrt(sxx * syy);
    case Function::covariance_population:
      return sxy / n;
    case Function::covariance_sample:
      if (n < 2) return std::nullopt;
      return sxy / (n - 1);
    case Function::regression_slope:
      if (sxx == 0) return std::nullopt;
      return sxy / sxx;
    case Function::regression_intercept:
      if (sxx == 0) return std::nullopt;
      return mean(y) - sxy / sxx * mean(x);
    case Function::regression_r2:
      if (sxx == 0) return std::nullopt;
      if (syy == 0) return 1;
      return sxy * sxy / (sxx * syy);
      return mean(x);
      return mean(y);
    case Function::regression_sxx:
      return sxx;
    case Function::regression_syy:
      return syy;
    case Function::regression_sxy:
      return sxy;
    default:
      return std::nullopt;
  }
}

std::optional<long double> concentration(const Statistic& statistic,
                                         const std::vector<const Row*>& rows, const World& world) {
  const Values values = values_of(statistic.operand, rows, world);
  std::map<std::string, long double> gifts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (values[i] < 0) return std::nullopt;
    const std::string who = statistic.second.empty()
                                ? std::to_string(i)
                                : rows[i]->at(statistic.second).value_or("nobody known");
    gifts[who] += values[i];
  }
  long double total = 0;
  Values sizes;
  for (const auto& [who, size] : gifts) {
    sizes.push_back(size);
    total += size;
  }
  if (total == 0) return std::nullopt;
  const auto n = static_cast<long double>(sizes.size());
  long double found = 0;
  if (statistic.function == Function::gini) {  // half the mean difference, by the mean
    for (const long double a : sizes) {
      for (const long double b : sizes) found += std::fabs(a - b);
    }
    return found / (2 * n * total);
  }
  if (statistic.function == Function::hhi) {
    for (const long double size : sizes) found += (size / total) * (size / total);
    return found;
  }
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  for (std::size_t i = 0; i < sizes.size() && i < static_cast<std::size_t>(statistic.top); ++i) {
    found += sizes[i];
  }
  return found / total;
}

std::optional<long double> weighted(const Statistic& statistic, const std::vector<const Row*>& rows,
                                    const World& world) {
  const Values weights = values_of(statistic.second, rows, world);
  const Values values = values_of(statistic.operand, rows, world);
  long double sum = 0;
  long double products = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sum += weights[i];
    products += weights[i] * values[i];
  }
  if (statistic.function == Function::weighted_count) return sum;
  if (rows.empty()) return std::nullopt;
  if (statistic.function == Function::weighted_sum) return products;
  if (std::fabs(sum) < 1e-9L) return std::nullopt;
  return products / sum;
}

Text unit_of(const Row* row, const World& world) {
  if (world.book.unit == "row") return std::to_string(row - world.rows.data());
  return row->at(world.book.unit);
}

}  // namespace

bool is_real_valued(Function function) {
  switch (function) {
    case Function::variance_population:
    case Function::standard_deviation_population:
    case Function::skewness:
    case Function::kurtosis:
      return true;
    default:
      return needs_second_value(function) || is_concentration(function);
  }
}

std::optional<long double> real_value(const Statistic& statistic,
                                      const std::vector<const Row*>& rows, const World& world) {
  const Function function = statistic.function;
  if (is_concentration(function)) return concentration(statistic, rows, world);
  if (function == Function::weighted_count || function == Function::weighted_sum ||
      function == Function::weighted_mean) {
    return weighted(statistic, rows, world);
  }
  const Values values = values_of(statistic.operand, rows, world);
  if (needs_second_value(function)) {
    return line(function, values, values_of(statistic.second, rows, world));
  }
  if (values.empty()) return std::nullopt;
  const long double m2 = constant(values) ? 0 : moment(values, 2);
  if (function == Function::variance_population) return m2;
  if (function == Function::standard_deviation_population) return std::sqrt(m2);
  if (m2 == 0) return std::nullopt;
  if (function == Function::skewness) return moment(values, 3) / std::pow(m2, 1.5L);
  return moment(values, 4) / (m2 * m2) - 3;
}

Mode mode(const Statistic& statistic, const std::vector<const Row*>& rows, const World& world) {
  const auto* variable = std::get_if<std::string>(&statistic.operand);
  const auto* known = variable == nullptr ? nullptr : world.book.find(*variable);
  const bool codes = known != nullptr && known->type == policies::Type::category;
  std::map<std::string, std::vector<const Row*>> by_code;
  std::map<long long, std::vector<const Row*>> by_number;
  for (const Row* row : rows) {
    if (codes) {
      by_code[*row->at(*variable)].push_back(row);
    } else {
      by_number[*hundredths(statistic.operand, *row, world)].push_back(row);
    }
  }
  Mode found;
  std::size_t most = 0;
  const auto look_at = [&](const std::string& value, const std::vector<const Row*>& holders) {
    found.distinct = std::min(found.distinct + 1, 2);
    if (holders.size() <= most) return;
    most = holders.size();
    found.value = value;
    std::set<std::string> units;
    for (const Row* row : holders) {
      if (const Text who = unit_of(row, world)) units.insert(*who);
    }
    found.units = static_cast<long long>(units.size());
  };
  for (const auto& [code, holders] : by_code) look_at(code, holders);
  for (const auto& [number, holders] : by_number) look_at(to_string(exact(number, 2), 2), holders);
  return found;
}

long long units_beyond(const Statistic& statistic, const std::vector<const Row*>& rows,
                       long double limit, bool above, const World& world) {
  std::set<std::string> units;
  for (const Row* row : rows) {
    const auto value = static_cast<long double>(*hundredths(statistic.operand, *row, world));
    const Text who = unit_of(row, world);
    if (who && (above ? value > limit : value < limit)) units.insert(*who);
  }
  return static_cast<long long>(units.size());
}

int distinct_values(const Operand& operand, const std::vector<const Row*>& rows,
                    const World& world) {
  std::set<long long> seen;
  for (const Row* row : rows) seen.insert(*hundredths(operand, *row, world));
  return static_cast<int>(std::min<std::size_t>(seen.size(), 2));
}

}  // namespace sceau::disclosure::naive
