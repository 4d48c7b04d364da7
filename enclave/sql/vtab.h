#pragma once
// The guard of our virtual tables' callbacks (rows.cpp, computed.cpp). Internal to them.

#include <sqlcipher/sqlite3.h>

#include <exception>
#include <new>

#include "enclave/fault.h"
#include "enclave/sql/fault.h"
#include "enclave/sql/run_state.h"

namespace sceau::enclave::sql {

/// Runs `body` and gives SQLite's code: no C++ exception may pass through SQLite.
template <typename Body>
int guarded_code(RunState& state, const Body& body) {
  try {
    body();
    return state.fault ? SQLITE_ERROR : SQLITE_OK;
  } catch (const SqlError& error) {
    state.fail(error);
  } catch (const EnclaveError& error) {
    // A store that is damaged says so here as it does to the engine.
    const bool damaged = error.fault() == Fault::integrity;
    state.fail(damaged ? SqlError("XX001", error.id(), error.args())
                       : SqlError("XX000", "sql.internal", {"rows"}));
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (const std::exception&) {
    state.fail(SqlError("XX000", "sql.internal", {"rows"}));
  }
  return SQLITE_ERROR;
}

}  // namespace sceau::enclave::sql
