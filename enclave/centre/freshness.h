#pragma once
// Whether the log's witnesses have seen enough for data to leave. A policy says how old the newest
// cosignature may be ([witness] max_age_hours); while it is older, releases under that policy wait.
//
//   max_age_hours = 24, signed 3 h ago, quorum met        goes
//   max_age_hours = 24, signed 30 h ago                   waits: centre.witness_old
//   max_age_hours = 24, nobody signed yet                 waits: centre.witness_never
//   max_age_hours = 24, `quorum none`, a real centre      waits: centre.witness_none
//   max_age_hours = 24, `quorum none`, a trial centre     goes; status and doctor say so
//
// The age is by the earliest signature of the quorum, against the clock or the newest entry's time,
// whichever is later: a clock that is set back makes nothing fresh.

#include <optional>

#include "disclosure/verdict.h"
#include "enclave/centre/state.h"
#include "policies/policy.h"

namespace sceau::enclave {

/// Why releases under this policy wait, as a message of the centre; nothing where they don't.
[[nodiscard]] std::optional<disclosure::Message> release_waits(Centre::State& state,
                                                               const policies::Policy& policy);

/// A policy that asks for witnesses where the trust file names none and nothing waits for them.
[[nodiscard]] bool goes_unwitnessed(Centre::State& state, const policies::Policy& policy);

/// Now, or the time of the newest entry where the clock stands behind it.
[[nodiscard]] std::chrono::system_clock::time_point latest_time(const Centre::State& state);

}  // namespace sceau::enclave
