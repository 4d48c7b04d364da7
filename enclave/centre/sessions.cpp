// Sessions and their statements: opened when permit, project and person agree, and each statement
// on the disk before it runs.

#include "enclave/centre/sessions.h"

#include "disclosure/condition_json.h"
#include "enclave/centre/access.h"

namespace sceau::enclave {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

void record_refused(Centre::State& state, const Person& person, const std::string& project,
                    const std::string& reason) {
  auto change = state.registry.begin();
  const auto actor = ensure_user(state, person.user);
  Fields fields = {{"reason", reason}};
  if (state.registry.project(project)) fields["project"] = project;
  state.journal.record("session.refused", actor, std::move(fields));
  change.commit();
}

[[noreturn]] void refuse_session(Centre::State& state, const Person& person,
                                 const std::string& project, const Refusal& refusal) {
  record_refused(state, person, project, refusal.reason);
  throw EnclaveError(Fault::not_permitted, refusal.id, refusal.args);
}

std::optional<std::string> rows_text(const PermitRow& permit) {
  if (permit.rows.empty()) return std::nullopt;
  return disclosure::describe(disclosure::condition_from_json(permit.rows));
}

/// Rows of sceau.permit: permit, project, store, vintages, columns, policy, until, rows.
std::vector<std::vector<std::optional<std::string>>> permit_rows(const Access& access) {
  std::vector<std::vector<std::optional<std::string>>> rows;
  for (const auto& [name, dataset] : access.datasets) {
    std::vector<std::string> vintages;
    for (const auto& store : dataset.stores) vintages.push_back(store.vintage);
    std::optional<std::string> columns;
    if (dataset.permit.columns) columns = joined(*dataset.permit.columns);
    rows.push_back({dataset.permit.id, access.project.name, name, joined(vintages), columns,
                    access.policy.row.name, dataset.permit.until, rows_text(dataset.permit)});
  }
  return rows;
}

SessionGrant grant_of(const Centre::State& state, const Access& access) {
  SessionGrant grant;
  grant.project = access.project.name;
  grant.policy = {access.policy.row.name, access.policy.row.texts};
  grant.permit_rows = permit_rows(access);
  grant.aggregates = access.policy.policy.exploration == policies::Exploration::aggregates;
  if (!grant.aggregates) grant.pseudonyms = project_key(state, grant.project);
  for (const auto& [name, dataset] : access.datasets) {
    if (grant.aggregates) {
      // Who sees what the gate shows, and nothing else, needs no key.
      DatasetOutline outline{{},
                             dataset.stores.back().codebook,
                             columns_of(dataset.permit),
                             !dataset.permit.rows.empty()};
      for (const auto& store : dataset.stores) outline.vintages.push_back(store.vintage);
      grant.outlines.push_back(std::move(outline));
      continue;
    }
    auto data = open_dataset(state, dataset);
    if (!dataset.permit.rows.empty()) {
      data.rows = disclosure::condition_from_json(dataset.permit.rows);
    }
    grant.datasets.push_back(std::move(data));
  }
  return grant;
}

void record_opened(Centre::State& state, const SessionGrant& grant, const Access& access,
                   std::uint32_t uid) {
  auto change = state.registry.begin();
  const auto seq = state.journal.size();
  state.registry.add_session({grant.session, grant.actor, grant.project, access.policy.row.name,
                              access.policy.row.sha256, grant.language, state.now(), "", "", uid},
                             seq);
  state.journal.record("session.opened", grant.actor,
                       {{"project", grant.project},
                        {"session", grant.session},
                        {"policy", access.policy.row.sha256}});
  for (const auto& [name, dataset] : access.datasets) {
    for (const auto& store : dataset.stores) {
      state.registry.add_session_store(grant.session, store.id);
      state.journal.record("store.opened", grant.actor,
                           {{"session", grant.session}, {"store", name_of(store)}});
    }
  }
  change.commit();
}

/// In the log a statement is called by its entry's number there.
std::int64_t number_in_log(const Centre::State& state, std::uint64_t seq) {
  return static_cast<std::int64_t>(state.journal.chain().place_of(seq).seq);
}

/// A permit that ends or is revoked ends what its open sessions may do, at their next statement.
void check_still_permitted(Centre::State& state, const SessionRow& session) {
  const Person person{state.registry.name_of(session.actor), session.uid};
  const auto answer = access_of(state, person, session.project);
  if (const auto* refusal = std::get_if<Refusal>(&answer)) {
    refuse_session(state, person, session.project, *refusal);
  }
}

}  // namespace

SessionRow open_session_row(const Centre::State& state, const std::string& session) {
  auto row = state.registry.session(session);
  if (!row || !row->closed.empty()) {
    throw EnclaveError(Fault::not_permitted, "centre.session_closed");
  }
  return *row;
}

void finish_statement(Centre::State& state, const SessionRow& session, std::uint64_t started,
                      const std::string& outcome, std::uint64_t rows, const std::string& by) {
  const auto seq = state.journal.record("statement.finished", by,
                                        {{"outcome", outcome},
                                         {"rows", static_cast<std::int64_t>(rows)},
                                         {"session", session.id},
                                         {"statement", number_in_log(state, started)}});
  state.registry.finish_statement(started, outcome, rows, seq);
}

void end_session(Centre::State& state, const SessionRow& session, const std::string& reason,
                 const std::string& by) {
  for (const auto& statement : state.registry.unfinished_statements(session.id)) {
    finish_statement(state, session, statement.started, reason, 0, by);
  }
  state.journal.record("session.closed", by, {{"reason", reason}, {"session", session.id}});
  state.registry.close_session(session.id, state.now(), reason);
}

SessionGrant Centre::open_session(const Person& person, const std::string& project,
                                  const std::string& language) {
  const Held held(state_->mutex);
  auto& state = *state_;
  const auto answer = access_of(state, person, project);
  if (const auto* refusal = std::get_if<Refusal>(&answer)) {
    refuse_session(state, person, project, *refusal);
  }
  const auto& access = std::get<Access>(answer);
  SessionGrant grant;
  try {
    grant = grant_of(state, access);
  } catch (const EnclaveError&) {
    record_refused(state, person, project, "store");  // one isn't the file that was sealed
    throw;
  }
  grant.session = "s-" + random_hex(16);
  grant.actor = *state.registry.find_actor(person.user);
  grant.user = person.user;
  grant.language = language;
  record_opened(state, grant, access, person.uid);
  return grant;
}

void Centre::close_session(const std::string& session, const std::string& reason) {
  const Held held(state_->mutex);
  const auto row = state_->registry.session(session);
  if (!row || !row->closed.empty()) return;
  auto change = state_->registry.begin();
  end_session(*state_, *row, reason, row->actor);
  change.commit();
}

std::uint64_t Centre::statement_started(const std::string& session, const std::string& text) {
  const Held held(state_->mutex);
  const auto row = open_session_row(*state_, session);
  check_still_permitted(*state_, row);
  auto change = state_->registry.begin();
  const auto seq = state_->journal.size();
  state_->registry.add_statement({seq, session});
  state_->journal.record("statement.started", row.actor,
                         {{"session", session}, {"statement", number_in_log(*state_, seq)}},
                         {{"commitment", "statement", session, text}});
  change.commit();
  return seq;
}

void Centre::statement_finished(const std::string& session, std::uint64_t started,
                                const std::string& outcome, std::uint64_t rows) {
  const Held held(state_->mutex);
  const auto row = open_session_row(*state_, session);
  auto change = state_->registry.begin();
  const auto open = state_->registry.unfinished_statements(session);
  const bool known = std::any_of(open.begin(), open.end(),
                                 [&](const auto& one) { return one.started == started; });
  if (!known) throw EnclaveError(Fault::usage, "centre.no_statement");
  finish_statement(*state_, row, started, outcome, rows, row.actor);
  change.commit();
}

}  // namespace sceau::enclave
