#include <array>
#include <cstdint>
#include <limits>

#include "enclave/sql/fault.h"
#include "enclave/sql/fences.h"
#include "enclave/sql/parse.h"
#include "enclave/sql/reader.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

struct TypeName {
  std::string_view name;
  Type type;
};

constexpr std::array type_names = {
    TypeName{"int2", Type::int4},       TypeName{"int4", Type::int4},
    TypeName{"int8", Type::int8},       TypeName{"integer", Type::int4},
    TypeName{"float4", Type::float8},   TypeName{"float8", Type::float8},
    TypeName{"numeric", Type::numeric}, TypeName{"text", Type::text},
    TypeName{"varchar", Type::text},    TypeName{"bool", Type::boolean},
    TypeName{"date", Type::date},       TypeName{"bytea", Type::bytea}};

std::optional<Type> find_type(std::string_view name) {
  for (const auto& entry : type_names) {
    if (entry.name == name) return entry.type;
  }
  return std::nullopt;
}

bool fits_int4(std::string_view digits) {
  try {
    const auto value = std::stoll(std::string(digits));
    return value >= std::numeric_limits<std::int32_t>::min() &&
           value <= std::numeric_limits<std::int32_t>::max();
  } catch (const std::exception&) {
    return false;
  }
}

/// A number too large for the parser's integers: int8 where it fits, else numeric.
Type type_of_digits(std::string_view digits) {
  if (digits.find_first_of(".eE") != std::string_view::npos) return Type::numeric;
  if (fits_int4(digits)) return Type::int4;
  try {
    static_cast<void>(std::stoll(std::string(digits)));
    return Type::int8;
  } catch (const std::exception&) {
    return Type::numeric;
  }
}

}  // namespace

Reader::Reader(std::string_view text) : text_(text), positions_(character_positions(text)) {}

Reader::Deeper::Deeper(Reader& reader) : reader_(reader) {
  if (reader_.depth_ >= max_tree_depth) {
    throw SqlError("54001", "sql.too_deep", {std::to_string(max_tree_depth)});
  }
  if (++reader_.nodes_ > max_tree_nodes) {
    throw SqlError("54001", "sql.too_many_tokens", {std::to_string(max_tree_nodes)});
  }
  ++reader_.depth_;
}

int Reader::position(int location) const {
  if (location < 0 || static_cast<std::size_t>(location) >= positions_.size()) return 0;
  return positions_[static_cast<std::size_t>(location)];
}

Expr Reader::make(Expr::Kind kind, int location) const {
  Expr made;
  made.kind = kind;
  made.position = position(location);
  return made;
}

void Reader::refuse(std::string id, int location, std::vector<std::string> args) const {
  throw SqlError("0A000", std::move(id), std::move(args), position(location));
}

std::string Reader::word(const PgQuery__Node* node) {
  return node && node->node_case == PG_QUERY__NODE__NODE_STRING ? node->string->sval : "";
}

std::vector<std::string> Reader::words(PgQuery__Node* const* nodes, std::size_t count) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(word(nodes[i]));
  return result;
}

std::vector<Expr> Reader::exprs(PgQuery__Node* const* nodes, std::size_t count) {
  std::vector<Expr> result;
  result.reserve(count);
  for (std::size_t i = 0; i < count; ++i) result.push_back(expr(nodes[i]));
  return result;
}

std::vector<Order> Reader::orders(PgQuery__Node* const* nodes, std::size_t count) {
  std::vector<Order> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(order(nodes[i]));
  return result;
}

Expr Reader::expr(const PgQuery__Node* node) {
  const Deeper deeper(*this);
  if (!node) refuse("sql.unsupported_expression", -1);
  return dispatch(*node);
}

Expr Reader::dispatch(const PgQuery__Node& node) {
  // Not a switch over the enum: it has over two hundred cases, and what is not here is refused.
  const int kind = node.node_case;
  if (kind == PG_QUERY__NODE__NODE_A_CONST) return constant(*node.a_const);
  if (kind == PG_QUERY__NODE__NODE_COLUMN_REF) return column(*node.column_ref);
  if (kind == PG_QUERY__NODE__NODE_A_EXPR) return operation(*node.a_expr);
  if (kind == PG_QUERY__NODE__NODE_BOOL_EXPR) return boolean(*node.bool_expr);
  if (kind == PG_QUERY__NODE__NODE_FUNC_CALL) return function(*node.func_call);
  if (kind == PG_QUERY__NODE__NODE_CASE_EXPR) return case_of(*node.case_expr);
  if (kind == PG_QUERY__NODE__NODE_TYPE_CAST) return cast(*node.type_cast);
  if (kind == PG_QUERY__NODE__NODE_SUB_LINK) return sublink(*node.sub_link);
  if (kind == PG_QUERY__NODE__NODE_BOOLEAN_TEST) return truth(*node.boolean_test);
  if (kind == PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION) {
    return session_value(*node.sqlvalue_function);
  }
  if (kind == PG_QUERY__NODE__NODE_PARAM_REF) {
    auto made = make(Expr::Kind::parameter, node.param_ref->location);
    made.number = node.param_ref->number;
    if (made.number < 1 || made.number > 256) {
      throw SqlError("42P02", "sql.no_parameter", {std::to_string(made.number)}, made.position);
    }
    return made;
  }
  if (kind == PG_QUERY__NODE__NODE_NULL_TEST) {
    auto made = make(Expr::Kind::is_null, node.null_test->location);
    made.negated = node.null_test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL;
    made.args.push_back(expr(node.null_test->arg));
    return made;
  }
  if (kind == PG_QUERY__NODE__NODE_COALESCE_EXPR) {
    auto made = make(Expr::Kind::coalesce, node.coalesce_expr->location);
    made.args = exprs(node.coalesce_expr->args, node.coalesce_expr->n_args);
    return made;
  }
  if (kind == PG_QUERY__NODE__NODE_MIN_MAX_EXPR) {
    const auto& item = *node.min_max_expr;
    const bool greatest = item.op == PG_QUERY__MIN_MAX_OP__IS_GREATEST;
    auto made = make(greatest ? Expr::Kind::greatest : Expr::Kind::least, item.location);
    made.args = exprs(item.args, item.n_args);
    return made;
  }
  if (kind == PG_QUERY__NODE__NODE_GROUPING_FUNC) {
    auto made = make(Expr::Kind::grouping, node.grouping_func->location);
    made.args = exprs(node.grouping_func->args, node.grouping_func->n_args);
    return made;
  }
  if (kind == PG_QUERY__NODE__NODE_ROW_EXPR) refuse("sql.no_rows", node.row_expr->location);
  if (kind == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) {
    refuse("sql.no_arrays", node.a_array_expr->location);
  }
  if (kind == PG_QUERY__NODE__NODE_COLLATE_CLAUSE) {
    refuse("sql.no_collate", node.collate_clause->location);
  }
  refuse("sql.unsupported_expression", -1);
}

Expr Reader::constant(const PgQuery__AConst& node) const {
  auto made = make(Expr::Kind::literal, node.location);
  if (node.isnull) return made;
  const int kind = node.val_case;
  if (kind == PG_QUERY__A__CONST__VAL_IVAL) {
    made.type = Type::int4;
    made.text = std::to_string(node.ival->ival);
  } else if (kind == PG_QUERY__A__CONST__VAL_FVAL) {
    made.type = type_of_digits(node.fval->fval);
    made.text = canonical(made.type, node.fval->fval);
    if (!made.text) throw SqlError("22003", "sql.numeric_range", {}, made.position);
  } else if (kind == PG_QUERY__A__CONST__VAL_BOOLVAL) {
    made.type = Type::boolean;
    made.text = node.boolval->boolval ? "t" : "f";
  } else if (kind == PG_QUERY__A__CONST__VAL_SVAL) {
    made.text = node.sval->sval;
  } else {
    refuse("sql.no_bits", node.location);
  }
  return made;
}

Expr Reader::column(const PgQuery__ColumnRef& node) const {
  auto made = make(Expr::Kind::column, node.location);
  for (std::size_t i = 0; i < node.n_fields; ++i) {
    if (node.fields[i]->node_case == PG_QUERY__NODE__NODE_A_STAR) {
      made.kind = Expr::Kind::star;
    } else {
      made.path.push_back(word(node.fields[i]));
    }
  }
  return made;
}

Expr Reader::operation(const PgQuery__AExpr& node) {
  switch (node.kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP:
      break;
    case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT: {
      auto made = make(Expr::Kind::distinct_from, node.location);
      made.negated = node.kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT;
      made.args.push_back(expr(node.lexpr));
      made.args.push_back(expr(node.rexpr));
      return made;
    }
    case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF: {
      auto made = make(Expr::Kind::null_if, node.location);
      made.args.push_back(expr(node.lexpr));
      made.args.push_back(expr(node.rexpr));
      return made;
    }
    case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
      return in_list(node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_LIKE:
    case PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE:
      return like(node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
      return between(node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL:
      return any_of_array(node);
    default:
      refuse("sql.unsupported_operator", node.location);
  }
  auto made = make(Expr::Kind::operation, node.location);
  made.name = node.n_name > 0 ? word(node.name[node.n_name - 1]) : "";
  if (made.name == "!=") made.name = "<>";
  if (node.lexpr) made.args.push_back(expr(node.lexpr));
  made.args.push_back(expr(node.rexpr));
  return made;
}

Expr Reader::in_list(const PgQuery__AExpr& node) {
  auto made = make(Expr::Kind::in_list, node.location);
  made.negated = word(node.n_name ? node.name[0] : nullptr) == "<>";
  made.args.push_back(expr(node.lexpr));
  if (!node.rexpr || node.rexpr->node_case != PG_QUERY__NODE__NODE_LIST) {
    refuse("sql.unsupported_operator", node.location);
  }
  const auto& list = *node.rexpr->list;
  for (std::size_t i = 0; i < list.n_items; ++i) made.args.push_back(expr(list.items[i]));
  return made;
}

/// x = ANY (ARRAY[a, b]) is x IN (a, b); x <> ALL (ARRAY[…]) its negation. Others: refused.
Expr Reader::any_of_array(const PgQuery__AExpr& node) {
  const auto name = word(node.n_name ? node.name[0] : nullptr);
  const bool any = node.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY;
  const bool array = node.rexpr && node.rexpr->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR;
  if (!array || !((any && name == "=") || (!any && name == "<>"))) {
    refuse("sql.no_arrays", node.location);
  }
  auto made = make(Expr::Kind::in_list, node.location);
  made.negated = !any;
  made.args.push_back(expr(node.lexpr));
  const auto& elements = *node.rexpr->a_array_expr;
  for (auto& item : exprs(elements.elements, elements.n_elements)) {
    made.args.push_back(std::move(item));
  }
  return made;
}

Expr Reader::between(const PgQuery__AExpr& node) {
  auto made = make(Expr::Kind::between, node.location);
  made.negated = node.kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN;
  made.args.push_back(expr(node.lexpr));
  if (!node.rexpr || node.rexpr->node_case != PG_QUERY__NODE__NODE_LIST ||
      node.rexpr->list->n_items != 2) {
    refuse("sql.unsupported_operator", node.location);
  }
  made.args.push_back(expr(node.rexpr->list->items[0]));
  made.args.push_back(expr(node.rexpr->list->items[1]));
  return made;
}

Expr Reader::like(const PgQuery__AExpr& node) {
  auto made = make(Expr::Kind::like, node.location);
  const bool any_case = node.kind == PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE;
  made.name = any_case ? "ilike" : "like";
  const auto name = word(node.n_name ? node.name[0] : nullptr);
  made.negated = !name.empty() && name[0] == '!';
  made.args.push_back(expr(node.lexpr));
  auto pattern = expr(node.rexpr);
  if (pattern.kind == Expr::Kind::call && pattern.name == "like_escape") {
    for (auto& arg : pattern.args) made.args.push_back(std::move(arg));
  } else {
    made.args.push_back(std::move(pattern));
  }
  return made;
}

Expr Reader::boolean(const PgQuery__BoolExpr& node) {
  const bool negation = node.boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR;
  const bool all = node.boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR;
  auto made =
      make(negation ? Expr::Kind::negation : (all ? Expr::Kind::all_of : Expr::Kind::any_of),
           node.location);
  made.args = exprs(node.args, node.n_args);
  return made;
}

Expr Reader::truth(const PgQuery__BooleanTest& node) {
  auto made = make(Expr::Kind::truth, node.location);
  made.args.push_back(expr(node.arg));
  switch (node.booltesttype) {
    case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_TRUE:
      made.negated = true;
      [[fallthrough]];
    case PG_QUERY__BOOL_TEST_TYPE__IS_TRUE:
      made.name = "true";
      break;
    case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE:
      made.negated = true;
      [[fallthrough]];
    case PG_QUERY__BOOL_TEST_TYPE__IS_FALSE:
      made.name = "false";
      break;
    case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_UNKNOWN:
      made.negated = true;
      [[fallthrough]];
    case PG_QUERY__BOOL_TEST_TYPE__IS_UNKNOWN:
      made.name = "unknown";
      break;
    default:
      refuse("sql.unsupported_operator", node.location);
  }
  return made;
}

Expr Reader::function(const PgQuery__FuncCall& node) {
  auto made = make(Expr::Kind::call, node.location);
  auto path = words(node.funcname, node.n_funcname);
  if (path.size() == 2 && path[0] == "pg_catalog") path.erase(path.begin());
  for (const auto& part : path) made.name += (made.name.empty() ? "" : ".") + part;
  if (node.func_variadic) refuse("sql.no_arrays", node.location);
  made.star = node.agg_star;
  made.distinct = node.agg_distinct;
  made.within_group = node.agg_within_group;
  made.args = exprs(node.args, node.n_args);
  made.order = orders(node.agg_order, node.n_agg_order);
  if (node.agg_filter) made.filter = Box<Expr>(expr(node.agg_filter));
  if (node.over) made.over = Box<Window>(window(*node.over));
  return made;
}

/// CASE x WHEN v THEN … becomes CASE WHEN x = v THEN …: one form for all that follows.
Expr Reader::case_of(const PgQuery__CaseExpr& node) {
  auto made = make(Expr::Kind::case_of, node.location);
  for (std::size_t i = 0; i < node.n_args; ++i) {
    const auto& when = *node.args[i]->case_when;
    auto condition = expr(when.expr);
    if (node.arg) {
      auto equal = make(Expr::Kind::operation, when.location);
      equal.name = "=";
      equal.args.push_back(expr(node.arg));
      equal.args.push_back(std::move(condition));
      condition = std::move(equal);
    }
    made.args.push_back(std::move(condition));
    made.args.push_back(expr(when.result));
  }
  made.args.push_back(node.defresult ? expr(node.defresult)
                                     : make(Expr::Kind::literal, node.location));
  return made;
}

Expr Reader::cast(const PgQuery__TypeCast& node) {
  auto made = make(Expr::Kind::cast, node.location >= 0 ? node.location : -1);
  const auto& name = *node.type_name;
  const auto path = words(name.names, name.n_names);
  const auto type = path.empty() ? std::nullopt : find_type(path.back());
  const bool plain = path.size() == 1 || (path.size() == 2 && path[0] == "pg_catalog");
  if (!type || !plain || name.n_array_bounds > 0 || name.setof) {
    refuse("sql.unsupported_type", name.location, {path.empty() ? "" : path.back()});
  }
  made.type = *type;
  std::vector<int> modifiers;
  for (std::size_t i = 0; i < name.n_typmods; ++i) {
    const auto value = expr(name.typmods[i]);
    if (value.kind != Expr::Kind::literal || value.type != Type::int4) {
      refuse("sql.unsupported_type", name.location, {path.back()});
    }
    modifiers.push_back(std::stoi(*value.text));
  }
  if (!modifiers.empty()) {
    const int digits = modifiers[0], scale = modifiers.size() > 1 ? modifiers[1] : 0;
    const bool in_range = digits >= 1 && digits <= 1000 && scale >= 0 && scale <= digits;
    if (*type != Type::numeric || modifiers.size() > 2 || !in_range) {
      refuse("sql.unsupported_type", name.location, {path.back()});
    }
    made.precision = digits;
    made.scale = scale;
  }
  made.args.push_back(expr(node.arg));
  return made;
}

Expr Reader::sublink(const PgQuery__SubLink& node) {
  const bool query =
      node.subselect && node.subselect->node_case == PG_QUERY__NODE__NODE_SELECT_STMT;
  if (!query) refuse("sql.unsupported_expression", node.location);
  auto made = make(Expr::Kind::scalar_query, node.location);
  switch (node.sub_link_type) {
    case PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK:
      break;
    case PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK:
      made.kind = Expr::Kind::exists_query;
      break;
    case PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK: {
      const bool in = node.n_oper_name == 0 || word(node.oper_name[0]) == "=";
      if (!in) refuse("sql.no_any_query", node.location);
      made.kind = Expr::Kind::in_query;
      made.args.push_back(expr(node.testexpr));
      break;
    }
    default:
      refuse("sql.no_any_query", node.location);
  }
  made.query = Box<Select>(select(*node.subselect->select_stmt));
  return made;
}

Expr Reader::session_value(const PgQuery__SQLValueFunction& node) const {
  auto made = make(Expr::Kind::call, node.location);
  switch (node.op) {
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_USER:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_ROLE:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_USER:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_SESSION_USER:
      made.name = "current_user";
      return made;
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_CATALOG:
      made.name = "current_database";
      return made;
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_SCHEMA:
      made.name = "current_schema";
      return made;
    default:
      refuse("sql.no_clock", node.location);
  }
}

}  // namespace sceau::enclave::sql
