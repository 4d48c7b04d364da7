#pragma once
// The walls around a child of the broker (worker, examiner): what is left to somebody who has taken
// it over. Two kinds, each enough for most of it: seccomp says which system calls there are,
// Landlock which files. Both only ever get stricter, hold for every thread to come, and need no
// rights.
//
// What remains: the descriptors that it was given, its own memory, threads, clocks, and reading
// the files that it is told to name.

#include <filesystem>
#include <span>

namespace sceau::enclave {

/// What this system can do.
struct WallMaterial {
  bool seccomp = false;
  int landlock = 0;  ///< ABI; 0: none, and files are kept by Unix rights alone
};
[[nodiscard]] WallMaterial wall_material();

/// No program, no process, no socket, no other process's memory, no kernel interface that a session
/// has no use for; nothing may be written, made, moved or removed anywhere. What isn't on the list
/// of calls fails with EPERM; what only an attacker would ask for ends the process (SIGSYS).
/// Throws EnclaveError server.no_walls where seccomp is missing: such a child must not go on.
void wall_in();

/// From here on no file may be opened but these, to read. Called once they are known.
/// Throws server.no_walls where Landlock is there and refuses.
void see_only(std::span<const std::filesystem::path> files);

/// A folder of a workspace and what may be done below it.
struct Place {
  enum class Use { read, run, write, device };  ///< run and write: and read; device: no new file
  std::filesystem::path folder;
  Use use = Use::read;
};

/// From here on this thread and its children do below these folders what each says, and nothing
/// anywhere else; no device, socket or program can be made, no TCP port or abstract socket reached,
/// no process outside be signalled or traced. Folders that aren't there are left out. May be called
/// again: each call adds a storey, and who lives on a higher one can't trace the lower. Without
/// Landlock: nothing happens (WallMaterial says so). Throws server.no_walls where it refuses.
void keep_to(std::span<const Place> places);

}  // namespace sceau::enclave
