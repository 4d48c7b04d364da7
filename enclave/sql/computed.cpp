#include "enclave/sql/computed.h"

#include <sqlcipher/sqlite3.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "enclave/sql/explore.h"
#include "enclave/sql/values.h"
#include "enclave/sql/vtab.h"

namespace sceau::enclave::sql {
namespace {

using Columns = std::vector<std::size_t>;
using Places = std::vector<std::uint32_t>;

/// Where the rows of each key stand; a key is the columns' texts, each behind its length.
using Index = std::unordered_map<std::string, Places>;

void append_key(std::string& key, std::string_view text) {
  key += std::to_string(text.size());
  key += ':';
  key += text;
}

/// As table_name (explore.h) writes a relation of the schema sceau.
std::string stored_name(std::size_t table) { return "sceau." + computed_name(table); }

/// Whether equal values have equal texts, so that a text can be a key.
bool has_key(Type type) {
  return type == Type::text || type == Type::date || type == Type::int4 || type == Type::int8;
}

class Tables {
 public:
  Tables(const std::vector<ComputedTable>& tables, RunState& state)
      : tables_(tables), state_(state) {}

  [[nodiscard]] RunState& state() const { return state_; }
  [[nodiscard]] const ComputedTable* find(std::size_t table) const {
    return table < tables_.size() ? &tables_[table] : nullptr;
  }
  [[nodiscard]] const Index& index(std::size_t table, const Columns& columns) {
    if (statement_ != state_.statement) {
      statement_ = state_.statement;
      indices_.clear();
    }
    const auto [found, fresh] = indices_.try_emplace({table, columns});
    if (fresh) fill(found->second, tables_[table], columns);
    return found->second;
  }

 private:
  static void fill(Index& index, const ComputedTable& table, const Columns& columns) {
    std::string key;
    for (std::uint32_t row = 0; row < table.rows.size(); ++row) {
      key.clear();
      const auto& values = table.rows[row];
      const bool whole = std::all_of(columns.begin(), columns.end(), [&](std::size_t column) {
        if (values[column]) append_key(key, *values[column]);
        return values[column].has_value();
      });
      if (whole) index[key].push_back(row);
    }
  }

  const std::vector<ComputedTable>& tables_;
  RunState& state_;
  std::uint64_t statement_ = 0;  ///< the one that indices_ belongs to
  std::map<std::pair<std::size_t, Columns>, Index> indices_;
};

struct Handle final : sqlite3_vtab {
  Tables* tables = nullptr;
  std::size_t table = 0;

  [[nodiscard]] const ComputedTable* computed() const { return tables->find(table); }
};

struct CursorHandle final : sqlite3_vtab_cursor {
  const ComputedTable* table = nullptr;
  const Places* places = nullptr;  ///< null: every row
  std::size_t at = 0;

  [[nodiscard]] std::size_t size() const {
    if (places) return places->size();
    return table ? table->rows.size() : 0;
  }
  [[nodiscard]] std::size_t row() const { return places ? (*places)[at] : at; }
};

Handle& handle_of(sqlite3_vtab* handle) { return *static_cast<Handle*>(handle); }
CursorHandle& cursor_of(sqlite3_vtab_cursor* handle) { return *static_cast<CursorHandle*>(handle); }

int connect(sqlite3* db, void* data, int count, const char* const* words, sqlite3_vtab** handle,
            char**) {
  if (count < 3) return SQLITE_ERROR;
  for (std::size_t table = 0; table < max_computed; ++table) {
    if (words[2] != stored_name(table)) continue;
    std::string declaration = "CREATE TABLE x(c1";
    for (std::size_t i = 1; i < max_computed_columns; ++i)
      declaration += ", c" + std::to_string(i + 1);
    const int code = sqlite3_declare_vtab(db, (declaration + ")").c_str());
    if (code != SQLITE_OK) return code;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    auto made = std::make_unique<Handle>();
    made->tables = static_cast<Tables*>(data);
    made->table = table;
    *handle = made.release();
    return SQLITE_OK;
  }
  return SQLITE_ERROR;
}

int disconnect(sqlite3_vtab* handle) {
  delete static_cast<Handle*>(handle);
  return SQLITE_OK;
}

/// A function of its own: where xCreate is xConnect, a table could be used without being created.
int create(sqlite3* db, void* data, int count, const char* const* words, sqlite3_vtab** handle,
           char** error) {
  return connect(db, data, count, words, handle, error);
}

/// The columns of an index, "0 3 ": what xBestIndex tells xFilter.
Columns columns_of(const char* text) {
  Columns columns;
  for (std::string_view rest = text ? text : ""; !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    std::from_chars(rest.data(), rest.data() + end, columns.emplace_back());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return columns;
}

int best_index(sqlite3_vtab* vtab, sqlite3_index_info* info) {
  const auto& handle = handle_of(vtab);
  return guarded_code(handle.tables->state(), [&] {
    const auto* table = handle.computed();
    double rows = table ? std::max<double>(1, static_cast<double>(table->rows.size())) : 1;
    double cost = rows;
    std::string columns;
    int arguments = 0;
    for (int i = 0; table && i < info->nConstraint; ++i) {
      const auto& constraint = info->aConstraint[i];
      const auto column = static_cast<std::size_t>(constraint.iColumn);
      const bool keyed = constraint.usable && constraint.op == SQLITE_INDEX_CONSTRAINT_EQ &&
                         constraint.iColumn >= 0 && column < table->types.size() &&
                         has_key(table->types[column]) &&
                         std::string_view(sqlite3_vtab_collation(info, i)) == "BINARY";
      if (!keyed) continue;
      columns += std::to_string(column) + " ";
      info->aConstraintUsage[i].argvIndex = ++arguments;
      rows = std::max(1.0, rows / 10);
      cost = rows + 5;
    }
    info->idxNum = -1 - static_cast<int>(handle.table);
    info->estimatedCost = cost;
    info->estimatedRows = static_cast<sqlite3_int64>(rows);
    if (columns.empty()) return;
    info->idxStr = sqlite3_mprintf("%s", columns.c_str());
    if (!info->idxStr) throw std::bad_alloc();
    info->needToFreeIdxStr = 1;
  });
}

int open(sqlite3_vtab* vtab, sqlite3_vtab_cursor** cursor) {
  return guarded_code(handle_of(vtab).tables->state(), [&] {
    auto made = std::make_unique<CursorHandle>();
    made->table = handle_of(vtab).computed();
    *cursor = made.release();
  });
}

int close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<CursorHandle*>(cursor);
  return SQLITE_OK;
}

/// The key that the values make; nullopt where they are of other types than the columns: then every
/// row is given, and SQLite compares.
std::optional<std::string> key_of(const ComputedTable& table, const Columns& columns,
                                  sqlite3_value** values) {
  std::string key;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto type = table.types[columns[i]];
    const bool integer = type == Type::int4 || type == Type::int8;
    if (sqlite3_value_type(values[i]) != (integer ? SQLITE_INTEGER : SQLITE_TEXT)) return {};
    if (integer) {
      append_key(key, std::to_string(sqlite3_value_int64(values[i])));
      continue;
    }
    const auto* bytes = sqlite3_value_text(values[i]);
    if (!bytes) throw std::bad_alloc();
    append_key(key, {reinterpret_cast<const char*>(bytes),
                     static_cast<std::size_t>(sqlite3_value_bytes(values[i]))});
  }
  return key;
}

int filter(sqlite3_vtab_cursor* vtab_cursor, int, const char* text, int, sqlite3_value** values) {
  const auto& handle = handle_of(vtab_cursor->pVtab);
  auto& cursor = cursor_of(vtab_cursor);
  return guarded_code(handle.tables->state(), [&] {
    static const Places none;
    cursor.places = nullptr;
    cursor.at = 0;
    const auto columns = columns_of(text);
    if (columns.empty() || !cursor.table) return;
    const auto key = key_of(*cursor.table, columns, values);
    if (!key) return;
    const auto& index = handle.tables->index(handle.table, columns);
    const auto found = index.find(*key);
    cursor.places = found == index.end() ? &none : &found->second;
  });
}

int next(sqlite3_vtab_cursor* cursor) {
  ++cursor_of(cursor).at;
  return SQLITE_OK;
}

int at_end(sqlite3_vtab_cursor* cursor) {
  return cursor_of(cursor).at >= cursor_of(cursor).size() ? 1 : 0;
}

void give(sqlite3_context* context, Type type, const std::string& text) {
  switch (type) {
    case Type::boolean:
      return sqlite3_result_int(context, text == "t" ? 1 : 0);
    case Type::int4:
    case Type::int8:
      return sqlite3_result_int64(context, parse_integer(text, Type::int8).value());
    case Type::float8:
      return sqlite3_result_double(context, parse_real(text).value());
    case Type::unknown:
    case Type::numeric:
    case Type::text:
    case Type::date:
    case Type::bytea:
      // The rows stay as long as the statement.
      return sqlite3_result_text64(context, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
}

int column(sqlite3_vtab_cursor* vtab_cursor, sqlite3_context* context, int index) {
  const auto& cursor = cursor_of(vtab_cursor);
  return guarded_code(handle_of(vtab_cursor->pVtab).tables->state(), [&] {
    const auto column = static_cast<std::size_t>(index);
    if (column >= cursor.table->types.size()) return;
    const auto& value = cursor.table->rows[cursor.row()].at(column);
    if (value) give(context, cursor.table->types[column], *value);
  });
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  *id = static_cast<sqlite3_int64>(cursor_of(cursor).row());
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

void drop_module(void* data) { delete static_cast<Tables*>(data); }

}  // namespace

std::string computed_name(std::size_t index) { return "computed " + std::to_string(index + 1); }

void create_computed(sqlite3* db, const std::vector<ComputedTable>& tables, RunState& state) {
  auto data = std::make_unique<Tables>(tables, state);
  if (sqlite3_create_module_v2(db, computed_module, &methods(), data.release(), drop_module) !=
      SQLITE_OK) {
    throw SqlError("XX000", "sql.internal", {"module"});
  }
  for (std::size_t table = 0; table < max_computed; ++table) {
    const auto text = "CREATE VIRTUAL TABLE main." + quoted_identifier(stored_name(table)) +
                      " USING " + computed_module;
    if (sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw SqlError("XX000", "sql.internal", {"table"});
    }
  }
}

}  // namespace sceau::enclave::sql
