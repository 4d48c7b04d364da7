#include <algorithm>
#include <cmath>
#include <limits>

#include "enclave/sql/call.h"

namespace sceau::enclave::sql {
namespace {

[[noreturn]] void out_of_range(std::string_view type) {
  throw SqlError("22003", "sql.out_of_range", {std::string(type)});
}

[[noreturn]] void division_by_zero() { throw SqlError("22012", "sql.division_by_zero"); }

template <int Bits>
void give_integer(const Call& call, std::int64_t value) {
  const bool fits = Bits == 64 || (value >= std::numeric_limits<std::int32_t>::min() &&
                                   value <= std::numeric_limits<std::int32_t>::max());
  if (!fits) out_of_range("integer");
  call.give(value);
}

template <int Bits>
std::string_view type_word() {
  return Bits == 64 ? "bigint" : "integer";
}

template <int Bits>
void add_integers(const Call& call) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(call.integer(0), call.integer(1), &result)) {
    out_of_range(type_word<Bits>());
  }
  give_integer<Bits>(call, result);
}

template <int Bits>
void subtract_integers(const Call& call) {
  std::int64_t result = 0;
  if (__builtin_sub_overflow(call.integer(0), call.integer(1), &result)) {
    out_of_range(type_word<Bits>());
  }
  give_integer<Bits>(call, result);
}

template <int Bits>
void multiply_integers(const Call& call) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(call.integer(0), call.integer(1), &result)) {
    out_of_range(type_word<Bits>());
  }
  give_integer<Bits>(call, result);
}

template <int Bits>
void divide_integers(const Call& call) {
  const auto over = call.integer(0), under = call.integer(1);
  if (under == 0) division_by_zero();
  if (under == -1 && over == std::numeric_limits<std::int64_t>::min()) {
    out_of_range(type_word<Bits>());
  }
  give_integer<Bits>(call, over / under);
}

void remainder_of_integers(const Call& call) {
  if (call.integer(1) == 0) division_by_zero();
  call.give(call.integer(1) == -1 ? std::int64_t{0} : call.integer(0) % call.integer(1));
}

template <int Bits>
void negate_integer(const Call& call) {
  if (call.integer(0) == std::numeric_limits<std::int64_t>::min()) out_of_range(type_word<Bits>());
  give_integer<Bits>(call, -call.integer(0));
}

template <int Bits>
void absolute_integer(const Call& call) {
  if (call.integer(0) < 0) {
    negate_integer<Bits>(call);
  } else {
    call.give(call.integer(0));
  }
}

void add_numerics(const Call& call) { call.give(add(call.numeric(0), call.numeric(1))); }
void subtract_numerics(const Call& call) { call.give(subtract(call.numeric(0), call.numeric(1))); }
void multiply_numerics(const Call& call) { call.give(multiply(call.numeric(0), call.numeric(1))); }

template <Numeric (*Operation)(const Numeric&, const Numeric&)>
void quotient_of_numerics(const Call& call) {
  const auto under = call.numeric(1);
  if (under.zero()) division_by_zero();
  call.give(Operation(call.numeric(0), under));
}

void negate_numeric(const Call& call) {
  auto value = call.numeric(0);
  value.mantissa = -value.mantissa;
  call.give(value);
}

void absolute_numeric(const Call& call) {
  auto value = call.numeric(0);
  if (value.mantissa < 0) value.mantissa = -value.mantissa;
  call.give(value);
}

void sign_of_numeric(const Call& call) {
  call.give(Numeric::of(std::int64_t{call.numeric(0).mantissa.sign()}));
}

int digits_asked(const Call& call) {
  if (call.count() < 2) return 0;
  return static_cast<int>(std::clamp<std::int64_t>(call.integer(1), -max_digits, max_digits - 1));
}

void round_numeric(const Call& call) { call.give(round_to(call.numeric(0), digits_asked(call))); }
void truncate_numeric(const Call& call) {
  call.give(truncate_to(call.numeric(0), digits_asked(call)));
}
void ceiling_of_numeric(const Call& call) { call.give(ceiling(call.numeric(0))); }
void floor_of_numeric(const Call& call) { call.give(sql::floor(call.numeric(0))); }

void add_reals(const Call& call) { call.give_real(call.real(0) + call.real(1)); }
void subtract_reals(const Call& call) { call.give_real(call.real(0) - call.real(1)); }
void multiply_reals(const Call& call) { call.give_real(call.real(0) * call.real(1)); }
void divide_reals(const Call& call) {
  if (call.real(1) == 0) division_by_zero();
  call.give_real(call.real(0) / call.real(1));
}
void negate_real(const Call& call) { call.give_real(-call.real(0)); }

template <double (*Operation)(double)>
void of_real(const Call& call) {
  call.give_real(Operation(call.real(0)));
}

double absolute(double x) { return std::fabs(x); }
double nearest_even(double x) { return std::nearbyint(x); }
double truncated(double x) { return std::trunc(x); }
double raised(double x) { return std::ceil(x); }
double lowered(double x) { return std::floor(x); }
double sign(double x) { return x > 0 ? 1 : (x < 0 ? -1 : 0); }
double exponential(double x) { return std::exp(x); }

void root(const Call& call) {
  if (call.real(0) < 0) throw SqlError("2201F", "sql.root_of_negative");
  call.give_real(std::sqrt(call.real(0)));
}

template <double (*Operation)(double)>
void logarithm(const Call& call) {
  if (call.real(0) <= 0) throw SqlError("2201E", "sql.log_of_negative");
  call.give_real(Operation(call.real(0)));
}

double natural(double x) { return std::log(x); }
double decimal(double x) { return std::log10(x); }

void power(const Call& call) {
  const double base = call.real(0), exponent = call.real(1);
  const bool defined =
      !(base == 0 && exponent < 0) && !(base < 0 && std::trunc(exponent) != exponent);
  if (!defined) throw SqlError("2201F", "sql.bad_power");
  call.give_real(std::pow(base, exponent));
}

void check_buckets(std::int64_t count, bool same_bounds) {
  if (count <= 0 || same_bounds) throw SqlError("2201G", "sql.bad_buckets");
  if (count >= std::numeric_limits<std::int32_t>::max()) out_of_range("integer");
}

void bucket_of_numeric(const Call& call) {
  auto value = call.numeric(0), low = call.numeric(1), high = call.numeric(2);
  const auto count = call.integer(3);
  check_buckets(count, compare(low, high) == 0);
  if (compare(low, high) > 0) {
    for (auto* number : {&value, &low, &high}) number->mantissa = -number->mantissa;
  }
  if (compare(value, low) < 0) return call.give(std::int64_t{0});
  if (compare(value, high) >= 0) return call.give(count + 1);
  const auto share = multiply(subtract(value, low), Numeric::of(count));
  call.give(*whole_quotient(share, subtract(high, low)).integer() + 1);
}

void bucket_of_real(const Call& call) {
  double value = call.real(0), low = call.real(1), high = call.real(2);
  const auto count = call.integer(3);
  check_buckets(count, low == high);
  if (low > high) {
    value = -value;
    low = -low;
    high = -high;
  }
  if (value < low) return call.give(std::int64_t{0});
  if (value >= high) return call.give(count + 1);
  const double share = static_cast<double>(count) * ((value - low) / (high - low));
  call.give(std::min(count, static_cast<std::int64_t>(share) + 1));
}

void same_value(const Call& call) { call.give_value(0); }

/// LIMIT and OFFSET: NULL is none, a negative one is an error.
void limit(const Call& call) {
  if (call.null(0)) return call.give(call.integer(1));
  if (call.integer(0) < 0) throw SqlError("2201W", "sql.negative_limit");
  call.give(call.integer(0));
}

/// The largest (smallest) argument that is not NULL; arguments are of one type.
template <bool Greatest, bool Exact>
void extreme(const Call& call) {
  int chosen = -1;
  for (int i = 0; i < call.count(); ++i) {
    if (call.null(i)) continue;
    if (chosen < 0) {
      chosen = i;
      continue;
    }
    int order = 0;
    if constexpr (Exact) {
      order = compare(call.numeric(i), call.numeric(chosen));
    } else if (call.type(i) == SQLITE_TEXT) {
      order = call.text(i).compare(call.text(chosen));
    } else if (call.type(i) == SQLITE_FLOAT) {
      order = call.real(i) < call.real(chosen) ? -1 : (call.real(i) > call.real(chosen) ? 1 : 0);
    } else {
      order = call.integer(i) < call.integer(chosen)
                  ? -1
                  : (call.integer(i) > call.integer(chosen) ? 1 : 0);
    }
    if (Greatest ? order > 0 : order < 0) chosen = i;
  }
  if (chosen >= 0) call.give_value(chosen);
}

}  // namespace

std::vector<ScalarEntry> number_functions() {
  return {{"s_add4", 2, add_integers<32>},
          {"s_add8", 2, add_integers<64>},
          {"s_addn", 2, add_numerics},
          {"s_addf", 2, add_reals},
          {"s_sub4", 2, subtract_integers<32>},
          {"s_sub8", 2, subtract_integers<64>},
          {"s_subn", 2, subtract_numerics},
          {"s_subf", 2, subtract_reals},
          {"s_mul4", 2, multiply_integers<32>},
          {"s_mul8", 2, multiply_integers<64>},
          {"s_muln", 2, multiply_numerics},
          {"s_mulf", 2, multiply_reals},
          {"s_div4", 2, divide_integers<32>},
          {"s_div8", 2, divide_integers<64>},
          {"s_divn", 2, quotient_of_numerics<divide>},
          {"s_divf", 2, divide_reals},
          {"s_mod4", 2, remainder_of_integers},
          {"s_mod8", 2, remainder_of_integers},
          {"s_modn", 2, quotient_of_numerics<sql::remainder>},
          {"s_whole", 2, quotient_of_numerics<whole_quotient>},
          {"s_neg4", 1, negate_integer<32>},
          {"s_neg8", 1, negate_integer<64>},
          {"s_negn", 1, negate_numeric},
          {"s_negf", 1, negate_real},
          {"s_same", 1, same_value},
          {"s_abs4", 1, absolute_integer<32>},
          {"s_abs8", 1, absolute_integer<64>},
          {"s_absn", 1, absolute_numeric},
          {"s_absf", 1, of_real<absolute>},
          {"s_roundn", -1, round_numeric},
          {"s_roundf", 1, of_real<nearest_even>},
          {"s_truncn", -1, truncate_numeric},
          {"s_truncf", 1, of_real<truncated>},
          {"s_ceiln", 1, ceiling_of_numeric},
          {"s_ceilf", 1, of_real<raised>},
          {"s_floorn", 1, floor_of_numeric},
          {"s_floorf", 1, of_real<lowered>},
          {"s_signn", 1, sign_of_numeric},
          {"s_signf", 1, of_real<sign>},
          {"s_sqrt", 1, root},
          {"s_exp", 1, of_real<exponential>},
          {"s_ln", 1, logarithm<natural>},
          {"s_log10", 1, logarithm<decimal>},
          {"s_power", 2, power},
          {"s_bucketn", 4, bucket_of_numeric},
          {"s_bucketf", 4, bucket_of_real},
          {"s_limit", 2, limit, true},
          {"s_greatest", -1, extreme<true, false>, true},
          {"s_least", -1, extreme<false, false>, true},
          {"s_greatestn", -1, extreme<true, true>, true},
          {"s_leastn", -1, extreme<false, true>, true}};
}

}  // namespace sceau::enclave::sql
