#include "enclave/sql/tree.h"

#include <algorithm>

namespace sceau::enclave::sql {
namespace {

bool same_order(const std::vector<Order>& a, const std::vector<Order>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Order& x, const Order& y) {
    return x.descending == y.descending && x.puts_nulls_first() == y.puts_nulls_first() &&
           same(x.expr, y.expr);
  });
}

template <typename T>
bool both_empty(const Box<T>& a, const Box<T>& b) {
  return !a && !b;
}

/// Windows and subqueries are never the same: two of them are computed apart.
bool same_parts(const Expr& a, const Expr& b) {
  if (!both_empty(a.over, b.over) || !both_empty(a.query, b.query)) return false;
  if (static_cast<bool>(a.filter) != static_cast<bool>(b.filter)) return false;
  if (a.filter && !same(*a.filter, *b.filter)) return false;
  return same_order(a.order, b.order) &&
         std::equal(a.args.begin(), a.args.end(), b.args.begin(), b.args.end(),
                    [](const Expr& x, const Expr& y) { return same(x, y); });
}

}  // namespace

bool same(const Expr& a, const Expr& b) {
  if (a.kind != b.kind || a.type != b.type) return false;
  if (a.kind == Expr::Kind::column) {
    return a.level == b.level && a.range == b.range && a.column == b.column;
  }
  return a.text == b.text && a.number == b.number && a.name == b.name && a.negated == b.negated &&
         a.star == b.star && a.distinct == b.distinct && a.within_group == b.within_group &&
         a.scale == b.scale && a.precision == b.precision && a.signature == b.signature &&
         same_parts(a, b);
}

}  // namespace sceau::enclave::sql
