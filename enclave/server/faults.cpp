#include "enclave/server/faults.h"

#include <new>

#include "disclosure/fault.h"
#include "enclave/centre/print.h"
#include "enclave/messages.h"
#include "enclave/sql/fault.h"
#include "policies/fault.h"

namespace sceau::enclave {
namespace {

Failure failure_of_disclosure(const disclosure::DisclosureError& error) {
  switch (error.fault()) {
    case disclosure::Fault::unknown_variable:
      return {Fault::bad_input, "server.unknown_variable", {}};
    case disclosure::Fault::wrong_kind:
      return {Fault::bad_input, "server.wrong_kind", {}};
    case disclosure::Fault::too_many_cells:
      return {Fault::refused, "server.too_many_cells", {std::to_string(disclosure::max_cells)}};
    case disclosure::Fault::overflow:
      return {Fault::refused, "server.sum_overflow", {}};
    case disclosure::Fault::cancelled:
      return {Fault::refused, "server.cancelled", {}};
    case disclosure::Fault::malformed:
      return {Fault::internal, "server.bad_frame", {}};
  }
  return {Fault::internal, "server.internal", {"disclosure"}};
}

/// Ids with a SQLSTATE of their own; else the fault decides.
std::string sqlstate_of(const Failure& failure) {
  static constexpr std::pair<std::string_view, std::string_view> own[] = {
      {"server.cancelled", "57014"},
      {"server.out_of_time", "57014"},
      {"server.examiner_timeout", "57014"},
      {"server.too_many_cells", "0A000"},
      {"server.out_of_memory", "53200"},
      {"server.too_many_outputs", "54000"},
      {"server.output_too_large", "54000"},
      {"server.sum_overflow", "22003"},
      {"server.locked", "57P03"},
      {"server.stopping", "57P01"},
      {"server.too_many_sessions", "53300"},
      {"server.not_that_user", "28000"},
      {"server.unknown_variable", "42703"},
      {"server.wrong_kind", "42804"},
      {"centre.not_judged", "SD001"},
      {"centre.refusals_spent", "SD001"}};
  for (const auto& [id, state] : own) {
    if (failure.id == id) return std::string(state);
  }
  if (failure.id.starts_with("figure.")) return "0A000";
  switch (failure.fault) {
    case Fault::usage:
    case Fault::bad_input:
      return "22023";
    case Fault::not_found:
      return "42704";
    case Fault::already_there:
      return "42710";
    case Fault::unavailable:
    case Fault::refused:  // SD002 is a returned request's alone (notices.cpp)
      return "55000";
    case Fault::not_permitted:
      return "42501";
    case Fault::integrity:
      return "XX001";
    case Fault::internal:
      return "XX000";
  }
  return "XX000";
}

}  // namespace

Failure failure_of(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const EnclaveError& known) {
    return {known.fault(), known.id(), known.args()};
  } catch (const disclosure::DisclosureError& known) {
    return failure_of_disclosure(known);
  } catch (const policies::PolicyError&) {
    return {Fault::integrity, "server.bad_document", {}};
  } catch (const std::bad_alloc&) {
    return {Fault::unavailable, "server.out_of_memory", {}};
  } catch (...) {
    return {Fault::internal, "server.internal", {"unexpected exception"}};
  }
}

pg::Report report_of(const Failure& failure, std::string_view language) {
  pg::Report report;
  report.sqlstate = sqlstate_of(failure);
  report.message = printable(text(failure.id, failure.args, language));
  report.hint = printable(hint(failure.id, failure.args, language));
  return report;
}

pg::Report report_of(const std::exception_ptr& error, std::string_view language) {
  try {
    std::rethrow_exception(error);
  } catch (const sql::SqlError& refused) {
    pg::Report report;
    report.sqlstate = refused.sqlstate();
    report.message = printable(refused.message(language));
    report.hint = printable(refused.hint(language));
    report.position = refused.position();
    return report;
  } catch (...) {
    return report_of(failure_of(error), language);
  }
}

}  // namespace sceau::enclave
