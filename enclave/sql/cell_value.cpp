#include "enclave/sql/cell_value.h"

#include <algorithm>
#include <cmath>

#include "disclosure/model_text.h"
#include "enclave/sql/fault.h"
#include "enclave/sql/numeric.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

using disclosure::Evidence;
using disclosure::Function;
using disclosure::Number;
using disclosure::Statistic;

/// A value of a number type: float8 in `real`, the others in `exact`.
struct Value {
  Type type = Type::numeric;
  Numeric exact;
  double real = 0;
};

[[noreturn]] void too_large(Type type) {
  throw SqlError("22003", "sql.out_of_range", {std::string(name(type))});
}

Numeric whole(std::int64_t value) { return Numeric::of(value); }

std::optional<Numeric> exact_numeric(const Number& number) {
  switch (number.kind) {
    case Number::Kind::null:
    case Number::Kind::real:
      return std::nullopt;
    case Number::Kind::exact:
      return Numeric::of(number.numerator, number.scale);
    case Number::Kind::quotient:
      return divide(Numeric::of(number.numerator, number.scale),
                    Numeric::of(number.denominator, number.denominator_scale));
  }
  return std::nullopt;
}

double real_of(const Number& number) {
  if (number.kind == Number::Kind::real) return number.real;
  const auto over = Numeric::of(number.numerator, number.scale).real();
  if (number.kind == Number::Kind::exact) return over;
  return over / Numeric::of(number.denominator, number.denominator_scale).real();
}

/// `type` is what SQL calls it: an exact number may be the float8 of an aggregate over integers.
std::optional<Value> value_of(const Number& number, Type type) {
  if (number.kind == Number::Kind::null) return std::nullopt;
  Value value{type, {}, 0};
  if (type == Type::float8) {
    value.real = real_of(number);
    return value;
  }
  auto exact = exact_numeric(number);
  if (!exact) exact = Numeric::of(number.real);
  if (!exact) throw SqlError("22003", "sql.numeric_range");
  value.exact = std::move(*exact);
  return value;
}

/// Half to even, as the processor rounds and PostgreSQL too.
Numeric rounded(double real, Type type) {
  const double value = std::nearbyint(real);
  if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) too_large(type);
  return whole(static_cast<std::int64_t>(value));
}

Value cast(Value value, Type to) {
  if (value.type == to) return value;
  const bool from_real = value.type == Type::float8;
  if (to == Type::float8) {
    value.real = value.exact.real();
  } else if (to == Type::numeric) {
    auto exact = from_real ? Numeric::of(value.real) : std::optional(value.exact);
    if (!exact) too_large(to);
    value.exact = std::move(*exact);
  } else {
    const auto integer = (from_real ? rounded(value.real, to) : value.exact).integer();
    if (!integer || !parse_integer(std::to_string(*integer), to)) too_large(to);
    value.exact = whole(*integer);
  }
  value.type = to;
  return value;
}

std::optional<Value> variance_of(const Statistic& statistic, const Evidence& evidence, Type type) {
  const auto sum = exact_numeric(evidence.sum), squares = exact_numeric(evidence.squares);
  if (!sum || !squares) return std::nullopt;
  const auto function = statistic.function;
  const bool deviation = function == Function::standard_deviation ||
                         function == Function::standard_deviation_population;
  const bool sample = function == Function::variance || function == Function::standard_deviation;
  const auto found = variance(evidence.rows, *sum, *squares, sample, deviation);
  return found ? std::optional(cast(Value{Type::numeric, *found, 0}, type)) : std::nullopt;
}

std::optional<Value> mean_of(const Evidence& evidence, Type type) {
  if (evidence.rows == 0) return std::nullopt;
  if (type == Type::float8) {
    return Value{type, {}, real_of(evidence.sum) / static_cast<double>(evidence.rows)};
  }
  const auto sum = exact_numeric(evidence.sum);
  if (!sum) return std::nullopt;
  return Value{type, divide(*sum, whole(evidence.rows)), 0};
}

/// One side of a ratio, which a table keeps as a whole: its value from the evidence of it.
struct Side {
  bool known = false;  ///< false: the evidence doesn't hold it (a quantile, say)
  std::optional<Value> value;
};

std::optional<std::int64_t> distinct_of(const std::string& variable, const Evidence& evidence) {
  for (const auto& kind : evidence.contributions) {
    if (kind.kind == variable) return kind.distinct;
  }
  return std::nullopt;
}

Side side_of(const Statistic& statistic, const Evidence& evidence, Type type) {
  switch (statistic.function) {
    case Function::count_rows:
    case Function::count_values:
      return {true, Value{type, whole(evidence.rows), 0}};
    case Function::count_distinct: {
      const auto count = distinct_of(std::get<std::string>(statistic.operand), evidence);
      if (!count || (*count == 0 && evidence.rows > 0)) return {};
      return {true, Value{type, whole(*count), 0}};
    }
    case Function::sum:
      if (evidence.rows == 0) return {true, std::nullopt};
      return {true, value_of(evidence.sum, type)};
    case Function::mean:
      return {true, mean_of(evidence, type)};
    case Function::minimum:
      return {evidence.minimum || evidence.rows == 0,
              value_of(evidence.minimum.value_or(Number{}), type)};
    case Function::maximum:
      return {evidence.maximum || evidence.rows == 0,
              value_of(evidence.maximum.value_or(Number{}), type)};
    case Function::variance:
    case Function::standard_deviation:
    case Function::variance_population:
    case Function::standard_deviation_population: {
      const bool sample = statistic.function == Function::variance ||
                          statistic.function == Function::standard_deviation;
      if (evidence.rows < (sample ? 2 : 1)) return {true, std::nullopt};
      auto found = variance_of(statistic, evidence, type);
      const bool known = found.has_value();
      return {known, std::move(found)};
    }
    case Function::weighted_count:  // 0 of no rows
      return {};
    case Function::quantile:
    case Function::quantile_discrete:
    case Function::weighted_sum:
    case Function::skewness:
    case Function::kurtosis:
    case Function::mode:
    case Function::gini:
    case Function::hhi:
    case Function::top_share:
    case Function::weighted_mean:
    case Function::correlation:
    case Function::covariance_population:
    case Function::covariance_sample:
    case Function::regression_slope:
    case Function::regression_intercept:
    case Function::regression_r2:
    case Function::regression_sxx:
    case Function::regression_syy:
    case Function::regression_sxy:
      return {evidence.rows == 0, std::nullopt};
  }
  return {};
}

/// The casts around an aggregate, from inside: types[0] is its own.
std::optional<Value> cast_all(std::optional<Value> value, const std::vector<Type>& types) {
  for (std::size_t i = 1; value && i < types.size(); ++i) value = cast(std::move(*value), types[i]);
  return value;
}

bool is_zero(const Value& value) {
  return value.type == Type::float8 ? value.real == 0 : value.exact.zero();
}

Value times(const Value& value, const std::string& factor, Type type) {
  auto wide = cast(value, type);
  const auto number = *Numeric::parse(factor);
  if (type == Type::float8) {
    wide.real *= number.real();
    return wide;
  }
  wide.exact = multiply(wide.exact, number);
  const auto integer = type == Type::numeric ? std::nullopt : wide.exact.integer();
  if (type != Type::numeric && (!integer || !parse_integer(std::to_string(*integer), type))) {
    too_large(type);
  }
  return wide;
}

/// A percentage's dividend (of one statistic: itself), multiplied where the factor stands there.
std::optional<Value> scaled(std::optional<Value> value, const OutputColumn& output) {
  if (!value || output.factor.empty() || output.factor_outside) return value;
  auto product = std::optional(times(*value, output.factor, output.scaled[0]));
  return cast_all(std::move(product), output.scaled);
}

Value divided(const Value& over, const Value& under) {
  if (over.type == Type::float8) return {over.type, {}, over.real / under.real};
  if (over.type == Type::numeric) return {over.type, divide(over.exact, under.exact), 0};
  return {over.type, whole_quotient(over.exact, under.exact), 0};
}

std::optional<Value> ratio(const disclosure::Column& column, const disclosure::ColumnResult& result,
                           const OutputColumn& output) {
  const auto over = side_of(column.statistic, result.evidence, output.over[0]);
  const auto under = side_of(*column.denominator, *result.denominator, output.under[0]);
  const bool over_null = over.known && !over.value, under_null = under.known && !under.value;
  if (over_null || under_null) return std::nullopt;
  if (!over.known || !under.known) {
    // Both sides have values, so that without a quotient the divisor is 0.
    const bool multiplied = !output.factor.empty();
    auto whole_ratio =
        value_of(result.value, multiplied ? output.scaled.back() : output.over.back());
    if (!whole_ratio && !output.null_if_zero) throw SqlError("22012", "sql.division_by_zero");
    return whole_ratio;
  }
  if (is_zero(*under.value)) {
    if (output.null_if_zero) return std::nullopt;
    throw SqlError("22012", "sql.division_by_zero");
  }
  auto value = divided(*scaled(cast_all(over.value, output.over), output),
                       *cast_all(under.value, output.under));
  return output.factor_outside ? times(value, output.factor, output.scaled[0]) : value;
}

std::optional<Value> single(const disclosure::Column& column,
                            const disclosure::ColumnResult& result, const OutputColumn& output) {
  const auto side = side_of(column.statistic, result.evidence, output.over[0]);
  auto value = side.known ? side.value : std::optional<Value>();
  // What the evidence doesn't hold has been multiplied already.
  if (!side.known && !output.factor.empty()) return value_of(result.value, output.scaled[0]);
  if (!side.known) value = value_of(result.value, output.over[0]);
  return scaled(cast_all(std::move(value), output.over), output);
}

std::string text_of(const Value& value) {
  return value.type == Type::float8 ? real_text(value.real) : value.exact.text();
}

}  // namespace

std::optional<std::string> cell_value(const disclosure::Column& column,
                                      const disclosure::ColumnResult& result,
                                      const OutputColumn& output) {
  if (column.model) {
    return result.model ? std::optional(disclosure::model_json(*result.model)) : std::nullopt;
  }
  if (result.text) return *result.text;
  auto value = column.denominator ? ratio(column, result, output) : single(column, result, output);
  if (!value) return std::nullopt;
  auto shown = cast(std::move(*value), output.type);
  if (output.type == Type::numeric && output.scale >= 0) {
    shown.exact = round_to(shown.exact, output.scale);
    const auto limit = power_of_ten(output.precision);
    if (boost::multiprecision::abs(shown.exact.mantissa) >= limit) too_large(output.type);
  }
  return text_of(shown);
}

}  // namespace sceau::enclave::sql
