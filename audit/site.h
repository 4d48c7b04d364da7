// The log's folder as a writer changes it: tiles first, the checkpoint last, then what the new
// full tiles make superfluous.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "audit/disk.h"
#include "audit/tree.h"

namespace sceau::audit {

/// Puts the tree's new files in place, durably. Temporary files lie in `temporary`, a folder on the
/// same file system. Throws AuditError (io).
void write_tree_files(Disk& disk, const std::filesystem::path& log_dir,
                      const std::filesystem::path& temporary, const TreeFiles& taken);

/// Replaces the checkpoint, durably. What it signs must be in place. Throws AuditError (io).
void write_checkpoint(Disk& disk, const std::filesystem::path& log_dir,
                      const std::filesystem::path& temporary, std::string_view note);

/// Removes the partial tiles whose full tile is among these files. Throws AuditError (io).
void remove_superseded(Disk& disk, const std::filesystem::path& log_dir, const TreeFiles& taken);

}  // namespace sceau::audit
