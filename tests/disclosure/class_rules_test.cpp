// Rules of statistic classes: end points, positions, shapes, and what is true of a whole group.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "disclosure/rules.h"
#include "disclosure/statistic_class.h"
#include "tests/disclosure/build.h"
#include "tests/disclosure/random.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

Statistic with(Function function, Operand operand) {
  Statistic made;
  made.function = function;
  made.operand = std::move(operand);
  return made;
}

policies::Variable flag(const std::string& name) {
  auto made = integer(name);
  made.min = Decimal{0, 0};
  made.max = Decimal{1, 0};
  made.sensitive = true;
  return made;
}

policies::Variable sensitive(policies::Variable variable) {
  variable.sensitive = true;
  return variable;
}

Judgement judged(const policies::Codebook& book, const std::string& lines, Tabulation tabulation,
                 Rule rule) {
  Question question;
  question.tabulation = std::move(tabulation);
  return examine(question, *source(book, lines), book, only({rule})).judgement;
}

Verdict verdict(const policies::Codebook& book, const std::string& lines, Tabulation tabulation,
                Rule rule) {
  return judged(book, lines, std::move(tabulation), rule).verdict;
}

}  // namespace

TEST_CASE("a minimum or maximum passes where ten units share it, and nobody else's does") {
  const auto book = codebook({integer("x")});
  const auto lowest = tabulation({}, {with(Function::minimum, "x")});
  const auto highest = tabulation({}, {with(Function::maximum, "x")});
  const std::string ten = rows_of(10, "3") + rows_of(9, "8");
  CHECK(verdict(book, ten, lowest, Rule::extremes) == Verdict::pass);
  CHECK(verdict(book, ten, highest, Rule::extremes) == Verdict::fail);
  const auto found = judged(book, ten, highest, Rule::extremes).findings;
  REQUIRE(found.size() == 1);
  CHECK(found[0].message.id == "extremes.maximum");
  CHECK(found[0].measured == 9.0);
}

TEST_CASE("extremes are shared by units, not by rows") {
  const auto book = codebook({category("pupil"), integer("x")}, {}, "pupil");
  std::string lines = rows_of(10, "a 3");
  CHECK(verdict(book, lines, tabulation({}, {with(Function::minimum, "x")}), Rule::extremes) ==
        Verdict::fail);
  for (char who = 'b'; who < 'k'; ++who) lines += std::string(1, who) + " 3\n";
  CHECK(verdict(book, lines, tabulation({}, {with(Function::minimum, "x")}), Rule::extremes) ==
        Verdict::pass);
}

TEST_CASE("a standard deviation of 11 values has 10 degrees of freedom, one of 10 has 9") {
  const auto book = codebook({integer("x")});
  const auto shape = tabulation({}, {with(Function::standard_deviation, "x")});
  CHECK(verdict(book, rows_of(6, "3") + rows_of(5, "4"), shape, Rule::degrees_of_freedom) ==
        Verdict::pass);
  CHECK(verdict(book, rows_of(6, "3") + rows_of(4, "4"), shape, Rule::degrees_of_freedom) ==
        Verdict::fail);
}

TEST_CASE("example 7: n = 14 with 4 parameters passes D = 10, n = 13 fails") {
  CHECK_FALSE(degrees_of_freedom(14, 4, 10));
  const auto breach = degrees_of_freedom(13, 4, 10);
  REQUIRE(breach);
  CHECK(breach->measured == 9.0);
}

TEST_CASE("quantiles want ten units on either side, and what isn't known is for a person") {
  CHECK_FALSE(quantiles(10, 10, 21, 10));
  CHECK(quantiles(9, 12, 22, 10)->verdict == Verdict::fail);
  CHECK(quantiles(12, 9, 22, 10)->measured == 9.0);
  CHECK(quantiles(-1, -1, 22, 10)->verdict == Verdict::review);
  CHECK_FALSE(quantiles(-1, -1, 0, 10));
}

TEST_CASE("example 6: a share of 1.0 over 15 pupils fails group disclosure; so does 0.0") {
  const auto book = codebook({flag("boursier")});
  const auto share = tabulation({}, {mean_of("boursier")});
  CHECK(verdict(book, rows_of(15, "1"), share, Rule::group_disclosure) == Verdict::fail);
  CHECK(verdict(book, rows_of(15, "0"), share, Rule::group_disclosure) == Verdict::fail);
  CHECK(verdict(book, rows_of(18, "1") + rows_of(2, "0"), share, Rule::group_disclosure) ==
        Verdict::fail);  // exactly 0.90
  CHECK(verdict(book, rows_of(17, "1") + rows_of(3, "0"), share, Rule::group_disclosure) ==
        Verdict::pass);
  // Who isn't known is no part of the group.
  CHECK(verdict(book, rows_of(17, "1") + rows_of(3, "0") + rows_of(40, "-"), share,
                Rule::group_disclosure) == Verdict::pass);
  CHECK(verdict(book, rows_of(18, "1") + rows_of(2, "0") + rows_of(40, "-"), share,
                Rule::group_disclosure) == Verdict::fail);
}

TEST_CASE("a sensitive dimension is tested in each combination of the others") {
  const auto book = codebook({category("classe"), sensitive(category("handicap"))});
  const std::string lines = rows_of(12, "A non") + rows_of(8, "A oui") + rows_of(19, "B non") +
                            rows_of(1, "B oui") + rows_of(50, "B -");
  const auto judgement =
      judged(book, lines, tabulation({"classe", "handicap"}, {count()}), Rule::group_disclosure);
  CHECK(found(judgement, Rule::group_disclosure) == std::vector<std::string>{"B,non"});
  CHECK(judgement.findings[0].measured == 0.95);
  // With margins: of all, 31 of 40 whose handicap is known.
  const auto with_margins = judged(book, lines, cube(tabulation({"classe", "handicap"}, {count()})),
                                   Rule::group_disclosure);
  CHECK(found(with_margins, Rule::group_disclosure) == std::vector<std::string>{"B,non"});
  // A variable that isn't sensitive may be anything.
  const auto harmless = codebook({category("classe"), category("handicap")});
  CHECK(verdict(harmless, lines, tabulation({"classe", "handicap"}, {count()}),
                Rule::group_disclosure) == Verdict::pass);
}

TEST_CASE("a condition on a sensitive variable is a share of those it is asked of") {
  const auto book =
      codebook({category("classe"), sensitive(category("handicap")), category("sexe")});
  const std::string lines = rows_of(18, "A non F") + rows_of(2, "A oui F") +
                            rows_of(10, "B non F") + rows_of(10, "B oui M");
  const auto where = tabulation({"classe"}, {count()}, equals("handicap", "non"));
  const auto judgement = judged(book, lines, where, Rule::group_disclosure);
  CHECK(found(judgement, Rule::group_disclosure) == std::vector<std::string>{"A"});
  const auto among =
      tabulation({"classe"}, {count()}, both(equals("handicap", "oui"), equals("sexe", "M")));
  CHECK(found(judged(book, lines, among, Rule::group_disclosure), Rule::group_disclosure) ==
        std::vector<std::string>{"B"});  // all boys of B
  Statistic filtered = count();
  filtered.filter = equals("handicap", "non");
  CHECK(found(judged(book, lines, tabulation({"classe"}, {filtered}), Rule::group_disclosure),
              Rule::group_disclosure) == std::vector<std::string>{"A"});
  Statistic share = with(Function::mean, equals("handicap", "non"));
  CHECK(found(judged(book, lines, tabulation({"classe"}, {share}), Rule::group_disclosure),
              Rule::group_disclosure) == std::vector<std::string>{"A"});
  // A ratio of two counts: of the boys of B all are "oui".
  filtered.filter = both(equals("handicap", "oui"), equals("sexe", "M"));
  Statistic boys = count();
  boys.filter = equals("sexe", "M");
  Tabulation ratio = tabulation({"classe"}, {filtered});
  ratio.columns[0].denominator = boys;
  CHECK(found(judged(book, lines, ratio, Rule::group_disclosure), Rule::group_disclosure) ==
        std::vector<std::string>{"B"});
}

TEST_CASE("a mean near a declared bound tells of most") {
  auto note = sensitive(integer("note"));
  note.min = Decimal{0, 0};
  note.max = Decimal{20, 0};
  const auto book = codebook({note});
  const auto mean = tabulation({}, {mean_of("note")});
  CHECK(verdict(book, rows_of(12, "18"), mean, Rule::group_disclosure) == Verdict::fail);
  CHECK(verdict(book, rows_of(12, "17"), mean, Rule::group_disclosure) == Verdict::pass);
  CHECK(verdict(book, rows_of(12, "2"), mean, Rule::group_disclosure) == Verdict::fail);
  CHECK(verdict(book, rows_of(11, "2") + "3", mean, Rule::group_disclosure) == Verdict::pass);
}

TEST_CASE("a weighted total is held against the largest gift without its weight") {
  auto book = codebook({category("school"), integer("x"), integer("w")}, {"school"});
  book.weight = "w";
  Statistic weighted = with(Function::weighted_sum, "x");
  weighted.second = "w";
  const auto asked = tabulation({}, {weighted});
  // 80 of 100 without weights; with them 80 of 80 + 3·20 = 140.
  const auto judge_under = [&](int percent, const std::string& lines) {
    auto policy = only({Rule::dominance});
    policy.dominance = {{1, {percent, 2}, policies::AtLimit::pass}};
    return examine({asked, "", {}, {}}, *source(book, lines), book, policy).judgement;
  };
  const std::string lines = "a 80 1  b 10 3  c 10 3";
  CHECK(judge_under(58, lines).verdict == Verdict::pass);  // 80 / 140 = 0.571
  const auto judgement = judge_under(57, lines);
  CHECK(judgement.verdict == Verdict::fail);
  CHECK(judgement.findings[0].message.id == "dominance.weighted");
  CHECK(judge_under(99, "a 80 0  b 10 0").verdict == Verdict::fail);  // weights of nought
}

TEST_CASE("every function has a class, and every class rules that exist") {
  for (const Function function :
       {Function::count_rows, Function::count_values, Function::count_distinct, Function::sum,
        Function::mean, Function::minimum, Function::maximum, Function::quantile,
        Function::variance, Function::standard_deviation}) {
    CHECK_FALSE(to_string(class_of(function)).empty());
    CHECK(rules_of(class_of(function)).contains(Rule::history));
  }
}

TEST_CASE("property: group disclosure of a random table is what counting by hand finds") {
  CHECK(rc::check([] {
    auto book = codebook({category("c"), sensitive(category("s"))});
    std::string lines;
    std::map<std::string, std::map<std::string, int>> counted;
    for (int i = random::number(1, 30); i > 0; --i) {
      const std::string c(1, static_cast<char>('a' + random::number(0, 1)));
      const int drawn = random::number(0, 7);
      const std::string s = drawn == 7 ? "-" : drawn == 6 ? "y" : "x";
      lines += c + " " + s + "\n";
      ++counted[c][s];
    }
    const int tenths = random::number(5, 10);
    auto policy = only({Rule::group_disclosure});
    policy.group_disclosure.share = {tenths, 1};
    Question question;
    question.tabulation = tabulation({"c", "s"}, {count()});
    const auto judgement = examine(question, *source(book, lines), book, policy).judgement;
    std::vector<std::string> expected;
    for (auto& [c, by] : counted) {
      for (const std::string s : {"x", "y"}) {
        const int known = by["x"] + by["y"];
        if (known > 0 && by[s] * 10 >= tenths * known) expected.push_back(c + "," + s);
      }
    }
    auto ours = found(judgement, Rule::group_disclosure);
    std::sort(ours.begin(), ours.end());
    RC_ASSERT(ours == expected);
  }));
}

}  // namespace sceau::disclosure
