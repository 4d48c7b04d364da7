#include "audit/rotation.h"

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/log_state.h"
#include "audit/note.h"
#include "audit/prove.h"
#include "audit/trust.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_note = 1'000'000;
constexpr std::string_view keep_all =
    "nothing was moved; keep a copy of log/, log.state/ and log.next/ and tell the auditors";

fs::path beside(const fs::path& log, const char* ending) {
  fs::path path = log;
  path += ending;
  return path;
}

// The checkpoint in a log's folder, unverified; nothing when there is none.
std::optional<std::string> note_in(const fs::path& log_dir) {
  return read_file(log_dir / "checkpoint", largest_note);
}

Checkpoint checkpoint_in(const std::string& note) {
  return parse_checkpoint(parse_note(note).text);
}

std::optional<Seal> seal_of(const fs::path& log_dir, std::uint64_t size) {
  if (size == 0) return std::nullopt;
  return seal_in(size - 1, LogFiles(log_dir, size).entry(size - 1));
}

// The note with the log's own signature alone: what a new log repeats, whatever witnesses add.
std::string own_note(const std::string& note, const Verifier& key) {
  const Note parsed = parse_note(note);
  for (const NoteSignature& line : parsed.signatures)
    if (line.name == key.name() && line.key_id == key.id())
      return parsed.text + "\n" + format_signature(line);
  throw AuditError(Fault::tampered, "the sealed log's checkpoint is not signed by its key",
                   std::string(keep_all));
}

void move_folder(Disk& disk, const fs::path& from, const fs::path& to) {
  disk.rename(from, to);
  disk.sync_directory(from.parent_path());
  if (to.parent_path() != from.parent_path()) disk.sync_directory(to.parent_path());
}

fs::path numbered(const fs::path& sealed, unsigned number) {
  return sealed / std::to_string(number);
}

// The number that the log at hand gets, or has got: a log without its state is half moved.
unsigned sealed_number(const LogPlace& place) {
  unsigned number = 1;
  while (fs::exists(numbered(place.sealed, number)) &&
         fs::exists(beside(numbered(place.sealed, number), ".state")))
    ++number;
  return number;
}

// True when the new log is there with its first entry published, and follows the sealed one.
bool is_complete(const LogPlace& place) {
  const auto next = note_in(place.next);
  if (!next || checkpoint_in(*next).size == 0) return false;
  const auto old = note_in(place.log);
  if (!old) return true;  // it was moved already
  const auto seal = seal_of(place.log, checkpoint_in(*old).size);
  if (!seal || seal->origin != checkpoint_in(*next).origin)
    throw AuditError(Fault::tampered, "log.next is not the log that goes on from this one",
                     std::string(keep_all));
  return true;
}

void make_next(const LogPlace& place, const std::string& old_note, const Verifier& old_key,
               Signer next, const Clock& clock, std::string_view actor, LogOptions options) {
  // A log that was never signed is made again; one that was goes on, so that no size gets two
  // roots under the new key.
  if (!fs::exists(place.next_state / "signed")) {
    std::error_code error;
    fs::remove_all(place.next, error);
    fs::remove_all(place.next_state, error);
    Log::create(place.next, place.next_state);
  }
  const std::string origin = next.name();
  Log log(place.next, place.next_state, origin, std::move(next), clock, std::move(options));
  if (log.size() == 0)
    log.append("key.rotated", actor,
               {{"checkpoint", to_base64(as_bytes(own_note(old_note, old_key)))},
                {"key", old_key.line()},
                {"origin", origin}});
  log.publish();
}

}  // namespace

LogPlace::LogPlace(fs::path log_dir)
    : log(std::move(log_dir)),
      state(beside(log, ".state")),
      next(beside(log, ".next")),
      next_state(beside(log, ".next.state")),
      sealed(beside(log, ".sealed")) {}

std::vector<fs::path> LogPlace::sealed_logs() const {
  std::vector<fs::path> logs;
  for (unsigned number = 1; fs::exists(numbered(sealed, number)); ++number)
    logs.push_back(numbered(sealed, number));
  return logs;
}

void begin_next_log(const LogPlace& place, const Verifier& old_key, Signer next, const Clock& clock,
                    std::string_view actor, LogOptions options) {
  if (finish_rotation(place)) return;
  {
    const WriterLock lock(StateFiles(place.state).lock);
    const auto note = note_in(place.log);
    if (!note) throw AuditError(Fault::bad_input, "there is no log in " + place.log.string());
    const Checkpoint last = open_checkpoint(*note, trust_of_key(old_key.line())).checkpoint;
    const auto seal = seal_of(place.log, last.size);
    if (!seal)
      throw AuditError(Fault::refused, "the log is not sealed",
                       "a log is sealed before the next one begins");
    if (seal->key != next.verifier_key())
      throw AuditError(Fault::refused, "the seal names another key than this one",
                       "go on with the key of " + seal->origin);
    options.trust.reset();  // the trust file's witnesses come to the new log when it is opened
    make_next(place, *note, old_key, std::move(next), clock, actor, std::move(options));
  }
  finish_rotation(place);
}

bool finish_rotation(const LogPlace& place) {
  Disk disk;
  if (fs::exists(place.next_state)) {
    if (!is_complete(place)) return false;
    const fs::path old = numbered(place.sealed, sealed_number(place));
    if (fs::exists(place.log)) {
      const WriterLock lock(StateFiles(place.state).lock);
      disk.make_directory(place.sealed);
      disk.sync_directory(place.sealed.parent_path());
      move_folder(disk, place.log, old);
    }
    if (fs::exists(place.state)) move_folder(disk, place.state, beside(old, ".state"));
    move_folder(disk, place.next_state, place.state);
  } else if (fs::exists(place.log) || !fs::exists(place.next)) {
    return false;
  }
  move_folder(disk, place.next, place.log);
  return true;
}

}  // namespace sceau::audit
