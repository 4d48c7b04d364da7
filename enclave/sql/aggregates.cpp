// Aggregates that SQLite has not, or has otherwise: exact sums and means, variances, percentiles.

#include <algorithm>
#include <cmath>
#include <memory>

#include "enclave/sql/aggregate.h"
#include "enclave/sql/call.h"

namespace sceau::enclave::sql {
namespace {

struct Registered {
  AggregateEntry entry;
  RunState* state;
};

const Registered& registered(sqlite3_context* context) {
  return *static_cast<const Registered*>(sqlite3_user_data(context));
}

/// The aggregate of this group; made at its first row. Null where no row came.
Accumulator* accumulator(sqlite3_context* context, bool make) {
  auto** slot = static_cast<Accumulator**>(
      sqlite3_aggregate_context(context, make ? static_cast<int>(sizeof(Accumulator*)) : 0));
  if (!slot) return nullptr;
  if (!*slot && make) *slot = registered(context).entry.make().release();
  return *slot;
}

template <bool Forward>
void step(sqlite3_context* context, int count, sqlite3_value** values) {
  const Call call(context, count, values);
  guarded(context, *registered(context).state, [&] {
    auto* held = accumulator(context, true);
    if (!held) throw std::bad_alloc();
    // s_single counts its NULLs; all others pass over a row with one.
    if (!held->takes_null()) {
      for (int i = 0; i < count; ++i) {
        if (call.null(i)) return;
      }
    }
    Forward ? held->add(call) : held->remove(call);
  });
}

void value(sqlite3_context* context) {
  guarded(context, *registered(context).state, [&] {
    const Call call(context, 0, nullptr);
    if (const auto* held = accumulator(context, false)) return held->result(call);
    registered(context).entry.make()->result(call);
  });
}

void finish(sqlite3_context* context) {
  const std::unique_ptr<Accumulator> held(accumulator(context, false));
  guarded(context, *registered(context).state, [&] {
    const Call call(context, 0, nullptr);
    if (held) return held->result(call);
    registered(context).entry.make()->result(call);
  });
}

void drop_registered(void* data) { delete static_cast<Registered*>(data); }

std::vector<AggregateEntry> all_aggregates() {
  auto all = exact_aggregates();
  for (const auto& part : {real_aggregates(), position_aggregates(), shape_aggregates()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

void Accumulator::remove(const Call&) { throw SqlError("0A000", "sql.no_moving_frame"); }

void register_aggregates(sqlite3* db, RunState& state) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  for (const auto& entry : all_aggregates()) {
    auto data = std::make_unique<Registered>(Registered{entry, &state});
    const int code =
        sqlite3_create_window_function(db, entry.name, entry.arguments, flags, data.release(),
                                       step<true>, finish, value, step<false>, drop_registered);
    if (code != SQLITE_OK) throw SqlError("XX000", "sql.internal", {entry.name});
  }
}

std::vector<std::string> aggregate_names() {
  std::vector<std::string> names;
  for (const auto& entry : all_aggregates()) names.emplace_back(entry.name);
  return names;
}

}  // namespace sceau::enclave::sql
