#pragma once
// `sceau store rekey`: a store is written again under a fresh key, compared value by value, logged,
// put in the old file's place, and the old key is destroyed. It stays the same store: its id, its
// rows, and what was released of it.
//
// Whatever step a crash comes after, one of the two files stands there whole, with its key: before
// store.rekeyed the old one, from then on the new one, which the next start puts in place.

#include <functional>
#include <string>

#include "enclave/centre/state.h"

namespace sceau::enclave {

/// Takes the state's lock itself, and frees it while it copies. Throws refused
/// (centre.store_in_session) where a session has the store open, before or after copying;
/// centre.store_in_work; unavailable where there is no room: nothing is changed then.
[[nodiscard]] StoreRow rekey_store(Centre::State& state, const std::string& by,
                                   const std::string& store,
                                   const std::function<bool()>& cancelled);

/// After a crash: an announced rekeying that has no outcome is undone. Inside a change.
void drop_rekeying(Centre::State& state, const IntentRow& intent, const std::string& reason);
/// After a crash: the log tells the outcome already. Inside a change.
void rekeyed_as_logged(Centre::State& state, const std::string& id, const std::string& key,
                       std::uint64_t size, const std::string& sha256);
void forget_rekeying(Centre::State& state, const std::string& change);
/// Puts logged files in their places, and destroys keys that no file needs any more.
void finish_rekeying(Centre::State& state);

/// Whether the store's file was this one, now or before it was rekeyed.
[[nodiscard]] bool was_file_of(const Centre::State& state, const StoreRow& row,
                               const std::string& sha256);

}  // namespace sceau::enclave
