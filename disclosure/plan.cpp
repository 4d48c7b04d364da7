#include "disclosure/plan.h"

#include <algorithm>

#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

class Planner {
 public:
  Planner(const policies::Codebook& codebook, ColumnSet& columns, Detail detail)
      : codebook_(&codebook), columns_(&columns) {
    kinds.evidence = detail == Detail::evidence;
    if (!kinds.evidence) {
      measure({});
      return;
    }
    kinds.names = codebook.contributors;
    kinds.unit_is_row = codebook.unit == "row";
    if (!kinds.unit_is_row) {
      kinds.unit = kinds.names.size();
      kinds.names.push_back(codebook.unit);
    }
    kinds.reported = kinds.names.size();
    measure({});  // the cell's own rows
  }

  StatisticPlan statistic(const Statistic& statistic) {
    StatisticPlan plan;
    MeasureSpec spec{statistic.filter, statistic.operand};
    if (needs_second_value(statistic.function)) spec.filter = both_known(statistic);
    switch (statistic.function) {
      case Function::count_rows:
      case Function::count_values:
        break;
      case Function::count_distinct:
        plan.kind = kind(std::get<std::string>(statistic.operand));
        spec.distinct = !kinds.evidence;
        spec.counts_units = !kinds.unit_is_row && *plan.kind == kinds.unit;
        break;
      case Function::quantile:
      case Function::quantile_discrete:
      case Function::skewness:
      case Function::kurtosis:
        spec.numeric = true;
        plan.detail = detail(spec, Gathers::values);
        break;
      case Function::mode:
        plan.detail = detail(spec, Gathers::values);
        break;
      case Function::correlation:
      case Function::covariance_population:
      case Function::covariance_sample:
      case Function::regression_slope:
      case Function::regression_intercept:
      case Function::regression_r2:
      case Function::regression_sxx:
      case Function::regression_syy:
      case Function::regression_sxy:
        plan.detail = detail(spec, Gathers::products, statistic.second);
        spec.operand = {};  // what it gives are rows that have both
        break;
      case Function::weighted_count:
        plan.detail = detail(spec, Gathers::products, statistic.second);
        break;
      case Function::weighted_sum:
      case Function::weighted_mean:
        spec.numeric = true;
        plan.detail = detail(spec, Gathers::products, statistic.second);
        break;
      case Function::gini:
      case Function::hhi:
      case Function::top_share:
        spec.numeric = true;
        plan.detail = gifts(spec, statistic.second);
        break;
      case Function::minimum:
      case Function::maximum:
        spec.extremes = !kinds.evidence;
        spec.numeric = true;
        break;
      case Function::variance:
      case Function::standard_deviation:
      case Function::variance_population:
      case Function::standard_deviation_population:
        spec.squares = !kinds.evidence;
        spec.numeric = true;
        break;
      case Function::sum:
      case Function::mean:
        spec.numeric = true;
        break;
    }
    // An indicator is never NULL, so counting it counts rows.
    const bool counts = !spec.numeric;
    if (counts && std::holds_alternative<Condition>(spec.operand)) spec.operand = {};
    if (spec.numeric && kinds.evidence) plan.holding = holding(spec);
    plan.measure = measure(std::move(spec));
    return plan;
  }

  Kinds kinds;
  std::vector<MeasureSpec> specs;

 private:
  std::size_t measure(MeasureSpec spec) {
    const auto at = std::find(specs.begin(), specs.end(), spec);
    if (at != specs.end()) return static_cast<std::size_t>(at - specs.begin());
    specs.push_back(std::move(spec));
    return specs.size() - 1;
  }

  // The filter, and both variables known. An indicator is never NULL.
  static Condition both_known(const Statistic& statistic) {
    Condition made;
    made.kind = Condition::Kind::all_of;
    if (statistic.filter.kind != Condition::Kind::always) made.parts.push_back(statistic.filter);
    const auto* variable = std::get_if<std::string>(&statistic.operand);
    if (variable != nullptr) made.parts.push_back(is_known(*variable));
    made.parts.push_back(is_known(statistic.second));
    return made;
  }

  std::size_t detail(MeasureSpec spec, Gathers gathers, const std::string& second = {}) {
    spec.gathers = gathers;
    spec.second = second;
    return measure(std::move(spec));
  }

  std::size_t gifts(MeasureSpec spec, const std::string& giver) {
    spec.gathers = Gathers::gifts;
    if (!giver.empty()) spec.giver = kind(giver);
    return measure(std::move(spec));
  }

  std::size_t kind(const std::string& variable) {
    const auto at = std::find(kinds.names.begin(), kinds.names.end(), variable);
    if (!kinds.unit_is_row && variable == codebook_->unit) return kinds.unit;
    if (at != kinds.names.end()) return static_cast<std::size_t>(at - kinds.names.begin());
    kinds.names.push_back(variable);
    return kinds.names.size() - 1;
  }

  std::optional<std::size_t> holding(const MeasureSpec& spec) {
    Condition one;
    if (const auto* indicator = std::get_if<Condition>(&spec.operand)) {
      one = *indicator;
    } else {
      const auto& name = std::get<std::string>(spec.operand);
      const policies::Variable* variable = codebook_->find(name);
      const auto column = columns_->source().column(name);
      if (variable == nullptr || !is_indicator(*variable) || !column ||
          column->kind == ColumnKind::codes) {
        return std::nullopt;
      }
      one = is_one(name);
    }
    MeasureSpec held;
    held.filter.kind = Condition::Kind::all_of;
    held.filter.parts = {spec.filter, std::move(one)};
    return measure(std::move(held));
  }

  const policies::Codebook* codebook_;
  ColumnSet* columns_;
};

}  // namespace

bool is_indicator(const policies::Variable& variable) {
  if (variable.type != policies::Type::integer) return false;
  const auto is = [](const std::optional<Decimal>& bound, std::int64_t value) {
    return bound && policies::compare(*bound, Decimal{value, 0}) == 0;
  };
  if (is(variable.min, 0) && is(variable.max, 1)) return true;
  const auto& values = variable.values;
  return !values.empty() && std::all_of(values.begin(), values.end(), [](const auto& value) {
    return value.code == "0" || value.code == "1";
  });
}

std::vector<std::string> sensitive_of(const std::set<std::string>& names,
                                      const policies::Codebook& codebook) {
  std::vector<std::string> found;
  for (const std::string& name : names) {
    const policies::Variable* variable = codebook.find(name);
    if (variable != nullptr && variable->sensitive) found.push_back(name);
  }
  return found;
}

bool is_binary(const policies::Variable& variable) {
  return is_indicator(variable) || variable.values.size() == 2;
}

std::vector<std::size_t> Plan::free_dimensions(std::size_t kind) const {
  const std::string& entity = kinds.names[kind];
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    const std::string* variable = dimensions[i].variable();
    const bool decided = variable != nullptr &&
                         (*variable == entity || columns.source().determines(entity, *variable));
    if (!decided) free.push_back(i);
  }
  return free;
}

Plan make_plan(const Tabulation& tabulation, const Source& source,
               const policies::Codebook& codebook, Detail detail) {
  std::string why;
  if (!can_tabulate(tabulation, &why)) throw DisclosureError(Fault::malformed, why);
  ColumnSet columns(source);
  Planner planner(codebook, columns, detail);
  std::vector<ColumnPlan> outputs;
  for (const Column& column : tabulation.columns) {
    ColumnPlan output;
    output.statistic = planner.statistic(column.statistic);
    if (column.denominator) output.denominator = planner.statistic(*column.denominator);
    outputs.push_back(output);
  }
  BoundCondition where(tabulation.where, columns);
  std::vector<BoundDimension> dimensions;
  for (const Dimension& dimension : tabulation.dimensions)
    dimensions.emplace_back(dimension, columns);
  std::vector<BoundEntity> entities;
  for (const std::string& kind : planner.kinds.names) entities.emplace_back(kind, columns);
  std::vector<BoundMeasure> measures;
  bool has_real = false;
  for (const MeasureSpec& spec : planner.specs) {
    measures.emplace_back(spec, columns);
    has_real = has_real || measures.back().adds_reals();
  }
  return Plan{std::move(columns),       std::move(where),    std::move(dimensions),
              std::move(planner.kinds), std::move(entities), std::move(measures),
              std::move(outputs),       tabulation.vintages, has_real};
}

}  // namespace sceau::disclosure
