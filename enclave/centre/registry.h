#pragma once
// What the centre remembers: people, projects, permits, stores, policies, sessions, requests,
// decisions, releases, the release history, and the texts behind the log's commitments. One
// SQLCipher file, one writer. Rows are plain structs; the registry decides nothing. SQL stands in
// registry*.cpp and texts.cpp alone.
//
// Words of people (SQL, names, titles, reasons, purposes, comments) are sealed on their way in and
// opened on their way out, under a key of their session or project (texts.h); once that key is
// erased the rows stay and the words are "".
//
// A change is made inside begin() … commit(), with its entry in the log between the two
// (journal.h).

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "enclave/centre/registry_file.h"
#include "enclave/centre/texts.h"
#include "enclave/keys/keyring.h"

namespace sceau::enclave {

struct UserRow {
  std::string actor;  ///< "u-" + 8 hex digits, as in the log
  std::string name;
};

struct ProjectRow {
  std::string name, title, purpose;
  std::string until;  ///< ISO date, that day included
  bool closed = false;
  std::string created;  ///< time of the log entry
};

struct PermitRow {
  std::string id;  ///< "P-000001"
  std::string project, dataset;
  std::string vintages;                             ///< "", "2021", "2019-2024", "2019,2021"
  std::optional<std::vector<std::string>> columns;  ///< none: all that are not hidden
  std::string rows;  ///< which rows, as disclosure::to_json(Condition); empty: all
  std::string policy, until;
  std::string granted;  ///< time
  bool revoked = false;
  std::string document;  ///< as a custodian signed it (permit_document.h)
};

/// A key whose signature makes a permit.
struct PermitKeyRow {
  std::string key;    ///< "NAME+HASH+KEY" (audit/key.h)
  std::string actor;  ///< whose it is
  std::uint64_t seq = 0;
};

struct StoreRow {
  std::string id, dataset, vintage;
  std::string codebook;  ///< TOML
  std::string population;
  std::uint64_t size = 0;
  std::string sha256;
  std::uint64_t rows = 0, rejected = 0;
  std::string sealed;  ///< time
  bool superseded = false;
  std::string superseded_by;  ///< id of the store that replaced it
};

struct PolicyRow {
  std::string name, version;
  std::string sha256;  ///< of the resolved policy's canonical text
  std::vector<std::pair<std::string, std::string>> texts;  ///< its own TOML, then what it extends
  std::string installed;
};

struct SessionRow {
  std::string id, actor, project, policy, policy_sha256, language, opened, closed, reason;
  std::uint32_t uid = 0;  ///< of the person who opened it
};

struct StatementRow {
  std::uint64_t started = 0;  ///< seq
  std::string session;
};

struct RequestRow {
  std::string id;  ///< "R-2026-000001"
  std::string project, session, actor, policy, policy_sha256;
  std::string verdict, state;
  int turn = 1;
  std::string submitted;  ///< time
  std::uint64_t submitted_seq = 0;
  std::uint64_t checked_seq = 0;             ///< the entry whose commitment binds the outputs
  std::optional<std::uint64_t> release_seq;  ///< release.started, once there is one
  std::string decided;   ///< time of the last decision or change of state; may be empty
  std::string replaces;  ///< the request whose next turn this one is; or empty
};

struct OutputRow {
  std::string request;
  int number = 1;  ///< 1-based
  std::string name, title, exception, sql;
  bool opaque = false;
  std::string dataset, population;
  std::string tabulation;  ///< disclosure::to_json; empty where opaque
  std::string file;        ///< bytes that would leave
  std::string sha256;      ///< hex of `file` at submission
  std::uint64_t cells = 0;
  std::vector<std::string> statistics;
  std::string judgement;  ///< judgement_json.h
  std::string table;      ///< the examiner's cells and evidence, JSON
  std::string verdict, state;
  std::string chart;    ///< disclosure::to_string; empty: a table, or opaque
  std::string protection;  ///< where a safe version was asked for, JSON (protection_json.h); or empty
  std::string claim;    ///< what another tool said of it, JSON (acro_claims.h); or empty
  bool erased = false;  ///< name, title, exception and sql are gone
};

struct DecisionRow {
  std::string request;
  int output = 1;
  int turn = 1;
  std::string reviewer;  ///< actor
  std::string decision;  ///< "approve" | "return" | "reject"
  std::string comment, note;
  std::string file_sha256, policy_sha256;
  std::string time;
  std::uint64_t seq = 0;
};

/// What a member of the project said about a request.
struct CommentRow {
  std::string request;
  int turn = 1;
  std::string session;  ///< in which it was said; its key seals the words
  std::string actor;
  std::string words;
  std::string time;
  std::uint64_t seq = 0;
  bool erased = false;
};

/// A release that was taken back: the file is out, and no longer stood by.
struct RevocationRow {
  std::string request;
  std::string owner;  ///< whose text key seals the comment
  std::string actor;
  std::string comment;
  std::string time;
  std::uint64_t seq = 0;
};

/// A custodian's waiver; what it covers never changes.
struct WaiverRow {
  std::string id;  ///< "W-000001"
  std::string dataset;
  std::string definition;  ///< disclosure::to_json(Waiver)
  std::string reason;      ///< sealed under a key of its own
  std::string until, granted;
  std::string by;  ///< actor
  std::uint64_t seq = 0;
  std::optional<std::uint64_t> revoked_seq;
};

struct ReleaseRow {
  std::string request;
  int output = 1;
  std::string file_name, sha256;
  std::uint64_t seq = 0;
};

struct HistoryRow {
  std::string request;
  int output = 1;
  std::string project;
  bool opaque = false;
  std::string tabulation;  ///< JSON
  /// Asked for under a policy that shows aggregates only: counts whatever becomes of it.
  bool kept = false;
  /// A query that was shown ("Q-2026-000001"): there is no request and no output of that name.
  bool seen = false;
  std::string state;  ///< the output's now, or "seen"; filled by history()
};

/// An act that was announced and has no outcome yet.
struct IntentRow {
  std::uint64_t seq = 0;
  std::string event;    ///< "store.started", "request.submitted"
  std::string subject;  ///< the store's or request's name
};

struct CommitmentRow {
  std::string kind;   ///< "statement", "project", "submission", "comment", "checked"
  std::string owner;  ///< whose text key seals it (text_owner); empty: it holds no words
  std::string salt;   ///< 32 bytes
  std::optional<std::string> text;  ///< none: erased
};

/// The owner of a project's title and purpose. A session's texts are owned by its id.
[[nodiscard]] std::string project_texts(std::string_view project);
/// The owner of a waiver's reason.
[[nodiscard]] std::string waiver_texts(std::string_view waiver);

class Registry {
 public:
  /// Makes the schema in a new file, and its keys "registry" and "texts-1" in the keyring.
  static void create(const std::filesystem::path& file, Keyring& keyring);
  /// Refuses another format (centre.registry_format).
  Registry(const std::filesystem::path& file, const Keyring& keyring);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  [[nodiscard]] Change begin() const { return Change(db_); }

  [[nodiscard]] Texts& texts() { return texts_; }
  [[nodiscard]] const Texts& texts() const { return texts_; }

  // -- bookkeeping ------------------------------------------------------------------------------
  [[nodiscard]] std::string meta(std::string_view key) const;  ///< "" where unset
  void set_meta(std::string_view key, std::string_view value);
  /// How many log entries the registry knows of.
  [[nodiscard]] std::uint64_t log_size() const;
  void set_log_size(std::uint64_t size);
  void add_commitment(const CommitmentRow& row, std::uint64_t seq);
  [[nodiscard]] std::vector<CommitmentRow> commitments(std::uint64_t seq) const;
  void add_intent(const IntentRow& row);
  void end_intent(std::string_view event, std::string_view subject);
  [[nodiscard]] std::vector<IntentRow> intents() const;

  // -- people -----------------------------------------------------------------------------------
  [[nodiscard]] std::optional<std::string> find_actor(std::string_view name) const;
  void add_user(const UserRow& user);
  [[nodiscard]] std::string name_of(std::string_view actor) const;  ///< the actor itself if unknown
  [[nodiscard]] bool has_role(std::string_view actor, std::string_view role) const;
  void add_role(std::string_view actor, std::string_view role, std::uint64_t seq);
  bool remove_role(std::string_view actor, std::string_view role);
  [[nodiscard]] std::vector<std::pair<UserRow, std::string>> roles() const;

  // -- projects and permits ---------------------------------------------------------------------
  void add_project(const ProjectRow& row, const std::vector<std::string>& members);
  void close_project(std::string_view name);
  [[nodiscard]] std::optional<ProjectRow> project(std::string_view name) const;
  [[nodiscard]] std::vector<ProjectRow> projects() const;
  [[nodiscard]] std::vector<std::string> members(std::string_view project) const;  ///< actors
  [[nodiscard]] bool is_member(std::string_view project, std::string_view actor) const;

  [[nodiscard]] std::string take_permit_id();  ///< ids are given once
  void add_permit(const PermitRow& row, std::uint64_t seq);
  void revoke_permit(std::string_view id, std::uint64_t seq);
  [[nodiscard]] std::optional<PermitRow> permit(std::string_view id) const;
  /// Oldest first; of one project, or of all where `project` is empty.
  [[nodiscard]] std::vector<PermitRow> permits(std::string_view project) const;
  [[nodiscard]] std::vector<std::string> revoked_permits() const;  ///< ids, ascending
  void add_permit_key(const PermitKeyRow& row);
  [[nodiscard]] std::vector<PermitKeyRow> permit_keys() const;  ///< oldest first

  // -- policies and stores ----------------------------------------------------------------------
  /// The newest of its name becomes the current one; earlier ones stay for what they judged.
  void add_policy(const PolicyRow& row, std::uint64_t seq);
  [[nodiscard]] std::optional<PolicyRow> policy(std::string_view name) const;  ///< current
  [[nodiscard]] std::optional<PolicyRow> policy(std::string_view name,
                                                std::string_view sha256) const;
  [[nodiscard]] std::vector<PolicyRow> policies() const;  ///< current ones, by name

  void add_store(const StoreRow& row, std::uint64_t seq);
  void supersede_store(std::string_view id, std::string_view by);
  /// The name of its key in the keyring.
  [[nodiscard]] std::string store_key(std::string_view id) const;
  /// Its file is another from now on, under another key.
  void rekey_store(std::string_view id, std::string_view key, std::uint64_t size,
                   std::string_view sha256);
  /// store() and stores() no longer know it.
  void erase_store(std::string_view id, std::string_view time, std::uint64_t seq);
  struct ErasedStore {
    std::string id, dataset, vintage, time;
    std::uint64_t seq = 0;  ///< of store.erased
  };
  [[nodiscard]] std::vector<ErasedStore> erased_stores() const;  ///< oldest first
  /// An open session that this store was opened for; or empty.
  [[nodiscard]] std::string session_with(std::string_view store) const;
  [[nodiscard]] std::optional<StoreRow> store(std::string_view dataset,
                                              std::string_view vintage) const;
  [[nodiscard]] std::vector<StoreRow> stores() const;  ///< by dataset, then vintage

  // -- sessions ---------------------------------------------------------------------------------
  void add_session(const SessionRow& row, std::uint64_t seq);
  void add_session_store(std::string_view session, std::string_view store);
  void close_session(std::string_view id, std::string_view time, std::string_view reason);
  [[nodiscard]] std::optional<SessionRow> session(std::string_view id) const;
  [[nodiscard]] std::vector<SessionRow> open_sessions() const;
  /// Of a project, oldest first.
  [[nodiscard]] std::vector<SessionRow> sessions(std::string_view project) const;
  void add_statement(const StatementRow& row);
  void finish_statement(std::uint64_t started, std::string_view outcome, std::uint64_t rows,
                        std::uint64_t seq);
  /// Of one session, or of all where `session` is empty.
  [[nodiscard]] std::vector<StatementRow> unfinished_statements(std::string_view session) const;

  // -- requests ---------------------------------------------------------------------------------
  /// Ids are given once, also where only the log knows of them. "R-2026-000001", or with kind 'Q'
  /// of a query that asks to be seen.
  [[nodiscard]] std::string take_request_id(int year, char kind = 'R');
  void add_request(const RequestRow& row);
  void add_output(const OutputRow& row);
  void set_request(std::string_view id, std::string_view state, std::string_view time);
  void set_release_started(std::string_view id, std::uint64_t seq);
  void set_output_state(std::string_view request, int output, std::string_view state);
  [[nodiscard]] std::optional<RequestRow> request(std::string_view id) const;
  /// Newest last; of one project, or of all where `project` is empty.
  [[nodiscard]] std::vector<RequestRow> requests(std::string_view project) const;
  [[nodiscard]] std::vector<OutputRow> outputs(std::string_view request) const;

  void add_decision(const DecisionRow& row);
  [[nodiscard]] std::vector<DecisionRow> decisions(std::string_view request) const;
  /// The request that replaces this one; nullopt: none does.
  [[nodiscard]] std::optional<std::string> replaced_by(std::string_view request) const;

  void add_comment(const CommentRow& row);
  [[nodiscard]] std::vector<CommentRow> comments(std::string_view request) const;  ///< oldest first
  void add_revocation(const RevocationRow& row);
  [[nodiscard]] std::optional<RevocationRow> revocation(std::string_view request) const;

  [[nodiscard]] std::string take_waiver_id();  ///< ids are given once
  void add_waiver(const WaiverRow& row);
  void revoke_waiver(std::string_view id, std::uint64_t seq);
  [[nodiscard]] std::optional<WaiverRow> waiver(std::string_view id) const;
  [[nodiscard]] std::vector<WaiverRow> waivers() const;  ///< oldest first

  void add_release(const ReleaseRow& row);
  [[nodiscard]] std::vector<ReleaseRow> releases(std::string_view request) const;

  void add_history(std::string_view population, const HistoryRow& row);
  /// Every row of a population, whatever counts now, oldest first: for what counted once.
  [[nodiscard]] std::vector<HistoryRow> whole_history(std::string_view population) const;
  /// What counts now, oldest first: outputs that are pending, approved or released, and revoked
  /// ones (they have been seen); of kept ones those sent back and withdrawn, too; and queries that
  /// were shown. A request that is judged again (`except`) isn't its own past, and what was
  /// reserved after it counts only once it is out: it will be judged against this one.
  [[nodiscard]] std::vector<HistoryRow> history(std::string_view population,
                                                std::string_view except) const;
  /// Whether this project was shown exactly this table before.
  [[nodiscard]] bool was_seen(std::string_view population, std::string_view project,
                              std::string_view tabulation) const;
  [[nodiscard]] std::vector<std::string> populations() const;  ///< of stores and of the history

 private:
  Registry(RegistryFile db, const Keyring& keyring);
  [[nodiscard]] std::string session_of(std::string_view request) const;

  RegistryFile db_;
  Texts texts_;
};

}  // namespace sceau::enclave
