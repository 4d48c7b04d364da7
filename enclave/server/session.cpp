#include "enclave/server/session.h"

#include "enclave/fault.h"
#include "enclave/server/faults.h"
#include "enclave/server/rowtext.h"
#include "enclave/server/session_parts.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t full = 64U << 10;  // bytes of replies that are sent together
constexpr std::uint64_t rows_between_questions = 64;

}  // namespace

bool ends_session(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const EnclaveError& known) {
    return known.id() == "server.peer_gone" || known.id() == "server.bad_frame" ||
           known.id() == "server.client_gone";
  } catch (...) {
    return false;
  }
}

Session::Session(Runner& runner, Gate& gate, Workbench& workbench, Interruption& interruption,
                 Send send)
    : runner_(runner),
      gate_(gate),
      workbench_(workbench),
      interruption_(interruption),
      send_(std::move(send)) {}

Session::~Session() = default;

void Session::greet(const std::string& application, std::uint32_t pid, std::uint32_t key) {
  reply_.authentication_ok();
  reply_.parameter_status("server_version", "15.0 (Sceau)");
  reply_.parameter_status("server_encoding", "UTF8");
  reply_.parameter_status("client_encoding", "UTF8");
  reply_.parameter_status("application_name", application);
  reply_.parameter_status("DateStyle", "ISO, MDY");
  reply_.parameter_status("IntervalStyle", "postgres");
  reply_.parameter_status("TimeZone", "UTC");
  reply_.parameter_status("integer_datetimes", "on");
  reply_.parameter_status("standard_conforming_strings", "on");
  reply_.parameter_status("is_superuser", "off");
  reply_.parameter_status("default_transaction_read_only", "off");
  reply_.parameter_status("in_hot_standby", "off");
  reply_.backend_key(pid, key);
  reply_.ready(pg::Transaction::idle);
  flush();
}

void Session::flush() {
  if (reply_.empty()) return;
  send_(reply_.take());
}

void Session::flush_if_full() {
  if (reply_.size() >= full) flush();
}

/// Turns the current exception into an ErrorResponse and returns its SQLSTATE; rethrows where there
/// is nobody to tell.
std::string Session::report_error() {
  const auto error = std::current_exception();
  if (ends_session(error)) std::rethrow_exception(error);
  const auto report = report_of(error, runner_.language());
  reply_.report(report);
  return report.sqlstate;
}

bool Session::take(const pg::Message& message) {
  if (std::holds_alternative<pg::Terminate>(message)) return false;
  if (const auto* simple = std::get_if<pg::Query>(&message)) {
    skipping_ = false;
    query(*simple);
    return true;
  }
  if (std::holds_alternative<pg::Sync>(message)) {
    sync();
    return true;
  }
  if (std::holds_alternative<pg::Flush>(message)) {
    flush();
    return true;
  }
  if (skipping_) return true;
  try {
    if (const auto* parsed = std::get_if<pg::Parse>(&message)) parse(*parsed);
    if (const auto* bound = std::get_if<pg::Bind>(&message)) bind(*bound);
    if (const auto* described = std::get_if<pg::Describe>(&message)) describe(*described);
    if (const auto* executed = std::get_if<pg::Execute>(&message)) execute(*executed);
    if (const auto* closed = std::get_if<pg::Close>(&message)) close(*closed);
  } catch (...) {
    report_error();
    skipping_ = true;
  }
  flush_if_full();
  return true;
}

// -- the log
// ---------------------------------------------------------------------------------------

void Session::log_end(Portal& portal, const std::string& outcome) {
  if (!portal.started) return;
  gate_.statement_finished(*std::exchange(portal.started, std::nullopt), outcome, portal.rows);
}

/// A text that is no statement was still an attempt.
void Session::log_refused(const std::string& text, const std::string& sqlstate) {
  const auto started = gate_.statement_started(text);
  gate_.statement_finished(started, sqlstate, 0);
}

// -- running a statement
// ---------------------------------------------------------------------------

void Session::start(Portal& portal) {
  const auto& statement = portal.prepared->statement;
  interruption_.begin(runner_.time_limit());
  if (statement.kind != sql::StatementKind::empty) {
    portal.started = gate_.statement_started(statement.text);
  }
  portal.outcome = runner_.run(statement, portal.values);
  forget(statement);
  const auto& outcome = *portal.outcome;
  for (const auto& notice : outcome.notices) reply_.report(notice);
  if (outcome.shape != Outcome::Shape::copy_out) return;
  reply_.copy_out(outcome.columns.size());
  if (outcome.copy.header) {
    reply_.copy_data(header_line(outcome.columns, {outcome.copy, "\n"}));
  }
}

/// DEALLOCATE and DISCARD are the session's own business.
void Session::forget(const sql::Statement& statement) {
  if (statement.kind == sql::StatementKind::discard) prepared_.clear();
  if (statement.kind != sql::StatementKind::deallocate) return;
  if (statement.name.empty()) {
    prepared_.clear();
  } else if (prepared_.erase(statement.name) == 0) {
    refuse_statement("26000", "server.no_statement", {statement.name});
  }
}

/// Sends rows, at most `most_rows` (0: all). True at the end of them.
bool Session::stream(Portal& portal, std::uint64_t most_rows) {
  auto& outcome = *portal.outcome;
  const LineFormat format = {outcome.copy, "\n"};
  const bool copy = outcome.shape == Outcome::Shape::copy_out;
  std::uint64_t sent = 0;
  for (sql::Row row; most_rows == 0 || sent < most_rows; ++sent, ++portal.rows) {
    if (!outcome.rows->next(row)) return true;
    if (copy) {
      reply_.copy_data(row_line(row, format));
    } else {
      reply_.data_row(row, outcome.columns, portal.formats);
    }
    flush_if_full();
    if (sent % rows_between_questions == 0 && interruption_.asked()) interruption_.raise();
  }
  return false;
}

void Session::complete(Portal& portal) {
  const auto& outcome = *portal.outcome;
  switch (outcome.shape) {
    case Outcome::Shape::command:
      reply_.command_complete(outcome.tag);
      break;
    case Outcome::Shape::rows: {
      const bool counted = outcome.tag == "SELECT";
      reply_.command_complete(counted ? outcome.tag + " " + std::to_string(portal.rows)
                                      : outcome.tag);
      break;
    }
    case Outcome::Shape::copy_out:
      reply_.copy_done();
      reply_.command_complete(outcome.tag + " " + std::to_string(portal.rows));
      break;
  }
}

// -- simple query
// ----------------------------------------------------------------------------------

void Session::query(const pg::Query& query) {
  portals_.erase("");
  std::vector<sql::Statement> statements;
  try {
    interruption_.begin(runner_.time_limit());
    auto prepared = sql::prepare(query.text, workbench_.catalog(), {});
    const auto takes_some = [](const auto& s) { return !s.parameters.empty(); };
    if (std::any_of(prepared.begin(), prepared.end(), takes_some)) {
      refuse_statement("42P02", "sql.no_parameter", {"1"});
    }
    statements = std::move(prepared);
  } catch (...) {
    log_refused(query.text, report_error());
  }
  const auto empty = [](const auto& s) { return s.kind == sql::StatementKind::empty; };
  const bool nothing = std::all_of(statements.begin(), statements.end(), empty);
  if (nothing && reply_.empty()) reply_.empty_query();
  std::erase_if(statements, empty);
  if (statements.size() > 1) runner_.begin_message();
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (!simple_statement(statements[i], i + 1 == statements.size())) break;
  }
  runner_.abandon_message();
  reply_.ready(runner_.transaction());
  flush();
}

bool Session::simple_statement(const sql::Statement& statement, bool last) {
  Portal portal;
  portal.prepared = std::make_shared<Prepared>(Prepared{statement, {}});
  try {
    start(portal);
    const auto& outcome = *portal.outcome;
    auto refusal = outcome.refusal;
    if (outcome.shape == Outcome::Shape::rows && !refusal) {
      reply_.row_description(outcome.columns, portal.formats);
    }
    if (!refusal && outcome.rows) stream(portal, 0);
    if (!refusal && last) {
      auto report = runner_.end_message();
      if (report && report->severity == pg::Severity::error) {
        refusal = std::move(report);
      } else if (report) {
        reply_.report(*report);
      }
    }
    log_end(portal, refusal ? refusal->sqlstate : "done");
    if (refusal) {
      reply_.report(*refusal);
      return false;
    }
    complete(portal);
    return true;
  } catch (...) {
    const auto sqlstate = report_error();
    log_end(portal, sqlstate);
    return false;
  }
}

}  // namespace sceau::enclave
