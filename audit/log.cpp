#include "audit/log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "audit/fault.h"
#include "audit/log_state.h"
#include "audit/receipt.h"

namespace sceau::audit {

namespace fs = std::filesystem;

namespace {

void require_empty(const fs::path& folder) {
  if (fs::exists(folder) && (!fs::is_directory(folder) || !fs::is_empty(folder)))
    throw AuditError(Fault::exists, folder.string() + " holds something already",
                     "a new log needs an empty place");
}

}  // namespace

WriterLock::WriterLock(const fs::path& path)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (fd_ < 0)
    throw AuditError(Fault::bad_input, "cannot open " + path.string(),
                     "is this the home of a centre, and may you write there?");
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
  ::close(fd_);
  throw AuditError(Fault::exists, "another process writes this log",
                   "stop the other sceau serve first");
}

WriterLock::~WriterLock() { ::close(fd_); }

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
  seal = found.seal;
  sealing = seal.has_value();
  publish();
  begin_record();
  open_desk();
  publisher = std::thread([this] { publish_from_time_to_time(); });
}

void Log::State::begin_record() {
  replace_file(*disk, files.temporary / "wal", {files.wal, "", 0600});
  disk->remove(files.wal_old);
  disk->sync_directory(files.wal.parent_path());
  wal = DiskFile(*disk, files.wal, false, 0600);
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
  if (!error) fs::create_directories(state_dir / "tmp", error);
  if (!error) fs::permissions(state_dir, fs::perms::owner_all, error);
  if (error) throw AuditError(Fault::io, "cannot make a log: " + error.message());
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
  std::string note = state_->note;
  Checkpoint under{"", state_->published, state_->root, ""};
  if (const auto& best = state_->cosigned;
      best && !best->by.empty() && seq < best->checkpoint.size) {
    note = best->note;
    under = best->checkpoint;
  }
  held.unlock();
  return format_receipt(make_receipt(state_->log_dir, seq, under.size, under.root, note));
}

Seal Log::seal(const Verifier& next, std::string_view actor) {
  if (next.type() != KeyType::ed25519 || next.name() == state_->origin)
    throw AuditError(Fault::refused, "the log that goes on needs a log's key of another name",
                     "an origin such as " + state_->origin + ".2 is new");
  if (const auto there = sealed()) {
    if (there->key == next.line()) {
      publish();
      return *there;
    }
    throw AuditError(Fault::refused, "the log is sealed already, and names another key",
                     "go on with the key of " + there->origin);
  }
  state_->append(
      {{"log.sealed", std::string(actor), {{"origin", next.name()}, {"key", next.line()}}}}, true);
  publish();
  return *sealed();
}

std::optional<Seal> Log::sealed() const {
  const std::lock_guard held(state_->mutex);
  return state_->seal;
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
