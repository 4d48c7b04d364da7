#pragma once
// X25519 (RFC 7748) as recipients use it: a person's key pair, and the secret that a pair and
// another's public key agree on. Points of low order, with which every private key agrees on zeros,
// are refused.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {

using PublicKey = std::array<std::uint8_t, 32>;

[[nodiscard]] PublicKey public_key_of(const KeyBytes& private_key);

/// nullopt: the public key is a point of low order.
[[nodiscard]] std::optional<KeyBytes> agree(const KeyBytes& private_key, const PublicKey& other);

/// "x25519:" and base64: what people hand to each other.
[[nodiscard]] std::string to_text(const PublicKey& key);
[[nodiscard]] std::optional<PublicKey> parse_public_key(std::string_view text);

}  // namespace sceau::enclave
