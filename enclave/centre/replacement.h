#pragma once
// A request as the next turn of another: `COPY … WITH (replaces 'R-…')`. The new request has an id
// and a turn of its own; the old one is over with in the moment in which the new one is checked.
//
//   returned, withdrawn, rejected, revoked     marked as replaced, its state stays
//   checked, in_review, approved               withdrawn in the same step, so that it never counts
//                                              beside what takes its place
//   released                                   refused: what is out can't be taken back by another
//
// The new one is judged as if the old one had been withdrawn before. The state's lock is held.

#include <optional>
#include <string>
#include <vector>

#include "enclave/centre/exchange.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

/// The request that these drafts name; nullopt: none. Throws what check_replaceable throws, and
/// bad_input (centre.replaces_two).
[[nodiscard]] std::optional<RequestRow> request_to_replace(const Centre::State& state,
                                                           const SessionRow& session,
                                                           const std::vector<OutputDraft>& drafts);

/// Throws not_found (centre.no_request: also where it is another project's), not_permitted
/// (centre.replaces_other: pending, and somebody else's), refused (centre.replaces_released,
/// centre.replaced_already).
RequestRow check_replaceable(const Centre::State& state, const SessionRow& session,
                             const std::string& id);

/// Withdraws what was still on its way, inside the change that records the new request.
void retire_replaced(Centre::State& state, const RequestRow& by);

}  // namespace sceau::enclave
