#pragma once
// Crypto-erasure: a store's key is overwritten and destroyed, its file removed, and the log says
// so, with a receipt that can be checked without the centre (sceau-audit erasure). Copies of the
// file, backups among them, open no more, unless a copy of the key was kept, too.
//
//   const auto erased = erase_store(state, by, row, "retention");
//   erased.receipt          // the text; also in outbox/erased/NAME@VINTAGE.receipt
//
// Once announced it is carried out: after a crash the next start goes on. What was released of the
// store stays remembered under its name, so no other store may have that name.

#include <filesystem>
#include <string>
#include <vector>

#include "enclave/centre/state.h"

namespace sceau::enclave {

struct ErasedReceipt {
  std::string store;      ///< "NAME@VINTAGE"
  std::uint64_t seq = 0;  ///< of store.erased, through all logs
  std::string receipt;
  std::filesystem::path file;
};

/// The state's lock is held. `reason` is one word. Throws usage (centre.bad_word), refused: a
/// session has it open (centre.store_in_session), a request on its data set isn't done with
/// (centre.store_in_request), it is being rekeyed (centre.store_in_work).
[[nodiscard]] ErasedReceipt erase_store(Centre::State& state, const std::string& by,
                                        const StoreRow& row, const std::string& reason);

/// After a crash: the rest of an announced erasure, inside a change of the registry.
void finish_store_erasure(Centre::State& state, const IntentRow& intent);
/// Of one whose store.erased stands in the log already.
void erased_as_logged(Centre::State& state, const std::string& store, const std::string& id,
                      const std::string& time, std::uint64_t seq);
/// Receipts that a crash left unwritten, or that somebody took away: the log gives them again.
void finish_erasure_receipts(Centre::State& state);

/// Throws refused where a session, or a request that isn't done with, needs the store as it is.
void check_not_in_use(const Centre::State& state, const StoreRow& row);

}  // namespace sceau::enclave
