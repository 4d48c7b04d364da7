#include "enclave/sql/plan.h"

#include <algorithm>
#include <utility>

#include "enclave/messages.h"
#include "enclave/sql/explore.h"
#include "enclave/sql/mix.h"
#include "enclave/sql/parse.h"
#include "enclave/sql/pgcatalog.h"
#include "enclave/sql/settings.h"
#include "enclave/sql/tabulate.h"
#include "enclave/sql/tree.h"
#include "enclave/sql/typer.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

std::vector<Type> declared_types(std::span<const Oid> oids) {
  std::vector<Type> types;
  for (const auto oid : oids) {
    const auto type = type_of(oid);
    if (!type) throw SqlError("0A000", "sql.parameter_type", {std::to_string(oid)});
    types.push_back(*type);
  }
  return types;
}

const Expr& uncast(const Expr& expr) {
  return expr.kind == Expr::Kind::cast ? uncast(expr.args[0]) : expr;
}

/// A word of sceau.egress: a literal's text, or the number of a parameter.
bool word_of(const Expr& given, std::string& text, int& parameter) {
  const auto& expr = uncast(given);
  if (expr.kind == Expr::Kind::parameter) {
    parameter = expr.number;
    return true;
  }
  if (expr.kind != Expr::Kind::literal || !expr.text) return false;
  text = *expr.text;
  return true;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// PostgreSQL's hex form of a bytea, as bytes.
std::string bytes_of(const std::string& text, int position) {
  const SqlError unreadable("22P02", "sql.bad_literal", {"bytea", "\\x…"}, position);
  if (!text.starts_with("\\x") || text.size() % 2 != 0) throw unreadable;
  std::string bytes;
  for (std::size_t i = 2; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) throw unreadable;
    bytes += static_cast<char>(static_cast<unsigned char>(high * 16 + low));
  }
  return bytes;
}

/// SELECT sceau.egress('file', 'title', content): alone in its statement.
bool read_egress(Statement& statement, std::span<const Oid> oids) {
  const auto& query = *statement.query;
  if (query.targets.size() != 1 || query.targets[0].expr.kind != Expr::Kind::call) return false;
  const auto& call = query.targets[0].expr;
  if (call.name != "sceau.egress") return false;
  const bool alone = query.from.empty() && !query.where && call.args.size() == 3 && !call.over &&
                     query.set == Select::Set::none && query.with.empty();
  int parameters[3] = {0, 0, 0};
  std::string content;
  const bool read = alone && word_of(call.args[0], statement.name, parameters[0]) &&
                    word_of(call.args[1], statement.title, parameters[1]) &&
                    word_of(call.args[2], content, parameters[2]);
  if (!read) throw SqlError("0A000", "sql.egress_form", {}, call.position);
  statement.kind = StatementKind::egress;
  statement.name_parameter = parameters[0];
  statement.title_parameter = parameters[1];
  statement.content_parameter = parameters[2];
  if (!parameters[2]) statement.value = bytes_of(content, call.args[2].position);
  const int most = std::max({parameters[0], parameters[1], parameters[2]});
  statement.parameters = declared_types(oids);
  statement.parameters.resize(
      static_cast<std::size_t>(std::max(most, static_cast<int>(oids.size()))), Type::unknown);
  for (int i = 0; i < 3; ++i) {
    if (!parameters[i]) continue;
    auto& type = statement.parameters[static_cast<std::size_t>(parameters[i] - 1)];
    if (type == Type::unknown) type = i == 2 ? Type::bytea : Type::text;
  }
  statement.query = nullptr;
  statement.columns = {{"egress", Type::text}};
  return true;
}

/// SELECT sceau.egress_acro(text of results.json): alone in its statement.
bool read_acro(Statement& statement, std::span<const Oid> oids) {
  const auto& query = *statement.query;
  if (query.targets.size() != 1 || query.targets[0].expr.kind != Expr::Kind::call) return false;
  const auto& call = query.targets[0].expr;
  if (call.name != "sceau.egress_acro") return false;
  const bool alone = query.from.empty() && !query.where && call.args.size() == 1 && !call.over &&
                     query.set == Select::Set::none && query.with.empty();
  if (!alone || !word_of(call.args[0], statement.value, statement.content_parameter)) {
    throw SqlError("0A000", "sql.acro_form", {}, call.position);
  }
  statement.kind = StatementKind::acro;
  statement.parameters = declared_types(oids);
  statement.parameters.resize(
      std::max(statement.parameters.size(), static_cast<std::size_t>(statement.content_parameter)),
      Type::unknown);
  for (auto& type : statement.parameters) {
    if (type == Type::unknown) type = Type::text;
  }
  statement.query = nullptr;
  statement.columns = {{"egress_acro", Type::text}};
  return true;
}

void give_columns(Statement& statement) {
  switch (statement.kind) {
    case StatementKind::explain:
      statement.columns = {{"QUERY PLAN", Type::text}};
      return;
    case StatementKind::explain_disclosure:
      statement.columns = {{"verdict", Type::text},    {"rule", Type::text},
                           {"cell", Type::text},       {"statistic", Type::text},
                           {"measured", Type::float8}, {"limit", Type::float8},
                           {"message", Type::text},    {"remedy", Type::text}};
      return;
    case StatementKind::explain_propose:
      statement.columns = {{"way", Type::text},
                           {"verdict", Type::text},
                           {"effect", Type::text},
                           {"kept_percent", Type::int4},
                           {"why", Type::text}};
      return;
    case StatementKind::select:
    case StatementKind::copy_stdout:
      statement.columns = statement.query->columns;
      return;
    case StatementKind::copy_file:
    case StatementKind::empty:
    case StatementKind::begin:
    case StatementKind::commit:
    case StatementKind::rollback:
    case StatementKind::withdraw:
    case StatementKind::comment:
    case StatementKind::egress:
    case StatementKind::acro:
    case StatementKind::set:
    case StatementKind::reset:
    case StatementKind::show:
    case StatementKind::discard:
    case StatementKind::deallocate:
      return;
  }
}

void check_copy_parameters(const Statement& statement) {
  const bool copy =
      statement.kind == StatementKind::copy_file || statement.kind == StatementKind::copy_stdout;
  if (!copy) return;
  for_each_const_expr(*statement.query, [](const Expr& expr) {
    if (expr.kind == Expr::Kind::parameter) {
      throw SqlError("0A000", "sql.copy_parameters", {}, expr.position);
    }
  });
}

/// CALL's arguments are texts.
void give_call_parameters(Statement& statement, std::span<const Oid> oids) {
  statement.parameters = declared_types(oids);
  const int most = std::max(statement.request_parameter, statement.content_parameter);
  statement.parameters.resize(std::max(statement.parameters.size(), static_cast<std::size_t>(most)),
                              Type::unknown);
  for (auto& type : statement.parameters) {
    if (type == Type::unknown) type = Type::text;
  }
}

void analyse(Statement& statement, const Catalog& catalog, std::span<const Oid> oids) {
  const bool call =
      statement.kind == StatementKind::withdraw || statement.kind == StatementKind::comment;
  if (call) give_call_parameters(statement, oids);
  if (statement.question) statement.columns = answer_question(*statement.question, catalog).columns;
  if (!statement.query) return;
  if (statement.kind == StatementKind::select && read_egress(statement, oids)) return;
  if (statement.kind == StatementKind::select && read_acro(statement, oids)) return;
  check_copy_parameters(statement);
  auto query = *statement.query;
  auto parameters = declared_types(oids);
  type_query(query, catalog, parameters);
  statement.query = std::make_shared<const Select>(std::move(query));
  statement.parameters = std::move(parameters);
  give_columns(statement);
}

/// The query with each parameter as the literal that it stands for.
Select with_values(const Statement& statement, std::span<const std::optional<std::string>> values) {
  if (values.size() != statement.parameters.size()) {
    throw SqlError("08P01", "sql.parameter_count",
                   {std::to_string(statement.parameters.size()), std::to_string(values.size())});
  }
  auto query = *statement.query;
  for_each_expr(query, [&](Expr& expr) {
    if (expr.kind != Expr::Kind::parameter) return;
    const auto& value = values[static_cast<std::size_t>(expr.number - 1)];
    expr.kind = Expr::Kind::literal;
    if (expr.type == Type::unknown) expr.type = Type::text;
    if (!value) {
      expr.text.reset();
      return;
    }
    expr.text = canonical(expr.type, *value);
    if (!expr.text || expr.text->find('\0') != std::string::npos) {
      throw SqlError("22P02", "sql.bad_parameter",
                     {std::to_string(expr.number), std::string(name(expr.type))}, expr.position);
    }
    expr.number = 0;
  });
  return query;
}

Plan plan_of(const Select& query, const Catalog& catalog) {
  Plan plan;
  plan.columns = query.columns;
  auto answer = tabulate_query(query, catalog);
  if (auto* tabulation = std::get_if<TabulationPlan>(&answer)) {
    plan.tabulation = std::move(*tabulation);
  } else {
    plan.not_a_tabulation = std::get<disclosure::Message>(std::move(answer));
    plan.mixed = mix_query(query, catalog);
  }
  try {
    plan.explore = explore_query(query);
  } catch (const SqlError& error) {
    plan.not_explorable = error;
  }
  return plan;
}

}  // namespace

std::vector<Statement> prepare(std::string_view text, const Catalog& catalog,
                               std::span<const Oid> parameter_types) {
  auto statements = parse(text);
  for (auto& statement : statements) analyse(statement, catalog, parameter_types);
  if (statements.empty()) statements.emplace_back();
  return statements;
}

Plan plan_select(const Statement& statement, const Catalog& catalog,
                 std::span<const std::optional<std::string>> values) {
  Plan plan;
  if (statement.kind == StatementKind::show) {
    plan.columns = statement.columns;
    plan.fixed = {{setting_value(statement.name, catalog.session)}};
    return plan;
  }
  if (statement.question) {
    auto answer = answer_question(*statement.question, catalog);
    plan.columns = std::move(answer.columns);
    plan.fixed = std::move(answer.rows);
    return plan;
  }
  if (!statement.query) throw SqlError("XX000", "sql.internal", {"plan"});
  return plan_of(with_values(statement, values), catalog);
}

std::string reason_text(const disclosure::Message& reason, std::string_view language) {
  return finding_text(reason, language);
}

}  // namespace sceau::enclave::sql
