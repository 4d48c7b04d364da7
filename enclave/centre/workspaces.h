#pragma once
// A workspace in the registry and the log: who works in which project, from when to when, and how
// it ended. The broker starts the processes (server/broker_workspace.h); it opens here first, so
// that nothing runs that isn't logged.
//
//   workspace.opened   before a process of it exists
//   workspace.entered  a session through its own socket, before anything is granted to it
//   workspace.closed   reason and exit code; after a crash of the centre by the next start, `crash`

#include <optional>
#include <string>
#include <vector>

#include "enclave/centre/centre.h"
#include "enclave/workspace/settings.h"
#include "policies/workspace_rules.h"

namespace sceau::enclave {

/// The table [workspace] of centre.toml. Throws bad_input (centre.bad_config).
[[nodiscard]] WorkspaceSettings read_workspace_settings(const Home& home);
/// What holds under a policy: its word where it has one.
[[nodiscard]] WorkspaceSettings under(WorkspaceSettings settings,
                                      const policies::WorkspaceRules& rules);

struct WorkspaceGrant {
  std::string workspace;  ///< "w-" + 16 hex digits
  std::string user;
  std::uint32_t uid = 0;  ///< of the person
  std::string project;
  WorkspaceSettings settings;    ///< as the project's policy has them
  std::string folder_sha256;     ///< of the sealed folder as it was left; empty: none yet
  std::string folder_of;         ///< the workspace that left it
  std::vector<GivenFile> files;  ///< released ones, and those that were brought in
};

/// Permit, project and person must agree, as for a session; else logs workspace.refused and throws
/// not_permitted. One workspace at a time may have a project's kept folder: unavailable
/// (workspace.folder_taken).
[[nodiscard]] WorkspaceGrant open_workspace(Centre& centre, const Person& person,
                                            const std::string& project);

/// Says in the log that a session comes from inside. Throws not_permitted where it has ended.
void enter_workspace(Centre& centre, const std::string& session, const std::string& workspace);

/// `sha256`: of the folder that was sealed at the end, or empty.
void close_workspace(Centre& centre, const std::string& workspace, const std::string& reason,
                     int exit_code, const std::string& sha256 = "");

/// Whether what was permitted at the opening still is.
[[nodiscard]] bool still_permitted(Centre& centre, const std::string& workspace);

/// Inside a registry change: ends one that is open, as close_workspace does.
void end_workspace(Centre::State& state, const std::string& workspace, const std::string& reason,
                   int exit_code, const std::string& by, const std::string& sha256 = "");

/// The key of a project's kept folder, made at its first use. Refused (centre.folder_erased) where
/// the project was erased.
[[nodiscard]] KeyBytes folder_key(Centre& centre, const std::string& project);
/// Where the folder lies as a workspace left it, sealed. The registry says which one counts.
[[nodiscard]] std::filesystem::path folder_file(const Home& home, const std::string& workspace);
/// The folder of a project that was erased: its key, its file, and what is known of it.
void erase_folder(Centre::State& state, const std::string& project);
/// Removes what no project's folder is any more.
void sweep_folders(Centre& centre);

}  // namespace sceau::enclave
