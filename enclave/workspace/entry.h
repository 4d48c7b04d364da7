#pragma once
// The two parts that this program plays in a workspace, as main() starts them by their words.
//
//   jail    sceau --workspace-jail UID BWRAP …   outside: becomes the workspace's user, then
//           bubblewrap. It holds no key: it was started by exec, as workers are.
//   entry   sceau --workspace ORDERS COMMAND …   inside, behind namespaces and seccomp: makes the
//           terminal, unpacks a kept folder, adds Landlock and limits, and runs the command; it
//           stays as its parent on a lower Landlock storey, so that the command can't trace it, and
//           packs the folder when everything else in the workspace has been killed.

namespace sceau::enclave {

int run_workspace_jail(int count, char** words) noexcept;
int run_workspace_entry(int count, char** words) noexcept;

/// Whether this process may give a child another user: CAP_SETUID, CAP_SETGID, and CAP_KILL to end
/// it again.
[[nodiscard]] bool may_choose_users();

}  // namespace sceau::enclave
