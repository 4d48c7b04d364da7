#pragma once
// Files that are whole or not there: written beside their place, synced, given their name without
// overwriting, and the folder synced.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sceau::enclave {

/// Mode 0600. False where a file of that name exists already. Throws keys.unwritable or
/// keys.disk_full and leaves nothing.
[[nodiscard]] bool write_new_file(const std::filesystem::path& file, std::string_view content);

/// Mode 0600, in place of one of that name, whose bytes are then overwritten with zeros. A crash
/// leaves the old file or the new one, whole. Throws as write_new_file.
void replace_file(const std::filesystem::path& file, std::string_view content);

/// Gives `from` the name `to`, as replace_file does with a new file.
void move_over(const std::filesystem::path& from, const std::filesystem::path& to);

/// nullopt where there is no such file. Throws keys.unreadable, also for one longer than `most`.
[[nodiscard]] std::optional<std::string> read_small_file(const std::filesystem::path& file,
                                                         std::size_t most);

/// Overwrites with zeros, syncs, unlinks, syncs the folder. Throws keys.unwritable.
void erase_file(const std::filesystem::path& file);

void sync_folder(const std::filesystem::path& folder);

}  // namespace sceau::enclave
