#include "disclosure/tabulation.h"

#include <algorithm>
#include <array>

#include "disclosure/fault.h"
#include "disclosure/statistic_class.h"

namespace sceau::disclosure {
namespace {

constexpr char join_mark = '>';

std::string_view sign(Comparison comparison) {
  switch (comparison) {
    case Comparison::equal:
      return "=";
    case Comparison::not_equal:
      return "<>";
    case Comparison::less:
      return "<";
    case Comparison::less_equal:
      return "<=";
    case Comparison::greater:
      return ">";
    case Comparison::greater_equal:
      return ">=";
  }
  return "=";
}

std::string describe(const Constant& constant) {
  if (const auto* number = std::get_if<Decimal>(&constant)) return policies::to_string(*number);
  std::string quoted = "'";
  for (const char c : std::get<std::string>(constant)) {
    if (c == '\'') quoted += c;
    quoted += c;
  }
  return quoted + "'";
}

std::string joined(const std::vector<Condition>& parts, std::string_view word,
                   std::string_view none) {
  if (parts.empty()) return std::string(none);
  std::string text;
  for (const Condition& part : parts) {
    const bool nested =
        part.kind == Condition::Kind::all_of || part.kind == Condition::Kind::any_of;
    if (!text.empty()) text += word;
    text += nested ? "(" + describe(part) + ")" : describe(part);
  }
  return text;
}

std::string operand_text(const Operand& operand) {
  if (const auto* variable = std::get_if<std::string>(&operand)) return *variable;
  if (const auto* indicator = std::get_if<Condition>(&operand)) return describe(*indicator);
  return "*";
}

// Functions whose call is their name and their operands.
constexpr std::array<std::pair<Function, std::string_view>, 20> sql_names = {{
    {Function::variance, "variance"},
    {Function::standard_deviation, "stddev"},
    {Function::variance_population, "var_pop"},
    {Function::standard_deviation_population, "stddev_pop"},
    {Function::skewness, "skewness"},
    {Function::kurtosis, "kurtosis"},
    {Function::mode, "mode"},
    {Function::correlation, "corr"},
    {Function::covariance_population, "covar_pop"},
    {Function::covariance_sample, "covar_samp"},
    {Function::regression_slope, "regr_slope"},
    {Function::regression_intercept, "regr_intercept"},
    {Function::regression_r2, "regr_r2"},
    {Function::regression_sxx, "regr_sxx"},
    {Function::regression_syy, "regr_syy"},
    {Function::regression_sxy, "regr_sxy"},
    {Function::gini, "gini"},
    {Function::hhi, "hhi"},
    {Function::weighted_sum, "weighted_sum"},
    {Function::weighted_mean, "weighted_avg"},
}};

std::string_view sql_name(Function function) {
  for (const auto& [one, name] : sql_names) {
    if (one == function) return name;
  }
  return {};
}

std::string call_text(const Statistic& statistic) {
  const std::string operand = operand_text(statistic.operand);
  const std::string by = statistic.second.empty() ? "" : " by " + statistic.second;
  switch (statistic.function) {
    case Function::count_rows:
      return "count(*)";
    case Function::count_values:
      return "count(" + operand + ")";
    case Function::count_distinct:
      return "count(DISTINCT " + operand + ")";
    case Function::sum:
      return "sum(" + operand + ")";
    case Function::mean:
      return "avg(" + operand + ")";
    case Function::minimum:
      return "min(" + operand + ")";
    case Function::maximum:
      return "max(" + operand + ")";
    case Function::quantile:
      if (policies::compare(statistic.fraction, Decimal{5, 1}) == 0)
        return "median(" + operand + ")";
      return "percentile_cont(" + policies::to_string(statistic.fraction) + ", " + operand + ")";
    case Function::quantile_discrete:
      return "percentile_disc(" + policies::to_string(statistic.fraction) + ", " + operand + ")";
    case Function::top_share:
      return "top_share(" + std::to_string(statistic.top) + ", " + operand + by + ")";
    case Function::gini:
    case Function::hhi:
      return std::string(sql_name(statistic.function)) + "(" + operand + by + ")";
    case Function::weighted_count:
      return "weighted_count(" + statistic.second + ")";
    case Function::variance:
    case Function::standard_deviation:
    case Function::variance_population:
    case Function::standard_deviation_population:
    case Function::skewness:
    case Function::kurtosis:
    case Function::mode:
      return std::string(sql_name(statistic.function)) + "(" + operand + ")";
    case Function::correlation:
    case Function::covariance_population:
    case Function::covariance_sample:
    case Function::regression_slope:
    case Function::regression_intercept:
    case Function::regression_r2:
    case Function::regression_sxx:
    case Function::regression_syy:
    case Function::regression_sxy:
    case Function::weighted_sum:
    case Function::weighted_mean:
      return std::string(sql_name(statistic.function)) + "(" + operand + ", " + statistic.second +
             ")";
  }
  return {};
}

void collect(const Condition& condition, std::set<std::string>& names) {
  switch (condition.kind) {
    case Condition::Kind::always:
    case Condition::Kind::unknown:
      return;
    case Condition::Kind::all_of:
    case Condition::Kind::any_of:
    case Condition::Kind::negation:
      for (const Condition& part : condition.parts) collect(part, names);
      return;
    case Condition::Kind::compare:
    case Condition::Kind::in_list:
    case Condition::Kind::is_null:
      names.insert(condition.variable);
      return;
  }
}

void collect(const Statistic& statistic, std::set<std::string>& names) {
  collect(statistic.filter, names);
  if (const auto* variable = std::get_if<std::string>(&statistic.operand)) names.insert(*variable);
  if (const auto* indicator = std::get_if<Condition>(&statistic.operand))
    collect(*indicator, names);
  if (!statistic.second.empty()) names.insert(statistic.second);
}

}  // namespace

bool needs_second_value(Function function) {
  return class_of(function) == StatisticClass::correlation || is_weighted(function);
}

bool is_concentration(Function function) {
  return function == Function::gini || function == Function::hhi || function == Function::top_share;
}

bool is_weighted(Function function) {
  return function == Function::weighted_count || function == Function::weighted_sum ||
         function == Function::weighted_mean;
}

bool has_fraction(Function function) {
  return function == Function::quantile || function == Function::quantile_discrete;
}

std::string describe(const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::always:
      return "true";
    case Condition::Kind::unknown:
      return "NULL";
    case Condition::Kind::all_of:
      return joined(condition.parts, " AND ", "true");
    case Condition::Kind::any_of:
      return joined(condition.parts, " OR ", "false");
    case Condition::Kind::negation:
      return "NOT (" + joined(condition.parts, ", ", "") + ")";
    case Condition::Kind::compare:
      return condition.variable + " " + std::string(sign(condition.comparison)) + " " +
             (condition.constants.empty() ? "?" : describe(condition.constants[0]));
    case Condition::Kind::in_list: {
      std::string list;
      for (const Constant& constant : condition.constants) {
        list += (list.empty() ? "" : ", ") + describe(constant);
      }
      return condition.variable + " IN (" + list + ")";
    }
    case Condition::Kind::is_null:
      return condition.variable + " IS NULL";
  }
  return {};
}

std::string describe(const Statistic& statistic) {
  std::string text = call_text(statistic);
  if (statistic.filter.kind != Condition::Kind::always) {
    text += " FILTER (WHERE " + describe(statistic.filter) + ")";
  }
  return text;
}

std::uint32_t shown_dimensions(const Tabulation& tabulation) {
  std::uint32_t all = 0;
  for (const std::uint32_t set : tabulation.grouping_sets) all |= set;
  return all;
}

bool shows_its_leaves(const Tabulation& tabulation) {
  const auto& sets = tabulation.grouping_sets;
  return std::find(sets.begin(), sets.end(), shown_dimensions(tabulation)) != sets.end();
}

std::string describe(const Dimension& dimension) {
  if (const auto* variable = std::get_if<std::string>(&dimension.from)) return *variable;
  if (const auto* bucket = std::get_if<WidthBucket>(&dimension.from)) {
    return "width_bucket(" + bucket->variable + ", " + policies::to_string(bucket->low) + ", " +
           policies::to_string(bucket->high) + ", " + std::to_string(bucket->buckets) + ")";
  }
  std::string cases;
  for (const auto& one : std::get<Recode>(dimension.from).cases) {
    cases += (cases.empty() ? "" : " | ") + describe(one.when);
  }
  return "CASE " + cases;
}

std::string describe(const Column& column) {
  if (column.model) return describe(*column.model);
  std::string text = (column.percentage ? "100 * " : "") + describe(column.statistic);
  if (column.denominator) text += " / " + describe(*column.denominator);
  return text;
}

Condition is_known(std::string variable) {
  Condition null;
  null.kind = Condition::Kind::is_null;
  null.variable = std::move(variable);
  Condition made;
  made.kind = Condition::Kind::negation;
  made.parts = {std::move(null)};
  return made;
}

Condition is_equal(std::string variable, Constant constant) {
  Condition made;
  made.kind = Condition::Kind::compare;
  made.variable = std::move(variable);
  made.constants.push_back(std::move(constant));
  return made;
}

Condition is_one(std::string variable) { return is_equal(std::move(variable), Decimal{1, 0}); }

std::set<std::string> variables_of(const Condition& condition) {
  std::set<std::string> names;
  collect(condition, names);
  return names;
}

std::set<std::string> variables_of(const Dimension& dimension) {
  if (const auto* variable = std::get_if<std::string>(&dimension.from)) return {*variable};
  if (const auto* bucket = std::get_if<WidthBucket>(&dimension.from)) return {bucket->variable};
  std::set<std::string> names;
  for (const RecodeCase& one : std::get<Recode>(dimension.from).cases) collect(one.when, names);
  return names;
}

std::vector<std::string> variables_of(const Tabulation& tabulation) {
  std::set<std::string> names;
  collect(tabulation.where, names);
  for (const Dimension& dimension : tabulation.dimensions) names.merge(variables_of(dimension));
  for (const Column& column : tabulation.columns) {
    collect(column.statistic, names);
    if (column.denominator) collect(*column.denominator, names);
    if (!column.model) continue;
    for (const std::string& name : variables_of(*column.model)) names.insert(name);
  }
  return {names.begin(), names.end()};
}

bool hides(const Tabulation& tabulation, const HiddenCell& cell) {
  return std::binary_search(tabulation.hidden.begin(), tabulation.hidden.end(), cell);
}

std::string joined_name(const Reference& reference, std::string_view variable) {
  std::string name = reference.variable + join_mark + reference.dataset;
  if (!reference.vintage.empty()) name += "@" + reference.vintage;
  return name + "." + std::string(variable);
}

std::optional<JoinedVariable> joined_variable(const Tabulation& tabulation, std::string_view name) {
  if (name.find(join_mark) == std::string_view::npos) return std::nullopt;
  // A vintage may hold a dot, a variable never does.
  const auto dot = name.rfind('.');
  const auto variable = dot == std::string_view::npos ? "" : name.substr(dot + 1);
  for (const Reference& reference : tabulation.references) {
    if (!variable.empty() && joined_name(reference, variable) == name) {
      return JoinedVariable{&reference, std::string(variable)};
    }
  }
  throw DisclosureError(Fault::malformed, "a joined variable has no reference");
}

}  // namespace sceau::disclosure
