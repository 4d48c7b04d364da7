// Whom an auditor believes: the trust file, in the tlog-policy format.
//
//   log example.org/log+1f2e3d4c+ARpc...       the log's key; its name is the log's origin
//   witness W1 w1.example+0a1b2c3d+BHxy...     somebody who keeps the log's checkpoints
//   group two-of-three 2 W1 W2 W3              all | any | a number
//   quorum two-of-three                        a group, a witness, or none
//
// Blank lines and lines that begin with # are ignored. A name is defined on a line before it is
// used. A file without a quorum line, or with two, is refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/key.h"

namespace sceau::audit {

/// A member of a quorum: a witness (no members), or a group that needs `threshold` of its members.
struct TrustNode {
  std::string name;
  std::vector<std::size_t> members;  ///< indexes into Trust::nodes, all smaller than its own
  std::size_t threshold = 0;
  std::size_t witness = 0;  ///< for a witness: index into Trust::witnesses
};

struct Trust {
  std::vector<Verifier> logs;
  std::vector<Verifier> witnesses;
  std::vector<TrustNode> nodes;
  std::size_t quorum = none;  ///< index into nodes, or none

  static constexpr std::size_t none = SIZE_MAX;

  /// True when these witnesses (indexes) are enough. Always true without a quorum.
  [[nodiscard]] bool is_quorum(const std::vector<std::size_t>& cosigned) const;
};

/// Throws AuditError (bad_input) that names the line.
[[nodiscard]] Trust parse_trust(std::string_view text);

/// Reads a trust file. Throws AuditError (bad_input).
[[nodiscard]] Trust read_trust_file(const std::filesystem::path& path);

/// One log's key and no witness.
[[nodiscard]] Trust trust_of_key(std::string_view verifier_key);

/// Writes the trust file of a log that has no witness yet (`quorum none`), durably and all or
/// nothing. Replaces what is there. Throws AuditError (bad_input) for a bad key, (io).
void write_trust_file(const std::filesystem::path& path, std::string_view verifier_key);

/// Adds `log VKEY` behind the other log lines of a trust file, durably and all or nothing; the rest
/// of the text stays as it is. Does nothing when the key is there. Throws AuditError (bad_input)
/// when there is no such file or it, or the key, is bad; (io).
void add_log_key(const std::filesystem::path& path, std::string_view verifier_key);

/// A checkpoint whose log signature has been verified.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  std::string log_key;                 ///< verifier key line of the key that signed
  std::vector<std::size_t> cosigned;   ///< witnesses (indexes into Trust) whose lines are right
  std::vector<std::size_t> unchecked;  ///< witnesses that signed with a type not checkable here
  bool quorum = false;                 ///< the trust file's quorum is met
};

/// Believes a checkpoint or throws AuditError: (bad_input) when it is not one, (tampered) when no
/// log of the trust file signed it, its origin isn't that log's, or a known signature is wrong.
[[nodiscard]] SignedCheckpoint open_checkpoint(std::string_view note, const Trust& trust);

}  // namespace sceau::audit
