#include "tests/disclosure/build.h"

#include <doctest/doctest.h>

#include <sstream>

namespace sceau::disclosure::build {

policies::Variable category(const std::string& name) {
  policies::Variable variable;
  variable.name = name;
  return variable;
}

policies::Variable integer(const std::string& name) {
  policies::Variable variable;
  variable.name = name;
  variable.type = policies::Type::integer;
  variable.role = policies::Role::measure;
  return variable;
}

policies::Variable decimal(const std::string& name, int decimals) {
  policies::Variable variable = integer(name);
  variable.type = policies::Type::decimal;
  variable.decimals = decimals;
  return variable;
}

policies::Codebook codebook(std::vector<policies::Variable> variables,
                            std::vector<std::string> contributors, std::string unit) {
  policies::Codebook book;
  book.name = "pupils";
  book.population = "pupils";
  book.unit = std::move(unit);
  book.contributors = std::move(contributors);
  book.variables = std::move(variables);
  return book;
}

policies::Policy only(const std::vector<policies::Rule>& rules) {
  using policies::Rule;
  policies::Policy policy;
  policy.p_percent.share = {10, 2};
  policy.group_disclosure.share = {90, 2};
  policy.off = {
      Rule::threshold,        Rule::contributors, Rule::dominance,          Rule::p_percent,
      Rule::group_disclosure, Rule::homogeneity,  Rule::degrees_of_freedom, Rule::extremes,
      Rule::quantiles,        Rule::history};
  for (const Rule rule : rules) policy.off.erase(rule);
  return policy;
}

std::string repeat(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

std::string rows_of(int count, const std::string& line) { return repeat(count, line + "\n"); }

std::unique_ptr<Source> source(const policies::Codebook& codebook, const std::string& lines,
                               std::uint32_t rows_a_segment) {
  std::vector<MemoryColumn> columns;
  for (const auto& variable : codebook.variables) columns.push_back({variable.name, {}});
  std::istringstream words(lines);
  std::string word;
  for (std::size_t i = 0; words >> word; ++i) {
    auto& values = columns[i % columns.size()].values;
    values.push_back(word == "-" ? std::nullopt : std::optional(word));
  }
  return memory_source(codebook, std::move(columns), "1", rows_a_segment);
}

namespace {
Statistic statistic(Function function, const std::string& variable) {
  Statistic made;
  made.function = function;
  made.operand = variable;
  return made;
}
}  // namespace

Statistic count() { return {}; }
Statistic count_of(const std::string& variable) {
  return statistic(Function::count_values, variable);
}
Statistic sum_of(const std::string& variable) { return statistic(Function::sum, variable); }
Statistic mean_of(const std::string& variable) { return statistic(Function::mean, variable); }
Statistic distinct(const std::string& variable) {
  return statistic(Function::count_distinct, variable);
}
Column column(Statistic statistic) {
  Column made;
  made.name = describe(statistic);
  made.statistic = std::move(statistic);
  return made;
}

Condition equals(const std::string& variable, const std::string& code) {
  return is_equal(variable, code);
}

Condition differs(const std::string& variable, const std::string& code) {
  Condition made = equals(variable, code);
  made.comparison = Comparison::not_equal;
  return made;
}

Condition is_null(const std::string& variable) {
  Condition made;
  made.kind = Condition::Kind::is_null;
  made.variable = variable;
  return made;
}

Condition negated(Condition condition) {
  Condition made;
  made.kind = Condition::Kind::negation;
  made.parts = {std::move(condition)};
  return made;
}

Condition both(Condition a, Condition b) {
  Condition made;
  made.kind = Condition::Kind::all_of;
  made.parts = {std::move(a), std::move(b)};
  return made;
}

Tabulation tabulation(const std::vector<std::string>& dimensions, std::vector<Statistic> statistics,
                      Condition where) {
  Tabulation made;
  made.dataset = "pupils";
  made.vintages = {"1"};
  for (const std::string& name : dimensions) made.dimensions.push_back({name, name});
  for (Statistic& statistic : statistics) made.columns.push_back(column(std::move(statistic)));
  made.where = std::move(where);
  made.grouping_sets = {(1U << dimensions.size()) - 1};
  return made;
}

Tabulation cube(Tabulation tabulation) {
  tabulation.grouping_sets.clear();
  for (std::uint32_t set = 1U << tabulation.dimensions.size(); set-- > 0;) {
    tabulation.grouping_sets.push_back(set);
  }
  return tabulation;
}

const Cell& cell(const Table& table, const std::vector<std::string>& codes) {
  for (const Cell& candidate : table.cells) {
    bool same = true;
    for (std::size_t d = 0; d < codes.size(); ++d) {
      const Member member = candidate.key[d];
      const std::string code =
          member == total ? "*"
                          : table.domains[d].codes[static_cast<std::size_t>(member)].value_or("-");
      same = same && code == codes[d];
    }
    if (same) return candidate;
  }
  FAIL("no such cell");
  return table.cells.front();
}

std::vector<std::string> found(const Judgement& judgement, policies::Rule rule) {
  std::vector<std::string> cells;
  for (const Finding& finding : judgement.findings) {
    if (finding.rule != rule) continue;
    std::string key;
    for (const Coordinate& coordinate : finding.cell) {
      if (!key.empty()) key += ",";
      key += coordinate.is_total ? "*" : coordinate.code.value_or("-");
    }
    cells.push_back(key);
  }
  return cells;
}

}  // namespace sceau::disclosure::build
