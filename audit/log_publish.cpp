// How what is durable becomes visible: tiles, then what is about to be signed, then the checkpoint.
#include "audit/checkpoint.h"
#include "audit/log_state.h"
#include "audit/note.h"
#include "audit/site.h"

namespace sceau::audit {

void Log::State::publish() {
  const std::lock_guard one(publishing);
  std::unique_lock held(mutex);
  if (!stopped.empty()) throw stopped_error();
  if (tree.size() == published && !note.empty()) return;
  try {
    rotate_record(held);
    const TreeFiles taken = tree.take();
    held.unlock();
    const std::string text = format_checkpoint({origin, taken.size, taken.root, ""});
    const std::string signed_note = sign_note(text, signer);
    write_tree_files(*disk, log_dir, files.temporary, taken);
    // Never two roots for one size: what is about to be signed is known before it is visible.
    replace_file(*disk, files.temporary / "signed", {files.signed_state, text, 0600});
    write_checkpoint(*disk, log_dir, files.temporary, signed_note);
    remove_superseded(*disk, log_dir, taken);
    if (has_old_record) disk->remove(files.wal_old);
    held.lock();
    has_old_record = false;
    published = taken.size;
    root = taken.root;
    note = signed_note;
  } catch (...) {
    if (!held.owns_lock()) held.lock();
    rotating = false;
    const std::exception_ptr error = stop(std::current_exception());
    committed.notify_all();
    std::rethrow_exception(error);
  }
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
  if (!stopped.empty()) throw stopped_error();
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

}  // namespace sceau::audit
