#pragma once
// From the one transition table of disclosure/review.h to the registry's rows: which moves are
// allowed, how many people must agree, and what their decisions come to.

#include <string>
#include <vector>

#include "disclosure/review.h"
#include "disclosure/verdict.h"
#include "enclave/centre/state.h"
#include "policies/policy.h"

namespace sceau::enclave {

/// Checked and not yet out: it counts, and can still be withdrawn or replaced.
[[nodiscard]] bool is_on_its_way(const RequestRow& request);
/// Nobody will decide on it any more.
[[nodiscard]] bool is_done_with(const RequestRow& request);

/// The state that an act leads to; refused (centre.bad_move) where it may not be done now.
[[nodiscard]] disclosure::State next_of(const RequestRow& request, disclosure::Act act,
                                        disclosure::Party by);

/// The request and all its outputs; inside a registry transaction.
void set_states(Centre::State& state, const RequestRow& request, disclosure::State next);

/// What the policy says for this verdict; at least one where words or files of the researcher
/// would leave: an output that is no table, and one that fails with an exception asked for.
[[nodiscard]] int reviewers_needed(const policies::Policy& policy, disclosure::Verdict verdict,
                                   bool by_hand);
[[nodiscard]] int reviewers_needed(const policies::Policy& policy, const OutputRow& output);

/// Author and members of the project: they don't decide.
[[nodiscard]] std::set<std::string> involved_in(const Centre::State& state,
                                                const RequestRow& request);

/// What the decisions of this turn come to, output by output; the file's hash is taken anew.
[[nodiscard]] std::vector<disclosure::Outcome> outcomes_of(const Centre::State& state,
                                                           const RequestRow& request,
                                                           const std::vector<OutputRow>& outputs,
                                                           const policies::Policy& policy);

}  // namespace sceau::enclave
