#pragma once
// A key as n shares of which any k give it back and k - 1 tell nothing (Shamir, "How to share a
// secret", CACM 22, 1979), byte by byte over GF(256) with the polynomial of AES,
// x^8 + x^4 + x^3 + x + 1. Share i is the polynomial's value at i; the key stands at 0.
//
//   auto shares = split(key, 2, 3);
//   combine({shares[0], shares[2]})     // the key
//   combine({shares[0], shares[0]})     // refused: keys.share_twice
//   combine({shares[1]})                // refused: keys.shares_missing
//
// Nothing in a share tells whether it was changed so that it still fits: whoever combines holds the
// result against something else (the keyring's MAC). Arithmetic looks nothing up in tables, so its
// time doesn't depend on the bytes.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {

inline constexpr int most_shares = 64;
inline constexpr std::size_t share_set_size = 16;

/// Which share of which set: stands in clear beside it.
struct ShareLabel {
  std::string set;  ///< 32 hex digits, random; shares of different sets don't fit together
  int needed = 0;   ///< k, from 2
  int of = 0;       ///< n, from k to most_shares
  int index = 0;    ///< from 1 to n
  [[nodiscard]] bool operator==(const ShareLabel&) const = default;
};

/// Whether k, n and index are within their bounds and the set is one.
[[nodiscard]] bool is_sound(const ShareLabel& label);

struct Share {
  ShareLabel label;
  KeyBytes value;  ///< as long as the key
};

/// Throws usage (keys.bad_split) unless 2 <= needed <= of <= most_shares.
[[nodiscard]] std::vector<Share> split(const KeyBytes& key, int needed, int of);

/// Throws integrity: keys.share_other_set, keys.share_twice, keys.share_damaged (of another
/// length); unavailable: keys.shares_missing. The first `needed` of them count.
[[nodiscard]] KeyBytes combine(std::span<const Share> shares);

/// What is wrapped for a share's holder: set, k, n, index, length, value, and the first 8 bytes of
/// SHA-256 over all of that.
[[nodiscard]] KeyBytes encode(const Share& share);
/// nullopt where any of it doesn't fit.
[[nodiscard]] std::optional<Share> decode_share(const KeyBytes& bytes);

namespace gf256 {
[[nodiscard]] std::uint8_t multiply(std::uint8_t a, std::uint8_t b);
/// 0 for 0, which has none.
[[nodiscard]] std::uint8_t inverse(std::uint8_t a);
}  // namespace gf256

}  // namespace sceau::enclave
