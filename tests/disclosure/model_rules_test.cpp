// What a model may tell: degrees of freedom, the tables that it implies, steps of a curve.
#include "disclosure/model_rules.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "disclosure/implied.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

Tabulation fitted(const std::vector<std::string>& dimensions, ModelKind kind,
                  const std::string& response, const std::vector<std::string>& terms) {
  Tabulation made = tabulation(dimensions, {count()});
  made.columns = {column_of({kind, response, terms, Errors::classical, ""}, "model")};
  return made;
}

Judgement judged(const Tabulation& table, const Source& rows, const policies::Codebook& book,
                 const std::vector<Rule>& rules) {
  Question question;
  question.tabulation = table;
  question.project = "mine";
  return examine(question, rows, book, only(rules)).judgement;
}

std::vector<std::string> messages(const Judgement& judgement) {
  std::vector<std::string> ids;
  for (const Finding& finding : judgement.findings) ids.push_back(finding.message.id);
  return ids;
}

// `count` rows of a response, three numbers and a class; `second` of them have code "b".
std::string rows_of(int rows, int second) {
  std::string lines;
  for (int i = 0; i < rows; ++i) {
    const auto number = [&](int factor, int size) { return std::to_string(i * factor % size); };
    lines += number(31, 17) + " " + number(7, 11) + " " + number(5, 13) + " " + number(3, 19) +
             (i < second ? " b " : " a ");
  }
  return lines;
}

const policies::Codebook& book() {
  static const auto made =
      codebook({integer("y"), integer("x1"), integer("x2"), integer("x3"), category("k")});
  return made;
}

}  // namespace

TEST_CASE("n = 14 with 4 parameters passes D = 10, and n = 13 doesn't") {
  CHECK_FALSE(degrees_of_freedom(14, 4, 10));
  REQUIRE(degrees_of_freedom(13, 4, 10));
  CHECK(degrees_of_freedom(13, 4, 10)->verdict == Verdict::fail);
  const auto table = fitted({}, ModelKind::ols, "y", {"x1", "x2", "x3"});
  const auto verdict = [&](int rows) {
    return judged(table, *source(book(), rows_of(rows, 0)), book(), {Rule::degrees_of_freedom})
        .verdict;
  };
  CHECK(verdict(14) == Verdict::pass);
  CHECK(verdict(13) == Verdict::fail);
}

TEST_CASE("a dummy tells of the units that have its code, so they are counted") {
  const auto table = fitted({}, ModelKind::ols, "y", {"x1", "k"});
  const auto judgement = [&](int second) {
    return judged(table, *source(book(), rows_of(60, second)), book(), {Rule::threshold});
  };
  CHECK(judgement(10).verdict == Verdict::pass);
  const auto few = judgement(9);
  CHECK(few.verdict == Verdict::fail);
  REQUIRE(few.findings.size() == 1);
  CHECK(few.findings[0].statistic == "ols(y, x1, k)");
  CHECK(few.findings[0].cell == std::vector<Coordinate>{{"k", "b", false}});
  CHECK(few.findings[0].message == Message{"threshold.below", {"9", "10"}});
}

TEST_CASE("a regression on classes alone is the table of its means") {
  // All of class b have one y: a mean of theirs would fail, and so does the model.
  std::string lines;
  for (int i = 0; i < 15; ++i) lines += "7 1 1 1 b " + std::to_string(i) + " 1 1 1 a ";
  const auto rows = source(book(), lines);
  const auto found = judged(fitted({}, ModelKind::ols, "y", {"k"}), *rows, book(),
                            {Rule::threshold, Rule::homogeneity, Rule::degrees_of_freedom});
  CHECK(found.verdict == Verdict::fail);
  CHECK(messages(found) == std::vector<std::string>{"homogeneity.one_value"});
  const auto means = judged(tabulation({"k"}, {mean_of("y")}), *rows, book(), {Rule::homogeneity});
  CHECK(messages(means) == messages(found));
}

TEST_CASE("the tables that a model implies") {
  const auto is_class = [](std::string_view name) { return name[0] == 'k'; };
  const auto implied = [&](ModelKind kind, const std::vector<std::string>& terms) {
    std::vector<std::string> found;
    for (const auto& one : implied_tabulations(fitted({"d"}, kind, "y", terms), is_class)) {
      Statistic shown = one.tabulation.columns[0].statistic;
      shown.filter = {};
      std::string text = describe(shown) + " by";
      for (const auto& dimension : one.tabulation.dimensions) text += " " + dimension.name;
      CHECK(can_tabulate(one.tabulation));
      CHECK(one.tabulation.grouping_sets ==
            std::vector<std::uint32_t>{(1U << one.tabulation.dimensions.size()) - 1});
      found.push_back(text);
    }
    return found;
  };
  using Tables = std::vector<std::string>;
  CHECK(implied(ModelKind::ols, {"x", "z"}).empty());
  CHECK(implied(ModelKind::ols, {"x", "k"}) == Tables{"count(*) by d k"});
  CHECK(implied(ModelKind::ols, {"k", "k2"}) ==
        Tables{"count(*) by d k", "count(*) by d k2", "avg(y) by d k k2"});
  CHECK(implied(ModelKind::t_test, {"k"}) == Tables{"avg(y) by d k"});
  CHECK(implied(ModelKind::chi2, {"k"}) == Tables{"count(*) by d y k"});
}

TEST_CASE("a test of independence is judged as its table") {
  const auto two = codebook({category("a"), category("b")});
  std::string lines;
  for (int i = 0; i < 12; ++i) lines += "x u x v y u ";
  for (int i = 0; i < 9; ++i) lines += "y v ";
  const auto rows = source(two, lines);
  const auto found = judged(fitted({}, ModelKind::chi2, "a", {"b"}), *rows, two, {Rule::threshold});
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings[0].cell == std::vector<Coordinate>{{"a", "y", false}, {"b", "v", false}});
}

TEST_CASE("each step of a curve is of units enough") {
  const auto step = [](std::int64_t events, std::int64_t censored) {
    return SurvivalStep{0, 0, events, censored, 1, 0};
  };
  CHECK(survival_steps({step(10, 0), step(12, 11)}, 10).empty());
  CHECK(survival_steps({}, 10).empty());
  const auto few = survival_steps({step(10, 0), step(9, 0)}, 10);
  REQUIRE(few.size() == 1);
  CHECK(few[0].verdict == Verdict::fail);
  const auto events = survival_steps({step(2, 8), step(12, 0)}, 10);
  REQUIRE(events.size() == 1);
  CHECK(events[0].verdict == Verdict::review);
  CHECK(events[0].message == Message{"model.survival_events", {"2", "10"}});
}

TEST_CASE("what a model is made of must be a measure or a class") {
  auto mixed = codebook({integer("y"), integer("id"), category("k"), category("name")});
  mixed.variables[1].role = policies::Role::identifier;
  mixed.variables[3].type = policies::Type::text;
  std::string lines;
  for (int i = 0; i < 40; ++i) {
    lines += std::to_string(i * 7 % 23) + " " + std::to_string(i) + (i % 2 ? " a" : " b") +
             (i % 3 ? " n " : " m ");
  }
  const auto rows = source(mixed, lines);
  const auto args = [&](const std::vector<std::string>& terms) {
    std::vector<std::vector<std::string>> found;
    const auto judgement =
        judged(fitted({}, ModelKind::ols, "y", terms), *rows, mixed, {Rule::degrees_of_freedom});
    for (const auto& finding : judgement.findings) found.push_back(finding.message.args);
    return found;
  };
  CHECK(args({"k"}).empty());
  const auto of_id = args({"id", "k"});  // forty classes too, which leave no degree of freedom
  CHECK(std::count(of_id.begin(), of_id.end(), std::vector<std::string>{"id", "an identifier"}) ==
        1);
  CHECK(args({"name"}) == std::vector<std::vector<std::string>>{{"name", "free text"}});
}

TEST_CASE(
    "a number with two values is a class in disguise, and a term that tells the response fails") {
  std::string lines;
  for (int i = 0; i < 40; ++i) {
    lines += std::to_string(2 * (i % 7)) + " " + std::to_string(i % 2 + 2020) + " " +
             std::to_string(i % 7) + " 1 a ";
  }
  const auto rows = source(book(), lines);
  const std::vector<Rule> rules{Rule::degrees_of_freedom};
  CHECK(messages(judged(fitted({}, ModelKind::ols, "y", {"x1"}), *rows, book(), rules)) ==
        std::vector<std::string>{"model.two_values"});
  CHECK(messages(judged(fitted({}, ModelKind::ols, "y", {"x2"}), *rows, book(), rules)) ==
        std::vector<std::string>{"model.exact"});
}

TEST_CASE("a released model is a line an estimate, six digits, dimensions first") {
  const auto rows = source(book(), rows_of(60, 30));
  Tabulation table = fitted({"k"}, ModelKind::ols, "y", {"x1", "x2"});
  const std::string csv = released_csv(tabulate(table, *rows, book()), book(), "en");
  CHECK(csv.starts_with("k,term,estimate,std_error,statistic,p_value\r\na,(intercept),"));
  CHECK(csv.find("\r\na,x1,") != std::string::npos);
  CHECK(csv.find("\r\nb,(n),30,,,\r\nb,(parameters),3,,,\r\nb,(dof),27,,,\r\nb,(r2),") !=
        std::string::npos);
  CHECK(csv.ends_with(",,,\r\n"));
}

TEST_CASE("a model is remembered with the counts of its classes, and compared by them") {
  const auto book = codebook({integer("y"), category("k"), category("id")});
  std::string lines;
  for (int i = 0; i < 60; ++i) {
    lines += std::to_string(i * 7 % 23) + (i % 2 ? " a " : " b ") + "i" + std::to_string(i) + "\n";
  }
  const auto rows = source(book, lines);
  const auto policy = only({Rule::threshold, Rule::history});
  const Tabulation model = fitted({}, ModelKind::ols, "y", {"k"});
  const Tabulation all_but_one = tabulation({"k"}, {count_of("y")}, differs("id", "i7"));
  const auto verdict = [&](const Tabulation& now, std::vector<Remembered> history) {
    return examine({now, "", std::move(history), {}}, *rows, book, policy).judgement;
  };
  CHECK(verdict(model, {}).verdict == Verdict::pass);
  CHECK(verdict(all_but_one, {}).verdict == Verdict::pass);
  const auto after_model = verdict(all_but_one, {{"R-2026-000001", 1, "", false, model}});
  CHECK(after_model.verdict == Verdict::fail);
  CHECK(found(after_model, Rule::history) == std::vector<std::string>{"a"});
  const auto before_model = verdict(model, {{"R-2026-000001", 1, "", false, all_but_one}});
  CHECK(before_model.verdict == Verdict::fail);
  CHECK_FALSE(found(before_model, Rule::history).empty());
}

}  // namespace sceau::disclosure
