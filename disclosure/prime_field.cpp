#include "disclosure/prime_field.h"

#include <algorithm>
#include <array>
#include <bit>

namespace sceau::disclosure {
namespace {

__extension__ typedef unsigned __int128 Wide;

std::uint64_t power(std::uint64_t base, std::uint64_t exponent, std::uint64_t modulus) {
  std::uint64_t result = 1;
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1U) != 0) {
      result = static_cast<std::uint64_t>(static_cast<Wide>(result) * base % modulus);
    }
    base = static_cast<std::uint64_t>(static_cast<Wide>(base) * base % modulus);
  }
  return result;
}

// Miller and Rabin's test. These bases leave no composite below 3.3 · 10^24 (Sorenson and Webster,
// Strong Pseudoprimes to Twelve Prime Bases, Math. Comp. 86 (2017)).
bool is_prime(std::uint64_t odd) {
  const int twos = std::countr_zero(odd - 1);
  for (const std::uint64_t base : {2U, 3U, 5U, 7U, 11U, 13U, 17U, 19U, 23U, 29U, 31U, 37U}) {
    std::uint64_t value = power(base, (odd - 1) >> twos, odd);
    bool witness = value != 1 && value != odd - 1;
    for (int i = 1; witness && i < twos; ++i) {
      value = static_cast<std::uint64_t>(static_cast<Wide>(value) * value % odd);
      witness = value != odd - 1;
    }
    if (witness) return false;
  }
  return true;
}

}  // namespace

std::uint64_t draw(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

PrimeField::PrimeField(std::uint64_t& state) : prime_(0) {
  do {
    prime_ = (std::uint64_t{1} << 60) | (draw(state) >> 4) | 1U;
  } while (!is_prime(prime_));
  std::uint64_t inverse = prime_;  // right to three bits; each round doubles them
  for (int i = 0; i < 5; ++i) inverse *= 2 - prime_ * inverse;
  negative_inverse_ = -inverse;
  one_ = static_cast<Element>((static_cast<Wide>(1) << 64) % prime_);
}

PrimeField::Element PrimeField::inverse(Element a) const {
  Element result = one_;
  for (std::uint64_t exponent = prime_ - 2; exponent != 0; exponent >>= 1) {
    if ((exponent & 1U) != 0) result = multiply(result, a);
    a = multiply(a, a);
  }
  return result;
}

}  // namespace sceau::disclosure
