#pragma once
// `sceau log rotate`: the log is sealed and the next begins, under a new key and a new origin,
// linked both ways (audit/rotation.h). What is open would lie across two logs, so it must be done
// with first; a serving centre's own start ends in the old log and begins again in the new one.
// Whatever step a crash comes after, the next start finishes the rotation or it has not begun.

#include <string>

#include "enclave/centre/state.h"

namespace sceau::enclave {

/// The state's lock is held. Throws refused (centre.rotate_busy) naming what is open; unavailable
/// where a file can't be written: what was begun is finished at the next start.
void rotate_log(Centre::State& state, const std::string& by);

}  // namespace sceau::enclave
