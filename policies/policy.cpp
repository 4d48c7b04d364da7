#include "policies/policy.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policies/document.h"
#include "policies/policy_text.h"

namespace sceau::policies {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::pair<std::string_view, Rule>, 11> rules{
    {{"threshold"sv, Rule::threshold},
     {"contributors"sv, Rule::contributors},
     {"dominance"sv, Rule::dominance},
     {"p_percent"sv, Rule::p_percent},
     {"group_disclosure"sv, Rule::group_disclosure},
     {"homogeneity"sv, Rule::homogeneity},
     {"degrees_of_freedom"sv, Rule::degrees_of_freedom},
     {"extremes"sv, Rule::extremes},
     {"quantiles"sv, Rule::quantiles},
     {"history"sv, Rule::history},
     {"tabulation"sv, Rule::tabulation}}};

constexpr std::array<std::pair<std::string_view, Exploration>, 2> explorations{
    {{"rows"sv, Exploration::rows}, {"aggregates"sv, Exploration::aggregates}}};
constexpr std::array<std::pair<std::string_view, Zeros>, 2> zeros_choices{
    {{"disclosive"sv, Zeros::disclosive}, {"safe"sv, Zeros::safe}}};
constexpr std::array<std::pair<std::string_view, AtLimit>, 2> at_limits{
    {{"pass"sv, AtLimit::pass}, {"fail"sv, AtLimit::fail}}};
constexpr std::array<std::pair<std::string_view, Negatives>, 2> negatives_choices{
    {{"absolute"sv, Negatives::absolute}, {"review"sv, Negatives::review}}};
constexpr std::array<std::pair<std::string_view, Severity>, 2> severities{
    {{"review"sv, Severity::review}, {"fail"sv, Severity::fail}}};
constexpr std::array<std::pair<std::string_view, HistoryScope>, 2> scopes{
    {{"project"sv, HistoryScope::project}, {"population"sv, HistoryScope::population}}};
constexpr std::array<std::pair<std::string_view, OpaqueReleases>, 2> opaque_choices{
    {{"review"sv, OpaqueReleases::review}, {"ignore"sv, OpaqueReleases::ignore}}};

constexpr std::int64_t largest_minimum = 1'000'000'000;
constexpr std::int64_t most_reviewers = 9;
constexpr std::int64_t largest_n = 8;
constexpr std::int64_t longest_age = 8760;  // a year
constexpr std::int64_t largest_file = std::int64_t{64} << 20U;
constexpr std::size_t longest_chain = 16;
constexpr std::size_t longest_word = 63;

/// a-z, 0-9, '-' and '_', first a letter: it becomes a file name, so nothing else may stand in it.
bool is_policy_name(std::string_view text) {
  if (text.empty() || text.size() > longest_word) return false;
  if (text.front() < 'a' || text.front() > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_version(std::string_view text) {
  if (text.empty() || text.size() > longest_word) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == '+';
  });
}

/// What extends a policy that is already whole changes keys; what stands alone must name them all.
enum class Keys { all, some };

void read_minimum(const Section& section, Keys keys, std::int64_t& minimum) {
  if (keys == Keys::all) section.demand("minimum");
  minimum = section.integer("minimum", 1, largest_minimum).value_or(minimum);
}

template <typename Enum>
void read_choice(const Section& section, Keys keys, std::string_view key,
                 std::span<const std::pair<std::string_view, Enum>> choices, Enum& value) {
  if (keys == Keys::all) section.demand(key);
  value = section.choice<Enum>(key, choices).value_or(value);
}

void read_share(const Section& section, Keys keys, Decimal& share) {
  if (keys == Keys::all) section.demand("share");
  const std::optional<Decimal> written = section.decimal("share");
  if (!written) return;
  if (written->mantissa <= 0 || compare(*written, Decimal{1, 0}) > 0) {
    section.fail(Fault::wrong_type, "share",
                 section.full_name("share") + " must be above 0 and at most 1",
                 "a share of 85 % is written 0.85");
  }
  share = *written;
}

/// Reads one document on top of `policy`, which holds what it extends.
class PolicyReader {
 public:
  PolicyReader(const Document& document, Policy& policy, bool extends)
      : root_(document.root()),
        head_(root_.demand_table("policy")),
        policy_(policy),
        extends_(extends),
        inherited_off_(policy.off) {}

  void read() {
    root_.allow_only({"format", "policy", "threshold", "contributors", "dominance", "p_percent",
                      "group_disclosure", "homogeneity", "degrees_of_freedom", "extremes",
                      "quantiles", "history", "rounding", "witness", "files", "workspace"});
    head();
    off();
    for (const auto& [name, value] : rules) {
      if (value != Rule::tabulation) rule(name, value);
    }
    if (const std::optional<Section> rounding = root_.table("rounding")) {
      rounding->allow_only({"base"});
      rounding->demand("base");
      policy_.rounding.base = rounding->demand_integer("base", 2, 1'000'000);
    }
    if (const std::optional<Section> witness = root_.table("witness")) {
      witness->allow_only({"max_age_hours"});
      policy_.witness.max_age_hours = witness->demand_integer("max_age_hours", 0, longest_age);
    }
    if (const std::optional<Section> section = root_.table("files")) files(*section);
    if (const std::optional<Section> section = root_.table("workspace")) workspace(*section);
  }

 private:
  [[nodiscard]] Keys keys(Rule rule) const {
    // A rule that the extended policy switched off has no limits to inherit.
    return extends_ && !inherited_off_.contains(rule) ? Keys::some : Keys::all;
  }
  void head();
  void off();
  void rule(std::string_view name, Rule value);
  void limits(const Section& section, Rule value);
  void dominance();
  void files(const Section& section);
  void workspace(const Section& section);

  Section root_;
  Section head_;
  Policy& policy_;
  bool extends_;
  std::set<Rule> inherited_off_;
};

void PolicyReader::head() {
  head_.allow_only({"name", "version", "extends", "exploration", "reviewers", "off"});
  policy_.name = head_.demand_text("name");
  if (!is_policy_name(policy_.name)) {
    head_.fail(Fault::wrong_type, "name",
               "policy.name is \"" + policy_.name + "\", which is no name",
               "a name has a-z, 0-9, - and _, and begins with a letter");
  }
  policy_.version = head_.demand_text("version");
  if (!is_version(policy_.version)) {
    head_.fail(Fault::wrong_type, "version", "policy.version must be one word",
               "for instance version = \"2026.1\"");
  }
  const Keys all = extends_ ? Keys::some : Keys::all;
  read_choice<Exploration>(head_, all, "exploration", explorations, policy_.exploration);
  if (all == Keys::all) head_.demand("reviewers", "reviewers = { pass = 0, review = 1, fail = 2 }");
  const std::optional<Section> reviewers = head_.table("reviewers");
  if (!reviewers) return;
  reviewers->allow_only({"pass", "review", "fail"});
  Reviewers& number = policy_.reviewers;
  number.pass = static_cast<int>(reviewers->demand_integer("pass", 0, most_reviewers));
  // What the rules can't judge never leaves by itself, whatever a policy would like.
  number.review = static_cast<int>(reviewers->demand_integer("review", 1, most_reviewers));
  number.fail = static_cast<int>(reviewers->demand_integer("fail", 1, most_reviewers));
  if (number.pass > number.review || number.review > number.fail) {
    head_.fail(Fault::contradiction, "reviewers",
               "policy.reviewers must not ask for fewer reviewers as the verdict gets worse",
               "pass <= review <= fail");
  }
}

void PolicyReader::off() {
  const std::optional<std::vector<std::string>> written = head_.texts("off");
  if (!written) return;
  policy_.off.clear();
  for (const std::string& name : *written) {
    const std::optional<Rule> found = parse_rule(name);
    if (!found || *found == Rule::tabulation) {
      head_.fail(Fault::wrong_type, "off", "policy.off names \"" + name + "\", which is no rule",
                 "rules: threshold, contributors, dominance, p_percent, group_disclosure, "
                 "homogeneity, degrees_of_freedom, extremes, quantiles, history");
    }
    policy_.off.insert(*found);
  }
}

void PolicyReader::rule(std::string_view name, Rule value) {
  const bool off = policy_.off.contains(value);
  if (!root_.has(name)) {
    if (off || (extends_ && !inherited_off_.contains(value))) return;
    const std::string word(name);
    throw PolicyError(Fault::missing, root_.where(), "the rule " + word + " is missing",
                      "write " + (value == Rule::dominance ? "[[dominance]]" : "[" + word + "]") +
                          " with its limits, or off = [\"" + word + "\"] in [policy]");
  }
  if (off && !head_.has("off")) {
    root_.fail(Fault::contradiction, name,
               std::string(name) + " has limits here, but the extended policy switches it off",
               "write off = […] in [policy] to say which rules are off here");
  }
  if (value == Rule::dominance) {
    dominance();
  } else {
    limits(*root_.table(name), value);
  }
}

void PolicyReader::limits(const Section& section, Rule value) {
  const Keys all = keys(value);
  switch (value) {
    case Rule::threshold:
      section.allow_only({"minimum", "zeros"});
      read_minimum(section, all, policy_.threshold.minimum);
      read_choice<Zeros>(section, all, "zeros", zeros_choices, policy_.threshold.zeros);
      break;
    case Rule::contributors:
      section.allow_only({"minimum"});
      read_minimum(section, all, policy_.contributors.minimum);
      break;
    case Rule::p_percent:
      section.allow_only({"share", "negatives"});
      read_share(section, all, policy_.p_percent.share);
      read_choice<Negatives>(section, all, "negatives", negatives_choices,
                             policy_.p_percent.negatives);
      break;
    case Rule::group_disclosure:
      section.allow_only({"share"});
      read_share(section, all, policy_.group_disclosure.share);
      break;
    case Rule::homogeneity:
      section.allow_only({"verdict"});
      read_choice<Severity>(section, all, "verdict", severities, policy_.homogeneity.verdict);
      break;
    case Rule::degrees_of_freedom:
      section.allow_only({"minimum"});
      read_minimum(section, all, policy_.degrees_of_freedom.minimum);
      break;
    case Rule::extremes:
      section.allow_only({"minimum"});
      read_minimum(section, all, policy_.extremes.minimum);
      break;
    case Rule::quantiles:
      section.allow_only({"minimum"});
      read_minimum(section, all, policy_.quantiles.minimum);
      break;
    case Rule::history:
      section.allow_only({"scope", "minimum", "opaque"});
      read_choice<HistoryScope>(section, all, "scope", scopes, policy_.history.scope);
      read_minimum(section, all, policy_.history.minimum);
      // Left out it is the careful answer, and policies from before it was a key stay valid.
      if (all == Keys::all) policy_.history.opaque = OpaqueReleases::review;
      read_choice<OpaqueReleases>(section, Keys::some, "opaque", opaque_choices,
                                  policy_.history.opaque);
      break;
    case Rule::dominance:
    case Rule::tabulation:
      break;
  }
}

void PolicyReader::dominance() {
  const std::vector<Section> written = root_.tables("dominance");
  if (written.empty()) {
    root_.fail(Fault::missing, "dominance", "dominance holds no rule",
               "write [[dominance]] with n, share and at_limit, or off = [\"dominance\"]");
  }
  // A list is replaced as a whole: which (n,k) rules hold must be seen in one place.
  policy_.dominance.clear();
  for (const Section& section : written) {
    section.allow_only({"n", "share", "at_limit"});
    DominanceRule rule;
    rule.n = static_cast<int>(section.demand_integer("n", 1, largest_n));
    read_share(section, Keys::all, rule.share);
    read_choice<AtLimit>(section, Keys::all, "at_limit", at_limits, rule.at_limit);
    policy_.dominance.push_back(rule);
  }
}

void PolicyReader::files(const Section& section) {
  section.allow_only({"types", "max_bytes"});
  if (const auto written = section.texts("types")) {
    policy_.files.types.emplace();
    for (const std::string& name : *written) {
      const std::optional<FileType> type = parse_file_type(name);
      if (!type) {
        section.fail(Fault::wrong_type, "types",
                     "files.types names \"" + name + "\", which is no type of file",
                     "types: text, csv, json, notebook, svg, png, jpeg, pdf, rdata");
      }
      policy_.files.types->insert(*type);
    }
  }
  policy_.files.max_bytes =
      section.integer("max_bytes", 0, largest_file).value_or(policy_.files.max_bytes);
}

constexpr std::array<std::pair<std::string_view, Folder>, 2> folders{
    {{"vanishing"sv, Folder::vanishing}, {"kept"sv, Folder::kept}}};
constexpr std::array<std::pair<std::string_view, Ingress>, 2> ingresses{
    {{"approved"sv, Ingress::approved}, {"logged"sv, Ingress::logged}}};

void PolicyReader::workspace(const Section& section) {
  section.allow_only({"folder", "ingress", "hours"});
  auto& workspace =
      policy_.workspace;  // what the extended policy says stays where this one doesn't
  if (const auto folder = section.choice<Folder>("folder", folders)) workspace.folder = folder;
  if (const auto way = section.choice<Ingress>("ingress", ingresses)) workspace.ingress = way;
  if (const auto hours = section.integer("hours", 1, longest_workspace)) workspace.hours = hours;
}

std::string joined(const std::vector<std::string>& chain) {
  std::string text;
  for (const std::string& name : chain) text += (text.empty() ? "" : " -> ") + name;
  return text;
}

/// `chain`: the names that lead here, the last one that of the document (empty: not known yet).
Policy read_policy(std::string_view toml, const std::string& file_name, const PolicyFinder& find,
                   std::vector<std::string> chain) {
  const Document document(toml, file_name);
  document.demand_format();
  const Section root = document.root();
  const Section head = root.demand_table("policy");
  const std::string name = head.demand_text("name");
  if (chain.empty()) {
    chain.push_back(name);
  } else if (chain.back() != name) {
    head.fail(Fault::contradiction, "name",
              "the policy found as " + chain.back() + " calls itself " + name);
  }
  Policy policy;
  const std::optional<std::string> base = head.text("extends");
  if (base) {
    if (std::find(chain.begin(), chain.end(), *base) != chain.end()) {
      chain.push_back(*base);
      head.fail(Fault::contradiction, "extends", "policies extend each other: " + joined(chain));
    }
    chain.push_back(*base);
    if (chain.size() > longest_chain) {
      head.fail(Fault::contradiction, "extends", "more than 16 policies extend each other");
    }
    std::optional<std::string> text;
    if (is_policy_name(*base) && find) text = find(*base);
    if (!text) {
      head.fail(Fault::contradiction, "extends", "no policy is called \"" + *base + "\"",
                "a policy is looked for beside the one that extends it, and among those installed");
    }
    policy = read_policy(*text, *base + ".toml", find, chain);
  }
  PolicyReader(document, policy, base.has_value()).read();
  policy.source_text = std::string(toml);
  return policy;
}

}  // namespace

Policy parse_policy(std::string_view toml, const std::string& file_name, const PolicyFinder& find) {
  Policy policy = read_policy(toml, file_name, find, {});
  policy.sha256 = policy_digest(policy);
  return policy;
}

namespace {

PolicyFinder beside(const std::filesystem::path& file) {
  return [folder = file.parent_path()](std::string_view name) -> std::optional<std::string> {
    const std::filesystem::path other = folder / (std::string(name) + ".toml");
    std::error_code error;
    if (!std::filesystem::exists(other, error)) return std::nullopt;
    return read_document(other);
  };
}

}  // namespace

Policy load_policy(const std::filesystem::path& file) {
  return parse_policy(read_document(file), file.string(), beside(file));
}

std::string_view to_string(Rule rule) {
  for (const auto& [name, value] : rules) {
    if (value == rule) return name;
  }
  return {};
}

std::optional<Rule> parse_rule(std::string_view name) {
  for (const auto& [known, value] : rules) {
    if (known == name) return value;
  }
  return std::nullopt;
}

}  // namespace sceau::policies
