#pragma once
// The two cryptographic steps of the keyring: a passphrase becomes a key (scrypt, RFC 7914), and a
// key wraps bytes (AES-256-GCM, NIST SP 800-38D) so that neither they nor the header that describes
// them can be changed unseen.
//
//   Wrapped wrapped = wrap(centre_key, header, content);
//   unwrap(centre_key, header, wrapped)         // content
//   unwrap(another_key, header, wrapped)        // nullopt, as for one changed bit in any of the
//   three

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {

inline constexpr std::uint64_t least_scrypt_n = 1U << 15;
inline constexpr std::uint64_t most_scrypt_n = 1U << 20;  ///< 1 GiB of memory at r = 8
inline constexpr std::size_t salt_size = 16;
inline constexpr std::size_t nonce_size = 12;
inline constexpr std::size_t tag_size = 16;

using Salt = std::array<std::uint8_t, salt_size>;
using Nonce = std::array<std::uint8_t, nonce_size>;

/// A power of two within the bounds: cheaper ones can be guessed, dearer ones exhaust the machine.
[[nodiscard]] bool scrypt_n_is_allowed(std::uint64_t n);

[[nodiscard]] Salt random_salt();
[[nodiscard]] Nonce random_nonce();

/// 32 bytes from scrypt(passphrase, salt, N = n, r = 8, p = 1). Throws keys.internal.
[[nodiscard]] KeyBytes derive_key(std::span<const std::uint8_t> passphrase, const Salt& salt,
                                  std::uint64_t n);

/// Ciphertext, then the 16-byte tag. `key` has 32 bytes; `header` is authenticated, not hidden.
[[nodiscard]] std::vector<std::uint8_t> wrap(const KeyBytes& key, const Nonce& nonce,
                                             std::string_view header,
                                             std::span<const std::uint8_t> content);

/// nullopt where key, nonce, header or wrapped bytes are not those of one `wrap`.
[[nodiscard]] std::optional<KeyBytes> unwrap(const KeyBytes& key, const Nonce& nonce,
                                             std::string_view header,
                                             std::span<const std::uint8_t> wrapped);

}  // namespace sceau::enclave
