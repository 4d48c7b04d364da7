// Keys of signed notes: the log's Ed25519 key and the keys of its witnesses.
//
// A verifier key is one line, `name+%08x+base64(type || public key)`; a signer key is
// `PRIVATE+KEY+name+%08x+base64(type || seed)`. The eight hex digits are the key id, the first
// four bytes of SHA-256(name || 0A || type || public key): a mistyped key is refused.
//   example.com/log+3b1f...+AS7l...   accepted
//   example.com log+3b1f...+AS7l...   refused: a name holds no blank and no plus
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "audit/bytes.h"

namespace sceau::audit {

/// The byte that says how a key signs. Others are unknown here and can't be checked.
enum class KeyType : std::uint8_t {
  ed25519 = 0x01,         ///< a log's signature over the note's text
  cosignature_v1 = 0x04,  ///< a witness's Ed25519 signature with its time
  ml_dsa_44 = 0x06        ///< a witness's post-quantum signature: read, but not checkable here
};

struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept;
};
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeKey>;

/// Fills a span with random bytes; throws when it can't.
using Random = std::function<void(std::span<std::uint8_t>)>;

/// True for a name that a note may carry: UTF-8, not empty, no blank, no control, no plus.
[[nodiscard]] bool is_key_name(std::string_view name);

/// A public key with its name.
class Verifier {
 public:
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint32_t id() const { return id_; }
  [[nodiscard]] KeyType type() const { return type_; }
  [[nodiscard]] const Bytes& public_key() const { return public_key_; }
  /// The verifier key line, without a newline.
  [[nodiscard]] std::string line() const;

  /// False for a type whose signatures this program can't check (ml_dsa_44).
  [[nodiscard]] bool can_verify() const { return type_ != KeyType::ml_dsa_44; }
  /// True when `signature` (what follows the key id) is this key's over the note's text.
  [[nodiscard]] bool verify(std::string_view text, std::span<const std::uint8_t> signature) const;

 private:
  friend Verifier parse_verifier_key(std::string_view line);
  friend class Signer;
  Verifier(std::string name, KeyType type, Bytes public_key);

  std::string name_;
  KeyType type_;
  Bytes public_key_;
  std::uint32_t id_;
};

/// Reads a verifier key. Throws AuditError (bad_input) with what is wrong.
[[nodiscard]] Verifier parse_verifier_key(std::string_view line);

/// A private key. OpenSSL alone keeps the seed and cleanses it; this class makes no copy.
/// Signing is const and may be done by several threads at once.
class Signer {
 public:
  /// A new key for a log. Throws AuditError (bad_input) for a bad name, (crypto) if OpenSSL fails.
  [[nodiscard]] static Signer generate(std::string name, const Random& random,
                                       KeyType type = KeyType::ed25519);
  /// Reads a signer key line. The error never repeats any of it.
  [[nodiscard]] static Signer from_private_key(std::string_view line);

  /// The signer key line. The caller wraps it and cleanses the string.
  [[nodiscard]] std::string private_key() const;
  /// The line to hand to auditors.
  [[nodiscard]] std::string verifier_key() const { return public_.line(); }
  [[nodiscard]] const Verifier& verifier() const { return public_; }
  [[nodiscard]] const std::string& name() const { return public_.name(); }

  /// The Ed25519 signature of these bytes, 64 bytes.
  [[nodiscard]] Bytes sign(std::string_view message) const;

 private:
  Signer(std::string name, KeyType type, std::span<const std::uint8_t> seed);

  KeyHandle key_;
  Verifier public_;
};

}  // namespace sceau::audit
