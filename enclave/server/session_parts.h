#pragma once
// What a session keeps between messages; for session.cpp and session_extended.cpp alone.

#include <optional>
#include <string>
#include <vector>

#include "enclave/server/session.h"
#include "enclave/sql/fault.h"

namespace sceau::enclave {

struct Session::Prepared {
  sql::Statement statement;
  std::vector<sql::Oid> oids;  ///< of the parameters: as declared, else as typed
};

struct Session::Portal {
  std::shared_ptr<Prepared> prepared;
  Values values;
  std::vector<std::int16_t> formats;
  std::optional<std::uint64_t> started;  ///< in the log, and not finished there
  std::optional<Outcome> outcome;        ///< once it runs
  std::uint64_t rows = 0;
};

[[noreturn]] inline void refuse_statement(std::string sqlstate, std::string id,
                                          std::vector<std::string> args = {}) {
  throw sql::SqlError(std::move(sqlstate), std::move(id), std::move(args));
}

}  // namespace sceau::enclave
