#pragma once
// A release that is taken back. The file is out and stays out: what can be done is to say so, in
// the log and to whoever looks into the outbox, and to hand it to nobody else. The history keeps
// it, for it has been seen.
//
//   outbox/R-2026-000001/     before                 after
//                             effectifs.csv          revoked.json      what, when, which entry
//                             effectifs.csv.receipt  revoked.receipt   the proof of that entry
//                             release.json           effectifs.csv.receipt, release.json

#include <string>

#include "enclave/centre/state.h"

namespace sceau::enclave {

/// The lock is held; `by` may review the request. Throws refused (centre.bad_move) unless it is
/// released.
void revoke_release(Centre::State& state, const RequestRow& request, const std::string& by,
                    const std::string& comment);

/// Marks the outbox where a crash came before it.
void finish_revocations(Centre::State& state);

}  // namespace sceau::enclave
