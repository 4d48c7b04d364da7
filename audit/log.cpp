#include "audit/log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "audit/checkpoint.h"
#include "audit/events.h"
#include "audit/fault.h"
#include "audit/note.h"
#include "audit/receipt.h"
#include "audit/recover.h"
#include "audit/tree.h"
#include "audit/wal.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

// What an entry has beside its tail: {"v":1,"seq":…,"prev":"…","time":"…" and the clock's key.
constexpr std::size_t longest_head = 256;

// The lock that keeps a second writer away, for as long as the descriptor is open.
class Lock {
 public:
  explicit Lock(const fs::path& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ < 0)
      throw AuditError(Fault::bad_input, "cannot open " + path.string(),
                       "is this the home of a centre, and may you write there?");
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(fd_);
    throw AuditError(Fault::exists, "another process writes this log",
                     "stop the other sceau serve first");
  }
  ~Lock() { ::close(fd_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int fd_;
};

void require_empty(const fs::path& folder) {
  if (fs::exists(folder) && (!fs::is_directory(folder) || !fs::is_empty(folder)))
    throw AuditError(Fault::exists, folder.string() + " holds something already",
                     "a new log needs an empty place");
}

}  // namespace

// Threads hand their drafts to a queue. Whichever finds no leader leads: it takes the whole queue,
// gives the entries their places, writes them as one frame, makes it durable, and wakes the rest.
struct Log::State {
  // One thread's request, on its stack until it is done.
  struct Pending {
    std::vector<Draft> drafts;
    std::vector<std::string> tails;
    std::vector<Appended> appended;
    std::exception_ptr error;
    bool done = false;
  };

  State(fs::path log, fs::path state, std::string name, Signer key, Clock now, LogOptions choice)
      : log_dir(std::move(log)),
        files(state),
        origin(std::move(name)),
        signer(std::move(key)),
        clock(std::move(now)),
        options(std::move(choice)),
        disk(options.disk ? options.disk : std::make_shared<Disk>()),
        lock(files.lock) {}

  void open();
  void begin_record();
  std::vector<Appended> append(std::vector<Draft> drafts);
  void lead(std::unique_lock<std::mutex>& held);
  std::string sequence(const std::vector<Pending*>& batch, Head& next);
  Appended place(Pending& pending, std::size_t i, Head& next);
  void publish();
  void write_files(const TreeFiles& taken);
  void rotate_record(std::unique_lock<std::mutex>& held);
  void publish_from_time_to_time();
  void close() noexcept;
  [[noreturn]] void refuse() const {
    throw AuditError(Fault::stopped, "the log has stopped: " + stopped,
                     "no entry can be written; end the centre, put the disk right, start again");
  }

  const fs::path log_dir;
  const StateFiles files;
  const std::string origin;
  const Signer signer;
  const Clock clock;
  const LogOptions options;
  const std::shared_ptr<Disk> disk;
  const Lock lock;
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

  std::size_t wal_bytes = 0;  // of the present record

  // The leader's alone while there is one, else under `mutex`.
  Head head;
  Hasher hasher;
  DiskFile wal;
  bool has_old_record = false;

  std::thread publisher;
};

void Log::State::open() {
  if (signer.name() != origin)
    throw AuditError(Fault::bad_input,
                     "the log's key is named " + signer.name() + ", and its origin is " + origin,
                     "a log's key carries the log's origin as its name");
  Recovered found = recover(log_dir, files.signed_state.parent_path(), origin, signer.verifier());
  recovery = {found.entries, found.torn_bytes};
  tree = std::move(found.tree);
  head = found.head;
  note = found.note;
  if (found.published) {
    published = found.published->size;
    root = found.published->root;
  }
  // Everything that was in the record goes into tiles before the record is begun anew: after a
  // failed fsync, what can be read back need not be on the disk.
  publish();
  begin_record();
  publisher = std::thread([this] { publish_from_time_to_time(); });
}

void Log::State::begin_record() {
  replace_file(*disk, files.temporary / "wal", {files.wal, "", 0600});
  disk->remove(files.wal_old);
  disk->sync_directory(files.wal.parent_path());
  wal = DiskFile(*disk, files.wal, false, 0600);
}

std::vector<Appended> Log::State::append(std::vector<Draft> drafts) {
  Pending own;
  for (const Draft& draft : drafts) {
    check_entry(draft.event, draft.actor, draft.data);
    own.tails.push_back(format_tail(draft.event, draft.actor, draft.data));
    if (own.tails.back().size() > longest_entry - longest_head)
      throw AuditError(Fault::refused, "the entry is too long for the log");
  }
  if (drafts.empty()) return {};
  own.drafts = std::move(drafts);

  std::unique_lock held(mutex);
  if (!stopped.empty()) refuse();
  queue.push_back(&own);
  while (!own.done) {
    if (leading || rotating)
      committed.wait(held);
    else
      lead(held);
  }
  if (own.error) std::rethrow_exception(own.error);
  return std::move(own.appended);
}

void Log::State::lead(std::unique_lock<std::mutex>& held) {
  leading = true;
  const std::vector<Pending*> batch = std::exchange(queue, {});
  std::exception_ptr error;
  Head next = head;
  bool writing = false;
  std::size_t written = 0;
  if (!stopped.empty()) {
    try {
      refuse();
    } catch (...) {
      error = std::current_exception();
    }
  } else {
    held.unlock();
    std::string why;
    try {
      const std::string frame = sequence(batch, next);
      writing = true;
      disk->write(wal.fd(), frame);
      disk->sync_data(wal.fd());
      written = frame.size();
    } catch (const std::exception& fault) {
      why = fault.what();
      error = writing ? std::make_exception_ptr(AuditError(
                            Fault::stopped, "the log has stopped: " + why,
                            "the act was not done; end the centre, put the disk right, start "
                            "again"))
                      : std::current_exception();
    }
    held.lock();
    if (error && writing) stopped = why;
  }
  if (!error) {
    if (tree.size() == published) wake.notify_one();  // else the publisher is at it already
    head = next;
    wal_bytes += written;
    for (const Pending* pending : batch)
      for (const Appended& entry : pending->appended) tree.add(entry.bytes, entry.leaf);
  }
  for (Pending* pending : batch) {
    pending->error = error;
    pending->done = true;
  }
  leading = false;
  committed.notify_all();
}

// Gives the batch its places and makes its frame.
std::string Log::State::sequence(const std::vector<Pending*>& batch, Head& next) {
  const std::uint64_t first = next.seq;
  std::string payload;
  for (Pending* pending : batch) {
    pending->appended.reserve(pending->drafts.size());
    for (std::size_t i = 0; i < pending->drafts.size(); ++i) {
      pending->appended.push_back(place(*pending, i, next));
      payload.append(pending->appended.back().bytes).append("\n");
    }
  }
  return format_frame(first, static_cast<std::size_t>(next.seq - first), payload, next.prev);
}

Appended Log::State::place(Pending& pending, std::size_t i, Head& next) {
  const auto now = std::chrono::floor<std::chrono::microseconds>(clock());
  Appended entry;
  entry.seq = next.seq;
  if (now >= next.time) {
    next.time = now;
    entry.bytes = format_head(next.seq, next.prev, format_time(now)) + pending.tails[i];
  } else {
    // The clock went back: keep the time, and tell the auditor by how much.
    const Draft& draft = pending.drafts[i];
    Fields data = draft.data;
    data[std::string(clock_key)] =
        std::chrono::duration_cast<std::chrono::microseconds>(next.time - now).count();
    entry.bytes = format_head(next.seq, next.prev, format_time(next.time)) +
                  format_tail(draft.event, draft.actor, data);
  }
  entry.leaf = hasher.leaf(entry.bytes);
  next.prev = entry.leaf;
  ++next.seq;
  return entry;
}

void Log::State::publish() {
  const std::lock_guard one(publishing);
  std::unique_lock held(mutex);
  if (!stopped.empty()) refuse();
  if (tree.size() == published && !note.empty()) return;
  try {
    rotate_record(held);
    const TreeFiles taken = tree.take();
    held.unlock();
    const std::string text = format_checkpoint({origin, taken.size, taken.root, ""});
    const std::string signed_note = sign_note(text, signer);
    write_files(taken);
    // Never two roots for one size: what is about to be signed is known before it is visible.
    replace_file(*disk, files.temporary / "signed", {files.signed_state, text, 0600});
    replace_file(*disk, files.temporary / "checkpoint",
                 {log_dir / "checkpoint", signed_note, 0644});
    for (const std::string& folder : taken.superseded) {
      for (unsigned width = 1; width < 256; ++width)
        if (const fs::path part = log_dir / folder / std::to_string(width); fs::exists(part))
          disk->remove(part);
      disk->remove(log_dir / folder);
    }
    if (has_old_record) disk->remove(files.wal_old);
    held.lock();
    has_old_record = false;
    published = taken.size;
    root = taken.root;
    note = signed_note;
  } catch (const std::exception& fault) {
    if (!held.owns_lock()) held.lock();
    if (stopped.empty()) stopped = fault.what();
    rotating = false;
    committed.notify_all();
    refuse();
  }
}

void Log::State::write_files(const TreeFiles& taken) {
  std::vector<NewFile> list;
  list.reserve(taken.files.size());
  for (const TreeFile& file : taken.files) list.push_back({log_dir / file.path, file.bytes, 0644});
  replace_files(*disk, log_dir, files.temporary, list);
}

// Begins a new record when the present one is long. The publication under way covers all that is
// in it; then it goes.
void Log::State::rotate_record(std::unique_lock<std::mutex>& held) {
  if (wal_bytes < options.wal_limit || has_old_record) return;
  rotating = true;
  committed.wait(held, [this] { return !leading; });
  if (stopped.empty()) {
    disk->link(files.wal, files.wal_old);
    replace_file(*disk, files.temporary / "wal", {files.wal, "", 0600});
    wal = DiskFile(*disk, files.wal, false, 0600);
    wal_bytes = 0;
    has_old_record = true;
  }
  rotating = false;
  committed.notify_all();
  if (!stopped.empty()) refuse();
}

void Log::State::publish_from_time_to_time() {
  std::unique_lock held(mutex);
  while (true) {
    wake.wait(held, [this] { return closing || !stopped.empty() || tree.size() > published; });
    if (closing || !stopped.empty()) return;
    wake.wait_for(held, options.publish_after, [this] { return closing || !stopped.empty(); });
    if (closing || !stopped.empty()) return;
    held.unlock();
    try {
      publish();
    } catch (const std::exception&) {
      return;  // `stopped` says why, and every append from now on repeats it
    }
    held.lock();
  }
}

void Log::State::close() noexcept {
  {
    const std::lock_guard held(mutex);
    closing = true;
  }
  wake.notify_all();
  if (publisher.joinable()) publisher.join();
  try {
    if (stopped.empty()) publish();
  } catch (const std::exception&) {
    // What was acknowledged stands in the write-ahead record; the next start publishes it.
  }
}

void Log::create(const fs::path& log_dir, const fs::path& state_dir) {
  require_empty(log_dir);
  require_empty(state_dir);
  std::error_code error;
  fs::create_directories(log_dir, error);
  fs::create_directories(state_dir / "tmp", error);
  if (error) throw AuditError(Fault::io, "cannot make a log: " + error.message());
  fs::permissions(state_dir, fs::perms::owner_all, error);
  Disk disk;
  const StateFiles files(state_dir);
  replace_file(disk, files.temporary / "wal", {files.wal, "", 0600});
  replace_file(disk, files.temporary / "signed",
               {files.signed_state, std::string(never_signed), 0600});
  for (const fs::path& folder : {fs::absolute(log_dir), fs::absolute(state_dir)})
    disk.sync_directory(folder.parent_path());
}

Log::Log(fs::path log_dir, fs::path state_dir, std::string origin, Signer signer, Clock clock,
         LogOptions options)
    : state_(std::make_unique<State>(std::move(log_dir), std::move(state_dir), std::move(origin),
                                     std::move(signer), std::move(clock), std::move(options))) {
  state_->open();
}

Log::~Log() { state_->close(); }

Appended Log::append(std::string_view event, std::string_view actor, Fields data) {
  std::vector<Draft> drafts;
  drafts.push_back({std::string(event), std::string(actor), std::move(data)});
  return std::move(state_->append(std::move(drafts)).front());
}

std::vector<Appended> Log::append(std::vector<Draft> drafts) {
  return state_->append(std::move(drafts));
}

void Log::publish() { state_->publish(); }

std::string Log::receipt(std::uint64_t seq) {
  if (seq >= size())
    throw AuditError(Fault::bad_input, "there is no entry " + std::to_string(seq) + " yet");
  if (seq >= published()) publish();
  std::unique_lock held(state_->mutex);
  const std::string note = state_->note;
  const std::uint64_t size = state_->published;
  const Digest root = state_->root;
  held.unlock();
  return format_receipt(make_receipt(state_->log_dir, seq, size, root, note));
}

std::uint64_t Log::size() const {
  const std::lock_guard held(state_->mutex);
  return state_->tree.size();
}

std::uint64_t Log::published() const {
  const std::lock_guard held(state_->mutex);
  return state_->published;
}

std::string Log::checkpoint() const {
  const std::lock_guard held(state_->mutex);
  return state_->note;
}

const Recovery& Log::recovery() const { return state_->recovery; }

std::string Log::stopped() const {
  const std::lock_guard held(state_->mutex);
  return state_->stopped;
}

}  // namespace sceau::audit
