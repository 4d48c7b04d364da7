#pragma once
// The tree's one walk: every place where an expression can stand. Included by tree.h.
// A visitor takes the expression, or also its depth: how many SELECTs of expressions (not of FROM,
// which sees no neighbour) lie between it and where the walk began. A column whose level equals its
// depth + 1 belongs to the SELECT around the one where the walk began.

#include <type_traits>

#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

template <typename Visit>
class Walk {
 public:
  explicit Walk(const Visit& visit) : visit_(visit) {}

  void expr(Expr& expr, int depth) const {
    if constexpr (std::is_invocable_v<const Visit&, Expr&, int>) {
      visit_(expr, depth);
    } else {
      visit_(expr);
    }
    for (auto& arg : expr.args) this->expr(arg, depth);
    if (expr.filter) this->expr(*expr.filter, depth);
    order(expr.order, depth);
    if (expr.over) window(*expr.over, depth);
    if (expr.query) select(*expr.query, depth + 1);
  }

  void select(Select& select, int depth) const {
    for (auto& cte : select.with) this->select(*cte.select, depth);
    if (select.left) this->select(*select.left, depth);
    if (select.right) this->select(*select.right, depth);
    for (auto& row : select.values) exprs(row, depth);
    for (auto& target : select.targets) expr(target.expr, depth);
    for (auto& item : select.from) from(item, depth);
    if (select.where) expr(*select.where, depth);
    for (auto& node : select.group_nodes) group(node, depth);
    if (select.having) expr(*select.having, depth);
    for (auto& item : select.windows) window(item, depth);
    order(select.order, depth);
    if (select.limit) expr(*select.limit, depth);
    if (select.offset) expr(*select.offset, depth);
    exprs(select.group, depth);
  }

 private:
  void exprs(std::vector<Expr>& items, int depth) const {
    for (auto& item : items) expr(item, depth);
  }
  void order(std::vector<Order>& keys, int depth) const {
    for (auto& key : keys) expr(key.expr, depth);
  }
  void window(Window& window, int depth) const {
    exprs(window.partition, depth);
    order(window.order, depth);
    if (window.start.offset) expr(*window.start.offset, depth);
    if (window.end.offset) expr(*window.end.offset, depth);
  }
  void from(From& from, int depth) const {
    if (from.select) select(*from.select, depth);
    if (from.left) this->from(*from.left, depth);
    if (from.right) this->from(*from.right, depth);
    if (from.on) expr(*from.on, depth);
  }
  void group(GroupNode& node, int depth) const {
    if (node.kind == GroupNode::Kind::expr) expr(node.expr, depth);
    for (auto& part : node.parts) group(part, depth);
  }

  const Visit& visit_;
};

template <typename Visit>
void for_each_expr(Expr& expr, const Visit& visit) {
  Walk<Visit>(visit).expr(expr, 0);
}

template <typename Visit>
void for_each_expr(Select& select, const Visit& visit) {
  Walk<Visit>(visit).select(select, 0);
}

/// The same over a tree that stays as it is: the visitor takes a const Expr&.
template <typename Tree, typename Visit>
void for_each_const_expr(const Tree& tree, const Visit& visit) {
  const auto look = [&](Expr& expr, int depth) {
    const Expr& seen = expr;
    if constexpr (std::is_invocable_v<const Visit&, const Expr&, int>) {
      visit(seen, depth);
    } else {
      visit(seen);
    }
  };
  for_each_expr(const_cast<Tree&>(tree), look);  // the walk itself changes nothing
}

[[nodiscard]] inline std::size_t count_nodes(const Select& select) {
  std::size_t count = 0;
  for_each_const_expr(select, [&](const Expr&) { ++count; });
  return count;
}

}  // namespace sceau::enclave::sql
