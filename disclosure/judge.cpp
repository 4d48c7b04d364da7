#include "disclosure/judge.h"

#include <algorithm>

namespace sceau::disclosure {
namespace {

using policies::Rule;

void shares(const Contributions& kind, const policies::Policy& policy, std::vector<Breach>& out) {
  if (policy.enforces(Rule::dominance)) {
    for (const policies::DominanceRule& rule : policy.dominance) {
      if (auto breach = dominance(kind, rule)) out.push_back(std::move(*breach));
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
  switch (statistic.function) {
    case Function::count_rows:
    case Function::count_values:
    case Function::count_distinct:
    case Function::mode:
    case Function::weighted_count:
    case Function::correlation:
    case Function::covariance_population:
    case Function::covariance_sample:
    case Function::regression_slope:
    case Function::regression_intercept:
    case Function::regression_r2:
    case Function::regression_count:
    case Function::regression_mean_x:
    case Function::regression_mean_y:
    case Function::regression_sxx:
    case Function::regression_syy:
    case Function::regression_sxy:
      return Telling::count;
    case Function::sum:
    case Function::mean:
    case Function::minimum:
    case Function::maximum:
    case Function::quantile:
    case Function::variance:
    case Function::standard_deviation:
    case Function::variance_population:
    case Function::standard_deviation_population:
    case Function::skewness:
    case Function::kurtosis:
    case Function::quantile_discrete:
    case Function::gini:
    case Function::hhi:
    case Function::top_share:
    case Function::weighted_sum:
    case Function::weighted_mean:
      return zero_or_one ? Telling::presence : Telling::magnitude;
  }
  return Telling::magnitude;
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
    if (telling != Telling::presence && !each_gives_one) shares(kind, policy, found);
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
      look(result.evidence, telling_of(column.statistic, result.holding.has_value()));
      if (result.holding) look(*result.holding, Telling::count);
      if (result.denominator) {
        look(*result.denominator,
             telling_of(*column.denominator, result.denominator_holding.has_value()));
      }
      if (result.denominator_holding) look(*result.denominator_holding, Telling::count);
    }
  }
  return found;
}

}  // namespace sceau::disclosure
