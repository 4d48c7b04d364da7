#pragma once
// A person's key file: an X25519 private key under a passphrase of theirs. The public key, which
// they hand to a custodian, stands in it in clear.
//
//   auto made = new_identity(passphrase);            // text for the file, public key for others
//   auto key = open_identity(text, passphrase);      // the private key, to unlock with
//
// Refused: another passphrase (keys.identity_passphrase), one changed byte (keys.identity_damaged).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "enclave/keys/keyring.h"
#include "enclave/keys/x25519.h"

namespace sceau::enclave {

struct NewIdentity {
  std::string text;
  PublicKey public_key{};
};

/// `scrypt_n` as Keyring::create takes it. Throws usage (keys.passphrase_empty, keys.cost).
[[nodiscard]] NewIdentity new_identity(std::span<const std::uint8_t> passphrase,
                                       std::uint64_t scrypt_n = 1U << 17);

/// 32 bytes. `file` is the file's name, for messages. Throws integrity.
[[nodiscard]] KeyBytes open_identity(std::string_view text,
                                     std::span<const std::uint8_t> passphrase,
                                     const std::string& file);

}  // namespace sceau::enclave
