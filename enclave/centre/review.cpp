#include "enclave/centre/review.h"

#include <algorithm>

#include "enclave/centre/binding.h"
#include "enclave/centre/examination.h"
#include "enclave/centre/freshness.h"
#include "enclave/centre/people.h"
#include "enclave/centre/release.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using disclosure::Act;
using disclosure::Outcome;
using disclosure::Party;

void record_decision(Centre::State& state, const RequestRow& request, const OutputRow& output,
                     const std::string& by, const Ruling& ruling) {
  const std::string decision(disclosure::to_string(ruling.act));
  DecisionRow row;
  row.request = request.id;
  row.output = output.number;
  row.turn = request.turn;
  row.reviewer = by;
  row.decision = decision;
  row.comment = ruling.comment;
  row.note = ruling.note;
  row.file_sha256 = output.sha256;
  row.policy_sha256 = request.policy_sha256;
  row.time = state.now();
  row.seq = state.journal.record(
      "review.decided", by,
      {{"decision", decision},
       {"output", std::int64_t{output.number}},
       {"policy", request.policy_sha256},
       {"request", request.id},
       {"sha256", output.sha256},
       {"turn", std::int64_t{request.turn}}},
      {{"commitment", "comment", request.session, ruling.comment + "\n" + ruling.note}});
  state.registry.add_decision(row);
}

/// The state that the decisions lead to, if they lead anywhere yet.
std::optional<Act> act_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::approved:
      return Act::approve;
    case Outcome::undecided:
      return std::nullopt;
    case Outcome::returned:
      return Act::send_back;
    case Outcome::rejected:
      return Act::reject;
  }
  return std::nullopt;
}

RequestRow open_for_review(Centre::State& state, RequestRow request) {
  if (request.state != "checked") return request;
  set_states(state, request, next_of(request, Act::open, Party::reviewer));
  return *state.registry.request(request.id);
}

std::vector<OutputDraft> drafts_again(const std::vector<OutputRow>& outputs) {
  std::vector<OutputDraft> drafts;
  for (const auto& output : outputs) {
    OutputDraft draft;
    draft.name = output.name;
    draft.title = output.title;
    draft.exception = output.exception;
    if (output.opaque) {
      draft.opaque = output.file;
    } else {
      draft.tabulation = disclosure::tabulation_from_json(output.tabulation);
      draft.chart = disclosure::parse_chart(output.chart);
    }
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

/// The same inputs give the same file; a verdict may only have got worse by what was released
/// since.
void compare_again(Centre::State& state, const RequestRow& request,
                   const std::vector<OutputRow>& outputs,
                   const std::vector<Candidate>& candidates) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].opaque) continue;
    if (sha256_hex(candidates[i].examined.file) != outputs[i].sha256) {
      throw EnclaveError(Fault::integrity, "centre.other_file_now", {request.id, outputs[i].name});
    }
    const auto before = disclosure::parse_verdict(outputs[i].verdict);
    if (before && candidates[i].examined.judgement.verdict <= *before) continue;
    const auto next = next_of(request, Act::send_back, Party::system);
    auto change = state.registry.begin();
    set_states(state, request, next);
    state.journal.record("review.decided", "centre",
                         {{"decision", "return"},
                          {"output", std::int64_t{outputs[i].number}},
                          {"policy", request.policy_sha256},
                          {"reason", "history"},
                          {"request", request.id},
                          {"sha256", outputs[i].sha256},
                          {"turn", std::int64_t{request.turn}}});
    change.commit();
    throw EnclaveError(
        Fault::refused, "centre.worse_now",
        {request.id, outputs[i].name, outputs[i].verdict,
         std::string(disclosure::to_string(candidates[i].examined.judgement.verdict))});
  }
}

}  // namespace

RequestRow request_of(const Centre::State& state, const std::string& id) {
  auto request = state.registry.request(id);
  if (!request) throw EnclaveError(Fault::not_found, "centre.no_request", {id});
  return *request;
}

std::string require_reviewer(Centre::State& state, const Person& person,
                             const RequestRow& request) {
  const auto actor = require_role(state, person, "reviewer");
  if (involved_in(state, request).contains(actor)) {
    throw EnclaveError(Fault::not_permitted, "centre.own_project",
                       {person.user, request.id, request.project});
  }
  return actor;
}

std::vector<OutputRow> chosen_outputs(const std::vector<OutputRow>& outputs,
                                      const std::string& request, const std::string& which) {
  if (which.empty()) return outputs;
  std::vector<OutputRow> chosen;
  for (const auto& output : outputs) {
    if (output.name == which || std::to_string(output.number) == which) chosen.push_back(output);
  }
  if (chosen.empty()) throw EnclaveError(Fault::not_found, "centre.no_output", {request, which});
  return chosen;
}

bool waits_for(const Centre::State& state, const RequestRow& request, const std::string& actor) {
  if (request.state != "checked" && request.state != "in_review") return false;
  if (involved_in(state, request).contains(actor)) return false;
  const auto policy = policy_version(state, request.policy, request.policy_sha256);
  const auto outputs = state.registry.outputs(request.id);
  const auto outcomes = outcomes_of(state, request, outputs, policy.policy);
  const auto decisions = state.registry.decisions(request.id);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const bool decided =
        std::any_of(decisions.begin(), decisions.end(), [&](const DecisionRow& row) {
          return row.reviewer == actor && row.turn == request.turn &&
                 row.output == outputs[i].number;
        });
    if (outcomes[i] == Outcome::undecided && !decided) return true;
  }
  return false;
}

void record_view(Centre::State& state, const RequestRow& request, const std::string& by) {
  auto change = state.registry.begin();
  (void)open_for_review(state, request);
  state.journal.record("review.viewed", by,
                       {{"request", request.id}, {"turn", std::int64_t{request.turn}}});
  change.commit();
}

std::string decide(Centre::State& state, const RequestRow& before, const std::string& by,
                   const Ruling& ruling) {
  const auto outputs = state.registry.outputs(before.id);
  verify_request(state, before, outputs);
  const auto policy = policy_version(state, before.policy, before.policy_sha256);
  auto change = state.registry.begin();
  const auto request = open_for_review(state, before);
  (void)next_of(request, ruling.act, Party::reviewer);
  for (const auto& output : chosen_outputs(outputs, request.id, ruling.output)) {
    record_decision(state, request, output, by, ruling);
  }
  const auto outcomes = outcomes_of(state, request, outputs, policy.policy);
  if (const auto act = act_of(disclosure::worst_of(outcomes))) {
    set_states(state, request, next_of(request, *act, Party::reviewer));
  }
  change.commit();
  return state.registry.request(request.id)->state;
}

namespace {

/// Checked again against what was released since, then released. Takes and gives back the lock.
void release_checked_again(Centre::State& state, Held& held, const RequestRow& request,
                           const std::string& by, const Examiner& examiner) {
  const auto outputs = state.registry.outputs(request.id);
  auto candidates = candidates_of(state, drafts_again(outputs));
  const Asking asking{request.project, state.registry.session(request.session)->language,
                      policy_version(state, request.policy, request.policy_sha256), request.id, ""};
  held.unlock();
  const PopulationsHeld populations(state, candidates);
  (void)examine_all(state, asking, examiner, candidates);
  held.lock();
  const auto now = request_of(state, request.id);
  (void)next_of(now, Act::release, Party::system);
  compare_again(state, now, outputs, candidates);
  release_now(state, request.id, by);
}

}  // namespace

void review_and_release(Centre::State& state, const Person& person, const std::string& id,
                        const Examiner& examiner) {
  Held held(state.mutex);
  const auto request = request_of(state, id);
  const auto by = require_reviewer(state, person, request);
  (void)next_of(request, Act::release, Party::reviewer);
  const auto outputs = state.registry.outputs(id);
  verify_request(state, request, outputs);
  const auto policy = policy_version(state, request.policy, request.policy_sha256).policy;
  if (disclosure::worst_of(outcomes_of(state, request, outputs, policy)) != Outcome::approved) {
    throw EnclaveError(Fault::integrity, "centre.request_tampered", {id});
  }
  if (request.release_seq) return release_now(state, id, by);  // begun, and only to be finished
  if (const auto why = release_waits(state, policy)) {
    throw EnclaveError(Fault::refused, why->id, why->args);
  }
  release_checked_again(state, held, request, by, examiner);
}

std::vector<std::string> release_waiting(Centre::State& state, const Examiner& examiner) {
  std::vector<std::string> released;
  Held held(state.mutex);
  for (const auto& request : state.registry.requests("")) {
    if (!waits_by_itself(state, request)) continue;
    const auto policy = policy_version(state, request.policy, request.policy_sha256).policy;
    if (release_waits(state, policy)) continue;
    try {
      release_checked_again(state, held, request, "centre", examiner);
      released.push_back(request.id);
    } catch (const EnclaveError& error) {
      // Returned since, or withdrawn by its author meanwhile: its own state says so.
      if (error.fault() != Fault::refused) throw;
      if (!held.owns_lock()) held.lock();
    }
  }
  return released;
}

}  // namespace sceau::enclave
