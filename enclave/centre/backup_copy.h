#pragma once
// Copies that are on the disk when they are said to be, for nobody but the owner: files 0600,
// folders 0700. Links are not followed. Throw unavailable (centre.cannot_write,
// centre.cannot_read).

#include <filesystem>
#include <string_view>

namespace sceau::enclave {

void make_private_folder(const std::filesystem::path& folder);
/// The folder above it is made where it is missing; what is there is replaced.
void copy_private(const std::filesystem::path& from, const std::filesystem::path& to);
/// Files and folders in it; locks, sockets and temporary files of a writer are left out. Nothing
/// where `from` isn't there.
void copy_private_folder(const std::filesystem::path& from, const std::filesystem::path& to);
void write_file(const std::filesystem::path& file, std::string_view bytes);
/// Every file and folder below, and the one above.
void sync_tree(const std::filesystem::path& folder);

}  // namespace sceau::enclave
