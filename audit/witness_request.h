// What goes to a witness: the body of C2SP's add-checkpoint request.
//
//   old 17                          the size that the witness saw last, as far as the asker knows
//   <base64 hashes, one a line>     consistency proof from there, at most 63
//
//   <the checkpoint, a signed note>
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "audit/bytes.h"

namespace sceau::audit {

struct WitnessRequest {
  std::uint64_t old_size = 0;
  std::vector<Digest> proof;  ///< empty when old_size is 0 or the checkpoint's size
  std::string checkpoint;     ///< the signed note, not yet verified
};

[[nodiscard]] std::string format_request(const WitnessRequest& request);

/// Throws AuditError (bad_input) that says what is wrong.
[[nodiscard]] WitnessRequest parse_request(std::string_view text);

/// The request that leads from `old_size` to this checkpoint of the log in the folder.
/// Throws AuditError (bad_input) when old_size is beyond the checkpoint, (tampered) when the
/// log's files don't lead to it.
[[nodiscard]] WitnessRequest make_request(const std::filesystem::path& log_dir,
                                          std::uint64_t old_size, std::string_view checkpoint);

}  // namespace sceau::audit
