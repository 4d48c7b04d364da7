// What passes, what a person looks at, what fails; and how it is said.
#include <doctest/doctest.h>

#include <set>

#include "disclosure/examine.h"
#include "disclosure/messages.h"
#include "disclosure/rules.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

const std::vector<Rule> every_rule = {
    Rule::threshold,        Rule::contributors, Rule::dominance,          Rule::p_percent,
    Rule::group_disclosure, Rule::homogeneity,  Rule::degrees_of_freedom, Rule::extremes,
    Rule::quantiles,        Rule::history};

policies::Codebook pupils() {
  auto sexe = category("sexe");
  sexe.values = {{"F", {"Filles", "Girls"}}, {"M", {"Garçons", "Boys"}}};
  auto ine = category("ine");
  ine.type = policies::Type::text;
  ine.role = policies::Role::identifier;
  auto comment = category("remark");
  comment.type = policies::Type::text;
  auto handicap = category("handicap");
  handicap.sensitive = true;
  auto annee = integer("annee");
  annee.role = policies::Role::classification;
  auto boursier = integer("boursier");
  boursier.role = policies::Role::classification;
  boursier.min = Decimal{0, 0};
  boursier.max = Decimal{1, 0};
  auto note = decimal("note", 2);
  note.min = Decimal{0, 0};
  note.max = Decimal{20, 0};
  return codebook({sexe, category("uai"), ine, comment, handicap, annee, boursier, note}, {"uai"});
}

// Forty pupils in four schools; nothing here fails by itself.
std::string forty() {
  std::string lines;
  for (int i = 0; i < 40; ++i) {
    lines += std::string(i % 2 == 0 ? "F" : "M") + " u" + std::to_string(i / 2 % 4) + " i" +
             std::to_string(i) + " r non 2024 " + std::to_string(i / 10 % 2) + " " +
             std::to_string(8 + i / 2 % 5) + ".25\n";
  }
  return lines;
}

policies::Policy everything() {
  auto policy = only(every_rule);
  policy.dominance = {{1, {85, 2}, policies::AtLimit::pass}};
  policy.threshold.minimum = policy.history.minimum = 5;
  return policy;
}

Judgement judged(const Tabulation& tabulation, const policies::Policy& policy = everything()) {
  const auto book = pupils();
  Question question;
  question.tabulation = tabulation;
  return examine(question, *source(book, forty()), book, policy).judgement;
}

std::string reasons(const Judgement& judgement) {
  std::string text(to_string(judgement.verdict));
  std::set<std::string> ids;
  for (const Finding& finding : judgement.findings) ids.insert(finding.message.id);
  for (const std::string& id : ids) text += " " + id;
  return text;
}

Statistic with(Function function, Operand operand) {
  Statistic made;
  made.function = function;
  made.operand = std::move(operand);
  return made;
}

Tabulation recoded(const Recode& recode) {
  Tabulation table = tabulation({}, {count()});
  table.dimensions = {{"class", recode}};
  table.grouping_sets = {1};
  return table;
}

Recode labels(const std::string& yes, const std::string& no) {
  return {{{equals("sexe", "F"), yes}}, no, false};
}

}  // namespace

TEST_CASE("plain tables of classifications and measures pass by themselves") {
  CHECK(reasons(judged(tabulation(
            {"sexe"}, {count(), mean_of("note"), sum_of("note"), count_of("note")}))) == "pass");
  CHECK(reasons(judged(tabulation({}, {distinct("uai"), distinct("ine")}))) == "pass");
  CHECK(reasons(judged(tabulation({"vintage", "annee"}, {count()}))) == "pass");
  CHECK(reasons(judged(tabulation({"sexe"}, {mean_of("boursier")}))) == "pass");
  CHECK(reasons(judged(tabulation({"sexe"}, {with(Function::mean, equals("sexe", "F"))}))) ==
        "fail homogeneity.one_value threshold.empty");  // of the boys nobody is a girl
}

TEST_CASE("what the checker can't judge is review, with the reason") {
  const auto one = [](Function function, Operand operand) {
    return reasons(judged(tabulation({}, {with(function, std::move(operand))})));
  };
  CHECK(reasons(judged(tabulation({"sexe"}, {}))) == "review tabulation.no_statistic");
  CHECK(one(Function::sum, "annee") == "fail homogeneity.one_value tabulation.operand");
  CHECK(reasons(judged(tabulation({"remark"}, {count()}))) == "review tabulation.dimension");
  CHECK(reasons(judged(tabulation({"sexe"}, {count()}, negated(is_null("ine"))))) ==
        "review tabulation.condition");
}

TEST_CASE("a rule that is off neither judges nor asks for a person") {
  auto policy = everything();
  policy.off = {Rule::extremes, Rule::quantiles, Rule::degrees_of_freedom, Rule::group_disclosure};
  CHECK(reasons(judged(tabulation({}, {with(Function::minimum, "note")}), policy)) == "pass");
  CHECK(reasons(judged(tabulation({}, {with(Function::quantile, "note")}), policy)) == "pass");
  CHECK(reasons(judged(tabulation({}, {with(Function::variance, "note")}), policy)) == "pass");
  CHECK(reasons(judged(tabulation({"handicap"}, {count()}), policy)) == "pass");
  policy.off.insert(Rule::threshold);
  const auto judgement = judged(tabulation({"uai", "annee"}, {count()}), policy);
  for (const Rule rule : judgement.applied) CHECK(policy.enforces(rule));
}

TEST_CASE("words of the researcher leave through a reviewer only") {
  CHECK(reasons(judged(recoded(labels("F", "M")))) == "pass");
  CHECK(reasons(judged(recoded(labels("Girls", "Garçons")))) == "pass");
  CHECK(reasons(judged(recoded(labels("1", "0")))) == "pass");
  CHECK(reasons(judged(recoded(labels("17", "0")))) == "review tabulation.label");
  CHECK(reasons(judged(recoded(labels("a word", "M")))) == "review tabulation.label");
  // A code that stands for itself is no word, and only what occurs becomes a category.
  const auto called = [](const char* code, const char* label) {
    Recode recode;
    recode.cases = {{equals("uai", code), label}};
    return recoded(std::move(recode));
  };
  CHECK(reasons(judged(called("s1", "s1"))).find("tabulation.label") == std::string::npos);
  CHECK(reasons(judged(called("s1", "s2"))).find("tabulation.label") != std::string::npos);
  // Nor does one case that calls a code as it is, and never holds, let another say the same words.
  Recode smuggled;
  smuggled.cases = {{equals("uai", "a word"), "a word"}, {equals("sexe", "F"), "a word"}};
  CHECK(reasons(judged(recoded(smuggled))).find("tabulation.label") != std::string::npos);
  Recode counted;  // one label: 0 and 1 are small numbers, 2 isn't
  counted.cases = {{equals("sexe", "F"), "2"}};
  CHECK(reasons(judged(recoded(counted))).find("tabulation.label") != std::string::npos);
  Tabulation table = tabulation({}, {count()});
  table.dimensions = {{"my words", WidthBucket{"note", {0, 0}, {20, 0}, 2}}};
  table.grouping_sets = {1};
  CHECK(reasons(judged(table)) == "pass");
  const auto filtered = [](Condition filter) {
    Statistic statistic = count();
    statistic.filter = std::move(filter);
    return reasons(judged(tabulation({}, {statistic})));
  };
  CHECK(filtered(equals("sexe", "F")) == "pass");
  CHECK(filtered(differs("sexe", "a word")) == "review tabulation.constant");
  Condition above = equals("note", "");
  above.comparison = Comparison::greater_equal;
  above.constants = {Decimal{10, 0}};
  CHECK(filtered(above) == "pass");
  above.constants = {Decimal{1000000001, 8}};  // more digits than a note has
  CHECK(filtered(above) == "review tabulation.constant");
  above.constants = {Decimal{-31415, 0}};  // no note
  CHECK(filtered(above) == "review tabulation.constant");
}

TEST_CASE("nothing at all is a failure") {
  CHECK(reasons(judged(tabulation({"sexe"}, {count()}, equals("sexe", "X")))) ==
        "fail tabulation.empty");
  Tabulation hidden = tabulation({"sexe"}, {count()});
  hidden.having_minimum = 100;
  CHECK(reasons(judged(hidden)) == "fail tabulation.empty");
}

TEST_CASE("suppressed cells aren't judged, and margins beside them are review") {
  // 20 girls, 15 boys.
  Tabulation table =
      tabulation({"sexe"}, {count()}, negated(both(equals("uai", "u1"), equals("sexe", "M"))));
  auto policy = only({Rule::threshold});
  policy.threshold.minimum = 15;
  CHECK(reasons(judged(table, policy)) == "pass");
  policy.threshold.minimum = 16;
  CHECK(reasons(judged(table, policy)) == "fail threshold.below");
  table.having_minimum = 16;
  CHECK(reasons(judged(table, policy)) == "pass");
  table.grouping_sets = {1, 0};
  CHECK(reasons(judged(table, policy)) == "review tabulation.suppressed_margins");
  table.having_minimum = 15;  // less than the policy's: what is shown is judged
  CHECK(reasons(judged(table, policy)) == "fail threshold.below");
}

TEST_CASE("an output that is no tabulation is review, and says why") {
  const auto judgement = not_a_tabulation({"sql.limit", {"LIMIT"}});
  CHECK(judgement.verdict == Verdict::review);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].rule == Rule::tabulation);
  CHECK(text(judgement.findings[0].message, "en") == "sql.limit LIMIT");
  CHECK(
      to_json(judgement, "a.png", nullptr, 0, "en") ==
      R"json({"name":"a.png","kind":"file","verdict":"review","findings":[{"rule":"tabulation","verdict":"review","cell":{},"message":"sql.limit LIMIT"}]})json");
}

TEST_CASE("verdict.json names rule, cell, what was measured and the limit") {
  const auto book = codebook({category("academie"), category("sexe")});
  Question question;
  question.tabulation = cube(tabulation({"academie", "sexe"}, {count()}));
  const auto judgement = examine(question, *source(book, "CORSE F CORSE F CORSE F CORSE -"), book,
                                 only({Rule::threshold}))
                             .judgement;
  const std::string json = to_json(judgement, "effectifs.csv", &question.tabulation, 6, "en");
  CHECK(json.starts_with(
      R"json({"name":"effectifs.csv","kind":"table","store":"pupils","verdict":"fail","statistics":["count(*)"],"cells":6,"findings":[{"rule":"threshold","verdict":"fail","cell":{"academie":"CORSE","sexe":"F"},"statistic":"count(*)","measured":3,"limit":10,"message":)json"));
  CHECK(json.find(R"json("cell":{"academie":"CORSE","sexe":null})json") != std::string::npos);
  CHECK(json.find(R"json("cell":{"academie":"CORSE","sexe":"Total"})json") != std::string::npos);
}

TEST_CASE("findings stand worst first, then by rule, then as the cells do") {
  auto policy = everything();
  policy.threshold.minimum = 21;
  const auto judgement = judged(tabulation({"sexe"}, {count(), sum_of("annee")}), policy);
  REQUIRE(judgement.findings.size() >= 3);
  CHECK(judgement.findings[0].cell[0].code == "F");
  CHECK(judgement.findings.back().verdict == Verdict::review);
  for (std::size_t i = 1; i < judgement.findings.size(); ++i) {
    CHECK(judgement.findings[i - 1].verdict >= judgement.findings[i].verdict);
  }
}

TEST_CASE("every message has words, every rule a remedy, and no argument is lost") {
  for (const auto id : message_ids()) {
    const std::string words = text({std::string(id), {"A1", "B2", "C3", "D4"}}, "en");
    CHECK(words.find('{') == std::string::npos);
    CHECK(words.size() > 20);
  }
  for (const Rule rule : every_rule) {
    Finding finding;
    finding.rule = rule;
    CHECK_FALSE(remedy(finding, "fr").empty());
  }
}

TEST_CASE("verdicts are ordered and read back") {
  CHECK(worst(Verdict::pass, Verdict::review) == Verdict::review);
  CHECK(worst(Verdict::fail, Verdict::review) == Verdict::fail);
  for (const Verdict verdict : {Verdict::pass, Verdict::review, Verdict::fail}) {
    CHECK(parse_verdict(to_string(verdict)) == verdict);
  }
  CHECK_FALSE(parse_verdict("ok"));
}

TEST_CASE("rows without a known unit or contributor never make a cell safe") {
  const auto book = codebook({category("u"), category("k"), integer("x")}, {"k"}, "u");
  auto policy = only({Rule::threshold, Rule::contributors});
  policy.threshold.minimum = 2;
  policy.threshold.zeros = policies::Zeros::safe;
  policy.contributors.minimum = 2;
  Question question;
  question.tabulation = tabulation({}, {count()});
  const auto verdict = [&](const std::string& lines) {
    return examine(question, *source(book, lines), book, policy).judgement.verdict;
  };
  CHECK(verdict("a k 1  b l 1") == Verdict::pass);
  CHECK(verdict("a k 1  - l 1") == Verdict::fail);
  CHECK(verdict("a k 1  b - 1") == Verdict::fail);
  CHECK(verdict("- k 1  - l 1") == Verdict::fail);
  CHECK(verdict("a k 1  a l 1") == Verdict::fail);  // two rows of one unit
}

TEST_CASE("negatives are compared by size, or sent to a person, cell by cell") {
  const auto book = codebook({category("c"), category("k"), integer("x")}, {"k"});
  const std::string lines = "a p 100  a q -90  a r 20  b p 50  b q 50  b r 50";
  Question question;
  question.tabulation = tabulation({"c"}, {sum_of("x")});
  auto policy = only({Rule::p_percent});
  CHECK(examine(question, *source(book, lines), book, policy).judgement.verdict == Verdict::pass);
  policy.p_percent.negatives = policies::Negatives::review;
  const auto judgement = examine(question, *source(book, lines), book, policy).judgement;
  CHECK(judgement.verdict == Verdict::review);
  CHECK(found(judgement, Rule::p_percent) == std::vector<std::string>{"a"});
}

}  // namespace sceau::disclosure
