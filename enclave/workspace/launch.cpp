#include "enclave/workspace/launch.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <utility>

#include "enclave/fault.h"
#include "enclave/workspace/calls.h"

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 declares it for C alone
}

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void no_start(const std::string& why) {
  throw EnclaveError(Fault::unavailable, "workspace.did_not_start", {why});
}

/// Descriptors that are closed on every way out.
class Descriptors {
 public:
  Descriptors() = default;
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  ~Descriptors() {
    for (const int fd : all_) ::close(fd);
  }
  int add(int fd) {
    if (fd < 0) no_start("out of descriptors");
    all_.push_back(fd);
    return fd;
  }
  [[nodiscard]] const std::vector<int>& all() const { return all_; }

 private:
  std::vector<int> all_;
};

int memory_file(std::string_view bytes) {
  const int fd = ::memfd_create("given", MFD_CLOEXEC);
  if (fd < 0) no_start("out of descriptors");
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written <= 0) {
      ::close(fd);
      no_start("out of memory");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(fd, 0, SEEK_SET);
  return fd;
}

std::string with_ends(const std::vector<std::string>& words) {
  std::string bytes;
  for (const auto& word : words) bytes += word + '\0';
  return bytes;
}

std::string file_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// What stands at plan_fd and after it, in order.
void gather(const WorkspacePlan& plan, int archive, Descriptors& into) {
  into.add(memory_file(with_ends(bubblewrap_words(plan))));
  into.add(plan.walls.calls ? workspace_calls() : memory_file(""));
  into.add(archive >= 0 ? ::fcntl(archive, F_DUPFD_CLOEXEC, 3) : memory_file(""));
  for (const auto& file : made_files(plan)) into.add(memory_file(file.bytes));
  if (plan.copy_program) into.add(memory_file(file_bytes("/proc/self/exe")));
}

/// posix_spawn's lists, destroyed on every way out.
struct Spawning {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  Spawning() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;
  ~Spawning() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

pid_t spawn(const WorkspacePlan& plan, int channel, int errors, const std::vector<int>& files) {
  // Copies out of the way of the numbers that the child's own will have.
  Descriptors high;
  const int lowest = first_file_fd + static_cast<int>(files.size()) + 1;
  const auto raise = [&](int fd) { return high.add(::fcntl(fd, F_DUPFD_CLOEXEC, lowest)); };
  Spawning spawning;
  auto* actions = &spawning.actions;
  ::posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions, raise(errors), 2);
  ::posix_spawn_file_actions_adddup2(actions, raise(channel), workspace_channel_fd);
  int number = plan_fd;
  for (const int fd : files) {
    ::posix_spawn_file_actions_adddup2(actions, raise(fd), number++);
  }
  ::posix_spawn_file_actions_addclosefrom_np(actions, number);

  std::vector<std::string> words = {"sceau",
                                    jail_word,
                                    plan.own_user ? std::to_string(*plan.own_user) : "-",
                                    plan.bubblewrap.string(),
                                    "--args",
                                    std::to_string(plan_fd),
                                    "--"};
  for (auto& word : entry_words(plan)) words.push_back(std::move(word));
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/bin:/bin";
  std::string language = "LC_ALL=C.UTF-8";
  std::array<char*, 3> environment = {path.data(), language.data(), nullptr};
  pid_t pid = -1;
  if (::posix_spawn(&pid, "/proc/self/exe", actions, &spawning.attributes, arguments.data(),
                    environment.data()) != 0) {
    no_start("no further process can be started");
  }
  return pid;
}

void close_one(int& fd) {
  if (fd >= 0) ::close(std::exchange(fd, -1));
}

}  // namespace

bool is_open_to_all(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || (status.st_mode & 0005U) != 0005U) return false;
  for (auto folder = file.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (::stat(folder.c_str(), &status) != 0 || (status.st_mode & 0001U) == 0) return false;
  }
  return true;
}

RunningWorkspace::RunningWorkspace(const WorkspacePlan& plan, int archive) {
  if (::access(plan.bubblewrap.c_str(), X_OK) != 0) {
    throw EnclaveError(Fault::unavailable, "workspace.no_bubblewrap", {plan.bubblewrap.string()});
  }
  Descriptors files;
  gather(plan, archive, files);
  Descriptors ends;  // the child's
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    no_start("out of descriptors");
  }
  channel_ = pair[0];
  ends.add(pair[1]);
  std::array<int, 2> errors{};
  if (::pipe2(errors.data(), O_CLOEXEC) != 0) {
    close_one(channel_);
    no_start("out of descriptors");
  }
  errors_ = errors[0];
  ::fcntl(errors_, F_SETFL, O_NONBLOCK);
  ends.add(errors[1]);
  try {
    pid_ = spawn(plan, pair[1], errors[1], files.all());
  } catch (...) {
    close_one(channel_);
    close_one(errors_);
    throw;
  }
  pidfd_ = ::pidfd_open(pid_, 0);
  if (pidfd_ >= 0) ::fcntl(pidfd_, F_SETFD, FD_CLOEXEC);
}

RunningWorkspace::~RunningWorkspace() {
  if (!end_) {
    kill();
    (void)wait(std::chrono::hours(1));
  }
  close_one(pidfd_);
  close_one(channel_);
  close_one(errors_);
}

std::string RunningWorkspace::complaint() {
  std::array<char, 2048> bytes;
  const auto got = ::read(errors_, bytes.data(), bytes.size());
  std::string text(bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void RunningWorkspace::did_not_start() {
  kill();
  const auto end = wait(std::chrono::seconds(5));
  auto why = complaint();
  if (why.empty()) why = "exit " + std::to_string(end ? end->exit_code : 0);
  no_start(why);
}

std::vector<int> RunningWorkspace::streams(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::vector<int> streams;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    std::array<pollfd, 2> waiting = {pollfd{channel_, POLLIN, 0}, pollfd{pidfd_, POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(),
           static_cast<int>(std::max<std::int64_t>(0, left.count())));
    auto word = (waiting[0].revents & POLLIN) != 0 ? hear_word(channel_, 0) : std::nullopt;
    if (word && word->letter == 'F') {
      streams = std::move(word->descriptors);
      continue;
    }
    if (word && word->letter == 'R') return streams;
    for (const int fd : streams) ::close(fd);
    did_not_start();
  }
}

void RunningWorkspace::go() { (void)say_word(channel_, 'G'); }

void RunningWorkspace::kill() {
  if (!end_ && pidfd_ >= 0) ::pidfd_send_signal(pidfd_, SIGKILL, nullptr, 0);
}

void RunningWorkspace::hear() {
  const auto word = hear_word(channel_, 0);
  if (!word) return;
  for (const int fd : word->descriptors) ::close(fd);
  if (word->letter != 'X') return;
  said_ = {static_cast<int>(word->number & 0xffU), true, (word->number & 0x100U) != 0};
}

std::optional<WorkspaceEnd> RunningWorkspace::wait(std::chrono::milliseconds patience) {
  if (end_) return end_;
  pollfd ended{pidfd_, POLLIN, 0};
  if (pidfd_ >= 0) {
    const auto most = std::min<std::int64_t>(patience.count(), 3'600'000);
    if (::poll(&ended, 1, static_cast<int>(most)) <= 0) return std::nullopt;
  }
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  hear();
  end_ = said_.orderly ? said_ : WorkspaceEnd{};
  if (!said_.orderly) {
    end_->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return end_;
}

}  // namespace sceau::enclave
