#include "enclave/sql/rows.h"

#include <algorithm>
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

/// Whether all of an IN's values can be had at once, instead of one walk for each.
bool is_list(sqlite3_index_info* info, int constraint) {
  return sqlite3_vtab_in(info, constraint, -1) != 0;
}

std::optional<Term::Operator> operator_of(sqlite3_index_info* info, int constraint) {
  switch (info->aConstraint[constraint].op) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
      return is_list(info, constraint) ? Term::Operator::in_list : Term::Operator::equal;
    case SQLITE_INDEX_CONSTRAINT_LT:
      return Term::Operator::less;
    case SQLITE_INDEX_CONSTRAINT_LE:
      return Term::Operator::less_equal;
    case SQLITE_INDEX_CONSTRAINT_GT:
      return Term::Operator::greater;
    case SQLITE_INDEX_CONSTRAINT_GE:
      return Term::Operator::greater_equal;
    case SQLITE_INDEX_CONSTRAINT_IS:
      return Term::Operator::is;
    case SQLITE_INDEX_CONSTRAINT_ISNULL:
      return Term::Operator::is_null;
    case SQLITE_INDEX_CONSTRAINT_ISNOTNULL:
      return Term::Operator::is_not_null;
    default:
      return std::nullopt;
  }
}

/// Which part of the rows a term leaves, by a rule of thumb.
double share_of(const RowTable& table, const Term& term) {
  switch (term.operation) {
    case Term::Operator::equal:
    case Term::Operator::is:
      return 1 / table.distinct(term.column);
    case Term::Operator::in_list:
      return std::min(1.0, 5 / table.distinct(term.column));
    case Term::Operator::less:
    case Term::Operator::less_equal:
    case Term::Operator::greater:
    case Term::Operator::greater_equal:
      return 1.0 / 3;
    case Term::Operator::is_null:
      return 0.1;
    case Term::Operator::is_not_null:
    case Term::Operator::offset:
      return 1;
  }
  return 1;
}

/// Builds xBestIndex's answer.
class Chooser {
 public:
  Chooser(const RowTable& table, sqlite3_index_info* info)
      : table_(table), info_(info), rows_(std::max(1.0, table.row_count())), cost_(rows_) {}

  void choose() {
    choose_offset();
    for (const bool equal : {true, false}) {  // an equality first: it may become an index
      for (int i = 0; i < info_->nConstraint; ++i) choose(i, equal);
    }
    info_->idxNum = table_.number();
    info_->estimatedCost = cost_;
    info_->estimatedRows = static_cast<sqlite3_int64>(std::max(1.0, rows_));
    info_->idxStr = sqlite3_mprintf("%s", write_terms(info_->colUsed, terms_).c_str());
    if (!info_->idxStr) throw std::bad_alloc();
    info_->needToFreeIdxStr = 1;
  }

 private:
  void choose(int i, bool equal) {
    const auto& constraint = info_->aConstraint[i];
    if (!constraint.usable || constraint.iColumn < 0) return;
    const auto operation = operator_of(info_, i);
    if (!operation || (*operation == Term::Operator::equal) != equal) return;
    const Term term{static_cast<std::size_t>(constraint.iColumn), *operation};
    const auto* collation = sqlite3_vtab_collation(info_, i);
    if (!table_.takes(term, collation ? collation : "BINARY")) return;
    if (term.operation == Term::Operator::in_list) sqlite3_vtab_in(info_, i, 1);
    take(i, term);
    rows_ *= share_of(table_, term);
    cost_ = equal && terms_.size() == 1 ? rows_ + 10 : cost_ * 0.9;
  }

  /// OFFSET alone: rows are passed over by segments, without being read.
  void choose_offset() {
    if (!table_.spec().source || info_->nOrderBy > 0) return;
    int offset = -1;
    for (int i = 0; i < info_->nConstraint; ++i) {
      const auto& constraint = info_->aConstraint[i];
      if (constraint.op == SQLITE_INDEX_CONSTRAINT_LIMIT) continue;
      if (constraint.op != SQLITE_INDEX_CONSTRAINT_OFFSET || !constraint.usable) return;
      offset = i;
    }
    if (offset < 0) return;
    take(offset, {0, Term::Operator::offset});
    info_->aConstraintUsage[offset].omit = 1;
  }

  void take(int constraint, const Term& term) {
    terms_.push_back(term);
    info_->aConstraintUsage[constraint].argvIndex = static_cast<int>(terms_.size());
  }

  const RowTable& table_;
  sqlite3_index_info* info_;
  double rows_, cost_;
  std::vector<Term> terms_;
};

int best_index(sqlite3_vtab* handle, sqlite3_index_info* info) {
  auto& table = table_of(handle);
  return guarded_code(table.state(), [&] { Chooser(table, info).choose(); });
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
                      [&] { rows_of(cursor).start(read_terms(terms).terms, values); });
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
    const int number = static_cast<int>(module->tables.size());
    module->tables.try_emplace(spec.name, std::move(spec), number, state);
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
