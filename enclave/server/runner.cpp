#include "enclave/server/runner.h"

#include <algorithm>

#include "enclave/fault.h"
#include "enclave/messages.h"
#include "enclave/server/acro_claims.h"
#include "enclave/server/notices.h"
#include "enclave/server/shown.h"

namespace sceau::enclave {
namespace {

Outcome command(std::string tag) {
  Outcome outcome;
  outcome.tag = std::move(tag);
  return outcome;
}

Outcome with_warning(std::string tag, std::string_view id, std::string sqlstate,
                     std::string_view language) {
  auto outcome = command(std::move(tag));
  pg::Report warning;
  warning.severity = pg::Severity::warning;
  warning.sqlstate = std::move(sqlstate);
  warning.message = text(id, {}, language);
  warning.hint = hint(id, {}, language);
  outcome.notices.push_back(std::move(warning));
  return outcome;
}

Outcome rows_outcome(std::string tag, std::vector<sql::ResultColumn> columns,
                     std::unique_ptr<RowSource> rows) {
  auto outcome = command(std::move(tag));
  outcome.shape = Outcome::Shape::rows;
  outcome.columns = std::move(columns);
  outcome.rows = std::move(rows);
  return outcome;
}

/// A literal, or the text of a parameter; NULL names nothing.
std::string word_of(const std::string& literal, int parameter, const Values& values) {
  const auto at = static_cast<std::size_t>(parameter - 1);
  return parameter == 0 ? literal : values.at(at).value_or("");
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  return result;
}

}  // namespace

Runner::Runner(const SessionGrant& grant, Gate& gate, Workbench& workbench,
               Interruption& interruption)
    : language_(grant.language),
      aggregates_(grant.aggregates),
      longest_(std::chrono::seconds(std::max<std::int64_t>(1, grant.statement_timeout_s))),
      time_limit_(longest_),
      gate_(gate),
      workbench_(workbench),
      interruption_(interruption),
      pending_(gate) {}

Outcome Runner::run(const sql::Statement& statement, const Values& values) {
  switch (statement.kind) {
    case sql::StatementKind::empty:
      return command("");
    case sql::StatementKind::select:
    case sql::StatementKind::show:
    case sql::StatementKind::copy_stdout:
      return select(statement, values);
    case sql::StatementKind::explain:
      return explain(statement, values);
    case sql::StatementKind::explain_disclosure:
      return explain_disclosure(statement, values);
    case sql::StatementKind::explain_propose:
      return explain_propose(statement, values);
    case sql::StatementKind::copy_file:
      return copy_file(statement, values);
    case sql::StatementKind::egress:
      return egress(statement, values);
    case sql::StatementKind::acro:
      return acro(statement, values);
    case sql::StatementKind::begin:
      return begin();
    case sql::StatementKind::commit:
      return commit();
    case sql::StatementKind::rollback:
      return rollback();
    case sql::StatementKind::withdraw:
      gate_.withdraw(word_of(statement.request, statement.request_parameter, values));
      return command("CALL");
    case sql::StatementKind::comment:
      gate_.comment(word_of(statement.request, statement.request_parameter, values),
                    word_of(statement.value, statement.content_parameter, values));
      return command("CALL");
    case sql::StatementKind::set:
      return set(statement);
    case sql::StatementKind::reset:
      if (lower(statement.name) == "statement_timeout" || lower(statement.name) == "all") {
        time_limit_ = longest_;
      }
      return command("RESET");
    case sql::StatementKind::discard:
      return command("DISCARD ALL");
    case sql::StatementKind::deallocate:
      return command(statement.name.empty() ? "DEALLOCATE ALL" : "DEALLOCATE");
  }
  return command("");
}

Outcome Runner::select(const sql::Statement& statement, const Values& values) {
  const auto plan = sql::plan_select(statement, workbench_.catalog(), values);
  const bool show = statement.kind == sql::StatementKind::show;
  auto outcome = aggregates_ && sql::reads_data(statement)
                     ? see(statement, plan)
                     : rows_outcome(show ? "SHOW" : "SELECT", plan.columns,
                                    workbench_.run(plan, interruption_));
  if (statement.kind == sql::StatementKind::copy_stdout && !outcome.refusal) {
    outcome.shape = Outcome::Shape::copy_out;
    outcome.tag = "COPY";
    outcome.copy = statement.copy;
  }
  return outcome;
}

/// Asks the gate, and shows what comes back: never a row that it didn't let out.
Outcome Runner::see(const sql::Statement& statement, const sql::Plan& plan) {
  Outcome outcome;
  if (!plan.tabulation) {
    outcome.refusal = aggregates_only(reason_of(plan), language_);
    return outcome;
  }
  auto draft = draft_of_explain(statement, plan);
  draft.name = "query";
  const auto seen = gate_.see(draft);
  if (seen.judged.judgement.verdict != disclosure::Verdict::pass) {
    outcome.refusal = not_shown(seen.judged, language_);
    return outcome;
  }
  return rows_outcome("SELECT", plan.columns, rows_of(shown_rows(seen.cells, *plan.tabulation)));
}

Outcome Runner::explain(const sql::Statement& statement, const Values& values) {
  const auto plan = sql::plan_select(statement, workbench_.catalog(), values);
  if (aggregates_ && sql::reads_data(statement)) {
    const auto line = plan.tabulation ? text("server.gate_answers", {})
                                      : aggregates_only(reason_of(plan), language_).message;
    return rows_outcome("EXPLAIN", statement.columns, rows_of({{line}}));
  }
  return rows_outcome("EXPLAIN", statement.columns, rows_of(workbench_.explain(plan)));
}

Outcome Runner::explain_disclosure(const sql::Statement& statement, const Values& values) {
  const auto plan = sql::plan_select(statement, workbench_.catalog(), values);
  const auto judged = pending_.explain(draft_of_explain(statement, plan));
  return rows_outcome("EXPLAIN", statement.columns, rows_of(disclosure_rows(judged, language_)));
}

Outcome Runner::explain_propose(const sql::Statement& statement, const Values& values) {
  const auto plan = sql::plan_select(statement, workbench_.catalog(), values);
  if (!plan.tabulation) {
    throw EnclaveError(Fault::usage, "protect.no_table", {finding_text(reason_of(plan), "en")});
  }
  auto draft = draft_of_explain(statement, plan);
  draft.propose = true;
  const auto judged = pending_.explain(draft);
  return rows_outcome("EXPLAIN", statement.columns, rows_of(proposal_rows(judged, language_)));
}

std::vector<sql::Row> Runner::last_request_rows() const {
  if (!last_) return {};
  std::size_t findings = 0;
  for (const auto& output : last_->outputs) findings += output.judgement.findings.size();
  return {{last_->request, last_->state, std::string(to_string(last_->verdict)),
           std::to_string(last_->outputs.size()), std::to_string(findings)}};
}

/// A notice, or instead of the completion the refusal.
void Runner::tell(const Submission& submission, Outcome& outcome) {
  last_ = submission;
  auto report = submission_report(submission, language_);
  if (is_returned(submission)) {
    outcome.refusal = std::move(report);
  } else {
    outcome.notices.push_back(std::move(report));
  }
}

/// Asks at once, or keeps the draft for the end of the transaction.
std::vector<JudgedOutput> Runner::ask(OutputDraft draft, Outcome& outcome) {
  if (mode_ != Mode::none) {
    auto judged = pending_.add(std::move(draft));
    outcome.notices.push_back(pending_notice(judged, language_));
    std::vector<JudgedOutput> outputs;
    outputs.push_back(std::move(judged));
    return outputs;
  }
  auto submission = pending_.submit_with(std::move(draft));
  tell(submission, outcome);
  return std::move(submission.outputs);
}

Outcome Runner::copy_file(const sql::Statement& statement, const Values& values) {
  const auto plan = sql::plan_select(statement, workbench_.catalog(), values);
  if (aggregates_ && !plan.tabulation && sql::reads_data(statement)) {
    Outcome refused;
    refused.refusal = aggregates_only(reason_of(plan), language_);
    return refused;
  }
  auto copy = draft_of_copy(statement, plan, workbench_, interruption_);
  const bool opaque = !copy.draft.tabulation;
  Outcome outcome;
  const auto outputs = ask(std::move(copy.draft), outcome);
  outcome.tag = "COPY " + std::to_string(opaque ? copy.rows : cells_of(outputs));
  return outcome;
}

Outcome Runner::egress(const sql::Statement& statement, const Values& values) {
  Outcome outcome;
  ask(draft_of_egress(statement, values), outcome);
  const bool pending = mode_ != Mode::none;
  outcome.shape = Outcome::Shape::rows;
  outcome.tag = "SELECT";
  outcome.columns = statement.columns;
  outcome.rows = rows_of({{pending ? text("server.pending", {}, language_) : last_->request}});
  return outcome;
}

Outcome Runner::acro(const sql::Statement& statement, const Values& values) {
  const auto claims =
      read_acro_results(word_of(statement.value, statement.content_parameter, values));
  const auto taken = pending_.claim(claims);
  Outcome outcome;
  outcome.shape = Outcome::Shape::rows;
  outcome.tag = "SELECT";
  outcome.columns = statement.columns;
  outcome.rows = rows_of(
      {{text("acro.taken", {std::to_string(taken), std::to_string(claims.size())}, language_)}});
  return outcome;
}

Outcome Runner::begin() {
  if (mode_ == Mode::block)
    return with_warning("BEGIN", "server.in_transaction", "25001", language_);
  mode_ = Mode::block;
  return command("BEGIN");
}

Outcome Runner::commit() {
  const bool in_block = mode_ == Mode::block;
  if (in_block) mode_ = Mode::none;
  auto outcome = in_block ? command("COMMIT")
                          : with_warning("COMMIT", "server.no_transaction", "25P01", language_);
  if (pending_.empty()) return outcome;
  tell(pending_.submit(), outcome);
  return outcome;
}

Outcome Runner::rollback() {
  const bool in_block = mode_ == Mode::block;
  if (in_block) mode_ = Mode::none;
  pending_.drop();
  return in_block ? command("ROLLBACK")
                  : with_warning("ROLLBACK", "server.no_transaction", "25P01", language_);
}

Outcome Runner::set(const sql::Statement& statement) {
  const auto name = lower(statement.name);
  if (name == "statement_timeout") {
    const auto limit = parse_time_limit(statement.value);
    if (!limit) throw EnclaveError(Fault::bad_input, "server.bad_time_limit");
    time_limit_ = limit->count() == 0 ? longest_ : std::min(*limit, longest_);
  }
  if (name == "client_encoding") {
    const auto encoding = lower(statement.value);
    if (encoding != "utf8" && encoding != "utf-8" && encoding != "unicode") {
      throw EnclaveError(Fault::bad_input, "server.only_utf8");
    }
  }
  if (name == "lc_messages" && language_of_locale(statement.value) != language_) {
    return with_warning("SET", "server.language_at_start", "01000", language_);
  }
  return command("SET");
}

void Runner::preset(const std::string& name, const std::string& value) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
  if (!plain) throw EnclaveError(Fault::bad_input, "server.bad_setting");
  std::string quoted;
  for (const char c : value) quoted += c == '\'' ? std::string(2, c) : std::string(1, c);
  for (const auto& statement :
       sql::prepare("SET " + name + " TO '" + quoted + "'", workbench_.catalog(), {})) {
    (void)run(statement, {});
  }
}

void Runner::begin_message() {
  if (mode_ == Mode::none) mode_ = Mode::message;
}

std::optional<pg::Report> Runner::end_message() {
  if (mode_ != Mode::message) return std::nullopt;
  mode_ = Mode::none;
  if (pending_.empty()) return std::nullopt;
  Outcome outcome;
  tell(pending_.submit(), outcome);
  return outcome.refusal ? std::move(*outcome.refusal) : std::move(outcome.notices.front());
}

void Runner::abandon_message() {
  if (mode_ != Mode::message) return;
  mode_ = Mode::none;
  pending_.drop();
}

}  // namespace sceau::enclave
