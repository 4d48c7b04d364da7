// The verifier: derives a whole log again from its bytes and compares. It repairs nothing, and
// shares no code with the writer but the hashes and the spellings of bytes.
//
//   checkpoint   signed by a log of the trust file, under that log's name
//   witnesses    the trust file's quorum of cosignatures, under the checkpoint or under an earlier
//                one (checkpoint.cosigned) that this log goes on from
//   entries      each in its one canonical form, of a known event, with the data it must carry
//   chain        numbers without a gap, each `prev` the leaf hash of the entry before, time never
//                going back
//   tiles        every tile of every level, partial ones too, equal to what the entries give
//   root         the root over the entries is the one that was signed
//   since        an earlier checkpoint's tree is the beginning of this one
//   link         (verify_chain.h) a log goes on from the one before it
//   files        nothing stands in the log's folder that these checks don't cover
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/bytes.h"
#include "audit/trust.h"

namespace sceau::audit {

/// Ordered: a verification is as bad as its worst check.
enum class Outcome {
  valid,      ///< everything that the trust file asks for holds
  undecided,  ///< nothing contradicts, but something that was asked for can't be known
  tampered    ///< something contradicts the signature
};

enum class CheckResult { passed, not_checked, undecided, failed };

/// What kind of thing a check found; its name is a promise to scripts (`failure` in --json).
enum class Failure {
  none,
  checkpoint_missing,
  checkpoint_form,       ///< not a signed note of a checkpoint, or with lines too many
  key_unknown,           ///< no key of that name is in the trust file
  key_other,             ///< signed under a known name by another key
  checkpoint_signature,  ///< a known key signed something else
  checkpoint_origin,     ///< signed by a log's key for another log
  witnesses_missing,     ///< the trust file's quorum is not met
  witnesses_other,       ///< witnesses signed what isn't the beginning of this log
  entry_form,            ///< an entry is not in its canonical form
  entry_data,            ///< an event without the data that it must carry
  event_unknown,
  chain_number,  ///< an entry's number is not its place
  chain_prev,    ///< an entry names another one before it
  chain_time,    ///< an entry is earlier than the one before
  chain_seal,    ///< entries behind the seal, or a log's beginning in its midst
  bundle_missing,
  bundle_form,  ///< a bundle is cut, or holds more than its entries
  bundle_copy,  ///< two copies of a bundle differ
  tile_missing,
  tile_length,
  tile_hash,        ///< a tile's hash is not that of the entries
  file_unreadable,  ///< a device, a folder or an oversized file in place of a tile
  root_other,       ///< the entries don't have the root that was signed
  root_unknown,     ///< so much is lost that the root can't be derived
  since_untrusted,  ///< the earlier checkpoint can't be believed
  since_origin,     ///< it is of another log
  since_root,       ///< history was rewritten since
  since_newer,      ///< this log is older than it
  since_unknown,    ///< so much is lost that it can't be compared
  file_tail,        ///< files beyond the signed size
  file_stranger,    ///< a file that no log has
  link_missing,     ///< a log ends without a seal, or begins without naming the one before
  link_key,         ///< the seal or the beginning names another key or origin
  link_checkpoint,  ///< the beginning holds another checkpoint than the sealed log's last
  link_double,      ///< two logs go on from one, or one log is there twice
  proof_other,      ///< a receipt's proof doesn't lead to its checkpoint
  release_other,    ///< a receipt of something else than a release
  file_other,       ///< another file than the one that was released
  log_other,        ///< the log that was to tell of revocations doesn't verify, or is another
  release_revoked   ///< the release was taken back later
};

[[nodiscard]] std::string_view name_of(Failure failure);

struct Check {
  std::string name;  ///< one of those above
  CheckResult result = CheckResult::passed;
  std::string message;                      ///< what holds, or the first thing that doesn't
  std::optional<std::uint64_t> entry = {};  ///< the first bad entry, where one can be named
  Failure failure = Failure::none;
};

/// An act that was begun and has no outcome in the log.
struct OpenIntent {
  std::uint64_t seq = 0;
  std::string event;
  std::string id;  ///< what identifies the act, such as "S-12/4"; may be empty
};

/// Something about a session that doesn't fit.
struct SessionGap {
  enum class Kind {
    numbers,    ///< statements are missing between two
    outside,    ///< a statement of a session that isn't open
    not_closed  ///< open at the end, though the centre has stopped
  };
  std::uint64_t seq = 0;  ///< of the entry that shows it; for not_closed of session.opened
  std::string session;
  Kind kind = Kind::numbers;
  std::uint64_t first = 0, last = 0;  ///< for numbers: the statements that are missing
};

/// An entry before which the clock had gone back.
struct ClockStep {
  std::uint64_t seq = 0;
  std::uint64_t behind_us = 0;
};

/// What a log's last and first entry say about the logs after and before it.
struct NextLog {
  std::string origin, key;
};
struct EarlierLog {
  std::string checkpoint;   ///< the note
  std::string key, origin;  ///< the earlier log's key; the origin that this log claims
};

/// At most 1,000 are listed of each.
struct Verification {
  Outcome outcome = Outcome::valid;
  std::string origin;
  std::string log_key;  ///< verifier key line of the key that signed; empty when none did
  std::uint64_t size = 0;
  Digest root{};
  std::string checkpoint;  ///< the signed note that was verified; empty when there was none
  std::vector<Check> checks;
  std::vector<std::string> notes;
  std::vector<OpenIntent> intents;  ///< in the order of the log; at most 100,000

  std::vector<SessionGap> gaps;
  std::vector<ClockStep> clock_steps;
  std::uint64_t unlisted = 0;          ///< gaps and steps beyond those listed
  std::optional<NextLog> next;         ///< the log is sealed
  std::optional<EarlierLog> earlier;   ///< the log goes on from another
  std::uint64_t witnessed = 0;         ///< entries under the trust file's quorum (if it has one)
  std::uint64_t unwitnessed = 0;       ///< entries beyond, `log.cosigned` not counted
  std::vector<std::string> witnesses;  ///< the names of who signed for these entries

  /// The lowest entry that a failed check names.
  [[nodiscard]] std::optional<std::uint64_t> first_bad() const;
  /// The check of that name, or null.
  [[nodiscard]] const Check* find(std::string_view name) const;
  /// Adds a check and lets the outcome follow.
  void add(Check check);
};

/// The check of the trust file's quorum on a checkpoint that a log signed.
[[nodiscard]] Check check_witnesses(const SignedCheckpoint& opened, const Trust& trust);

/// Why open_checkpoint doesn't believe a note.
[[nodiscard]] Failure failure_of(std::string_view note, const Trust& trust);

/// An earlier checkpoint.
struct Earlier {
  std::string name;  ///< of its file, for messages; may be empty
  std::string note;
};

struct VerifyOptions {
  bool tree_only = false;      ///< any C2SP log: entries are hashed but not read
  std::vector<Earlier> since;  ///< earlier checkpoints, as signed notes
  unsigned threads = 0;        ///< 0: as many as the machine has cores
  /// Called now and then with the entries done and their number.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

/// Verifies the log in this folder. Memory is bounded by some thousand entries for each thread (and
/// the acts and sessions that are open).
/// Throws AuditError (bad_input) when the folder holds no log.
[[nodiscard]] Verification verify_log(const std::filesystem::path& log_dir, const Trust& trust,
                                      const VerifyOptions& options = {});

/// Verifies that a receipt (text) proves the release of a file with this SHA-256. Checks:
/// receipt, checkpoint, witnesses, proof, entry, release, file.
[[nodiscard]] Verification verify_receipt(std::string_view receipt, const Digest& file,
                                          const Trust& trust);

/// Verifies that a receipt (text) proves that a sealed store's key was destroyed; with `copy`, that
/// it was the key of the file with this SHA-256. Checks: checkpoint, witnesses, proof, entry,
/// erasure, and file where a copy is given.
[[nodiscard]] Verification verify_erasure(std::string_view receipt,
                                          const std::optional<Digest>& copy, const Trust& trust);

/// Adds to a receipt's valid verification what a newer copy of the log (and of those that go on
/// from it) says: checks log and revocation. A receipt alone can't know that its release was taken
/// back. Undecided where it was, and where the copy is older than the receipt. What isn't valid is
/// left as it is. Throws AuditError as verify_log.
void check_revocation(Verification& result, std::string_view receipt,
                      const std::vector<std::filesystem::path>& logs, const Trust& trust);

}  // namespace sceau::audit
