#include "enclave/centre/aggregates.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "disclosure/examine.h"
#include "enclave/centre/judgement_json.h"
#include "enclave/fault.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using disclosure::Finding;
using disclosure::Verdict;

/// Messages that the form of a query makes, whatever the rows are. What is not among them is told
/// as a rule's name: a new message is silent until somebody has thought about it.
constexpr std::array<std::string_view, 7> of_form_alone = {
    "tabulation.operand",      "tabulation.dimension",    "tabulation.condition",
    "tabulation.other_weight", "tabulation.no_statistic", "tabulation.suppressed_margins",
    "tabulation.contributor"};

/// Faults that the machine has, not the rows.
constexpr std::array<std::string_view, 5> of_machine = {"server.cancelled", "server.examiner_lost",
                                                        "server.examiner_timeout",
                                                        "server.stopping", "centre.session_closed"};

constexpr std::chrono::hours a_day(24);

template <typename List>
bool holds(const List& list, std::string_view id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

/// Whose budget it is: a new session would be had at once.
std::string asker_key(const Asker& asker) {
  return asker.session.actor + " " + asker.session.project;
}

void count_refusals(Centre::State& state, const Asker& asker, std::ptrdiff_t how_many) {
  if (how_many == 0) return;
  const Held held(state.mutex);
  auto& refusals = state.refusals[asker_key(asker)];
  const auto now = state.clock();
  std::erase_if(refusals, [&](auto when) { return when + a_day <= now; });
  refusals.insert(refusals.end(), static_cast<std::size_t>(how_many), now);
}

/// Told as its form says it; or as a rule's name, since the rows are behind it.
bool is_of_form(const Finding& finding) { return holds(of_form_alone, finding.message.id); }

/// The rule that is told: which others fail beside it would tell an empty group from a small one.
std::optional<policies::Rule> told_rule(const disclosure::Judgement& judgement) {
  std::optional<policies::Rule> first;
  auto worst = Verdict::pass;
  for (const auto& finding : judgement.findings) {
    if (is_of_form(finding) || !finding.waived.empty() || finding.verdict < worst) continue;
    if (!first || finding.verdict > worst || finding.rule < *first) first = finding.rule;
    worst = finding.verdict;
  }
  return first;
}

}  // namespace

bool shows_aggregates(const Asker& asker) {
  return asker.asking.policy.policy.exploration == policies::Exploration::aggregates;
}

disclosure::Judgement without_cells(const disclosure::Judgement& judgement) {
  disclosure::Judgement told;
  told.verdict = judgement.verdict;
  told.applied = judgement.applied;
  const auto rule = told_rule(judgement);
  for (const auto& finding : judgement.findings) {
    if (!is_of_form(finding) && finding.rule != rule) continue;
    Finding one;
    one.rule = finding.rule;
    one.verdict = finding.verdict;
    one.waived = finding.waived;
    one.message = is_of_form(finding)
                      ? finding.message
                      : disclosure::Message{"aggregates.rule",
                                            {std::string(policies::to_string(finding.rule))}};
    const bool said =
        std::any_of(told.findings.begin(), told.findings.end(), [&](const Finding& other) {
          return other.rule == one.rule && other.verdict == one.verdict &&
                 other.waived == one.waived && other.message == one.message;
        });
    if (!said) told.findings.push_back(std::move(one));
  }
  return told;
}

std::vector<JudgedOutput> told(Centre::State& state, const Asker& asker,
                               const std::vector<Candidate>& candidates) {
  const auto& project = asker.asking.project;
  const auto& language = asker.asking.language;
  if (!shows_aggregates(asker)) return judged_outputs(candidates, project, language);
  // Each of them, also where a transaction's are judged again: a worker may ask as it likes.
  count_refusals(state, asker,
                 std::count_if(candidates.begin(), candidates.end(), [](const Candidate& one) {
                   return one.draft.tabulation && one.examined.judgement.verdict != Verdict::pass;
                 }));
  std::vector<JudgedOutput> outputs;
  for (const auto& candidate : candidates) {
    const auto& judgement = candidate.examined.judgement;
    const auto* tabulation = candidate.draft.tabulation ? &*candidate.draft.tabulation : nullptr;
    // A file's reason is its own form; how many cells a table has is known once it passes.
    auto seen = tabulation == nullptr ? judgement : without_cells(judgement);
    const auto cells = judgement.verdict == Verdict::pass ? candidate.examined.cells : 0;
    auto json =
        disclosure::to_json(seen, candidate.draft.name, tabulation, cells, language, finding_text);
    outputs.push_back({candidate.draft.name, std::move(seen), std::move(json)});
  }
  return outputs;
}

Inputs examine_told(Centre::State& state, const Asker& asker, const Examiner& examiner,
                    std::vector<Candidate>& candidates, bool shown) {
  if (!shows_aggregates(asker)) {
    return examine_all(state, asker.asking, examiner, candidates, shown);
  }
  try {
    return examine_all(state, asker.asking, examiner, candidates, shown);
  } catch (const EnclaveError& error) {
    if (holds(of_machine, error.id()) || error.fault() == Fault::integrity) throw;
  } catch (const std::exception&) {
    // An examiner in this process (tests, commands) throws what it likes: it tells no more.
  }
  count_refusals(state, asker, 1);
  throw EnclaveError(Fault::refused, "centre.not_judged");
}

void demand_refusals_left(const Centre::State& state, const Asker& asker) {
  if (!shows_aggregates(asker)) return;
  const auto found = state.refusals.find(asker_key(asker));
  if (found == state.refusals.end()) return;
  const auto now = state.clock();
  const auto recent =
      std::ranges::count_if(found->second, [&](auto when) { return when + a_day > now; });
  if (recent < max_refusals) return;
  throw EnclaveError(Fault::not_permitted, "centre.refusals_spent", {std::to_string(max_refusals)});
}

}  // namespace sceau::enclave
