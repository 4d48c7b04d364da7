#pragma once
// A session's end, for the gate and for recovery.

#include <algorithm>
#include <string>

#include "enclave/centre/state.h"

namespace sceau::enclave {

/// The session if it is open; else not_permitted (centre.session_closed).
[[nodiscard]] SessionRow open_session_row(const Centre::State& state, const std::string& session);

/// Inside a registry transaction, as record() is.
void finish_statement(Centre::State& state, const SessionRow& session, std::uint64_t started,
                      const std::string& outcome, std::uint64_t rows, const std::string& by);
/// Closes its open statements with the same reason, then the session.
void end_session(Centre::State& state, const SessionRow& session, const std::string& reason,
                 const std::string& by);

}  // namespace sceau::enclave
