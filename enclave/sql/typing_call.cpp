#include <algorithm>
#include <array>

#include "enclave/sql/fault.h"
#include "enclave/sql/functions.h"
#include "enclave/sql/typing.h"

namespace sceau::enclave::sql {
namespace {

std::string types_text(const std::vector<Expr>& args) {
  std::string text;
  for (const auto& arg : args) text += (text.empty() ? "" : ", ") + std::string(name(arg.type));
  return text;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const auto& signature : signatures()) {
    if (signature.kind != FunctionKind::operation) names.emplace_back(signature.name);
  }
  return names;
}

bool takes_order(std::string_view name) { return name == "string_agg"; }

bool takes_group(std::string_view name) {
  return name == "percentile_cont" || name == "percentile_disc" || name == "mode";
}

/// A function that is over a variable which the codebook names, and need not be written.
struct Implied {
  std::string_view name;
  std::size_t written;  ///< arguments where it isn't
  bool weight;          ///< else who contributes
};

constexpr std::array implied = {
    Implied{"gini", 1, false},        Implied{"hhi", 1, false},
    Implied{"top_share", 2, false},   Implied{"weighted_count", 0, true},
    Implied{"weighted_sum", 1, true}, Implied{"weighted_avg", 1, true}};

const Expr& uncast(const Expr& expr) {
  return expr.kind == Expr::Kind::cast ? uncast(expr.args[0]) : expr;
}

}  // namespace

/// What a session says about itself: constants, so that no server function stands behind them.
bool Typing::session_value(Expr& expr) const {
  if (!expr.args.empty() || expr.star || expr.over) return false;
  const auto& name = expr.name;
  std::string value;
  if (name == "current_user" || name == "session_user") {
    value = catalog_.session.user;
  } else if (name == "current_database") {
    value = catalog_.session.project;
  } else if (name == "current_schema") {
    value = "public";
  } else if (name == "version") {
    value = "PostgreSQL 15.0 (Sceau)";
  } else {
    return false;
  }
  const int position = expr.position;
  expr = Expr{};
  expr.position = position;
  expr.type = Type::text;
  expr.text = value;
  return true;
}

void Typing::call(Expr& expr, const Place& place) {
  if (session_value(expr)) return;
  if (!function_exists(expr.name)) {
    for (auto& arg : expr.args) this->expr(arg, place);
    const auto near = nearest(expr.name, function_names());
    throw SqlError("42883", near.empty() ? "sql.no_function" : "sql.no_function_but",
                   {expr.name, types_text(expr.args), near}, expr.position);
  }
  Place inside = place;
  const auto* any = resolve(expr.name, false, std::vector<Type>(expr.args.size(), Type::unknown));
  const bool implies = std::any_of(implied.begin(), implied.end(),
                                   [&](const Implied& one) { return one.name == expr.name; });
  const bool aggregate = implies || expr.star || expr.within_group || (any && is_aggregate(*any));
  if (aggregate && !expr.over) {
    if (place.in_aggregate) throw SqlError("42803", "sql.nested_aggregate", {}, expr.position);
    if (!place.aggregates) {
      throw SqlError("42803", "sql.aggregate_place", {std::string(place.clause)}, expr.position);
    }
    inside.in_aggregate = true;
  }
  if (aggregate || expr.over) inside.windows = false;
  for (auto& arg : expr.args) this->expr(arg, inside);
  aggregate_parts(expr, inside);
  if (implies && !expr.star) add_implied(expr, inside);
  apply(expr);
  check_call_place(expr, place);
  if (aggregate && !expr.over) check_levels(expr);
  if (expr.over) window(expr, place);
}

/// The weight, or who contributes, as a further argument: of the data set whose column the last one
/// is, or of the only one.
void Typing::add_implied(Expr& expr, const Place& place) const {
  const auto function = std::find_if(implied.begin(), implied.end(),
                                     [&](const Implied& one) { return one.name == expr.name; });
  if (expr.args.size() != function->written) return;
  const auto nobody = [&]() -> SqlError {
    const auto* id = function->weight ? "sql.no_weight" : "sql.no_contributor";
    return {"42883", id, {expr.name}, expr.position};
  };
  const Expr* last = expr.args.empty() ? nullptr : &uncast(expr.args.back());
  const bool of_column = last && last->kind == Expr::Kind::column && last->level == 0;
  if (!of_column && place.scope->leaves() != 1) throw nobody();
  const std::size_t range = of_column ? last->range : 0;
  const auto relation = catalog_.find(place.scope->relation_of(range));
  if (!relation) throw nobody();
  const auto& codebook = *relation->relation->codebook;
  std::string name = codebook.weight;
  if (!function->weight) {
    name = codebook.contributors.empty() ? codebook.unit : codebook.contributors[0];
    if (name == "row") return;  // each row gives
  }
  auto column = place.scope->column_of(range, name);
  if (name.empty() || !column) throw nobody();
  column->position = expr.position;
  expr.args.push_back(std::move(*column));
}

/// FILTER, the ORDER BY of string_agg, and WITHIN GROUP, whose key becomes a further argument.
void Typing::aggregate_parts(Expr& expr, const Place& place) {
  if (expr.filter) {
    this->expr(*expr.filter, place);
    coercion_.boolean(*expr.filter, "FILTER");
  }
  for (auto& key : expr.order) {
    this->expr(key.expr, place);
    if (key.expr.type == Type::unknown) coercion_.to(key.expr, Type::text);
  }
  if (expr.within_group != takes_group(expr.name)) {
    throw SqlError("42809", "sql.within_group", {expr.name}, expr.position);
  }
  if (expr.within_group) {
    if (expr.order.size() != 1 || expr.order[0].descending) {
      throw SqlError("0A000", "sql.within_group_order", {expr.name}, expr.position);
    }
    expr.args.push_back(std::move(expr.order[0].expr));
    expr.order.clear();
  }
  if (!expr.order.empty() && !takes_order(expr.name)) {
    throw SqlError("0A000", "sql.aggregate_order", {expr.name}, expr.position);
  }
}

void Typing::check_call_place(const Expr& expr, const Place& place) const {
  const auto kind = expr.signature ? expr.signature->kind : FunctionKind::aggregate;
  const bool aggregate = kind == FunctionKind::aggregate;
  if (kind == FunctionKind::window && !expr.over) {
    throw SqlError("42809", "sql.needs_over", {expr.name}, expr.position);
  }
  if (kind == FunctionKind::scalar && (expr.over || expr.filter || expr.distinct || expr.star)) {
    throw SqlError("42809", "sql.not_aggregate", {expr.name}, expr.position);
  }
  if (kind == FunctionKind::window && (expr.filter || expr.distinct)) {
    throw SqlError("42809", "sql.not_aggregate", {expr.name}, expr.position);
  }
  if (expr.distinct && (expr.over || expr.args.size() != 1)) {
    throw SqlError("0A000", "sql.distinct_place", {expr.name}, expr.position);
  }
  if (expr.over && (expr.within_group || (aggregate && !expr.order.empty()))) {
    throw SqlError("0A000", "sql.distinct_place", {expr.name}, expr.position);
  }
  if (expr.over && !place.windows) {
    throw SqlError("42P20", "sql.window_place", {std::string(place.clause)}, expr.position);
  }
}

/// An aggregate whose columns all belong to an outer query would be computed there: refused.
void Typing::check_levels(const Expr& expr) {
  bool here = false, outer = false;
  for_each_const_expr(expr, [&](const Expr& item, int depth) {
    if (item.kind != Expr::Kind::column) return;
    here = here || item.level == depth;
    outer = outer || item.level > depth;
  });
  if (outer && !here) throw SqlError("0A000", "sql.outer_aggregate", {expr.name}, expr.position);
}

void Typing::window(Expr& expr, const Place& place) {
  auto& over = *expr.over;
  if (!over.name.empty()) {
    const Window* named = nullptr;
    for (const auto& candidate : *place.named_windows) {
      if (candidate.name == over.name) named = &candidate;
    }
    if (!named) throw SqlError("42704", "sql.no_window", {over.name}, over.position);
    over = Window(*named);
    over.name.clear();
  }
  Place inside = place;
  inside.windows = false;
  for (auto& item : over.partition) {
    this->expr(item, inside);
    if (item.type == Type::unknown) coercion_.to(item, Type::text);
  }
  for (auto& key : over.order) {
    this->expr(key.expr, inside);
    if (key.expr.type == Type::unknown) coercion_.to(key.expr, Type::text);
  }
  for (auto* bound : {&over.start, &over.end}) {
    if (!bound->offset) continue;
    if (bound->offset->kind != Expr::Kind::literal &&
        bound->offset->kind != Expr::Kind::parameter) {
      throw SqlError("0A000", "sql.frame_distance", {}, over.position);
    }
    this->expr(*bound->offset, inside);
    coercion_.to(*bound->offset, Type::int8);
  }
}

/// Chooses the overload, casts the arguments to it, and types the result.
void Typing::apply(Expr& expr) {
  if (expr.star) {
    if (expr.name != "count" || !expr.args.empty()) {
      throw SqlError("42883", "sql.no_function", {expr.name, "*"}, expr.position);
    }
    expr.type = Type::int8;
    return;
  }
  const bool operation = expr.kind == Expr::Kind::operation;
  std::vector<Type> types;
  for (const auto& arg : expr.args) types.push_back(arg.type);
  expr.signature = resolve(expr.name, operation, types);
  if (!expr.signature) {
    if (operation && expr.args.size() == 2) {
      throw SqlError("42883", "sql.no_operator",
                     {std::string(name(types[0])), expr.name, std::string(name(types[1]))},
                     expr.position);
    }
    if (operation) {
      throw SqlError("42883", "sql.no_operator", {"", expr.name, std::string(name(types[0]))},
                     expr.position);
    }
    throw SqlError("42883", "sql.no_function", {expr.name, types_text(expr.args)}, expr.position);
  }
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    // lag(x, 1, otherwise): the last has the first's type.
    const bool like_first = expr.signature->kind == FunctionKind::window && i == 2;
    const auto wanted =
        like_first ? expr.args[0].type : argument_type(*expr.signature, i, expr.args[i].type);
    if (expr.args[i].type == wanted) continue;
    if (converts(expr.args[i].type, wanted)) {
      coercion_.to(expr.args[i], wanted);
      continue;
    }
    Expr cast;  // anything becomes text where the signature takes anything
    cast.kind = Expr::Kind::cast;
    cast.type = wanted;
    cast.implicit = true;
    if (expr.name == "concat") cast.name = "shown";  // concat(true) is t, but 'a' || true is atrue
    cast.position = expr.args[i].position;
    cast.args.push_back(std::move(expr.args[i]));
    expr.args[i] = std::move(cast);
  }
  expr.type = result_type(*expr.signature, types);
}

}  // namespace sceau::enclave::sql
