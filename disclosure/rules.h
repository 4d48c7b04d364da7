#pragma once
// The rules, each a pure function of the evidence of one cell. Nothing here reads a row.
//
// Vocabulary: x1 >= x2 >= … are what the contributors of one kind give to a cell (absolute values,
// each summed over the contributor's rows), total = Σ xi. Shares are decimals of the policy and are
// compared exactly, in integers.
//
//   threshold     units < N fails.               10 passes N = 10, 9 doesn't.
//                 Source: site decision; 10 is the default of the UK's safe researcher training.
//   contributors  distinct contributors < M fails. Source: Hundepool et al., Statistical Disclosure
//                 Control (Wiley 2012), ch. 4: minimum frequency of respondents.
//   dominance     Σ of the n largest > share · total fails; equal passes or fails by `at_limit`.
//                 Source: ibid., the (n,k) rule; INSEE's secret statistique: n = 1, 85 %.
//   p_percent     (total - x1 - x2) < p · x1 fails; equal passes. The second largest could
//   otherwise
//                 estimate the largest to within p. Source: ibid., the p % rule.
//   homogeneity   all units share one value of the measure. Source: Ritchie, Green, Smith:
//                 statbarns, class disclosure; severity is the policy's.
//
// A cell without rows is the threshold's business alone: the others say nothing about it.

#include <cstdint>
#include <optional>

#include "disclosure/table.h"
#include "disclosure/verdict.h"
#include "policies/policy.h"

namespace sceau::disclosure {

/// Why a cell doesn't pass one rule. No breach: it passes.
struct Breach {
  policies::Rule rule = policies::Rule::threshold;
  Verdict verdict = Verdict::fail;
  std::optional<double> measured;
  std::optional<double> limit;
  Message message;
};

/// `rows` == 0 is an empty cell: zeros "disclosive" fails it, "safe" passes it. Rows without a
/// known unit don't count as units, so they never make a cell safe.
[[nodiscard]] std::optional<Breach> threshold(std::int64_t units, std::int64_t rows,
                                              std::int64_t minimum, policies::Zeros zeros);

[[nodiscard]] std::optional<Breach> contributors(const Contributions& kind, std::int64_t rows,
                                                 std::int64_t minimum);

[[nodiscard]] std::optional<Breach> dominance(const Contributions& kind,
                                              const policies::DominanceRule& rule);

[[nodiscard]] std::optional<Breach> p_percent(const Contributions& kind,
                                              const policies::Decimal& share);

/// `negatives = "review"`: a person looks at each cell that has one, and at no other.
[[nodiscard]] std::optional<Breach> negatives(const Evidence& evidence);

[[nodiscard]] std::optional<Breach> homogeneity(const Evidence& evidence,
                                                policies::Severity severity);

}  // namespace sceau::disclosure
