// The gate: what asks to leave is announced, judged against the memory of its population, reserved
// there, and either released, queued for people, or returned.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "enclave/centre/access.h"
#include "enclave/centre/aggregates.h"
#include "enclave/centre/binding.h"
#include "enclave/centre/examination.h"
#include "enclave/centre/file_search.h"
#include "enclave/centre/freshness.h"
#include "enclave/centre/judgement_json.h"
#include "enclave/centre/permits.h"
#include "enclave/centre/release.h"
#include "enclave/centre/replacement.h"
#include "enclave/centre/review_rules.h"
#include "enclave/centre/sessions.h"
#include "enclave/centre/submission.h"

namespace sceau::enclave {

using Json = nlohmann::ordered_json;
using disclosure::Verdict;

Asker asker_of(Centre::State& state, const std::string& session, std::vector<OutputDraft>& drafts) {
  Asker asker{open_session_row(state, session), {}, {}};
  const Person person{state.registry.name_of(asker.session.actor), asker.session.uid};
  auto answer = access_of(state, person, asker.session.project);
  if (const auto* refusal = std::get_if<Refusal>(&answer)) {
    throw EnclaveError(Fault::not_permitted, refusal->id, refusal->args);
  }
  auto& access = std::get<Access>(answer);
  if (access.policy.row.sha256 != asker.session.policy_sha256) {
    throw EnclaveError(Fault::not_permitted, "centre.session_policy_moved");
  }
  for (auto& draft : drafts) {
    check_declared(access, draft);
    if (!draft.tabulation) continue;
    draft.tabulation = as_permitted(state, access, std::move(*draft.tabulation));
  }
  asker.replaced = request_to_replace(state, asker.session, drafts);
  asker.asking = {asker.session.project, asker.session.language, std::move(access.policy), "",
                  asker.replaced ? asker.replaced->id : ""};
  if (holds_files(drafts)) {
    asker.asking.files = Files::look;
    asker.asking.searched = searched_datasets(state, access);
  }
  return asker;
}

namespace {

/// The texts of a submission, for the commitment: what was asked, in the researcher's words.
std::string submitted_text(const std::vector<OutputDraft>& drafts) {
  Json list = Json::array();
  for (const auto& draft : drafts) {
    Json item = {{"name", draft.name},
                 {"title", draft.title},
                 {"exception", draft.exception},
                 {"sql", draft.sql}};
    if (draft.chart) item["chart"] = disclosure::to_string(*draft.chart);
    if (draft.protect) item["protect"] = disclosure::to_string(*draft.protect);
    if (!draft.claim.empty()) item["claim"] = draft.claim;
    if (draft.tabulation) {
      item["tabulation"] = disclosure::to_json(*draft.tabulation);
    } else {
      item["sha256"] = sha256_hex(draft.opaque);
    }
    list.push_back(std::move(item));
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

RequestRow announce(Centre::State& state, const Asker& asker,
                    const std::vector<OutputDraft>& drafts, char kind) {
  auto change = state.registry.begin();
  RequestRow row;
  row.submitted = state.now();
  row.id = state.registry.take_request_id(std::stoi(row.submitted.substr(0, 4)), kind);
  row.project = asker.session.project;
  row.session = asker.session.id;
  row.actor = asker.session.actor;
  row.policy = asker.asking.policy.row.name;
  row.policy_sha256 = asker.asking.policy.row.sha256;
  if (asker.replaced) {
    row.replaces = asker.replaced->id;
    row.turn = asker.replaced->turn + 1;
  }
  row.submitted_seq = state.journal.size();
  state.registry.add_intent({row.submitted_seq, "request.submitted", row.id});
  Fields fields = {{"outputs", static_cast<std::int64_t>(drafts.size())},
                   {"project", row.project},
                   {"request", row.id},
                   {"session", row.session},
                   {"turn", std::int64_t{row.turn}}};
  if (!row.replaces.empty()) fields["replaces"] = row.replaces;
  state.journal.record("request.submitted", row.actor, std::move(fields),
                       {{"commitment", "submission", row.session, submitted_text(drafts)}});
  change.commit();
  return row;
}

void give_up(Centre::State& state, const RequestRow& row, const std::string& reason) {
  const Held held(state.mutex);
  auto change = state.registry.begin();
  state.registry.end_intent("request.submitted", row.id);
  state.journal.record("request.withdrawn", row.actor,
                       {{"reason", reason}, {"request", row.id}, {"turn", std::int64_t{row.turn}}});
  change.commit();
}

OutputRow output_row(const RequestRow& request, const Candidate& candidate, int number) {
  const auto& draft = candidate.draft;
  const auto& examined = candidate.examined;
  OutputRow row;
  row.request = request.id;
  row.number = number;
  row.name = draft.name;
  row.title = draft.title;
  row.exception = draft.exception;
  row.sql = draft.sql;
  row.opaque = !draft.tabulation;
  if (draft.tabulation) {
    row.dataset = draft.tabulation->dataset;
    row.tabulation = disclosure::to_json(*draft.tabulation);
  }
  if (draft.chart) row.chart = disclosure::to_string(*draft.chart);
  row.protection = examined.protection;
  row.claim = draft.claim;
  row.population = candidate.population;
  row.file = examined.file;
  row.sha256 = sha256_hex(examined.file);
  row.cells = examined.cells;
  row.statistics = examined.statistics;
  row.judgement = judgement_to_json(examined.judgement);
  row.table = examined.table_json;
  row.verdict = disclosure::to_string(examined.judgement.verdict);
  return row;
}

namespace {

/// A failing output without an exception sends the request back; else people or nobody decide.
std::string first_state(const std::vector<Candidate>& candidates) {
  using disclosure::Act;
  using disclosure::Party;
  auto state = disclosure::next_state(disclosure::State::submitted, Act::check, Party::system);
  const bool sent_back =
      std::any_of(candidates.begin(), candidates.end(), [](const Candidate& candidate) {
        return candidate.examined.judgement.verdict == Verdict::fail &&
               candidate.draft.exception.empty();
      });
  if (state && sent_back) state = disclosure::next_state(*state, Act::send_back, Party::system);
  if (!state) throw EnclaveError(Fault::internal, "centre.internal", {"no state after a check"});
  return std::string(disclosure::to_string(*state));
}

/// Rows, reservation in the history and the entry, all or nothing.
void record_checked(Centre::State& state, const Asker& asker, RequestRow& request,
                    const std::vector<Candidate>& candidates, const Inputs& inputs,
                    bool aggregates) {
  auto change = state.registry.begin();
  if (asker.replaced) check_replaceable(state, asker.session, request.replaces);
  request.verdict = disclosure::to_string(worst_of(candidates));
  request.state = first_state(candidates);
  request.decided = request.state == "returned" ? state.now() : "";
  request.checked_seq = state.journal.size();
  std::vector<OutputRow> rows;
  int number = 0;
  for (const auto& candidate : candidates) {
    rows.push_back(output_row(request, candidate, ++number));
    rows.back().state = request.state;
  }
  state.registry.add_request(request);
  for (const auto& row : rows) {
    state.registry.add_output(row);
    if (row.opaque || request.state == "returned") continue;
    HistoryRow kept;
    kept.request = request.id;
    kept.output = row.number;
    kept.project = request.project;
    kept.tabulation = row.tabulation;
    kept.kept = aggregates;
    state.registry.add_history(row.population, kept);
  }
  state.registry.end_intent("request.submitted", request.id);
  Fields fields = {{"policy", request.policy_sha256},
                   {"request", request.id},
                   {"turn", std::int64_t{request.turn}},
                   {"verdict", request.verdict}};
  if (!request.replaces.empty()) fields["replaces"] = request.replaces;
  state.journal.record("request.checked", "centre", std::move(fields),
                       {{"commitment", "checked", "",
                         binding_text(state, request, rows, asker.asking.policy.row, inputs)}});
  if (asker.replaced) retire_replaced(state, request);
  change.commit();
}

bool needs_nobody(const policies::Policy& policy, const std::vector<Candidate>& candidates) {
  return std::all_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
    const auto verdict = candidate.examined.judgement.verdict;
    const bool by_hand = !candidate.draft.tabulation || verdict == Verdict::fail;
    return reviewers_needed(policy, verdict, by_hand) == 0;
  });
}

}  // namespace

std::vector<JudgedOutput> Centre::explain(const std::string& session,
                                          std::vector<OutputDraft> drafts,
                                          const Examiner& examiner) {
  Held held(state_->mutex);
  const auto asker = asker_of(*state_, session, drafts);
  demand_refusals_left(*state_, asker);
  const bool proposes = std::any_of(drafts.begin(), drafts.end(),
                                    [](const OutputDraft& draft) { return draft.propose; });
  if (proposes && shows_aggregates(asker)) {  // they count cells and rows of what isn't shown
    throw EnclaveError(Fault::not_permitted, "centre.propose_aggregates");
  }
  auto candidates = candidates_of(*state_, std::move(drafts));
  held.unlock();
  (void)examine_told(*state_, asker, examiner, candidates);
  return told(*state_, asker, candidates);
}

Submission Centre::submit(const std::string& session, std::vector<OutputDraft> drafts,
                          const Examiner& examiner) {
  auto& state = *state_;
  if (drafts.empty()) throw EnclaveError(Fault::bad_input, "centre.nothing_asked");
  for (auto& draft : drafts) draft.propose = false;
  Held held(state.mutex);
  auto asker = asker_of(state, session, drafts);
  if (asker.asking.files == Files::look) asker.asking.files = Files::search;
  demand_refusals_left(state, asker);
  auto candidates = candidates_of(state, drafts);
  for (const auto& candidate : candidates) {
    if (!candidate.draft.tabulation && candidate.draft.opaque.empty()) {
      throw EnclaveError(Fault::bad_input, "centre.empty_output", {candidate.draft.name});
    }
  }
  auto request = announce(state, asker, drafts);
  held.unlock();
  const PopulationsHeld populations(state, candidates);
  try {
    const auto inputs = examine_told(state, asker, examiner, candidates);
    held.lock();
    record_checked(state, asker, request, candidates, inputs, shows_aggregates(asker));
  } catch (...) {
    if (held.owns_lock()) held.unlock();
    give_up(state, request, "unjudged");
    throw;
  }
  if (request.state == "checked" && needs_nobody(asker.asking.policy.policy, candidates)) {
    approve_by_itself(state, request.id);
    request.state = "approved";  // and leaves later where the log's witnesses are awaited
    if (!release_waits(state, asker.asking.policy.policy)) {
      release_now(state, request.id, "centre");
      request.state = "released";
    }
  }
  if (held.owns_lock()) held.unlock();
  return {request.id, request.state, worst_of(candidates), told(state, asker, candidates)};
}

void Centre::withdraw(const std::string& session, const std::string& id) {
  const Held held(state_->mutex);
  auto& state = *state_;
  const auto row = open_session_row(state, session);
  const auto request = state.registry.request(id);
  if (!request || request->project != row.project) {
    throw EnclaveError(Fault::not_found, "centre.no_request", {id});
  }
  if (request->actor != row.actor) {
    throw EnclaveError(Fault::not_permitted, "centre.not_author", {id});
  }
  if (request->release_seq) {
    throw EnclaveError(Fault::refused, "centre.bad_move", {id, "released", "withdraw"});
  }
  const auto next = next_of(*request, disclosure::Act::withdraw, disclosure::Party::author);
  auto change = state.registry.begin();
  set_states(state, *request, next);
  state.journal.record(
      "request.withdrawn", row.actor,
      {{"reason", "researcher"}, {"request", id}, {"turn", std::int64_t{request->turn}}});
  change.commit();
}

}  // namespace sceau::enclave
