// Each escape is tried from inside a workspace with all its walls, and once more with the wall that
// stands against it taken away, so that the attempt is known to be able to succeed. The program
// plays all parts: the test, bubblewrap's jail and entry, and what runs in the workspace.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "enclave/fault.h"
#include "enclave/workspace/entry.h"
#include "enclave/workspace/launch.h"
#include "tests/attack/escapes.h"

using namespace sceau::enclave;
using escapes::Attempt;
using escapes::Ground;
using escapes::Without;

namespace {

namespace fs = std::filesystem;

constexpr int reached_code = 42;
constexpr int refused_code = 43;
constexpr int leaked_fd = 50;

std::vector<std::string> words_of(const std::string& name, const Ground& ground) {
  return {"probe",
          name,
          ground.folder,
          ground.writable,
          std::to_string(ground.port),
          ground.abstract,
          std::to_string(ground.host_process),
          ground.host_name};
}

/// What runs inside, or on the host.
int probe(char** words) {
  const Ground ground = {words[2], words[3], std::atoi(words[4]), words[5], std::atoi(words[6]),
                         words[7]};
  for (const auto& attempt : escapes::attempts()) {
    if (attempt.name == words[1]) return attempt.reaches(ground) ? reached_code : refused_code;
  }
  return 44;
}

/// A host with something to be reached on it.
class Host {
 public:
  Host() {
    std::string name = (fs::temp_directory_path() / "sceau-escapes-XXXXXX").string();
    ground_.folder = ::mkdtemp(name.data());
    fs::create_directory(ground_.folder + "/scratch");
    std::ofstream(ground_.folder + "/sealed") << "sealed";
    std::ofstream(ground_.folder + "/spare") << "spare";
    // Unix rights alone would let everybody in: it is the workspace that doesn't.
    ::chmod(ground_.folder.c_str(), 0777);
    ground_.abstract = "sceau-escapes-" + std::to_string(::getpid());
    listen_tcp_and_udp();
    listen_unix(ground_.folder + "/control.sock", false);
    listen_unix(ground_.folder + "/other", false);
    listen_unix(ground_.abstract, true);
    ground_.host_process = ::fork();
    if (ground_.host_process == 0) {
      while (true) ::pause();
    }
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    ground_.host_name = host.data();
    ::setenv("SCEAU_ESCAPES", "leaked", 1);
    ::dup2(::open("/dev/null", O_RDONLY), leaked_fd);
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host() {
    ::kill(ground_.host_process, SIGKILL);
    ::waitpid(ground_.host_process, nullptr, 0);
    for (const int fd : sockets_) ::close(fd);
    fs::remove_all(ground_.folder);
  }

  [[nodiscard]] Ground inside() const { return with_writable("/workspace"); }
  [[nodiscard]] Ground outside() const { return with_writable(ground_.folder + "/scratch"); }
  void clean() const {
    fs::remove_all(ground_.folder + "/scratch");
    fs::create_directory(ground_.folder + "/scratch");
    std::error_code ignored;
    fs::remove(ground_.folder + "/new", ignored);
    std::ofstream(ground_.folder + "/spare") << "spare";
  }

  /// Every name below the folder with its bytes.
  [[nodiscard]] std::map<std::string, std::string> tree() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(ground_.folder)) {
      std::string bytes = entry.is_regular_file() ? "file " : "other";
      if (entry.is_regular_file()) {
        std::ifstream stream(entry.path(), std::ios::binary);
        bytes.append(std::istreambuf_iterator<char>(stream), {});
      }
      found[entry.path().string()] = bytes;
    }
    return found;
  }
  [[nodiscard]] bool process_lives() const { return ::kill(ground_.host_process, 0) == 0; }

 private:
  [[nodiscard]] Ground with_writable(const std::string& folder) const {
    auto ground = ground_;
    ground.writable = folder;
    return ground;
  }
  void listen_tcp_and_udp() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const int tcp = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(::bind(tcp, plain, size) == 0);
    REQUIRE(::listen(tcp, 100) == 0);
    ::getsockname(tcp, plain, &size);
    ground_.port = ntohs(address.sin_port);
    const int udp = ::socket(AF_INET, SOCK_DGRAM, 0);
    (void)::bind(udp, plain, size);
    sockets_.insert(sockets_.end(), {tcp, udp});
    for (const int fd : {tcp, udp}) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  void listen_unix(const std::string& name, bool abstract) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + (abstract ? 1 : 0), name.data(), name.size());
    const auto size = static_cast<socklen_t>(
        abstract ? offsetof(sockaddr_un, sun_path) + 1 + name.size() : sizeof address);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(fd, 100) == 0);
    if (!abstract) ::chmod(name.c_str(), 0777);
    sockets_.push_back(fd);
  }

  Ground ground_;
  std::vector<int> sockets_;
};

WorkspacePlan plan_for(const std::vector<std::string>& words) {
  WorkspacePlan plan;
  plan.program = fs::read_symlink("/proc/self/exe");
  plan.user = "alix";
  plan.project = "orientation";
  plan.command = {"/opt/sceau/bin/sceau"};
  plan.command.insert(plan.command.end(), words.begin(), words.end());
  if (may_choose_users()) plan.own_user = 1'900'000'000;
  plan.copy_program = plan.own_user && !is_open_to_all(plan.program);
  plan.settings.folder_bytes = 64U << 20;
  plan.settings.memory_bytes = 512U << 20;
  plan.settings.processes = 40;
  plan.settings.open_files = 200;
  plan.settings.hours = 1;
  return plan;
}

/// To its end; what it writes is read and forgotten.
int run(const WorkspacePlan& plan, std::string* out = nullptr) {
  RunningWorkspace workspace(plan, -1);
  const auto streams = workspace.streams(std::chrono::seconds(60));
  workspace.go();
  ::close(streams[0]);
  for (std::size_t i = 1; i < streams.size(); ++i) {
    std::array<char, 4096> bytes;
    ssize_t got = 0;
    while ((got = ::read(streams[i], bytes.data(), bytes.size())) > 0) {
      if (out != nullptr) out->append(bytes.data(), static_cast<std::size_t>(got));
    }
    ::close(streams[i]);
  }
  const auto end = workspace.wait(std::chrono::seconds(60));
  REQUIRE(end.has_value());
  return end->exit_code;
}

/// A plain process on this host.
int run_outside(const std::vector<std::string>& words) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<std::string> copy = words;
    copy.insert(copy.begin(), "sceau");
    std::vector<char*> arguments;
    for (auto& word : copy) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv("/proc/self/exe", arguments.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_without(const Attempt& attempt, const Host& host) {
  if (attempt.without == Without::everything) {
    return run_outside(words_of(attempt.name, host.outside()));
  }
  auto plan = plan_for(words_of(attempt.name, host.inside()));
  plan.walls.calls = attempt.without != Without::calls;
  plan.walls.landlock = attempt.without != Without::landlock;
  plan.walls.limits = attempt.without != Without::limits;
  return run(plan);
}

bool has_workspaces() {
  if (::access("/usr/bin/bwrap", X_OK) != 0 || wall_material().landlock < 1) {
    MESSAGE("skipped: this machine has no bubblewrap or no Landlock");
    return false;
  }
#if defined(__SANITIZE_ADDRESS__)
  MESSAGE("skipped: the sanitizer needs what a workspace forbids");
  return false;
#else
  return true;
#endif
}

}  // namespace

TEST_CASE(
    "no escape from a workspace succeeds; with its wall taken away each one that could does") {
  if (!has_workspaces()) return;
  const Host host;
  int possible = 0;
  int tried = 0;
  for (const auto& attempt : escapes::attempts()) {
    CAPTURE(attempt.name);
    host.clean();
    const auto before = host.tree();
    const int inside = run(plan_for(words_of(attempt.name, host.inside())));
    CHECK(inside != reached_code);
    CHECK(inside != 44);
    CHECK(inside != 127);
    CHECK(host.tree() == before);
    CHECK(host.process_lives());
    ++tried;
    if (!attempt.possible) continue;
    ++possible;
    CHECK(run_without(attempt, host) == reached_code);
  }
  MESSAGE(tried, " escapes, ", possible, " of them possible without their wall");
  CHECK(tried >= 50);
  CHECK(possible >= 50);
}

TEST_CASE("in a workspace one works: files, programs, processes, and the exit code comes out") {
  if (!has_workspaces()) return;
  std::string out;
  auto plan = plan_for({});
  plan.command = {"/bin/sh", "-c",
                  "echo text > a && mkdir b && mv a b/c && cat b/c | tr a-z A-Z && id -un && "
                  "echo $HOME $PGHOST $PGUSER $PGDATABASE && ls /run/sceau && exit 7"};
  CHECK(run(plan, &out) == 7);
  CHECK(out == "TEXT\nalix\n/workspace /run/sceau alix orientation\n");
}

TEST_CASE("a workspace ends with its starter's object, and everything in it") {
  if (!has_workspaces()) return;
  auto plan = plan_for({});
  plan.command = {"/bin/sleep", "600"};
  pid_t process = -1;
  {
    RunningWorkspace workspace(plan, -1);
    for (const int fd : workspace.streams(std::chrono::seconds(60))) ::close(fd);
    workspace.go();
    process = workspace.pid();
    CHECK(::kill(process, 0) == 0);
  }
  CHECK(::kill(process, 0) != 0);
}

TEST_CASE("what can't be started says why") {
  auto plan = plan_for({});
  plan.command = {"/bin/true"};
  plan.bubblewrap = "/nowhere/bwrap";
  CHECK_THROWS_WITH_AS(RunningWorkspace(plan, -1),
                       "/nowhere/bwrap is not there: no workspace can be started", EnclaveError);
  if (!has_workspaces()) return;
  plan.bubblewrap = "/bin/false";
  RunningWorkspace workspace(plan, -1);
  CHECK_THROWS_AS((void)workspace.streams(std::chrono::seconds(10)), EnclaveError);
}

int main(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word == jail_word) return run_workspace_jail(argc, argv);
  if (word == workspace_word) return run_workspace_entry(argc, argv);
  if (word == "probe" && argc == 9) ::_exit(probe(argv + 1));
  return doctest::Context(argc, argv).run();
}
