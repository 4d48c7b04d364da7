#include "policies/policy_text.h"

#include <algorithm>

#include "policies/digest.h"

namespace sceau::policies {
namespace {

/// 0.90 and 0.9 are the same limit, so they are the same text.
std::string canonical(const Decimal& value) { return to_string(shortened(value)); }

std::string_view word(Exploration value) {
  return value == Exploration::rows ? "rows" : "aggregates";
}
std::string_view word(Zeros value) { return value == Zeros::disclosive ? "disclosive" : "safe"; }
std::string_view word(AtLimit value) { return value == AtLimit::pass ? "pass" : "fail"; }
std::string_view word(Negatives value) {
  return value == Negatives::absolute ? "absolute" : "review";
}
std::string_view word(Severity value) { return value == Severity::review ? "review" : "fail"; }
std::string_view word(HistoryScope value) {
  return value == HistoryScope::project ? "project" : "population";
}

/// One line a fact, `rule.key=value`; a rule that is off is one line and has no limits.
class Lines {
 public:
  explicit Lines(const Policy& policy) : policy_(policy) {}

  void put(std::string_view key, std::string_view value) {
    text_.append(key).append("=").append(value).append("\n");
  }
  void put(std::string_view key, std::int64_t value) { put(key, std::to_string(value)); }

  /// False where the rule is off, which is then written.
  bool enforced(Rule rule) {
    if (policy_.enforces(rule)) return true;
    put(to_string(rule), "off");
    return false;
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  const Policy& policy_;
  std::string text_;
};

void put_dominance(const Policy& policy, Lines& lines) {
  if (!lines.enforced(Rule::dominance)) return;
  std::vector<std::string> rules;
  for (const DominanceRule& rule : policy.dominance) {
    rules.push_back(std::to_string(rule.n) + "," + canonical(rule.share) + "," +
                    std::string(word(rule.at_limit)));
  }
  // All of them hold, so neither order nor a repetition means anything.
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  for (const std::string& rule : rules) lines.put("dominance", rule);
}

}  // namespace

std::string canonical_text(const Policy& policy) {
  Lines lines(policy);
  lines.put("sceau-policy", 1);
  lines.put("name", policy.name);
  lines.put("version", policy.version);
  lines.put("exploration", word(policy.exploration));
  lines.put("reviewers.pass", policy.reviewers.pass);
  lines.put("reviewers.review", policy.reviewers.review);
  lines.put("reviewers.fail", policy.reviewers.fail);
  if (lines.enforced(Rule::threshold)) {
    lines.put("threshold.minimum", policy.threshold.minimum);
    lines.put("threshold.zeros", word(policy.threshold.zeros));
  }
  if (lines.enforced(Rule::contributors)) {
    lines.put("contributors.minimum", policy.contributors.minimum);
  }
  put_dominance(policy, lines);
  if (lines.enforced(Rule::p_percent)) {
    lines.put("p_percent.share", canonical(policy.p_percent.share));
    lines.put("p_percent.negatives", word(policy.p_percent.negatives));
  }
  if (lines.enforced(Rule::group_disclosure)) {
    lines.put("group_disclosure.share", canonical(policy.group_disclosure.share));
  }
  if (lines.enforced(Rule::homogeneity)) {
    lines.put("homogeneity.verdict", word(policy.homogeneity.verdict));
  }
  if (lines.enforced(Rule::degrees_of_freedom)) {
    lines.put("degrees_of_freedom.minimum", policy.degrees_of_freedom.minimum);
  }
  if (lines.enforced(Rule::extremes)) lines.put("extremes.minimum", policy.extremes.minimum);
  if (lines.enforced(Rule::quantiles)) lines.put("quantiles.minimum", policy.quantiles.minimum);
  if (lines.enforced(Rule::history)) {
    lines.put("history.scope", word(policy.history.scope));
    lines.put("history.minimum", policy.history.minimum);
    // A policy that says what was always done keeps the hash that it had before it could say so.
    if (policy.history.opaque == OpaqueReleases::ignore) lines.put("history.opaque", "ignore");
  }
  lines.put("rounding.base", policy.rounding.base);
  // A policy that asks for no witness keeps the hash that it had before policies could ask.
  if (policy.witness.max_age_hours > 0) {
    lines.put("witness.max_age_hours", policy.witness.max_age_hours);
  }
  // So does one that says nothing of files and of workspaces.
  return lines.take() + canonical_text(policy.files) + canonical_text(policy.workspace);
}

std::string policy_digest(const Policy& policy) {
  return to_hex(digest_of(canonical_text(policy)));
}

}  // namespace sceau::policies
