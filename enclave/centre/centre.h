#pragma once
// The centre: keyring, registry and log behind one door. It lives in the broker while `sceau serve`
// runs, else in the command that holds the home's lock. Every change takes the same way: permitted?
// → intent in the log → registry → outcome in the log; commit is the last statement, so an
// exception is a rollback. Thread-safe: one lock inside; examiners run outside it, submissions of
// one population one after another.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "enclave/centre/exchange.h"
#include "enclave/keys/keyring.h"

namespace sceau::enclave {

using Clock = std::function<std::chrono::system_clock::time_point()>;

/// How often in a day a person may hear in a project that shows aggregates only that a query
/// doesn't pass or can't be judged: each such answer tells a little. New sessions don't begin it
/// anew.
inline constexpr int max_refusals = 100;

/// Where a centre's parts lie (design: "The centre").
struct Home {
  std::filesystem::path root;
  std::filesystem::path settings = {};  ///< where centre.toml and log.trust lie; empty: root
  std::filesystem::path runtime = {};   ///< where the sockets lie; empty: root/run
  [[nodiscard]] std::filesystem::path etc() const { return settings.empty() ? root : settings; }
  [[nodiscard]] std::filesystem::path config() const { return etc() / "centre.toml"; }
  [[nodiscard]] std::filesystem::path keys() const;  ///< etc/keys, or where centre.toml points
  [[nodiscard]] std::filesystem::path trust() const { return etc() / "log.trust"; }
  [[nodiscard]] std::filesystem::path stores() const { return root / "stores"; }
  [[nodiscard]] std::filesystem::path policies() const { return root / "policies"; }
  [[nodiscard]] std::filesystem::path registry() const { return root / "registry.db"; }
  [[nodiscard]] std::filesystem::path log() const { return root / "log"; }
  [[nodiscard]] std::filesystem::path log_state() const { return root / "log.state"; }
  [[nodiscard]] std::filesystem::path sealed_logs() const { return root / "log.sealed"; }
  [[nodiscard]] std::filesystem::path outbox() const { return root / "outbox"; }
  [[nodiscard]] std::filesystem::path folders() const { return root / "folders"; }
  [[nodiscard]] std::filesystem::path run() const {
    return runtime.empty() ? root / "run" : runtime;
  }
  [[nodiscard]] std::filesystem::path control_socket() const { return run() / "control.sock"; }
  /// psql -h run: libpq's name for port 5432.
  [[nodiscard]] std::filesystem::path session_socket() const { return run() / ".s.PGSQL.5432"; }
  [[nodiscard]] std::filesystem::path lock() const { return root / "lock"; }
};

/// Who acts: the peer's Unix user, or in a trial centre the one that its owner plays.
struct Person {
  std::string user;
  std::uint32_t uid = 0;
};

class Registry;

class Centre {
 public:
  /// `sceau init`: folders, keyring, log with centre.created, trust file, shipped policies
  /// installed. `scrypt_n` as Keyring::create takes it; tests use 2^15.
  static void create(const Home& home, std::span<const std::uint8_t> passphrase,
                     const std::string& origin, bool trial, Clock clock,
                     std::uint64_t scrypt_n = 1U << 17);

  /// Unlocks: opens registry and log, finishes what a crash left (open statements and submissions
  /// are closed in the log with reason "crash").
  Centre(Home home, Keyring keyring, Clock clock);
  ~Centre();

  [[nodiscard]] const Home& home() const;
  [[nodiscard]] bool trial() const;

  // -- sessions: called by the broker on behalf of a worker ---------------------------------------
  /// Permit, project and person must agree; else logs session.refused and throws not_permitted.
  [[nodiscard]] SessionGrant open_session(const Person& person, const std::string& project,
                                          const std::string& language = "en");
  void close_session(const std::string& session, const std::string& reason);
  /// Durable before the statement runs. The text is encrypted in the registry; the log holds a
  /// salted commitment. Returns the entry's seq, to be given to statement_finished.
  std::uint64_t statement_started(const std::string& session, const std::string& text);
  void statement_finished(const std::string& session, std::uint64_t started,
                          const std::string& outcome, std::uint64_t rows);

  // -- the gate -----------------------------------------------------------------------------------
  /// What the gate would say to these outputs, in order; nothing is asked for or remembered.
  [[nodiscard]] std::vector<JudgedOutput> explain(const std::string& session,
                                                  std::vector<OutputDraft> drafts,
                                                  const Examiner& examiner);
  /// One request: judged together, reserved in the history, logged; a verdict that needs no
  /// reviewer is released at once.
  [[nodiscard]] Submission submit(const std::string& session, std::vector<OutputDraft> drafts,
                                  const Examiner& examiner);
  /// Under a policy that shows aggregates only: judged as an output is; where it passes it enters
  /// the history as seen, and its cells come back, as a file would have them. What else the
  /// examiner said stays inside. Throws not_permitted centre.refusals_spent once the person has
  /// had max_refusals answers that were not a pass; refused centre.not_judged where it can't be
  /// judged, whatever the reason.
  [[nodiscard]] Seen see(const std::string& session, const OutputDraft& draft,
                         const Examiner& examiner);
  void withdraw(const std::string& session, const std::string& request);
  /// Words of a member of the project on one of its requests; the reviewers and the project read
  /// them. Refused (centre.bad_comment): empty, longer than 10,000 bytes, control characters.
  void comment(const std::string& session, const std::string& request, const std::string& words);

  using Rows = std::vector<std::vector<std::optional<std::string>>>;
  /// Rows of sceau.requests (request, state, verdict, outputs, submitted, decided) and
  /// sceau.findings (request, output, rule, verdict, cell, statistic, measured, limit, message,
  /// remedy) of the session's project; what belongs to another project is "another project".
  [[nodiscard]] Rows requests_view(const std::string& session);
  [[nodiscard]] Rows findings_view(const std::string& session);
  /// Rows of sceau.comments (request, turn, output, by, about, comment, time): the project's own
  /// words, those of reviewers' decisions and revocations; never a note for staff.
  [[nodiscard]] Rows comments_view(const std::string& session);

  // -- commands: see commands.h -------------------------------------------------------------------
  struct State;
  [[nodiscard]] State& state() { return *state_; }
  [[nodiscard]] const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace sceau::enclave
