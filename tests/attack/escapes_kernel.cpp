// The kernel's other doors, other processes, and limits.
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <mqueue.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

#include "tests/attack/escapes_parts.h"

namespace escapes {
namespace {

using Reaches = std::function<bool(const Ground&)>;

/// In a child, so that what it changes ends with it.
bool in_child(const std::function<bool()>& act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act() ? 0 : 1);
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

bool call_works(long number, long a = 0, long b = 0, long c = 0, long d = 0) {
  return ::syscall(number, a, b, c, d) >= 0;
}

bool makes_ring() {
  io_uring_params parameters{};
  return ::syscall(SYS_io_uring_setup, 4, &parameters) >= 0;
}

bool counts_events() {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.exclude_kernel = 1;
  return ::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0) >= 0;
}

/// Whether the kernel lets those count who have no right to: Debian's own says no.
bool all_may_count() {
  std::ifstream setting("/proc/sys/kernel/perf_event_paranoid");
  int paranoid = 3;
  return setting >> paranoid && paranoid <= 2;
}

/// Types into a terminal of its own, as TIOCSTI would into a person's.
bool types_into_terminal(bool discipline) {
  return in_child([discipline] {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || ::unlockpt(master) != 0) return false;
    ::setsid();
    const int terminal = ::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    if (terminal < 0 || ::ioctl(terminal, TIOCSCTTY, 0) != 0) return false;
    const int ordinary = 0;
    if (discipline) return ::ioctl(terminal, TIOCSETD, &ordinary) == 0;
    const char typed = 'x';
    return ::ioctl(terminal, TIOCSTI, &typed) == 0;
  });
}

bool typing_is_possible() {
  std::ifstream setting("/proc/sys/dev/tty/legacy_tiocsti");
  int value = 1;
  return !(setting >> value) || value == 1;
}

bool reads_memory_of(int process) {
  char byte = 0;
  iovec here = {&byte, 1};
  iovec there = {static_cast<void*>(&byte), 1};
  // The address means nothing there: EFAULT says that the door was open.
  return ::process_vm_readv(process, &here, 1, &there, 1, 0) == 1 || errno == EFAULT;
}

bool traces(int process) {
  if (::ptrace(PTRACE_SEIZE, process, nullptr, nullptr) != 0) return false;
  ::ptrace(PTRACE_DETACH, process, nullptr, nullptr);
  return true;
}

bool takes_descriptor(int process) {
  const auto fd = ::syscall(SYS_pidfd_open, process, 0);
  return fd >= 0 && ::syscall(SYS_pidfd_getfd, fd, 0, 0) >= 0;
}

bool joins(int process) {
  return in_child([process] {
    const auto name = "/proc/" + std::to_string(process) + "/ns/uts";
    const int fd = ::open(name.c_str(), O_RDONLY);
    return fd >= 0 && ::setns(fd, CLONE_NEWUTS) == 0;
  });
}

bool shares_memory() {
  const int id = ::shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  if (id >= 0) ::shmctl(id, IPC_RMID, nullptr);
  return id >= 0;
}
bool queues() {
  const int id = ::msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  if (id >= 0) ::msgctl(id, IPC_RMID, nullptr);
  return id >= 0;
}
bool counts() {
  const int id = ::semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
  if (id >= 0) ::semctl(id, 0, IPC_RMID);
  return id >= 0;
}
bool queues_by_name() {
  const auto queue = ::syscall(SYS_mq_open, "sceau-escapes", O_CREAT | O_RDWR, 0600, nullptr);
  if (queue >= 0) ::syscall(SYS_mq_unlink, "sceau-escapes");
  return queue >= 0;
}

bool has_clone_of(unsigned long flags) {
  const auto child = ::syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) ::_exit(0);
  if (child > 0) ::waitpid(static_cast<pid_t>(child), nullptr, 0);
  return child > 0;
}

bool raises_core_limit() {
  const rlimit most = {RLIM_INFINITY, RLIM_INFINITY};
  return in_child([&] { return ::setrlimit(RLIMIT_CORE, &most) == 0; });
}

}  // namespace

void add_kernel(std::vector<Attempt>& all) {
  const auto add = [&all](std::string name, Reaches reaches, Without without,
                          bool possible = true) {
    all.push_back({std::move(name), without, std::move(reaches), possible});
  };
  constexpr auto everything = Without::everything;
  constexpr auto calls = Without::calls;
  const bool administrator = may(CAP_SYS_ADMIN);
  // other processes
  add(
      "trace a process of the host", [](const Ground& g) { return traces(g.host_process); },
      everything);
  add(
      "read a host process's memory",
      [](const Ground& g) { return reads_memory_of(g.host_process); }, everything);
  add(
      "signal a process of the host",
      [](const Ground& g) { return ::kill(g.host_process, 0) == 0; }, everything);
  add(
      "hold a process of the host",
      [](const Ground& g) { return call_works(SYS_pidfd_open, g.host_process); }, everything);
  add(
      "take a host process's descriptor",
      [](const Ground& g) { return takes_descriptor(g.host_process); }, everything);
  add(
      "join a host process's namespace", [](const Ground& g) { return joins(g.host_process); },
      everything, administrator);
  add(
      "slow a process of the host",
      [](const Ground& g) {
        return ::setpriority(PRIO_PROCESS, static_cast<id_t>(g.host_process), 1) == 0;
      },
      everything);
  add(
      "trace its parent", [](const Ground&) { return traces(::getppid()); }, everything,
      may(CAP_SYS_PTRACE));
  // namespaces and mounts
  add(
      "a namespace of users of its own",
      [](const Ground&) { return in_child([] { return ::unshare(CLONE_NEWUSER) == 0; }); }, calls);
  add(
      "a process in a namespace of its own",
      [](const Ground&) { return has_clone_of(CLONE_NEWUSER); }, calls);
  add(
      "a namespace of mounts",
      [](const Ground&) { return in_child([] { return ::unshare(CLONE_NEWNS) == 0; }); },
      everything, administrator);
  add(
      "mount a file system",
      [](const Ground& g) {
        return in_child([&] {
          return ::unshare(CLONE_NEWNS) == 0 &&
                 ::mount("none", g.writable.c_str(), "tmpfs", 0, nullptr) == 0;
        });
      },
      everything, administrator);
  add(
      "change the root",
      [](const Ground& g) { return in_child([&] { return ::chroot(g.writable.c_str()) == 0; }); },
      everything, may(CAP_SYS_CHROOT));
  // being somebody else
  add(
      "become another user",
      [](const Ground&) { return in_child([] { return ::setuid(65534) == 0; }); }, everything,
      may(CAP_SETUID));
  add(
      "name the machine",
      [](const Ground& g) { return ::sethostname(g.host_name.c_str(), g.host_name.size()) == 0; },
      everything, administrator);
  add(
      "core files again", [](const Ground&) { return raises_core_limit(); }, everything);
  add(
      "another personality",
      [](const Ground&) { return in_child([] { return ::personality(READ_IMPLIES_EXEC) >= 0; }); },
      calls);
  // the kernel's own
  add(
      "a keyring", [](const Ground&) { return call_works(SYS_keyctl, 0, -3, 1); }, calls);
  add(
      "a key",
      [](const Ground&) { return ::syscall(SYS_add_key, "user", "escape", "x", 1, -3) >= 0; },
      calls);
  add(
      "io_uring", [](const Ground&) { return makes_ring(); }, calls, makes_ring());
  add(
      "performance counters", [](const Ground&) { return counts_events(); }, calls,
      counts_events() && all_may_count());
  add(
      "bpf", [](const Ground&) { return call_works(SYS_bpf) || errno == EINVAL; }, everything,
      may(CAP_SYS_ADMIN));
  add(
      "page faults of its own", [](const Ground&) { return call_works(SYS_userfaultfd, 1); },
      calls);
  add(
      "a file in memory", [](const Ground&) { return ::memfd_create("m", 0) >= 0; }, calls);
  add(
      "the kernel's messages",
      [](const Ground&) { return ::klogctl(3, nullptr, 0) >= 0 || errno == EINVAL; }, everything,
      may(CAP_SYSLOG));
  add(
      "the clock's adjustment",
      [](const Ground&) {
        timex nothing{};
        return ::adjtimex(&nothing) >= 0;
      },
      calls);
  add(
      "shared memory of System V", [](const Ground&) { return shares_memory(); }, calls);
  add(
      "a queue of System V", [](const Ground&) { return queues(); }, calls);
  add(
      "a semaphore of System V", [](const Ground&) { return counts(); }, calls);
  // The limits' walls stand against it, too: without the calls alone it isn't reached.
  add(
      "a POSIX queue", [](const Ground&) { return queues_by_name(); }, everything,
      queues_by_name());
  add(
      "type into a terminal", [](const Ground&) { return types_into_terminal(false); }, calls,
      typing_is_possible());
  add(
      "another line discipline", [](const Ground&) { return types_into_terminal(true); }, calls);
}

namespace {

bool forks(int many) {
  std::vector<pid_t> children;
  bool all = true;
  for (int i = 0; i < many && all; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::pause();
      ::_exit(0);
    }
    all = child > 0;
    if (child > 0) children.push_back(child);
  }
  for (const pid_t child : children) ::kill(child, SIGKILL);
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
  return all;
}

bool takes_memory(std::size_t bytes) {
  void* place = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (place == MAP_FAILED) return false;
  ::munmap(place, bytes);
  return true;
}

bool fills(const std::string& folder, std::size_t bytes) {
  // Two files, so that no bound of one file is what stops it.
  std::signal(SIGXFSZ, SIG_IGN);
  static const std::vector<char> piece(1U << 20, 'x');
  bool all = true;
  for (const char* name : {"/fill-1", "/fill-2"}) {
    const int fd = ::open((folder + name).c_str(), O_WRONLY | O_CREAT, 0600);
    for (std::size_t at = 0; at < bytes / 2 && all; at += piece.size()) {
      all = ::write(fd, piece.data(), piece.size()) == static_cast<ssize_t>(piece.size());
    }
    ::close(fd);
  }
  for (const char* name : {"/fill-1", "/fill-2"}) ::unlink((folder + name).c_str());
  return all;
}

bool opens_many(int many) {
  for (int i = 0; i < many; ++i) {
    if (::open("/dev/null", O_RDONLY) < 0) return false;
  }
  return true;
}

bool has_no_bound(int what) {
  rlimit limit{};
  return ::getrlimit(static_cast<__rlimit_resource>(what), &limit) == 0 &&
         limit.rlim_cur == RLIM_INFINITY;
}

}  // namespace

void add_limits(std::vector<Attempt>& all) {
  const auto add = [&all](std::string name, Reaches reaches, Without without) {
    all.push_back({std::move(name), without, std::move(reaches), true});
  };
  // The test's workspaces have 40 processes, 512 MiB, 64 MiB of folder and 200 open files.
  add(
      "a bomb of processes", [](const Ground&) { return forks(60); }, Without::limits);
  add(
      "a bomb of memory", [](const Ground&) { return takes_memory(1UL << 30); }, Without::limits);
  add(
      "a bomb of open files", [](const Ground&) { return opens_many(250); }, Without::limits);
  add(
      "endless processor time", [](const Ground&) { return has_no_bound(RLIMIT_CPU); },
      Without::limits);
  add(
      "fill the disk", [](const Ground& g) { return fills(g.writable, 80U << 20); },
      Without::everything);
  const auto elsewhere = [](const Ground& g, const char* folder) {
    return g.writable == "/workspace" ? std::string(folder) : g.writable;
  };
  add(
      "fill the memory through /tmp",
      [=](const Ground& g) { return fills(elsewhere(g, "/tmp"), 80U << 20); }, Without::everything);
  add(
      "fill the memory through /dev/shm",
      [=](const Ground& g) { return fills(elsewhere(g, "/dev/shm"), 80U << 20); },
      Without::everything);
}

bool may(unsigned capability) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("CapEff:", 0) != 0) continue;
    return (std::stoull(line.substr(7), nullptr, 16) >> capability & 1U) != 0;
  }
  return false;
}

std::vector<Attempt> attempts() {
  std::vector<Attempt> all;
  add_files(all);
  add_network(all);
  add_kernel(all);
  add_limits(all);
  return all;
}

}  // namespace escapes
