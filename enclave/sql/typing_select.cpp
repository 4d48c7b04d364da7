#include <algorithm>

#include "enclave/sql/fault.h"
#include "enclave/sql/typer.h"
#include "enclave/sql/typing.h"

namespace sceau::enclave::sql {
namespace {

bool is_ordinal(const Expr& expr) {
  return expr.kind == Expr::Kind::literal && expr.type == Type::int4 && expr.text;
}

std::size_t ordinal(const Expr& expr, std::size_t count, std::string_view clause) {
  const auto number = std::stol(*expr.text);
  if (number < 1 || static_cast<std::size_t>(number) > count) {
    throw SqlError("42P10", "sql.bad_ordinal", {std::string(clause), *expr.text}, expr.position);
  }
  return static_cast<std::size_t>(number - 1);
}

}  // namespace

void type_query(Select& query, const Catalog& catalog, std::vector<Type>& parameters) {
  Typing(catalog, parameters).select(query, nullptr, true);
  for (auto& type : parameters) {
    if (type == Type::unknown) type = Type::text;
  }
}

void Typing::select(Select& select, const Scope* outer, bool decide_unknown) {
  const auto known = ctes_.size();
  for (auto& cte : select.with) {
    // A CTE sees no outer columns, so that its copy means the same wherever it is named.
    this->select(*cte.select, nullptr, true);
    if (cte.columns.size() > cte.select->columns.size()) {
      throw SqlError("42P10", "sql.too_many_aliases", {cte.name}, cte.position);
    }
    ctes_.push_back(&cte);
  }
  if (select.set != Select::Set::none) {
    set_operation(select, outer);
  } else if (!select.values.empty()) {
    values(select, outer);
  } else {
    core(select, outer);
  }
  limits(select, outer);
  if (decide_unknown) decide(select);
  ctes_.resize(known);
  select.with.clear();
  if (select.columns.size() > max_columns) {
    throw SqlError("54011", "sql.too_many_columns", {std::to_string(max_columns)});
  }
}

void Typing::core(Select& select, const Scope* outer) {
  Scope scope(outer);
  std::size_t ranges = 0;
  for (auto& item : select.from) {
    const auto part = from(item, outer, ranges);
    for (const auto* leaf : part.leaves) scope.add_leaf(*leaf);
    scope.visible.insert(scope.visible.end(), part.visible.begin(), part.visible.end());
  }
  Place place;
  place.scope = &scope;
  place.named_windows = &select.windows;
  if (select.where) {
    place.clause = "WHERE";
    expr(*select.where, place);
    coercion_.boolean(*select.where, "WHERE");
  }
  place.clause = "SELECT";
  place.aggregates = place.windows = true;
  targets(select, place);
  group(select, place);
  order(select, place);
  select.windows.clear();
}

void Typing::targets(Select& select, const Place& place) {
  std::vector<Target> expanded;
  for (auto& target : select.targets) {
    if (target.expr.kind != Expr::Kind::star) {
      if (target.alias.empty()) target.alias = output_name(target.expr);
      expr(target.expr, place);
      expanded.push_back(std::move(target));
      continue;
    }
    for (auto& column : place.scope->expand(target.expr)) {
      column.expr.position = target.expr.position;
      expanded.push_back({std::move(column.expr), std::move(column.name)});
    }
  }
  select.targets = std::move(expanded);
  if (select.targets.empty()) throw SqlError("0A000", "sql.no_targets");
  for (const auto& target : select.targets) {
    select.columns.push_back({target.alias, target.expr.type});
  }
}

void Typing::order(Select& select, const Place& place) {
  Place here = place;
  here.clause = "ORDER BY";
  for (auto& key : select.order) {
    if (is_ordinal(key.expr)) {
      key.output = ordinal(key.expr, select.targets.size(), "ORDER BY");
      key.expr = select.targets[*key.output].expr;
      continue;
    }
    if (key.expr.kind == Expr::Kind::column && key.expr.path.size() == 1) {
      for (std::size_t i = 0; i < select.targets.size(); ++i) {
        if (select.targets[i].alias != key.expr.path[0]) continue;
        if (key.output && !same(select.targets[*key.output].expr, select.targets[i].expr)) {
          throw SqlError("42702", "sql.ambiguous_order", {key.expr.path[0]}, key.expr.position);
        }
        if (!key.output) key.output = i;
      }
    }
    if (key.output) {
      key.expr = select.targets[*key.output].expr;
      continue;
    }
    expr(key.expr, here);
    for (std::size_t i = 0; i < select.targets.size() && !key.output; ++i) {
      if (same(select.targets[i].expr, key.expr)) key.output = i;
    }
    if (select.distinct && !key.output) {
      throw SqlError("42P10", "sql.distinct_order", {}, key.expr.position);
    }
    if (key.expr.type == Type::unknown) coercion_.to(key.expr, Type::text);
  }
  check_grouping(select);
}

void Typing::order_of_outputs(Select& select) {
  for (auto& key : select.order) {
    if (is_ordinal(key.expr)) {
      key.output = ordinal(key.expr, select.columns.size(), "ORDER BY");
      continue;
    }
    if (key.expr.kind == Expr::Kind::column && key.expr.path.size() == 1) {
      for (std::size_t i = 0; i < select.columns.size() && !key.output; ++i) {
        if (select.columns[i].name == key.expr.path[0]) key.output = i;
      }
    }
    if (!key.output) throw SqlError("0A000", "sql.set_order", {}, key.expr.position);
  }
}

void Typing::set_operation(Select& select, const Scope* outer) {
  this->select(*select.left, outer, false);
  this->select(*select.right, outer, false);
  unify(*select.left, *select.right);
  select.columns = select.left->columns;
  order_of_outputs(select);
}

void Typing::unify(Select& left, Select& right) {
  if (left.columns.size() != right.columns.size()) {
    throw SqlError("42601", "sql.set_columns");
  }
  for (std::size_t i = 0; i < left.columns.size(); ++i) {
    Expr a, b;
    a.type = left.columns[i].type;
    b.type = right.columns[i].type;
    const auto type = coercion_.common({&a, &b}, "UNION");
    cast_output(left, i, type, coercion_);
    cast_output(right, i, type, coercion_);
  }
}

void Typing::cast_output(Select& select, std::size_t column, Type type, Coercion& coercion) {
  if (select.columns[column].type == type) return;
  select.columns[column].type = type;
  if (select.set != Select::Set::none) {
    cast_output(*select.left, column, type, coercion);
    cast_output(*select.right, column, type, coercion);
    return;
  }
  for (auto& row : select.values) coercion.to(row[column], type);
  if (select.values.empty()) coercion.to(select.targets[column].expr, type);
}

void Typing::decide(Select& select) {
  for (std::size_t i = 0; i < select.columns.size(); ++i) {
    if (select.columns[i].type == Type::unknown) cast_output(select, i, Type::text, coercion_);
  }
}

void Typing::values(Select& select, const Scope* outer) {
  Scope scope(outer);
  Place place;
  place.scope = &scope;
  place.clause = "VALUES";
  const auto width = select.values.front().size();
  for (auto& row : select.values) {
    if (row.size() != width) throw SqlError("42601", "sql.values_width");
    for (auto& item : row) expr(item, place);
  }
  for (std::size_t i = 0; i < width; ++i) {
    std::vector<Expr*> column;
    for (auto& row : select.values) column.push_back(&row[i]);
    coercion_.to_common(column, "VALUES");
    select.columns.push_back({"column" + std::to_string(i + 1), column[0]->type});
  }
  order_of_outputs(select);
}

void Typing::limits(Select& select, const Scope* outer) {
  Scope scope(outer);
  Place place;
  place.scope = &scope;
  for (auto* limit : {&select.limit, &select.offset}) {
    if (!*limit) continue;
    place.clause = limit == &select.limit ? "LIMIT" : "OFFSET";
    expr(**limit, place);
    for_each_const_expr(**limit, [&](const Expr& item) {
      if (item.kind != Expr::Kind::column && !item.query) return;
      throw SqlError("42P10", "sql.limit_columns", {std::string(place.clause)}, item.position);
    });
    if ((*limit)->type == Type::float8 || (*limit)->type == Type::numeric) {
      throw SqlError("42804", "sql.wrong_type", {"bigint", std::string(name((*limit)->type))},
                     (*limit)->position);
    }
    coercion_.to(**limit, Type::int8);
  }
}

}  // namespace sceau::enclave::sql
