#include "enclave/workspace/calls.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>

#include "enclave/fault.h"
#include "enclave/sandbox/walls.h"

namespace sceau::enclave {
namespace {

[[noreturn]] void no_walls() { throw EnclaveError(Fault::unavailable, "workspace.no_walls"); }

constexpr std::array allowed = {
    // files and descriptors
    "read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "pwrite64", "pwritev",
    "pwritev2", "lseek", "close", "close_range", "dup", "dup2", "dup3", "fcntl", "flock", "pipe",
    "pipe2", "poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl",
    "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd2", "signalfd4", "timerfd_create",
    "timerfd_settime", "timerfd_gettime", "inotify_init1", "inotify_add_watch", "inotify_rm_watch",
    "open", "openat", "openat2", "creat", "stat", "fstat", "lstat", "newfstatat", "statx", "access",
    "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "chdir", "fchdir", "getdents",
    "getdents64", "fstatfs", "statfs", "umask", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat",
    "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "truncate",
    "ftruncate", "fallocate", "fsync", "fdatasync", "sync_file_range", "chmod", "fchmod",
    "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "utime", "utimes",
    "utimensat", "futimesat", "sendfile", "copy_file_range", "fadvise64", "readahead", "getxattr",
    "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr",
    // memory
    "brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "mlock", "munlock", "mlock2",
    "mincore", "msync", "membarrier", "pkey_alloc", "pkey_free",
    // processes, threads, signals
    "execve", "execveat", "fork", "vfork", "wait4", "waitid", "exit", "exit_group", "futex",
    "futex_waitv", "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "gettid",
    "getpid", "getppid", "getpgid", "getpgrp", "setpgid", "getsid", "setsid", "getuid", "geteuid",
    "getgid", "getegid", "getresuid", "getresgid", "getgroups", "capget", "sched_yield",
    "sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_getscheduler",
    "sched_setscheduler", "sched_get_priority_max", "sched_get_priority_min", "getpriority",
    "setpriority", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait",
    "rt_sigpending", "rt_sigsuspend", "sigaltstack", "kill", "tkill", "tgkill", "pause", "alarm",
    "restart_syscall", "pidfd_open", "pidfd_send_signal", "arch_prctl", "getrusage", "getrlimit",
    "setrlimit", "prlimit64", "times",
    // clocks, machine
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
    "timer_create", "timer_settime", "timer_gettime", "timer_getoverrun", "timer_delete",
    "setitimer", "getitimer", "getrandom", "getcpu", "sysinfo", "uname", "get_mempolicy",
    // the one socket
    "connect", "getsockopt", "setsockopt", "getsockname", "getpeername", "sendto", "sendmsg",
    "recvfrom", "recvmsg", "shutdown",
    // its own walls, which only get stricter
    "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"};

/// Said no to, rather than unknown: nothing needs them, and so a program that asks hears why.
constexpr std::array hostile = {"socketpair",
                                "bind",
                                "listen",
                                "accept",
                                "accept4",
                                "ptrace",
                                "process_vm_readv",
                                "process_vm_writev",
                                "process_madvise",
                                "kcmp",
                                "pidfd_getfd",
                                "mount",
                                "umount2",
                                "pivot_root",
                                "chroot",
                                "setns",
                                "unshare",
                                "mount_setattr",
                                "open_tree",
                                "move_mount",
                                "fsopen",
                                "fsconfig",
                                "fsmount",
                                "fspick",
                                "bpf",
                                "perf_event_open",
                                "userfaultfd",
                                "kexec_load",
                                "kexec_file_load",
                                "init_module",
                                "finit_module",
                                "delete_module",
                                "keyctl",
                                "add_key",
                                "request_key",
                                "name_to_handle_at",
                                "open_by_handle_at",
                                "fanotify_init",
                                "reboot",
                                "swapon",
                                "swapoff",
                                "acct",
                                "quotactl",
                                "setuid",
                                "setgid",
                                "setreuid",
                                "setregid",
                                "setresuid",
                                "setresgid",
                                "setfsuid",
                                "setfsgid",
                                "setgroups",
                                "capset",
                                "personality",
                                "memfd_create",
                                "memfd_secret",
                                "shmget",
                                "shmat",
                                "shmctl",
                                "msgget",
                                "msgsnd",
                                "msgrcv",
                                "semget",
                                "semop",
                                "mq_open",
                                "mq_unlink",
                                "sethostname",
                                "setdomainname",
                                "settimeofday",
                                "clock_settime",
                                "clock_adjtime",
                                "adjtimex",
                                "ioperm",
                                "iopl",
                                "modify_ldt",
                                "syslog",
                                "vhangup",
                                "lookup_dcookie",
                                "nfsservctl",
                                "migrate_pages",
                                "move_pages",
                                "mbind",
                                "set_mempolicy",
                                "uselib",
                                "ustat",
                                "sysfs",
                                "_sysctl",
                                "vmsplice",
                                "splice",
                                "tee"};

/// What terminals, pipes and files are asked; TIOCSTI, TIOCLINUX and TIOCSETD are not among it.
constexpr std::array<unsigned long, 33> controls = {
    TCGETS,     TCSETS,     TCSETSW,     TCSETSF,    TCGETA,    TCSETA,    TCSETAW,
    TCSETAF,    TCSBRK,     TCSBRKP,     TCXONC,     TCFLSH,    TIOCGPGRP, TIOCSPGRP,
    TIOCGSID,   TIOCOUTQ,   TIOCGWINSZ,  TIOCSWINSZ, TIOCSCTTY, TIOCNOTTY, TIOCGPTN,
    TIOCSPTLCK, TIOCGPTLCK, TIOCGPTPEER, FIONREAD,   FIONBIO,   FIOCLEX,   FIONCLEX,
    FIOASYNC,   TIOCMGET,   TIOCEXCL,    TIOCNXCL,   TIOCGETD};

constexpr scmp_datum_t low = 0xffffffffU;  // the kernel looks at the lower half alone

class Program {
 public:
  Program() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), &seccomp_release) {
    if (!context_) no_walls();
    must(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
  }
  void rule(std::uint32_t action, const char* call, std::initializer_list<scmp_arg_cmp> when = {}) {
    const int number = seccomp_syscall_resolve_name(call);
    if (number == __NR_SCMP_ERROR) return;  // this library is older than the call: it stays unknown
    const int made = seccomp_rule_add_array(context_.get(), action, number,
                                            static_cast<unsigned>(when.size()), when.begin());
    if (made != 0 && made != -EDOM && made != -EACCES) no_walls();  // EACCES: as all others
  }
  void write(int fd) { must(seccomp_export_bpf(context_.get(), fd)); }

 private:
  static void must(int result) {
    if (result != 0) no_walls();
  }
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

scmp_arg_cmp is(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, low, value};
}

void allow_by_argument(Program& program) {
  constexpr auto yes = SCMP_ACT_ALLOW;
  constexpr auto no = SCMP_ACT_ERRNO(EPERM);
  // A stream socket of the file system's kind, whatever flags beside it.
  program.rule(yes, "socket", {is(0, AF_UNIX), {1, SCMP_CMP_MASKED_EQ, 0xf, SOCK_STREAM}});
  program.rule(no, "socket", {{0, SCMP_CMP_NE, AF_UNIX, 0}});
  program.rule(no, "socket", {is(0, AF_UNIX), {1, SCMP_CMP_MASKED_EQ, 0xf, SOCK_DGRAM}});
  program.rule(no, "socket", {is(0, AF_UNIX), {1, SCMP_CMP_MASKED_EQ, 0xf, SOCK_SEQPACKET}});
  // Processes and threads in the namespaces that are there. clone3, which hides its flags in
  // memory, isn't on the list: glibc then uses clone.
  constexpr scmp_datum_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                      CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  program.rule(yes, "clone", {{0, SCMP_CMP_MASKED_EQ, namespaces, 0}});
  for (scmp_datum_t flag = 1; flag <= namespaces; flag <<= 1U) {
    if ((namespaces & flag) != 0) program.rule(no, "clone", {{0, SCMP_CMP_MASKED_EQ, flag, flag}});
  }
  for (const auto control : controls) program.rule(yes, "ioctl", {is(1, control)});
  for (const unsigned long control : {TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS}) {
    program.rule(no, "ioctl", {is(1, control)});
  }
  for (const scmp_datum_t kind : {scmp_datum_t{0}, scmp_datum_t{S_IFREG}, scmp_datum_t{S_IFIFO}}) {
    program.rule(yes, "mknodat", {{2, SCMP_CMP_MASKED_EQ, S_IFMT, kind}});
    program.rule(yes, "mknod", {{1, SCMP_CMP_MASKED_EQ, S_IFMT, kind}});
  }
  for (const scmp_datum_t kind : {S_IFCHR, S_IFBLK, S_IFSOCK}) {
    program.rule(no, "mknodat", {{2, SCMP_CMP_MASKED_EQ, S_IFMT, kind}});
    program.rule(no, "mknod", {{1, SCMP_CMP_MASKED_EQ, S_IFMT, kind}});
  }
  for (const int option : {PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_SET_NAME, PR_GET_NAME,
                           PR_SET_DUMPABLE, PR_GET_DUMPABLE, PR_SET_PDEATHSIG, PR_GET_PDEATHSIG,
                           PR_CAPBSET_READ, PR_GET_SECCOMP, PR_SET_THP_DISABLE}) {
    program.rule(yes, "prctl", {is(0, static_cast<scmp_datum_t>(option))});
  }
}

}  // namespace

int workspace_calls() {
  if (!wall_material().seccomp) no_walls();
  const int fd = ::memfd_create("calls", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) no_walls();
  try {
    Program program;
    for (const auto* call : allowed) program.rule(SCMP_ACT_ALLOW, call);
    for (const auto* call : hostile) program.rule(SCMP_ACT_ERRNO(EPERM), call);
    for (const auto* call : {"io_uring_setup", "io_uring_enter", "io_uring_register"}) {
      program.rule(SCMP_ACT_ERRNO(EPERM), call);
    }
    allow_by_argument(program);
    program.write(fd);
    ::lseek(fd, 0, SEEK_SET);
    ::fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  } catch (...) {
    ::close(fd);
    throw;
  }
  return fd;
}

}  // namespace sceau::enclave
