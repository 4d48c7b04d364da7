#pragma once
// From a client's text to what a session does: statements with kinds and types, and for a SELECT
// the plan: a tabulation for the engine, or SQLite text generated from the tree, or fixed rows.
//
//   auto statements = prepare("SELECT academie, count(*) FROM lycees GROUP BY 1", catalog, {});
//   auto plan = plan_select(statements[0], catalog, {});
//   plan.tabulation->tabulation            // hand it to disclosure::tabulate, or to the gate
//   format_rows(table, *plan.tabulation)   // rows as PostgreSQL would show them
//
//   prepare("PRAGMA key = 'x'", …)         // throws SqlError 42601: PostgreSQL has no such words
//   prepare("SELECT * FROM pg_shadow", …)  // throws SqlError 42P01, naming what may be named
//
// Nothing here reads data. What the client typed never reaches SQLite.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/table.h"
#include "disclosure/tabulation.h"
#include "disclosure/verdict.h"
#include "enclave/sql/catalog.h"
#include "enclave/sql/fault.h"
#include "enclave/sql/type.h"

namespace sceau::enclave::sql {

struct Select;           // tree.h
struct CatalogQuestion;  // pgcatalog.h

enum class StatementKind {
  empty,  ///< nothing but blanks and comments (EmptyQueryResponse)
  select,
  explain,             ///< EXPLAIN SELECT: how it runs, and why
  explain_disclosure,  ///< EXPLAIN (DISCLOSURE) SELECT: judged, asks for nothing
  explain_propose,     ///< EXPLAIN (DISCLOSURE, PROPOSE) SELECT: its safe versions
  copy_file,           ///< COPY (SELECT …) TO 'name' WITH (title …): asks for a release
  copy_stdout,         ///< COPY (SELECT …) TO STDOUT: exploration
  begin,
  commit,
  rollback,
  withdraw,  ///< CALL sceau.withdraw('R-…')
  comment,   ///< CALL sceau.comment('R-…', '…')
  egress,    ///< SELECT sceau.egress('file', 'title', $1::bytea)
  acro,      ///< SELECT sceau.egress_acro($1): what ACRO's results.json says of files asked for
  set,
  reset,
  show,  ///< harmless client settings
  discard,
  deallocate
};

/// COPY … TO STDOUT: format text or csv, header, delimiter.
struct CopyFormat {
  bool csv = false;
  bool header = false;
  char delimiter = '\t';
  std::string null_text = "\\N";  ///< csv: ""
};

struct Statement {
  StatementKind kind = StatementKind::empty;
  std::string text;                     ///< this statement's own text, without the ';'
  std::vector<Type> parameters;         ///< $1…$n; unknown ones decided by their use
  std::vector<ResultColumn> columns;    ///< of rows that it returns; empty: none
  std::shared_ptr<const Select> query;  ///< select, explain*, copy_*: typed; else null
  /// A client's question about the catalogue, answered as fixed rows; then `query` is null.
  std::shared_ptr<const CatalogQuestion> question;
  CopyFormat copy;    ///< copy_stdout
  std::string name;   ///< copy_file, egress: file name; set, reset, show: setting; deallocate:
                      ///< statement ("" all)
  std::string title;  ///< copy_file, egress
  std::string value;  ///< set: its new value; comment: its text
  std::optional<std::string> exception;  ///< copy_file: why a failing output should leave
  std::optional<std::string> replaces;   ///< copy_file: "R-…"
  std::optional<std::string> chart;      ///< copy_file: "bar", …: the file is a figure
  std::optional<std::string> protect;    ///< copy_file: "suppress", …: that version is asked for
  std::string request;                   ///< withdraw, comment: "R-…"
  int request_parameter = 0;             ///< or the parameter that says it (1-based)
  /// egress: the file's content is this parameter (1-based), or, if 0, `value` holds the bytes;
  /// comment, acro: likewise its text.
  /// name and title may be parameters too: then name_parameter/title_parameter say which.
  int content_parameter = 0, name_parameter = 0, title_parameter = 0;
};

/// Where an output column of a tabulation stands in disclosure::Table.
struct OutputColumn {
  bool is_dimension = true;
  std::size_t index = 0;      ///< dimension or column
  Type type = Type::text;     ///< as shown
  int scale = -1;             ///< numeric: digits fixed by the type; -1: by PostgreSQL's rule
  int precision = -1;         ///< with scale
  bool null_if_zero = false;  ///< the divisor is NULLIF(…, 0); else a zero divisor is 22012
  std::vector<std::size_t> grouping;  ///< instead: GROUPING() of these dimensions
  std::vector<Type> over;   ///< statistic: the aggregate's type, then that of each cast around it
  std::vector<Type> under;  ///< the same of a ratio's divisor
  /// A percentage's "100" or "100.0" as written, or empty: what is over is multiplied by it, or
  /// (factor_outside) the quotient. `scaled`: the product's type, then that of each cast around it.
  std::string factor;
  bool factor_outside = false;
  std::vector<Type> scaled;
  friend bool operator==(const OutputColumn&, const OutputColumn&) = default;
};

struct OrderKey {
  std::size_t output = 0;  ///< index into outputs
  bool descending = false;
  bool nulls_first = false;
};

struct TabulationPlan {
  disclosure::Tabulation tabulation;
  std::vector<OutputColumn> outputs;
  std::vector<OrderKey> order;
};

struct ExplorePlan {
  std::string sql;  ///< generated from the tree, for sandbox.h alone
  std::vector<ResultColumn> columns;
};

/// A statement that holds tabulations (mix.h): the engine computes the parts, SQLite the rest from
/// their rows, part i being computed table i.
struct MixedPlan {
  std::vector<TabulationPlan> parts;
  ExplorePlan around;
};

/// Exactly one of fixed, or of the others: a SELECT that the engine answers has `tabulation`; one
/// that SQLite can answer has `explore` (mostly both: then the engine is preferred); one that holds
/// tabulations has `mixed`, which is preferred to `explore`.
struct Plan {
  std::vector<ResultColumn> columns;
  std::optional<std::vector<Row>> fixed;  ///< catalogue queries, SHOW, SELECT 1
  std::optional<TabulationPlan> tabulation;
  std::optional<disclosure::Message> not_a_tabulation;  ///< why, where tabulation is empty
  std::optional<MixedPlan> mixed;
  std::optional<ExplorePlan> explore;
  std::optional<SqlError> not_explorable;  ///< why, where explore is empty
};

/// All statements of one message (simple query), or the one of a Parse message. `parameter_types`
/// as the client declared them (0 or missing: decided by use). A simple query has no parameters:
/// the caller refuses (42P02) what comes back with some. Throws SqlError.
[[nodiscard]] std::vector<Statement> prepare(std::string_view text, const Catalog& catalog,
                                             std::span<const Oid> parameter_types);

/// The plan of a statement that has a query (or of show), with the parameters' values as text.
/// Throws SqlError (22P02: a value that is not of its parameter's type; 08P01: wrong number).
[[nodiscard]] Plan plan_select(const Statement& statement, const Catalog& catalog,
                               std::span<const std::optional<std::string>> values);

/// A computed table as PostgreSQL would answer the SELECT: empty and suppressed cells are not
/// shown, margins are NULL, numbers as their types print. Throws SqlError 22012.
[[nodiscard]] std::vector<Row> format_rows(const disclosure::Table& table,
                                           const TabulationPlan& plan);

/// Into the order that the SELECT asks for; rows are in its columns.
void sort_rows(std::vector<Row>& rows, const TabulationPlan& plan);

/// Whether a statement that prepare() gave reads rows of a data set anywhere in it: in a subquery,
/// in VALUES, under EXPLAIN. False: it reads sceau.*, the catalogue, settings or constants alone.
[[nodiscard]] bool reads_data(const Statement& statement);

/// The types of its rows' columns.
[[nodiscard]] std::vector<Type> types_of(const TabulationPlan& plan);

/// How SQLite reads one relation of an ExplorePlan (sandbox.h asks it): names and signs alone.
struct TableAccess {
  std::string relation;              ///< "lycees", "lycees@2021", "sceau.requests"
  std::size_t part = 0;              ///< instead: part of a mixed plan, from 1
  std::vector<std::string> columns;  ///< those that the statement uses
  std::vector<std::string> filters;  ///< what rows are chosen by before SQLite sees them: "note >"
  friend bool operator==(const TableAccess&, const TableAccess&) = default;
};

/// EXPLAIN's rows, one column "QUERY PLAN": who computes what, from which columns, through which
/// filters; and why not the engine. `accesses`: of the plan's SQLite half, if it has one.
[[nodiscard]] std::vector<Row> explain_rows(const Plan& plan,
                                            const std::vector<TableAccess>& accesses,
                                            std::string_view language = "en");

/// Text of a tabulation.… reason with its hint: "LIMIT is no part of a tabulation; …".
[[nodiscard]] std::string reason_text(const disclosure::Message& reason,
                                      std::string_view language = "en");

}  // namespace sceau::enclave::sql
