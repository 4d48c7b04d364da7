#pragma once
// Keys made of other bytes, and the code that binds a text to a key: scrypt (RFC 7914),
// HKDF-SHA-256 (RFC 5869), HMAC-SHA-256 (RFC 2104). OpenSSL computes; here stand sizes and
// refusals.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {

struct ScryptCost {
  std::uint64_t n = 0;  ///< a power of two; memory is 128 * r * n bytes
  std::uint64_t r = 8;
  std::uint64_t p = 1;
};

/// `size` bytes. Throws keys.internal, for instance where there is no memory for it.
[[nodiscard]] KeyBytes scrypt(std::span<const std::uint8_t> passphrase,
                              std::span<const std::uint8_t> salt, const ScryptCost& cost,
                              std::size_t size);

/// Extract and expand; `size` is at most 255 * 32.
[[nodiscard]] KeyBytes hkdf_sha256(std::span<const std::uint8_t> input,
                                   std::span<const std::uint8_t> salt, std::string_view info,
                                   std::size_t size);

using Mac = std::array<std::uint8_t, 32>;
[[nodiscard]] Mac hmac_sha256(std::span<const std::uint8_t> key, std::string_view text);
/// In a time that doesn't tell where they differ.
[[nodiscard]] bool same_mac(const Mac& a, const Mac& b);

}  // namespace sceau::enclave
