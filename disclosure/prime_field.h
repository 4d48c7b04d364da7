#pragma once
// Arithmetic modulo a prime below 2^61, in Montgomery's form (Montgomery, Modular Multiplication
// Without Trial Division, Math. Comp. 44 (1985)): a product costs three multiplications and no
// division. Elements are in that form throughout; zero is 0 in it too.

#include <cstdint>

namespace sceau::disclosure {

/// A number drawn from `state`, which moves on (SplitMix64: Steele, Lea, Flood, OOPSLA 2014). For
/// numbers that must be spread well, not for secrets.
[[nodiscard]] std::uint64_t draw(std::uint64_t& state);

class PrimeField {
 public:
  using Element = std::uint64_t;

  /// A prime between 2^60 and 2^61 drawn from `state`, which moves on.
  explicit PrimeField(std::uint64_t& state);

  [[nodiscard]] std::uint64_t prime() const { return prime_; }
  [[nodiscard]] Element one() const { return one_; }

  [[nodiscard]] Element add(Element a, Element b) const {
    const Element sum = a + b;
    return sum >= prime_ ? sum - prime_ : sum;
  }
  [[nodiscard]] Element subtract(Element a, Element b) const {
    return a >= b ? a - b : a + prime_ - b;
  }
  [[nodiscard]] Element negative(Element a) const { return a == 0 ? 0 : prime_ - a; }
  [[nodiscard]] Element multiply(Element a, Element b) const {
    const Wide product = static_cast<Wide>(a) * b;
    const std::uint64_t factor = static_cast<std::uint64_t>(product) * negative_inverse_;
    const auto high =
        static_cast<std::uint64_t>((product + static_cast<Wide>(factor) * prime_) >> 64);
    return high >= prime_ ? high - prime_ : high;
  }
  /// The integer of least size that the element stands for: -(prime - 1) / 2 … (prime - 1) / 2.
  [[nodiscard]] std::int64_t integer(Element a) const {
    const auto plain = static_cast<std::int64_t>(multiply(a, 1));
    const auto prime = static_cast<std::int64_t>(prime_);
    return plain > prime / 2 ? plain - prime : plain;
  }
  /// Of an element that isn't zero.
  [[nodiscard]] Element inverse(Element a) const;
  /// Any element, zero among them.
  [[nodiscard]] Element random(std::uint64_t& state) const { return draw(state) % prime_; }

 private:
  __extension__ typedef unsigned __int128 Wide;

  std::uint64_t prime_;
  std::uint64_t negative_inverse_;  // of the prime, modulo 2^64
  Element one_;                     // 2^64 modulo the prime
};

}  // namespace sceau::disclosure
