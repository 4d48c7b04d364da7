#include "enclave/keys/recipient.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "enclave/fault.h"
#include "enclave/keys/derivation.h"
#include "enclave/keys/lines.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view x25519_info = "sceau keyring x25519 v1";
constexpr std::size_t most_recipient_name = 40;

std::string bound_text(const Recipient& recipient, std::string_view file_head) {
  return std::string(file_head) + head_of(recipient);
}

KeyBytes wrapping_key(const KeyBytes& agreed, const Recipient& recipient) {
  std::array<std::uint8_t, 64> salt{};
  std::ranges::copy(recipient.ephemeral, salt.begin());
  std::ranges::copy(recipient.public_key, salt.begin() + 32);
  return hkdf_sha256(agreed.bytes(), salt, x25519_info, 32);
}

}  // namespace

std::string_view to_string(RecipientKind kind) {
  switch (kind) {
    case RecipientKind::passphrase:
      return "passphrase";
    case RecipientKind::x25519:
      return "x25519";
  }
  return "";
}

bool is_recipient_name(std::string_view name) {
  return !name.empty() && name.size() <= most_recipient_name && name[0] != '-' &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::string random_recipient_id() {
  std::array<std::uint8_t, 4> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw EnclaveError(Fault::internal, "keys.internal", {"no random bytes"});
  }
  return "k-" + to_hex_text(bytes);
}

std::optional<KeyBytes> PassphraseOpener::unwrap(const Recipient& recipient,
                                                 std::string_view file_head) const {
  return enclave::unwrap(derive_key(passphrase_.bytes(), recipient.salt, recipient.scrypt_n),
                         recipient.nonce, bound_text(recipient, file_head), recipient.wrapped);
}

IdentityOpener::IdentityOpener(std::span<const std::uint8_t> private_key)
    : private_key_(private_key), public_key_(public_key_of(private_key_)) {}

std::optional<KeyBytes> IdentityOpener::unwrap(const Recipient& recipient,
                                               std::string_view file_head) const {
  if (recipient.public_key != public_key_) return std::nullopt;
  const auto agreed = agree(private_key_, recipient.ephemeral);
  if (!agreed) return std::nullopt;
  return enclave::unwrap(wrapping_key(*agreed, recipient), recipient.nonce,
                         bound_text(recipient, file_head), recipient.wrapped);
}

std::unique_ptr<Opener> opener_of(const Credential& credential) {
  switch (credential.kind) {
    case CredentialKind::passphrase:
      if (credential.bytes.empty()) throw EnclaveError(Fault::usage, "keys.passphrase_empty");
      return std::make_unique<PassphraseOpener>(credential.bytes.bytes());
    case CredentialKind::identity:
      if (credential.bytes.size() != 32) throw EnclaveError(Fault::usage, "keys.bad_identity");
      return std::make_unique<IdentityOpener>(credential.bytes.bytes());
    case CredentialKind::new_passphrase:
      break;
  }
  throw EnclaveError(Fault::internal, "keys.internal", {"a new passphrase opens nothing"});
}

void wrap_for_public_key(Recipient& recipient, std::string_view file_head,
                         std::span<const std::uint8_t> content) {
  const KeyBytes fresh = random_key();
  const auto agreed = agree(fresh, recipient.public_key);
  if (!agreed) throw EnclaveError(Fault::bad_input, "keys.low_order", {recipient.name});
  recipient.ephemeral = public_key_of(fresh);
  recipient.nonce = random_nonce();
  recipient.wrapped = wrap(wrapping_key(*agreed, recipient), recipient.nonce,
                           bound_text(recipient, file_head), content);
}

void wrap_for_passphrase(Recipient& recipient, std::string_view file_head,
                         std::span<const std::uint8_t> passphrase,
                         std::span<const std::uint8_t> content) {
  recipient.salt = random_salt();
  recipient.nonce = random_nonce();
  recipient.wrapped = wrap(derive_key(passphrase, recipient.salt, recipient.scrypt_n),
                           recipient.nonce, bound_text(recipient, file_head), content);
}

}  // namespace sceau::enclave
