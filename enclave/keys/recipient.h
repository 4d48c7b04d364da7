#pragma once
// A recipient of the centre key: a person (or an envelope in a safe) who can open it, alone or with
// others. What is wrapped for them is the centre key itself, or one share of it (shares.h); how it
// is wrapped is the recipient's kind:
//
//   passphrase   AES-256-GCM under scrypt(passphrase, salt)
//   x25519       AES-256-GCM under HKDF(X25519(a fresh key, the person's key)): nobody need be
//                asked to wrap for them
//
// Whatever opens is an Opener. A smart card (PKCS#11) or a TPM becomes a kind of its own: an
// enumerator here, its lines in centre_file.cpp, and an Opener that asks the device; nothing
// else changes.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/keys/shares.h"
#include "enclave/keys/wrap.h"
#include "enclave/keys/x25519.h"

namespace sceau::enclave {

enum class RecipientKind { passphrase, x25519 };
[[nodiscard]] std::string_view to_string(RecipientKind kind);

struct Recipient {
  std::string id;                   ///< "k-" and 8 hex digits: what the log calls them
  std::string name;                 ///< what people call them: [a-z0-9-]+, at most 40 bytes
  std::optional<ShareLabel> share;  ///< none: opens alone
  RecipientKind kind = RecipientKind::passphrase;
  std::uint64_t scrypt_n = 0;  ///< passphrase only
  Salt salt{};                 ///< passphrase only
  PublicKey public_key{};      ///< x25519 only: the person's
  PublicKey ephemeral{};       ///< x25519 only: made for this wrapping
  Nonce nonce{};
  std::vector<std::uint8_t> wrapped;
};

[[nodiscard]] bool is_recipient_name(std::string_view name);
[[nodiscard]] std::string random_recipient_id();

/// The recipient's lines above `wrapped`.
[[nodiscard]] std::string head_of(const Recipient& recipient);

/// What somebody brings to open with.
class Opener {
 public:
  Opener() = default;
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;
  virtual ~Opener() = default;

  [[nodiscard]] virtual RecipientKind kind() const = 0;
  /// What was wrapped for this recipient; nullopt where it isn't for this opener, or was changed.
  /// `file_head` is authenticated with the recipient's own head. Only asked for its own kind.
  [[nodiscard]] virtual std::optional<KeyBytes> unwrap(const Recipient& recipient,
                                                       std::string_view file_head) const = 0;
};

class PassphraseOpener final : public Opener {
 public:
  explicit PassphraseOpener(std::span<const std::uint8_t> passphrase) : passphrase_(passphrase) {}
  [[nodiscard]] RecipientKind kind() const override { return RecipientKind::passphrase; }
  [[nodiscard]] std::optional<KeyBytes> unwrap(const Recipient& recipient,
                                               std::string_view file_head) const override;

 private:
  KeyBytes passphrase_;
};

class IdentityOpener final : public Opener {
 public:
  /// An X25519 private key, 32 bytes (identity.h reads it from a person's file).
  explicit IdentityOpener(std::span<const std::uint8_t> private_key);
  [[nodiscard]] RecipientKind kind() const override { return RecipientKind::x25519; }
  [[nodiscard]] std::optional<KeyBytes> unwrap(const Recipient& recipient,
                                               std::string_view file_head) const override;

 private:
  KeyBytes private_key_;
  PublicKey public_key_;
};

/// How somebody opens, as it comes from a terminal, a file, or over the control socket.
enum class CredentialKind { passphrase, identity, new_passphrase };
struct Credential {
  CredentialKind kind = CredentialKind::passphrase;
  KeyBytes bytes;
};
/// Throws usage (keys.passphrase_empty, keys.bad_identity). Not for new_passphrase.
[[nodiscard]] std::unique_ptr<Opener> opener_of(const Credential& credential);

/// Fills nonce, ephemeral and wrapped for the recipient's public key. Throws bad_input
/// (keys.low_order).
void wrap_for_public_key(Recipient& recipient, std::string_view file_head,
                         std::span<const std::uint8_t> content);
/// Fills salt, nonce and wrapped; `scrypt_n` stands in the recipient already.
void wrap_for_passphrase(Recipient& recipient, std::string_view file_head,
                         std::span<const std::uint8_t> passphrase,
                         std::span<const std::uint8_t> content);

}  // namespace sceau::enclave
