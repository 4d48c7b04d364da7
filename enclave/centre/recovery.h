#pragma once
// What a centre does before it opens its doors: registry and log are compared, and every act that a
// crash cut off gets an outcome.

#include "enclave/centre/state.h"

namespace sceau::enclave {

/// The state's lock is held. Throws integrity where registry and log can't both be right:
/// centre.log_behind (the log lacks entries that the registry knows), centre.registry_behind (the
/// log holds more than one crash can leave: the registry is an older copy).
void recover(Centre::State& state);

}  // namespace sceau::enclave
