#pragma once
// The one way out: release.started → files and release.json on the disk, hidden → release.made for
// each file → receipts → outbox/REQUEST appears → state released. A crash at any point is finished
// by finish_releases() at the next start; nothing is visible before its receipt exists.

#include <string>

#include "enclave/centre/state.h"

namespace sceau::enclave {

/// A checked request that needs nobody's decision is approved.
void approve_by_itself(Centre::State& state, const std::string& request);

/// The state's lock is held, and all decisions that the policy asks for are there. `by`: the actor,
/// or "centre" where no person was needed. Verifies the request against the log first. Throws
/// integrity (centre.request_tampered), unavailable (centre.cannot_write), refused while it waits
/// for the log's witnesses (freshness.h); one that was begun is finished in any case.
void release_now(Centre::State& state, const std::string& request, const std::string& by);

/// Approved without a person and not begun to be released: kept back for the log's witnesses, or
/// cut off by a crash.
[[nodiscard]] bool waits_by_itself(const Centre::State& state, const RequestRow& request);

/// Completes what a crash cut off: from release.started to the state "released", and what needs
/// nobody and was approved just before.
void finish_releases(Centre::State& state);

/// What the file of an output is called outside: the researcher's name once a person let it out in
/// this turn, else the request's.
[[nodiscard]] std::string released_name(const OutputRow& output,
                                        const std::vector<DecisionRow>& decisions, int turn);

}  // namespace sceau::enclave
