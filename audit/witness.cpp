#include "audit/witness.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

#include "audit/disk.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/hash.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/witness_request.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_state = 2'000'000;
constexpr std::string_view alarm =
    "this is an alarm: keep this copy and the witness's state file as they are, and tell the "
    "other auditors";

// What a witness keeps: the log's verifier key on a line, and the last checkpoint as a note.
struct Seen {
  std::string log_key;
  std::string note;
};

std::optional<Seen> read_state(const fs::path& path) {
  const auto text = read_file(path, largest_state);
  if (!text) return std::nullopt;
  const auto end = text->find('\n');
  if (end == std::string::npos)
    throw AuditError(Fault::bad_input, path.string() + " is no witness's state file");
  return Seen{text->substr(0, end), text->substr(end + 1)};
}

// Keeps two cosigners from using one state at a time: each would sign what the other doesn't see.
class StateLock {
 public:
  explicit StateLock(fs::path state) {
    state += ".lock";
    fd_ = ::open(state.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0 || ::flock(fd_, LOCK_EX) != 0) {
      if (fd_ >= 0) ::close(fd_);
      throw AuditError(Fault::io, "cannot lock " + state.string(), "may you write there?");
    }
  }
  ~StateLock() { ::close(fd_); }
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

 private:
  int fd_ = -1;
};

// A folder holds a state for each log, named by its origin.
fs::path state_file(const fs::path& state, const std::string& origin) {
  if (!fs::is_directory(state)) return state;
  return state / to_hex(Hasher().sha256(as_bytes(origin))).substr(0, 16);
}

void keep(const fs::path& state, const std::string& log_key, std::string_view note) {
  Disk disk;
  fs::path temporary = state;
  temporary += ".new";
  replace_file(disk, temporary, {state, log_key + "\n" + std::string(note), 0600});
}

Cosignature sign(const Signer& witness, const Checkpoint& checkpoint, const std::string& text,
                 std::uint64_t time_s) {
  const Bytes signature =
      witness.sign("cosignature/v1\ntime " + std::to_string(time_s) + "\n" + text);
  Bytes timed(8 + signature.size());
  for (std::size_t i = 0; i < 8; ++i) timed[i] = static_cast<std::uint8_t>(time_s >> (56 - 8 * i));
  std::copy(signature.begin(), signature.end(), timed.begin() + 8);
  return {checkpoint.origin, checkpoint.size, signature_line(witness.verifier(), timed)};
}

void require_witness(const Signer& witness) {
  if (witness.verifier().type() != KeyType::cosignature_v1)
    throw AuditError(Fault::bad_input, "this key is not a witness's",
                     "a witness's key has type 04 (cosignature/v1)");
}

// The one log key that this witness follows.
Trust trust_to_follow(const std::optional<Seen>& seen, const std::optional<Trust>& trust,
                      const std::string& origin) {
  if (!seen) {
    if (trust)
      for (const Verifier& log : trust->logs)
        if (log.name() == origin) return trust_of_key(log.line());
    throw AuditError(Fault::bad_input, "this witness has not seen the log yet",
                     "the first time, give --trust with the key of " + origin);
  }
  if (trust && std::none_of(trust->logs.begin(), trust->logs.end(),
                            [&](const Verifier& log) { return log.line() == seen->log_key; }))
    throw AuditError(Fault::tampered,
                     "the trust file names another key than the one that this witness follows",
                     std::string(alarm));
  return trust_of_key(seen->log_key);
}

// Believes the log or throws; gives its checkpoint as a note.
Verification check_log(const fs::path& log_dir, const Trust& follow,
                       const std::optional<Seen>& seen) {
  VerifyOptions options;
  options.tree_only = true;
  if (seen) options.since.push_back({"", seen->note});
  Verification result = verify_log(log_dir, follow, options);
  const bool shrunk = seen && result.size < open_checkpoint(seen->note, follow).checkpoint.size;
  if (result.outcome == Outcome::valid && !shrunk) return result;
  std::string why = shrunk ? "the log has shrunk to " + std::to_string(result.size) + " entries"
                           : "the log can't be cosigned";
  for (const Check& check : result.checks)
    if (check.result == CheckResult::failed || check.result == CheckResult::undecided) {
      why += "; " + check.name + ": " + check.message;
      break;
    }
  if (result.outcome == Outcome::undecided && !shrunk) throw AuditError(Fault::undecided, why);
  throw AuditError(Fault::tampered, why, std::string(alarm));
}

}  // namespace

Cosignature cosign_log(const fs::path& log_dir, const Signer& witness, const fs::path& state,
                       const std::optional<Trust>& trust, std::uint64_t time_s) {
  require_witness(witness);
  const auto note = read_file(log_dir / "checkpoint", largest_state);
  if (!note)
    throw AuditError(Fault::bad_input, log_dir.string() + " holds no log",
                     "name the folder that has `checkpoint` and `tile` in it");
  const std::string origin = parse_checkpoint(parse_note(*note).text).origin;
  const fs::path file = state_file(state, origin);
  const StateLock lock(file);
  const auto seen = read_state(file);
  const Trust follow = trust_to_follow(seen, trust, origin);
  const Verification result = check_log(log_dir, follow, seen);
  keep(file, follow.logs.front().line(), result.checkpoint);
  return sign(witness, {result.origin, result.size, result.root, ""},
              parse_note(result.checkpoint).text, time_s);
}

std::string RequestAnswer::text() const {
  return cosignature ? cosignature->line : std::to_string(seen) + "\n";
}

RequestAnswer cosign_request(std::string_view text, const Signer& witness, const fs::path& state,
                             const std::optional<Trust>& trust, std::uint64_t time_s) {
  require_witness(witness);
  const WitnessRequest request = parse_request(text);
  const Note note = parse_note(request.checkpoint);
  const std::string origin = parse_checkpoint(note.text).origin;
  const fs::path file = state_file(state, origin);
  const StateLock lock(file);
  const auto seen = read_state(file);
  const Trust follow = trust_to_follow(seen, trust, origin);
  const Checkpoint asked = open_checkpoint(request.checkpoint, follow).checkpoint;
  Checkpoint last{asked.origin, 0, empty_root(), ""};
  if (seen) last = open_checkpoint(seen->note, follow).checkpoint;
  if (asked.size < last.size)
    throw AuditError(Fault::tampered,
                     "the log has shrunk to " + std::to_string(asked.size) + " entries from " +
                         std::to_string(last.size),
                     std::string(alarm));
  if (asked.size == last.size && asked.root != last.root)
    throw AuditError(
        Fault::tampered,
        "the log has two roots for " + std::to_string(asked.size) + " entries: it was forked",
        std::string(alarm));
  if (asked.size > last.size) {
    if (request.old_size != last.size) return {std::nullopt, last.size};
    Hasher hasher;
    if (!verify_consistency(hasher, {0, last.size}, asked.size, last.root, asked.root,
                            request.proof))
      throw AuditError(Fault::tampered,
                       "the log of " + std::to_string(asked.size) +
                           " entries doesn't go on from the " + std::to_string(last.size) +
                           " that this witness has seen",
                       std::string(alarm));
    keep(file, follow.logs.front().line(), request.checkpoint);
  }
  return {sign(witness, asked, note.text, time_s), asked.size};
}

}  // namespace sceau::audit
