// The verifier: derives a whole log again from its bytes and compares. It repairs nothing, and
// shares no code with the writer but the hashes and the spellings of bytes.
//
//   checkpoint   signed by a log of the trust file, under that log's name
//   witnesses    the trust file's quorum of cosignatures
//   entries      each in its one canonical form, of a known event, with the data it must carry
//   chain        numbers without a gap, each `prev` the leaf hash of the entry before, time never
//                going back
//   tiles        every tile of every level, partial ones too, equal to what the entries give
//   root         the root over the entries is the one that was signed
//   since        an earlier checkpoint's tree is the beginning of this one
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

struct Check {
  std::string name;  ///< one of those above
  CheckResult result = CheckResult::passed;
  std::string message;                 ///< what holds, or the first thing that doesn't
  std::optional<std::uint64_t> entry;  ///< the first bad entry, where one can be named
};

/// An act that was begun and has no outcome in the log.
struct OpenIntent {
  std::uint64_t seq = 0;
  std::string event;
  std::string id;  ///< what identifies the act, such as "S-12/4"; may be empty
};

struct Verification {
  Outcome outcome = Outcome::valid;
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
  std::string checkpoint;  ///< the signed note that was verified; empty when there was none
  std::vector<Check> checks;
  std::vector<std::string> notes;
  std::vector<OpenIntent> intents;  ///< in the order of the log; at most 100,000

  /// The lowest entry that a failed check names.
  [[nodiscard]] std::optional<std::uint64_t> first_bad() const;
  /// The check of that name, or null.
  [[nodiscard]] const Check* find(std::string_view name) const;
  /// Adds a check and lets the outcome follow.
  void add(Check check);
};

/// The check of the trust file's quorum on a checkpoint that a log signed.
[[nodiscard]] Check check_witnesses(const SignedCheckpoint& opened, const Trust& trust);

struct VerifyOptions {
  bool tree_only = false;            ///< any C2SP log: entries are hashed but not read
  std::optional<std::string> since;  ///< an earlier checkpoint, as a signed note
  /// Called now and then with the entries done and their number.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

/// Verifies the log in this folder. Memory is bounded by one bundle (and the acts that are open).
/// Throws AuditError (bad_input) when the folder holds no log.
[[nodiscard]] Verification verify_log(const std::filesystem::path& log_dir, const Trust& trust,
                                      const VerifyOptions& options = {});

/// Verifies that a receipt (text) proves the release of a file with this SHA-256. Checks:
/// receipt, checkpoint, witnesses, proof, entry, release, file.
[[nodiscard]] Verification verify_receipt(std::string_view receipt, const Digest& file,
                                          const Trust& trust);

}  // namespace sceau::audit
