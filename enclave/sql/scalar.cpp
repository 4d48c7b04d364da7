#include <cmath>
#include <memory>

#include "enclave/sql/call.h"
#include "policies/decimal.h"

namespace sceau::enclave::sql {
namespace {

/// What one registered function knows: itself and the statement's state.
struct Registered {
  ScalarEntry entry;
  RunState* state;
};

void call_scalar(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto& function = *static_cast<const Registered*>(sqlite3_user_data(context));
  const Call call(context, count, values);
  if (!function.entry.takes_null) {
    for (int i = 0; i < count; ++i) {
      if (call.null(i)) return;  // the result is NULL already
    }
  }
  guarded(context, *function.state, [&] { function.entry.body(call); });
}

void drop_registered(void* data) { delete static_cast<Registered*>(data); }

/// Most numbers have at most 18 digits, and compare as integers.
int compare_texts(void*, int a_size, const void* a, int b_size, const void* b) {
  const std::string_view left(static_cast<const char*>(a), static_cast<std::size_t>(a_size));
  const std::string_view right(static_cast<const char*>(b), static_cast<std::size_t>(b_size));
  try {
    const auto small_left = policies::parse_decimal(left);
    const auto small_right = policies::parse_decimal(right);
    if (small_left && small_right) {
      const auto order = policies::compare(*small_left, *small_right);
      return order < 0 ? -1 : (order > 0 ? 1 : 0);
    }
    const auto x = Numeric::parse(left), y = Numeric::parse(right);
    if (x && y) return compare(*x, *y);
  } catch (const std::exception&) {
    // A collation can't fail: below, texts that are no numbers have some order.
  }
  return left.compare(right);
}

std::vector<ScalarEntry> all_scalars() {
  std::vector<ScalarEntry> all = number_functions();
  for (const auto& part : {text_functions(), date_functions(), cast_functions()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

void Call::give_real(double value) const {
  if (!std::isfinite(value)) throw SqlError("22003", "sql.out_of_range", {"double precision"});
  sqlite3_result_double(context_, value);
}

void register_scalars(sqlite3* db, RunState& state) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  for (const auto& entry : all_scalars()) {
    auto data = std::make_unique<Registered>(Registered{entry, &state});
    const int code =
        sqlite3_create_function_v2(db, entry.name, entry.arguments, flags, data.release(),
                                   call_scalar, nullptr, nullptr, drop_registered);
    if (code != SQLITE_OK) throw SqlError("XX000", "sql.internal", {entry.name});
  }
  if (sqlite3_create_collation_v2(db, "s_numeric", SQLITE_UTF8, nullptr, compare_texts, nullptr) !=
      SQLITE_OK) {
    throw SqlError("XX000", "sql.internal", {"s_numeric"});
  }
}

std::vector<std::string> scalar_names() {
  std::vector<std::string> names;
  for (const auto& entry : all_scalars()) names.emplace_back(entry.name);
  return names;
}

}  // namespace sceau::enclave::sql
