#include "disclosure/tabulation.h"

#include <algorithm>
#include <set>

#include "disclosure/fault.h"

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

std::string call_text(const Statistic& statistic) {
  const std::string operand = operand_text(statistic.operand);
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
    case Function::variance:
      return "variance(" + operand + ")";
    case Function::standard_deviation:
      return "stddev(" + operand + ")";
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
}

}  // namespace

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

std::string describe(const Column& column) {
  if (column.model) return describe(*column.model);
  std::string text = describe(column.statistic);
  if (column.denominator) text += " / " + describe(*column.denominator);
  return text;
}

std::vector<std::string> variables_of(const Tabulation& tabulation) {
  std::set<std::string> names;
  collect(tabulation.where, names);
  for (const Dimension& dimension : tabulation.dimensions) {
    if (const auto* variable = std::get_if<std::string>(&dimension.from)) names.insert(*variable);
    if (const auto* bucket = std::get_if<WidthBucket>(&dimension.from))
      names.insert(bucket->variable);
    if (const auto* recode = std::get_if<Recode>(&dimension.from)) {
      for (const RecodeCase& one : recode->cases) collect(one.when, names);
    }
  }
  for (const Column& column : tabulation.columns) {
    collect(column.statistic, names);
    if (column.denominator) collect(*column.denominator, names);
    if (!column.model) continue;
    for (const std::string& name : variables_of(*column.model)) names.insert(name);
  }
  return {names.begin(), names.end()};
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
