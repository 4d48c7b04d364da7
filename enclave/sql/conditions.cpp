#include "enclave/sql/conditions.h"

#include <algorithm>

#include "enclave/sql/numeric.h"

namespace sceau::enclave::sql {

using disclosure::Comparison;
using disclosure::Condition;
using Kind = Condition::Kind;

namespace {

Condition of_kind(Kind kind) {
  Condition condition;
  condition.kind = kind;
  return condition;
}

std::optional<Comparison> comparison_of(std::string_view name) {
  if (name == "=") return Comparison::equal;
  if (name == "<>") return Comparison::not_equal;
  if (name == "<") return Comparison::less;
  if (name == "<=") return Comparison::less_equal;
  if (name == ">") return Comparison::greater;
  if (name == ">=") return Comparison::greater_equal;
  return std::nullopt;
}

Comparison mirrored(Comparison comparison) {
  switch (comparison) {
    case Comparison::equal:
    case Comparison::not_equal:
      return comparison;
    case Comparison::less:
      return Comparison::greater;
    case Comparison::less_equal:
      return Comparison::greater_equal;
    case Comparison::greater:
      return Comparison::less;
    case Comparison::greater_equal:
      return Comparison::less_equal;
  }
  return comparison;
}

bool holds(Comparison comparison, int order) {
  switch (comparison) {
    case Comparison::equal:
      return order == 0;
    case Comparison::not_equal:
      return order != 0;
    case Comparison::less:
      return order < 0;
    case Comparison::less_equal:
      return order <= 0;
    case Comparison::greater:
      return order > 0;
    case Comparison::greater_equal:
      return order >= 0;
  }
  return false;
}

/// 0 = 1, 'a' = 'a': what generated SQL writes for "none" and "all".
Condition of_constants(Comparison comparison, Type type, const std::optional<std::string>& a,
                       const std::optional<std::string>& b) {
  if (!a || !b) return of_kind(Kind::unknown);
  int order = a->compare(*b);
  const auto left = Numeric::parse(*a), right = Numeric::parse(*b);
  if (is_number(type) && left && right) order = sql::compare(*left, *right);
  return of_kind(holds(comparison, order) ? Kind::always : Kind::any_of);
}

bool is_subquery(const Expr& expr) {
  if (expr.kind == Expr::Kind::cast) return is_subquery(expr.args[0]);
  return expr.kind == Expr::Kind::scalar_query;
}

/// Casts that give each value of a column its own: between numbers upwards, and the typer's own.
bool keeps_value(const Expr& cast) {
  const auto from = cast.args[0].type, to = cast.type;
  if (cast.scale >= 0 || cast.precision >= 0) return false;
  if (from == to) return true;
  if (from == Type::int4 || from == Type::int8) {
    return to == Type::int8 || to == Type::numeric || to == Type::float8;
  }
  return from == Type::numeric && to == Type::float8;
}

}  // namespace

Condition negation(Condition condition) {
  auto made = of_kind(Kind::negation);
  made.parts.push_back(std::move(condition));
  return made;
}

Condition all_of(std::vector<Condition> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  if (parts.empty()) return {};
  auto made = of_kind(Kind::all_of);
  made.parts = std::move(parts);
  return made;
}

Condition any_of(std::vector<Condition> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  auto made = of_kind(Kind::any_of);
  made.parts = std::move(parts);
  return made;
}

Condition surely(const Condition& condition, bool value) {
  switch (condition.kind) {
    case Kind::always:
    case Kind::is_null:
      return value ? condition : negation(condition);
    case Kind::unknown:
      return of_kind(Kind::any_of);
    case Kind::all_of:
    case Kind::any_of: {
      // What is surely false of an AND is what is surely false of one of its parts.
      const bool all = (condition.kind == Kind::all_of) == value;
      auto made = of_kind(all ? Kind::all_of : Kind::any_of);
      for (const auto& part : condition.parts) made.parts.push_back(surely(part, value));
      return made;
    }
    case Kind::negation:
      return surely(condition.parts[0], !value);
    case Kind::compare:
    case Kind::in_list:
      return all_of(
          {value ? condition : negation(condition), disclosure::is_known(condition.variable)});
  }
  return of_kind(Kind::any_of);
}

std::nullopt_t Conditions::no(std::string id, std::vector<std::string> args) {
  if (!reason_) reason_ = disclosure::Message{std::move(id), std::move(args)};
  return std::nullopt;
}

const ResultColumn* Conditions::column(const Expr& expr) const {
  if (expr.kind == Expr::Kind::cast && keeps_value(expr)) return column(expr.args[0]);
  if (expr.kind != Expr::Kind::column || expr.level != 0) return nullptr;
  return &leaves_[expr.range][expr.column];
}

std::optional<std::optional<std::string>> Conditions::constant(const Expr& expr) {
  if (expr.kind == Expr::Kind::literal) return expr.text;
  if (expr.kind == Expr::Kind::cast && keeps_value(expr)) return constant(expr.args[0]);
  const bool minus =
      expr.kind == Expr::Kind::operation && expr.name == "-" && expr.args.size() == 1;
  if (!minus) return std::nullopt;
  const auto inner = constant(expr.args[0]);
  if (!inner || !*inner) return inner;
  auto value = Numeric::parse(**inner);
  if (!value) return std::nullopt;
  value->mantissa = -value->mantissa;
  return std::optional(value->text());
}

Conditions::Result Conditions::condition(const Expr& expr) {
  switch (expr.kind) {
    case Expr::Kind::literal:
      if (!expr.text) return of_kind(Kind::unknown);
      return of_kind(*expr.text == "t" ? Kind::always : Kind::any_of);
    case Expr::Kind::all_of:
      return parts(expr, Kind::all_of);
    case Expr::Kind::any_of:
      return parts(expr, Kind::any_of);
    case Expr::Kind::negation: {
      auto inner = condition(expr.args[0]);
      if (!inner) return std::nullopt;
      return negation(std::move(*inner));
    }
    case Expr::Kind::operation:
      return comparison(expr);
    case Expr::Kind::is_null: {
      const auto* variable = column(expr.args[0]);
      if (!variable) return no("tabulation.condition_form");
      auto made = of_kind(Kind::is_null);
      made.variable = variable->name;
      return expr.negated ? negation(std::move(made)) : made;
    }
    case Expr::Kind::truth:
      return truth(expr);
    case Expr::Kind::distinct_from:
      return distinct_from(expr);
    case Expr::Kind::in_list:
      return in_list(expr);
    case Expr::Kind::between:
      return between(expr);
    case Expr::Kind::like:
      return no("tabulation.like");
    case Expr::Kind::scalar_query:
    case Expr::Kind::exists_query:
    case Expr::Kind::in_query:
      return no("tabulation.subquery");
    case Expr::Kind::parameter:
    case Expr::Kind::column:
    case Expr::Kind::star:
    case Expr::Kind::call:
    case Expr::Kind::case_of:
    case Expr::Kind::coalesce:
    case Expr::Kind::null_if:
    case Expr::Kind::greatest:
    case Expr::Kind::least:
    case Expr::Kind::cast:
    case Expr::Kind::grouping:
      return no("tabulation.condition_form");
  }
  return no("tabulation.condition_form");
}

Conditions::Result Conditions::parts(const Expr& expr, Kind kind) {
  auto made = of_kind(kind);
  for (const auto& arg : expr.args) {
    auto part = condition(arg);
    if (!part) return std::nullopt;
    made.parts.push_back(std::move(*part));
  }
  return made;
}

Conditions::Result Conditions::comparison(const Expr& expr) {
  const auto comparison = comparison_of(expr.name);
  if (!comparison || expr.args.size() != 2) return no("tabulation.condition_form");
  const auto& left = expr.args[0];
  const auto& right = expr.args[1];
  const auto left_value = constant(left), right_value = constant(right);
  const auto* left_column = column(left);
  const auto* right_column = column(right);
  if (left_column && right_value) return compare(*left_column, *comparison, *right_value);
  if (right_column && left_value) return compare(*right_column, mirrored(*comparison), *left_value);
  if (left_value && right_value) {
    return of_constants(*comparison, left.type, *left_value, *right_value);
  }
  if (left_column && right_column) {
    return no("tabulation.two_columns", {left_column->name, right_column->name});
  }
  if (is_subquery(left) || is_subquery(right)) return no("tabulation.subquery");
  return no("tabulation.condition_form");
}

std::optional<disclosure::Constant> Conditions::value_of(const ResultColumn& column,
                                                         const std::string& text) {
  if (!is_number(column.type)) return disclosure::Constant(text);
  const auto number = Numeric::parse(text);
  const auto decimal = number ? policies::parse_decimal(number->text()) : std::nullopt;
  if (!decimal) return no("tabulation.long_constant", {column.name});
  return disclosure::Constant(*decimal);
}

Conditions::Result Conditions::compare(const ResultColumn& column, Comparison comparison,
                                       const std::optional<std::string>& value) {
  if (!value) return of_kind(Kind::unknown);
  auto constant = value_of(column, *value);
  if (!constant) return std::nullopt;
  auto made = of_kind(Kind::compare);
  made.variable = column.name;
  made.comparison = comparison;
  made.constants.push_back(std::move(*constant));
  return made;
}

Conditions::Result Conditions::in_list(const Expr& expr) {
  const auto* variable = column(expr.args[0]);
  if (!variable) return no("tabulation.condition_form");
  auto made = of_kind(Kind::in_list);
  made.variable = variable->name;
  bool has_null = false;
  for (std::size_t i = 1; i < expr.args.size(); ++i) {
    const auto value = constant(expr.args[i]);
    if (!value) return no("tabulation.condition_form");
    has_null = has_null || !*value;
    if (!*value) continue;
    auto item = value_of(*variable, **value);
    if (!item) return std::nullopt;
    made.constants.push_back(std::move(*item));
  }
  if (has_null) made = any_of({std::move(made), of_kind(Kind::unknown)});
  return expr.negated ? negation(std::move(made)) : made;
}

Conditions::Result Conditions::between(const Expr& expr) {
  const auto* variable = column(expr.args[0]);
  const auto low = constant(expr.args[1]), high = constant(expr.args[2]);
  if (!variable || !low || !high) return no("tabulation.condition_form");
  auto above = compare(*variable, Comparison::greater_equal, *low);
  auto below = compare(*variable, Comparison::less_equal, *high);
  if (!above || !below) return std::nullopt;
  auto made = all_of({std::move(*above), std::move(*below)});
  return expr.negated ? negation(std::move(made)) : made;
}

Conditions::Result Conditions::distinct_from(const Expr& expr) {
  const bool mirrored_sides = constant(expr.args[0]).has_value();
  const auto& left = expr.args[mirrored_sides ? 1 : 0];
  const auto& right = expr.args[mirrored_sides ? 0 : 1];
  const auto* variable = column(left);
  const auto value = constant(right);
  if (!variable || !value) return no("tabulation.condition_form");
  auto missing = of_kind(Kind::is_null);
  missing.variable = variable->name;
  Condition distinct;
  if (!*value) {
    distinct = negation(std::move(missing));
  } else {
    auto other = compare(*variable, Comparison::not_equal, *value);
    if (!other) return std::nullopt;
    distinct = any_of({std::move(missing), std::move(*other)});
  }
  return expr.negated ? negation(std::move(distinct)) : distinct;
}

Conditions::Result Conditions::truth(const Expr& expr) {
  const auto inner = condition(expr.args[0]);
  if (!inner) return std::nullopt;
  Condition made;
  if (expr.name == "unknown") {
    made = negation(any_of({surely(*inner, true), surely(*inner, false)}));
  } else {
    made = surely(*inner, expr.name == "true");
  }
  return expr.negated ? negation(std::move(made)) : made;
}

}  // namespace sceau::enclave::sql
