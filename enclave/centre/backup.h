#pragma once
// `sceau backup DIR` and `sceau restore DIR`: a consistent copy of a centre while it serves, and a
// centre made from one.
//
// A backup holds the stores (sealed, immutable), the registry, the log, the outbox, policies and
// settings as they are at one moment; keys only where they are asked for, and then wrapped as
// they lie. Without keys a thief has released files, the log, and ciphertext.
//
// Restored is what is whole, signed by the log's own key and not older than the checkpoint that
// somebody outside remembers; into a folder where nothing is. The old centre must be gone: two that
// go on from one log would each be the other's forgery.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "enclave/centre/backup_manifest.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

/// Into `folder`, which isn't there yet or is empty. backup.made stands in the log, with the
/// manifest's hash, before MANIFEST is there. Takes the state's lock for all but the stores.
/// Throws usage (backup.whole_path), already_there (backup.there), unavailable
/// (centre.cannot_write), integrity (store.tampered).
BackupManifest make_backup(Centre::State& state, const std::filesystem::path& folder,
                           bool with_keys, const std::string& by);

struct Restoring {
  std::filesystem::path backup;
  Home home;                                   ///< nothing may be there
  std::optional<std::filesystem::path> keys;   ///< of another medium, where the backup has none
  std::optional<std::filesystem::path> trust;  ///< the copy that was handed out before
  std::optional<std::filesystem::path> since;  ///< a newer checkpoint, or a folder that has one
};

/// What can be said before a passphrase is asked for. Throws what verified_backup throws, and:
/// already_there (centre.not_empty), not_found (backup.keys_missing), integrity
/// (backup.log_damaged, backup.older), refused (backup.since_needed: the trust file has a quorum).
[[nodiscard]] BackupManifest check_restorable(const Restoring& restoring);

/// Opens the keyring in a folder.
using UnlockKeys = std::function<Keyring(const std::filesystem::path& keys)>;

/// Copies, opens the copy with its keys, logs backup.restored, and only then gives it its place;
/// what fails leaves nothing there. `by` must be custodian or operator, or init's owner.
void restore_backup(const Restoring& restoring, const BackupManifest& manifest,
                    const UnlockKeys& unlock, const Person& by, Clock clock);

/// The command.
int backup(const Call&);

}  // namespace sceau::enclave
