#include "enclave/sql/fault.h"
#include "enclave/sql/parse.h"
#include "enclave/sql/reader.h"

namespace sceau::enclave::sql {
namespace {

// PostgreSQL's frame options (its parsenodes.h; not part of libpg_query's header).
constexpr int frame_nondefault = 0x1, frame_rows = 0x4, frame_groups = 0x8;
constexpr int start_unbounded = 0x20, end_unbounded = 0x100;
constexpr int start_current = 0x200, end_current = 0x400;
constexpr int start_preceding = 0x800, end_preceding = 0x1000;
constexpr int start_following = 0x2000, end_following = 0x4000;
constexpr int exclusions = 0x8000 | 0x10000 | 0x20000;

const PgQuery__SelectStmt* select_of(const PgQuery__Node* node) {
  return node && node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT ? node->select_stmt : nullptr;
}

std::optional<From::Join> join_of(PgQuery__JoinType type) {
  if (type == PG_QUERY__JOIN_TYPE__JOIN_INNER) return From::Join::inner;
  if (type == PG_QUERY__JOIN_TYPE__JOIN_LEFT) return From::Join::left;
  if (type == PG_QUERY__JOIN_TYPE__JOIN_RIGHT) return From::Join::right;
  if (type == PG_QUERY__JOIN_TYPE__JOIN_FULL) return From::Join::full;
  return std::nullopt;
}

}  // namespace

Select Reader::select(const PgQuery__SelectStmt& node) {
  const Deeper deeper(*this);
  Select made;
  if (node.into_clause) refuse("sql.no_into", -1);
  if (node.n_locking_clause > 0) refuse("sql.no_locking", -1);
  if (node.with_clause) {
    if (node.with_clause->recursive) refuse("sql.no_recursion", node.with_clause->location);
    for (std::size_t i = 0; i < node.with_clause->n_ctes; ++i) {
      made.with.push_back(cte(node.with_clause->ctes[i]));
    }
  }
  made.all = node.all;
  if (node.op == PG_QUERY__SET_OPERATION__SETOP_UNION) made.set = Select::Set::unite;
  if (node.op == PG_QUERY__SET_OPERATION__SETOP_INTERSECT) made.set = Select::Set::intersect;
  if (node.op == PG_QUERY__SET_OPERATION__SETOP_EXCEPT) made.set = Select::Set::except;
  if (made.set == Select::Set::none) {
    core(node, made);
  } else {
    if (made.all && made.set != Select::Set::unite) refuse("sql.no_multiset", -1);
    made.left = Box<Select>(select(*node.larg));
    made.right = Box<Select>(select(*node.rarg));
  }
  made.order = orders(node.sort_clause, node.n_sort_clause);
  if (node.limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES) {
    refuse("sql.no_ties", -1);
  }
  if (node.limit_count) made.limit = Box<Expr>(expr(node.limit_count));
  if (node.limit_offset) made.offset = Box<Expr>(expr(node.limit_offset));
  return made;
}

void Reader::core(const PgQuery__SelectStmt& node, Select& select) {
  for (std::size_t i = 0; i < node.n_values_lists; ++i) {
    const auto& list = *node.values_lists[i]->list;
    select.values.push_back(exprs(list.items, list.n_items));
  }
  for (std::size_t i = 0; i < node.n_distinct_clause; ++i) {
    const auto* item = node.distinct_clause[i];
    if (item && item->node_case != PG_QUERY__NODE__NODE__NOT_SET) refuse("sql.no_distinct_on", -1);
    select.distinct = true;
  }
  for (std::size_t i = 0; i < node.n_target_list; ++i) {
    const auto& target = *node.target_list[i]->res_target;
    if (target.n_indirection > 0) refuse("sql.no_arrays", target.location);
    select.targets.push_back({expr(target.val), target.name});
  }
  for (std::size_t i = 0; i < node.n_from_clause; ++i) {
    select.from.push_back(from(node.from_clause[i]));
  }
  if (node.where_clause) select.where = Box<Expr>(expr(node.where_clause));
  if (node.group_distinct) refuse("sql.no_group_distinct", -1);
  for (std::size_t i = 0; i < node.n_group_clause; ++i) {
    select.group_nodes.push_back(group(node.group_clause[i]));
  }
  if (node.having_clause) select.having = Box<Expr>(expr(node.having_clause));
  for (std::size_t i = 0; i < node.n_window_clause; ++i) {
    select.windows.push_back(window(*node.window_clause[i]->window_def));
  }
}

Cte Reader::cte(const PgQuery__Node* node) {
  const auto& item = *node->common_table_expr;
  const auto* query = select_of(item.ctequery);
  if (!query) refuse("sql.read_only", item.location);
  if (item.search_clause || item.cycle_clause) refuse("sql.no_recursion", item.location);
  Cte made;
  made.name = item.ctename;
  made.columns = words(item.aliascolnames, item.n_aliascolnames);
  made.select = Box<Select>(select(*query));
  made.position = position(item.location);
  return made;
}

From Reader::from(const PgQuery__Node* node) {
  const Deeper deeper(*this);
  const int kind = node->node_case;
  if (kind == PG_QUERY__NODE__NODE_RANGE_VAR) return relation(*node->range_var);
  if (kind == PG_QUERY__NODE__NODE_RANGE_SUBSELECT) return derived(*node->range_subselect);
  if (kind == PG_QUERY__NODE__NODE_JOIN_EXPR) return join(*node->join_expr);
  if (kind == PG_QUERY__NODE__NODE_RANGE_FUNCTION) refuse("sql.no_table_functions", -1);
  if (kind == PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE) refuse("sql.no_sample", -1);
  refuse("sql.unsupported_from", -1);
}

From Reader::relation(const PgQuery__RangeVar& node) {
  From made;
  made.position = position(node.location);
  made.schema = node.schemaname;
  made.name = node.relname;
  made.alias = node.alias ? node.alias->aliasname : node.relname;
  if (node.alias) made.column_aliases = words(node.alias->colnames, node.alias->n_colnames);
  return made;
}

From Reader::derived(const PgQuery__RangeSubselect& node) {
  From made;
  made.kind = From::Kind::derived;
  const auto* query = select_of(node.subquery);
  if (!query) refuse("sql.unsupported_from", -1);
  if (node.lateral) refuse("sql.no_lateral", -1);
  if (!node.alias) throw SqlError("42601", "sql.subquery_without_alias");
  made.alias = node.alias->aliasname;
  made.column_aliases = words(node.alias->colnames, node.alias->n_colnames);
  made.select = Box<Select>(select(*query));
  return made;
}

From Reader::join(const PgQuery__JoinExpr& node) {
  if (node.is_natural) refuse("sql.no_natural_join", -1);
  if (node.alias || node.join_using_alias) refuse("sql.no_join_alias", -1);
  const auto type = join_of(node.jointype);
  if (!type) refuse("sql.unsupported_from", -1);
  From made;
  made.kind = From::Kind::join;
  made.join = *type;
  made.left = Box<From>(from(node.larg));
  made.right = Box<From>(from(node.rarg));
  made.shared = words(node.using_clause, node.n_using_clause);
  if (node.quals) made.on = Box<Expr>(expr(node.quals));
  if (!made.on && made.shared.empty()) made.join = From::Join::cross;
  return made;
}

GroupNode Reader::group(const PgQuery__Node* node) {
  const Deeper deeper(*this);
  GroupNode made;
  if (node->node_case == PG_QUERY__NODE__NODE_ROW_EXPR) {
    made.kind = GroupNode::Kind::row;
    const auto& row = *node->row_expr;
    made.position = position(row.location);
    for (std::size_t i = 0; i < row.n_args; ++i) made.parts.push_back(group(row.args[i]));
    return made;
  }
  if (node->node_case != PG_QUERY__NODE__NODE_GROUPING_SET) {
    made.expr = expr(node);
    made.position = made.expr.position;
    return made;
  }
  const auto& set = *node->grouping_set;
  made.position = position(set.location);
  switch (set.kind) {
    case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_EMPTY:
      made.kind = GroupNode::Kind::empty;
      break;
    case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_ROLLUP:
      made.kind = GroupNode::Kind::rollup;
      break;
    case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_CUBE:
      made.kind = GroupNode::Kind::cube;
      break;
    case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_SETS:
      made.kind = GroupNode::Kind::sets;
      break;
    default:
      refuse("sql.unsupported_expression", set.location);
  }
  for (std::size_t i = 0; i < set.n_content; ++i) made.parts.push_back(group(set.content[i]));
  return made;
}

Order Reader::order(const PgQuery__Node* node) {
  const auto& item = *node->sort_by;
  if (item.sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_USING) {
    refuse("sql.no_sort_using", item.location);
  }
  Order made;
  made.expr = expr(item.node);
  made.descending = item.sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
  if (item.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST) made.nulls_first = true;
  if (item.sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST) made.nulls_first = false;
  return made;
}

Window Reader::window(const PgQuery__WindowDef& node) {
  const Deeper deeper(*this);
  Window made;
  made.position = position(node.location);
  made.name = node.name;
  if (*node.refname) refuse("sql.no_window_extension", node.location);
  made.partition = exprs(node.partition_clause, node.n_partition_clause);
  made.order = orders(node.order_clause, node.n_order_clause);
  if (node.frame_options & frame_nondefault) frame(node, made);
  return made;
}

void Reader::frame(const PgQuery__WindowDef& node, Window& window) {
  const int options = node.frame_options;
  if (options & exclusions) refuse("sql.no_frame_exclusion", node.location);
  window.framed = true;
  if (options & frame_rows) window.mode = Window::Mode::rows;
  if (options & frame_groups) window.mode = Window::Mode::groups;
  window.start.kind = Bound::Kind::unbounded_following;
  if (options & start_unbounded) window.start.kind = Bound::Kind::unbounded_preceding;
  if (options & start_current) window.start.kind = Bound::Kind::current_row;
  if (options & start_preceding) window.start.kind = Bound::Kind::preceding;
  if (options & start_following) window.start.kind = Bound::Kind::following;
  window.end.kind = Bound::Kind::unbounded_preceding;
  if (options & end_unbounded) window.end.kind = Bound::Kind::unbounded_following;
  if (options & end_current) window.end.kind = Bound::Kind::current_row;
  if (options & end_preceding) window.end.kind = Bound::Kind::preceding;
  if (options & end_following) window.end.kind = Bound::Kind::following;
  if (node.start_offset) window.start.offset = Box<Expr>(expr(node.start_offset));
  if (node.end_offset) window.end.offset = Box<Expr>(expr(node.end_offset));
  const bool distance = node.start_offset || node.end_offset;
  if (distance && window.mode == Window::Mode::range) {
    refuse("sql.no_range_distance", node.location);
  }
}

}  // namespace sceau::enclave::sql
