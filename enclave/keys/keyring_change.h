#pragma once
// Who opens the centre key, changed in two steps: a change is prepared, which checks everything and
// writes nothing; the log is told, with the SHA-256 that centre.key will have; then Keyring::apply
// writes it.
//
//   KeyringChanges changes(keyring);
//   auto change = changes.add_passphrase("marie", passphrase);
//   log("keyring.started", change.sha256());
//   keyring.apply(std::move(change));
//
// Refused: what would leave no way to open (keys.last_way), a name that is taken or unknown, and
// wrapping anew for somebody with a passphrase who isn't there to give it (keys.passphrase_absent):
// only for an x25519 key can others wrap.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/keys/centre_file.h"
#include "enclave/keys/keyring.h"

namespace sceau::enclave {

class KeyringChange {
 public:
  /// What centre.key will be.
  [[nodiscard]] const CentreFile& file() const { return file_; }
  [[nodiscard]] std::string sha256() const;

 private:
  friend class Keyring;
  friend class KeyringChanges;
  CentreFile file_;
  KeyBytes fresh_;  ///< of a rotation: the new centre key
};

class KeyringChanges {
 public:
  explicit KeyringChanges(const Keyring& keyring) : keyring_(keyring) {}

  [[nodiscard]] KeyringChange add_passphrase(std::string_view name,
                                             std::span<const std::uint8_t> passphrase,
                                             std::uint64_t scrypt_n = 1U << 17) const;
  [[nodiscard]] KeyringChange add_public_key(std::string_view name, const PublicKey& key) const;

  /// Throws refused (keys.last_way, keys.share_needed). Who keeps an older copy of centre.key still
  /// opens that copy: rotate.
  [[nodiscard]] KeyringChange remove(std::string_view name) const;

  /// From now on these recipients open together, any `needed` of them, and none of them alone.
  /// Earlier shares of others end. `present`: passphrases of those who have one.
  [[nodiscard]] KeyringChange split(int needed, const std::vector<std::string>& names,
                                    std::span<const Credential> present) const;

  /// A fresh centre key for everybody, and every key wrapped anew under it.
  [[nodiscard]] KeyringChange rotate(std::span<const Credential> present) const;

 private:
  [[nodiscard]] CentreFile checked() const;
  void check_new(const CentreFile& file, std::string_view name) const;
  [[nodiscard]] KeyringChange finished(CentreFile file) const;
  const Keyring& keyring_;
};

}  // namespace sceau::enclave
