// The inside of a Log, shared by the files that open, append and publish.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "audit/fault.h"
#include "audit/hash.h"
#include "audit/log.h"
#include "audit/recover.h"
#include "audit/tree.h"

namespace sceau::audit {

/// Keeps a second writer away for as long as it lives. Throws AuditError (exists) when there is
/// one.
class WriterLock {
 public:
  explicit WriterLock(const std::filesystem::path& path);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  int fd_;
};

// Threads hand their drafts to a queue. Whichever finds no leader leads: it takes the whole queue,
// gives the entries their places, writes them as one frame, makes it durable, and wakes the rest.
struct Log::State {
  // One thread's request, on its stack until it is done.
  struct Pending {
    std::vector<Draft> drafts;
    std::vector<std::string> tails;
    std::vector<Appended> appended;
    std::exception_ptr error;
    bool seals = false;
    bool done = false;
  };

  // A `log.cosigned` entry.
  struct Recorded {
    std::uint64_t seq;
    std::string witness;
    std::uint64_t size;
  };

  State(std::filesystem::path log, std::filesystem::path state, std::string name, Signer key,
        Clock now, LogOptions choice)
      : log_dir(std::move(log)),
        files(state),
        origin(std::move(name)),
        signer(std::move(key)),
        clock(std::move(now)),
        options(std::move(choice)),
        disk(options.disk ? options.disk : std::make_shared<Disk>()),
        lock(files.lock),
        trust(options.trust.value_or(Trust{})) {}

  void open();
  void begin_record();
  std::vector<Appended> append(std::vector<Draft> drafts, bool seals = false);
  std::vector<Pending*> take_queue();
  void lead(std::unique_lock<std::mutex>& held);
  std::string sequence(const std::vector<Pending*>& batch, Head& next);
  Appended place(Pending& pending, std::size_t i, Head& next);
  void publish();
  void rotate_record(std::unique_lock<std::mutex>& held);
  void publish_from_time_to_time();
  void close() noexcept;
  void open_desk();
  void take_from_desk();
  void note_cosigned(std::uint64_t seq, std::string_view entry);
  [[nodiscard]] std::uint64_t vouched() const;
  [[nodiscard]] std::uint64_t unwitnessed() const;
  [[nodiscard]] std::uint64_t recorded_since(std::uint64_t size) const;
  /// Under `mutex`: after this nothing is appended. Gives what the waiting threads are told.
  std::exception_ptr stop(const std::exception_ptr& cause);
  [[nodiscard]] AuditError stopped_error() const;

  const std::filesystem::path log_dir;
  const StateFiles files;
  const std::string origin;
  const Signer signer;
  const Clock clock;
  const LogOptions options;
  const std::shared_ptr<Disk> disk;
  const WriterLock lock;
  Recovery recovery;

  std::mutex publishing;  // held for a whole publication; taken before `mutex`
  mutable std::mutex mutex;
  std::condition_variable committed;  // a batch is done
  std::condition_variable wake;       // for the publisher
  std::vector<Pending*> queue;
  bool leading = false;
  bool rotating = false;  // the record is being begun anew: nobody may lead
  bool closing = false;
  std::string stopped;
  Tree tree;
  std::string note;             // the last checkpoint
  std::uint64_t published = 0;  // its size
  Digest root{};                // its root
  bool sealing = false;         // an entry that seals has been taken from the queue
  std::optional<Seal> seal;
  Trust trust;
  std::optional<CosignedCheckpoint> cosigned;  // the desk's best,
  std::optional<CosignedCheckpoint> asked;     // and its round
  std::vector<Recorded> recorded;              // at or behind the size of `cosigned`

  std::optional<WitnessDesk> desk;  // under `publishing`

  std::size_t wal_bytes = 0;  // of the present record

  // The leader's alone while there is one, else under `mutex`.
  Head head;
  Hasher hasher;
  std::chrono::system_clock::time_point text_time;  // the last time that was spelled,
  std::string time_text;                            // and how
  DiskFile wal;
  bool has_old_record = false;

  std::thread publisher;
};

}  // namespace sceau::audit
