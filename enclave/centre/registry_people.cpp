// Users, roles, projects, permits.

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "enclave/centre/registry.h"

namespace sceau::enclave {
namespace {

std::optional<std::string> columns_to_text(const std::optional<std::vector<std::string>>& columns) {
  if (!columns) return std::nullopt;
  return nlohmann::json(*columns).dump();
}

std::optional<std::vector<std::string>> columns_from_text(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return nlohmann::json::parse(*text).get<std::vector<std::string>>();
}

PermitRow permit_row(const RegistryQuery& at) {
  PermitRow row;
  row.id = at.text(0);
  row.project = at.text(1);
  row.dataset = at.text(2);
  row.vintages = at.text(3);
  row.columns = columns_from_text(at.maybe_text(4));
  row.rows = at.text(5);
  row.policy = at.text(6);
  row.until = at.text(7);
  row.granted = at.text(8);
  row.revoked = !at.null(9);
  row.document = at.text(10);
  return row;
}

ProjectRow project_row(const Texts& texts, const RegistryQuery& at) {
  const auto name = at.text(0);
  const auto owner = project_texts(name);
  return {name,
          texts.open(owner, "project title", at.text(1)).value_or(""),
          texts.open(owner, "project purpose", at.text(2)).value_or(""),
          at.text(3),
          at.integer(4) != 0,
          at.text(5)};
}

}  // namespace

std::optional<std::string> Registry::find_actor(std::string_view name) const {
  auto found = db_.prepare("SELECT actor FROM users WHERE name = ?").with(name);
  if (!found.next()) return std::nullopt;
  return found.text(0);
}

void Registry::add_user(const UserRow& user) {
  db_.prepare("INSERT INTO users (actor, name) VALUES (?, ?)").with(user.actor, user.name).run();
}

std::string Registry::name_of(std::string_view actor) const {
  auto found = db_.prepare("SELECT name FROM users WHERE actor = ?").with(actor);
  return found.next() ? found.text(0) : std::string(actor);
}

bool Registry::has_role(std::string_view actor, std::string_view role) const {
  return db_.prepare("SELECT 1 FROM roles WHERE actor = ? AND role = ?").with(actor, role).next();
}

void Registry::add_role(std::string_view actor, std::string_view role, std::uint64_t seq) {
  db_.prepare("INSERT INTO roles (actor, role, seq) VALUES (?, ?, ?)").with(actor, role, seq).run();
}

bool Registry::remove_role(std::string_view actor, std::string_view role) {
  db_.prepare("DELETE FROM roles WHERE actor = ? AND role = ?").with(actor, role).run();
  return db_.changes() > 0;
}

std::vector<std::pair<UserRow, std::string>> Registry::roles() const {
  std::vector<std::pair<UserRow, std::string>> rows;
  auto found = db_.prepare(
      "SELECT u.actor, u.name, r.role FROM roles r JOIN users u USING (actor) ORDER BY 2, 3");
  while (found.next()) rows.push_back({{found.text(0), found.text(1)}, found.text(2)});
  return rows;
}

void Registry::add_project(const ProjectRow& row, const std::vector<std::string>& members) {
  const auto owner = project_texts(row.name);
  const auto title = texts_.seal(owner, "project title", row.title);
  const auto purpose = texts_.seal(owner, "project purpose", row.purpose);
  db_.prepare("INSERT INTO projects (name, title, purpose, until, created) VALUES (?, ?, ?, ?, ?)")
      .with(row.name, Blob{title}, Blob{purpose}, row.until, row.created)
      .run();
  for (const auto& actor : members) {
    db_.prepare("INSERT INTO members (project, actor) VALUES (?, ?)").with(row.name, actor).run();
  }
}

void Registry::close_project(std::string_view name) {
  db_.prepare("UPDATE projects SET closed = 1 WHERE name = ?").with(name).run();
}

std::optional<ProjectRow> Registry::project(std::string_view name) const {
  auto found = db_.prepare(
                      "SELECT name, title, purpose, until, closed, created FROM projects"
                      " WHERE name = ?")
                   .with(name);
  if (!found.next()) return std::nullopt;
  return project_row(texts_, found);
}

std::vector<ProjectRow> Registry::projects() const {
  std::vector<ProjectRow> rows;
  auto found =
      db_.prepare("SELECT name, title, purpose, until, closed, created FROM projects ORDER BY 1");
  while (found.next()) rows.push_back(project_row(texts_, found));
  return rows;
}

std::vector<std::string> Registry::members(std::string_view project) const {
  std::vector<std::string> actors;
  auto found =
      db_.prepare("SELECT actor FROM members WHERE project = ? ORDER BY rowid").with(project);
  while (found.next()) actors.push_back(found.text(0));
  return actors;
}

bool Registry::is_member(std::string_view project, std::string_view actor) const {
  return db_.prepare("SELECT 1 FROM members WHERE project = ? AND actor = ?")
      .with(project, actor)
      .next();
}

std::string Registry::take_permit_id() {
  const auto last = meta("last_permit");
  const long long number = (last.empty() ? 0 : std::atoll(last.c_str())) + 1;
  set_meta("last_permit", std::to_string(number));
  char id[32];
  std::snprintf(id, sizeof id, "P-%06lld", number);
  return id;
}

void Registry::add_permit(const PermitRow& row, std::uint64_t seq) {
  db_.prepare(
         "INSERT INTO permits (id, project, dataset, vintages, columns, rows, policy, until,"
         " granted, granted_seq, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .with(row.id, row.project, row.dataset, row.vintages, columns_to_text(row.columns), row.rows,
            row.policy, row.until, row.granted, seq, row.document)
      .run();
}

void Registry::add_permit_key(const PermitKeyRow& row) {
  db_.prepare("INSERT INTO permit_keys (key, actor, seq) VALUES (?, ?, ?)")
      .with(row.key, row.actor, row.seq)
      .run();
}

std::vector<PermitKeyRow> Registry::permit_keys() const {
  std::vector<PermitKeyRow> rows;
  auto found = db_.prepare("SELECT key, actor, seq FROM permit_keys ORDER BY seq, key");
  while (found.next()) {
    rows.push_back({found.text(0), found.text(1), static_cast<std::uint64_t>(found.integer(2))});
  }
  return rows;
}

void Registry::revoke_permit(std::string_view id, std::uint64_t seq) {
  db_.prepare("UPDATE permits SET revoked_seq = ? WHERE id = ?").with(seq, id).run();
}

std::optional<PermitRow> Registry::permit(std::string_view id) const {
  auto found =
      db_.prepare(
             "SELECT id, project, dataset, vintages, columns, rows, policy, until, granted,"
             " revoked_seq, document FROM permits WHERE id = ?")
          .with(id);
  if (!found.next()) return std::nullopt;
  return permit_row(found);
}

std::vector<PermitRow> Registry::permits(std::string_view project) const {
  std::vector<PermitRow> rows;
  auto found =
      db_.prepare(
             "SELECT id, project, dataset, vintages, columns, rows, policy, until, granted,"
             " revoked_seq, document FROM permits WHERE ?1 = '' OR project = ?1 ORDER BY id")
          .with(project);
  while (found.next()) rows.push_back(permit_row(found));
  return rows;
}

std::vector<std::string> Registry::revoked_permits() const {
  std::vector<std::string> ids;
  auto found = db_.prepare("SELECT id FROM permits WHERE revoked_seq IS NOT NULL ORDER BY id");
  while (found.next()) ids.push_back(found.text(0));
  return ids;
}

}  // namespace sceau::enclave
