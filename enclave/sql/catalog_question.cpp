// From PostgreSQL's tree of a catalogue query to the question that it asks.

#include <algorithm>
#include <array>

#include "enclave/sql/pgcatalog.h"

namespace sceau::enclave::sql {
namespace {

constexpr int deepest = 100;

/// What no relation of a session has: joined with one of these, there are no rows.
constexpr std::array always_empty = {
    "pg_attrdef",  "pg_constraint", "pg_foreign_table",   "pg_index",
    "pg_inherits", "pg_policy",     "pg_publication_rel", "pg_rewrite",
    "pg_sequence", "pg_trigger",    "pg_statistic_ext",   "pg_partitioned_table"};

bool is(const PgQuery__Node* node, int kind) {
  return node && static_cast<int>(node->node_case) == kind;
}

std::string word(const PgQuery__Node* node) {
  return is(node, PG_QUERY__NODE__NODE_STRING) ? node->string->sval : "";
}

/// The last name of a column reference or function: c.relname is relname.
std::string column_name(const PgQuery__Node* node) {
  if (!is(node, PG_QUERY__NODE__NODE_COLUMN_REF) || node->column_ref->n_fields == 0) return {};
  return word(node->column_ref->fields[node->column_ref->n_fields - 1]);
}

const PgQuery__Node* stripped(const PgQuery__Node* node, int depth = 0) {
  if (depth > deepest) return nullptr;
  if (is(node, PG_QUERY__NODE__NODE_TYPE_CAST)) return stripped(node->type_cast->arg, depth + 1);
  if (is(node, PG_QUERY__NODE__NODE_COLLATE_CLAUSE)) {
    return stripped(node->collate_clause->arg, depth + 1);
  }
  return node;
}

std::optional<std::string> constant(const PgQuery__Node* node) {
  node = stripped(node);
  if (!is(node, PG_QUERY__NODE__NODE_A_CONST) || node->a_const->isnull) return std::nullopt;
  const auto& value = *node->a_const;
  const int kind = value.val_case;
  if (kind == PG_QUERY__A__CONST__VAL_SVAL) return value.sval->sval;
  if (kind == PG_QUERY__A__CONST__VAL_IVAL) return std::to_string(value.ival->ival);
  if (kind == PG_QUERY__A__CONST__VAL_BOOLVAL) return value.boolval->boolval ? "t" : "f";
  return std::nullopt;
}

class QuestionReader {
 public:
  std::shared_ptr<const CatalogQuestion> read(const PgQuery__SelectStmt& query) {
    const auto* first = &query;
    for (int depth = 0; first->larg && depth < deepest; ++depth) first = first->larg;
    for (std::size_t i = 0; i < first->n_from_clause; ++i) from(first->from_clause[i], 0, false);
    if (question_.relation.empty() || !targets(*first)) return nullptr;
    if (nothing_) question_.relation = "nothing";
    if (first->where_clause) condition(first->where_clause, 0);
    return std::make_shared<const CatalogQuestion>(std::move(question_));
  }

 private:
  /// `optional`: on the right of a LEFT JOIN.
  void from(const PgQuery__Node* node, int depth, bool optional) {
    if (depth > deepest) return;
    if (is(node, PG_QUERY__NODE__NODE_JOIN_EXPR)) {
      const bool left = node->join_expr->jointype == PG_QUERY__JOIN_TYPE__JOIN_LEFT;
      from(node->join_expr->larg, depth + 1, optional);
      from(node->join_expr->rarg, depth + 1, optional || left);
    }
    if (!is(node, PG_QUERY__NODE__NODE_RANGE_VAR)) return;
    const std::string schema = node->range_var->schemaname, name = node->range_var->relname;
    std::string full;
    if (schema == "pg_catalog" || (schema.empty() && name.starts_with("pg_"))) full = name;
    if (schema == "information_schema") full = schema + "." + name;
    const bool empty =
        std::find(always_empty.begin(), always_empty.end(), full) != always_empty.end();
    if (!optional && empty) nothing_ = true;
    // The first one is what is listed; only attributes are listed beside their relations.
    if (question_.relation.empty() || full == "pg_attribute") question_.relation = full;
  }

  bool targets(const PgQuery__SelectStmt& query) {
    for (std::size_t i = 0; i < query.n_target_list; ++i) {
      const auto& target = *query.target_list[i]->res_target;
      const auto key = key_of(target.val);
      if (key == "*") return false;
      std::string name = target.name;
      if (name.empty()) name = key.empty() || key.starts_with("=") ? "?column?" : key;
      question_.wanted.push_back({key, name});
    }
    return true;
  }

  static std::string key_of(const PgQuery__Node* node) {
    if (const auto value = constant(node)) return "=" + *value;
    node = stripped(node);
    if (is(node, PG_QUERY__NODE__NODE_COLUMN_REF)) {
      const auto name = column_name(node);
      return name.empty() ? "*" : name;
    }
    if (is(node, PG_QUERY__NODE__NODE_FUNC_CALL) && node->func_call->n_funcname > 0) {
      const auto& call = *node->func_call;
      const auto name = word(call.funcname[call.n_funcname - 1]);
      return name == "quote_ident" && call.n_args == 1 ? key_of(call.args[0]) : name;
    }
    if (is(node, PG_QUERY__NODE__NODE_CASE_EXPR) && node->case_expr->arg) {
      return "case " + column_name(node->case_expr->arg);
    }
    return {};
  }

  void condition(const PgQuery__Node* node, int depth) {
    if (depth > deepest) return;
    if (is(node, PG_QUERY__NODE__NODE_BOOL_EXPR)) {
      if (node->bool_expr->boolop != PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) return;
      for (std::size_t i = 0; i < node->bool_expr->n_args; ++i) {
        condition(node->bool_expr->args[i], depth + 1);
      }
    } else if (is(node, PG_QUERY__NODE__NODE_FUNC_CALL)) {
      if (key_of(node) == "pg_table_is_visible") question_.visible_only = true;
    } else if (is(node, PG_QUERY__NODE__NODE_A_EXPR)) {
      comparison(*node->a_expr);
    }
  }

  void comparison(const PgQuery__AExpr& node) {
    const auto column = key_of(node.lexpr);
    const auto sign = node.n_name ? word(node.name[node.n_name - 1]) : std::string();
    if (node.kind == PG_QUERY__A__EXPR__KIND__AEXPR_IN && column == "relkind") {
      if (sign != "=" || !is(node.rexpr, PG_QUERY__NODE__NODE_LIST)) return;
      for (std::size_t i = 0; i < node.rexpr->list->n_items; ++i) {
        question_.kinds.push_back(constant(node.rexpr->list->items[i]).value_or(""));
      }
      return;
    }
    const auto value = constant(node.rexpr);
    if (!value) return;
    using Kind = CatalogQuestion::Pattern::Kind;
    if (node.kind == PG_QUERY__A__EXPR__KIND__AEXPR_LIKE && sign == "~~") {
      question_.patterns.push_back({Kind::like, column, *value});
    } else if (sign == "~") {
      question_.patterns.push_back({Kind::regex, column, *value});
    } else if (sign == "=" && node.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP) {
      question_.patterns.push_back({Kind::equal, column, *value});
    }
  }

  CatalogQuestion question_;
  bool nothing_ = false;  ///< a relation without rows stands in FROM
};

}  // namespace

std::shared_ptr<const CatalogQuestion> read_question(const PgQuery__SelectStmt& query) {
  return QuestionReader().read(query);
}

}  // namespace sceau::enclave::sql
