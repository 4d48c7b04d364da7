#include "enclave/server/process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include "enclave/fault.h"
#include "enclave/sandbox/capabilities.h"
#include "enclave/shadow_memory.h"

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 declares it for C alone
}

namespace sceau::enclave {
namespace {

[[noreturn]] void no_child() { throw EnclaveError(Fault::unavailable, "server.no_child"); }

/// posix_spawn's two argument lists, destroyed on every way out.
struct SpawnPlan {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  SpawnPlan() {
    if (::posix_spawn_file_actions_init(&actions) != 0) no_child();
    if (::posix_spawnattr_init(&attributes) != 0) no_child();
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

/// A copy of a descriptor that is out of the way of 0..9, where the child's own will stand.
class HighCopy {
 public:
  explicit HighCopy(int fd) : fd_(::fcntl(fd, F_DUPFD_CLOEXEC, 10)) {
    if (fd_ < 0) no_child();
  }
  HighCopy(const HighCopy&) = delete;
  HighCopy& operator=(const HighCopy&) = delete;
  ~HighCopy() { ::close(fd_); }
  int fd() const { return fd_; }

 private:
  int fd_;
};

void plan_attributes(SpawnPlan& plan) {
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&plan.attributes, &none);
  ::posix_spawnattr_setsigdefault(&plan.attributes, &all);
  ::posix_spawnattr_setpgroup(&plan.attributes, 0);  // a Ctrl-C is the broker's to pass on
  ::posix_spawnattr_setflags(
      &plan.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

void plan_files(SpawnPlan& plan, int channel, std::optional<int> client) {
  auto* actions = &plan.actions;
  ::posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions, channel, broker_fd);
  if (client) ::posix_spawn_file_actions_adddup2(actions, *client, client_fd);
  ::posix_spawn_file_actions_addclosefrom_np(actions, client ? client_fd + 1 : broker_fd + 1);
}

/// No reading of this process's memory by others of its user.
bool close_the_blinds() { return has_shadow_memory || ::prctl(PR_SET_DUMPABLE, 0) == 0; }

/// Keys, and rows on their way, stay out of the swap where the system lets them. Under a bound of
/// locked memory every later allocation could fail, so there only the keys' own pages are locked
/// (KeyBytes).
void stay_out_of_swap() {
  if (has_shadow_memory) return;
  rlimit most{};
  const bool unbounded = ::getrlimit(RLIMIT_MEMLOCK, &most) == 0 && most.rlim_cur == RLIM_INFINITY;
  if (!unbounded && !has_capability(CAP_IPC_LOCK)) return;
  ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

/// Where the machine runs out of memory a child goes, never the broker.
void prefer_as_victim() {
  const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const auto written = ::write(fd, "500", 3);
  ::close(fd);
}

}  // namespace

Child Child::start(std::string_view word, const Channel& channel, std::optional<int> client,
                   std::uint64_t memory) {
  const HighCopy high_channel(channel.fd());
  std::optional<HighCopy> high_client;
  if (client) high_client.emplace(*client);
  SpawnPlan plan;
  plan_attributes(plan);
  plan_files(plan, high_channel.fd(),
             high_client ? std::optional<int>(high_client->fd()) : std::nullopt);

  std::string program = "sceau";
  std::string part(word);
  std::string language = "LC_ALL=C.UTF-8";
  std::string zone = "TZ=UTC";
  std::array<char*, 3> arguments = {program.data(), part.data(), nullptr};
  // A process that answers one question touches much memory once: large pages cost fewer faults.
  std::string pages = "GLIBC_TUNABLES=glibc.malloc.hugetlb=1";
  std::array<char*, 4> environment = {language.data(), zone.data(), pages.data(), nullptr};
  pid_t pid = -1;
  if (::posix_spawn(&pid, "/proc/self/exe", &plan.actions, &plan.attributes, arguments.data(),
                    environment.data()) != 0) {
    no_child();
  }
  const int pidfd = ::pidfd_open(pid, 0);
  if (pidfd < 0) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    no_child();
  }
  ::fcntl(pidfd, F_SETFD, FD_CLOEXEC);
  Child child(pid, pidfd);
  if (!limit_memory(pid, memory)) no_child();
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)),
      end_(other.end_) {}

Child::~Child() {
  if (pidfd_ < 0) return;
  kill();
  wait(std::chrono::hours(1));
  ::close(pidfd_);
}

void Child::signal(int number) { ::pidfd_send_signal(pidfd_, number, nullptr, 0); }
void Child::kill() { signal(SIGKILL); }

std::optional<ChildEnd> Child::wait(std::chrono::milliseconds patience) {
  if (end_) return end_;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    int status = 0;
    const pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
    if (reaped == pid_) {
      end_ = WIFSIGNALED(status) ? ChildEnd{0, WTERMSIG(status)} : ChildEnd{WEXITSTATUS(status), 0};
      return end_;
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd ended = {pidfd_, POLLIN, 0};
    ::poll(&ended, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
  }
}

bool harden_child(int first_closed) {
  const pid_t parent = ::getppid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  prefer_as_victim();  // while its own files in /proc are still its own
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  // The broker's capabilities, if it has any, are for workspaces' users; locked memory stays.
  const bool hardened = close_the_blinds() && give_up_capabilities(1U << CAP_IPC_LOCK) &&
                        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                        ::close_range(static_cast<unsigned>(first_closed), ~0U, 0) == 0;
  std::signal(SIGPIPE, SIG_IGN);
  ::umask(0077);
  stay_out_of_swap();
  // A broker that died before prctl took hold leaves the child to another parent.
  return hardened && ::getppid() == parent;
}

void harden_broker() {
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  close_the_blinds();
  stay_out_of_swap();
  std::signal(SIGPIPE, SIG_IGN);
}

bool limit_memory(pid_t process, std::uint64_t bytes) {
  if (has_shadow_memory) return true;
  constexpr std::uint64_t least = 1ULL << 30;
  const auto pages = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE)));
  const auto most = bytes > 0 ? bytes : std::max(least, pages * page / 2);
  const rlimit limit = {most, most};
  return ::prlimit(process, RLIMIT_DATA, &limit, nullptr) == 0;
}

std::uint64_t memory_limit() {
  rlimit limit{};
  const bool bounded = ::getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return bounded ? limit.rlim_cur : 0;
}

}  // namespace sceau::enclave
