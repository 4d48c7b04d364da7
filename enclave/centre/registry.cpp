// Schema, bookkeeping and the texts behind the log's commitments.

#include "enclave/centre/registry.h"

#include <charconv>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view registry_format = "5";
constexpr std::string_view first_text_key = "texts-1";

// A BLOB that holds words is sealed (texts.h); `owner` names the key that seals it. History has no
// column that changes: what counts is told by the output's state. A query that was shown has no
// output, so its rows name none.
constexpr const char* schema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE text_keys (
  owner TEXT PRIMARY KEY, wrapped BLOB, erased_seq INTEGER, erased TEXT) STRICT;
CREATE TABLE commitments (
  id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL,
  salt BLOB NOT NULL, text BLOB NOT NULL) STRICT;
CREATE INDEX commitments_seq ON commitments (seq);
CREATE TABLE users (actor TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE roles (
  actor TEXT NOT NULL REFERENCES users, role TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (actor, role)) STRICT;
CREATE TABLE projects (
  name TEXT PRIMARY KEY, title BLOB NOT NULL, purpose BLOB NOT NULL, until TEXT NOT NULL,
  closed INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL) STRICT;
CREATE TABLE members (
  project TEXT NOT NULL REFERENCES projects, actor TEXT NOT NULL REFERENCES users,
  PRIMARY KEY (project, actor)) STRICT;
CREATE TABLE permits (
  id TEXT PRIMARY KEY, project TEXT NOT NULL REFERENCES projects, dataset TEXT NOT NULL,
  vintages TEXT NOT NULL, columns TEXT, rows TEXT NOT NULL, policy TEXT NOT NULL,
  until TEXT NOT NULL,
  granted TEXT NOT NULL, granted_seq INTEGER NOT NULL, revoked_seq INTEGER,
  document TEXT NOT NULL) STRICT;
CREATE TABLE permit_keys (
  key TEXT PRIMARY KEY, actor TEXT NOT NULL REFERENCES users, seq INTEGER NOT NULL) STRICT;
CREATE TABLE policies (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL,
  texts TEXT NOT NULL, installed TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
CREATE TABLE stores (
  id TEXT PRIMARY KEY, dataset TEXT NOT NULL, vintage TEXT NOT NULL, codebook TEXT NOT NULL,
  population TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, rows INTEGER NOT NULL,
  rejected INTEGER NOT NULL, sealed TEXT NOT NULL, sealed_seq INTEGER NOT NULL,
  superseded_by TEXT, key_name TEXT NOT NULL, erased TEXT, erased_seq INTEGER,
  UNIQUE (dataset, vintage)) STRICT;
CREATE TABLE sessions (
  id TEXT PRIMARY KEY, actor TEXT NOT NULL REFERENCES users, project TEXT NOT NULL,
  policy TEXT NOT NULL, policy_sha256 TEXT NOT NULL, language TEXT NOT NULL, opened TEXT NOT NULL,
  opened_seq INTEGER NOT NULL, closed TEXT, reason TEXT, uid INTEGER NOT NULL) STRICT;
CREATE TABLE session_stores (
  session TEXT NOT NULL REFERENCES sessions, store TEXT NOT NULL REFERENCES stores,
  PRIMARY KEY (session, store)) STRICT;
CREATE TABLE statements (
  started INTEGER PRIMARY KEY, session TEXT NOT NULL REFERENCES sessions, outcome TEXT,
  rows INTEGER, finished INTEGER) STRICT;
CREATE INDEX statements_open ON statements (session) WHERE finished IS NULL;
CREATE TABLE requests (
  id TEXT PRIMARY KEY, project TEXT NOT NULL, session TEXT NOT NULL REFERENCES sessions,
  actor TEXT NOT NULL REFERENCES users, policy TEXT NOT NULL, policy_sha256 TEXT NOT NULL,
  verdict TEXT NOT NULL, state TEXT NOT NULL, turn INTEGER NOT NULL, submitted TEXT NOT NULL,
  submitted_seq INTEGER NOT NULL, checked_seq INTEGER NOT NULL, decided TEXT NOT NULL,
  release_seq INTEGER, replaces TEXT NOT NULL) STRICT;
CREATE INDEX requests_replaces ON requests (replaces);
CREATE TABLE intents (
  seq INTEGER PRIMARY KEY, event TEXT NOT NULL, subject TEXT NOT NULL) STRICT;
CREATE TABLE outputs (
  request TEXT NOT NULL REFERENCES requests, number INTEGER NOT NULL, name BLOB NOT NULL,
  title BLOB NOT NULL, exception BLOB NOT NULL, sql BLOB NOT NULL, opaque INTEGER NOT NULL,
  dataset TEXT NOT NULL, population TEXT NOT NULL, tabulation TEXT NOT NULL, file BLOB NOT NULL,
  sha256 TEXT NOT NULL, cells INTEGER NOT NULL, statistics TEXT NOT NULL, judgement TEXT NOT NULL,
  cell_table TEXT NOT NULL, verdict TEXT NOT NULL, state TEXT NOT NULL,
  chart TEXT NOT NULL, claim BLOB NOT NULL, protection TEXT NOT NULL,
  PRIMARY KEY (request, number)) STRICT;
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY, request TEXT NOT NULL, output INTEGER NOT NULL, turn INTEGER NOT NULL,
  reviewer TEXT NOT NULL REFERENCES users, decision TEXT NOT NULL, comment BLOB NOT NULL,
  note BLOB NOT NULL, file_sha256 TEXT NOT NULL, policy_sha256 TEXT NOT NULL, time TEXT NOT NULL,
  seq INTEGER NOT NULL, FOREIGN KEY (request, output) REFERENCES outputs) STRICT;
CREATE TABLE comments (
  id INTEGER PRIMARY KEY, request TEXT NOT NULL REFERENCES requests, turn INTEGER NOT NULL,
  session TEXT NOT NULL REFERENCES sessions, actor TEXT NOT NULL REFERENCES users,
  words BLOB NOT NULL, time TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
CREATE INDEX comments_request ON comments (request);
CREATE TABLE revocations (
  request TEXT PRIMARY KEY REFERENCES requests, owner TEXT NOT NULL, actor TEXT NOT NULL,
  comment BLOB NOT NULL, time TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
CREATE TABLE waivers (
  id TEXT PRIMARY KEY, dataset TEXT NOT NULL, definition TEXT NOT NULL, reason BLOB NOT NULL,
  until TEXT NOT NULL, granted TEXT NOT NULL, actor TEXT NOT NULL REFERENCES users,
  seq INTEGER NOT NULL, revoked_seq INTEGER) STRICT;
CREATE TABLE releases (
  request TEXT NOT NULL, output INTEGER NOT NULL, file_name TEXT NOT NULL, sha256 TEXT NOT NULL,
  seq INTEGER NOT NULL, PRIMARY KEY (request, output),
  FOREIGN KEY (request, output) REFERENCES outputs) STRICT;
CREATE TABLE history (
  id INTEGER PRIMARY KEY, population TEXT NOT NULL, request TEXT NOT NULL, output INTEGER NOT NULL,
  project TEXT NOT NULL, opaque INTEGER NOT NULL, tabulation TEXT NOT NULL,
  kept INTEGER NOT NULL, seen INTEGER NOT NULL) STRICT;
CREATE INDEX history_population ON history (population);
CREATE TRIGGER history_is_kept BEFORE DELETE ON history
  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER history_is_final BEFORE UPDATE ON history
  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
)sql";

std::string meta_of(const RegistryFile& db, std::string_view key) {
  auto found = db.prepare("SELECT value FROM meta WHERE key = ?").with(key);
  return found.next() ? found.text(0) : std::string();
}

/// Where an older registry has none, its format is said first.
std::string text_key_of(const RegistryFile& db) {
  const auto format = meta_of(db, "format");
  if (format != registry_format) {
    throw EnclaveError(Fault::integrity, "centre.registry_format", {format});
  }
  return meta_of(db, "text_key");
}

/// A registry whose text key was destroyed is a copy from before an erasure.
KeyBytes text_key(const RegistryFile& db, const Keyring& keyring) {
  const auto name = text_key_of(db);
  if (!keyring.has(name)) throw EnclaveError(Fault::integrity, "centre.text_key_missing", {name});
  return keyring.key(name);
}

std::string commitment_place(std::uint64_t seq, std::string_view kind) {
  return "commitment " + std::to_string(seq) + " " + std::string(kind);
}

}  // namespace

std::string project_texts(std::string_view project) { return "project:" + std::string(project); }

void Registry::create(const std::filesystem::path& file, Keyring& keyring) {
  auto db = RegistryFile::create(file, keyring.create_key("registry"));
  (void)keyring.create_key(first_text_key);
  Change change(db);
  db.execute(schema);
  db.prepare("INSERT INTO meta (key, value) VALUES ('format', ?), ('text_key', ?)")
      .with(registry_format, first_text_key)
      .run();
  change.commit();
}

Registry::Registry(const std::filesystem::path& file, const Keyring& keyring)
    : Registry(RegistryFile::open(file, keyring.key("registry")), keyring) {}

Registry::Registry(RegistryFile db, const Keyring& keyring)
    : db_(std::move(db)), texts_(db_, text_key_of(db_), text_key(db_, keyring)) {}

std::string Registry::meta(std::string_view key) const { return meta_of(db_, key); }

void Registry::set_meta(std::string_view key, std::string_view value) {
  db_.prepare(
         "INSERT INTO meta (key, value) VALUES (?, ?)"
         " ON CONFLICT (key) DO UPDATE SET value = excluded.value")
      .with(key, value)
      .run();
}

std::uint64_t Registry::log_size() const {
  const auto stored = meta("log_size");
  std::uint64_t size = 0;
  const auto* end = stored.data() + stored.size();
  const auto read = std::from_chars(stored.data(), end, size);
  if (!stored.empty() && (read.ec != std::errc() || read.ptr != end)) {
    throw EnclaveError(Fault::integrity, "centre.registry_damaged");
  }
  return size;
}

void Registry::set_log_size(std::uint64_t size) { set_meta("log_size", std::to_string(size)); }

void Registry::add_commitment(const CommitmentRow& row, std::uint64_t seq) {
  const auto& text = row.text.value();
  const auto stored =
      row.owner.empty() ? text : texts_.seal(row.owner, commitment_place(seq, row.kind), text);
  db_.prepare("INSERT INTO commitments (seq, kind, owner, salt, text) VALUES (?, ?, ?, ?, ?)")
      .with(seq, row.kind, row.owner, Blob{row.salt}, Blob{stored})
      .run();
}

std::vector<CommitmentRow> Registry::commitments(std::uint64_t seq) const {
  std::vector<CommitmentRow> rows;
  auto found =
      db_.prepare("SELECT kind, owner, salt, text FROM commitments WHERE seq = ? ORDER BY id")
          .with(seq);
  while (found.next()) {
    CommitmentRow row{found.text(0), found.text(1), found.text(2), found.text(3)};
    if (!row.owner.empty()) {
      row.text = texts_.open(row.owner, commitment_place(seq, row.kind), *row.text);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void Registry::add_intent(const IntentRow& row) {
  db_.prepare("INSERT INTO intents (seq, event, subject) VALUES (?, ?, ?)")
      .with(row.seq, row.event, row.subject)
      .run();
}

void Registry::end_intent(std::string_view event, std::string_view subject) {
  db_.prepare("DELETE FROM intents WHERE event = ? AND subject = ?").with(event, subject).run();
}

std::vector<IntentRow> Registry::intents() const {
  std::vector<IntentRow> rows;
  auto found = db_.prepare("SELECT seq, event, subject FROM intents ORDER BY seq");
  while (found.next()) {
    rows.push_back({static_cast<std::uint64_t>(found.integer(0)), found.text(1), found.text(2)});
  }
  return rows;
}

}  // namespace sceau::enclave
