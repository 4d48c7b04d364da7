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
//   log_dir/      checkpoint and tile/…: static files, to be copied anywhere
//   state_dir/    wal, wal.old, signed, lock, tmp/: the writer's own; on the same file system
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audit/bytes.h"
#include "audit/disk.h"
#include "audit/entry.h"
#include "audit/key.h"

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
};

/// What opening a log found and did.
struct Recovery {
  std::uint64_t entries = 0;     ///< unpublished entries taken from the write-ahead record
  std::uint64_t torn_bytes = 0;  ///< cut: a batch that was never acknowledged
};

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

  /// The receipt of an entry, after it is published. Throws AuditError (bad_input) when there is
  /// no such entry, (stopped).
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
