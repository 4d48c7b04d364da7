#include <algorithm>
#include <array>

#include "enclave/sql/fault.h"
#include "enclave/sql/functions.h"
#include "enclave/sql/typing.h"

namespace sceau::enclave::sql {
namespace {

constexpr std::array<std::string_view, 6> comparisons = {"=", "<>", "<", ">", "<=", ">="};

std::string type_name(const Expr& expr) { return std::string(name(expr.type)); }

/// Names that only PostgreSQL's internals give to a type.
std::string_view cast_name(Type type) {
  switch (type) {
    case Type::boolean:
      return "bool";
    case Type::int4:
      return "int4";
    case Type::int8:
      return "int8";
    case Type::float8:
      return "float8";
    case Type::unknown:
    case Type::numeric:
    case Type::text:
    case Type::date:
    case Type::bytea:
      return name(type);
  }
  return "?column?";
}

/// A name and whether it is one of its own (2), of a construct (1), or none (0).
struct Figured {
  std::string name;
  int strength = 0;
};

Figured figure(const Expr& expr) {
  switch (expr.kind) {
    case Expr::Kind::column:
      return {expr.path.back(), 2};
    case Expr::Kind::call: {
      const auto dot = expr.name.rfind('.');
      return {dot == std::string::npos ? expr.name : expr.name.substr(dot + 1), 2};
    }
    case Expr::Kind::coalesce:
      return {"coalesce", 2};
    case Expr::Kind::null_if:
      return {"nullif", 2};
    case Expr::Kind::greatest:
      return {"greatest", 2};
    case Expr::Kind::least:
      return {"least", 2};
    case Expr::Kind::grouping:
      return {"grouping", 2};
    case Expr::Kind::exists_query:
      return {"exists", 2};
    case Expr::Kind::scalar_query:
      if (!expr.query->targets.empty()) {
        const auto& target = expr.query->targets[0];
        return target.alias.empty() ? figure(target.expr) : Figured{target.alias, 2};
      }
      return {};
    case Expr::Kind::case_of: {
      auto otherwise = figure(expr.args.back());
      return otherwise.strength > 1 ? otherwise : Figured{"case", 1};
    }
    case Expr::Kind::cast: {
      auto inner = figure(expr.args[0]);
      return inner.strength > 1 ? inner : Figured{std::string(cast_name(expr.type)), 1};
    }
    case Expr::Kind::literal:
    case Expr::Kind::parameter:
    case Expr::Kind::star:
    case Expr::Kind::operation:
    case Expr::Kind::all_of:
    case Expr::Kind::any_of:
    case Expr::Kind::negation:
    case Expr::Kind::is_null:
    case Expr::Kind::truth:
    case Expr::Kind::distinct_from:
    case Expr::Kind::in_list:
    case Expr::Kind::between:
    case Expr::Kind::like:
    case Expr::Kind::in_query:
      return {};
  }
  return {};
}

}  // namespace

std::string output_name(const Expr& expr) {
  auto figured = figure(expr);
  return figured.strength ? figured.name : "?column?";
}

void Typing::expr(Expr& expr, const Place& place) {
  if (expr.kind == Expr::Kind::call) {
    call(expr, place);
    return;
  }
  children(expr, place);
  switch (expr.kind) {
    case Expr::Kind::literal:
    case Expr::Kind::call:
      break;
    case Expr::Kind::parameter:
      expr.type = coercion_.parameter(expr.number);
      break;
    case Expr::Kind::column:
      column(expr, place);
      break;
    case Expr::Kind::star:
      throw SqlError("0A000", "sql.star_place", {}, expr.position);
    case Expr::Kind::operation:
      operation(expr);
      break;
    case Expr::Kind::all_of:
    case Expr::Kind::any_of:
    case Expr::Kind::negation:
      for (auto& arg : expr.args) coercion_.boolean(arg, "AND/OR/NOT");
      expr.type = Type::boolean;
      break;
    case Expr::Kind::is_null:
      if (expr.args[0].type == Type::unknown) coercion_.to(expr.args[0], Type::text);
      expr.type = Type::boolean;
      break;
    case Expr::Kind::truth:
      coercion_.boolean(expr.args[0], "IS " + expr.name);
      expr.type = Type::boolean;
      break;
    case Expr::Kind::distinct_from:
      comparison(expr, expr.args[0], expr.args[1]);
      break;
    case Expr::Kind::in_list:
    case Expr::Kind::between:
      membership(expr);
      break;
    case Expr::Kind::like:
      for (auto& arg : expr.args) {
        if (arg.type != Type::text && arg.type != Type::unknown) {
          throw SqlError("42883", "sql.no_operator", {type_name(arg), "~~", "text"}, expr.position);
        }
        coercion_.to(arg, Type::text);
      }
      expr.type = Type::boolean;
      break;
    case Expr::Kind::case_of: {
      std::vector<Expr*> results;
      for (std::size_t i = 0; i + 1 < expr.args.size(); i += 2) {
        coercion_.boolean(expr.args[i], "CASE/WHEN");
        results.push_back(&expr.args[i + 1]);
      }
      results.push_back(&expr.args.back());
      coercion_.to_common(results, "CASE");
      expr.type = expr.args.back().type;
      break;
    }
    case Expr::Kind::coalesce:
    case Expr::Kind::greatest:
    case Expr::Kind::least: {
      std::vector<Expr*> all;
      for (auto& arg : expr.args) all.push_back(&arg);
      coercion_.to_common(all, expr.kind == Expr::Kind::coalesce ? "COALESCE" : "GREATEST/LEAST");
      expr.type = expr.args[0].type;
      break;
    }
    case Expr::Kind::null_if:
      comparison(expr, expr.args[0], expr.args[1]);
      expr.type = expr.args[0].type;
      break;
    case Expr::Kind::cast:
      coercion_.explicit_cast(expr);
      break;
    case Expr::Kind::scalar_query:
    case Expr::Kind::exists_query:
    case Expr::Kind::in_query:
      subquery(expr, place);
      break;
    case Expr::Kind::grouping:
      if (!place.aggregates || expr.args.size() > 31) {
        throw SqlError("42803", "sql.grouping_args", {}, expr.position);
      }
      expr.type = Type::int4;
      break;
  }
}

void Typing::children(Expr& expr, const Place& place) {
  for (auto& arg : expr.args) this->expr(arg, place);
}

void Typing::column(Expr& expr, const Place& place) const {
  auto found = place.scope->resolve(expr);
  found.position = expr.position;
  expr = std::move(found);
}

void Typing::operation(Expr& expr) {
  if (expr.args.size() == 2 &&
      std::find(comparisons.begin(), comparisons.end(), expr.name) != comparisons.end()) {
    comparison(expr, expr.args[0], expr.args[1]);
    return;
  }
  if (!expr.name.empty() && expr.name.find_first_of("~") != std::string::npos) {
    throw SqlError("0A000", "sql.no_regex", {expr.name}, expr.position);
  }
  apply(expr);
}

/// Both sides get one type, by PostgreSQL's rules; a text is never compared with a number.
void Typing::comparison(Expr& expr, Expr& left, Expr& right) {
  const bool numbers = is_number(left.type) && is_number(right.type);
  const bool undecided = left.type == Type::unknown || right.type == Type::unknown;
  if (!numbers && !undecided && left.type != right.type) {
    throw SqlError("42883", "sql.no_operator",
                   {type_name(left), expr.name.empty() ? "=" : expr.name, type_name(right)},
                   expr.position);
  }
  if (left.type == Type::bytea || right.type == Type::bytea) {
    throw SqlError("0A000", "sql.no_bytea", {}, expr.position);
  }
  coercion_.to_common({&left, &right}, "=");
  expr.type = Type::boolean;
}

/// x IN (…), x BETWEEN … AND …: all one type; where a member makes it wider, x goes along.
void Typing::membership(Expr& expr) {
  std::vector<Expr*> all;
  const Expr* decided = nullptr;
  for (auto& arg : expr.args) {
    all.push_back(&arg);
    if (!decided && arg.type != Type::unknown) decided = &arg;
  }
  for (const auto* arg : all) {
    const bool fits = !decided || arg->type == Type::unknown || arg->type == decided->type ||
                      (is_number(arg->type) && is_number(decided->type));
    if (!fits) {
      const auto operation = expr.kind == Expr::Kind::between ? ">=" : "=";
      throw SqlError("42883", "sql.no_operator", {type_name(*decided), operation, type_name(*arg)},
                     expr.position);
    }
  }
  coercion_.to_common(all, "IN");
  expr.type = Type::boolean;
}

void Typing::subquery(Expr& expr, const Place& place) {
  select(*expr.query, place.scope, true);
  if (expr.kind == Expr::Kind::exists_query) {
    expr.type = Type::boolean;
    return;
  }
  if (expr.query->columns.size() != 1) {
    throw SqlError("42601", "sql.subquery_columns", {}, expr.position);
  }
  const auto type = expr.query->columns[0].type;
  if (expr.kind == Expr::Kind::scalar_query) {
    expr.type = type;
    return;
  }
  Expr column;
  column.type = type;
  Expr& left = expr.args[0];
  const bool numbers = is_number(left.type) && is_number(type);
  if (!numbers && left.type != Type::unknown && left.type != type) {
    throw SqlError("42883", "sql.no_operator", {type_name(left), "=", std::string(name(type))},
                   expr.position);
  }
  const auto common = coercion_.common({&left, &column}, "IN");
  coercion_.to(left, common);
  cast_output(*expr.query, 0, common, coercion_);
  expr.type = Type::boolean;
}

}  // namespace sceau::enclave::sql
