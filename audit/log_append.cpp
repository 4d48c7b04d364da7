// One sequencer, group commit: how entries get their places and become durable.
#include "audit/entry.h"
#include "audit/events.h"
#include "audit/log_state.h"
#include "audit/wal.h"

namespace sceau::audit {
namespace {

AuditError sealed_error() {
  return {Fault::refused, "the log is sealed: it takes no entry any more",
          "sceau log rotate begins the log that goes on"};
}

// What an entry has beside its tail: {"v":1,"seq":…,"prev":"…","time":"…" and the clock's key.
constexpr std::size_t longest_head = 256;

}  // namespace

std::vector<Appended> Log::State::append(std::vector<Draft> drafts, bool seals) {
  Pending own;
  own.seals = seals;
  for (const Draft& draft : drafts) {
    if (draft.event == "log.sealed" && !seals)
      throw AuditError(Fault::refused, "log.sealed is not appended by hand",
                       "sceau log rotate seals the log");
    check_entry(draft.event, draft.actor, draft.data);
    own.tails.push_back(format_tail(draft.event, draft.actor, draft.data));
    if (own.tails.back().size() > longest_entry - longest_head)
      throw AuditError(Fault::refused, "the entry is too long for the log");
  }
  if (drafts.empty()) return {};
  own.drafts = std::move(drafts);

  std::unique_lock held(mutex);
  if (!stopped.empty()) throw stopped_error();
  if (sealing) throw sealed_error();
  if (own.drafts.front().event == "key.rotated" && tree.size() > 0)
    throw AuditError(Fault::refused, "key.rotated can only be the first entry of a log");
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

// What is queued, up to an entry that seals the log; what stands behind it is refused.
std::vector<Log::State::Pending*> Log::State::take_queue() {
  std::vector<Pending*> batch;
  for (Pending* pending : std::exchange(queue, {})) {
    if (sealing) {
      pending->error = std::make_exception_ptr(sealed_error());
      pending->done = true;
      continue;
    }
    batch.push_back(pending);
    sealing = pending->seals;
  }
  return batch;
}

// Takes what is queued, makes it durable without holding the mutex, and adds it to the tree.
void Log::State::lead(std::unique_lock<std::mutex>& held) {
  leading = true;
  const std::vector<Pending*> batch = take_queue();
  std::exception_ptr error;
  try {
    if (!stopped.empty()) throw stopped_error();
    if (batch.empty()) {
      leading = false;
      committed.notify_all();
      return;
    }
    held.unlock();
    Head next = head;
    const std::string frame = sequence(batch, next);
    disk->write(wal.fd(), frame);
    disk->sync_data(wal.fd());
    held.lock();
    if (tree.size() == published) wake.notify_one();  // else the publisher is at it already
    head = next;
    wal_bytes += frame.size();
    for (const Pending* pending : batch)
      for (std::size_t i = 0; i < pending->appended.size(); ++i) {
        const Appended& entry = pending->appended[i];
        tree.add(entry.bytes, entry.leaf);
        if (pending->seals) seal = seal_in(entry.seq, entry.bytes);
        if (pending->drafts[i].event == "log.cosigned") note_cosigned(entry.seq, entry.bytes);
      }
  } catch (...) {
    if (!held.owns_lock()) held.lock();
    error = stop(std::current_exception());
    sealing = seal.has_value();  // a seal that was refused is none
  }
  for (Pending* pending : batch) {
    pending->error = error;
    pending->done = true;
  }
  leading = false;
  committed.notify_all();
}

std::exception_ptr Log::State::stop(const std::exception_ptr& cause) {
  std::string why = "an unknown failure";
  try {
    std::rethrow_exception(cause);
  } catch (const AuditError& error) {
    // An entry that was refused before anything was written leaves the log as it is.
    if (error.fault() == Fault::refused || error.fault() == Fault::stopped) return cause;
    why = error.what();
  } catch (const std::exception& error) {
    why = error.what();
  } catch (...) {
  }
  if (stopped.empty()) stopped = why;
  return std::make_exception_ptr(stopped_error());
}

AuditError Log::State::stopped_error() const {
  return {Fault::stopped, "the log has stopped: " + stopped,
          "no entry can be written, and no act done; end the centre, put the disk right, start "
          "again"};
}

// Gives the batch its places and makes its frame.
std::string Log::State::sequence(const std::vector<Pending*>& batch, Head& next) {
  const std::uint64_t first = next.seq;
  std::size_t bytes = 0;
  for (const Pending* pending : batch)
    for (const std::string& tail : pending->tails) bytes += tail.size() + longest_head;
  std::string payload;
  payload.reserve(bytes);
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
    if (now != text_time || time_text.empty()) time_text = format_time(now);
    text_time = now;
    next.time = now;
    entry.bytes = format_head(next.seq, next.prev, time_text);
    entry.bytes += pending.tails[i];
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

}  // namespace sceau::audit
