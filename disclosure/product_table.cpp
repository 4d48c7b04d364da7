#include "disclosure/product_table.h"

#include <cmath>
#include <optional>
#include <type_traits>

#include "disclosure/fault.h"
#include "disclosure/operand_values.h"

namespace sceau::disclosure {
namespace {

Number real(Real128 value) { return RealValues::number(static_cast<double>(value), 0); }

Int128 checked(const CheckedSum& sum) {
  if (!sum.fits) throw DisclosureError(Fault::overflow, "a sum is too large to be kept exactly");
  return sum.value;
}

// n Σab - Σa Σb, exactly: what is left after most digits cancel.
Real128 spread(std::int64_t n, const CheckedSum& products, const CheckedSum& a,
               const CheckedSum& b) {
  return static_cast<Real128>(
      subtract(multiply(Int128{n}, checked(products)), multiply(checked(a), checked(b))));
}
Real128 spread(std::int64_t n, const WideSum& products, const WideSum& a, const WideSum& b) {
  return static_cast<Real128>(n) * products.value - a.value * b.value;
}

Real128 wide(const CheckedSum& sum) { return static_cast<Real128>(checked(sum)); }
Real128 wide(const WideSum& sum) { return sum.value; }

Number number(const CheckedSum& sum, int scale) { return exact(checked(sum), scale); }
Number number(const WideSum& sum, int) { return real(sum.value); }

Int128 product(std::int64_t a, std::int64_t b) { return static_cast<Int128>(a) * b; }
Real128 product(double a, double b) { return Real128{a} * b; }

// n and sums of deviations in the variables' own units; y is the operand, x the second. Each is
// computed when it is asked for, since what a statistic doesn't need may be too large.
template <typename Value, typename Sum>
class Line {
 public:
  Line(const Products<Value, Sum>& of, int y_scale, int x_scale)
      : of_(&of),
        y_unit_(static_cast<Real128>(power_of_ten(y_scale))),
        x_unit_(static_cast<Real128>(power_of_ten(x_scale))) {}

  [[nodiscard]] Real128 n() const { return static_cast<Real128>(of_->rows); }
  [[nodiscard]] Real128 mean_y() const { return wide(of_->first) / y_unit_ / n(); }
  [[nodiscard]] Real128 mean_x() const { return wide(of_->second) / x_unit_ / n(); }
  [[nodiscard]] bool one_y() const { return of_->first_low == of_->first_high; }
  [[nodiscard]] bool one_x() const { return of_->second_low == of_->second_high; }
  [[nodiscard]] Real128 syy() const {
    if (one_y()) return 0;
    return spread(of_->rows, of_->first_squares, of_->first, of_->first) /
           (n() * y_unit_ * y_unit_);
  }
  [[nodiscard]] Real128 sxx() const {
    if (one_x()) return 0;
    return spread(of_->rows, of_->second_squares, of_->second, of_->second) /
           (n() * x_unit_ * x_unit_);
  }
  [[nodiscard]] Real128 sxy() const {
    if (one_x() || one_y()) return 0;
    return spread(of_->rows, of_->products, of_->first, of_->second) / (n() * y_unit_ * x_unit_);
  }

 private:
  const Products<Value, Sum>* of_;
  Real128 y_unit_;
  Real128 x_unit_;
};

// As PostgreSQL 15 defines them (float8_regr_… in float.c): NULL where the divisor is 0.
template <typename Value, typename Sum>
std::optional<Real128> of_line(Function function, const Line<Value, Sum>& line) {
  if (function == Function::covariance_population) return line.sxy() / line.n();
  if (function == Function::covariance_sample) {
    if (line.n() < 2) return std::nullopt;
    return line.sxy() / (line.n() - 1);
  }
  if (function == Function::regression_sxx) return line.sxx();
  if (function == Function::regression_syy) return line.syy();
  if (function == Function::regression_sxy) return line.sxy();
  const Real128 sxx = line.sxx();
  if (!(sxx > 0)) return std::nullopt;
  if (function == Function::regression_slope) return line.sxy() / sxx;
  if (function == Function::regression_intercept) {
    return line.mean_y() - line.mean_x() * (line.sxy() / sxx);
  }
  const Real128 syy = line.syy();
  if (function == Function::regression_r2) {
    return syy > 0 ? line.sxy() / sxx * (line.sxy() / syy) : Real128{1};
  }
  if (function == Function::correlation) {
    if (!(syy > 0)) return std::nullopt;
    const auto root =
        std::sqrt(static_cast<long double>(sxx)) * std::sqrt(static_cast<long double>(syy));
    const auto found = static_cast<double>(static_cast<long double>(line.sxy()) / root);
    return std::fmax(-1.0, std::fmin(1.0, found));
  }
  throw DisclosureError(Fault::wrong_kind, "products don't give this statistic");
}

}  // namespace

template <typename Value, typename Sum>
void Products<Value, Sum>::add(Value x, Value y) {
  ++rows;
  first.add(x);
  second.add(y);
  first_squares.add(product(x, x));
  second_squares.add(product(y, y));
  const auto both = product(x, y);
  products.add(both);
  sizes.add(x < Value{} ? -both : both);
  first_low = std::min(first_low, x);
  first_high = std::max(first_high, x);
  second_low = std::min(second_low, y);
  second_high = std::max(second_high, y);
}

template <typename Value, typename Sum>
void Products<Value, Sum>::add(const Products& other) {
  rows += other.rows;
  first.add(other.first);
  second.add(other.second);
  first_squares.add(other.first_squares);
  second_squares.add(other.second_squares);
  products.add(other.products);
  sizes.add(other.sizes);
  first_low = std::min(first_low, other.first_low);
  first_high = std::max(first_high, other.first_high);
  second_low = std::min(second_low, other.second_low);
  second_high = std::max(second_high, other.second_high);
}

template <typename Value, typename Sum>
void ProductTable<Value, Sum>::add(const Batch& batch) {
  measure_->valid(batch, valid_);
  const auto value_in = [](const Segment& column, int scale, std::uint32_t row) -> Value {
    if constexpr (std::is_same_v<Value, double>) {
      if (column.kind == ColumnKind::real) return column.real[row];
      return static_cast<double>(column.scaled[row]) / static_cast<double>(power_of_ten(scale));
    } else {
      return column.scaled[row];
    }
  };
  const Segment& second = batch.columns->get(measure_->second_column());
  const auto gather = [&](auto first_of) {
    valid_.each([&](std::uint32_t i) {
      const std::uint32_t row = batch.selection.row(i);
      products_[batch.groups[i]].add(first_of(i, row),
                                     value_in(second, measure_->second_scale(), row));
    });
  };
  if (measure_->indicator() != nullptr) {
    const std::int64_t* const flags = operand_values(*measure_, batch, room_);
    gather([&](std::uint32_t i, std::uint32_t) { return static_cast<Value>(flags[i]); });
  } else if (measure_->has_column()) {
    const Segment& first = batch.columns->get(measure_->column());
    gather(
        [&](std::uint32_t, std::uint32_t row) { return value_in(first, measure_->scale(), row); });
  } else {
    gather([](std::uint32_t, std::uint32_t) { return Value{1}; });
  }
}

template <typename Value, typename Sum>
void ProductTable<Value, Sum>::absorb(const MeasureTable& other, const Mapping& mapping) {
  const auto& theirs = dynamic_cast<const ProductTable&>(other);
  for (std::size_t group = 0; group < theirs.products_.size(); ++group) {
    if (mapping.groups[group] == nowhere) continue;
    products_[mapping.groups[group]].add(theirs.products_[group]);
  }
}

template <typename Value, typename Sum>
GroupResult ProductTable<Value, Sum>::detail(Function function,
                                             const Products<Value, Sum>& of) const {
  // Doubles are in the variables' own units already.
  const bool scaled = !std::is_same_v<Value, double>;
  const int first_scale = scaled ? measure_->scale() : 0;
  const int second_scale = scaled ? measure_->second_scale() : 0;
  GroupResult detail;
  if (is_weighted(function)) {
    const Number weights = number(of.second, second_scale);
    const Number products = number(of.products, first_scale + second_scale);
    detail.weighted_total = number(of.sizes, first_scale + second_scale);
    if (function == Function::weighted_count) detail.value = weights;
    if (of.rows == 0) return detail;
    if (function == Function::weighted_sum) detail.value = products;
    if (function == Function::weighted_mean) detail.value = quotient(products, weights);
    return detail;
  }
  const auto distinct = [&](Value low, Value high) {
    return of.rows == 0 ? 0 : (low == high ? 1 : 2);
  };
  detail.distinct_values =
      std::min(distinct(of.first_low, of.first_high), distinct(of.second_low, of.second_high));
  if (of.rows > 0) {
    const auto found = of_line(function, Line<Value, Sum>(of, first_scale, second_scale));
    if (found) detail.value = real(*found);
  }
  return detail;
}

template <typename Value, typename Sum>
std::vector<GroupResult> ProductTable<Value, Sum>::results(const Statistic& statistic,
                                                           const PairKeys&,
                                                           std::size_t groups) const {
  std::vector<GroupResult> found;
  found.reserve(groups);
  for (std::size_t group = 0; group < groups; ++group) {
    const bool any = group < products_.size();
    found.push_back(detail(statistic.function, any ? products_[group] : Products<Value, Sum>{}));
  }
  return found;
}

template class ProductTable<std::int64_t, CheckedSum>;
template class ProductTable<double, WideSum>;

std::unique_ptr<MeasureTable> make_product_table(const BoundMeasure& measure) {
  const bool real =
      measure.value_kind() == ColumnKind::real || measure.second_kind() == ColumnKind::real;
  if (real) return std::make_unique<ProductTable<double, WideSum>>(measure);
  return std::make_unique<ProductTable<std::int64_t, CheckedSum>>(measure);
}

}  // namespace sceau::disclosure
