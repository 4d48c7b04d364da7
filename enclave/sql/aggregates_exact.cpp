// Sums, means and variances of integers and numerics: exact, whatever the order of the rows.

#include <limits>

#include "enclave/sql/aggregate.h"
#include "policies/decimal.h"

namespace sceau::enclave::sql {
namespace {

/// A sum that stays in 128 bits while it fits, since most do.
class ExactSum {
 public:
  void add(std::int64_t mantissa, int scale, int sign) {
    if (scale > scale_) raise(scale);
    disclosure::Int128 value = mantissa;
    for (int i = scale; i < scale_; ++i) {
      if (__builtin_mul_overflow(value, disclosure::Int128{10}, &value))
        return spill(mantissa, scale, sign);
    }
    if (__builtin_add_overflow(small_, sign * value, &small_)) {
      throw SqlError("22003", "sql.numeric_range");
    }
  }
  void add(const Numeric& value, int sign) {
    large_ = sign > 0 ? sql::add(large_, value) : subtract(large_, value);
  }
  [[nodiscard]] Numeric total() const { return sql::add(large_, Numeric::of(small_, scale_)); }

 private:
  void spill(std::int64_t mantissa, int scale, int sign) {
    add(Numeric{BigInteger(mantissa), scale}, sign);
  }
  void raise(int scale) {
    large_ = total();
    small_ = 0;
    scale_ = scale;
  }

  disclosure::Int128 small_ = 0;
  int scale_ = 0;
  Numeric large_;
};

class ExactAggregate : public Accumulator {
 public:
  void add(const Call& call) final { take(call, 1); }
  void remove(const Call& call) final { take(call, -1); }

 protected:
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] Numeric total() const { return sum_.total(); }

 private:
  void take(const Call& call, int sign) {
    count_ += sign;
    if (call.type(0) == SQLITE_INTEGER) {
      sum_.add(call.integer(0), 0, sign);
    } else if (const auto small = policies::parse_decimal(call.text(0))) {
      sum_.add(small->mantissa, small->scale, sign);
    } else {
      sum_.add(call.numeric(0), sign);
    }
  }

  std::int64_t count_ = 0;
  ExactSum sum_;
};

class SumToInteger final : public ExactAggregate {
 public:
  void result(const Call& call) const override {
    if (count() == 0) return call.give_null();
    const auto whole = total().integer();
    if (!whole) throw SqlError("22003", "sql.out_of_range", {"bigint"});
    call.give(*whole);
  }
};

class Sum final : public ExactAggregate {
 public:
  void result(const Call& call) const override {
    count() == 0 ? call.give_null() : call.give(total());
  }
};

class Mean final : public ExactAggregate {
 public:
  void result(const Call& call) const override {
    count() == 0 ? call.give_null() : call.give(divide(total(), Numeric::of(count())));
  }
};

template <bool Sample, bool Deviation>
class Variance final : public Accumulator {
 public:
  void add(const Call& call) override {
    const auto value = call.numeric(0);
    ++count_;
    sum_ = sql::add(sum_, value);
    squares_ = sql::add(squares_, multiply(value, value));
  }
  void remove(const Call& call) override {
    const auto value = call.numeric(0);
    --count_;
    sum_ = subtract(sum_, value);
    squares_ = subtract(squares_, multiply(value, value));
  }
  void result(const Call& call) const override {
    const auto found = variance(count_, sum_, squares_, Sample, Deviation);
    found ? call.give(*found) : call.give_null();
  }

 private:
  std::int64_t count_ = 0;
  Numeric sum_, squares_;
};

template <typename T>
std::unique_ptr<Accumulator> make() {
  return std::make_unique<T>();
}

}  // namespace

std::vector<AggregateEntry> exact_aggregates() {
  return {{"s_sum4", 1, make<SumToInteger>},
          {"s_sumn", 1, make<Sum>},
          {"s_avgn", 1, make<Mean>},
          {"s_var_samp", 1, make<Variance<true, false>>},
          {"s_var_pop", 1, make<Variance<false, false>>},
          {"s_stddev_samp", 1, make<Variance<true, true>>},
          {"s_stddev_pop", 1, make<Variance<false, true>>}};
}

}  // namespace sceau::enclave::sql
