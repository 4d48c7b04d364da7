#include "enclave/centre/review_rules.h"

#include <algorithm>

#include "enclave/fault.h"

namespace sceau::enclave {

bool is_on_its_way(const RequestRow& request) {
  return request.state == "checked" || request.state == "in_review" || request.state == "approved";
}

bool is_done_with(const RequestRow& request) {
  for (const auto* state : {"returned", "rejected", "withdrawn", "released", "revoked"}) {
    if (request.state == state) return true;
  }
  return false;
}

disclosure::State next_of(const RequestRow& request, disclosure::Act act, disclosure::Party by) {
  const auto from = disclosure::parse_state(request.state);
  if (!from) throw EnclaveError(Fault::integrity, "centre.registry_damaged");
  const auto next = disclosure::next_state(*from, act, by);
  if (!next) {
    throw EnclaveError(Fault::refused, "centre.bad_move",
                       {request.id, request.state, std::string(disclosure::to_string(act))});
  }
  return *next;
}

void set_states(Centre::State& state, const RequestRow& request, disclosure::State next) {
  const std::string name(disclosure::to_string(next));
  state.registry.set_request(request.id, name, state.now());
  for (const auto& output : state.registry.outputs(request.id)) {
    state.registry.set_output_state(request.id, output.number, name);
  }
}

int reviewers_needed(const policies::Policy& policy, disclosure::Verdict verdict, bool by_hand) {
  const auto needed = disclosure::decisions_needed(policy, verdict);
  return by_hand ? std::max(1, needed) : needed;
}

int reviewers_needed(const policies::Policy& policy, const OutputRow& output) {
  const auto verdict = disclosure::parse_verdict(output.verdict);
  if (!verdict) throw EnclaveError(Fault::integrity, "centre.registry_damaged");
  const bool exception = *verdict == disclosure::Verdict::fail;
  return reviewers_needed(policy, *verdict, output.opaque || exception);
}

std::set<std::string> involved_in(const Centre::State& state, const RequestRow& request) {
  const auto members = state.registry.members(request.project);
  std::set<std::string> involved(members.begin(), members.end());
  involved.insert(request.actor);
  return involved;
}

std::vector<disclosure::Outcome> outcomes_of(const Centre::State& state, const RequestRow& request,
                                             const std::vector<OutputRow>& outputs,
                                             const policies::Policy& policy) {
  std::vector<disclosure::Decision> decisions;
  for (const auto& row : state.registry.decisions(request.id)) {
    const auto act = disclosure::parse_act(row.decision);
    if (!act) throw EnclaveError(Fault::integrity, "centre.registry_damaged");
    decisions.push_back({{row.request, row.turn, row.output, row.file_sha256, row.policy_sha256},
                         row.reviewer,
                         *act});
  }
  const auto involved = involved_in(state, request);
  std::vector<disclosure::Outcome> outcomes;
  for (const auto& output : outputs) {
    const disclosure::Subject subject{request.id, request.turn, output.number,
                                      sha256_hex(output.file), request.policy_sha256};
    outcomes.push_back(
        disclosure::tally(subject, reviewers_needed(policy, output), decisions, involved));
  }
  return outcomes;
}

}  // namespace sceau::enclave
