// Which statements read rows of data sets.

#include <vector>

#include "enclave/sql/plan.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {
namespace {

bool names_data(const Select& select);

/// A place in FROM, whatever it is: anything but sceau.* and what is put together from that.
bool names_data(const From& from) {
  switch (from.kind) {
    case From::Kind::relation:
      return true;
    case From::Kind::system:
      return false;
    case From::Kind::derived:
      return names_data(*from.select);
    case From::Kind::join:
      return names_data(*from.left) || names_data(*from.right);
  }
  return true;
}

/// FROM of this SELECT and of those that it is put together from; expressions are not looked into.
bool names_data(const Select& select) {
  for (const auto& cte : select.with) {
    if (names_data(*cte.select)) return true;
  }
  if (select.left && names_data(*select.left)) return true;
  if (select.right && names_data(*select.right)) return true;
  for (const auto& from : select.from) {
    if (names_data(from)) return true;
  }
  return false;
}

}  // namespace

bool reads_data(const Statement& statement) {
  if (!statement.query) return false;
  bool reads = names_data(*statement.query);
  for_each_const_expr(*statement.query, [&](const Expr& expr) {
    reads = reads || (expr.query && names_data(*expr.query));
  });
  return reads;
}

}  // namespace sceau::enclave::sql
