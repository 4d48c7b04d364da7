#pragma once
// A rule set: which rules judge an output, with which limits, and who decides what they leave open.
// One TOML document (format 1, design: "The policy") makes one Policy. Every rule stands in it;
// leaving one out is an error; `off = ["p_percent"]` switches one off in sight; `extends = "depp"`
// begins from another policy.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policies/decimal.h"
#include "policies/file_rules.h"
#include "policies/workspace_rules.h"

namespace sceau::policies {

enum class Exploration { rows, aggregates };
enum class Zeros { disclosive, safe };
enum class AtLimit { pass, fail };
enum class Negatives { absolute, review };
enum class HistoryScope { project, population };
/// What a file that people let out, and that can't be compared, does to later verdicts.
enum class OpaqueReleases { review, ignore };
enum class Severity { review, fail };  ///< what a rule that may be softened yields

struct DominanceRule {
  int n = 1;          ///< how many of the largest contributions are added up, 1..8
  Decimal share;      ///< of the total, 0 < share <= 1
  AtLimit at_limit = AtLimit::pass;  ///< a share of exactly that
};

struct Reviewers {    ///< independent decisions that a verdict needs; 0: released by itself
  int pass = 0;
  int review = 1;
  int fail = 2;
};

/// The closed list of rule names, as they stand in policies, findings and `off`.
enum class Rule {
  threshold, contributors, dominance, p_percent, group_disclosure, homogeneity,
  degrees_of_freedom, extremes, quantiles, history,
  tabulation  ///< "this is no tabulation": a finding's name only, never in a policy
};
[[nodiscard]] std::string_view to_string(Rule rule);
[[nodiscard]] std::optional<Rule> parse_rule(std::string_view name);

struct Policy {
  std::string name;
  std::string version;
  Exploration exploration = Exploration::rows;
  Reviewers reviewers;
  std::set<Rule> off;

  struct { std::int64_t minimum = 10; Zeros zeros = Zeros::disclosive; } threshold;
  struct { std::int64_t minimum = 3; } contributors;
  std::vector<DominanceRule> dominance;
  struct { Decimal share; Negatives negatives = Negatives::absolute; } p_percent;
  struct { Decimal share; } group_disclosure;
  struct { Severity verdict = Severity::fail; } homogeneity;
  struct { std::int64_t minimum = 10; } degrees_of_freedom;
  struct { std::int64_t minimum = 10; } extremes;
  struct { std::int64_t minimum = 10; } quantiles;
  struct {
    HistoryScope scope = HistoryScope::population;
    std::int64_t minimum = 10;
    OpaqueReleases opaque = OpaqueReleases::review;  ///< may be left out: then `review`
  } history;
  struct { std::int64_t base = 5; } rounding;
  /// How old the newest cosignature on the log may be before releases wait; 0: they never do.
  struct { std::int64_t max_age_hours = 0; } witness;
  FileRules files;           ///< of what is no table
  WorkspaceRules workspace;  ///< stands above the centre's own settings

  std::string source_text;  ///< the document's bytes (after `extends`: this document's own)
  std::string sha256;       ///< hex of SHA-256 over the canonical text of the resolved policy

  [[nodiscard]] bool enforces(Rule rule) const { return !off.contains(rule); }
};

/// Finds the text of the policy that `extends` names; nullopt: unknown.
using PolicyFinder = std::function<std::optional<std::string>(std::string_view name)>;

/// Throws PolicyError, with line and column.
[[nodiscard]] Policy parse_policy(std::string_view toml, const std::string& file_name,
                                  const PolicyFinder& find);
/// Looks for extended policies beside `file`.
[[nodiscard]] Policy load_policy(const std::filesystem::path& file);

/// The resolved policy as one canonical text: equal policies, equal bytes. Its SHA-256 is `sha256`.
[[nodiscard]] std::string canonical_text(const Policy& policy);

}  // namespace sceau::policies
