#include <algorithm>
#include <array>

#include "enclave/sql/fault.h"
#include "enclave/sql/functions.h"
#include "enclave/sql/typing.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

/// int4 < int8 < numeric < float8.
int rank(Type type) {
  switch (type) {
    case Type::int4:
      return 1;
    case Type::int8:
      return 2;
    case Type::numeric:
      return 3;
    case Type::float8:
      return 4;
    case Type::unknown:
    case Type::boolean:
    case Type::text:
    case Type::date:
    case Type::bytea:
      return 0;
  }
  return 0;
}

bool may_cast(Type from, Type to) {
  if (from == to || from == Type::unknown) return true;
  if (from == Type::bytea || to == Type::bytea) return false;
  if (from == Type::text || to == Type::text) return true;
  if (is_number(from) && is_number(to)) return true;
  return (from == Type::boolean && to == Type::int4) || (from == Type::int4 && to == Type::boolean);
}

Expr wrapped(Expr inner, Type type) {
  Expr cast;
  cast.kind = Expr::Kind::cast;
  cast.position = inner.position;
  cast.type = type;
  cast.implicit = true;
  cast.args.push_back(std::move(inner));
  return cast;
}

}  // namespace

Type Coercion::parameter(int number) {
  const auto index = static_cast<std::size_t>(number);
  if (parameters_.size() < index) parameters_.resize(index, Type::unknown);
  return parameters_[index - 1];
}

void Coercion::to(Expr& expr, Type type) {
  if (expr.type == type) return;
  if (expr.type == Type::unknown && expr.kind == Expr::Kind::literal) {
    if (expr.text) {
      const auto value = canonical(type, *expr.text);
      if (!value) {
        throw SqlError(unreadable_state(type, *expr.text), "sql.bad_literal",
                       {std::string(name(type)), *expr.text}, expr.position);
      }
      expr.text = value;
    }
    expr.type = type;
    return;
  }
  if (expr.type == Type::unknown && expr.kind == Expr::Kind::parameter) {
    const auto declared = parameter(expr.number);
    if (declared == Type::unknown) {
      parameters_[static_cast<std::size_t>(expr.number) - 1] = type;
      expr.type = type;
      return;
    }
    expr.type = declared;
    to(expr, type);
    return;
  }
  if (!converts(expr.type, type)) {
    throw SqlError("42804", "sql.wrong_type",
                   {std::string(name(type)), std::string(name(expr.type))}, expr.position);
  }
  expr = wrapped(std::move(expr), type);
}

Type Coercion::common(const std::vector<const Expr*>& exprs, std::string_view what) const {
  Type chosen = Type::unknown;
  for (const auto* expr : exprs) {
    if (expr->type == Type::unknown || expr->type == chosen) continue;
    if (chosen == Type::unknown || (rank(chosen) && rank(expr->type) > rank(chosen))) {
      chosen = expr->type;
    } else if (!rank(chosen) || !rank(expr->type)) {
      throw SqlError("42804", "sql.types_differ",
                     {std::string(what), std::string(name(chosen)), std::string(name(expr->type))},
                     expr->position);
    }
  }
  return chosen == Type::unknown ? Type::text : chosen;
}

void Coercion::to_common(std::vector<Expr*> exprs, std::string_view what) {
  const auto type = common({exprs.begin(), exprs.end()}, what);
  for (auto* expr : exprs) to(*expr, type);
}

void Coercion::explicit_cast(Expr& cast) {
  auto& inner = cast.args[0];
  if (inner.type == Type::unknown && inner.kind == Expr::Kind::parameter) {
    to(inner, cast.type);
    return;
  }
  if (inner.type == Type::unknown && inner.kind == Expr::Kind::literal && cast.scale < 0) {
    to(inner, cast.type);
    return;
  }
  if (inner.type == Type::unknown) to(inner, cast.type == Type::numeric ? cast.type : Type::text);
  if (!may_cast(inner.type, cast.type)) {
    throw SqlError("42846", "sql.no_cast",
                   {std::string(name(inner.type)), std::string(name(cast.type))}, cast.position);
  }
}

void Coercion::boolean(Expr& expr, std::string_view what) {
  if (expr.type != Type::boolean && expr.type != Type::unknown) {
    throw SqlError("42804", "sql.not_boolean", {std::string(what), std::string(name(expr.type))},
                   expr.position);
  }
  to(expr, Type::boolean);
}

}  // namespace sceau::enclave::sql
