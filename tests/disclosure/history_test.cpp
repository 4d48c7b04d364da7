// The release history against brute force: row sets as bits, every pair of released cells.
#include "disclosure/history.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <bit>
#include <tuple>

#include "tests/disclosure/build.h"
#include "tests/disclosure/naive.h"
#include "tests/disclosure/random.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

using naive::Key;
using Rows = std::vector<const naive::Row*>;

// A released cell, as brute force sees it.
struct Released {
  std::size_t family = 0;  ///< table, grouping set and valid rows
  Key key;
  std::string statistic;
  std::set<const naive::Row*> rows;
  std::optional<Operand> summed;
  std::string weight;        ///< of the sum
  bool zero_or_one = false;  ///< what is summed
};

Condition ones(const Statistic& statistic) {
  Condition one;
  if (const auto* indicator = std::get_if<Condition>(&statistic.operand)) return *indicator;
  one.kind = Condition::Kind::compare;
  one.variable = std::get<std::string>(statistic.operand);
  one.constants = {Decimal{1, 0}};
  return one;
}

bool counts(const Statistic& statistic) {
  return statistic.function == Function::count_rows ||
         statistic.function == Function::count_values ||
         statistic.function == Function::count_distinct;
}

// Every cell that a table releases, by each of its statistics' valid rows.
std::vector<Released> released(const Tabulation& tabulation, const naive::World& world,
                               std::size_t& family) {
  std::vector<Released> cells;
  const auto all = naive::under_where(tabulation, world);
  for (const std::uint32_t kept : tabulation.grouping_sets) {
    std::map<Key, Rows> by_key;
    for (const naive::Row* row : all)
      by_key[naive::key_of(tabulation, kept, *row, world)].push_back(row);
    std::vector<std::pair<Statistic, bool>> tells;  // a statistic; of its ones alone
    for (const Column& column : tabulation.columns) {
      std::vector<Statistic> both = {column.statistic};
      if (column.denominator) both.push_back(*column.denominator);
      for (const Statistic& statistic : both) {
        tells.emplace_back(statistic, false);
        const auto* name = std::get_if<std::string>(&statistic.operand);
        const bool flag = name != nullptr && *name == "f";
        if (!counts(statistic) && (flag || std::holds_alternative<Condition>(statistic.operand))) {
          tells.emplace_back(statistic, true);
        }
      }
    }
    for (const auto& [statistic, only_ones] : tells) {
      ++family;
      for (const auto& [key, rows] : by_key) {
        if (tabulation.having_minimum &&
            static_cast<std::int64_t>(rows.size()) < *tabulation.having_minimum) {
          continue;
        }
        Released cell{family, key, describe(statistic), {}, {}, {}, false};
        for (const naive::Row* row : naive::valid(statistic, rows, world)) {
          if (!only_ones || naive::holds(ones(statistic), *row, world) == true)
            cell.rows.insert(row);
        }
        const bool weighted = statistic.function == Function::weighted_sum ||
                              statistic.function == Function::weighted_mean;
        const bool sums =
            weighted || statistic.function == Function::sum || statistic.function == Function::mean;
        if (sums && !only_ones) {
          const auto* name = std::get_if<std::string>(&statistic.operand);
          cell.summed = statistic.operand;
          cell.weight = weighted ? statistic.second : "";
          cell.zero_or_one = name == nullptr || *name == "f";
        }
        if (!cell.rows.empty()) cells.push_back(std::move(cell));
      }
    }
  }
  return cells;
}

// "kind of breach, key of the new table's cell" of every pair where one holds the other.
std::set<std::pair<std::string, Key>> brute_force(const std::vector<Released>& now,
                                                  const std::vector<Released>& others,
                                                  const policies::Policy& policy,
                                                  const naive::World& world, bool within) {
  auto judged = policy;
  judged.off.erase(Rule::threshold);
  judged.threshold.minimum = policy.history.minimum;
  std::set<std::pair<std::string, Key>> found;
  for (const Released& a : now) {
    for (const Released& b : others) {
      if (within && a.family >= b.family) continue;
      const bool a_holds =
          std::includes(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end());
      const bool b_holds =
          std::includes(b.rows.begin(), b.rows.end(), a.rows.begin(), a.rows.end());
      if (a_holds == b_holds) continue;  // neither, or the same rows
      const Released& outer = a_holds ? a : b;
      const Released& inner = a_holds ? b : a;
      const Released& named = within ? inner : a;
      Rows rest;
      for (const naive::Row* row : outer.rows) {
        if (!inner.rows.contains(row)) rest.push_back(row);
      }
      const std::set<const naive::Row*> as_set(rest.begin(), rest.end());
      const bool is_a_cell = std::any_of(
          a_holds ? others.begin() : now.begin(), a_holds ? others.end() : now.end(),
          [&](const Released& cell) { return cell.family == inner.family && cell.rows == as_set; });
      if (is_a_cell) continue;
      const auto of_rows =
          naive::breaches(naive::facts(rest, {}, false, false, world), false, false, judged, world);
      if (of_rows.contains("threshold")) {
        found.insert({"threshold", named.key});
        continue;
      }
      for (const std::string& breach : of_rows) found.insert({breach, named.key});
      if (!outer.summed || outer.summed != inner.summed || outer.weight != inner.weight) continue;
      const auto values = naive::facts(rest, *outer.summed, true, false, world);
      for (const std::string& breach :
           naive::breaches(values, !outer.zero_or_one, outer.zero_or_one, judged, world)) {
        if (breach != "threshold" && !breach.starts_with("contributors")) {
          found.insert({breach, named.key});
        }
      }
    }
  }
  return found;
}

// For a failing test's sake.
std::string shown(const std::set<std::pair<std::string, Key>>& found) {
  std::string text;
  for (const auto& [breach, key] : found) {
    text += breach + " at";
    for (const std::string& code : key) text += " " + code;
    text += "; ";
  }
  return text;
}

// What more than two cells tell has tests of its own (together_test.cpp).
bool is_of_a_pair(const Finding& finding) {
  const std::string id = finding.message.id.substr(std::string("history.").size());
  return !id.starts_with("all_parts") && !id.starts_with("together") && !id.starts_with("own") &&
         !id.starts_with("suppressed");
}

std::set<std::pair<std::string, Key>> as_found(const std::vector<Placed>& findings) {
  std::set<std::pair<std::string, Key>> found;
  for (const Placed& placed : findings) {
    const Finding& finding = placed.finding;
    if (!is_of_a_pair(finding)) continue;
    Key key;
    for (const Coordinate& at : finding.cell) {
      key.push_back(at.is_total ? "*" : at.code.value_or("-"));
    }
    std::string breach = finding.message.id.substr(std::string("history.").size());
    if (breach != "threshold" && breach != "homogeneity") breach += " " + finding.message.args[1];
    found.insert({breach, key});
  }
  return found;
}

}  // namespace

TEST_CASE(
    "every two subsets of five people: found iff one holds the other and little lies between") {
  const auto book = codebook({category("id")});
  const auto rows = source(book, "a b c d e");
  auto policy = only({Rule::history});
  policy.history.minimum = 3;
  const auto chosen = [](unsigned subset) {
    Condition list;
    list.kind = Condition::Kind::in_list;
    list.variable = "id";
    for (unsigned i = 0; i < 5; ++i) {
      if (((subset >> i) & 1U) != 0)
        list.constants.emplace_back(std::string(1, static_cast<char>('a' + i)));
    }
    return list;
  };
  for (unsigned a = 1; a < 32; ++a) {
    for (unsigned b = 1; b < 32; ++b) {
      Question question;
      question.tabulation = tabulation({}, {count()}, chosen(a));
      question.history = {{"R-2026-000001", 1, "", false, tabulation({}, {count()}, chosen(b))}};
      const bool nested = (a & b) == a || (a & b) == b;
      const int between = std::popcount(a ^ b);
      const bool expected = nested && between > 0 && between < 3;
      const Table table = tabulate(question.tabulation, *rows, book);
      CHECK((judge_history(table, question, *rows, book, policy).size() == 1) == expected);
    }
  }
}

TEST_CASE("property: differences of random tables are found as by brute force, under every rule") {
  for (int round = 0; round < 6; ++round) {
    CHECK(rc::check([] {
      const naive::World world = random::world(14);
      const auto rows = random::source(world);
      auto policy = only({Rule::history});
      policy.history.minimum = random::number(1, 5);
      if (random::number(0, 1) == 0) {
        policy.off.erase(Rule::contributors);
        policy.contributors.minimum = random::number(1, 3);
      }
      if (random::number(0, 1) == 0) policy.off.erase(Rule::homogeneity);
      if (random::number(0, 1) == 0) {
        policy.off.erase(Rule::dominance);
        policy.dominance = {
            {random::number(1, 2),
             {random::number(5, 10), 1},
             random::number(0, 1) == 0 ? policies::AtLimit::pass : policies::AtLimit::fail}};
      }
      if (random::number(0, 1) == 0) policy.off.erase(Rule::p_percent);
      Question question;
      question.tabulation =
          random::tabulation(world, static_cast<std::size_t>(random::number(0, 2)),
                             static_cast<std::size_t>(random::number(1, 2)));
      std::size_t family = 0;
      const auto now = released(question.tabulation, world, family);
      auto expected = brute_force(now, now, policy, world, true);
      for (int i = random::number(0, 2); i > 0; --i) {
        Remembered earlier;
        earlier.tabulation =
            random::tabulation(world, static_cast<std::size_t>(random::number(0, 2)), 1);
        earlier.request = "R-2026-00000" + std::to_string(i);
        expected.merge(
            brute_force(now, released(earlier.tabulation, world, family), policy, world, false));
        question.history.push_back(std::move(earlier));
      }
      const Table table = tabulate(question.tabulation, *rows, world.book);
      RC_LOG() << to_json(question.tabulation) << "\n";
      for (const Remembered& earlier : question.history)
        RC_LOG() << to_json(earlier.tabulation) << "\n";
      for (const auto& row : world.rows) {
        for (const auto& [name, value] : row) RC_LOG() << name << "=" << value.value_or("-") << " ";
        RC_LOG() << "\n";
      }
      RC_ASSERT(shown(as_found(judge_history(table, question, *rows, world.book, policy))) ==
                shown(expected));
    }));
  }
}

TEST_CASE("a difference of negative sums that one school dominates is found") {
  // Schools p and q leave -6.00 and -4.50 when r's -1.00 is taken away: p holds 57 %.
  auto book = codebook({category("ecole"), category("classe"), decimal("solde", 2)});
  book.contributors = {"ecole"};
  const auto rows = source(book, "p a -3.00 p a -3.00 q a -2.00 q a -2.50 r b -1.00");
  Question question;
  question.tabulation = tabulation({}, {sum_of("solde")});
  Condition of_b;
  of_b.kind = Condition::Kind::compare;
  of_b.variable = "classe";
  of_b.constants = {std::string("b")};
  question.history = {{"R-2026-000001", 1, "", false, tabulation({}, {sum_of("solde")}, of_b)}};
  auto policy = only({Rule::history});
  policy.history.minimum = 1;
  policy.off.erase(Rule::dominance);
  policy.dominance = {{1, {5, 1}, policies::AtLimit::pass}};
  const Table table = tabulate(question.tabulation, *rows, book);
  const auto found = judge_history(table, question, *rows, book, policy);
  REQUIRE(found.size() == 1);
  CHECK(found[0].finding.message.id == "history.dominance");
}

TEST_CASE("sums under one weight are subtracted, a weighted sum and a plain one are not") {
  const auto book = codebook({category("classe"), integer("note"), integer("poids")});
  const auto rows = source(book, "a 5 1 a 7 2 b 9 3 b 9 4");
  const auto sum_under = [](const std::string& weight) {
    Statistic made = sum_of("note");
    if (weight.empty()) return made;
    made.function = Function::weighted_sum;
    made.second = weight;
    return made;
  };
  auto policy = only({Rule::history, Rule::homogeneity});
  policy.history.minimum = 1;
  const auto says = [&](const std::string& whole, const std::string& part) {
    Question question;
    question.tabulation = tabulation({}, {sum_under(whole)});
    question.history = {
        {"R-2026-000001", 1, "", false, tabulation({}, {sum_under(part)}, equals("classe", "a"))}};
    const Table table = tabulate(question.tabulation, *rows, book);
    return judge_history(table, question, *rows, book, policy).size();
  };
  CHECK(says("", "") == 1);  // 18 of two pupils who both have 9
  CHECK(says("poids", "poids") == 1);
  CHECK(says("poids", "") == 0);
  CHECK(says("", "poids") == 0);
}

TEST_CASE("20 pupils of whom 17 have a note isolate three absentees") {
  const auto book = codebook({category("classe"), integer("note")});
  std::string lines;
  for (int i = 0; i < 17; ++i) lines += "A " + std::to_string(i) + "\n";
  const auto rows = source(book, lines + "A - A - A -");
  Question question;
  question.tabulation = tabulation({"classe"}, {count(), count_of("note")});
  const auto policy = only({Rule::threshold, Rule::history});
  const auto judgement = examine(question, *rows, book, policy).judgement;
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].rule == Rule::history);
  CHECK(judgement.findings[0].measured == 3.0);
  question.tabulation = tabulation({"classe"}, {count_of("note"), mean_of("note")});
  CHECK(examine(question, *rows, book, policy).judgement.verdict == Verdict::pass);
}

TEST_CASE("the same table again passes, and a table of other vintages never holds it") {
  const auto book = codebook({category("sexe")});
  std::vector<MemoryVintage> vintages = {{"1", {{"sexe", {}}}}, {"2", {{"sexe", {}}}}};
  for (int i = 0; i < 12; ++i) vintages[0].columns[0].values.emplace_back("F");
  for (int i = 0; i < 15; ++i) vintages[1].columns[0].values.emplace_back("F");
  const auto rows = memory_source(book, vintages);
  const auto policy = only({Rule::threshold, Rule::history});
  Question question;
  question.tabulation = tabulation({"sexe"}, {count()});
  question.history = {{"R-1", 1, "", false, question.tabulation}};
  CHECK(examine(question, *rows, book, policy).judgement.verdict == Verdict::pass);
  question.history[0].tabulation.vintages = {"2"};
  CHECK(examine(question, *rows, book, policy).judgement.verdict == Verdict::pass);
  question.history[0].tabulation.vintages = {"3"};  // not here, but disjoint
  CHECK(examine(question, *rows, book, policy).judgement.verdict == Verdict::pass);
  question.history[0].tabulation.vintages = {"1", "2"};  // 15 more: enough
  CHECK(examine(question, *rows, book, policy).judgement.verdict == Verdict::pass);
}

TEST_CASE("what can't be compared makes the verdict review, and says which and why") {
  const auto book = codebook({category("sexe")});
  std::string lines;
  for (int i = 0; i < 12; ++i) lines += "F ";
  const auto rows = source(book, lines);
  const auto policy = only({Rule::threshold, Rule::history});
  Question question;
  question.project = "mine";
  question.tabulation = tabulation({"sexe"}, {count()});
  Remembered earlier{"R-2026-000007", 2, "other", false, question.tabulation};
  const auto one_finding = [&](const std::string& id) {
    question.history = {earlier};
    const auto judgement = examine(question, *rows, book, policy).judgement;
    CHECK(judgement.verdict == Verdict::review);
    REQUIRE(judgement.findings.size() == 1);
    CHECK(judgement.findings[0].message.id == id);
    CHECK(judgement.findings[0].earlier == "R-2026-000007/2");
    CHECK(judgement.findings[0].earlier_project == "other");
  };
  SUBCASE("a file") {
    earlier.opaque = true;
    one_finding("history.opaque");
  }
  SUBCASE("another data set of the population") {
    earlier.tabulation.dataset = "teachers";
    one_finding("history.other_data");
  }
  SUBCASE("a vintage that isn't here, beside one that is") {
    earlier.tabulation.vintages = {"0", "1"};
    one_finding("history.missing_vintage");
  }
  SUBCASE("a variable that isn't here") {
    earlier.tabulation.where = equals("taille", "1");
    one_finding("history.unreadable");
  }
  SUBCASE("a condition that doesn't fit the column") {
    earlier.tabulation.where = equals("sexe", "F");
    earlier.tabulation.where.constants = {Decimal{1, 0}};
    one_finding("history.unreadable");
  }
  SUBCASE("the policy may count one's own project alone") {
    earlier.opaque = true;
    question.history = {earlier};
    auto own = policy;
    own.history.scope = policies::HistoryScope::project;
    CHECK(examine(question, *rows, book, own).judgement.verdict == Verdict::pass);
  }
}

TEST_CASE("more tables than the budget allows is review, said so") {
  const auto book = codebook({category("sexe"), category("id")});
  const auto rows = source(book, "F a F b F c F d");
  Question question;
  question.tabulation = tabulation({"sexe"}, {count()});
  for (const std::string id : {"a", "b", "c"}) {
    question.history.push_back(
        {"R-" + id, 1, "", false, tabulation({"sexe"}, {count()}, equals("id", id))});
  }
  auto policy = only({Rule::history});
  policy.history.minimum = 1;
  const Table table = tabulate(question.tabulation, *rows, book);
  CHECK(judge_history(table, question, *rows, book, policy).empty());
  const auto cut = judge_history(table, question, *rows, book, policy, {}, HistoryBudget{5});
  REQUIRE(cut.size() == 1);
  CHECK(cut[0].finding.verdict == Verdict::review);
  CHECK(cut[0].finding.message.id == "history.budget");
}

TEST_CASE(
    "every 2x2 table of counts 0..3 with its margins: threshold and differences as by brute "
    "force") {
  const auto book = codebook({category("a"), category("b")});
  auto policy = only({Rule::threshold, Rule::history});
  policy.threshold.minimum = policy.history.minimum = 2;
  policy.threshold.zeros = policies::Zeros::safe;
  for (int code = 0; code < 256; ++code) {
    naive::World world{book, {}};
    for (int cell = 0; cell < 4; ++cell) {
      for (int i = (code >> (2 * cell)) & 3; i > 0; --i) {
        world.rows.push_back(
            {{"vintage", "1"}, {"a", std::to_string(cell / 2)}, {"b", std::to_string(cell % 2)}});
      }
    }
    std::string lines;
    for (const auto& row : world.rows) lines += *row.at("a") + " " + *row.at("b") + "\n";
    Question question;
    question.tabulation = cube(tabulation({"a", "b"}, {count()}));
    const auto result = examine(question, *source(book, lines), book, policy);
    std::set<Key> small;
    for (const std::uint32_t kept : question.tabulation.grouping_sets) {
      for (const Key& key : naive::keys(question.tabulation, kept, world)) {
        int rows = 0;
        for (const auto& row : world.rows) {
          if (naive::key_of(question.tabulation, kept, row, world) == key) ++rows;
        }
        if (rows > 0 && rows < 2) small.insert(key);
      }
    }
    std::set<Key> failing;
    for (const Finding& finding : result.judgement.findings) {
      if (finding.rule != Rule::threshold) continue;
      Key key;
      for (const Coordinate& at : finding.cell) key.push_back(at.is_total ? "*" : *at.code);
      failing.insert(key);
    }
    CHECK(failing == small);
    std::size_t family = 0;
    const auto cells = released(question.tabulation, world, family);

    CHECK(shown(as_found(
              judge_history(result.table, question, *source(book, lines), book, policy))) ==
          shown(brute_force(cells, cells, policy, world, true)));
    CHECK((result.judgement.verdict == Verdict::pass) ==
          (small.empty() && !world.rows.empty() &&
           brute_force(cells, cells, policy, world, true).empty()));
  }
}

}  // namespace sceau::disclosure
