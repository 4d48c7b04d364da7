#pragma once
// The system calls of a workspace, as a seccomp program for bubblewrap (--seccomp FD), which loads
// it last of all. R, Python, psql and shells run under it. What isn't on the list doesn't exist
// (ENOSYS, so that libraries take the older way); what only an escape would ask for is EPERM.
//
//   allowed   files, memory, threads, processes, signals, clocks, terminals; a Unix stream socket
//             and connect(), which meets only what the mount namespace shows: the session's socket
//   refused   every other kind of socket, socketpair, bind and listen; namespaces, mounts, ptrace,
//             other processes' memory, keys, bpf, io_uring, perf, userfaultfd, memfd, System V and
//             POSIX queues and shared memory, TIOCSTI and every ioctl that isn't a terminal's

namespace sceau::enclave {

/// The program in a sealed memory file, at its beginning; the caller closes it. Throws
/// workspace.no_walls where seccomp is missing.
[[nodiscard]] int workspace_calls();

}  // namespace sceau::enclave
