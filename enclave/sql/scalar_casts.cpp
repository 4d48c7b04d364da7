#include <cmath>
#include <limits>

#include "enclave/sql/call.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

// The text that can't be read is a value of the data: the fault names the type alone.
[[noreturn]] void unreadable(Type type) {
  throw SqlError(type == Type::date ? "22007" : "22P02", "sql.bad_value",
                 {std::string(name(type))});
}

[[noreturn]] void too_large(Type type) {
  throw SqlError("22003", "sql.out_of_range", {std::string(name(type))});
}

void same(const Call& call) { call.give_value(0); }

void boolean_to_text(const Call& call) {
  call.give(std::string_view(call.integer(0) ? "true" : "false"));
}
void boolean_as_shown(const Call& call) {
  call.give(std::string_view(call.integer(0) ? "t" : "f"));
}
void integer_to_text(const Call& call) {
  call.give(std::string_view(std::to_string(call.integer(0))));
}
void real_to_text(const Call& call) { call.give(std::string_view(real_text(call.real(0)))); }
void integer_to_boolean(const Call& call) { call.give_boolean(call.integer(0) != 0); }
void integer_to_real(const Call& call) { call.give_real(static_cast<double>(call.integer(0))); }

void to_int4(const Call& call) {
  const auto value = call.integer(0);
  if (value < std::numeric_limits<std::int32_t>::min() ||
      value > std::numeric_limits<std::int32_t>::max()) {
    too_large(Type::int4);
  }
  call.give(value);
}

template <Type To>
void give_checked(const Call& call, std::int64_t value) {
  const bool fits = To == Type::int8 || (value >= std::numeric_limits<std::int32_t>::min() &&
                                         value <= std::numeric_limits<std::int32_t>::max());
  if (!fits) too_large(To);
  call.give(value);
}

template <Type To>
void real_to_integer(const Call& call) {
  const double rounded = std::nearbyint(call.real(0));
  if (!(rounded >= -9223372036854775808.0 && rounded < 9223372036854775808.0)) too_large(To);
  give_checked<To>(call, static_cast<std::int64_t>(rounded));
}

template <Type To>
void numeric_to_integer(const Call& call) {
  const auto value = call.numeric(0).integer();
  if (!value) too_large(To);
  give_checked<To>(call, *value);
}

void real_to_numeric(const Call& call) {
  const auto value = Numeric::of(call.real(0));
  if (!value) too_large(Type::numeric);
  call.give(*value);
}

void numeric_to_real(const Call& call) { call.give_real(call.numeric(0).real()); }

template <Type To>
void text_to_integer(const Call& call) {
  const auto value = parse_integer(call.text(0), To);
  if (!value) unreadable(To);
  call.give(*value);
}

void text_to_real(const Call& call) {
  const auto value = parse_real(call.text(0));
  if (!value) unreadable(Type::float8);
  call.give_real(*value);
}

void text_to_boolean(const Call& call) {
  const auto value = parse_boolean(call.text(0));
  if (!value) unreadable(Type::boolean);
  call.give_boolean(*value);
}

void text_to_numeric(const Call& call) {
  const auto value = Numeric::parse(call.text(0));
  if (!value) unreadable(Type::numeric);
  call.give(*value);
}

void text_to_date(const Call& call) {
  const auto value = parse_date(call.text(0));
  if (!value) unreadable(Type::date);
  call.give(std::string_view(*value));
}

/// numeric(precision, scale)
void fit(const Call& call) {
  const auto precision = static_cast<int>(call.integer(1)),
             scale = static_cast<int>(call.integer(2));
  const auto value = round_to(call.numeric(0), scale);
  if (boost::multiprecision::abs(value.mantissa) >= power_of_ten(precision))
    too_large(Type::numeric);
  call.give(value);
}

}  // namespace

std::vector<ScalarEntry> cast_functions() {
  return {{"s_cast_bt", 1, boolean_to_text},
          {"s_cast_bs", 1, boolean_as_shown},
          {"s_cast_4t", 1, integer_to_text},
          {"s_cast_8t", 1, integer_to_text},
          {"s_cast_ft", 1, real_to_text},
          {"s_cast_nt", 1, same},
          {"s_cast_dt", 1, same},
          {"s_cast_tb", 1, text_to_boolean},
          {"s_cast_t4", 1, text_to_integer<Type::int4>},
          {"s_cast_t8", 1, text_to_integer<Type::int8>},
          {"s_cast_tf", 1, text_to_real},
          {"s_cast_tn", 1, text_to_numeric},
          {"s_cast_td", 1, text_to_date},
          {"s_cast_4n", 1, integer_to_text},
          {"s_cast_8n", 1, integer_to_text},
          {"s_cast_4f", 1, integer_to_real},
          {"s_cast_8f", 1, integer_to_real},
          {"s_cast_84", 1, to_int4},
          {"s_cast_n4", 1, numeric_to_integer<Type::int4>},
          {"s_cast_n8", 1, numeric_to_integer<Type::int8>},
          {"s_cast_nf", 1, numeric_to_real},
          {"s_cast_f4", 1, real_to_integer<Type::int4>},
          {"s_cast_f8", 1, real_to_integer<Type::int8>},
          {"s_cast_fn", 1, real_to_numeric},
          {"s_cast_b4", 1, same},
          {"s_cast_4b", 1, integer_to_boolean},
          {"s_float8", 1, text_to_real},
          {"s_fit", 3, fit}};
}

}  // namespace sceau::enclave::sql
