#pragma once
// Words of people at rest. A random key a session (and one a project, for its title and purpose)
// seals every text that came from it; these keys stand in the registry, each wrapped under the
// keyring's text key. Dropping one key and changing the text key erases the texts: nothing that is
// left of an older registry.db, in free pages, journals or copies, can be opened any more, unless
// the old text key was copied too.
//
//   auto sealed = texts.seal("s-0123…", "output R-2026-000001/1 title", "Filières par académie");
//   texts.open("s-0123…", "output R-2026-000001/1 title", sealed)    // the text
//   texts.open("s-0123…", "output R-2026-000001/2 title", sealed)    // integrity: another place
//   texts.open(after an erasure)                                     // nullopt
//
// AES-256-GCM under a random nonce; owner and place are authenticated, so that no text can be put
// in another's place. The caller holds the registry's change.

#include <optional>
#include <string>
#include <string_view>

#include "enclave/centre/registry_file.h"
#include "enclave/keys/keyring.h"

namespace sceau::enclave {

/// When a session's texts were erased.
struct ErasedTexts {
  std::uint64_t seq = 0;  ///< the entry log.erased, as the journal counts
  std::string time;
};

class Texts {
 public:
  /// `name` is the keyring's name of `key`, for instance "texts-3".
  Texts(const RegistryFile& db, std::string name, KeyBytes key);

  /// Makes the owner's key at its first text. Throws refused (centre.texts_erased).
  [[nodiscard]] std::string seal(std::string_view owner, std::string_view place,
                                 std::string_view text) const;
  /// nullopt where the owner's texts were erased; integrity (centre.text_damaged) where key, place
  /// and bytes don't belong together.
  [[nodiscard]] std::optional<std::string> open(std::string_view owner, std::string_view place,
                                                std::string_view sealed) const;
  /// HMAC-SHA-256 under the owner's key: tells whether a text was changed, and after an erasure
  /// nothing at all (""). Hex.
  [[nodiscard]] std::string digest(std::string_view owner, std::string_view text) const;

  [[nodiscard]] std::optional<ErasedTexts> erased(std::string_view owner) const;

  /// Drops the owner's key. The old bytes are overwritten in the file; change the text key next.
  void erase(std::string_view owner, const ErasedTexts& when) const;
  /// Wraps every key under another text key; use() it once the change is committed.
  void rewrap(const std::string& name, const KeyBytes& key) const;
  void use(std::string name, KeyBytes key);

  [[nodiscard]] const std::string& key_name() const { return name_; }

 private:
  [[nodiscard]] std::optional<KeyBytes> key_of(std::string_view owner) const;

  const RegistryFile& db_;
  std::string name_;
  KeyBytes key_;
};

}  // namespace sceau::enclave
