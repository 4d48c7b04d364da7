// A query that asks to be seen: judged as an output is, remembered before its cells are shown.

#include "enclave/centre/aggregates.h"
#include "enclave/centre/binding.h"
#include "enclave/centre/judgement_json.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using disclosure::Verdict;

/// What the log's commitment binds is what is shown, and the history has it before anybody sees it.
void record_seen(Centre::State& state, const Asker& asker, RequestRow& query,
                 const Candidate& candidate, const Inputs& inputs) {
  auto change = state.registry.begin();
  query.verdict = disclosure::to_string(candidate.examined.judgement.verdict);
  const auto row = output_row(query, candidate, 1);
  // The same table again tells nothing new, so that it is remembered once.
  const bool passes = candidate.examined.judgement.verdict == Verdict::pass;
  if (passes && !state.registry.was_seen(row.population, query.project, row.tabulation)) {
    HistoryRow seen;
    seen.request = query.id;
    seen.output = row.number;
    seen.project = query.project;
    seen.tabulation = row.tabulation;
    seen.kept = true;
    seen.seen = true;
    state.registry.add_history(row.population, seen);
  }
  state.registry.end_intent("request.submitted", query.id);
  state.journal.record("request.checked", "centre",
                       {{"policy", query.policy_sha256},
                        {"request", query.id},
                        {"turn", std::int64_t{query.turn}},
                        {"verdict", query.verdict}},
                       {{"commitment", "checked", "",
                         binding_text(state, query, {row}, asker.asking.policy.row, inputs)}});
  change.commit();
}

}  // namespace

Seen Centre::see(const std::string& session, const OutputDraft& draft, const Examiner& examiner) {
  auto& state = *state_;
  Held held(state.mutex);
  std::vector<OutputDraft> drafts = {draft};
  const auto asker = asker_of(state, session, drafts);
  if (!shows_aggregates(asker) || !draft.tabulation) {
    throw EnclaveError(Fault::not_permitted, "centre.not_aggregates");
  }
  demand_refusals_left(state, asker);
  auto candidates = candidates_of(state, drafts);
  auto query = announce(state, asker, drafts, 'Q');
  held.unlock();
  const PopulationsHeld populations(state, candidates);
  auto& candidate = candidates.front();
  try {
    const auto inputs = examine_told(state, asker, examiner, candidates, true);
    held.lock();
    record_seen(state, asker, query, candidate, inputs);
    held.unlock();
  } catch (...) {
    if (held.owns_lock()) held.unlock();
    give_up(state, query, "unjudged");
    throw;
  }
  Seen seen;
  seen.judged = told(state, asker, candidates).front();
  if (candidate.examined.judgement.verdict == Verdict::pass) {
    seen.cells = std::move(candidate.examined.shown);
  }
  return seen;
}

}  // namespace sceau::enclave
