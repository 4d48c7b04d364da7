#pragma once
// Exceptions at the edges of a process: as an EnclaveError's parts for another process, as an
// ErrorResponse for a client. What a foreign exception says about itself is never passed on: it
// might quote data.

#include <exception>
#include <string>
#include <string_view>

#include "enclave/server/crossing.h"
#include "enclave/server/pgreply.h"

namespace sceau::enclave {

/// EnclaveError as it is; DisclosureError, PolicyError, bad_alloc and others under server.… ids.
[[nodiscard]] Failure failure_of(const std::exception_ptr& error) noexcept;

/// What a client is told.
[[nodiscard]] pg::Report report_of(const std::exception_ptr& error,
                                   std::string_view language = "en");
[[nodiscard]] pg::Report report_of(const Failure& failure, std::string_view language = "en");

}  // namespace sceau::enclave
