#include "tests/bench/workload.h"

#include <algorithm>
#include <cmath>

#include "disclosure/number.h"

namespace sceau::bench {
namespace {

using disclosure::Column;
using disclosure::Condition;
using disclosure::Function;
using disclosure::Tabulation;

Column column(const std::string& name, Function function, const std::string& variable = "") {
  Column made;
  made.name = name;
  made.statistic.function = function;
  if (!variable.empty()) made.statistic.operand = variable;
  return made;
}

Condition equal(const std::string& variable, const std::string& code) {
  Condition condition;
  condition.kind = Condition::Kind::compare;
  condition.variable = variable;
  condition.constants = {code};
  return condition;
}

Tabulation tabulation(const std::vector<std::string>& dimensions, std::vector<Column> columns) {
  Tabulation made;
  made.dataset = "eleves";
  made.vintages = {"bench"};
  for (const auto& name : dimensions) made.dimensions.push_back({name, name});
  made.columns = std::move(columns);
  made.grouping_sets = {(1U << dimensions.size()) - 1};
  return made;
}

}  // namespace

std::vector<Query> workload() {
  std::vector<Query> queries(4);
  queries[0] = {"W1", "académie × sexe: count, mean",
                tabulation({"academie", "sexe"}, {column("n", Function::count_rows),
                                                  column("mean", Function::mean, "note")}),
                "SELECT academie, sexe, count(*), avg(note) FROM eleves GROUP BY 1, 2"};
  queries[1] = {
      "W2", "département × niveau × pcs × sexe: count, sum",
      tabulation({"departement", "niveau", "pcs", "sexe"},
                 {column("n", Function::count_rows), column("sum", Function::sum, "note")}),
      "SELECT departement, niveau, pcs, sexe, count(*), sum(note) FROM eleves "
      "GROUP BY 1, 2, 3, 4"};
  queries[2] = queries[0];
  queries[2].name = "W3";
  queries[2].title = "W1 where niveau = terminale and secteur = PUBLIC";
  Condition both;
  both.kind = Condition::Kind::all_of;
  both.parts = {equal("niveau", "terminale"), equal("secteur", "PUBLIC")};
  queries[2].tabulation.where = both;
  queries[2].sql =
      "SELECT academie, sexe, count(*), avg(note) FROM eleves "
      "WHERE niveau = 'terminale' AND secteur = 'PUBLIC' GROUP BY 1, 2";
  queries[3] = {
      "W4", "département × niveau: count, distinct schools",
      tabulation({"departement", "niveau"}, {column("n", Function::count_rows),
                                             column("schools", Function::count_distinct, "uai")}),
      "SELECT departement, niveau, count(*), count(DISTINCT uai) FROM eleves "
      "GROUP BY 1, 2"};
  return queries;
}

Answer answer_of(const disclosure::Table& table) {
  Answer answer;
  for (const auto& cell : table.cells) {
    if (cell.rows == 0) continue;
    std::string key;
    for (std::size_t i = 0; i < cell.key.size(); ++i) {
      const auto& code = table.domains[i].codes[static_cast<std::size_t>(cell.key[i])];
      key += code.value_or("") + "|";
    }
    auto& values = answer[key];
    for (const auto& result : cell.columns) {
      const bool null = result.value.kind == disclosure::Number::Kind::null;
      values.push_back(null ? std::nan("") : disclosure::to_double(result.value));
    }
  }
  return answer;
}

bool same(const Answer& a, const Answer& b) {
  const auto close = [](double x, double y) {
    if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
    return std::abs(x - y) <= 1e-9 * std::max(std::abs(x), std::abs(y));
  };
  return std::ranges::equal(a, b, [&](const auto& left, const auto& right) {
    return left.first == right.first && std::ranges::equal(left.second, right.second, close);
  });
}

}  // namespace sceau::bench
