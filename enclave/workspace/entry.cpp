#include "enclave/workspace/entry.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "enclave/shadow_memory.h"
#include "enclave/workspace/channel.h"
#include "enclave/workspace/plan.h"

namespace sceau::enclave {
namespace {

constexpr int cannot_run = 127;  // as shells say it
constexpr std::uint32_t packed_flag = 256;

struct Orders {
  bool terminal = false;
  bool kept = false;
  bool landlock = true;
  bool limits = true;
  std::array<std::uint64_t, 5> numbers{};  ///< memory, folder, processes, open files, seconds
};

std::optional<Orders> read_orders(const std::string& text) {
  Orders orders;
  if (text.size() < 4) return std::nullopt;
  orders.terminal = text[0] == 't';
  orders.kept = text[1] == 'k';
  orders.landlock = text[2] == 'L';
  orders.limits = text[3] == 'Q';
  std::size_t at = 4;
  for (auto& number : orders.numbers) {
    if (at >= text.size() || text[at] != ':') return std::nullopt;
    char* end = nullptr;
    number = std::strtoull(text.c_str() + at + 1, &end, 10);
    at = static_cast<std::size_t>(end - text.c_str());
  }
  return orders;
}

/// The command's ends of its streams, and the ends that go out.
struct Streams {
  std::array<int, 3> inner = {-1, -1, -1};
  std::vector<int> outer;
};

bool make_terminal(Streams& streams) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || ::unlockpt(master) != 0) return false;
  const int inner = ::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (inner < 0) return false;
  streams.inner = {inner, inner, inner};
  streams.outer = {master};
  return true;
}

bool make_pipes(Streams& streams) {
  for (int number = 0; number < 3; ++number) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    const bool into = number == 0;
    streams.inner[static_cast<std::size_t>(number)] = into ? ends[0] : ends[1];
    streams.outer.push_back(into ? ends[1] : ends[0]);
  }
  return true;
}

/// A program of the system with these two streams; its exit code, or cannot_run.
int run_tool(std::vector<std::string> words, int in, int out) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(out, 2) < 0) ::_exit(cannot_run);
    const int quiet = ::open("/dev/null", O_WRONLY);
    if (quiet >= 0) ::dup2(quiet, 2);
    ::close_range(3, ~0U, 0);
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(cannot_run);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return cannot_run;
  return WIFEXITED(status) ? WEXITSTATUS(status) : cannot_run;
}

/// The folder as its last session left it. What the archive holds is that session's to say, so it
/// is read here, where only this workspace can be harmed by it.
bool unpack() {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const bool empty = ::lseek(archive_fd, 0, SEEK_END) <= 0;
  ::lseek(archive_fd, 0, SEEK_SET);
  const bool done = empty || run_tool({"/usr/bin/tar", "--extract", "--file=-", "--no-same-owner",
                                       "--directory=/workspace"},
                                      archive_fd, null) == 0;
  // Bubblewrap holds the file open until the end: what it held is let go here.
  [[maybe_unused]] const int cut = ::ftruncate(archive_fd, 0);
  ::close(null);
  return done;
}

bool pack(int out) {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  run_tool({"/usr/bin/chmod", "-R", "u+rwX", "/workspace"}, null, null);
  const int code = run_tool({"/usr/bin/tar", "--create", "--file=-", "--one-file-system",
                             "--numeric-owner", "--directory=/workspace", "."},
                            null, out);
  ::close(null);
  ::close(out);
  return code == 0;
}

void limit(int what, std::uint64_t most) {
  const rlimit both = {most, most};
  ::setrlimit(static_cast<__rlimit_resource>(what), &both);
}

void set_limits(const Orders& orders) {
  limit(RLIMIT_CORE, 0);
  if (!orders.limits) return;
  if (!has_shadow_memory) limit(RLIMIT_AS, orders.numbers[0]);
  limit(RLIMIT_FSIZE, orders.numbers[1]);
  limit(RLIMIT_NPROC, orders.numbers[2]);
  limit(RLIMIT_NOFILE, orders.numbers[3]);
  limit(RLIMIT_CPU, orders.numbers[4]);
  limit(RLIMIT_MSGQUEUE, 0);
  limit(RLIMIT_MEMLOCK, 1U << 20);
}

[[noreturn]] void become_command(const Orders& orders, const Streams& streams, char** command) {
  ::setsid();
  for (int number = 0; number < 3; ++number) {
    if (::dup2(streams.inner[static_cast<std::size_t>(number)], number) < 0) ::_exit(cannot_run);
  }
  if (orders.terminal) ::ioctl(0, TIOCSCTTY, 0);
  ::close_range(3, ~0U, 0);
  for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_DFL);
  set_limits(orders);
  if (orders.landlock) keep_to(workspace_places());
  ::execvp(command[0], command);
  std::fprintf(stderr, "sceau: error: %s: %s\n", command[0], std::strerror(errno));
  ::_exit(cannot_run);
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Runs the command to its end; then nothing else of the workspace is alive.
int supervise(const Orders& orders, const Streams& streams, char** command) {
  const pid_t child = ::fork();
  if (child == 0) become_command(orders, streams, command);
  if (child < 0) return cannot_run;
  for (const int fd : streams.inner) ::close(fd);  // the same one thrice, of a terminal
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ::kill(-1, SIGKILL);  // in this pid namespace; all but its first process and this one
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  return exit_code_of(status);
}

int live(const Orders& orders, char** command) {
  Streams streams;
  if (!(orders.terminal ? make_terminal(streams) : make_pipes(streams))) return 70;
  std::array<int, 2> archive = {-1, -1};
  if (orders.kept) {
    if (::pipe2(archive.data(), O_CLOEXEC) != 0) return 70;
    streams.outer.push_back(archive[0]);
  }
  if (!say_word(workspace_channel_fd, 'F', 0, streams.outer)) return 70;
  for (const int fd : streams.outer) ::close(fd);
  if (orders.kept && !unpack()) return 70;
  ::close(archive_fd);
  if (orders.landlock) keep_to(workspace_places());
  if (!say_word(workspace_channel_fd, 'R')) return 70;
  const auto go = hear_word(workspace_channel_fd);
  if (!go || go->letter != 'G') return 70;
  const int code = supervise(orders, streams, command);
  const bool packed = orders.kept && pack(archive[1]);
  (void)say_word(workspace_channel_fd, 'X',
                 static_cast<std::uint32_t>(code) | (packed ? packed_flag : 0));
  return code;
}

}  // namespace

int run_workspace_entry(int count, char** words) noexcept {
  try {
    if (count < 4) return 70;
    const auto orders = read_orders(words[2]);
    if (!orders) return 70;
    ::prctl(PR_SET_DUMPABLE, 0);
    ::close_range(archive_fd + 1, ~0U, 0);
    ::close(plan_fd);
    ::close(calls_fd);
    ::_exit(live(*orders, words + 3));
  } catch (...) {
    return 70;
  }
}

}  // namespace sceau::enclave
