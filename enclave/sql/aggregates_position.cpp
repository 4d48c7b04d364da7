// Percentiles, the mode, and the one value of a scalar subquery.

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "enclave/sql/aggregate.h"

namespace sceau::enclave::sql {
namespace {

constexpr std::size_t most_values = 20'000'000;  // 160 MB
constexpr std::size_t most_modes = 1'000'000;

class Percentile : public Accumulator {
 protected:
  void take(double value) {
    if (values_.size() >= most_values) throw SqlError("53200", "sql.out_of_memory");
    values_.push_back(value);
  }
  /// Between the two values around rank fraction · (n − 1), as percentile_cont does.
  void give(const Call& call, double fraction) const {
    if (values_.empty()) return call.give_null();
    auto sorted = values_;
    const double rank = fraction * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(std::floor(rank));
    const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(low);
    std::nth_element(sorted.begin(), at, sorted.end());
    const double below = *at;
    const double rest = rank - std::floor(rank);
    if (rest == 0) return call.give_real(below);
    const double above = *std::min_element(at + 1, sorted.end());
    call.give_real(below + rest * (above - below));
  }

 private:
  std::vector<double> values_;
};

class Median final : public Percentile {
 public:
  void add(const Call& call) override { take(call.real(0)); }
  void result(const Call& call) const override { give(call, 0.5); }
};

class Continuous final : public Percentile {
 public:
  void add(const Call& call) override {
    fraction_ = call.real(0);
    if (!(fraction_ >= 0 && fraction_ <= 1)) throw SqlError("22003", "sql.bad_fraction");
    take(call.real(1));
  }
  void result(const Call& call) const override { give(call, fraction_); }

 private:
  double fraction_ = 0;
};

/// The first value that at least the fraction of all doesn't pass: rank ⌈fraction · n⌉, exactly.
class Discrete final : public Accumulator {
 public:
  void add(const Call& call) override {
    fraction_ = call.numeric(0);
    if (fraction_.mantissa < 0 || compare(fraction_, Numeric::of(std::int64_t{1})) > 0) {
      throw SqlError("22003", "sql.bad_fraction");
    }
    if (values_.size() >= most_kept) throw SqlError("53200", "sql.out_of_memory");
    type_ = call.type(1);
    const bool real = type_ == SQLITE_FLOAT;
    values_.push_back(real ? Value{call.real(1), {}} : Value{0, call.numeric(1)});
  }
  void result(const Call& call) const override {
    if (values_.empty()) return call.give_null();
    const auto rows = Numeric::of(static_cast<std::int64_t>(values_.size()));
    const auto needed = ceiling(multiply(fraction_, rows)).integer().value_or(0);
    auto sorted = values_;
    const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(needed == 0 ? 0 : needed - 1);
    std::nth_element(sorted.begin(), at, sorted.end(), [this](const Value& a, const Value& b) {
      return type_ == SQLITE_FLOAT ? a.real < b.real : compare(a.exact, b.exact) < 0;
    });
    if (type_ == SQLITE_FLOAT) return call.give_real(at->real);
    if (type_ == SQLITE_INTEGER) return call.give(at->exact.integer().value_or(0));
    call.give(at->exact);
  }

 private:
  struct Value {
    double real;
    Numeric exact;
  };
  static constexpr std::size_t most_kept = 2'000'000;
  Numeric fraction_;
  int type_ = SQLITE_NULL;
  std::vector<Value> values_;
};

/// The most frequent value; the smallest of several.
class Mode final : public Accumulator {
 public:
  void add(const Call& call) override {
    if (call.type(0) == SQLITE_TEXT) {
      ++texts_[std::string(call.text(0))];
    } else if (call.type(0) == SQLITE_INTEGER) {
      ++integers_[call.integer(0)];
    } else {
      ++reals_[call.real(0)];
    }
    if (texts_.size() + integers_.size() + reals_.size() > most_modes) {
      throw SqlError("53200", "sql.out_of_memory");
    }
  }
  void result(const Call& call) const override {
    if (!texts_.empty()) return call.give(std::string_view(most(texts_)));
    if (!integers_.empty()) return call.give(most(integers_));
    reals_.empty() ? call.give_null() : call.give_real(most(reals_));
  }

 private:
  template <typename Key>
  static const Key& most(const std::map<Key, std::int64_t>& counts) {
    return std::max_element(counts.begin(), counts.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
  }
  std::map<std::string, std::int64_t> texts_;
  std::map<std::int64_t, std::int64_t> integers_;
  std::map<double, std::int64_t> reals_;
};

/// The same of numerics, which are ordered by value, not by text.
class NumericMode final : public Accumulator {
 public:
  void add(const Call& call) override {
    ++counts_[call.numeric(0)];
    if (counts_.size() > most_modes) throw SqlError("53200", "sql.out_of_memory");
  }
  void result(const Call& call) const override {
    if (counts_.empty()) return call.give_null();
    const auto most =
        std::max_element(counts_.begin(), counts_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    call.give(most->first);
  }

 private:
  struct Less {
    bool operator()(const Numeric& a, const Numeric& b) const { return compare(a, b) < 0; }
  };
  std::map<Numeric, std::int64_t, Less> counts_;
};

/// (SELECT x …) as a value: NULL for no row, a fault for two.
class Single final : public Accumulator {
 public:
  ~Single() override { sqlite3_value_free(value_); }
  void add(const Call& call) override {
    if (value_) throw SqlError("21000", "sql.two_rows");
    value_ = sqlite3_value_dup(call.value(0));
    if (!value_) throw std::bad_alloc();
  }
  void result(const Call& call) const override {
    value_ ? sqlite3_result_value(call.context(), value_) : call.give_null();
  }
  [[nodiscard]] bool takes_null() const override { return true; }

 private:
  sqlite3_value* value_ = nullptr;
};

template <typename T>
std::unique_ptr<Accumulator> make() {
  return std::make_unique<T>();
}

}  // namespace

std::vector<AggregateEntry> position_aggregates() {
  return {{"s_median", 1, make<Median>},     {"s_percentile", 2, make<Continuous>},
          {"s_discrete", 2, make<Discrete>}, {"s_mode", 1, make<Mode>},
          {"s_moden", 1, make<NumericMode>}, {"s_single", 1, make<Single>}};
}

}  // namespace sceau::enclave::sql
