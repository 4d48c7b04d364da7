#include "enclave/server/session.h"

#include "enclave/fault.h"
#include "enclave/server/faults.h"
#include "enclave/server/rowtext.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t full = 64U << 10;  // bytes of replies that are sent together
constexpr std::uint64_t rows_between_questions = 64;

[[noreturn]] void refuse(std::string sqlstate, std::string id, std::vector<std::string> args = {}) {
  throw sql::SqlError(std::move(sqlstate), std::move(id), std::move(args));
}

/// Unlike a simple query, Parse takes one statement.
sql::Statement only_statement(const pg::Parse& parse, const sql::Catalog& catalog) {
  auto statements = sql::prepare(parse.text, catalog, parse.parameter_oids);
  if (statements.size() > 1) refuse("42601", "server.one_statement");
  if (statements.empty()) return {};
  return std::move(statements.front());
}

}  // namespace

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
  const auto report = report_of(error);
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
    refuse("26000", "server.no_statement", {statement.name});
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
    statements = sql::prepare(query.text, workbench_.catalog(), {});
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

// -- extended query
// --------------------------------------------------------------------------------

void Session::parse(const pg::Parse& parse) {
  if (!parse.statement.empty() && prepared_.contains(parse.statement)) {
    refuse("42P05", "server.statement_exists", {parse.statement});
  }
  if (prepared_.size() >= max_prepared) refuse("53400", "server.too_many_prepared");
  auto prepared = std::make_shared<Prepared>();
  try {
    prepared->statement = only_statement(parse, workbench_.catalog());
  } catch (...) {
    const auto error = std::current_exception();
    if (ends_session(error)) throw;
    log_refused(parse.text, report_of(error).sqlstate);
    std::rethrow_exception(error);
  }
  const auto& types = prepared->statement.parameters;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const bool declared = i < parse.parameter_oids.size() && parse.parameter_oids[i] != 0;
    const auto typed = types[i] == sql::Type::unknown ? sql::Type::text : types[i];
    prepared->oids.push_back(declared ? parse.parameter_oids[i] : sql::oid(typed));
  }
  prepared_[parse.statement] = std::move(prepared);
  reply_.parse_complete();
}

void Session::bind(const pg::Bind& bind) {
  const auto found = prepared_.find(bind.statement);
  if (found == prepared_.end()) refuse("26000", "server.no_statement", {bind.statement});
  if (!bind.portal.empty() && portals_.contains(bind.portal)) {
    refuse("42P03", "server.portal_exists", {bind.portal});
  }
  if (portals_.size() >= max_portals) refuse("53400", "server.too_many_portals");
  auto portal = std::make_unique<Portal>();
  portal->prepared = found->second;
  portal->formats = bind.result_formats;
  const auto& oids = portal->prepared->oids;
  if (bind.parameters.size() != oids.size()) {
    refuse("08P01", "server.parameter_count",
           {std::to_string(oids.size()), std::to_string(bind.parameters.size())});
  }
  for (std::size_t i = 0; i < oids.size(); ++i) {
    if (!bind.parameters[i]) {
      portal->values.emplace_back(std::nullopt);
      continue;
    }
    const bool binary = pg::format_of(bind.parameter_formats, i) == 1;
    auto text = sql::parameter_text(oids[i], binary, *bind.parameters[i]);
    if (!text) refuse(binary ? "22P03" : "22P02", "server.bad_parameter", {std::to_string(i + 1)});
    portal->values.push_back(std::move(text));
  }
  portals_[bind.portal] = std::move(portal);
  reply_.bind_complete();
}

void Session::describe(const pg::Describe& describe) {
  std::vector<std::int16_t> formats;
  const Prepared* prepared = nullptr;
  if (describe.portal) {
    const auto found = portals_.find(describe.name);
    if (found == portals_.end()) refuse("34000", "server.no_portal", {describe.name});
    prepared = found->second->prepared.get();
    formats = found->second->formats;
  } else {
    const auto found = prepared_.find(describe.name);
    if (found == prepared_.end()) refuse("26000", "server.no_statement", {describe.name});
    prepared = found->second.get();
    reply_.parameter_description(prepared->oids);
  }
  const auto& statement = prepared->statement;
  const bool copies = statement.kind == sql::StatementKind::copy_file ||
                      statement.kind == sql::StatementKind::copy_stdout;
  if (statement.columns.empty() || copies) {
    reply_.no_data();
  } else {
    reply_.row_description(statement.columns, formats);
  }
}

void Session::execute(const pg::Execute& execute) {
  const auto found = portals_.find(execute.portal);
  if (found == portals_.end()) refuse("34000", "server.no_portal", {execute.portal});
  auto& portal = *found->second;
  if (portal.prepared->statement.kind == sql::StatementKind::empty) {
    reply_.empty_query();
    return;
  }
  try {
    if (!portal.outcome) {
      start(portal);
    } else {
      interruption_.begin(runner_.time_limit());
    }
    if (const auto& refusal = portal.outcome->refusal) {
      log_end(portal, refusal->sqlstate);
      reply_.report(*refusal);
      skipping_ = true;
      return;
    }
    const auto most = static_cast<std::uint64_t>(execute.most_rows);
    if (portal.outcome->rows && !stream(portal, most)) {
      reply_.portal_suspended();
      return;
    }
    log_end(portal, "done");
    complete(portal);
  } catch (...) {
    const auto error = std::current_exception();
    if (!ends_session(error)) log_end(portal, report_of(error).sqlstate);
    std::rethrow_exception(error);
  }
}

void Session::close(const pg::Close& close) {
  if (!close.portal) {
    prepared_.erase(close.name);
  } else if (const auto found = portals_.find(close.name); found != portals_.end()) {
    log_end(*found->second, "closed");
    portals_.erase(found);
  }
  reply_.close_complete();
}

void Session::sync() {
  skipping_ = false;
  if (runner_.transaction() == pg::Transaction::idle) {
    for (auto& [name, portal] : portals_) log_end(*portal, "closed");
    portals_.clear();
  }
  reply_.ready(runner_.transaction());
  flush();
}

}  // namespace sceau::enclave
