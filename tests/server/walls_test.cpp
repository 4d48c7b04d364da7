// Somebody who has taken over a worker: what they try behind the walls, and the same without them,
// so that each attempt is known to be able to succeed.
#include "enclave/sandbox/walls.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

using namespace sceau::enclave;

namespace {

namespace fs = std::filesystem;

/// A folder with the one file that may be read, and another's.
struct Ground {
  fs::path folder;
  Ground() {
    std::string name = (fs::temp_directory_path() / "sceau-walls-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    std::ofstream(folder / "mine.store") << "sealed";
    std::ofstream(folder / "other.store") << "another's";
    fs::create_directory(folder / "room");
  }
  Ground(const Ground&) = delete;
  Ground& operator=(const Ground&) = delete;
  ~Ground() { fs::remove_all(folder); }
};

struct Attempt {
  std::string name;
  std::function<bool(const fs::path&)> reaches;
  bool possible = true;  ///< without walls, as this user, on this kernel
};

bool opens(const fs::path& file, int flags) {
  const int fd = ::open(file.c_str(), flags | O_CLOEXEC, 0600);
  return fd >= 0;
}

bool gets_socket(int domain, int type, int protocol = 0) {
  return ::socket(domain, type, protocol) >= 0;
}

/// Whether this process may do what root may; in a container root may less.
bool may(unsigned capability) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("CapEff:", 0) != 0) continue;
    return (std::stoull(line.substr(7), nullptr, 16) >> capability & 1U) != 0;
  }
  return false;
}
bool may_trace() { return may(CAP_SYS_PTRACE); }
bool may_administer() { return may(CAP_SYS_ADMIN); }

std::vector<Attempt> attempts() {
  const auto other = [](const char* name) {
    return [name](const fs::path& folder) { return opens(folder / name, O_RDONLY); };
  };
  std::vector<Attempt> all = {
      // files
      {"read another store", other("other.store")},
      {"read /etc/passwd", [](const fs::path&) { return opens("/etc/passwd", O_RDONLY); }},
      {"read the broker's memory",
       [](const fs::path&) {
         return opens("/proc/" + std::to_string(::getppid()) + "/mem", O_RDONLY);
       },
       may_trace()},
      {"list a folder",
       [](const fs::path& folder) { return opens(folder, O_RDONLY | O_DIRECTORY); }},
      {"write its own store",
       [](const fs::path& folder) { return opens(folder / "mine.store", O_WRONLY); }},
      {"make a file",
       [](const fs::path& folder) { return opens(folder / "new", O_WRONLY | O_CREAT); }},
      {"make a file without a name",
       [](const fs::path& folder) { return opens(folder, O_RDWR | O_TMPFILE); }},
      {"truncate a file",
       [](const fs::path& folder) { return ::truncate((folder / "other.store").c_str(), 0) == 0; }},
      {"remove a file",
       [](const fs::path& folder) { return ::unlink((folder / "other.store").c_str()) == 0; }},
      {"rename a file",
       [](const fs::path& folder) {
         return ::rename((folder / "other.store").c_str(), (folder / "moved").c_str()) == 0;
       }},
      {"link a file",
       [](const fs::path& folder) {
         return ::link((folder / "other.store").c_str(), (folder / "room" / "l").c_str()) == 0;
       }},
      {"make a symbolic link",
       [](const fs::path& folder) {
         return ::symlink("/etc/passwd", (folder / "link").c_str()) == 0;
       }},
      {"make a folder",
       [](const fs::path& folder) { return ::mkdir((folder / "d").c_str(), 0700) == 0; }},
      {"make a pipe with a name",
       [](const fs::path& folder) { return ::mkfifo((folder / "p").c_str(), 0600) == 0; }},
      {"change a file's rights",
       [](const fs::path& folder) { return ::chmod((folder / "other.store").c_str(), 0777) == 0; }},
      {"change the root", [](const fs::path& folder) { return ::chroot(folder.c_str()) == 0; },
       may(CAP_SYS_CHROOT)},
      // programs and processes
      {"run a program",
       [](const fs::path&) {
         ::execl("/bin/true", "true", nullptr);  // NOLINT: returns only where it fails
         return false;
       },
       false},
      {"fork",
       [](const fs::path&) {
         const pid_t child = ::fork();
         if (child == 0) ::_exit(0);
         if (child > 0) ::waitpid(child, nullptr, 0);
         return child > 0;
       }},
      {"trace its parent",
       [](const fs::path&) {
         const bool traced = ::ptrace(PTRACE_SEIZE, ::getppid(), nullptr, nullptr) == 0;
         if (traced) ::ptrace(PTRACE_DETACH, ::getppid(), nullptr, nullptr);
         return traced;
       },
       may_trace()},
      {"read its parent's memory",
       [](const fs::path&) {
         char byte = 0;
         iovec here = {&byte, 1};
         iovec there = {static_cast<void*>(&byte), 1};  // a fork's parent has the same addresses
         return ::process_vm_readv(::getppid(), &here, 1, &there, 1, 0) == 1;
       },
       may_trace()},
      {"signal its parent", [](const fs::path&) { return ::kill(::getppid(), 0) == 0; }},
      {"take a parent's descriptor",
       [](const fs::path&) {
         const auto parent = ::syscall(SYS_pidfd_open, ::getppid(), 0);
         return parent >= 0 && ::syscall(SYS_pidfd_getfd, parent, 0, 0) >= 0;
       },
       may_trace()},
      // network
      {"a TCP socket", [](const fs::path&) { return gets_socket(AF_INET, SOCK_STREAM); }},
      {"a UDP socket", [](const fs::path&) { return gets_socket(AF_INET, SOCK_DGRAM); }},
      {"an IPv6 socket", [](const fs::path&) { return gets_socket(AF_INET6, SOCK_STREAM); }, false},
      {"a Unix socket", [](const fs::path&) { return gets_socket(AF_UNIX, SOCK_STREAM); }},
      {"a netlink socket", [](const fs::path&) { return gets_socket(AF_NETLINK, SOCK_RAW); }},
      {"a vsock socket", [](const fs::path&) { return gets_socket(AF_VSOCK, SOCK_STREAM); }, false},
      {"an MPTCP socket", [](const fs::path&) { return gets_socket(AF_INET, SOCK_STREAM, 262); },
       false},
      {"a pair of sockets",
       [](const fs::path&) {
         std::array<int, 2> pair{};
         return ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0;
       }},
      // memory
      {"memory to write and run",
       [](const fs::path&) {
         return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
       }},
      {"written memory made to run",
       [](const fs::path&) {
         void* page =
             ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         return ::mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
       }},
      {"a file in memory", [](const fs::path&) { return ::memfd_create("m", 0) >= 0; }},
      {"shared memory",
       [](const fs::path&) {
         const int id = ::shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
         if (id >= 0) ::shmctl(id, IPC_RMID, nullptr);
         return id >= 0;
       }},
      // the kernel's other doors
      {"a new user namespace", [](const fs::path&) { return ::unshare(CLONE_NEWUSER) == 0; },
       false},
      {"a new mount namespace", [](const fs::path&) { return ::unshare(CLONE_NEWNS) == 0; },
       may_administer()},
      {"mount",
       [](const fs::path& folder) {
         return ::mount("none", (folder / "room").c_str(), "tmpfs", 0, nullptr) == 0 &&
                ::umount((folder / "room").c_str()) == 0;
       },
       may_administer()},
      {"io_uring",
       [](const fs::path&) {
         io_uring_params parameters{};
         return ::syscall(SYS_io_uring_setup, 4, &parameters) >= 0;
       },
       false},
      {"a keyring", [](const fs::path&) { return ::syscall(SYS_keyctl, 0, -4, 1) >= 0; }, false},
      {"bpf",
       [](const fs::path&) { return ::syscall(SYS_bpf, 0, nullptr, 0) >= 0 || errno == EINVAL; },
       false},
      {"performance counters",
       [](const fs::path&) {
         perf_event_attr attributes{};
         attributes.size = sizeof(attributes);
         attributes.type = PERF_TYPE_SOFTWARE;
         return ::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0) >= 0;
       },
       false},
      {"page faults of its own", [](const fs::path&) { return ::syscall(SYS_userfaultfd, 0) >= 0; },
       false},
      {"another personality", [](const fs::path&) { return ::personality(READ_IMPLIES_EXEC) >= 0; },
       false},
      {"becoming readable again", [](const fs::path&) { return ::prctl(PR_SET_DUMPABLE, 1) == 0; }},
      {"core files again",
       [](const fs::path&) {
         const rlimit one = {1, RLIM_INFINITY};
         return ::setrlimit(RLIMIT_CORE, &one) == 0;
       },
       may(CAP_SYS_RESOURCE)},
      {"another user", [](const fs::path&) { return ::setuid(65534) == 0; }, may(CAP_SETUID)},
  };
  return all;
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool has_walls = false;
#else
constexpr bool has_walls = true;
#endif

enum class End { reached, refused, killed };

End play(const Attempt& attempt, bool walled, const Ground& ground) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (walled) {
      const std::array<fs::path, 1> mine = {ground.folder / "mine.store"};
      wall_in();
      see_only(mine);
    }
    ::_exit(attempt.reaches(ground.folder) ? 42 : 43);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGSYS ? End::killed : End::reached;
  return WEXITSTATUS(status) == 42 ? End::reached : End::refused;
}

/// Exits 0 where all that a worker needs goes on behind the walls.
int work(const fs::path& folder) {
  const std::array<fs::path, 1> mine = {folder / "mine.store"};
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) != 0) return 2;
  wall_in();
  see_only(mine);
  const int fd = ::open(mine[0].c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  std::array<char, 6> bytes{};
  if (fd < 0 || ::pread(fd, bytes.data(), 6, 0) != 6 || std::memcmp(bytes.data(), "sealed", 6) != 0)
    return 3;
  std::string told;
  std::thread other([&] { told = std::string(1U << 20, 'x'); });
  other.join();
  if (told.size() != 1U << 20) return 4;
  if (::send(pair[0], "a", 1, 0) != 1 || ::recv(pair[1], bytes.data(), 1, 0) != 1) return 5;
  return 0;
}

}  // namespace

TEST_CASE("behind the walls no attempt reaches anything; without them those that could do") {
  const auto material = wall_material();
  if (!material.seccomp || material.landlock == 0) {
    MESSAGE("skipped: this kernel has no seccomp or no Landlock");
    return;
  }
  if (!has_walls) {
    MESSAGE("skipped: the sanitizer's build has no walls");
    return;
  }
  int possible = 0;
  for (const auto& attempt : attempts()) {
    CAPTURE(attempt.name);
    const Ground ground;
    CHECK(play(attempt, true, ground) != End::reached);
    CHECK(fs::exists(ground.folder / "other.store"));
    CHECK(fs::file_size(ground.folder / "other.store") == 9);
    if (!attempt.possible) continue;
    ++possible;
    CHECK(play(attempt, false, ground) == End::reached);
  }
  CHECK(possible >= 20);
}

TEST_CASE("behind the walls a worker still works") {
  if (!has_walls) return;
  const Ground ground;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work(ground.folder));
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
