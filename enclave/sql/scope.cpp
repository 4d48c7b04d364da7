#include "enclave/sql/scope.h"

#include <algorithm>
#include <numeric>

#include "enclave/sql/fault.h"

namespace sceau::enclave::sql {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// What a subquery shows one row of for each of its own; null where it does more.
const From* behind(const From& leaf) {
  if (leaf.kind != From::Kind::derived) return nullptr;
  const auto& select = *leaf.select;
  const bool plain = select.set == Select::Set::none && select.values.empty() &&
                     select.from.size() == 1 && !select.grouped && !select.distinct &&
                     select.from[0].kind != From::Kind::join;
  return plain ? &select.from[0] : nullptr;
}

std::string_view relation_behind(const From& leaf) {
  if (leaf.kind == From::Kind::relation) return leaf.name;
  const auto* inner = behind(leaf);
  return inner ? relation_behind(*inner) : std::string_view();
}

/// Whether a column is the data set's variable of that name, whatever it is called here.
bool is_variable(const From& leaf, std::size_t column, std::string_view name) {
  if (leaf.kind == From::Kind::relation) return leaf.columns[column].name == name;
  const auto* inner = behind(leaf);
  if (!inner || column >= leaf.select->targets.size()) return false;
  const auto& expr = leaf.select->targets[column].expr;
  return expr.kind == Expr::Kind::column && expr.level == 0 &&
         is_variable(*inner, expr.column, name);
}

std::string joined(const std::vector<std::string>& path) {
  std::string text;
  for (const auto& part : path) text += (text.empty() ? "" : ".") + part;
  return text;
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  if (word.size() > 63) return best;
  for (const auto& candidate : candidates) {
    const auto apart = distance(word, candidate);
    if (apart < least) {
      least = apart;
      best = candidate;
    }
  }
  return best;
}

std::vector<VisibleColumn> Scope::columns_of(const From& leaf) {
  std::vector<VisibleColumn> columns;
  for (std::size_t i = 0; i < leaf.columns.size(); ++i) {
    Expr column;
    column.kind = Expr::Kind::column;
    column.type = leaf.columns[i].type;
    column.path = {leaf.alias, leaf.columns[i].name};
    column.range = leaf.range;
    column.column = i;
    columns.push_back({leaf.columns[i].name, std::move(column)});
  }
  return columns;
}

void Scope::add_leaf(const From& leaf) {
  for (const auto& other : leaves_) {
    if (other.alias == leaf.alias) {
      throw SqlError("42712", "sql.alias_twice", {leaf.alias}, leaf.position);
    }
  }
  leaves_.push_back({leaf.alias, leaf.schema, &leaf, columns_of(leaf)});
}

const Scope::Leaf* Scope::leaf_at(std::size_t range) const {
  for (const auto& leaf : leaves_) {
    if (leaf.from->range == range) return &leaf;
  }
  return nullptr;
}

std::string_view Scope::relation_of(std::size_t range) const {
  const auto* leaf = leaf_at(range);
  return leaf ? relation_behind(*leaf->from) : std::string_view();
}

Box<Expr> Scope::column_of(std::size_t range, std::string_view name) const {
  const auto* leaf = leaf_at(range);
  if (!leaf || relation_behind(*leaf->from).empty()) return {};
  for (std::size_t i = 0; i < leaf->columns.size(); ++i) {
    if (is_variable(*leaf->from, i, name)) return Box<Expr>(leaf->columns[i].expr);
  }
  return {};
}

const Scope::Leaf* Scope::find_leaf(const Expr& reference, std::size_t parts) const {
  if (parts == 0 || parts > 2) return nullptr;
  for (const auto& leaf : leaves_) {
    const bool schema = parts == 1 || reference.path[0] == leaf.schema ||
                        (reference.path[0] == "public" && leaf.schema.empty());
    if (leaf.alias == reference.path[parts - 1] && schema) return &leaf;
  }
  return nullptr;
}

Box<Expr> Scope::find_here(std::string_view name, int position) const {
  Box<Expr> found;
  for (const auto& column : visible) {
    if (column.name != name) continue;
    if (found) throw SqlError("42702", "sql.ambiguous", {std::string(name)}, position);
    found = Box<Expr>(column.expr);
  }
  if (found) found->position = position;
  return found;
}

Box<Expr> Scope::find_qualified(const Expr& reference) const {
  const auto* leaf = find_leaf(reference, reference.path.size() - 1);
  if (!leaf) return {};
  Box<Expr> found;
  for (const auto& column : leaf->columns) {
    if (column.name != reference.path.back()) continue;
    if (found)
      throw SqlError("42702", "sql.ambiguous", {joined(reference.path)}, reference.position);
    found = Box<Expr>(column.expr);
  }
  if (!found) undefined(reference);
  found->position = reference.position;
  return found;
}

Expr Scope::resolve(const Expr& reference) const {
  int level = 0;
  for (const Scope* scope = this; scope; scope = scope->outer_, ++level) {
    auto found = reference.path.size() == 1
                     ? scope->find_here(reference.path[0], reference.position)
                     : scope->find_qualified(reference);
    if (!found) continue;
    for_each_expr(*found, [&](Expr& expr) {
      if (expr.kind == Expr::Kind::column) expr.level = level;
    });
    return *found;
  }
  if (reference.path.size() > 1) {
    const auto alias = reference.path[reference.path.size() - 2];
    throw SqlError("42P01", "sql.no_alias", {alias}, reference.position);
  }
  undefined(reference);
}

void Scope::undefined(const Expr& reference) const {
  std::vector<std::string> candidates;
  for (const Scope* scope = this; scope; scope = scope->outer_) {
    for (const auto& column : scope->visible) candidates.push_back(column.name);
  }
  const auto near = nearest(reference.path.back(), candidates);
  const auto name = joined(reference.path);
  if (near.empty()) throw SqlError("42703", "sql.no_column", {name}, reference.position);
  throw SqlError("42703", "sql.no_column_but", {name, near}, reference.position);
}

std::vector<VisibleColumn> Scope::expand(const Expr& star) const {
  if (star.path.empty()) {
    if (leaves_.empty()) throw SqlError("42601", "sql.star_of_nothing", {}, star.position);
    return visible;
  }
  const auto* leaf = find_leaf(star, star.path.size());
  if (!leaf) throw SqlError("42P01", "sql.no_alias", {star.path.back()}, star.position);
  return leaf->columns;
}

}  // namespace sceau::enclave::sql
