// can_tabulate: what a tabulation must be before any source is seen.

#include <algorithm>
#include <functional>
#include <limits>

#include "disclosure/condition_json.h"
#include "disclosure/fault.h"
#include "disclosure/implied.h"
#include "disclosure/restricted.h"
#include "disclosure/rounded_counts.h"
#include "disclosure/tabulation.h"

namespace sceau::disclosure {
namespace {

using Why = const char*;  // null: well formed

bool is_sound(const Decimal& value) { return value.scale >= 0 && value.scale <= 18; }

Why check(const Condition& condition, int depth) {
  if (depth > max_condition_depth) return "a condition is nested too deeply";
  switch (condition.kind) {
    case Condition::Kind::always:
    case Condition::Kind::unknown:
      return nullptr;
    case Condition::Kind::negation:
      if (condition.parts.size() != 1) return "a negation has one part";
      [[fallthrough]];
    case Condition::Kind::all_of:
    case Condition::Kind::any_of:
      for (const Condition& part : condition.parts) {
        if (const Why why = check(part, depth + 1)) return why;
      }
      return nullptr;
    case Condition::Kind::compare:
      if (condition.constants.size() != 1) return "a comparison has one constant";
      [[fallthrough]];
    case Condition::Kind::in_list:
    case Condition::Kind::is_null:
      for (const Constant& constant : condition.constants) {
        const auto* number = std::get_if<Decimal>(&constant);
        if (number != nullptr && !is_sound(*number)) return "a constant has too many decimals";
      }
      return condition.variable.empty() ? "a comparison names no variable" : nullptr;
  }
  return nullptr;
}

Why check_second(const Statistic& statistic) {
  if (needs_second_value(statistic.function)) {
    return statistic.second.empty() ? "a statistic of two variables names both" : nullptr;
  }
  if (is_concentration(statistic.function) || statistic.second.empty()) return nullptr;
  return "a statistic of one variable names a second";
}

Why check_operand(const Statistic& statistic) {
  const bool none = std::holds_alternative<std::monostate>(statistic.operand);
  const bool variable = std::holds_alternative<std::string>(statistic.operand);
  switch (statistic.function) {
    case Function::count_rows:
      return none ? nullptr : "count(*) has no operand";
    case Function::count_distinct:
      return std::holds_alternative<std::string>(statistic.operand)
                 ? nullptr
                 : "count(DISTINCT …) counts a variable";
    case Function::quantile:
    case Function::quantile_discrete: {
      const Decimal& fraction = statistic.fraction;
      const bool within = is_sound(fraction) && fraction.mantissa >= 0 &&
                          policies::compare(fraction, Decimal{1, 0}) <= 0;
      if (!within) return "the fraction of a quantile lies between 0 and 1";
      return none ? "an aggregate needs an operand" : nullptr;
    }
    case Function::count_values:
    case Function::sum:
    case Function::mean:
    case Function::minimum:
    case Function::maximum:
    case Function::variance:
    case Function::standard_deviation:
    case Function::variance_population:
    case Function::standard_deviation_population:
    case Function::skewness:
    case Function::kurtosis:
    case Function::mode:
    case Function::weighted_sum:
    case Function::weighted_mean:
      return none ? "an aggregate needs an operand" : nullptr;
    case Function::weighted_count:
      return none ? nullptr : "weighted_count() has no operand";
    case Function::top_share:
      if (statistic.top < 1 || statistic.top > max_top_share) {
        return "a share is of the 1 to 100 largest";
      }
      return variable ? nullptr : "a concentration is of a variable";
    case Function::gini:
    case Function::hhi:
      return variable ? nullptr : "a concentration is of a variable";
    case Function::correlation:
    case Function::covariance_population:
    case Function::covariance_sample:
    case Function::regression_slope:
    case Function::regression_intercept:
    case Function::regression_r2:
    case Function::regression_sxx:
    case Function::regression_syy:
    case Function::regression_sxy:
      return variable ? nullptr : "a correlation or regression is of two variables";
  }
  return nullptr;
}

Why check(const Statistic& statistic) {
  if (const Why why = check_operand(statistic)) return why;
  if (const Why why = check_second(statistic)) return why;
  if (const auto* indicator = std::get_if<Condition>(&statistic.operand)) {
    if (const Why why = check(*indicator, 0)) return why;
  }
  return check(statistic.filter, 0);
}

Why check(const Column& column) {
  if (const Why why = check(column.statistic)) return why;
  const auto is_mode = [](const Statistic& one) { return one.function == Function::mode; };
  if ((is_mode(column.statistic) && (column.denominator || column.percentage)) ||
      (column.denominator && is_mode(*column.denominator))) {
    return "a mode is computed with no further";
  }
  return column.denominator ? check(*column.denominator) : nullptr;
}

Why check(const Dimension& dimension) {
  if (const auto* recode = std::get_if<Recode>(&dimension.from)) {
    for (const RecodeCase& one : recode->cases) {
      if (const Why why = check(one.when, 0)) return why;
    }
  }
  if (const auto* bucket = std::get_if<WidthBucket>(&dimension.from)) {
    if (bucket->buckets < 1 || bucket->buckets > std::numeric_limits<std::int32_t>::max() - 3) {
      return "width_bucket takes at least one bucket";
    }
    if (!is_sound(bucket->low) || !is_sound(bucket->high)) return "a bound has too many decimals";
    if (policies::compare(bucket->low, bucket->high) == 0) {
      return "width_bucket takes two different bounds";
    }
  }
  return nullptr;
}

bool is_variable(std::string_view name) {
  return !name.empty() && name.find_first_of(">@.") == std::string_view::npos;
}

/// A data set, or those of its rows that a filter over its own variables lets through.
bool is_joinable(const std::string& name) {
  try {
    const auto [dataset, filter] = joined_rows(name);
    if (!filter) return is_variable(dataset);
    const auto variables = variables_of(*filter);
    return is_variable(dataset) && std::all_of(variables.begin(), variables.end(), is_variable);
  } catch (const DisclosureError&) {
    return false;
  }
}

Why check_model(const Tabulation& tabulation, const Column& column) {
  if (const Why why = why_no_model(*column.model)) return why;
  if (tabulation.columns.size() != 1) return "a table with a model has no other column";
  if (!tabulation.hidden.empty()) return "a table with a model hides no cells";
  const bool counts = column.statistic == statistic_of(*column.model) && !column.denominator;
  return counts && !column.integer_division && !column.percentage
             ? nullptr
             : "a model stands beside another statistic";
}

Why check_references(const Tabulation& tabulation) {
  for (std::size_t i = 0; i < tabulation.references.size(); ++i) {
    const Reference& reference = tabulation.references[i];
    if (!is_variable(reference.variable) || !is_joinable(reference.dataset) ||
        !is_variable(reference.key)) {
      return "a reference names a variable, a data set and its key";
    }
    if (i > 0 && reference <= tabulation.references[i - 1]) {
      return "references stand in ascending order";
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (joined_name(reference, "") == joined_name(tabulation.references[j], "")) {
        return "one reference has two keys";
      }
    }
  }
  try {
    for (const std::string& name : variables_of(tabulation)) {
      static_cast<void>(joined_variable(tabulation, name));
    }
  } catch (const DisclosureError&) {
    return "a joined variable has no reference";
  }
  return nullptr;
}

Why check_hidden(const Tabulation& tabulation) {
  const auto& hidden = tabulation.hidden;
  if (std::adjacent_find(hidden.begin(), hidden.end(), std::greater_equal<>()) != hidden.end()) {
    return "hidden cells stand in ascending order";
  }
  for (const HiddenCell& cell : hidden) {
    if (cell.grouping_set >= tabulation.grouping_sets.size() ||
        cell.codes.size() != tabulation.dimensions.size()) {
      return "a hidden cell is none of the table's";
    }
    for (std::size_t d = 0; d < cell.codes.size(); ++d) {
      const bool kept = ((tabulation.grouping_sets[cell.grouping_set] >> d) & 1U) != 0;
      if (!kept && cell.codes[d]) return "a hidden cell has a code where it is a margin";
    }
  }
  return nullptr;
}

Why check(const Tabulation& tabulation) {
  if (tabulation.dimensions.size() > max_dimensions) return "a table has at most 16 dimensions";
  if (tabulation.vintages.empty()) return "a table needs a vintage";
  // Each once: a table that names one twice would be another to whoever compares them.
  if (std::adjacent_find(tabulation.vintages.begin(), tabulation.vintages.end(),
                         std::greater_equal<>()) != tabulation.vintages.end()) {
    return "vintages stand in ascending order";
  }
  if (tabulation.grouping_sets.empty()) return "a table has at least one grouping set";
  for (const std::uint32_t set : tabulation.grouping_sets) {
    if ((set >> tabulation.dimensions.size()) != 0) return "a grouping set names no such dimension";
  }
  for (const Dimension& dimension : tabulation.dimensions) {
    if (const Why why = check(dimension)) return why;
  }
  for (const Column& column : tabulation.columns) {
    if (const Why why = check(column)) return why;
    if (!column.model) continue;
    if (const Why why = check_model(tabulation, column)) return why;
  }
  if (const Why why = check(tabulation.where, 0)) return why;
  if (const Why why = check_hidden(tabulation)) return why;
  if (tabulation.rounded_to != 0) {
    if (tabulation.rounded_to < 0 || tabulation.rounded_to > 1'000'000) {
      return "counts are rounded to at most a million";
    }
    if (!can_be_rounded(tabulation)) return "a table that is no table of counts is rounded";
  }
  return check_references(tabulation);
}

}  // namespace

bool is_well_formed(const Condition& condition, std::string* why) {
  const Why found = check(condition, 0);
  if (found != nullptr && why != nullptr) *why = found;
  return found == nullptr;
}

bool can_tabulate(const Tabulation& tabulation, std::string* why) {
  const Why found = check(tabulation);
  if (found != nullptr && why != nullptr) *why = found;
  return found == nullptr;
}

}  // namespace sceau::disclosure
