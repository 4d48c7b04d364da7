#include "enclave/sql/sandbox.h"

#include <sqlcipher/sqlite3.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string>
#include <utility>

#include "enclave/sql/computed.h"
#include "enclave/sql/functions.h"
#include "enclave/sql/row_filter.h"
#include "enclave/sql/rows.h"
#include "enclave/sql/run_state.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

constexpr int longest_value = 1'000'000, longest_text = 1'000'000;

constexpr std::array sqlite_functions = {
    "count",      "min",  "max",         "coalesce",   "nullif",       "group_concat",
    "row_number", "rank", "ntile",       "dense_rank", "percent_rank", "cume_dist",
    "lag",        "lead", "first_value", "last_value", "nth_value"};

struct Setting {
  int number;
  int value;
};

constexpr std::array switches = {Setting{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                 Setting{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                 Setting{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                                 Setting{SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
                                 Setting{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                 Setting{SQLITE_DBCONFIG_DQS_DML, 0},
                                 Setting{SQLITE_DBCONFIG_DQS_DDL, 0},
                                 Setting{SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}};

struct Connection {
  sqlite3* db = nullptr;
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { sqlite3_close_v2(db); }
};

void require(int code, const char* what) {
  if (code != SQLITE_OK) throw SqlError("XX000", "sql.internal", {what});
}

/// What SQLite may say is never shown: a code becomes one of our faults.
SqlError fault_of(int code) {
  switch (code & 0xff) {
    case SQLITE_INTERRUPT:
      return SqlError("57014", "sql.cancelled");
    case SQLITE_NOMEM:
      return SqlError("53200", "sql.out_of_memory");
    case SQLITE_TOOBIG:
      return SqlError("54000", "sql.text_too_long");
    case SQLITE_AUTH:
      return SqlError("42501", "sql.not_permitted");
    case SQLITE_ERROR:
      return SqlError("54001", "sql.too_complex");
    default:
      return SqlError("XX000", "sql.internal", {"sqlite " + std::to_string(code)});
  }
}

std::string value_text(sqlite3_stmt* statement, int column, Type type) {
  switch (type) {
    case Type::boolean:
      return sqlite3_column_int64(statement, column) ? "t" : "f";
    case Type::float8:
      return real_text(sqlite3_column_double(statement, column));
    case Type::unknown:
    case Type::int4:
    case Type::int8:
    case Type::numeric:
    case Type::text:
    case Type::date:
    case Type::bytea:
      break;
  }
  const auto* bytes = sqlite3_column_text(statement, column);
  if (!bytes) throw SqlError("53200", "sql.out_of_memory");
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

}  // namespace

struct Exploration::State {
  RunState run;
  Limits limits;
  std::set<std::string, std::less<>> tables, functions;
  std::vector<TableAccess> relations;   ///< by number: name and all columns
  std::vector<ComputedTable> computed;  ///< of the running statement
  Connection connection;                // last: it goes first, while what it points to still is
};

struct Cursor::State {
  sqlite3_stmt* statement = nullptr;
  RunState* run = nullptr;
  std::vector<ResultColumn> columns;
  bool done = false;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { sqlite3_finalize(statement); }
};

namespace {

/// The second wall: what no generated statement does can't be done.
template <typename State>
int authorize(void* data, int action, const char* first, const char* second, const char*,
              const char*) {
  const auto& state = *static_cast<const State*>(data);
  const std::string_view table = first ? first : "", name = second ? second : "";
  if (action == SQLITE_SELECT) return SQLITE_OK;
  if (action == SQLITE_FUNCTION) {
    return state.functions.contains(lower_ascii(name)) ? SQLITE_OK : SQLITE_DENY;
  }
  if (action != SQLITE_READ) return SQLITE_DENY;
  if (state.tables.contains(table)) return SQLITE_OK;
  // A subquery or an alias of ours, of which no column is read; never a table of SQLite's own.
  return name.empty() && !table.starts_with("sqlite_") ? SQLITE_OK : SQLITE_DENY;
}

template <typename State>
int on_progress(void* data) {
  return static_cast<State*>(data)->run.stopped() ? 1 : 0;
}

void limit(sqlite3* db, const Limits& limits) {
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, longest_value);
  sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, longest_text);
  sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 512);
  sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 200);
  sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, 16);
  sqlite3_limit(db, SQLITE_LIMIT_VDBE_OP, limits.operations);
  sqlite3_limit(db, SQLITE_LIMIT_FUNCTION_ARG, 100);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100);
  sqlite3_limit(db, SQLITE_LIMIT_VARIABLE_NUMBER, 1);
  sqlite3_limit(db, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
  sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
}

void open_connection(Connection& connection) {
  if (!sqlite3_compileoption_used("TEMP_STORE=2") && !sqlite3_compileoption_used("TEMP_STORE=3")) {
    throw SqlError("XX000", "sql.internal", {"temp_store"});
  }
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY |
                        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  require(sqlite3_open_v2(":memory:", &connection.db, flags, nullptr), "open");
  sqlite3_extended_result_codes(connection.db, 1);
}

void harden(sqlite3* db, const Limits& limits) {
  for (const auto& setting : switches) {
    int now = -1;
    require(sqlite3_db_config(db, setting.number, setting.value, &now), "switch");
    if (now != setting.value) throw SqlError("XX000", "sql.internal", {"switch"});
  }
  for (const char* text : {"PRAGMA temp_store=MEMORY", "PRAGMA trusted_schema=OFF",
                           "PRAGMA cell_size_check=ON", "PRAGMA query_only=ON"}) {
    require(sqlite3_exec(db, text, nullptr, nullptr, nullptr), "pragma");
  }
  std::array<const char*, 3> kept = {row_module, computed_module, nullptr};
  require(sqlite3_drop_modules(db, kept.data()), "modules");
  limit(db, limits);
}

std::vector<TableSpec> specs_of(const Catalog& catalog,
                                const std::vector<const disclosure::Source*>& sources) {
  std::vector<TableSpec> specs;
  for (const auto& relation : catalog.relations) {
    const auto source = std::find_if(sources.begin(), sources.end(), [&](const auto* candidate) {
      return candidate->dataset() == relation.name;
    });
    if (source == sources.end()) throw SqlError("XX000", "sql.internal", {"source"});
    TableSpec spec{relation.name, relation.columns, *source, std::nullopt, {}};
    specs.push_back(spec);
    for (const auto& vintage : relation.vintages) {
      spec.name = relation.name + "@" + vintage;
      spec.vintage = vintage;
      specs.push_back(spec);
    }
  }
  for (const auto& system : system_relations()) {
    TableSpec spec;
    spec.name = "sceau." + std::string(system.name);
    for (const auto& column : system.columns) spec.columns.push_back({column.name, column.type});
    const std::string name(system.name);
    spec.rows = [&catalog, name] {
      auto rows = catalog.system_rows ? catalog.system_rows(name) : std::vector<Row>();
      return rows.empty() && name == "variables" ? catalog.variables() : rows;
    };
    specs.push_back(std::move(spec));
  }
  return specs;
}

}  // namespace

Exploration::Exploration(const Catalog& catalog, std::vector<const disclosure::Source*> sources,
                         const Limits& limits)
    : state_(std::make_unique<State>()) {
  state_->limits = limits;
  open_connection(state_->connection);
  auto* db = state_->connection.db;
  sqlite3_hard_heap_limit64(limits.heap_bytes);
  register_scalars(db, state_->run);
  register_aggregates(db, state_->run);
  auto specs = specs_of(catalog, sources);
  for (const auto& spec : specs) {
    state_->tables.insert(spec.name);
    auto& relation = state_->relations.emplace_back();
    relation.relation = spec.name;
    for (const auto& column : spec.columns) relation.columns.push_back(column.name);
  }
  create_tables(db, std::move(specs), state_->run);
  create_computed(db, state_->computed, state_->run);
  for (std::size_t i = 0; i < max_computed; ++i) state_->tables.insert("sceau." + computed_name(i));
  for (const auto& names : {scalar_names(), aggregate_names()}) {
    state_->functions.insert(names.begin(), names.end());
  }
  state_->functions.insert(sqlite_functions.begin(), sqlite_functions.end());
  harden(db, limits);
  sqlite3_set_authorizer(db, authorize<State>, state_.get());
  sqlite3_progress_handler(db, limits.steps_between_questions, on_progress<State>, state_.get());
}

Exploration::~Exploration() = default;

namespace {

/// Prepares a statement and nothing behind it. Throws SqlError.
sqlite3_stmt* prepared(sqlite3* db, const RunState& run, const std::string& text) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int code =
      sqlite3_prepare_v3(db, text.data(), static_cast<int>(text.size()), 0, &statement, &tail);
  if (code != SQLITE_OK) throw run.fault ? *run.fault : fault_of(code);
  if (!statement || tail != text.data() + text.size()) {
    sqlite3_finalize(statement);
    throw SqlError("XX000", "sql.internal", {"statement"});
  }
  return statement;
}

constexpr std::array signs = {"=",  "<",       "<=",          ">",     ">=", "IN (…)",
                              "IS", "IS NULL", "IS NOT NULL", "OFFSET"};  // by Term::Operator

/// A line of EXPLAIN QUERY PLAN, "SCAN r1_0 VIRTUAL TABLE INDEX 3:2f e5": what it says of a table.
std::optional<TableAccess> access_of(std::string_view line,
                                     const std::vector<TableAccess>& relations) {
  constexpr std::string_view words = "VIRTUAL TABLE INDEX ";
  const auto at = line.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + words.size());
  int number = 0;
  const auto end = std::from_chars(line.data(), line.data() + line.size(), number).ptr;
  TableAccess access;
  if (number < 0) {
    access.part = static_cast<std::size_t>(-number);
    return access;
  }
  const auto& relation = relations.at(static_cast<std::size_t>(number));
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  const auto chosen = read_terms(line);
  access.relation = relation.relation;
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    if (chosen.used >> std::min<std::size_t>(i, 63) & 1U) {
      access.columns.push_back(relation.columns[i]);
    }
  }
  for (const auto& term : chosen.terms) {
    const bool of_rows = term.operation == Term::Operator::offset;
    const auto column = of_rows ? std::string() : relation.columns.at(term.column) + " ";
    auto filter = column + signs.at(static_cast<std::size_t>(term.operation));
    if (std::ranges::count(access.filters, filter) == 0)
      access.filters.push_back(std::move(filter));
  }
  return access;
}

}  // namespace

std::vector<TableAccess> Exploration::accesses(const ExplorePlan& plan) {
  auto& run = state_->run;
  run.fault.reset();
  run.cancelled = {};
  Cursor::State state;
  state.statement = prepared(state_->connection.db, run, "EXPLAIN QUERY PLAN " + plan.sql);
  std::vector<TableAccess> accesses;
  while (sqlite3_step(state.statement) == SQLITE_ROW) {
    const auto* bytes = sqlite3_column_text(state.statement, 3);
    if (!bytes) throw SqlError("53200", "sql.out_of_memory");
    auto access = access_of(reinterpret_cast<const char*>(bytes), state_->relations);
    const bool fresh =
        access && std::find(accesses.begin(), accesses.end(), *access) == accesses.end();
    if (fresh) accesses.push_back(std::move(*access));
  }
  return accesses;
}

Cursor Exploration::run(const ExplorePlan& plan, disclosure::Cancelled cancelled,
                        std::vector<ComputedTable> computed) {
  auto& run = state_->run;
  state_->computed = std::move(computed);
  run.fault.reset();
  run.cancelled = std::move(cancelled);
  ++run.statement;
  auto state = std::make_unique<Cursor::State>();
  state->run = &run;
  state->columns = plan.columns;
  state->statement = prepared(state_->connection.db, run, plan.sql);
  const bool reads =
      sqlite3_stmt_readonly(state->statement) && !sqlite3_stmt_isexplain(state->statement);
  if (!reads || sqlite3_column_count(state->statement) != static_cast<int>(plan.columns.size())) {
    throw SqlError("XX000", "sql.internal", {"statement"});
  }
  return Cursor(std::move(state));
}

Cursor::Cursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;
Cursor::~Cursor() = default;

const std::vector<ResultColumn>& Cursor::columns() const { return state_->columns; }

bool Cursor::next(Row& row) {
  if (state_->done) return false;
  const int code = sqlite3_step(state_->statement);
  if (code == SQLITE_DONE) {
    state_->done = true;
    return false;
  }
  if (code != SQLITE_ROW) {
    state_->done = true;
    throw state_->run->fault ? *state_->run->fault : fault_of(code);
  }
  row.resize(state_->columns.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    const int column = static_cast<int>(i);
    if (sqlite3_column_type(state_->statement, column) == SQLITE_NULL) {
      row[i].reset();
    } else {
      row[i] = value_text(state_->statement, column, state_->columns[i].type);
    }
  }
  return true;
}

}  // namespace sceau::enclave::sql
