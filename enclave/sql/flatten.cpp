#include "enclave/sql/flatten.h"

#include <algorithm>

namespace sceau::enclave::sql {
namespace {

bool has_kind(const Select& query, Expr::Kind kind) {
  bool found = false;
  for_each_const_expr(query, [&](const Expr& expr) { found = found || expr.kind == kind; });
  return found;
}

bool has_window_or_query(const Select& query) {
  bool found = false;
  for_each_const_expr(query, [&](const Expr& expr) { found = found || expr.over || expr.query; });
  return found;
}

/// One derived table, nothing joined to it, no correlation to look after.
bool sits_on_one(const Select& query) {
  return query.set == Select::Set::none && query.values.empty() && query.from.size() == 1 &&
         query.from[0].kind == From::Kind::derived && !has_window_or_query(query);
}

bool plain(const Select& inner) {
  return inner.set == Select::Set::none && inner.values.empty() && !inner.distinct &&
         !inner.limit && !inner.offset;
}

constexpr std::size_t max_flat_nodes = 20'000;

std::size_t size_of(const Expr& expr) {
  std::size_t count = 0;
  for_each_const_expr(expr, [&](const Expr&) { ++count; });
  return count;
}

/// Whether the query stays small: each reference becomes a copy, and copies of copies multiply.
bool stays_small(const Select& query, const Select& inner) {
  std::vector<std::size_t> sizes;
  for (const auto& target : inner.targets) sizes.push_back(size_of(target.expr));
  std::size_t total = 0;
  for_each_const_expr(query, [&](const Expr& expr, int depth) {
    const bool ours = expr.kind == Expr::Kind::column && depth == 0 && expr.level == 0;
    total += ours && expr.column < sizes.size() ? sizes[expr.column] : 1;
  });
  return total <= max_flat_nodes;
}

/// Each column of the derived table by what it stands for.
void substitute(Expr& expr, const Select& inner) {
  if (expr.kind == Expr::Kind::column) {
    auto replacement = inner.targets[expr.column].expr;
    replacement.position = expr.position;
    expr = std::move(replacement);
    return;
  }
  for (auto& arg : expr.args) substitute(arg, inner);
  if (expr.filter) substitute(*expr.filter, inner);
  for (auto& key : expr.order) substitute(key.expr, inner);
}

void substitute_all(Select& query, const Select& inner) {
  for (auto& target : query.targets) substitute(target.expr, inner);
  if (query.where) substitute(*query.where, inner);
  if (query.having) substitute(*query.having, inner);
  for (auto& key : query.order) substitute(key.expr, inner);
  for (auto& expr : query.group) substitute(expr, inner);
}

Box<Expr> both(const Box<Expr>& a, const Box<Expr>& b) {
  if (!a) return b;
  if (!b) return a;
  Expr all;
  all.kind = Expr::Kind::all_of;
  all.type = Type::boolean;
  all.position = a->position;
  all.args = {*a, *b};
  return Box<Expr>(std::move(all));
}

/// SELECT … FROM (SELECT columns FROM x WHERE …): the inner one goes away.
Select merged(Select query) {
  const Select inner = *query.from[0].select;
  substitute_all(query, inner);
  query.where = both(inner.where, query.where);
  query.from = inner.from;
  return query;
}

/// SELECT columns FROM (SELECT … GROUP BY …) WHERE … ORDER BY …: the outer one goes away.
Select lifted(Select query) {
  Select inner = *query.from[0].select;
  substitute_all(query, inner);
  Select result = inner;
  result.targets = query.targets;
  result.columns = query.columns;
  result.having = both(inner.having, query.where);
  if (!query.order.empty()) result.order = query.order;
  result.distinct = query.distinct;
  result.limit = query.limit;
  result.offset = query.offset;
  return result;
}

}  // namespace

Select flatten(Select query) {
  while (sits_on_one(query)) {
    const auto& inner = *query.from[0].select;
    if (!plain(inner) || has_window_or_query(inner) || !stays_small(query, inner)) break;
    if (!inner.grouped && inner.from.size() == 1) {
      query = merged(std::move(query));
    } else if (inner.grouped && !query.grouped && !has_kind(inner, Expr::Kind::grouping)) {
      query = lifted(std::move(query));
    } else {
      break;
    }
  }
  return query;
}

}  // namespace sceau::enclave::sql
