// Policies: what is read, what is refused and where, what is inherited, and the canonical text.

#include "policies/policy.h"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <vector>

#include "policies/explain.h"
#include "policies/fault.h"
#include "policies/file_rules.h"

using namespace sceau::policies;

namespace {

const std::string whole = R"(format = 1
[policy]
name = "site"
version = "2026.1"
exploration = "rows"
reviewers = { pass = 0, review = 1, fail = 2 }
off = []
[threshold]
minimum = 10
zeros = "disclosive"
[contributors]
minimum = 3
[[dominance]]
n = 1
share = 0.85
at_limit = "pass"
[[dominance]]
n = 2
share = 0.90
at_limit = "fail"
[p_percent]
share = 0.10
negatives = "absolute"
[group_disclosure]
share = 0.90
[homogeneity]
verdict = "fail"
[degrees_of_freedom]
minimum = 10
[extremes]
minimum = 10
[quantiles]
minimum = 10
[history]
scope = "population"
minimum = 10
[rounding]
base = 5
)";

std::string with(const std::string& from, const std::string& to, std::string text = whole) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

Policy parse(const std::string& text, const std::map<std::string, std::string>& others = {}) {
  return parse_policy(text, "p.toml", [&](std::string_view name) -> std::optional<std::string> {
    const auto found = others.find(std::string(name));
    return found == others.end() ? std::nullopt : std::optional(found->second);
  });
}

struct Refusal {
  Fault fault = Fault::unreadable;
  std::string what;
  std::string hint;
};

Refusal refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const PolicyError& error) {
    return {error.fault(), error.what(), error.hint()};
  }
  FAIL("nothing was refused");
  return {};
}

}  // namespace

TEST_CASE("a whole policy is read, key by key") {
  const Policy policy = parse(whole);
  CHECK(policy.name == "site");
  CHECK(policy.version == "2026.1");
  CHECK(policy.exploration == Exploration::rows);
  CHECK(policy.reviewers.fail == 2);
  CHECK(policy.off.empty());
  CHECK(policy.threshold.minimum == 10);
  CHECK(policy.threshold.zeros == Zeros::disclosive);
  CHECK(policy.contributors.minimum == 3);
  REQUIRE(policy.dominance.size() == 2);
  CHECK(policy.dominance[0].share == Decimal{85, 2});
  CHECK(policy.dominance[0].at_limit == AtLimit::pass);
  CHECK(policy.dominance[1].n == 2);
  CHECK(policy.dominance[1].share == Decimal{9, 1});
  CHECK(policy.dominance[1].at_limit == AtLimit::fail);
  CHECK(policy.p_percent.share == Decimal{1, 1});
  CHECK(policy.history.scope == HistoryScope::population);
  CHECK(policy.rounding.base == 5);
  CHECK(policy.source_text == whole);
  CHECK(policy.enforces(Rule::quantiles));
}

TEST_CASE("a faulty policy is refused with the place and the next step") {
  struct Case {
    std::string text;
    Fault fault;
    std::string what;
    std::string hint;
  };
  const std::vector<Case> cases = {
      {with("format = 1\n", ""), Fault::missing, "p.toml:1:1: format is missing", "format = 1"},
      {with("format = 1", "format = 2"), Fault::wrong_type, "p.toml:1:1: format must be 1",
       "format"},
      {with("format = 1", "format = \"1\""), Fault::wrong_type, "p.toml:1:1: format must be 1", ""},
      {with("[policy]", "[polici]"), Fault::missing, "policy is missing", "write [policy]"},
      {with("[threshold]", "[treshold]"), Fault::unknown_key,
       "p.toml:8:2: unknown key \"treshold\"", "did you mean \"threshold\"?"},
      {with("zeros =", "\"zéros\" ="), Fault::unknown_key,
       "p.toml:10:1: unknown key \"threshold.zéros\"", "did you mean \"zeros\"?"},
      {with("zeros = \"disclosive\"\n", ""), Fault::missing,
       "p.toml:8:1: threshold.zeros is missing", ""},
      {with("\"disclosive\"", "\"dislcosive\""), Fault::wrong_type,
       "p.toml:10:1: threshold.zeros is \"dislcosive\", not disclosive | safe",
       "did you mean \"disclosive\"?"},
      {with("minimum = 10", "minimum = 0"), Fault::wrong_type,
       "p.toml:9:1: threshold.minimum must be a whole number from 1 to 1000000000", ""},
      {with("minimum = 10", "minimum = \"10\""), Fault::wrong_type, "p.toml:9:1", ""},
      {with("minimum = 10", "minimum = 10.0"), Fault::wrong_type, "p.toml:9:1", ""},
      {with("[contributors]\nminimum = 3\n", ""), Fault::missing,
       "p.toml:1:1: the rule contributors is missing", "off = [\"contributors\"]"},
      {with("[homogeneity]\nverdict = \"fail\"\n", ""), Fault::missing,
       "the rule homogeneity is missing", "write [homogeneity]"},
      {with("share = 0.85", "share = 85"), Fault::wrong_type,
       "p.toml:15:1: dominance.share must be above 0 and at most 1", "0.85"},
      {with("share = 0.85", "share = 0"), Fault::wrong_type, "p.toml:15:1", ""},
      {with("share = 0.85", "share = -0.1"), Fault::wrong_type, "p.toml:15:1", ""},
      {with("share = 0.85", "share = nan"), Fault::wrong_type, "p.toml:15:1", ""},
      {with("share = 0.85", "share = inf"), Fault::wrong_type, "p.toml:15:1", ""},
      {with("share = 0.85", "share = 1e-300"), Fault::wrong_type, "p.toml:15:1", ""},
      {with("n = 1", "n = 9"), Fault::wrong_type,
       "p.toml:14:1: dominance.n must be a whole number from 1 to 8", ""},
      {with("off = []", "off = [\"p_procent\"]"), Fault::wrong_type,
       "p.toml:7:1: policy.off names \"p_procent\", which is no rule", "p_percent"},
      {with("off = []", "off = [\"tabulation\"]"), Fault::wrong_type, "p.toml:7:1", ""},
      {with("off = []", "off = \"p_percent\""), Fault::wrong_type,
       "p.toml:7:1: policy.off must be a list of texts", "off = ["},
      {with("review = 1", "review = 0"), Fault::wrong_type,
       "policy.reviewers.review must be a whole number from 1 to 9", ""},
      {with("fail = 2", "fail = 0"), Fault::wrong_type, "policy.reviewers.fail must be", ""},
      {with("review = 1", "review = 3"), Fault::contradiction,
       "p.toml:6:1: policy.reviewers must not ask for fewer reviewers", "pass <= review <= fail"},
      {with("name = \"site\"", "name = \"../site\""), Fault::wrong_type, "p.toml:3:1", "a-z"},
      {with("version = \"2026.1\"", "version = \"a b\""), Fault::wrong_type, "p.toml:4:1", ""},
      {with("version = \"2026.1\"", "version = 2026.1"), Fault::wrong_type,
       "p.toml:4:1: policy.version must be a text in quotes", ""},
      {with("version = \"2026.1\"", "name = \"twice\""), Fault::syntax, "p.toml:4:", ""},
      {with("[rounding]", "[threshold]"), Fault::syntax, "p.toml:37:", ""},
      {with("minimum = 10", "minimum = "), Fault::syntax, "p.toml:9:", ""},
      {with("base = 5", "base = 1"), Fault::wrong_type, "p.toml:38:1", ""},
      {whole + "[witness]\n", Fault::missing, "witness.max_age_hours", ""},
      {whole + "[witness]\nmax_age_hours = -1\n", Fault::wrong_type,
       "witness.max_age_hours must be a whole number from 0 to 8760", ""},
      {whole + "[witness]\nmax_age_hour = 1\n", Fault::unknown_key, "max_age_hour",
       "max_age_hours"},
      {with("off = []", "extends = \"nowhere\""), Fault::contradiction,
       "p.toml:7:1: no policy is called \"nowhere\"", "beside"},
      {with("off = []", "extends = \"../etc\""), Fault::contradiction, "p.toml:7:1", ""},
      {with("off = []", "extends = \"site\""), Fault::contradiction,
       "policies extend each other: site -> site", ""},
  };
  for (const Case& item : cases) {
    CAPTURE(item.what);
    const Refusal found = refusal([&] { (void)parse(item.text); });
    CHECK(found.fault == item.fault);
    CHECK_MESSAGE(found.what.find(item.what) != std::string::npos, found.what);
    CHECK_MESSAGE(found.hint.find(item.hint) != std::string::npos, found.hint);
  }
}

TEST_CASE("each rule must stand in the policy or be off") {
  const std::map<std::string, std::string> tables = {
      {"threshold", "[threshold]\nminimum = 10\nzeros = \"disclosive\"\n"},
      {"contributors", "[contributors]\nminimum = 3\n"},
      {"p_percent", "[p_percent]\nshare = 0.10\nnegatives = \"absolute\"\n"},
      {"group_disclosure", "[group_disclosure]\nshare = 0.90\n"},
      {"homogeneity", "[homogeneity]\nverdict = \"fail\"\n"},
      {"degrees_of_freedom", "[degrees_of_freedom]\nminimum = 10\n"},
      {"extremes", "[extremes]\nminimum = 10\n"},
      {"quantiles", "[quantiles]\nminimum = 10\n"},
      {"history", "[history]\nscope = \"population\"\nminimum = 10\n"},
      {"dominance",
       "[[dominance]]\nn = 1\nshare = 0.85\nat_limit = \"pass\"\n[[dominance]]\nn = 2\nshare = "
       "0.90\nat_limit = \"fail\"\n"},
  };
  for (const auto& [name, table] : tables) {
    CAPTURE(name);
    const std::string without = with(table, "");
    const Refusal found = refusal([&] { (void)parse(without); });
    CHECK(found.fault == Fault::missing);
    CHECK(found.what.find("the rule " + name + " is missing") != std::string::npos);
    const Policy off = parse(with("off = []", "off = [\"" + name + "\"]", without));
    CHECK_FALSE(off.enforces(*parse_rule(name)));
    CHECK(canonical_text(off).find("\n" + name + "=off\n") != std::string::npos);
  }
}

TEST_CASE("a policy that extends another changes only what it names") {
  const std::string child = R"(format = 1
[policy]
name = "child"
version = "1"
extends = "site"
[threshold]
minimum = 20
)";
  const Policy policy = parse(child, {{"site", whole}});
  CHECK(policy.name == "child");
  CHECK(policy.threshold.minimum == 20);
  CHECK(policy.threshold.zeros == Zeros::disclosive);
  CHECK(policy.dominance.size() == 2);
  CHECK(policy.source_text == child);

  const std::string grandchild = R"(format = 1
[policy]
name = "grandchild"
version = "1"
extends = "child"
off = ["dominance", "p_percent"]
[[dominance]]
n = 1
share = 1
at_limit = "fail"
)";
  const Policy second = parse(grandchild, {{"site", whole}, {"child", child}});
  CHECK(second.threshold.minimum == 20);
  CHECK(second.off == std::set<Rule>{Rule::dominance, Rule::p_percent});
  REQUIRE(second.dominance.size() == 1);
  CHECK(second.dominance[0].share == Decimal{1, 0});
}

TEST_CASE("a rule that an extended policy switched off comes back whole or not at all") {
  const std::string lax =
      with("name = \"site\"", "name = \"lax\"",
           with("off = []", "off = [\"threshold\"]",
                with("[threshold]\nminimum = 10\nzeros = \"disclosive\"\n", "")));
  const std::string head =
      "format = 1\n[policy]\nname = \"child\"\nversion = \"1\"\nextends = \"lax\"\n";
  const std::map<std::string, std::string> others = {{"lax", lax}};
  CHECK_FALSE(parse(head, others).enforces(Rule::threshold));

  const std::string limits = "[threshold]\nminimum = 7\n";
  CHECK(refusal([&] { (void)parse(head + limits, others); }).fault == Fault::contradiction);
  const Refusal half = refusal([&] { (void)parse(head + "off = []\n" + limits, others); });
  CHECK(half.fault == Fault::missing);
  CHECK(half.what.find("threshold.zeros is missing") != std::string::npos);
  CHECK(refusal([&] { (void)parse(head + "off = []\n", others); }).fault == Fault::missing);
  const Policy back = parse(head + "off = []\n" + limits + "zeros = \"safe\"\n", others);
  CHECK(back.enforces(Rule::threshold));
  CHECK(back.threshold.minimum == 7);
}

TEST_CASE("circles and impostors among extended policies are refused") {
  const auto extending = [](const std::string& name, const std::string& base) {
    return "format = 1\n[policy]\nname = \"" + name + "\"\nversion = \"1\"\nextends = \"" + base +
           "\"\n";
  };
  const Refusal circle = refusal([&] {
    (void)parse(extending("a", "b"), {{"b", extending("b", "c")}, {"c", extending("c", "a")}});
  });
  CHECK(circle.fault == Fault::contradiction);
  CHECK(circle.what == "c.toml:5:1: policies extend each other: a -> b -> c -> a");
  const Refusal impostor = refusal([&] { (void)parse(extending("a", "b"), {{"b", whole}}); });
  CHECK(impostor.what.find("the policy found as b calls itself site") != std::string::npos);
  std::map<std::string, std::string> chain;
  for (int i = 0; i < 40; ++i) {
    chain["p" + std::to_string(i)] =
        extending("p" + std::to_string(i), "p" + std::to_string(i + 1));
  }
  CHECK(refusal([&] { (void)parse(extending("q", "p0"), chain); }).fault == Fault::contradiction);
}

TEST_CASE("equal policies have equal canonical texts") {
  const Policy policy = parse(whole);
  CHECK(policy.sha256.size() == 64);
  CHECK(parse(whole + "# a comment\n").sha256 == policy.sha256);
  CHECK(parse(with("share = 0.90", "share = 0.9")).sha256 == policy.sha256);
  const std::string first = "[[dominance]]\nn = 1\nshare = 0.85\nat_limit = \"pass\"\n";
  CHECK(parse(with(first, "") + first).sha256 == policy.sha256);
}

TEST_CASE("each number and each word of a policy changes its hash") {
  const Policy policy = parse(whole);
  std::set<std::string> seen = {policy.sha256};
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"\"site\"", "\"sites\""},
      {"2026.1", "2026.2"},
      {"\"rows\"", "\"aggregates\""},
      {"pass = 0", "pass = 1"},
      {"review = 1", "review = 2"},
      {"fail = 2", "fail = 3"},
      {"[threshold]\nminimum = 10", "[threshold]\nminimum = 11"},
      {"\"disclosive\"", "\"safe\""},
      {"minimum = 3", "minimum = 4"},
      {"n = 1", "n = 3"},
      {"share = 0.85", "share = 0.86"},
      {"at_limit = \"pass\"", "at_limit = \"fail\""},
      {"n = 2", "n = 3"},
      {"share = 0.90\nat", "share = 0.91\nat"},
      {"share = 0.10", "share = 0.11"},
      {"\"absolute\"", "\"review\""},
      {"[group_disclosure]\nshare = 0.90", "[group_disclosure]\nshare = 0.95"},
      {"verdict = \"fail\"", "verdict = \"review\""},
      {"[degrees_of_freedom]\nminimum = 10", "[degrees_of_freedom]\nminimum = 11"},
      {"[extremes]\nminimum = 10", "[extremes]\nminimum = 11"},
      {"[quantiles]\nminimum = 10", "[quantiles]\nminimum = 11"},
      {"\"population\"", "\"project\""},
      {"\"population\"\nminimum = 10", "\"population\"\nminimum = 11"},
      {"base = 5", "base = 10"},
      {"base = 5", "base = 5\n[witness]\nmax_age_hours = 24"},
      {"base = 5", "base = 5\n[witness]\nmax_age_hours = 25"},
      {"off = []", "off = [\"quantiles\"]"},
  };
  for (const auto& [from, to] : changes) {
    CAPTURE(to);
    CHECK(seen.insert(parse(with(from, to)).sha256).second);
  }
}

TEST_CASE("a policy says which files may leave, and one that doesn't keeps its hash") {
  const auto rules = [](const std::string& text) { return parse(text).files; };
  const auto plain = parse(whole);
  CHECK(!rules(whole).types.has_value());
  CHECK(explain(rules(whole), "en").empty());
  CHECK(parse(whole + "[files]\n").sha256 == plain.sha256);
  CHECK(parse(whole + "[files]\nmax_bytes = 0\n").sha256 == plain.sha256);
  const std::string all =
      "[files]\ntypes = [\"text\", \"csv\", \"json\", \"notebook\", \"svg\", \"png\", \"jpeg\", "
      "\"pdf\", \"rdata\"]\n";
  CHECK(parse(whole + all).sha256 == plain.sha256);
  const std::string narrow = whole + "[files]\ntypes = [\"png\", \"csv\"]\nmax_bytes = 1000\n";
  CHECK(parse(narrow).sha256 != plain.sha256);
  CHECK(rules(narrow).types == std::set<FileType>{FileType::csv, FileType::png});
  CHECK(rules(narrow).max_bytes == 1000);
  CHECK(canonical_text(rules(narrow)) == "files.types=csv,png\nfiles.max_bytes=1000\n");
  CHECK(explain(rules(narrow), "en") ==
        "files: what is no table may be of type csv, png, of at most 1000 bytes.");
  CHECK(explain(rules(whole + "[files]\ntypes = []\n"), "fr") ==
        "files\u00A0: seuls des tableaux peuvent sortir.");
  const PolicyFinder find = [&](std::string_view) { return std::optional(narrow); };
  const std::string child =
      "format = 1\n[policy]\nname = \"room\"\nversion = \"1\"\nextends = \"" + plain.name + "\"\n";
  CHECK(parse_policy(child, "room.toml", find).files.max_bytes == 1000);
  CHECK(parse_policy(child + "[files]\nmax_bytes = 5\n", "room.toml", find).files.types->size() ==
        2);
  CHECK_THROWS_AS((void)rules(whole + "[files]\ntypes = [\"exe\"]\n"), PolicyError);
  CHECK_THROWS_AS((void)rules(whole + "[files]\nmax_bytes = -1\n"), PolicyError);
  CHECK_THROWS_AS((void)rules(whole + "[files]\nlargest = 1\n"), PolicyError);
}

TEST_CASE(
    "a policy says what a workspace may keep and let in, and one that doesn't keeps its hash") {
  const auto plain = parse(whole);
  CHECK(!plain.workspace.folder);
  CHECK(parse(whole + "[workspace]\n").sha256 == plain.sha256);
  const auto narrow =
      parse(whole + "[workspace]\nfolder = \"vanishing\"\ningress = \"approved\"\n");
  CHECK(narrow.sha256 != plain.sha256);
  CHECK(narrow.workspace.folder == Folder::vanishing);
  CHECK(narrow.workspace.ingress == Ingress::approved);
  CHECK(!narrow.workspace.hours);
  CHECK(explain(narrow.workspace, "en") ==
        "workspace: the folder vanishes at the end; a reviewer admits what is brought in.");
  CHECK(explain(narrow, "fr").back() ==
        "workspace\u00A0: le dossier disparaît à la fin\u202F; un relecteur admet ce qui est "
        "apporté.");
  const auto text = narrow.source_text;
  const PolicyFinder find = [&](std::string_view) { return std::optional(text); };
  const auto child =
      parse_policy("format = 1\n[policy]\nname = \"room\"\nversion = \"1\"\nextends = \"" +
                       plain.name + "\"\n[workspace]\nhours = 8\nfolder = \"kept\"\n",
                   "room.toml", find);
  CHECK(child.workspace.hours == 8);
  CHECK(child.workspace.folder == Folder::kept);
  CHECK(child.workspace.ingress == Ingress::approved);
  for (const char* wrong : {"folder = \"open\"", "ingress = \"never\"", "hours = 0", "hours = 745",
                            "memory = \"1G\""}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS((void)parse(whole + "[workspace]\n" + wrong + "\n"), PolicyError);
  }
}

TEST_CASE("a policy asks for a witness by hours; none, or 0, asks for nothing") {
  const Policy plain = parse(whole);
  CHECK(plain.witness.max_age_hours == 0);
  CHECK(parse(whole + "[witness]\nmax_age_hours = 0\n").sha256 == plain.sha256);
  const std::string asking = whole + "[witness]\nmax_age_hours = 24\n";
  CHECK(parse(asking).witness.max_age_hours == 24);
  const PolicyFinder find = [&](std::string_view) { return std::optional<std::string>(asking); };
  const std::string child =
      "format = 1\n[policy]\nname = \"room\"\nversion = \"1\"\nextends = \"site\"\n";
  CHECK(parse_policy(child, "room.toml", find).witness.max_age_hours == 24);
  CHECK(parse_policy(child + "[witness]\nmax_age_hours = 0\n", "room.toml", find)
            .witness.max_age_hours == 0);
}

TEST_CASE("history.opaque may be left out, and then nothing changes, the hash neither") {
  const auto before = parse(whole);
  CHECK(before.history.opaque == OpaqueReleases::review);
  const auto saying = [](const std::string& value) {
    return with("[history]\n", "[history]\nopaque = \"" + value + "\"\n");
  };
  CHECK(parse(saying("review")).sha256 == before.sha256);
  const auto ignoring = parse(saying("ignore"));
  CHECK(ignoring.history.opaque == OpaqueReleases::ignore);
  CHECK(ignoring.sha256 != before.sha256);
  CHECK(canonical_text(ignoring).find("history.opaque=ignore\n") != std::string::npos);
  CHECK_THROWS_AS((void)parse(saying("never")), PolicyError);
  const std::string child =
      "format = 1\n[policy]\nname = \"child\"\nversion = \"1\"\nextends = \"site\"\n";
  const std::map<std::string, std::string> others = {{"site", saying("ignore")}};
  CHECK(parse(child, others).history.opaque == OpaqueReleases::ignore);
  CHECK(parse(child + "[history]\nopaque = \"review\"\n", others).history.opaque ==
        OpaqueReleases::review);
}

TEST_CASE("rule names are read back") {
  for (const Rule rule : {Rule::threshold, Rule::contributors, Rule::dominance, Rule::p_percent,
                          Rule::group_disclosure, Rule::homogeneity, Rule::degrees_of_freedom,
                          Rule::extremes, Rule::quantiles, Rule::history, Rule::tabulation}) {
    CHECK(parse_rule(to_string(rule)) == rule);
  }
  CHECK(parse_rule("Threshold") == std::nullopt);
}
