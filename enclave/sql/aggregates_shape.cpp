// Aggregates that PostgreSQL has not: skewness and kurtosis, concentration over contributors, and
// weighted sums. Defined as disclosure/tabulation.h defines them.

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "disclosure/tabulation.h"
#include "enclave/sql/aggregate.h"

namespace sceau::enclave::sql {
namespace {

constexpr std::size_t most_values = 20'000'000;  // 160 MB
constexpr std::size_t most_contributors = 1'000'000;

/// Neumaier's compensated sum.
struct Total {
  double sum = 0, lost = 0;

  void add(double value) {
    const double next = sum + value;
    lost += std::fabs(sum) >= std::fabs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }
  [[nodiscard]] double value() const { return sum + lost; }
};

/// Moments about the mean in two passes, since one loses the digits that are left.
template <bool Kurtosis>
class Shape final : public Accumulator {
 public:
  void add(const Call& call) override {
    if (values_.size() >= most_values) throw SqlError("53200", "sql.out_of_memory");
    values_.push_back(call.real(0));
    sum_.add(values_.back());
  }
  void result(const Call& call) const override {
    if (values_.empty()) return call.give_null();
    const auto [low, high] = std::minmax_element(values_.begin(), values_.end());
    if (*low == *high) return call.give_null();
    const auto n = static_cast<double>(values_.size());
    const double mean = sum_.value() / n;
    Total second, higher;
    for (const double value : values_) {
      const double d = value - mean;
      second.add(d * d);
      higher.add(Kurtosis ? d * d * d * d : d * d * d);
    }
    const double m2 = second.value() / n, m = higher.value() / n;
    call.give_real(Kurtosis ? m / (m2 * m2) - 3 : m / (m2 * std::sqrt(m2)));
  }

 private:
  std::vector<double> values_;
  Total sum_;
};

enum class Measure { gini, hhi, top };

/// Of the sums by contributor, or of each row. Rows whose contributor is NULL are one contributor.
template <Measure What>
class Concentration final : public Accumulator {
 public:
  void add(const Call& call) override {
    const int value = What == Measure::top ? 1 : 0;
    if (call.null(0) || call.null(value)) return;
    if (What == Measure::top) {
      top_ = call.integer(0);
      if (top_ < 1 || top_ > disclosure::max_top_share) throw SqlError("22003", "sql.bad_top");
    }
    const double size = call.real(value);
    if (size < 0) negative_ = true;
    if (call.count() == value + 1) {
      if (rows_.size() >= most_values) throw SqlError("53200", "sql.out_of_memory");
      rows_.push_back(size);
      return;
    }
    // A letter before it, so that no name is the NULL's.
    const bool known = !call.null(value + 1);
    sums_[known ? "=" + std::string(call.text(value + 1)) : std::string()].add(size);
    if (sums_.size() > most_contributors) throw SqlError("53200", "sql.out_of_memory");
  }
  [[nodiscard]] bool takes_null() const override { return true; }

  void result(const Call& call) const override {
    auto sizes = rows_;
    for (const auto& [contributor, sum] : sums_) sizes.push_back(sum.value());
    std::sort(sizes.begin(), sizes.end());
    Total total, found;
    for (const double size : sizes) total.add(size);
    if (negative_ || !(total.value() > 0)) return call.give_null();
    const auto n = static_cast<double>(sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const double share = sizes[i] / total.value();
      if (What == Measure::gini) found.add((2 * static_cast<double>(i + 1) - n - 1) * share);
      if (What == Measure::hhi) found.add(share * share);
      if (What == Measure::top && i + static_cast<std::size_t>(top_) >= sizes.size()) {
        found.add(sizes[i]);
      }
    }
    switch (What) {
      case Measure::gini:
        return call.give_real(found.value() / n);
      case Measure::hhi:
        return call.give_real(found.value());
      case Measure::top:
        return call.give_real(found.value() / total.value());
    }
  }

 private:
  std::int64_t top_ = 1;
  bool negative_ = false;
  std::map<std::string, Total> sums_;
  std::vector<double> rows_;
};

class WeightedCount final : public Accumulator {
 public:
  void add(const Call& call) override { weights_.add(call.real(0)); }
  void result(const Call& call) const override { call.give_real(weights_.value()); }

 private:
  Total weights_;
};

template <bool Mean>
class Weighted final : public Accumulator {
 public:
  void add(const Call& call) override {
    any_ = true;
    products_.add(call.real(0) * call.real(1));
    weights_.add(call.real(1));
  }
  void result(const Call& call) const override {
    const double divisor = Mean ? weights_.value() : 1;
    any_&& divisor != 0 ? call.give_real(products_.value() / divisor) : call.give_null();
  }

 private:
  bool any_ = false;
  Total products_, weights_;
};

template <typename T>
std::unique_ptr<Accumulator> make() {
  return std::make_unique<T>();
}

}  // namespace

std::vector<AggregateEntry> shape_aggregates() {
  return {{"s_skewness", 1, make<Shape<false>>},
          {"s_kurtosis", 1, make<Shape<true>>},
          {"s_gini", 1, make<Concentration<Measure::gini>>},
          {"s_gini", 2, make<Concentration<Measure::gini>>},
          {"s_hhi", 1, make<Concentration<Measure::hhi>>},
          {"s_hhi", 2, make<Concentration<Measure::hhi>>},
          {"s_top_share", 2, make<Concentration<Measure::top>>},
          {"s_top_share", 3, make<Concentration<Measure::top>>},
          {"s_weighted_count", 1, make<WeightedCount>},
          {"s_weighted_sum", 2, make<Weighted<false>>},
          {"s_weighted_avg", 2, make<Weighted<true>>}};
}

}  // namespace sceau::enclave::sql
