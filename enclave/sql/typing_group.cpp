#include <algorithm>

#include "enclave/sql/fault.h"
#include "enclave/sql/functions.h"
#include "enclave/sql/typer.h"
#include "enclave/sql/typing.h"

namespace sceau::enclave::sql {
namespace {

bool is_aggregate_call(const Expr& expr) {
  if (expr.kind != Expr::Kind::call || expr.over) return false;
  return expr.star || (expr.signature && is_aggregate(*expr.signature));
}

bool has_aggregate(const Expr& expr) {
  if (is_aggregate_call(expr)) return true;
  if (expr.over) {
    for (const auto& item : expr.over->partition) {
      if (has_aggregate(item)) return true;
    }
    for (const auto& key : expr.over->order) {
      if (has_aggregate(key.expr)) return true;
    }
  }
  return std::any_of(expr.args.begin(), expr.args.end(), has_aggregate);
}

/// Where GROUP BY is, what stands outside an aggregate must be a grouping expression.
class GroupingCheck {
 public:
  explicit GroupingCheck(const std::vector<Expr>& group) : group_(group) {}

  void check(const Expr& expr) const {
    if (is_grouping_expr(expr) || is_aggregate_call(expr)) return;
    if (expr.kind == Expr::Kind::grouping) {
      for (const auto& arg : expr.args) {
        if (!is_grouping_expr(arg)) throw SqlError("42803", "sql.grouping_args", {}, arg.position);
      }
      return;
    }
    if (expr.kind == Expr::Kind::column && expr.level == 0) refuse(expr);
    for (const auto& arg : expr.args) check(arg);
    if (expr.over) {
      for (const auto& item : expr.over->partition) check(item);
      for (const auto& key : expr.over->order) check(key.expr);
    }
    if (expr.query) check_query(*expr.query);
  }

 private:
  [[nodiscard]] bool is_grouping_expr(const Expr& expr) const {
    return std::any_of(group_.begin(), group_.end(),
                       [&](const Expr& item) { return same(item, expr); });
  }
  [[noreturn]] static void refuse(const Expr& column) {
    const auto name = column.path.empty() ? std::string() : column.path.back();
    throw SqlError("42803", "sql.not_grouped", {name}, column.position);
  }
  /// A subquery's columns that reach out to this SELECT must be grouped columns.
  void check_query(const Select& query) const {
    for_each_const_expr(query, [&](const Expr& expr, int depth) {
      if (expr.kind != Expr::Kind::column || expr.level != depth + 1) return;
      auto here = expr;
      here.level = 0;
      if (!is_grouping_expr(here)) refuse(expr);
    });
  }

  const std::vector<Expr>& group_;
};

}  // namespace

void Typing::group(Select& select, const Place& place) {
  const bool clause = !select.group_nodes.empty();
  Sets sets = {{}};
  for (auto& node : select.group_nodes) {
    const auto more = group_node(node, select, place);
    Sets product;
    for (const auto& a : sets) {
      for (const auto& b : more) {
        product.push_back(a);
        product.back().insert(product.back().end(), b.begin(), b.end());
        if (product.size() > max_grouping_sets) {
          throw SqlError("54001", "sql.too_many_sets", {std::to_string(max_grouping_sets)},
                         node.position);
        }
      }
    }
    sets = std::move(product);
  }
  for (auto& set : sets) {
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
  }
  select.group_nodes.clear();
  if (select.having) {
    Place here = place;
    here.clause = "HAVING";
    here.windows = false;
    expr(*select.having, here);
    coercion_.boolean(*select.having, "HAVING");
  }
  const bool aggregates = std::any_of(select.targets.begin(), select.targets.end(),
                                      [](const Target& t) { return has_aggregate(t.expr); });
  select.grouped = clause || aggregates || static_cast<bool>(select.having);
  if (select.grouped) select.grouping_sets = std::move(sets);
}

Typing::Sets Typing::group_node(GroupNode& node, Select& select, const Place& place) {
  switch (node.kind) {
    case GroupNode::Kind::expr:
      return {{group_expr(node, select, place)}};
    case GroupNode::Kind::empty:
      return {{}};
    case GroupNode::Kind::row: {
      std::vector<std::size_t> together;
      for (auto& part : node.parts) together.push_back(group_expr(part, select, place));
      return {together};
    }
    case GroupNode::Kind::rollup:
    case GroupNode::Kind::cube:
      return rollup(node, select, place);
    case GroupNode::Kind::sets: {
      Sets all;
      for (auto& part : node.parts) {
        for (auto& set : group_node(part, select, place)) all.push_back(std::move(set));
      }
      return all;
    }
  }
  return {};
}

Typing::Sets Typing::rollup(GroupNode& node, Select& select, const Place& place) {
  Sets items;
  for (auto& part : node.parts) {
    const auto sets = group_node(part, select, place);
    if (sets.size() != 1) throw SqlError("0A000", "sql.nested_sets", {}, part.position);
    items.push_back(sets[0]);
  }
  Sets sets;
  if (node.kind == GroupNode::Kind::rollup) {
    for (std::size_t kept = items.size() + 1; kept-- > 0;) {
      std::vector<std::size_t> set;
      for (std::size_t i = 0; i < kept; ++i)
        set.insert(set.end(), items[i].begin(), items[i].end());
      sets.push_back(std::move(set));
    }
    return sets;
  }
  if (items.size() > 12) throw SqlError("54001", "sql.too_many_sets", {"4096"}, node.position);
  const std::size_t all = (std::size_t{1} << items.size()) - 1;
  for (std::size_t bits = all + 1; bits-- > 0;) {
    std::vector<std::size_t> set;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const bool kept = bits >> (items.size() - 1 - i) & 1U;
      if (kept) set.insert(set.end(), items[i].begin(), items[i].end());
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

std::size_t Typing::group_expr(GroupNode& node, Select& select, const Place& place) {
  if (node.kind != GroupNode::Kind::expr)
    throw SqlError("0A000", "sql.nested_sets", {}, node.position);
  auto& item = node.expr;
  const Expr* target = nullptr;
  if (item.kind == Expr::Kind::literal && item.type == Type::int4 && item.text) {
    const auto number = std::stol(*item.text);
    if (number < 1 || static_cast<std::size_t>(number) > select.targets.size()) {
      throw SqlError("42P10", "sql.bad_ordinal", {"GROUP BY", *item.text}, item.position);
    }
    target = &select.targets[static_cast<std::size_t>(number - 1)].expr;
  } else if (item.kind == Expr::Kind::column && item.path.size() == 1 &&
             !place.scope->find_here(item.path[0], item.position)) {
    for (const auto& candidate : select.targets) {
      if (candidate.alias == item.path[0] && !target) target = &candidate.expr;
    }
  }
  Expr typed = target ? *target : item;
  if (!target) {
    Place here = place;
    here.clause = "GROUP BY";
    here.aggregates = here.windows = false;
    expr(typed, here);
  }
  if (has_aggregate(typed)) {
    throw SqlError("42803", "sql.aggregate_place", {"GROUP BY"}, item.position);
  }
  if (typed.over) throw SqlError("42P20", "sql.window_place", {"GROUP BY"}, item.position);
  for (std::size_t i = 0; i < select.group.size(); ++i) {
    if (same(select.group[i], typed)) return i;
  }
  select.group.push_back(std::move(typed));
  return select.group.size() - 1;
}

void Typing::check_grouping(Select& select) {
  for (const auto& key : select.order) {
    if (!select.grouped && has_aggregate(key.expr)) {
      select.grouped = true;
      select.grouping_sets = {{}};
    }
  }
  if (!select.grouped) {
    for (const auto& target : select.targets) {
      if (target.expr.kind == Expr::Kind::grouping) {
        throw SqlError("42803", "sql.grouping_args", {}, target.expr.position);
      }
    }
    return;
  }
  const GroupingCheck check(select.group);
  for (const auto& target : select.targets) check.check(target.expr);
  if (select.having) check.check(*select.having);
  for (const auto& key : select.order) check.check(key.expr);
}

}  // namespace sceau::enclave::sql
