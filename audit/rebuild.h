// A log made again from its entries. Ed25519 has one signature for a key and a text, so the same
// entries, key and publication sizes give the same bytes as any other correct writer's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "audit/key.h"

namespace sceau::audit {

/// Writes into `out`, an empty or new folder, the log of the entries in a file, as it looks after a
/// publication at each of these sizes. The file holds each entry behind its length in two bytes,
/// high byte first, as a bundle does; or one entry a line. It is taken for the former when the
/// lengths lead to exactly as many entries as the last size, and to the file's end. The key's name
/// is the origin; entries are at most 65535 bytes.
/// Throws AuditError: (exists) when `out` holds something; (bad_input) when the sizes don't
/// ascend, the file has fewer or more entries than the last size, or its last line is cut; (io).
void rebuild_log(const std::filesystem::path& entries, const Signer& signer,
                 const std::vector<std::uint64_t>& sizes, const std::filesystem::path& out);

}  // namespace sceau::audit
