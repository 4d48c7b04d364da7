// The extended protocol of a session: Parse, Bind, Describe, Execute, Close, Sync.
#include "audit/bytes.h"
#include "enclave/server/faults.h"
#include "enclave/server/session_parts.h"

namespace sceau::enclave {
namespace {

/// Unlike a simple query, Parse takes one statement.
sql::Statement only_statement(const pg::Parse& parse, const sql::Catalog& catalog) {
  auto statements = sql::prepare(parse.text, catalog, parse.parameter_oids);
  if (statements.size() > 1) refuse_statement("42601", "server.one_statement");
  if (statements.empty()) return {};
  return std::move(statements.front());
}

}  // namespace

void Session::parse(const pg::Parse& parse) {
  if (!parse.statement.empty() && prepared_.contains(parse.statement)) {
    refuse_statement("42P05", "server.statement_exists", {parse.statement});
  }
  if (prepared_.size() >= max_prepared) refuse_statement("53400", "server.too_many_prepared");
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
  if (found == prepared_.end()) refuse_statement("26000", "server.no_statement", {bind.statement});
  if (!bind.portal.empty() && portals_.contains(bind.portal)) {
    refuse_statement("42P03", "server.portal_exists", {bind.portal});
  }
  if (portals_.size() >= max_portals) refuse_statement("53400", "server.too_many_portals");
  auto portal = std::make_unique<Portal>();
  portal->prepared = found->second;
  portal->formats = bind.result_formats;
  const auto& oids = portal->prepared->oids;
  if (bind.parameters.size() != oids.size()) {
    refuse_statement("08P01", "server.parameter_count",
                     {std::to_string(oids.size()), std::to_string(bind.parameters.size())});
  }
  for (std::size_t i = 0; i < oids.size(); ++i) {
    if (!bind.parameters[i]) {
      portal->values.emplace_back(std::nullopt);
      continue;
    }
    const bool binary = pg::format_of(bind.parameter_formats, i) == 1;
    auto text = sql::parameter_text(oids[i], binary, *bind.parameters[i]);
    if (!text) {
      refuse_statement(binary ? "22P03" : "22P02", "server.bad_parameter", {std::to_string(i + 1)});
    }
    if (!audit::is_utf8(*text) || text->find('\0') != std::string::npos) {
      refuse_statement("22021", "server.parameter_bytes", {std::to_string(i + 1)});
    }
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
    if (found == portals_.end()) refuse_statement("34000", "server.no_portal", {describe.name});
    prepared = found->second->prepared.get();
    formats = found->second->formats;
  } else {
    const auto found = prepared_.find(describe.name);
    if (found == prepared_.end()) refuse_statement("26000", "server.no_statement", {describe.name});
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
  if (found == portals_.end()) refuse_statement("34000", "server.no_portal", {execute.portal});
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
