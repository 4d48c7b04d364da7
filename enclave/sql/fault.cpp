#include "enclave/sql/fault.h"

#include <utility>

#include "enclave/messages.h"

namespace sceau::enclave::sql {

SqlError::SqlError(std::string sqlstate, std::string id, std::vector<std::string> args,
                   int position)
    : std::runtime_error(text(id, args)),
      sqlstate_(std::move(sqlstate)),
      id_(std::move(id)),
      args_(std::move(args)),
      position_(position) {}

std::string SqlError::message(std::string_view language) const {
  return text(id_, args_, language);
}

std::string SqlError::hint(std::string_view language) const {
  return enclave::hint(id_, args_, language);
}

}  // namespace sceau::enclave::sql
