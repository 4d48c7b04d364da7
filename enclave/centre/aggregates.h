#pragma once
// What a session hears under a policy that shows aggregates only. Rows are seen through the gate
// alone, so the gate's answers must not tell what the rows would have: of a finding, rule and
// verdict; of a failure, one constant sentence; and of both a bounded number.
//
//   threshold: fail                                   is told
//   threshold: fail, academie 27, sexe M, 4 of 10     stays inside

#include <string>
#include <vector>

#include "enclave/centre/submission.h"

namespace sceau::enclave {

[[nodiscard]] bool shows_aggregates(const Asker& asker);

/// Findings as rule and verdict: no cell, statistic, measure, limit or earlier release. Of the
/// rules that make the verdict the first alone, in the order of policies::Rule: no unit and few
/// units both say threshold. Why something is no tabulation is told where the query's own form is
/// the reason.
[[nodiscard]] disclosure::Judgement without_cells(const disclosure::Judgement& judgement);

/// judged_outputs() for this asker. Under aggregates without cells, their number for what passes
/// alone; and each table that doesn't pass is counted as a refusal. Takes the lock.
[[nodiscard]] std::vector<JudgedOutput> told(Centre::State& state, const Asker& asker,
                                             const std::vector<Candidate>& candidates);

/// examine_all(), whose faults under aggregates tell nothing of the rows: refused centre.not_judged
/// in place of each that might, and counted. Takes the lock.
[[nodiscard]] Inputs examine_told(Centre::State& state, const Asker& asker,
                                  const Examiner& examiner, std::vector<Candidate>& candidates,
                                  bool shown = false);

/// Throws not_permitted centre.refusals_spent (centre.h: max_refusals). Under the lock.
void demand_refusals_left(const Centre::State& state, const Asker& asker);

}  // namespace sceau::enclave
