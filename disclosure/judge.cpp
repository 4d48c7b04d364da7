#include "disclosure/judge.h"

#include <algorithm>

#include "disclosure/statistic_class.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;

void shares(const Contributions& kind, const Number& weighted_total, const policies::Policy& policy,
            std::vector<Breach>& out) {
  const bool weighted = weighted_total.kind != Number::Kind::null;
  if (policy.enforces(Rule::dominance)) {
    for (const policies::DominanceRule& rule : policy.dominance) {
      auto breach =
          weighted ? weighted_dominance(kind, weighted_total, rule) : dominance(kind, rule);
      if (breach) out.push_back(std::move(*breach));
    }
  }
  if (policy.enforces(Rule::p_percent)) {
    if (auto breach = p_percent(kind, policy.p_percent.share)) out.push_back(std::move(*breach));
  }
}

// Findings of one cell, each said once a statistic.
class CellFindings {
 public:
  CellFindings(const Table& table, const Cell& cell, std::size_t place, std::vector<Placed>& out)
      : table_(&table), cell_(&cell), place_(place), first_(out.size()), out_(&out) {}

  void add(const std::vector<Breach>& breaches, const std::string& statistic) {
    for (const Breach& breach : breaches) {
      const auto same = [&](const Placed& placed) {
        return placed.finding.statistic == statistic && placed.finding.message == breach.message;
      };
      const auto begin = out_->begin() + static_cast<std::ptrdiff_t>(first_);
      if (std::any_of(begin, out_->end(), same)) continue;
      Finding finding;
      finding.rule = breach.rule;
      finding.verdict = breach.verdict;
      finding.cell = coordinates(*table_, *cell_);
      finding.statistic = statistic;
      finding.measured = breach.measured;
      finding.limit = breach.limit;
      finding.message = breach.message;
      out_->push_back({place_, std::move(finding)});
    }
  }

 private:
  const Table* table_;
  const Cell* cell_;
  std::size_t place_;
  std::size_t first_;
  std::vector<Placed>* out_;
};

}  // namespace

Telling telling_of(const Statistic& statistic, bool zero_or_one) {
  switch (class_of(statistic.function)) {
    case StatisticClass::frequency:
      return Telling::count;
    case StatisticClass::linear:
    case StatisticClass::concentration:
      return zero_or_one ? Telling::presence : Telling::magnitude;
    case StatisticClass::end_point:
    case StatisticClass::position:
    case StatisticClass::mode:
    case StatisticClass::shape:
    case StatisticClass::correlation:
    case StatisticClass::test:
    case StatisticClass::survival:
    case StatisticClass::gini:
      return Telling::presence;
    case StatisticClass::ratio:  // no function's own
    case StatisticClass::linked:
    case StatisticClass::cluster:
      return Telling::magnitude;
  }
  return Telling::magnitude;
}

std::vector<Breach> judge_class(const Statistic& statistic, const Evidence& evidence,
                                const policies::Policy& policy) {
  std::vector<Breach> found;
  const auto keep = [&](Rule rule, std::optional<Breach> breach) {
    if (breach && policy.enforces(rule)) found.push_back(std::move(*breach));
  };
  switch (class_of(statistic.function)) {
    case StatisticClass::end_point: {
      const bool low = statistic.function == Function::minimum;
      keep(Rule::extremes, extremes(low ? "minimum" : "maximum",
                                    low ? evidence.minimum_units : evidence.maximum_units,
                                    evidence.rows, policy.extremes.minimum));
      break;
    }
    case StatisticClass::position:
      keep(Rule::quantiles,
           quantiles(evidence.below, evidence.above, evidence.rows, policy.quantiles.minimum));
      break;
    case StatisticClass::shape:
    case StatisticClass::correlation:
    case StatisticClass::test:
      keep(Rule::degrees_of_freedom,
           evidence.rows == 0
               ? std::nullopt
               : degrees_of_freedom(evidence.units, parameters_of(statistic.function),
                                    policy.degrees_of_freedom.minimum));
      break;
    case StatisticClass::frequency:
    case StatisticClass::linear:
    case StatisticClass::mode:  // group disclosure's
    case StatisticClass::ratio:
    case StatisticClass::survival:
    case StatisticClass::concentration:
    case StatisticClass::gini:
    case StatisticClass::linked:
    case StatisticClass::cluster:
      break;
  }
  return found;
}

std::vector<Breach> judge(const Evidence& evidence, Telling telling,
                          const policies::Policy& policy) {
  std::vector<Breach> found;
  const auto keep = [&found](std::optional<Breach> breach) {
    if (breach) found.push_back(std::move(*breach));
  };
  if (policy.enforces(Rule::threshold)) {
    keep(
        threshold(evidence.units, evidence.rows, policy.threshold.minimum, policy.threshold.zeros));
  }
  for (std::size_t i = 0; i < evidence.contributions.size(); ++i) {
    const Contributions& kind = evidence.contributions[i];
    const bool is_unit = i + 1 == evidence.contributions.size();
    if (!is_unit && policy.enforces(Rule::contributors)) {
      keep(contributors(kind, evidence.rows, policy.contributors.minimum));
    }
    const bool each_gives_one = telling == Telling::count && kind.kind == "row";
    if (telling != Telling::presence && !each_gives_one) {
      shares(kind, evidence.weighted_total, policy, found);
    }
  }
  if (telling == Telling::count) return found;
  if (policy.enforces(Rule::p_percent) &&
      policy.p_percent.negatives == policies::Negatives::review) {
    keep(negatives(evidence));
  }
  if (policy.enforces(Rule::homogeneity)) keep(homogeneity(evidence, policy.homogeneity.verdict));
  return found;
}

std::vector<Coordinate> coordinates(const Table& table, const Cell& cell) {
  std::vector<Coordinate> found;
  for (std::size_t d = 0; d < table.domains.size(); ++d) {
    const Member member = cell.key[d];
    Coordinate coordinate{table.domains[d].name, std::nullopt, member == total};
    if (member != total) coordinate.code = table.domains[d].codes[static_cast<std::size_t>(member)];
    found.push_back(std::move(coordinate));
  }
  return found;
}

std::string key_of(const std::vector<Coordinate>& cell) {
  std::string key;
  for (const Coordinate& at : cell) {
    key += at.is_total ? "T"
           : at.code   ? "C" + std::to_string(at.code->size()) + ":" + *at.code
                       : "N";
  }
  return key;
}

std::vector<Placed> judge_cells(const Table& table, const policies::Policy& policy) {
  std::vector<Placed> found;
  std::vector<std::string> names;
  for (const Column& column : table.tabulation.columns) names.push_back(describe(column));
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const Cell& cell = table.cells[i];
    if (cell.suppressed) continue;
    CellFindings findings(table, cell, i + 1, found);
    for (std::size_t c = 0; c < cell.columns.size(); ++c) {
      const Column& column = table.tabulation.columns[c];
      const ColumnResult& result = cell.columns[c];
      const auto look = [&](const Evidence& evidence, Telling telling) {
        findings.add(judge(evidence, telling, policy), names[c]);
      };
      const auto look_at = [&](const Statistic& statistic, const Evidence& evidence, bool holds) {
        look(evidence, telling_of(statistic, holds));
        findings.add(judge_class(statistic, evidence, policy), names[c]);
      };
      look_at(column.statistic, result.evidence, result.holding.has_value());
      if (result.holding) look(*result.holding, Telling::count);
      if (result.denominator) {
        look_at(*column.denominator, *result.denominator, result.denominator_holding.has_value());
      }
      if (result.denominator_holding) look(*result.denominator_holding, Telling::count);
    }
  }
  return found;
}

}  // namespace sceau::disclosure
