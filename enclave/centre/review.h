#pragma once
// People at the gate: who may decide what, decisions that bind request, turn, file and policy, and
// the release that checks the history again.

#include <optional>
#include <string>
#include <vector>

#include "disclosure/review.h"
#include "enclave/centre/exchange.h"
#include "enclave/centre/review_rules.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

/// The reviewer's actor; not_permitted where the role is missing (centre.role_needed) or the
/// request belongs to a project of their own (centre.own_project).
[[nodiscard]] std::string require_reviewer(Centre::State& state, const Person& person,
                                           const RequestRow& request);

/// A request that is there; not_found (centre.no_request).
[[nodiscard]] RequestRow request_of(const Centre::State& state, const std::string& id);

/// Outputs chosen by name or number; all where `which` is empty. not_found (centre.no_output).
[[nodiscard]] std::vector<OutputRow> chosen_outputs(const std::vector<OutputRow>& outputs,
                                                    const std::string& request,
                                                    const std::string& which);

/// Whether a decision of this person is still wanted.
[[nodiscard]] bool waits_for(const Centre::State& state, const RequestRow& request,
                             const std::string& actor);

/// Logs review.viewed; the first view takes the request into review.
void record_view(Centre::State& state, const RequestRow& request, const std::string& by);

struct Ruling {
  disclosure::Act act = disclosure::Act::approve;  ///< approve, send_back, reject
  std::string output;                              ///< name, number, or empty: all
  std::string comment, note;
};
/// Returns the request's state afterwards. The lock is held.
std::string decide(Centre::State& state, const RequestRow& request, const std::string& by,
                   const Ruling& ruling);

/// Checks the history again with the examiner, then releases. Refused (centre.worse_now) where a
/// verdict got worse since the check: the request is returned then. Takes the locks itself.
void review_and_release(Centre::State& state, const Person& person, const std::string& id,
                        const Examiner& examiner);

/// Releases what was approved without a person and kept back for the log's witnesses, now that they
/// have signed; checked again first. Returns the requests that left. Takes the locks itself.
std::vector<std::string> release_waiting(Centre::State& state, const Examiner& examiner);

}  // namespace sceau::enclave
