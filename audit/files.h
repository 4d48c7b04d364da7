// Reading files that somebody else may have prepared.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace sceau::audit {

/// The bytes of a regular file; nothing when there is no such file. A pipe, a device or a folder
/// is not waited for, and a file of more than `limit` bytes is not read: both throw AuditError
/// (bad_input). Throws AuditError (io) when the system fails.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& path,
                                                   std::size_t limit);

}  // namespace sceau::audit
