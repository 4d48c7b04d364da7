#pragma once
// Changes to who opens the centre's keys, as acts of the centre: keyring.started in the log with
// the SHA-256 that centre.key will have, then the file, then keyring.changed. The registry keeps
// the hash that holds, so that an older centre.key put in its place (with a recipient who was
// removed since) is found when the centre opens.

#include <string>

#include "enclave/centre/journal.h"
#include "enclave/centre/state.h"
#include "enclave/keys/keyring_change.h"

namespace sceau::enclave {

/// The state's lock is held. `act`: add, remove, split, rotate; `about`: what else the entries say,
/// without names. Throws unavailable where the file can't be written: keyring.kept is logged then.
void change_keyring(Centre::State& state, const std::string& by, const std::string& act,
                    const Fields& about, KeyringChange change);

/// The outcome of an announced change, by what centre.key is now: keyring.changed, or keyring.kept
/// with this reason. Inside a change of the registry.
void end_keyring_change(Centre::State& state, const IntentRow& intent, const std::string& reason);

/// After a crash: the log tells the outcome already.
void forget_keyring_change(Centre::State& state, const std::string& change);

/// Throws integrity (keys.not_logged) where centre.key isn't the file of the last keyring.changed.
void check_keyring(const Centre::State& state);

}  // namespace sceau::enclave
