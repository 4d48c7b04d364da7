#pragma once
// A call of one of our functions by SQLite: arguments as values, a result, and faults as SqlError
// that a guard turns into SQLite's error code. Internal to scalar*.cpp and aggregates*.cpp.

#include <sqlcipher/sqlite3.h>

#include <cstdint>
#include <new>
#include <string>
#include <string_view>

#include "enclave/sql/fault.h"
#include "enclave/sql/numeric.h"
#include "enclave/sql/run_state.h"

namespace sceau::enclave::sql {

class Call {
 public:
  Call(sqlite3_context* context, int count, sqlite3_value** values)
      : context_(context), count_(count), values_(values) {}

  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] int type(int i) const { return sqlite3_value_type(values_[i]); }
  [[nodiscard]] bool null(int i) const { return type(i) == SQLITE_NULL; }
  [[nodiscard]] std::int64_t integer(int i) const { return sqlite3_value_int64(values_[i]); }
  [[nodiscard]] double real(int i) const { return sqlite3_value_double(values_[i]); }
  [[nodiscard]] std::string_view text(int i) const {
    const auto* bytes = sqlite3_value_text(values_[i]);
    if (!bytes) return {};
    return {reinterpret_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_value_bytes(values_[i]))};
  }
  /// An integer, or a numeric's text.
  [[nodiscard]] Numeric numeric(int i) const {
    if (type(i) == SQLITE_INTEGER) return Numeric::of(integer(i));
    const auto value = Numeric::parse(text(i));
    if (!value) throw SqlError("XX000", "sql.internal", {"numeric"});
    return *value;
  }
  [[nodiscard]] sqlite3_value* value(int i) const { return values_[i]; }

  void give_null() const { sqlite3_result_null(context_); }
  void give(std::int64_t value) const { sqlite3_result_int64(context_, value); }
  void give_boolean(bool value) const { sqlite3_result_int(context_, value ? 1 : 0); }
  void give_real(double value) const;
  void give(std::string_view text) const {
    sqlite3_result_text64(context_, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  void give(const Numeric& value) const { give(std::string_view(value.text())); }
  void give_value(int i) const { sqlite3_result_value(context_, values_[i]); }
  [[nodiscard]] sqlite3_context* context() const { return context_; }

 private:
  sqlite3_context* context_;
  int count_;
  sqlite3_value** values_;
};

/// Runs `body`; a fault goes to the state and stops the statement.
template <typename Body>
void guarded(sqlite3_context* context, RunState& state, const Body& body) {
  try {
    body();
  } catch (const SqlError& error) {
    state.fail(error);
    sqlite3_result_error(context, "refused", -1);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception&) {
    state.fail(SqlError("XX000", "sql.internal", {"function"}));
    sqlite3_result_error(context, "failed", -1);
  }
}

using ScalarBody = void (*)(const Call&);

struct ScalarEntry {
  const char* name;
  int arguments;  ///< -1: any number
  ScalarBody body;
  bool takes_null = false;  ///< else NULL in, NULL out
};

[[nodiscard]] std::vector<ScalarEntry> number_functions();  // scalar_numbers.cpp
[[nodiscard]] std::vector<ScalarEntry> text_functions();    // scalar_texts.cpp
[[nodiscard]] std::vector<ScalarEntry> date_functions();    // scalar_dates.cpp
[[nodiscard]] std::vector<ScalarEntry> cast_functions();    // scalar_casts.cpp

}  // namespace sceau::enclave::sql
