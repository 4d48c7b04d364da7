#pragma once
// The two kinds of wall; internal to the sandbox room.

#include <filesystem>
#include <span>

#include "enclave/sandbox/walls.h"

namespace sceau::enclave {

[[nodiscard]] bool seccomp_is_there();
/// The allow-list of system calls. Throws server.no_walls.
void keep_to_calls();

/// Landlock's ABI; 0: none.
[[nodiscard]] int landlock_abi();
/// No file may be changed, made or run any more. Throws server.no_walls.
void forbid_changes();
/// No file may be opened but these, to read. Throws server.no_walls.
void allow_reading(std::span<const std::filesystem::path> files);
/// Throws server.no_walls.
void allow_places(std::span<const Place> places);

}  // namespace sceau::enclave
