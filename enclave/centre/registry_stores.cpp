// Policies, stores, sessions and statements.

#include <nlohmann/json.hpp>

#include "enclave/centre/registry.h"

namespace sceau::enclave {
namespace {

PolicyRow policy_row(const RegistryQuery& at) {
  using Texts = std::vector<std::pair<std::string, std::string>>;
  return {at.text(0), at.text(1), at.text(2), nlohmann::json::parse(at.text(3)).get<Texts>(),
          at.text(4)};
}

StoreRow store_row(const RegistryQuery& at) {
  StoreRow row;
  row.id = at.text(0);
  row.dataset = at.text(1);
  row.vintage = at.text(2);
  row.codebook = at.text(3);
  row.population = at.text(4);
  row.size = static_cast<std::uint64_t>(at.integer(5));
  row.sha256 = at.text(6);
  row.rows = static_cast<std::uint64_t>(at.integer(7));
  row.rejected = static_cast<std::uint64_t>(at.integer(8));
  row.sealed = at.text(9);
  row.superseded = !at.null(10);
  row.superseded_by = at.text(10);
  return row;
}

SessionRow session_row(const RegistryQuery& at) {
  return {
      at.text(0), at.text(1), at.text(2), at.text(3), at.text(4),
      at.text(5), at.text(6), at.text(7), at.text(8), static_cast<std::uint32_t>(at.integer(9))};
}

}  // namespace

void Registry::add_policy(const PolicyRow& row, std::uint64_t seq) {
  db_.prepare(
         "INSERT INTO policies (name, version, sha256, texts, installed, seq)"
         " VALUES (?, ?, ?, ?, ?, ?)")
      .with(row.name, row.version, row.sha256, nlohmann::json(row.texts).dump(), row.installed, seq)
      .run();
}

std::optional<PolicyRow> Registry::policy(std::string_view name) const {
  auto found = db_.prepare(
                      "SELECT name, version, sha256, texts, installed FROM policies"
                      " WHERE name = ? ORDER BY id DESC LIMIT 1")
                   .with(name);
  if (!found.next()) return std::nullopt;
  return policy_row(found);
}

std::optional<PolicyRow> Registry::policy(std::string_view name, std::string_view sha256) const {
  auto found = db_.prepare(
                      "SELECT name, version, sha256, texts, installed FROM policies"
                      " WHERE name = ? AND sha256 = ? ORDER BY id DESC LIMIT 1")
                   .with(name, sha256);
  if (!found.next()) return std::nullopt;
  return policy_row(found);
}

std::vector<PolicyRow> Registry::policies() const {
  std::vector<PolicyRow> rows;
  auto found = db_.prepare(
      "SELECT name, version, sha256, texts, installed FROM policies"
      " WHERE id IN (SELECT max(id) FROM policies GROUP BY name) ORDER BY name");
  while (found.next()) rows.push_back(policy_row(found));
  return rows;
}

void Registry::add_store(const StoreRow& row, std::uint64_t seq) {
  db_.prepare(
         "INSERT INTO stores (id, dataset, vintage, codebook, population, size, sha256, rows,"
         " rejected, sealed, sealed_seq, key_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .with(row.id, row.dataset, row.vintage, row.codebook, row.population, row.size, row.sha256,
            row.rows, row.rejected, row.sealed, seq, "store-" + row.id)
      .run();
}

void Registry::supersede_store(std::string_view id, std::string_view by) {
  db_.prepare("UPDATE stores SET superseded_by = ? WHERE id = ?").with(by, id).run();
}

std::optional<StoreRow> Registry::store(std::string_view dataset, std::string_view vintage) const {
  auto found = db_.prepare(
                      "SELECT id, dataset, vintage, codebook, population, size, sha256, rows,"
                      " rejected, sealed, superseded_by FROM stores"
                      " WHERE dataset = ? AND vintage = ? AND erased IS NULL")
                   .with(dataset, vintage);
  if (!found.next()) return std::nullopt;
  return store_row(found);
}

std::vector<StoreRow> Registry::stores() const {
  std::vector<StoreRow> rows;
  auto found = db_.prepare(
      "SELECT id, dataset, vintage, codebook, population, size, sha256, rows, rejected, sealed,"
      " superseded_by FROM stores WHERE erased IS NULL ORDER BY dataset, vintage");
  while (found.next()) rows.push_back(store_row(found));
  return rows;
}

std::string Registry::store_key(std::string_view id) const {
  auto found = db_.prepare("SELECT key_name FROM stores WHERE id = ?").with(id);
  return found.next() ? found.text(0) : std::string();
}

void Registry::rekey_store(std::string_view id, std::string_view key, std::uint64_t size,
                           std::string_view sha256) {
  db_.prepare("UPDATE stores SET key_name = ?, size = ?, sha256 = ? WHERE id = ?")
      .with(key, size, sha256, id)
      .run();
}

void Registry::erase_store(std::string_view id, std::string_view time, std::uint64_t seq) {
  db_.prepare("UPDATE stores SET erased = ?, erased_seq = ? WHERE id = ?")
      .with(time, seq, id)
      .run();
}

std::vector<Registry::ErasedStore> Registry::erased_stores() const {
  std::vector<ErasedStore> rows;
  auto found = db_.prepare(
      "SELECT id, dataset, vintage, erased, erased_seq FROM stores WHERE erased IS NOT NULL"
      " ORDER BY erased_seq");
  while (found.next()) {
    rows.push_back({found.text(0), found.text(1), found.text(2), found.text(3),
                    static_cast<std::uint64_t>(found.integer(4))});
  }
  return rows;
}

std::string Registry::session_with(std::string_view store) const {
  auto found = db_.prepare(
                      "SELECT id FROM sessions JOIN session_stores ON session = id"
                      " WHERE store = ? AND closed IS NULL ORDER BY opened_seq")
                   .with(store);
  return found.next() ? found.text(0) : std::string();
}

void Registry::add_session(const SessionRow& row, std::uint64_t seq) {
  db_.prepare(
         "INSERT INTO sessions (id, actor, project, policy, policy_sha256, language, opened,"
         " opened_seq, uid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .with(row.id, row.actor, row.project, row.policy, row.policy_sha256, row.language, row.opened,
            seq, static_cast<std::int64_t>(row.uid))
      .run();
}

void Registry::add_session_store(std::string_view session, std::string_view store) {
  db_.prepare("INSERT INTO session_stores (session, store) VALUES (?, ?)")
      .with(session, store)
      .run();
}

void Registry::close_session(std::string_view id, std::string_view time, std::string_view reason) {
  db_.prepare("UPDATE sessions SET closed = ?, reason = ? WHERE id = ?")
      .with(time, reason, id)
      .run();
}

std::optional<SessionRow> Registry::session(std::string_view id) const {
  auto found = db_.prepare(
                      "SELECT id, actor, project, policy, policy_sha256, language, opened,"
                      " closed, reason, uid FROM sessions WHERE id = ?")
                   .with(id);
  if (!found.next()) return std::nullopt;
  return session_row(found);
}

std::vector<SessionRow> Registry::open_sessions() const {
  std::vector<SessionRow> rows;
  auto found = db_.prepare(
      "SELECT id, actor, project, policy, policy_sha256, language, opened, closed, reason, uid"
      " FROM sessions WHERE closed IS NULL ORDER BY opened_seq");
  while (found.next()) rows.push_back(session_row(found));
  return rows;
}

std::vector<SessionRow> Registry::sessions(std::string_view project) const {
  std::vector<SessionRow> rows;
  auto found = db_.prepare(
                      "SELECT id, actor, project, policy, policy_sha256, language, opened, closed,"
                      " reason, uid FROM sessions WHERE project = ? ORDER BY opened_seq")
                   .with(project);
  while (found.next()) rows.push_back(session_row(found));
  return rows;
}

void Registry::add_statement(const StatementRow& row) {
  db_.prepare("INSERT INTO statements (started, session) VALUES (?, ?)")
      .with(row.started, row.session)
      .run();
}

void Registry::finish_statement(std::uint64_t started, std::string_view outcome, std::uint64_t rows,
                                std::uint64_t seq) {
  db_.prepare("UPDATE statements SET outcome = ?, rows = ?, finished = ? WHERE started = ?")
      .with(outcome, rows, seq, started)
      .run();
}

std::vector<StatementRow> Registry::unfinished_statements(std::string_view session) const {
  std::vector<StatementRow> rows;
  auto found = db_.prepare(
                      "SELECT started, session FROM statements WHERE finished IS NULL"
                      " AND (?1 = '' OR session = ?1) ORDER BY started")
                   .with(session);
  while (found.next()) {
    rows.push_back({static_cast<std::uint64_t>(found.integer(0)), found.text(1)});
  }
  return rows;
}

}  // namespace sceau::enclave
