// A log made again from its entries. Ed25519 has one signature for a key and a text, so the same
// entries, key and publication sizes give the same bytes as any other correct writer's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "audit/key.h"

namespace sceau::audit {

/// Writes into `out`, an empty or new folder, the log of the entries in a file, one a line, as it
/// looks after a publication at each of these sizes. The key's name is the origin; entries may be
/// any bytes without a newline, at most 65535 of them.
/// Throws AuditError: (exists) when `out` holds something; (bad_input) when the sizes don't
/// ascend, the file has fewer or more entries than the last size, or its last line is cut; (io).
void rebuild_log(const std::filesystem::path& entries, const Signer& signer,
                 const std::vector<std::uint64_t>& sizes, const std::filesystem::path& out);

}  // namespace sceau::audit
