// A checkpoint: the three lines that a log signs, `origin\nsize\nbase64(root)\n`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/bytes.h"

namespace sceau::audit {

struct Checkpoint {
  std::string origin;      ///< the log's name: that of its key
  std::uint64_t size = 0;  ///< entries, at most 2^63 - 1
  Digest root{};           ///< over the first `size` entries
  std::string extensions;  ///< further lines, each with its newline; our logs have none
};

/// The text to sign.
[[nodiscard]] std::string format_checkpoint(const Checkpoint& checkpoint);

/// Reads a note's text. Throws AuditError (bad_input): a size with leading zeros, a root that
/// isn't a digest, an empty origin or extension line.
[[nodiscard]] Checkpoint parse_checkpoint(std::string_view text);

}  // namespace sceau::audit
