#pragma once
// What a submission and a query that asks to be seen have in common: who asks, the announcement in
// the log, and the row that the log's commitment binds.

#include <optional>
#include <string>
#include <vector>

#include "enclave/centre/examination.h"

namespace sceau::enclave {

struct Asker {
  SessionRow session;
  Asking asking;
  std::optional<RequestRow> replaced;  ///< the request whose next turn this is
};

/// The session is open, its permits are still valid, its policy still the same, and the drafts name
/// nothing beyond them: the worker is not believed. Afterwards the drafts are as the permits have them
/// (as_permitted()). Throws not_permitted.
[[nodiscard]] Asker asker_of(Centre::State& state, const std::string& session,
                             std::vector<OutputDraft>& drafts);

/// request.submitted, durable, with an id of this kind ('R', 'Q': registry.h).
[[nodiscard]] RequestRow announce(Centre::State& state, const Asker& asker,
                                  const std::vector<OutputDraft>& drafts, char kind = 'R');

/// request.withdrawn: nothing came of what was announced. Takes the state's lock.
void give_up(Centre::State& state, const RequestRow& row, const std::string& reason);

[[nodiscard]] OutputRow output_row(const RequestRow& request, const Candidate& candidate,
                                   int number);

}  // namespace sceau::enclave
