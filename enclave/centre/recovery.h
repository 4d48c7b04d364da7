#pragma once
// What a centre does before it opens its doors: registry and log are compared, and every act that a
// crash cut off gets an outcome. An entry is written before the registry commits, so after a crash
// the log may know an act that the registry doesn't:
//
//   an act that takes something away (permit.revoked, role.revoked, a store superseded) is done
//   now; an act that gives something (role.granted, permit.granted) is taken back, in the log too;
//   an announced act gets its outcome with reason or outcome "crash"; a release is completed.

#include <string>
#include <vector>

#include "enclave/centre/log_tail.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

/// The state's lock is held. Throws integrity where registry and log can't both be right:
/// centre.log_behind (the log lacks entries that the registry knows), centre.registry_behind (the
/// log tells of acts on what the registry has never seen: it is an older copy).
void recover(Centre::State& state);

/// Brings the registry up to the log's tail, inside one transaction of the caller.
void reconcile(Centre::State& state, const std::vector<TailEntry>& tail);

}  // namespace sceau::enclave
