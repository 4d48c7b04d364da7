// The writer of the log. One object for a log, used by many threads.
//
//   auto log = audit::Log(home / "log", home / "log.state", origin, std::move(signer), clock);
//   const auto intent = log.append("release.started", "u-7f3a", {{"request", id}, ...});
//   // from here on the entry is on disk, whatever happens
//   ... the act ...
//   const auto made = log.append("release.made", "u-7f3a", {...});
//   const std::string receipt = log.receipt(made.seq);      // waits for publication
//
// What append returned has happened: the entry is in the write-ahead record, made durable. Within
// a second it is published: tiles, then a note of what is about to be signed, then the signed
// checkpoint. A failed write stops the log for good: nothing is appended until it is opened again.
//
// The log is ended by seal() (rotation.h), and witnessed over a folder of files (witness_desk.h):
//
//   for (const auto& answer : log.collect(folder).unused) …;        // tell the operator
//   for (const auto& cosigner : log.unrecorded())                   // in the journal
//     log.append("log.cosigned", "centre", cosigned_fields(cosigner));
//   log.ask(folder);                                                // the next round, if any
//
//   log_dir/      checkpoint, checkpoint.cosigned and tile/…: static files, to be copied anywhere
//   state_dir/    wal, wal.old, signed, asked, witnesses, lock, tmp/: the writer's own; on the
//                 same file system
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/bytes.h"
#include "audit/disk.h"
#include "audit/entry.h"
#include "audit/key.h"
#include "audit/trust.h"
#include "audit/witness_desk.h"

namespace sceau::audit {

using Clock = std::function<std::chrono::system_clock::time_point()>;

struct Appended {
  std::uint64_t seq = 0;
  Digest leaf{};
  std::string bytes;  ///< the entry's line
};

/// An entry that has no place in the log yet.
struct Draft {
  std::string event;
  std::string actor;
  Fields data;
};

struct LogOptions {
  std::chrono::milliseconds publish_after{300};  ///< after the first append that is unpublished
  std::shared_ptr<Disk> disk;                    ///< none: the real one
  std::size_t wal_limit = 4 << 20;               ///< bytes after which a new record is begun
  std::optional<Trust> trust;  ///< the trust file: whose cosignatures count; none: nobody's
};

/// What opening a log found and did.
struct Recovery {
  std::uint64_t entries = 0;     ///< unpublished entries taken from the write-ahead record
  std::uint64_t torn_bytes = 0;  ///< cut: a batch that was never acknowledged
};

/// What the last entry of a sealed log says: which log goes on.
struct Seal {
  std::uint64_t seq = 0;
  std::string origin;
  std::string key;  ///< verifier key line
};

/// How far witnesses vouch for the log.
struct WitnessStatus {
  std::uint64_t size = 0;    ///< entries under the trust file's quorum (without a quorum: under
                             ///< any cosignature); 0: none
  std::uint64_t time_s = 0;  ///< the earliest time of these cosignatures, since 1970; 0: none
  std::vector<Cosigner> by;  ///< who signed that checkpoint
  bool quorum = false;       ///< the trust file asks for a quorum (whether or not it is met)
  /// Entries beyond `size`. `log.cosigned` doesn't count: recording an answer would else make
  /// the next round necessary, for ever.
  std::uint64_t unwitnessed = 0;
  /// The time of the oldest of them, as it stands in the entry.
  std::optional<std::chrono::system_clock::time_point> unwitnessed_since;
  std::uint64_t asked = 0;           ///< size of the round under way; 0: none
  std::vector<std::string> waiting;  ///< witnesses that it waits for, by the trust file's names
};

/// The data of the `log.cosigned` entry of an answer.
[[nodiscard]] Fields cosigned_fields(const Cosigner& cosigner);

class Log {
 public:
  /// Makes an empty log. Makes the two folders if they lack; throws AuditError (exists) when
  /// either holds anything, (io) when they can't be written.
  static void create(const std::filesystem::path& log_dir, const std::filesystem::path& state_dir);

  /// Opens the log, puts right what a crash left unfinished, and publishes. The key's name must be
  /// the origin. Throws AuditError: (tampered) when files and state contradict each other, or
  /// acknowledged entries are damaged or missing: nothing has been changed then; (exists) when
  /// another process has it open; (bad_input) when there is no log or the origin is another's.
  Log(std::filesystem::path log_dir, std::filesystem::path state_dir, std::string origin,
      Signer signer, Clock clock, LogOptions options = {});

  /// Publishes what is left, unless the log has stopped.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Appends an entry and waits until it is durable. Throws AuditError (refused) for an entry
  /// that the log doesn't take (see check_entry): nothing is written; (stopped) after a failure.
  Appended append(std::string_view event, std::string_view actor, Fields data);
  /// Appends several, one after another and with nothing between, made durable together.
  std::vector<Appended> append(std::vector<Draft> drafts);

  /// Publishes everything appended so far. Throws AuditError (stopped).
  void publish();

  /// Ends the log: appends `log.sealed`, which names the log that goes on, and publishes. From
  /// then on append() throws AuditError (refused), here and after every start. Done again with the
  /// same key, it gives the seal that is there; with another key it throws (refused).
  Seal seal(const Verifier& next, std::string_view actor);
  /// The seal, if the log is sealed.
  [[nodiscard]] std::optional<Seal> sealed() const;

  /// Replaces the trust file given at the start.
  void believe(Trust trust);
  /// Publishes and writes the requests of a round of witnesses into the folder, which exists. No
  /// round begins while nothing but `log.cosigned` is newer than the last. See WitnessDesk::ask.
  Round ask(const std::filesystem::path& folder, bool renew = false);
  /// Takes the answers in the folder. Those that are right are in checkpoint.cosigned, in receipts
  /// and (if it is still the newest) in the checkpoint when this returns. See WitnessDesk::collect.
  Answers collect(const std::filesystem::path& folder);
  /// Cosignatures that are kept and stand in no `log.cosigned` entry yet, also after a crash.
  [[nodiscard]] std::vector<Cosigner> unrecorded() const;
  [[nodiscard]] WitnessStatus witnesses() const;

  /// The receipt of an entry, after it is published: under the newest checkpoint that covers it
  /// and has a quorum of witnesses, else under the one with most cosignatures, else under the
  /// newest. Throws AuditError (bad_input) when there is no such entry, (stopped).
  [[nodiscard]] std::string receipt(std::uint64_t seq);

  [[nodiscard]] std::uint64_t size() const;       ///< entries appended
  [[nodiscard]] std::uint64_t published() const;  ///< entries under the last checkpoint
  [[nodiscard]] std::string checkpoint() const;   ///< the last signed checkpoint, a note
  [[nodiscard]] const Recovery& recovery() const;
  /// True after a failed write: why, in a sentence; empty while all is well.
  [[nodiscard]] std::string stopped() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sceau::audit
