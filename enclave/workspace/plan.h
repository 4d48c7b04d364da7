#pragma once
// A workspace as bubblewrap builds it: fresh namespaces of every kind, a read-only system, and one
// folder to work in. A plan is a value; what bubblewrap reads is made from it in one place.
//
//   /usr /lib… /etc      the host's programs, /etc reduced to what psql, R and Python read
//   /opt/sceau/bin       this program, for `sceau egress`
//   /run/sceau           the session's own socket, and nothing else
//   /ingress /released   what was brought in and what the project was given out: read-only
//   /workspace           the project folder: a memory file system with a size, the home
//   /tmp /dev/shm        likewise, smaller
//
// No /home, no /root, no centre, no network interface but a loopback that is down, no capability.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "enclave/sandbox/walls.h"
#include "enclave/workspace/settings.h"

namespace sceau::enclave {

struct WorkspacePlan {
  std::filesystem::path bubblewrap = "/usr/bin/bwrap";
  std::filesystem::path program;     ///< this program as the workspace's user can open it, or
  bool copy_program = false;         ///< its bytes are copied in
  std::filesystem::path socket;      ///< the session's socket, on the host; empty: none
  std::string user;                  ///< the person, for USER, PGUSER and /etc/passwd
  std::string project;               ///< PGDATABASE
  std::string language = "en";       ///< of the session
  std::string terminal;              ///< TERM; empty: the command has pipes
  std::vector<std::string> command;  ///< at least one word
  std::vector<GivenFile> files;
  std::optional<std::uint32_t> own_user;  ///< the uid that it runs under on the host
  WorkspaceSettings settings;
  /// For tests alone: each wall can be taken away to see that something was behind it.
  struct Walls {
    bool calls = true;
    bool landlock = true;
    bool limits = true;
  } walls;
};

inline constexpr const char* workspace_word = "--workspace";  ///< the entry inside
inline constexpr const char* jail_word = "--workspace-jail";  ///< the step before bubblewrap

/// Descriptors of the jail, in this order; files follow from `first_file_fd` on.
inline constexpr int workspace_channel_fd = 3;
inline constexpr int plan_fd = 4;
inline constexpr int calls_fd = 5;
inline constexpr int archive_fd = 6;  ///< the kept folder as it was left; at its beginning
inline constexpr int first_file_fd = 7;

/// What stands in the files that bubblewrap is to make; the numbers of their descriptors are those
/// that bubblewrap_words() names, in this order.
[[nodiscard]] std::vector<GivenFile> made_files(const WorkspacePlan& plan);

/// The words for bubblewrap's --args: no name of a person's file stands in an argument that the
/// host's process list shows.
[[nodiscard]] std::vector<std::string> bubblewrap_words(const WorkspacePlan& plan);

/// What bubblewrap runs: the entry with its orders, then the command.
[[nodiscard]] std::vector<std::string> entry_words(const WorkspacePlan& plan);

/// The folders of a workspace that are there, for Landlock; asked inside.
[[nodiscard]] std::vector<Place> workspace_places();

}  // namespace sceau::enclave
