// Aggregates of doubles: compensated sums, and moments updated row by row (Youngs and Cramer).

#include <cmath>

#include "enclave/sql/aggregate.h"

namespace sceau::enclave::sql {
namespace {

/// Neumaier's compensated sum.
class RealSum : public Accumulator {
 public:
  void add(const Call& call) final { take(call.real(0), 1); }
  void remove(const Call& call) final { take(-call.real(0), -1); }

 protected:
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] double total() const { return sum_ + lost_; }

 private:
  void take(double value, int rows) {
    count_ += rows;
    const double next = sum_ + value;
    lost_ += std::fabs(sum_) >= std::fabs(value) ? (sum_ - next) + value : (value - next) + sum_;
    sum_ = next;
  }

  std::int64_t count_ = 0;
  double sum_ = 0, lost_ = 0;
};

class Sum final : public RealSum {
 public:
  void result(const Call& call) const override {
    count() == 0 ? call.give_null() : call.give_real(total());
  }
};

class Mean final : public RealSum {
 public:
  void result(const Call& call) const override {
    count() == 0 ? call.give_null() : call.give_real(total() / static_cast<double>(count()));
  }
};

/// Count, sums and sums of squared deviations of one column, or of two (Youngs and Cramer 1971).
struct Moments {
  double n = 0, sum_y = 0, sum_x = 0, yy = 0, xx = 0, xy = 0;

  void add(double y, double x) {
    const double before = n;
    n += 1;
    sum_y += y;
    sum_x += x;
    if (before == 0) return;
    const double dy = y * n - sum_y, dx = x * n - sum_x;
    const double scale = 1 / (n * before);
    yy += dy * dy * scale;
    xx += dx * dx * scale;
    xy += dx * dy * scale;
  }
};

template <bool Sample, bool Deviation>
class Variance final : public Accumulator {
 public:
  void add(const Call& call) override { moments_.add(call.real(0), 0); }
  void result(const Call& call) const override {
    const double divisor = Sample ? moments_.n - 1 : moments_.n;
    if (divisor <= 0) return call.give_null();
    const double variance = moments_.yy / divisor;
    call.give_real(Deviation ? std::sqrt(variance) : variance);
  }

 private:
  Moments moments_;
};

enum class Pair {
  correlation,
  covariance,
  sample_covariance,
  slope,
  intercept,
  determination,
  count,
  mean_x,
  mean_y,
  xx,
  yy,
  xy
};

template <Pair What>
class PairAggregate final : public Accumulator {
 public:
  void add(const Call& call) override { moments_.add(call.real(0), call.real(1)); }
  void result(const Call& call) const override {
    const auto& m = moments_;
    switch (What) {
      case Pair::count:
        return call.give(static_cast<std::int64_t>(m.n));
      case Pair::covariance:
        return give(call, m.n > 0, m.xy, m.n);
      case Pair::sample_covariance:
        return give(call, m.n > 1, m.xy, m.n - 1);
      case Pair::correlation:
        return give(call, m.xx > 0 && m.yy > 0, m.xy, std::sqrt(m.xx * m.yy));
      case Pair::slope:
        return give(call, m.xx > 0, m.xy, m.xx);
      case Pair::intercept:
        return give(call, m.xx > 0, m.sum_y - m.sum_x * m.xy / m.xx, m.n);
      case Pair::determination:
        if (m.xx > 0 && m.yy == 0) return call.give_real(1);
        return give(call, m.xx > 0, m.xy * m.xy, m.xx * m.yy);
      case Pair::mean_x:
        return give(call, m.n > 0, m.sum_x, m.n);
      case Pair::mean_y:
        return give(call, m.n > 0, m.sum_y, m.n);
      case Pair::xx:
        return give(call, m.n > 0, m.xx, 1);
      case Pair::yy:
        return give(call, m.n > 0, m.yy, 1);
      case Pair::xy:
        return give(call, m.n > 0, m.xy, 1);
    }
  }

 private:
  static void give(const Call& call, bool defined, double over, double under) {
    defined ? call.give_real(over / under) : call.give_null();
  }
  Moments moments_;
};

template <typename T>
std::unique_ptr<Accumulator> make() {
  return std::make_unique<T>();
}

}  // namespace

std::vector<AggregateEntry> real_aggregates() {
  return {{"s_sumf", 1, make<Sum>},
          {"s_avgf", 1, make<Mean>},
          {"s_var_sampf", 1, make<Variance<true, false>>},
          {"s_var_popf", 1, make<Variance<false, false>>},
          {"s_stddev_sampf", 1, make<Variance<true, true>>},
          {"s_stddev_popf", 1, make<Variance<false, true>>},
          {"s_corr", 2, make<PairAggregate<Pair::correlation>>},
          {"s_covar_pop", 2, make<PairAggregate<Pair::covariance>>},
          {"s_covar_samp", 2, make<PairAggregate<Pair::sample_covariance>>},
          {"s_slope", 2, make<PairAggregate<Pair::slope>>},
          {"s_intercept", 2, make<PairAggregate<Pair::intercept>>},
          {"s_r2", 2, make<PairAggregate<Pair::determination>>},
          {"s_regr_count", 2, make<PairAggregate<Pair::count>>},
          {"s_avgx", 2, make<PairAggregate<Pair::mean_x>>},
          {"s_avgy", 2, make<PairAggregate<Pair::mean_y>>},
          {"s_sxx", 2, make<PairAggregate<Pair::xx>>},
          {"s_syy", 2, make<PairAggregate<Pair::yy>>},
          {"s_sxy", 2, make<PairAggregate<Pair::xy>>}};
}

}  // namespace sceau::enclave::sql
