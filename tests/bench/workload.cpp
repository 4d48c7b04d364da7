#include "tests/bench/workload.h"

#include <cmath>
#include <utility>

#include "disclosure/number.h"

namespace sceau::bench {
namespace {

using disclosure::Column;
using disclosure::Condition;
using disclosure::Decimal;
using disclosure::Evidence;
using disclosure::Function;
using disclosure::Number;
using disclosure::Tabulation;

Column column(const std::string& name, Function function, const std::string& variable = "") {
  Column made;
  made.name = name;
  made.statistic.function = function;
  if (!variable.empty()) made.statistic.operand = variable;
  return made;
}

Column rows() { return column("n", Function::count_rows); }

Condition equal(const std::string& variable, disclosure::Constant constant) {
  Condition condition;
  condition.kind = Condition::Kind::compare;
  condition.variable = variable;
  condition.constants = {std::move(constant)};
  return condition;
}

Tabulation tabulation(const std::string& dataset, const std::vector<std::string>& dimensions,
                      std::vector<Column> columns) {
  Tabulation made;
  made.dataset = dataset;
  for (const auto& name : dimensions) made.dimensions.push_back({name, name});
  made.columns = std::move(columns);
  made.grouping_sets = {(1U << dimensions.size()) - 1};
  return made;
}

Tabulation filtered() {
  Tabulation made =
      tabulation("eleves", {"academie", "sexe"}, {rows(), column("mean", Function::mean, "note")});
  made.where.kind = Condition::Kind::all_of;
  made.where.parts = {equal("annee", Decimal{2021, 0}), equal("boursier", std::string("1"))};
  return made;
}

Tabulation scan() {
  Column holders = rows();
  holders.name = "boursiers";
  holders.statistic.filter = equal("boursier", std::string("1"));
  return tabulation(
      "eleves", {},
      {column("notes", Function::sum, "note"), column("ages", Function::sum, "age"), holders});
}

/// Counts and means, as a table that asks for its release.
Tabulation counted(const std::vector<std::string>& dimensions) {
  return tabulation("eleves", dimensions, {rows(), column("mean", Function::mean, "note")});
}

std::vector<Query> all() {
  const std::vector<std::string> broad = {"departement", "secteur", "serie",
                                          "pcs",         "sexe",    "boursier"};
  const std::vector<std::string> fine = {"departement", "niveau", "pcs", "sexe"};
  return {{"W1", tabulation("eleves", {"academie", "sexe"},
                            {rows(), column("mean", Function::mean, "note")})},
          {"W2", tabulation("eleves", fine,
                            {rows(), column("sum", Function::sum, "note"),
                             column("variance", Function::variance, "note")})},
          {"W3", filtered()},
          {"W4", tabulation("eleves", {"departement", "niveau", "uai"},
                            {rows(), column("sum", Function::sum, "note")})},
          {"W4E",
           tabulation("eleves", {"departement", "niveau"},
                      {rows(), column("schools", Function::count_distinct, "uai"),
                       column("sum", Function::sum, "note")}),
           true},
          {"W5", scan()},
          {"W2E", tabulation("eleves", fine, {rows(), column("sum", Function::sum, "note")}), true},
          {"T300", counted({"departement", "niveau"})},
          {"T300E", counted({"departement", "niveau"}), true},
          {"T45K", counted(broad)},
          {"T45KE", counted(broad), true},
          {"F1", tabulation("lycees", {"academie", "serie", "sexe"}, {rows()})},
          {"F2", tabulation("lycees", {"departement", "niveau"}, {rows()}), true},
          {"P1", tabulation("pisa2003", {"country", "gender"},
                            {rows(), column("weights", Function::sum, "stu_wgt"),
                             column("mean", Function::mean, "math")})},
          {"P2", tabulation("pisa2003", {"country", "mother_educ", "father_educ"},
                            {rows(), column("weights", Function::sum, "stu_wgt"),
                             column("mean", Function::mean, "read")})}};
}

double value(const Number& number) {
  return number.kind == Number::Kind::null ? std::nan("") : disclosure::to_double(number);
}

double largest(const Evidence& evidence, std::size_t place) {
  const auto& sums = evidence.contributions.at(0).largest;
  return place < sums.size() ? value(sums[place]) : std::nan("");
}

double count(std::int64_t number) { return static_cast<double>(number); }

/// From cells of département × niveau × school to those of département × niveau: rows, schools, and
/// the two largest schools' sums, as the peers' SQL adds them up.
Answer over_schools(const disclosure::Table& table) {
  Answer answer;
  for (const auto& cell : table.cells) {
    std::string key;
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& code = table.domains[i].codes[static_cast<std::size_t>(cell.key[i])];
      key += code.value_or("") + "|";
    }
    const auto [at, added] = answer.try_emplace(key, 4, std::nan(""));
    auto& values = at->second;
    if (added) values[0] = values[1] = 0;
    values[0] += count(cell.rows);
    values[1] += 1;
    const double sum = value(cell.columns[1].value);
    if (std::isnan(sum)) continue;
    if (std::isnan(values[2]) || sum > values[2]) {
      values[3] = std::exchange(values[2], sum);
    } else if (std::isnan(values[3]) || sum > values[3]) {
      values[3] = sum;
    }
  }
  return answer;
}

std::vector<double> of_schools(const disclosure::Cell& cell) {
  const Evidence& evidence = cell.columns.back().evidence;
  const auto schools = cell.columns.front().evidence.contributions.at(0).distinct;
  return {count(cell.rows), count(schools), largest(evidence, 0), largest(evidence, 1)};
}

std::vector<double> of_all_evidence(const disclosure::Cell& cell) {
  const Evidence& evidence = cell.columns.back().evidence;
  return {count(cell.rows),
          count(evidence.rows),
          count(evidence.contributions.at(0).distinct),
          largest(evidence, 0),
          largest(evidence, 1),
          value(evidence.contributions.at(0).total),
          value(evidence.sum),
          value(evidence.squares),
          count(evidence.negatives),
          evidence.minimum ? value(*evidence.minimum) : std::nan(""),
          count(evidence.minimum_units),
          evidence.maximum ? value(*evidence.maximum) : std::nan(""),
          count(evidence.maximum_units)};
}

}  // namespace

std::optional<Query> query_named(const std::string& name, std::vector<std::string> vintages) {
  for (auto& query : all()) {
    if (query.name != name) continue;
    query.tabulation.vintages = std::move(vintages);
    return query;
  }
  return std::nullopt;
}

Answer answer_of(const Query& query, const disclosure::Table& table) {
  if (query.name == "W4") return over_schools(table);
  Answer answer;
  for (const auto& cell : table.cells) {
    if (cell.rows == 0) continue;
    std::string key;
    for (std::size_t i = 0; i < cell.key.size(); ++i) {
      const auto& code = table.domains[i].codes[static_cast<std::size_t>(cell.key[i])];
      key += code.value_or("") + "|";
    }
    auto& values = answer[key];
    if (query.evidence) {
      values = query.name == "W2E" || query.name.starts_with("T") ? of_all_evidence(cell)
                                                                  : of_schools(cell);
      continue;
    }
    for (const auto& result : cell.columns) values.push_back(value(result.value));
  }
  return answer;
}

}  // namespace sceau::bench
