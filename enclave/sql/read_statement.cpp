#include <algorithm>
#include <array>
#include <memory>

#include "enclave/sql/fault.h"
#include "enclave/sql/parse.h"
#include "enclave/sql/pgcatalog.h"
#include "enclave/sql/reader.h"

namespace sceau::enclave::sql {
namespace {

constexpr std::array settings = {"application_name",
                                 "bytea_output",
                                 "client_encoding",
                                 "client_min_messages",
                                 "datestyle",
                                 "default_transaction_isolation",
                                 "default_transaction_read_only",
                                 "extra_float_digits",
                                 "idle_in_transaction_session_timeout",
                                 "intervalstyle",
                                 "is_superuser",
                                 "lc_messages",
                                 "lock_timeout",
                                 "max_identifier_length",
                                 "row_security",
                                 "search_path",
                                 "server_encoding",
                                 "server_version",
                                 "server_version_num",
                                 "session_authorization",
                                 "standard_conforming_strings",
                                 "statement_timeout",
                                 "timezone",
                                 "transaction_isolation",
                                 "transaction_read_only"};

constexpr std::array fixed_settings = {"is_superuser",       "max_identifier_length",
                                       "server_encoding",    "server_version",
                                       "server_version_num", "session_authorization"};

template <typename List>
bool among(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  return text;
}

/// "DROP" of "  drop table x": what a refusal names. Letters alone, at most 20.
std::string first_word(std::string_view text) {
  std::string word;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && (!word.empty() || c == '-' || c == '/')) break;
    if (letter) word += c >= 'a' ? static_cast<char>(c - 32) : c;
    if (word.size() == 20) break;
  }
  return word;
}

bool changes_data(int kind) {
  return kind == PG_QUERY__NODE__NODE_INSERT_STMT || kind == PG_QUERY__NODE__NODE_UPDATE_STMT ||
         kind == PG_QUERY__NODE__NODE_DELETE_STMT || kind == PG_QUERY__NODE__NODE_MERGE_STMT ||
         kind == PG_QUERY__NODE__NODE_TRUNCATE_STMT;
}

/// A DefElem's or SET's value as text; nullopt where it is of another kind.
std::optional<std::string> value_of(const PgQuery__Node* node) {
  if (!node) return std::nullopt;
  const int kind = node->node_case;
  if (kind == PG_QUERY__NODE__NODE_STRING) return node->string->sval;
  if (kind == PG_QUERY__NODE__NODE_INTEGER) return std::to_string(node->integer->ival);
  if (kind == PG_QUERY__NODE__NODE_FLOAT) return node->float_->fval;
  if (kind == PG_QUERY__NODE__NODE_BOOLEAN) return node->boolean->boolval ? "true" : "false";
  if (kind == PG_QUERY__NODE__NODE_TYPE_CAST) return value_of(node->type_cast->arg);
  if (kind != PG_QUERY__NODE__NODE_A_CONST) return std::nullopt;
  const auto& constant = *node->a_const;
  const int held = constant.val_case;
  if (held == PG_QUERY__A__CONST__VAL_SVAL) return constant.sval->sval;
  if (held == PG_QUERY__A__CONST__VAL_IVAL) return std::to_string(constant.ival->ival);
  if (held == PG_QUERY__A__CONST__VAL_FVAL) return constant.fval->fval;
  if (held == PG_QUERY__A__CONST__VAL_BOOLVAL) return constant.boolval->boolval ? "on" : "off";
  return std::nullopt;
}

bool is_true(const PgQuery__Node* node) {
  const auto value = lower(value_of(node).value_or("true"));
  return value == "true" || value == "on" || value == "1" || value == "match";
}

}  // namespace

std::string Reader::slice(const PgQuery__RawStmt& raw) const {
  const auto begin =
      std::min(text_.size(), static_cast<std::size_t>(std::max(0, raw.stmt_location)));
  const auto length = raw.stmt_len > 0 ? static_cast<std::size_t>(raw.stmt_len) : text_.size();
  auto part = text_.substr(begin, length);
  constexpr std::string_view blanks = " \t\r\n\f;";
  const auto first = part.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return std::string(part.substr(first, part.find_last_not_of(blanks) - first + 1));
}

bool Reader::read_query(const PgQuery__Node* node, Statement& statement) {
  if (!node || node->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) return false;
  statement.query = std::make_shared<const Select>(select(*node->select_stmt));
  return true;
}

Statement Reader::statement(const PgQuery__RawStmt& raw) {
  Statement made;
  made.text = slice(raw);
  const auto& node = *raw.stmt;
  const int kind = node.node_case;
  const bool select = kind == PG_QUERY__NODE__NODE_SELECT_STMT;
  if (select && (made.question = read_question(*node.select_stmt))) {
    made.kind = StatementKind::select;
  } else if (read_query(&node, made)) {
    made.kind = StatementKind::select;
  } else if (kind == PG_QUERY__NODE__NODE_EXPLAIN_STMT) {
    explain(*node.explain_stmt, made);
  } else if (kind == PG_QUERY__NODE__NODE_COPY_STMT) {
    copy(*node.copy_stmt, made);
  } else if (kind == PG_QUERY__NODE__NODE_TRANSACTION_STMT) {
    transaction(*node.transaction_stmt, made);
  } else if (kind == PG_QUERY__NODE__NODE_VARIABLE_SET_STMT) {
    set_variable(*node.variable_set_stmt, made);
  } else if (kind == PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT) {
    made.kind = StatementKind::show;
    made.name = lower(node.variable_show_stmt->name);
    if (!among(settings, made.name)) throw SqlError("42704", "sql.no_setting", {made.name});
    made.columns = {{made.name, Type::text}};
  } else if (kind == PG_QUERY__NODE__NODE_CALL_STMT) {
    call(*node.call_stmt, made);
  } else if (kind == PG_QUERY__NODE__NODE_DISCARD_STMT) {
    made.kind = StatementKind::discard;
  } else if (kind == PG_QUERY__NODE__NODE_DEALLOCATE_STMT) {
    made.kind = StatementKind::deallocate;
    made.name = node.deallocate_stmt->name;
  } else if (changes_data(kind)) {
    refuse("sql.read_only", -1);
  } else {
    refuse("sql.unsupported_statement", -1, {first_word(made.text)});
  }
  return made;
}

void Reader::explain(const PgQuery__ExplainStmt& node, Statement& statement) {
  statement.kind = StatementKind::explain;
  bool disclosure = false;
  bool propose = false;
  for (std::size_t i = 0; i < node.n_options; ++i) {
    const auto& option = *node.options[i]->def_elem;
    const std::string_view name = option.defname;
    if (name == "disclosure") {
      disclosure = is_true(option.arg);
    } else if (name == "propose") {
      propose = is_true(option.arg);
    } else if (name != "costs" && name != "verbose") {
      refuse("sql.explain_option", option.location, {option.defname});
    }
  }
  if (disclosure) statement.kind = StatementKind::explain_disclosure;
  if (propose) {
    if (!disclosure) refuse("sql.explain_propose", -1);
    statement.kind = StatementKind::explain_propose;
  }
  if (!read_query(node.query, statement)) refuse("sql.explain_what", -1);
}

void Reader::copy(const PgQuery__CopyStmt& node, Statement& statement) {
  if (node.is_from) refuse("sql.no_copy_from", -1);
  if (node.is_program) refuse("sql.no_copy_program", -1);
  if (node.relation || !read_query(node.query, statement)) refuse("sql.copy_what", -1);
  statement.name = node.filename;
  const bool file = !statement.name.empty();
  statement.kind = file ? StatementKind::copy_file : StatementKind::copy_stdout;
  for (std::size_t i = 0; i < node.n_options; ++i) {
    copy_option(*node.options[i]->def_elem, statement);
  }
  if (file && statement.title.empty()) throw SqlError("22023", "sql.copy_title");
  if (statement.copy.csv && statement.copy.null_text == "\\N") statement.copy.null_text.clear();
  if (statement.copy.csv && statement.copy.delimiter == '\t') statement.copy.delimiter = ',';
}

void Reader::copy_option(const PgQuery__DefElem& option, Statement& statement) const {
  const std::string name = option.defname;
  const auto value = value_of(option.arg);
  const bool file = statement.kind == StatementKind::copy_file;
  if (file && name == "title" && value) {
    statement.title = *value;
  } else if (file && name == "exception" && value) {
    statement.exception = *value;
  } else if (file && name == "replaces" && value) {
    statement.replaces = *value;
  } else if (file && name == "chart" && value) {
    statement.chart = *value;
  } else if (file && name == "protect" && value) {
    statement.protect = *value;
  } else if (name == "format" && value && (*value == "csv" || (!file && *value == "text"))) {
    statement.copy.csv = *value == "csv";
  } else if (name == "header" && (!file || is_true(option.arg))) {
    statement.copy.header = is_true(option.arg);
  } else if (!file && name == "delimiter" && value && value->size() == 1) {
    statement.copy.delimiter = (*value)[0];
  } else if (!file && name == "null" && value) {
    statement.copy.null_text = *value;
  } else {
    refuse(file ? "sql.copy_file_option" : "sql.copy_option", option.location, {name});
  }
}

void Reader::transaction(const PgQuery__TransactionStmt& node, Statement& statement) const {
  if (node.chain) refuse("sql.no_chain", -1);
  switch (node.kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
      statement.kind = StatementKind::begin;
      return;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
      statement.kind = StatementKind::commit;
      return;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
      statement.kind = StatementKind::rollback;
      return;
    default:
      refuse("sql.no_savepoint", -1);
  }
}

void Reader::set_variable(const PgQuery__VariableSetStmt& node, Statement& statement) const {
  statement.name = lower(node.name);
  if (node.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL) {
    statement.kind = StatementKind::reset;
    return;
  }
  const bool reset = node.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET ||
                     node.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT;
  statement.kind = reset ? StatementKind::reset : StatementKind::set;
  if (node.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI) {
    statement.name = "transaction_isolation";
    return;
  }
  if (!among(settings, statement.name) || among(fixed_settings, statement.name)) {
    throw SqlError("42704", "sql.no_setting", {statement.name});
  }
  for (std::size_t i = 0; i < node.n_args; ++i) {
    const auto value = value_of(node.args[i]);
    if (!value) throw SqlError("22023", "sql.setting_value", {statement.name});
    if (i > 0) statement.value += ", ";
    statement.value += *value;
  }
}

void Reader::call(const PgQuery__CallStmt& node, Statement& statement) {
  if (!node.funccall) refuse("sql.call_what", -1);
  const auto made = function(*node.funccall);
  const bool withdraw = made.name == "sceau.withdraw" && made.args.size() == 1;
  const bool comment = made.name == "sceau.comment" && made.args.size() == 2;
  if (!withdraw && !comment) refuse("sql.call_what", node.funccall->location);
  const auto word = [&](const Expr& arg, std::string& literal, int& parameter) {
    const Expr& inner = arg.kind == Expr::Kind::cast ? arg.args[0] : arg;
    if (inner.kind == Expr::Kind::parameter) {
      parameter = inner.number;
    } else if (inner.kind == Expr::Kind::literal && inner.text) {
      literal = *inner.text;
    } else {
      refuse("sql.call_what", node.funccall->location);
    }
  };
  statement.kind = withdraw ? StatementKind::withdraw : StatementKind::comment;
  word(made.args[0], statement.request, statement.request_parameter);
  if (comment) word(made.args[1], statement.value, statement.content_parameter);
}

}  // namespace sceau::enclave::sql
