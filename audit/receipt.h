// A receipt: a proof that one entry stands in a log, which is checked without the log.
// The form is tlog-proof@v1; its `extra` line holds the entry's bytes.
//
//   c2sp.org/tlog-proof@v1
//   extra eyJ2Ijox...
//   index 17
//   <one base64 hash a line, from the leaf's sibling up>
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

struct Receipt {
  std::string entry;  ///< the entry's bytes; believed only after its leaf hash is proved
  std::uint64_t index = 0;
  std::vector<Digest> proof;
  std::string checkpoint;  ///< the signed note, not yet verified
};

[[nodiscard]] std::string format_receipt(const Receipt& receipt);

/// Throws AuditError (bad_input) that says which line is wrong. A receipt without `extra`, or
/// with more than 63 hashes, is refused.
[[nodiscard]] Receipt parse_receipt(std::string_view text);

/// The receipt of entry `seq` under a checkpoint of `size` entries and root `root`, from the
/// log's files. Throws AuditError (bad_input) when there is no such entry, (tampered) when the
/// files don't lead to the root.
[[nodiscard]] Receipt make_receipt(const std::filesystem::path& log_dir, std::uint64_t seq,
                                   std::uint64_t size, const Digest& root,
                                   std::string_view checkpoint);

}  // namespace sceau::audit
