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
//   extremes      fewer than N units share a minimum or maximum fails: it is the value of few.
//                 Source: Ritchie, Green, Smith: statbarns, end points.
//   quantiles     fewer than N units on either side of a quantile fails: it is close to the value
//                 of few. Source: ibid., position; Eurostat's DwB guidelines (2015), percentiles.
//   degrees of freedom
//                 n - parameters < D fails. Source: ibid.; the UK's safe researcher training: 10.
//   group disclosure
//                 one category holds >= share of a group's units: what is true of nearly all of
//                 them is known of each. Source: ibid., class disclosure; Hundepool et al., ch. 5.
//   homogeneity   all units share one value of the measure. Source: Ritchie, Green, Smith:
//                 statbarns, class disclosure; severity is the policy's.
//
// A cell without rows is the threshold's business alone: the others say nothing about it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// Of a weighted statistic: the n largest unweighted gifts against the share of Σ w·|x|. A large
/// unit that stands for itself is hidden by the weights of others no better than by their values.
/// Source: Hundepool et al., ch. 4, sampling weights.
[[nodiscard]] std::optional<Breach> weighted_dominance(const Contributions& kind,
                                                       const Number& weighted_total,
                                                       const policies::DominanceRule& rule);

[[nodiscard]] std::optional<Breach> p_percent(const Contributions& kind,
                                              const policies::Decimal& share);

/// `negatives = "review"`: a person looks at each cell that has one, and at no other.
[[nodiscard]] std::optional<Breach> negatives(const Evidence& evidence);

/// `which`: "minimum" or "maximum"; `sharing`: the units whose value it is.
[[nodiscard]] std::optional<Breach> extremes(std::string_view which, std::int64_t sharing,
                                             std::int64_t rows, std::int64_t minimum);

/// Units strictly below and above a quantile; negative: not known, which is for a person to judge.
[[nodiscard]] std::optional<Breach> quantiles(std::int64_t below, std::int64_t above,
                                              std::int64_t rows, std::int64_t minimum);

/// n units less the parameters estimated from them.
[[nodiscard]] std::optional<Breach> degrees_of_freedom(std::int64_t units, std::int64_t parameters,
                                                       std::int64_t minimum);

/// `held` of `all` units are in one category of `variable`. Where `all` is 0 it says nothing.
[[nodiscard]] std::optional<Breach> group_disclosure(const std::string& variable, std::int64_t held,
                                                     std::int64_t all,
                                                     const policies::Decimal& share);

/// A mean so near a declared bound that most must be there: within (1 - share) of the range.
/// `bound`: "minimum" or "maximum" of `variable`. `sum` is over `rows` values, each within
/// low..high; low < high.
[[nodiscard]] std::optional<Breach> mean_at_bound(const std::string& variable, const Number& sum,
                                                  std::int64_t rows, const policies::Decimal& low,
                                                  const policies::Decimal& high,
                                                  const policies::Decimal& share);

[[nodiscard]] std::optional<Breach> homogeneity(const Evidence& evidence,
                                                policies::Severity severity);

}  // namespace sceau::disclosure
