// Attacks by bounds: nothing follows by sums and differences, and yet few are told, since nobody is
// less than nought. And tables that are ordinary, which pass.
#include <doctest/doctest.h>

#include <algorithm>

#include "disclosure/history.h"
#include "disclosure/prime_field.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

Judgement judged(const Question& question, const Source& rows, const policies::Codebook& book) {
  auto policy = only({Rule::threshold, Rule::history});
  policy.threshold.minimum = policy.history.minimum = 10;
  policy.threshold.zeros = policies::Zeros::safe;
  return examine(question, rows, book, policy).judgement;
}

Tabulation hiding(Tabulation made) {
  made.having_minimum = 10;
  return made;
}

// A variable whose codes the codebook names, so that a hidden line's label tells nothing.
policies::Variable listed(const std::string& name, const std::vector<std::string>& codes) {
  auto made = category(name);
  for (const std::string& code : codes) made.values.push_back({code, {code, code}});
  return made;
}

// The ids of the findings, all of one kind once.
std::vector<std::string> ids(const Judgement& judgement) {
  std::vector<std::string> found;
  for (const Finding& finding : judgement.findings) found.push_back(finding.message.id);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Condition in(const std::string& variable, std::vector<Constant> codes) {
  Condition made;
  made.kind = Condition::Kind::in_list;
  made.variable = variable;
  made.constants = std::move(codes);
  return made;
}

}  // namespace

TEST_CASE("attack: two hidden schools of under ten whose 18 pupils are left: each has nine") {
  const auto book = codebook({listed("ecole", {"a", "b", "c", "d"})});
  const auto full =
      source(book, repeat(20, "a ") + repeat(30, "b ") + repeat(9, "c ") + repeat(9, "d "));
  Question question;
  question.tabulation = hiding(cube(tabulation({"ecole"}, {count()})));
  const Judgement judgement = judged(question, *full, book);
  CHECK(judgement.verdict == Verdict::fail);
  CHECK(ids(judgement) == std::vector<std::string>{"history.own_suppressed_narrowed"});
  for (const Finding& finding : judgement.findings) {
    CHECK(!finding.measured);  // the number isn't told by the finding
    CHECK((finding.cell.at(0).code == "c" || finding.cell.at(0).code == "d"));
  }
  // 17: nine and eight, either way round: two numbers for each.
  const auto odd =
      source(book, repeat(20, "a ") + repeat(30, "b ") + repeat(9, "c ") + repeat(8, "d "));
  CHECK(ids(judged(question, *odd, book)) ==
        std::vector<std::string>{"history.own_suppressed_narrowed"});
  // 16: seven to nine.
  const auto wide =
      source(book, repeat(20, "a ") + repeat(30, "b ") + repeat(8, "c ") + repeat(8, "d "));
  CHECK(judged(question, *wide, book).verdict == Verdict::pass);
}

TEST_CASE("attack: what one table hides is narrowed by a sum of the next") {
  const auto book = codebook({listed("ecole", {"a", "b", "c", "d"})});
  const auto rows =
      source(book, repeat(20, "a ") + repeat(30, "b ") + repeat(9, "c ") + repeat(9, "d "));
  Question question;
  question.project = "mine";
  question.tabulation = hiding(tabulation({"ecole"}, {count()}));
  CHECK(judged(question, *rows, book).verdict == Verdict::pass);
  const Tabulation both_schools = tabulation({}, {count()}, in("ecole", {"c", "d"}));
  SUBCASE("the sum comes second") {
    question.history = {{"R-1", 1, "mine", false, question.tabulation}};
    question.tabulation = both_schools;
    const Judgement judgement = judged(question, *rows, book);
    CHECK(ids(judgement) == std::vector<std::string>{"history.together_narrowed"});
    CHECK(judgement.verdict == Verdict::fail);
    CHECK(judgement.findings.at(0).earlier == "R-1/1");
    CHECK(text(judgement.findings[0].message, "en").find("fewer than 10 units") !=
          std::string::npos);
  }
  SUBCASE("the sum came first, by another project, and a table that takes no part") {
    question.history = {
        {"R-1", 1, "theirs", false, both_schools},
        {"R-2", 1, "mine", false, tabulation({}, {count()}, in("ecole", {"a", "b"}))}};
    const Judgement judgement = judged(question, *rows, book);
    CHECK(ids(judgement) == std::vector<std::string>{"history.together_suppressed_narrowed"});
    CHECK(judgement.findings.at(0).earlier == "R-1/1");
    CHECK(judgement.findings[0].earlier_project == "theirs");
    CHECK(judgement.findings[0].message.args == std::vector<std::string>{"R-1/1", ""});
  }
  SUBCASE("it was so before, and the next table adds nothing to it") {
    question.history = {{"R-1", 1, "mine", false, question.tabulation},
                        {"R-2", 1, "mine", false, both_schools}};
    question.tabulation = tabulation({}, {count()}, in("ecole", {"a", "b"}));
    CHECK(judged(question, *rows, book).verdict == Verdict::pass);
  }
}

TEST_CASE("ordinary tables are left alone: a plain one, a nested one, two with a common margin") {
  const auto book = codebook(
      {category("academie"), category("departement"), category("sexe"), category("serie")});
  std::string lines;
  std::uint64_t state = 3;
  for (int i = 0; i < 3000; ++i) {  // small joint cells that no table shows
    const auto departement = draw(state) % 6;
    lines += std::to_string(departement / 3) + " " + std::to_string(departement) + " " +
             (draw(state) % 2 == 0 ? "F " : "M ") +
             std::to_string((draw(state) % 12) * (draw(state) % 12) / 12) + "\n";
  }
  const auto rows = source(book, lines);
  Question question;
  const std::vector<Tabulation> tables = {
      tabulation({"academie"}, {count()}),      cube(tabulation({"academie", "sexe"}, {count()})),
      tabulation({"departement"}, {count()}),   tabulation({"departement", "sexe"}, {count()}),
      tabulation({"serie"}, {count()}),         tabulation({"academie", "serie"}, {count()}),
      tabulation({"sexe", "serie"}, {count()}),
  };
  for (const Tabulation& one : tables) {
    question.tabulation = hiding(one);
    const Judgement judgement = judged(question, *rows, book);
    CAPTURE(ids(judgement));
    CHECK(judgement.verdict == Verdict::pass);
    question.history.push_back(
        {"R-" + std::to_string(question.history.size()), 1, "", false, question.tabulation});
  }
}

TEST_CASE("what can't be settled within the budget is for a person, said so") {
  const auto book = codebook({category("a"), category("b")});
  const auto rows =
      source(book, repeat(12, "x u ") + repeat(3, "x v ") + repeat(2, "y u ") + repeat(14, "y v "));
  Question question;
  question.history = {{"R-1", 1, "", false, tabulation({"a"}, {count()})}};
  question.tabulation = tabulation({"b"}, {count()});
  auto policy = only({Rule::history});
  const Table table = tabulate(question.tabulation, *rows, book);
  CHECK(judge_history(table, question, *rows, book, policy).empty());
  HistoryBudget budget;
  budget.bounds = {0, 0};
  const auto found = judge_history(table, question, *rows, book, policy, {}, budget);
  REQUIRE(found.size() == 1);
  CHECK(found[0].finding.verdict == Verdict::review);
  CHECK(found[0].finding.message.id == "history.in_doubt");
  CHECK(found[0].finding.message.args == std::vector<std::string>{"2"});
}

}  // namespace sceau::disclosure
