#include "enclave/sql/rows.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <new>
#include <string>

#include "enclave/sql/explore.h"
#include "enclave/sql/row_table.h"
#include "enclave/sql/vtab.h"

namespace sceau::enclave::sql {
namespace {

/// What the module knows: its tables by name.
struct Module {
  std::map<std::string, RowTable, std::less<>> tables;
};

struct Handle final : sqlite3_vtab {
  RowTable* table = nullptr;
};

struct CursorHandle final : sqlite3_vtab_cursor {
  explicit CursorHandle(RowTable& table) : rows(table) {}
  RowCursor rows;
};

RowTable& table_of(sqlite3_vtab* handle) { return *static_cast<Handle*>(handle)->table; }
RowCursor& rows_of(sqlite3_vtab_cursor* handle) { return static_cast<CursorHandle*>(handle)->rows; }

int connect(sqlite3* db, void* data, int count, const char* const* words, sqlite3_vtab** handle,
            char**) {
  auto& module = *static_cast<Module*>(data);
  if (count < 3) return SQLITE_ERROR;
  const auto found = module.tables.find(std::string_view(words[2]));
  if (found == module.tables.end()) return SQLITE_ERROR;
  std::string declaration = "CREATE TABLE x(";
  for (std::size_t i = 0; i < found->second.spec().columns.size(); ++i) {
    // No declared type: no affinity, so that SQLite never converts a value by itself.
    declaration += (i ? ", c" : "c") + std::to_string(i + 1);
  }
  const int code = sqlite3_declare_vtab(db, (declaration + ")").c_str());
  if (code != SQLITE_OK) return code;
  sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
  auto made = std::make_unique<Handle>();
  made->table = &found->second;
  *handle = made.release();
  return SQLITE_OK;
}

/// A function of its own: where xCreate is xConnect, a table could be used without being created.
int create(sqlite3* db, void* data, int count, const char* const* words, sqlite3_vtab** handle,
           char** error) {
  return connect(db, data, count, words, handle, error);
}

int disconnect(sqlite3_vtab* handle) {
  delete static_cast<Handle*>(handle);
  return SQLITE_OK;
}

std::optional<Term::Operator> operator_of(int code) {
  if (code == SQLITE_INDEX_CONSTRAINT_EQ) return Term::Operator::equal;
  if (code == SQLITE_INDEX_CONSTRAINT_LT) return Term::Operator::less;
  if (code == SQLITE_INDEX_CONSTRAINT_LE) return Term::Operator::less_equal;
  if (code == SQLITE_INDEX_CONSTRAINT_GT) return Term::Operator::greater;
  if (code == SQLITE_INDEX_CONSTRAINT_GE) return Term::Operator::greater_equal;
  return std::nullopt;
}

constexpr std::string_view letters = "elLgG";  // by Term::Operator

/// Terms as text, "e3 l7": what xBestIndex tells xFilter.
std::vector<Term> terms_of(const char* text) {
  std::vector<Term> terms;
  for (std::string_view rest = text ? text : ""; rest.size() > 1;) {
    const auto end = std::min(rest.find(' '), rest.size());
    Term term;
    term.operation = static_cast<Term::Operator>(letters.find(rest[0]));
    std::from_chars(rest.data() + 1, rest.data() + end, term.column);
    terms.push_back(term);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return terms;
}

int best_index(sqlite3_vtab* handle, sqlite3_index_info* info) {
  auto& table = table_of(handle);
  return guarded_code(table.state(), [&] {
    std::string terms;
    int arguments = 0;
    double cost = std::max(1.0, table.row_count());
    double rows = cost;
    for (int pass = 0; pass < 2; ++pass) {  // equalities first: the first one may become an index
      for (int i = 0; i < info->nConstraint; ++i) {
        const auto& constraint = info->aConstraint[i];
        const auto operation = operator_of(constraint.op);
        if (!constraint.usable || constraint.iColumn < 0 || !operation) continue;
        const bool equal = *operation == Term::Operator::equal;
        const auto column = static_cast<std::size_t>(constraint.iColumn);
        const bool binary = std::string_view(sqlite3_vtab_collation(info, i)) == "BINARY";
        if (equal != (pass == 0) || !binary || !table.searchable(column, *operation)) continue;
        terms += letters[static_cast<std::size_t>(*operation)] + std::to_string(column) + " ";
        info->aConstraintUsage[i].argvIndex = ++arguments;
        rows /= equal ? table.distinct(column) : 3;
        cost = equal && arguments == 1 ? rows + 10 : cost * 0.9;
      }
    }
    info->estimatedCost = cost;
    info->estimatedRows = static_cast<sqlite3_int64>(std::max(1.0, rows));
    if (terms.empty()) return;
    info->idxStr = sqlite3_mprintf("%s", terms.c_str());
    if (!info->idxStr) throw std::bad_alloc();
    info->needToFreeIdxStr = 1;
  });
}

int open(sqlite3_vtab* handle, sqlite3_vtab_cursor** cursor) {
  auto& table = table_of(handle);
  return guarded_code(table.state(), [&] { *cursor = new CursorHandle(table); });
}

int close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<CursorHandle*>(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int, const char* terms, int, sqlite3_value** values) {
  return guarded_code(table_of(cursor->pVtab).state(),
                      [&] { rows_of(cursor).start(terms_of(terms), values); });
}

int next(sqlite3_vtab_cursor* cursor) {
  return guarded_code(table_of(cursor->pVtab).state(), [&] { rows_of(cursor).next(); });
}

int at_end(sqlite3_vtab_cursor* cursor) { return rows_of(cursor).at_end() ? 1 : 0; }

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int index) {
  return guarded_code(table_of(cursor->pVtab).state(),
                      [&] { rows_of(cursor).give(context, static_cast<std::size_t>(index)); });
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  *id = rows_of(cursor).row_id();
  return SQLITE_OK;
}

const sqlite3_module& methods() {
  static const sqlite3_module module = [] {
    sqlite3_module made{};
    made.iVersion = 1;
    made.xCreate = create;
    made.xConnect = connect;
    made.xBestIndex = best_index;
    made.xDisconnect = disconnect;
    made.xDestroy = disconnect;
    made.xOpen = open;
    made.xClose = close;
    made.xFilter = filter;
    made.xNext = next;
    made.xEof = at_end;
    made.xColumn = column;
    made.xRowid = row_id;
    return made;
  }();
  return module;
}

void drop_module(void* data) { delete static_cast<Module*>(data); }

}  // namespace

void create_tables(sqlite3* db, std::vector<TableSpec> specs, RunState& state) {
  auto module = std::make_unique<Module>();
  std::vector<std::string> names;
  for (auto& spec : specs) {
    names.push_back(spec.name);
    module->tables.try_emplace(spec.name, std::move(spec), state);
  }
  if (sqlite3_create_module_v2(db, row_module, &methods(), module.release(), drop_module) !=
      SQLITE_OK) {
    throw SqlError("XX000", "sql.internal", {"module"});
  }
  for (const auto& name : names) {
    const auto text =
        "CREATE VIRTUAL TABLE main." + quoted_identifier(name) + " USING " + row_module;
    if (sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw SqlError("XX000", "sql.internal", {"table"});
    }
  }
}

}  // namespace sceau::enclave::sql
