// Being a witness: somebody beside the centre who remembers how far a log had come, and signs
// that each later state goes on from there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "audit/key.h"
#include "audit/trust.h"
#include "audit/verify.h"

namespace sceau::audit {

struct Cosignature {
  std::string origin;
  std::uint64_t size = 0;
  std::string line;  ///< the signature line, with its newline, to go under the checkpoint
};

/// Verifies the log as a tree, compares it with what this witness saw last (`state`, a file that
/// it keeps for this log), writes down what it sees now, durably, and only then signs it.
/// `trust` names the log's key; it may be left out once `state` is there, and must agree with it.
/// `time_s` is the time of signing in seconds since 1970.
/// Throws AuditError: (bad_input) when the key is no witness's, or nothing says whose log it is;
/// (tampered) when the log is damaged, has shrunk, or doesn't go on from what was seen: keep both
/// copies and raise the alarm; (undecided) when the log holds what nobody signed; (io).
[[nodiscard]] Cosignature cosign_log(const std::filesystem::path& log_dir, const Signer& witness,
                                     const std::filesystem::path& state,
                                     const std::optional<Trust>& trust, std::uint64_t time_s);

/// What a witness gives back to a request: its cosignature, or the size that it has seen when the
/// request doesn't begin there (the asker makes a new one from that size).
struct RequestAnswer {
  std::optional<Cosignature> cosignature;
  std::uint64_t seen = 0;

  /// The answer's text: the signature line, or the size and a newline.
  [[nodiscard]] std::string text() const;
};

/// The same for a request (the text of witness_request.h): no copy of the log is needed, since the
/// request holds the proof. Asked again about what it signed last, it signs again.
/// Throws AuditError as cosign_log: (tampered) for a size that shrinks, another root for the size
/// that was seen, or a proof that doesn't lead there.
[[nodiscard]] RequestAnswer cosign_request(std::string_view request, const Signer& witness,
                                           const std::filesystem::path& state,
                                           const std::optional<Trust>& trust, std::uint64_t time_s);

}  // namespace sceau::audit
