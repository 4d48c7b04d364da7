#include "enclave/sql/flatten_joins.h"

#include <algorithm>

#include "enclave/sql/flatten.h"

namespace sceau::enclave::sql {
namespace {

constexpr std::size_t max_flat_nodes = 20'000;

template <typename Tree>
std::size_t size_of(const Tree& tree) {
  std::size_t count = 0;
  for_each_const_expr(tree, [&](const Expr&) { ++count; });
  return count;
}

bool has_window_or_query(const Select& query) {
  bool found = false;
  for_each_const_expr(query, [&](const Expr& expr) { found = found || expr.over || expr.query; });
  return found;
}

/// Row by row what its FROM gives.
bool only_renames(const Select& inner) {
  return inner.set == Select::Set::none && inner.values.empty() && !inner.distinct &&
         !inner.limit && !inner.offset && !inner.grouped && inner.from.size() == 1;
}

/// On the right of a join its rows may become NULL, and what it derives with them.
bool only_selects(const Select& inner) {
  return !inner.where && inner.from[0].kind == From::Kind::relation &&
         std::all_of(inner.targets.begin(), inner.targets.end(),
                     [](const Target& target) { return target.expr.kind == Expr::Kind::column; });
}

/// One more than the highest number of a leaf.
std::size_t ranges_of(const From& from) {
  if (from.kind != From::Kind::join) return from.range + 1;
  return std::max(ranges_of(*from.left), ranges_of(*from.right));
}

/// Renumbers leaves, and columns over them.
void shift(Expr& expr, std::size_t by) {
  for_each_expr(expr, [&](Expr& part) {
    if (part.kind == Expr::Kind::column) part.range += by;
  });
}

void shift(From& from, std::size_t by) {
  from.range += by;
  if (from.kind != From::Kind::join) return;
  shift(*from.left, by);
  shift(*from.right, by);
  if (from.on) shift(*from.on, by);
}

class Joins {
 public:
  explicit Joins(Select query) : query_(std::move(query)) {}

  Select flat() {
    ranges_ = ranges_of(query_.from[0]);
    look(query_.from[0], true);
    return std::move(query_);
  }

 private:
  /// `outermost`: no row of it is left out or made NULL by a join around it.
  void look(From& from, bool outermost) {
    if (from.kind == From::Kind::join) {
      look(*from.left, outermost && from.join == From::Join::left);
      look(*from.right, false);
    } else if (from.kind == From::Kind::derived) {
      replace(from, outermost);
    }
  }

  void replace(From& leaf, bool outermost) {
    Select inner = flatten_joins(flatten(*leaf.select));
    if (!only_renames(inner) || (!outermost && !only_selects(inner))) return;
    if (!stays_small(inner)) return;
    const auto replaced = leaf.range;
    for (auto& target : inner.targets) shift(target.expr, ranges_);
    if (inner.where) shift(*inner.where, ranges_);
    shift(inner.from[0], ranges_);
    ranges_ = ranges_of(inner.from[0]);
    leaf = From(inner.from[0]);
    substitute_all(replaced, inner);
    if (inner.where) query_.where = both(inner.where, query_.where);
  }

  /// Each reference to a column becomes a copy, and copies of copies multiply.
  [[nodiscard]] bool stays_small(const Select& inner) const {
    std::size_t largest = 1;
    for (const auto& target : inner.targets) largest = std::max(largest, size_of(target.expr));
    return size_of(query_) * largest + size_of(inner) <= max_flat_nodes;
  }

  static Box<Expr> both(const Box<Expr>& a, const Box<Expr>& b) {
    if (!b) return a;
    Expr all;
    all.kind = Expr::Kind::all_of;
    all.type = Type::boolean;
    all.position = a->position;
    all.args = {*a, *b};
    return Box<Expr>(std::move(all));
  }

  void substitute(Expr& expr, std::size_t range, const Select& inner) {
    if (expr.kind == Expr::Kind::column) {
      if (expr.range != range) return;
      auto replacement = inner.targets[expr.column].expr;
      replacement.position = expr.position;
      expr = std::move(replacement);
      return;
    }
    for (auto& arg : expr.args) substitute(arg, range, inner);
    if (expr.filter) substitute(*expr.filter, range, inner);
    for (auto& key : expr.order) substitute(key.expr, range, inner);
  }

  void substitute_on(From& from, std::size_t range, const Select& inner) {
    if (from.kind != From::Kind::join) return;
    if (from.on) substitute(*from.on, range, inner);
    substitute_on(*from.left, range, inner);
    substitute_on(*from.right, range, inner);
  }

  void substitute_all(std::size_t range, const Select& inner) {
    for (auto& target : query_.targets) substitute(target.expr, range, inner);
    if (query_.where) substitute(*query_.where, range, inner);
    if (query_.having) substitute(*query_.having, range, inner);
    for (auto& key : query_.order) substitute(key.expr, range, inner);
    for (auto& expr : query_.group) substitute(expr, range, inner);
    substitute_on(query_.from[0], range, inner);
  }

  Select query_;
  std::size_t ranges_ = 0;  ///< the next free number of a leaf
};

}  // namespace

Select flatten_joins(Select query) {
  const bool joined = query.from.size() == 1 && query.from[0].kind == From::Kind::join;
  if (!joined || has_window_or_query(query)) return query;
  return Joins(std::move(query)).flat();
}

}  // namespace sceau::enclave::sql
