// Attacks on the release history, each table harmless by itself: the last one is refused.
#include <doctest/doctest.h>

#include <set>

#include "disclosure/history.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

Judgement judged(const Question& question, const Source& rows, const policies::Codebook& book,
                 std::int64_t minimum = 10) {
  auto policy = only({Rule::threshold, Rule::history});
  policy.threshold.minimum = policy.history.minimum = minimum;
  policy.threshold.zeros = policies::Zeros::safe;
  return examine(question, rows, book, policy).judgement;
}

Condition any_of(std::vector<Condition> parts) {
  Condition made;
  made.kind = Condition::Kind::any_of;
  made.parts = std::move(parts);
  return made;
}

// Judges each table after those that passed before it; the ids of the last one's findings.
std::vector<std::string> one_after_another(const std::vector<Tabulation>& tables,
                                           const Source& rows, const policies::Codebook& book,
                                           Question& last) {
  last = {};
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    last.tabulation = tables[i];
    const Judgement judgement = judged(last, rows, book);
    if (i + 1 < tables.size()) {
      CHECK(judgement.verdict == Verdict::pass);
      last.history.push_back({"R-" + std::to_string(i + 1), 1, "", false, tables[i]});
    } else {
      for (const Finding& finding : judgement.findings) ids.push_back(finding.message.id);
    }
  }
  return ids;
}

}  // namespace

TEST_CASE("attack: a tracker of three harmless counts: each overlaps, none holds another") {
  // One pupil is in z; x, y, w hold 20 each. x or z, y or z, x or y: 21 + 21 - 40 = 2 z.
  const auto book = codebook({category("k")});
  const auto rows = source(book, repeat(20, "x ") + repeat(20, "y ") + repeat(20, "w ") + "z");
  const auto either = [](const std::string& a, const std::string& b) {
    return tabulation({}, {count()}, any_of({equals("k", a), equals("k", b)}));
  };
  Question last;
  const auto ids =
      one_after_another({either("x", "z"), either("y", "z"), either("x", "y")}, *rows, book, last);
  CHECK(ids == std::vector<std::string>{"history.together_threshold"});
  const Judgement judgement = judged(last, *rows, book);
  CHECK(judgement.verdict == Verdict::fail);
  CHECK(judgement.findings[0].measured == 1.0);
  CHECK(judgement.findings[0].earlier == "R-2/1");
  CHECK(text(judgement.findings[0].message, "en").find("R-2/1, R-1/1 gives 1 units away") !=
        std::string::npos);
  // With others in place of z nothing small follows.
  const auto enough = source(book, repeat(20, "x ") + repeat(20, "y ") + repeat(10, "z "));
  CHECK(
      one_after_another({either("x", "z"), either("y", "z"), either("x", "y")}, *enough, book, last)
          .empty());
}

TEST_CASE("attack: two pupils follow from three tables, neither by itself") {
  // p and q, one each, are never told apart but by w: {x,p}, {y,q}, {x,y}.
  const auto book = codebook({category("k")});
  const auto rows = source(book, repeat(20, "x ") + repeat(20, "y ") + "p q");
  const auto either = [](const std::string& a, const std::string& b) {
    return tabulation({}, {count()}, any_of({equals("k", a), equals("k", b)}));
  };
  Question last;
  const auto ids =
      one_after_another({either("x", "p"), either("y", "q"), either("x", "y")}, *rows, book, last);
  CHECK(ids == std::vector<std::string>{"history.together_threshold"});
  CHECK(judged(last, *rows, book).findings.at(0).measured == 2.0);
}

TEST_CASE("attack: a total less all that is shown of it") {
  // Four schools of 4, 3, 2 and 20; the small ones are left out by a condition.
  const auto book = codebook({category("ecole"), category("petite")});
  const auto rows = source(book, repeat(20, "a n ") + repeat(20, "b n ") + repeat(4, "c o ") +
                                     repeat(3, "d o ") + repeat(2, "e o "));
  Question question;
  question.tabulation = tabulation({"ecole"}, {count()}, equals("petite", "n"));
  question.history = {{"R-1", 1, "", false, tabulation({}, {count()})}};
  const Judgement judgement = judged(question, *rows, book);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].message.id == "history.all_parts");
  CHECK(judgement.findings[0].measured == 9.0);
  CHECK(judgement.findings[0].earlier == "R-1/1");
  std::swap(question.tabulation, question.history[0].tabulation);  // the other way round
  CHECK(judged(question, *rows, book).findings.at(0).message.id == "history.all_parts");
  CHECK(judged(question, *rows, book, 9).verdict == Verdict::pass);
}

TEST_CASE("attack: the pupils of one year by the difference of two spans") {
  const auto book = codebook({category("sexe")});
  std::vector<MemoryVintage> vintages = {
      {"2021", {{"sexe", {}}}}, {"2022", {{"sexe", {}}}}, {"2023", {{"sexe", {}}}}};
  for (int i = 0; i < 30; ++i) {
    vintages[0].columns[0].values.emplace_back("F");
    if (i < 4) vintages[1].columns[0].values.emplace_back("F");
    vintages[2].columns[0].values.emplace_back("F");
  }
  const auto rows = memory_source(book, vintages);
  const auto span = [](std::vector<std::string> years) {
    Tabulation made = tabulation({"sexe"}, {count()});
    made.vintages = std::move(years);
    return made;
  };
  Question last;
  CHECK(one_after_another({span({"2021"}), span({"2021", "2022"})}, *rows, book, last) ==
        std::vector<std::string>{"history.threshold"});
  CHECK(judged(last, *rows, book).findings.at(0).measured == 4.0);
  // 2022, then all three, then 2021: the table of 2022 shares no year with the last one.
  std::vector<MemoryVintage> few = vintages;
  std::swap(few[1].columns, few[2].columns);  // now 2023 has four
  const auto last_is_small = memory_source(book, few);
  CHECK(one_after_another({span({"2022"}), span({"2021", "2022", "2023"}), span({"2021"})},
                          *last_is_small, book,
                          last) == std::vector<std::string>{"history.together_threshold"});
  // Spans that overlap: 2021-22 and 2022-23 and both outer years are 2 · 2022 too many.
  CHECK(one_after_another({span({"2021", "2022"}), span({"2022", "2023"}), span({"2021", "2023"})},
                          *rows, book,
                          last) == std::vector<std::string>{"history.together_threshold"});
}

TEST_CASE("attack: count(*) against count(x) over three tables") {
  // Two of z have no note. {x,z} and {y,z} count notes, {x}, {y} and all count pupils.
  const auto book = codebook({category("k"), integer("note")});
  const auto rows =
      source(book, repeat(20, "x 10 ") + repeat(20, "y 11 ") + repeat(12, "z 9 ") + "z - z -");
  const auto notes = [](const std::string& a, const std::string& b) {
    return tabulation({}, {count_of("note")}, any_of({equals("k", a), equals("k", b)}));
  };
  Question last;
  CHECK(one_after_another({tabulation({"k"}, {count()}), notes("x", "z")}, *rows, book, last) ==
        std::vector<std::string>{"history.together_threshold"});
}

TEST_CASE("equal notes and dominating schools follow by many cells as well") {
  auto book = codebook({category("k"), category("ecole"), integer("note")});
  book.contributors = {"ecole"};
  // z: twelve pupils of one school who all have 7.
  std::string lines = repeat(12, "z s 7 ");
  for (int i = 0; i < 10; ++i) {
    for (const std::string k : {"x", "y"}) {
      for (const std::string school : {"s", "t", "u"}) {
        lines += k + " " + school + " " + std::to_string(i) + "\n";
      }
    }
  }
  const auto rows = source(book, lines);
  const auto either = [](const std::string& a, const std::string& b, const Statistic& statistic) {
    return tabulation({}, {statistic}, any_of({equals("k", a), equals("k", b)}));
  };
  Question question;
  question.tabulation = either("x", "y", sum_of("note"));
  question.history = {{"R-1", 1, "", false, either("x", "z", sum_of("note"))},
                      {"R-2", 1, "", false, either("y", "z", sum_of("note"))}};
  const auto rules = [&](Rule rule) {
    auto policy = only({rule, Rule::history});
    policy.history.minimum = 10;
    policy.dominance = {{1, {85, 2}, policies::AtLimit::pass}};
    std::set<std::string> found;
    for (const Finding& finding : examine(question, *rows, book, policy).judgement.findings) {
      if (finding.message.id == "history.together") found.insert(finding.message.args.back());
    }
    return found;
  };
  CHECK(rules(Rule::threshold).empty());
  CHECK(rules(Rule::contributors) == std::set<std::string>{"contributors"});
  CHECK(rules(Rule::dominance) == std::set<std::string>{"dominance"});
  CHECK(rules(Rule::homogeneity) == std::set<std::string>{"homogeneity"});
  // Where one of them tells no sum, none follows; the counts still do.
  question.history[1].tabulation = either("y", "z", count());
  CHECK(rules(Rule::homogeneity).empty());
  CHECK(rules(Rule::contributors) == std::set<std::string>{"contributors"});
}

TEST_CASE("units with several rows: a pupil of three years is one") {
  auto book = codebook({category("k"), category("eleve")}, {}, "eleve");
  std::string lines;
  for (int i = 0; i < 20; ++i) {
    lines += "x x" + std::to_string(i) + " y y" + std::to_string(i) + "\n";
  }
  for (int i = 0; i < 12; ++i) lines += "z z" + std::to_string(i % 4) + "\n";  // 12 rows, 4 pupils
  const auto rows = source(book, lines);
  const auto either = [](const std::string& a, const std::string& b) {
    return tabulation({}, {count()}, any_of({equals("k", a), equals("k", b)}));
  };
  Question last;
  CHECK(one_after_another({either("x", "z"), either("y", "z"), either("x", "y")}, *rows, book,
                          last) == std::vector<std::string>{"history.together_threshold"});
  CHECK(judged(last, *rows, book).findings.at(0).measured == 4.0);
}

TEST_CASE("what followed before is not said of the table that comes next") {
  const auto book = codebook({category("k")});
  const auto rows = source(book, repeat(20, "x ") + repeat(20, "y ") + repeat(20, "w ") + "z");
  const auto of = [](const std::string& a, const std::string& b) {
    return tabulation({}, {count()}, any_of({equals("k", a), equals("k", b)}));
  };
  Question question;
  for (const Tabulation& one : {of("x", "z"), of("y", "z"), of("x", "y")}) {
    question.history.push_back(
        {"R-" + std::to_string(question.history.size() + 1), 1, "", false, one});
  }
  question.tabulation = tabulation({}, {count()}, equals("k", "w"));
  CHECK(judged(question, *rows, book).verdict == Verdict::pass);
  question.tabulation = of("x", "y");  // nor of one that was there already
  CHECK(judged(question, *rows, book).verdict == Verdict::pass);
}

TEST_CASE("releases of another project are named so that a researcher's copy can leave them out") {
  const auto book = codebook({category("k")});
  const auto rows = source(book, repeat(20, "x ") + repeat(20, "y ") + repeat(20, "w ") + "z");
  const auto of = [](const std::string& a, const std::string& b) {
    return tabulation({}, {count()}, any_of({equals("k", a), equals("k", b)}));
  };
  Question question;
  question.project = "mine";
  question.tabulation = of("x", "y");
  question.history = {{"R-1", 1, "theirs", false, of("x", "z")},
                      {"R-2", 1, "mine", false, of("y", "z")}};
  const Judgement judgement = judged(question, *rows, book);
  REQUIRE(judgement.findings.size() == 1);
  const Finding& finding = judgement.findings[0];
  CHECK(finding.earlier == "R-1/1");
  CHECK(finding.earlier_project == "theirs");
  CHECK(finding.message.args[0] == "R-1/1");
  CHECK(finding.message.args[1] == ", R-2/1");
}

TEST_CASE("out of budget is review, said so") {
  const auto book = codebook({category("k")});
  const auto rows = source(book, repeat(20, "x ") + repeat(20, "y ") + repeat(20, "z "));
  Question question;
  question.tabulation = tabulation({"k"}, {count()});
  auto policy = only({Rule::history});
  const Table table = tabulate(question.tabulation, *rows, book);
  HistoryBudget budget;
  CHECK(judge_history(table, question, *rows, book, policy, {}, budget).empty());
  const auto cut = [&] {
    const auto found = judge_history(table, question, *rows, book, policy, {}, budget);
    REQUIRE(found.size() == 1);
    CHECK(found[0].finding.verdict == Verdict::review);
    CHECK(found[0].finding.message.id == "history.budget_together");
  };
  SUBCASE("multiplications") {
    budget.multiplications = 2;
    cut();
  }
  SUBCASE("memory") {
    budget.entries = 1;
    cut();
  }
}

TEST_CASE("all of them: two equal counts tell a sensitive variable of everybody") {
  auto malade = category("malade");
  malade.sensitive = true;
  auto book = codebook({category("classe"), malade, category("sexe")});
  const auto rows =
      source(book, repeat(15, "a o F ") + repeat(15, "b o F ") + repeat(15, "b n M "));
  auto policy = only({Rule::history, Rule::group_disclosure});
  policy.group_disclosure.share = {90, 2};
  const auto found_in = [&](const Question& question) {
    std::vector<std::string> found;
    const Table table = tabulate(question.tabulation, *rows, book);
    for (const Placed& placed : judge_history(table, question, *rows, book, policy)) {
      CHECK(placed.finding.message.id == "history.all_of_them");
      CHECK(placed.finding.verdict == Verdict::fail);
      found.push_back(placed.finding.cell.empty() ? "" : placed.finding.cell[0].code.value_or("-"));
    }
    return found;
  };
  Question question;
  SUBCASE("in one table, by FILTER") {
    Statistic ill = count();
    ill.filter = equals("malade", "o");
    question.tabulation = tabulation({"classe"}, {count(), ill});
    CHECK(found_in(question) == std::vector<std::string>{"a"});
    ill.filter = equals("sexe", "F");  // not sensitive
    question.tabulation = tabulation({"classe"}, {count(), ill});
    CHECK(found_in(question).empty());
  }
  SUBCASE("by WHERE, in two tables, whichever came first") {
    question.tabulation = tabulation({"classe"}, {count()}, equals("malade", "o"));
    question.history = {{"R-1", 1, "", false, tabulation({"classe"}, {count()})}};
    CHECK(found_in(question) == std::vector<std::string>{"a"});
    std::swap(question.tabulation, question.history[0].tabulation);
    CHECK(found_in(question) == std::vector<std::string>{"a"});
  }
  SUBCASE("a dimension against a condition of the same words") {
    question.tabulation = tabulation({"malade"}, {count()}, equals("classe", "a"));
    question.history = {{"R-1", 1, "", false, tabulation({"classe"}, {count()})}};
    CHECK(found_in(question) == std::vector<std::string>{"o"});
  }
  SUBCASE("equal by chance, not nested as written") {
    question.tabulation =
        tabulation({}, {count()}, both(equals("malade", "o"), equals("classe", "b")));
    question.history = {
        {"R-1", 1, "", false,
         tabulation({}, {count()}, both(equals("sexe", "F"), equals("classe", "b")))}};
    CHECK(found_in(question).empty());
  }
  SUBCASE("the same table again, and a category with one child") {
    question.tabulation = tabulation({"classe", "malade"}, {count()});
    question.history = {{"R-1", 1, "", false, question.tabulation}};
    CHECK(found_in(question).empty());
    question.history.clear();
    question.tabulation = cube(tabulation({"classe", "sexe"}, {count()}));
    CHECK(found_in(question).empty());
  }
}

}  // namespace sceau::disclosure
