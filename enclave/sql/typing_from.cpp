#include <algorithm>

#include "enclave/sql/fault.h"
#include "enclave/sql/typer.h"
#include "enclave/sql/typing.h"

namespace sceau::enclave::sql {
namespace {

std::vector<std::string> names_of(const Catalog& catalog) {
  std::vector<std::string> names;
  for (const auto& relation : catalog.relations) names.push_back(relation.name);
  return names;
}

/// Leaves inside a query: what a copy of it costs.
int leaves_in(const Select& select);

int leaves_in(const From& from) {
  switch (from.kind) {
    case From::Kind::relation:
    case From::Kind::system:
      return 1;
    case From::Kind::derived:
      return 1 + leaves_in(*from.select);
    case From::Kind::join:
      return leaves_in(*from.left) + leaves_in(*from.right);
  }
  return 1;
}

int leaves_in(const Select& select) {
  int count = select.left ? leaves_in(*select.left) + leaves_in(*select.right) : 0;
  for (const auto& from : select.from) count += leaves_in(from);
  for_each_const_expr(select, [&](const Expr& expr) {
    if (expr.query) ++count;
  });
  return count;
}

/// The position of the one column of that name; throws 42703 or 42702.
std::size_t find_shared(const std::vector<VisibleColumn>& columns, const std::string& name) {
  std::size_t found = columns.size();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name != name) continue;
    if (found != columns.size()) throw SqlError("42702", "sql.ambiguous", {name});
    found = i;
  }
  if (found == columns.size()) throw SqlError("42703", "sql.no_column", {name});
  return found;
}

}  // namespace

const Cte* Typing::find_cte(const From& from) const {
  if (!from.schema.empty()) return nullptr;
  for (auto cte = ctes_.rbegin(); cte != ctes_.rend(); ++cte) {
    if ((*cte)->name == from.name) return *cte;
  }
  return nullptr;
}

Typing::Part Typing::from(From& from, const Scope* outer, std::size_t& ranges) {
  return from.kind == From::Kind::join ? join(from, outer, ranges) : leaf(from, outer, ranges);
}

Typing::Part Typing::leaf(From& from, const Scope* outer, std::size_t& ranges) {
  if (++relations_ > max_relations) {
    throw SqlError("54001", "sql.too_many_relations", {std::to_string(max_relations)},
                   from.position);
  }
  if (from.kind == From::Kind::derived) {
    select(*from.select, outer, true);
    from.columns = from.select->columns;
  } else if (const auto* cte = find_cte(from)) {
    from.kind = From::Kind::derived;
    copied_nodes_ += count_nodes(*cte->select);
    if (copied_nodes_ > max_copied_nodes) {
      throw SqlError("54001", "sql.too_many_relations", {std::to_string(max_relations)},
                     from.position);
    }
    from.select = cte->select;
    from.columns = cte->select->columns;
    relations_ += leaves_in(*cte->select);
    for (std::size_t i = 0; i < cte->columns.size(); ++i) from.columns[i].name = cte->columns[i];
  } else {
    relation(from);
  }
  if (from.column_aliases.size() > from.columns.size()) {
    throw SqlError("42P10", "sql.too_many_aliases", {from.alias}, from.position);
  }
  for (std::size_t i = 0; i < from.column_aliases.size(); ++i) {
    from.columns[i].name = from.column_aliases[i];
  }
  from.range = ranges++;
  return {{&from}, Scope::columns_of(from)};
}

void Typing::relation(From& from) {
  if (from.schema == "sceau") {
    const auto* system = find_system_relation(from.name);
    if (system) {
      from.kind = From::Kind::system;
      from.columns = system->columns;
      return;
    }
  }
  const bool here = from.schema.empty() || from.schema == "public";
  const auto found = here ? catalog_.find(from.name) : std::nullopt;
  const auto shown = (from.schema.empty() ? "" : from.schema + ".") + from.name;
  if (!found) {
    const auto near = here ? nearest(from.name, names_of(catalog_)) : std::string();
    if (!near.empty()) {
      throw SqlError("42P01", "sql.no_relation_but", {shown, near, catalog_.names()},
                     from.position);
    }
    throw SqlError("42P01", "sql.no_relation", {shown, catalog_.names()}, from.position);
  }
  from.name = found->relation->name;
  from.vintage = found->vintage;
  for (const auto& column : found->relation->columns) {
    from.columns.push_back({column.name, column.type});
  }
}

Typing::Part Typing::join(From& from, const Scope* outer, std::size_t& ranges) {
  auto left = this->from(*from.left, outer, ranges);
  auto right = this->from(*from.right, outer, ranges);
  Part part;
  part.leaves = left.leaves;
  part.leaves.insert(part.leaves.end(), right.leaves.begin(), right.leaves.end());
  if (!from.shared.empty()) {
    part.visible = merge(from, left, right);
    return part;
  }
  part.visible = left.visible;
  part.visible.insert(part.visible.end(), right.visible.begin(), right.visible.end());
  if (from.on) {
    Scope scope(outer);
    for (const auto* leaf : part.leaves) scope.add_leaf(*leaf);
    scope.visible = part.visible;
    Place place;
    place.scope = &scope;
    place.clause = "JOIN/ON";
    expr(*from.on, place);
    coercion_.boolean(*from.on, "JOIN/ON");
  }
  return part;
}

/// USING: an ON of equalities, and each shared column visible once, first.
std::vector<VisibleColumn> Typing::merge(From& from, const Part& left, const Part& right) {
  auto lefts = left.visible, rights = right.visible;
  std::vector<VisibleColumn> merged;
  Expr all;
  all.kind = Expr::Kind::all_of;
  all.type = Type::boolean;
  for (const auto& name : from.shared) {
    const auto l = find_shared(lefts, name), r = find_shared(rights, name);
    Expr equal;
    equal.kind = Expr::Kind::operation;
    equal.name = "=";
    equal.args = {lefts[l].expr, rights[r].expr};
    comparison(equal, equal.args[0], equal.args[1]);
    VisibleColumn column{name, from.join == From::Join::right ? equal.args[1] : equal.args[0]};
    if (from.join == From::Join::full) {
      column.expr = Expr{};
      column.expr.kind = Expr::Kind::coalesce;
      column.expr.type = equal.args[0].type;
      column.expr.args = equal.args;
    }
    column.expr.path = {name};
    merged.push_back(std::move(column));
    all.args.push_back(std::move(equal));
    lefts.erase(lefts.begin() + static_cast<std::ptrdiff_t>(l));
    rights.erase(rights.begin() + static_cast<std::ptrdiff_t>(r));
  }
  from.on = Box<Expr>(std::move(all));
  merged.insert(merged.end(), lefts.begin(), lefts.end());
  merged.insert(merged.end(), rights.begin(), rights.end());
  return merged;
}

}  // namespace sceau::enclave::sql
