#include "audit/witness.h"

#include <algorithm>

#include "audit/disk.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/note.h"

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

// The one log key that this witness follows.
Trust trust_to_follow(const std::optional<Seen>& seen, const std::optional<Trust>& trust) {
  if (!seen) {
    if (trust && trust->logs.size() == 1) return trust_of_key(trust->logs.front().line());
    throw AuditError(Fault::bad_input, "this witness has not seen the log yet",
                     "the first time, give --trust with the log's key");
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
  if (seen) options.since = seen->note;
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
  if (witness.verifier().type() != KeyType::cosignature_v1)
    throw AuditError(Fault::bad_input, "this key is not a witness's",
                     "a witness's key has type 04 (cosignature/v1)");
  const auto seen = read_state(state);
  const Trust follow = trust_to_follow(seen, trust);
  const Verification result = check_log(log_dir, follow, seen);

  Disk disk;
  fs::path temporary = state;
  temporary += ".new";
  replace_file(disk, temporary,
               {state, follow.logs.front().line() + "\n" + result.checkpoint, 0600});

  const Bytes signature = witness.sign("cosignature/v1\ntime " + std::to_string(time_s) + "\n" +
                                       parse_note(result.checkpoint).text);
  Bytes timed(8 + signature.size());
  for (std::size_t i = 0; i < 8; ++i) timed[i] = static_cast<std::uint8_t>(time_s >> (56 - 8 * i));
  std::copy(signature.begin(), signature.end(), timed.begin() + 8);
  return {result.origin, result.size, signature_line(witness.verifier(), timed)};
}

}  // namespace sceau::audit
