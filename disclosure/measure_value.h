#pragma once
// The ways to add up: integers exactly in 64 or 128 bits, doubles with compensation. Internal to
// the measure tables.

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "disclosure/exact.h"
#include "disclosure/number.h"
#include "disclosure/table.h"

namespace sceau::disclosure {

__extension__ using Real128 = __float128;

struct ExactValues {
  using Value = std::int64_t;
  using Extreme = Value;
  using Magnitude = std::uint64_t;
  using Size = UInt128;  // of a sum

  struct Sum {
    Int128 value = 0;
    void add(Value term) { value += term; }  // 2^63 terms of 2^63 fit
    void add_magnitude(Magnitude term) { value += static_cast<Int128>(term); }
    void add_size(Size term) { value = disclosure::add(value, static_cast<Int128>(term)); }
    [[nodiscard]] Size size() const { return disclosure::magnitude(value); }
    void add(const Sum& other) { value = disclosure::add(value, other.value); }
    [[nodiscard]] Number number(int scale) const { return exact(value, scale); }
  };
  struct Squares {
    Int128 value = 0;
    bool fits = true;
    void add(Value term) { add_exact(static_cast<Int128>(term) * term); }
    void add(const Squares& other) {
      fits = fits && other.fits;
      add_exact(other.value);
    }
    void add_exact(Int128 term) { fits = fits && !__builtin_add_overflow(value, term, &value); }
    [[nodiscard]] Number number(int scale) const {
      return fits ? exact(value, 2 * scale) : Number{};
    }
  };
  static double deviations(std::int64_t, const Sum&, const Squares&) { return 0; }
  static constexpr Extreme highest() { return std::numeric_limits<Extreme>::max(); }
  static constexpr Extreme lowest() { return std::numeric_limits<Extreme>::min(); }
  static Magnitude magnitude(Value value) {
    return value < 0 ? -static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  }
  static Number number(Value value, int scale) { return exact(value, scale); }
  static Number number_of_magnitude(Magnitude value, int scale) { return exact(value, scale); }
  static Number number_of_size(Size value, int scale) {
    return exact(static_cast<Int128>(value), scale);
  }
};

/// The same results in half the memory: for columns whose bounds say that no sum passes 64 bits.
struct NarrowValues {
  using Value = std::int64_t;
  using Extreme = std::int32_t;  // where squares fit 64 bits, values fit 32
  using Magnitude = std::uint64_t;
  using Size = std::uint64_t;

  struct Sum {
    std::int64_t value = 0;
    void add(Value term) { value += term; }
    void add_magnitude(Magnitude term) { value += static_cast<std::int64_t>(term); }
    void add_size(Size term) { value += static_cast<std::int64_t>(term); }
    [[nodiscard]] Size size() const { return magnitude(value); }
    void add(const Sum& other) { value += other.value; }
    [[nodiscard]] Number number(int scale) const { return exact(value, scale); }
  };
  struct Squares {
    std::int64_t value = 0;
    void add(Value term) { value += term * term; }
    void add(const Squares& other) { value += other.value; }
    [[nodiscard]] Number number(int scale) const { return exact(value, 2 * scale); }
  };
  static double deviations(std::int64_t, const Sum&, const Squares&) { return 0; }
  static constexpr Extreme highest() { return std::numeric_limits<Extreme>::max(); }
  static constexpr Extreme lowest() { return std::numeric_limits<Extreme>::min(); }
  static Magnitude magnitude(Value value) { return ExactValues::magnitude(value); }
  static Number number(Value value, int scale) { return exact(value, scale); }
  static Number number_of_magnitude(Magnitude value, int scale) { return exact(value, scale); }
  static Number number_of_size(Size value, int scale) { return exact(value, scale); }
};

struct RealValues {
  using Value = double;
  using Extreme = Value;
  using Magnitude = double;
  using Size = double;

  struct Sum {  // Neumaier's compensated sum
    double value = 0;
    double compensation = 0;
    void add(Value term) {
      const double next = value + term;
      compensation +=
          std::fabs(value) >= std::fabs(term) ? (value - next) + term : (term - next) + value;
      value = next;
    }
    void add_magnitude(Magnitude term) { add(term); }
    void add_size(Size term) { add(term); }
    [[nodiscard]] Size size() const { return std::fabs(value + compensation); }
    void add(const Sum& other) {
      add(other.value);
      compensation += other.compensation;
    }
    [[nodiscard]] Number number(int) const { return RealValues::number(value + compensation, 0); }
  };
  struct Squares {
    Sum sum;
    void add(Value term) {  // with what rounding cuts off the square
      const double square = term * term;
      sum.add(square);
      sum.compensation += std::isfinite(square) ? std::fma(term, term, -square) : 0;
    }
    void add(const Squares& other) { sum.add(other.sum); }
    [[nodiscard]] Number number(int scale) const { return sum.number(scale); }
  };
  /// Σ (x - mean)² = Σ x² - (Σ x)² / n, in so many digits that what is left has those of a double.
  static double deviations(std::int64_t rows, const Sum& sum, const Squares& squares) {
    if (rows == 0) return 0;
    const auto wide = [](const Sum& of) { return Real128{of.value} + of.compensation; };
    const Real128 sums = wide(sum);
    const Real128 left = wide(squares.sum) - sums * sums / static_cast<Real128>(rows);
    return left > 0 ? static_cast<double>(left) : 0;
  }
  static constexpr Extreme highest() { return std::numeric_limits<Extreme>::infinity(); }
  static constexpr Extreme lowest() { return -std::numeric_limits<Extreme>::infinity(); }
  static Magnitude magnitude(Value value) { return std::fabs(value); }
  static Number number(Value value, int) { return real(value); }
  static Number number_of_magnitude(Magnitude value, int scale) { return number(value, scale); }
  static Number number_of_size(Size value, int scale) { return number(value, scale); }
};

/// The largest few magnitudes, descending.
template <typename Magnitude>
struct Largest {
  std::array<Magnitude, max_top> values{};
  std::uint8_t count = 0;

  void add(Magnitude value) {
    if (count == max_top && value <= values.back()) return;
    std::size_t at = count < max_top ? count++ : max_top - 1;
    for (; at > 0 && values[at - 1] < value; --at) values[at] = values[at - 1];
    values[at] = value;
  }
  void add(const Largest& other) {
    for (std::size_t i = 0; i < other.count; ++i) add(other.values[i]);
  }
};

}  // namespace sceau::disclosure
