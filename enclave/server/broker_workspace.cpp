#include "enclave/server/broker_workspace.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "enclave/centre/control_frames.h"
#include "enclave/centre/grammar.h"
#include "enclave/centre/workspaces.h"
#include "enclave/keys/descriptor.h"
#include "enclave/messages.h"
#include "enclave/server/crew.h"
#include "enclave/server/faults.h"
#include "enclave/server/listener.h"
#include "enclave/workspace/entry.h"
#include "enclave/workspace/launch.h"
#include "enclave/workspace/memory_use.h"
#include "enclave/workspace/sealed_folder.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds start_time(60);  // a kept folder is unpacked in it
constexpr std::chrono::seconds between_checks(5);
constexpr std::chrono::seconds between_weighings(1);  // of its processes' memory
constexpr std::chrono::minutes packing_time(10);
constexpr std::size_t sessions_each = 10;  // at once through one workspace's socket
constexpr std::size_t longest_terminal = 40;

/// A folder of the host for the socket's name, gone as soon as bubblewrap has it.
class SocketPlace {
 public:
  explicit SocketPlace(std::optional<std::uint32_t> user) {
    std::string name = (fs::temp_directory_path() / "sceau-w-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw EnclaveError(Fault::unavailable, "workspace.did_not_start", {"no temporary folder"});
    }
    folder_ = name;
    listener_.emplace(folder_ / ".s.PGSQL.5432", 0600);
    if (user) let_in(*user);
  }
  SocketPlace(const SocketPlace&) = delete;
  SocketPlace& operator=(const SocketPlace&) = delete;
  ~SocketPlace() { forget_name(); }

  [[nodiscard]] fs::path socket() const { return folder_ / ".s.PGSQL.5432"; }
  [[nodiscard]] const Listener& listener() const { return *listener_; }
  /// From now on the socket can be reached from inside the workspace only.
  void forget_name() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }

 private:
  /// Nobody but the workspace's user passes through the folder or connects. A broker that may not
  /// give files away lets all of them come so far, for as long as the name is there: who connects
  /// is the kernel's to say (inside_peer).
  void let_in(std::uint32_t user) {
    const bool given =
        ::chown(socket().c_str(), user, user) == 0 && ::chown(folder_.c_str(), user, user) == 0;
    if (given) return;
    ::chmod(socket().c_str(), 0666);
    ::chmod(folder_.c_str(), 0711);
  }

  fs::path folder_;
  std::optional<Listener> listener_;
};

void write_all(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written <= 0) {
      throw EnclaveError(Fault::unavailable, "workspace.did_not_start", {"out of memory"});
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

bool is_terminal_name(const std::string& name) {
  return name.size() <= longest_terminal && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.' || c == '+' || c == '_';
         });
}

/// One workspace from its opening in the log to its end there.
class Desk {
 public:
  Desk(int socket, const BrokerContext& context, std::shared_ptr<Centre> centre,
       WorkspaceGrant grant, std::optional<std::uint32_t> user, std::string language)
      : socket_(socket),
        context_(context),
        centre_(std::move(centre)),
        grant_(std::move(grant)),
        user_(user),
        language_(std::move(language)),
        place_(user) {
    inside_ = {grant_.workspace, grant_.user, grant_.project, user.value_or(::geteuid()),
               grant_.uid};
  }

  int run(const Arguments& arguments);

 private:
  WorkspacePlan plan(const Arguments& arguments);
  [[nodiscard]] int archive();
  std::string attend(RunningWorkspace& workspace);
  void accept();
  std::string seal(RunningWorkspace& workspace, int archive);
  void warn(std::string_view id);

  int socket_;
  const BrokerContext& context_;
  std::shared_ptr<Centre> centre_;
  WorkspaceGrant grant_;
  std::optional<std::uint32_t> user_;
  std::string language_;
  SocketPlace place_;
  Inside inside_;
  int archive_out_ = -1;
  Crew sessions_;  // the last: joined before what its sessions use goes
};

WorkspacePlan Desk::plan(const Arguments& arguments) {
  WorkspacePlan plan;
  std::error_code error;
  plan.program = fs::read_symlink("/proc/self/exe", error);
  plan.copy_program =
      error || (user_ && !is_open_to_all(plan.program)) || !fs::exists(plan.program, error);
  plan.socket = place_.socket();
  plan.user = grant_.user;
  plan.project = grant_.project;
  plan.language = language_;
  plan.terminal = arguments.one("terminal");
  if (!is_terminal_name(plan.terminal)) {
    throw EnclaveError(Fault::usage, "workspace.bad_terminal", {std::to_string(longest_terminal)});
  }
  plan.command = arguments.many("COMMAND");
  if (plan.command.empty()) plan.command = {"psql"};
  plan.files = std::move(grant_.files);
  plan.own_user = user_;
  plan.settings = grant_.settings;
  return plan;
}

/// The kept folder in memory, for the workspace to unpack; -1: there is none to keep.
int Desk::archive() {
  if (!grant_.settings.kept) return -1;
  const int fd = ::memfd_create("folder", MFD_CLOEXEC);
  if (fd < 0 || grant_.folder_sha256.empty()) return fd;
  try {
    open_folder(folder_file(centre_->home(), grant_.folder_of),
                folder_key(*centre_, grant_.project), grant_.project, grant_.folder_sha256,
                [fd](std::span<const std::uint8_t> piece) { write_all(fd, piece); });
    ::lseek(fd, 0, SEEK_SET);
  } catch (...) {
    ::close(fd);
    throw;
  }
  return fd;
}

void Desk::accept() {
  const int client = place_.listener().accept();
  if (client < 0) return;
  sessions_.join_done();
  if (sessions_.size() >= sessions_each || context_.live.size() >= max_sessions) {
    turn_away(client, context_.language);
    return;
  }
  sessions_.start([this, client] { serve_client(client, context_, inside_); });
}

/// Until it has ended, or should: the reason.
std::string Desk::attend(RunningWorkspace& workspace) {
  const auto hours = std::chrono::hours(grant_.settings.hours);
  const auto deadline = std::chrono::steady_clock::now() + hours;
  auto next_check = std::chrono::steady_clock::now() + between_checks;
  auto next_weighing = std::chrono::steady_clock::now() + between_weighings;
  while (true) {
    std::array<pollfd, 4> waiting = {
        pollfd{workspace.pidfd(), POLLIN, 0}, pollfd{place_.listener().fd(), POLLIN, 0},
        pollfd{socket_, POLLRDHUP, 0}, pollfd{archive_out_, POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), 500);
    if (waiting[1].revents != 0) accept();
    if (waiting[0].revents != 0 || waiting[3].revents != 0) return "ended";
    if (context_.stopping) return "stopped";
    if (waiting[2].revents != 0) return "dropped";
    const auto now = std::chrono::steady_clock::now();
    if (now > deadline) return "timeout";
    if (now >= next_weighing) {
      next_weighing = now + between_weighings;
      if (memory_of_family(workspace.pid()) > grant_.settings.memory_bytes) return "memory";
    }
    if (now < next_check) continue;
    next_check = now + between_checks;
    if (!still_permitted(*centre_, grant_.workspace)) return "permit";
  }
}

/// The archive's bytes to the disk, sealed; "" where it didn't come out whole.
std::string Desk::seal(RunningWorkspace& workspace, int archive) {
  const auto home = centre_->home();
  fs::create_directories(home.folders());
  ::chmod(home.folders().c_str(), 0700);
  FolderSealer sealer(folder_file(home, grant_.workspace), folder_key(*centre_, grant_.project),
                      grant_.project);
  // A name and some head for each file beside what the folder may hold.
  std::uint64_t left = 2 * grant_.settings.folder_bytes + (64ULL << 20);
  const auto deadline = std::chrono::steady_clock::now() + packing_time;
  std::vector<std::uint8_t> piece(folder_piece);
  while (true) {
    pollfd ready{archive, POLLIN, 0};
    if (context_.stopping || std::chrono::steady_clock::now() > deadline) return "";
    if (::poll(&ready, 1, 500) <= 0) continue;
    const auto got = ::read(archive, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return "";
    if (got == 0) break;
    if (static_cast<std::uint64_t>(got) > left) return "";
    left -= static_cast<std::uint64_t>(got);
    sealer.add(std::span<const std::uint8_t>(piece).first(static_cast<std::size_t>(got)));
  }
  const auto end = workspace.wait(start_time);
  if (!end || !end->packed) return "";
  return sealer.finish();
}

void Desk::warn(std::string_view id) {
  send_frame(socket_, ControlKind::err, "sceau: " + text(id, {grant_.project}, language_) + "\n");
}

int Desk::run(const Arguments& arguments) {
  std::optional<RunningWorkspace> workspace;
  {
    const auto made = plan(arguments);  // holds the given files: not for the whole session
    const Descriptor folder(archive());
    workspace.emplace(made, folder.get());
  }
  auto streams = workspace->streams(start_time);
  place_.forget_name();
  if (grant_.settings.kept && !streams.empty()) {
    archive_out_ = streams.back();
    streams.pop_back();
  }
  const Descriptor archive_out(archive_out_);
  send_frame(socket_, ControlKind::streams, "", streams);
  for (const int fd : streams) ::close(fd);
  workspace->go();
  const auto reason = attend(*workspace);
  const bool orderly = reason == "ended";
  std::string sha256;
  if (orderly && grant_.settings.kept) sha256 = seal(*workspace, archive_out_);
  if (!orderly) workspace->kill();
  auto end = workspace->wait(std::chrono::seconds(10));
  if (!end) {
    workspace->kill();
    end = workspace->wait(std::chrono::hours(1));
  }
  sessions_.join_all();
  const int code = end ? end->exit_code : 0;
  const bool killed = orderly && end && !end->orderly;
  close_workspace(*centre_, grant_.workspace, killed ? "killed" : reason, code, sha256);
  if (grant_.settings.kept) {
    sweep_folders(*centre_);
    if (sha256.empty() && !context_.stopping) warn("workspace.not_kept");
  }
  if (reason == "timeout") {
    throw EnclaveError(Fault::not_permitted, "workspace.out_of_time",
                       {std::to_string(grant_.settings.hours)});
  }
  if (reason == "memory") {
    throw EnclaveError(Fault::not_permitted, "workspace.too_much_memory",
                       {std::to_string(grant_.settings.memory_bytes >> 20)});
  }
  if (reason == "permit") {
    throw EnclaveError(Fault::not_permitted, "workspace.permit_ended", {grant_.project});
  }
  if (reason == "stopped") throw EnclaveError(Fault::unavailable, "server.stopping");
  return code;
}

}  // namespace

std::optional<std::uint32_t> UserPool::take() {
  if (!may_choose_users()) return std::nullopt;
  const std::lock_guard held(mutex_);
  for (std::uint32_t user = first_; user - first_ < count_; ++user) {
    if (taken_.insert(user).second) return user;
  }
  throw EnclaveError(Fault::unavailable, "workspace.no_user_left", {std::to_string(count_)});
}

void UserPool::give_back(std::optional<std::uint32_t> user) {
  const std::lock_guard held(mutex_);
  if (user) taken_.erase(*user);
}

int serve_workspace(int socket, const ControlRequest& request, const Person& person,
                    const BrokerContext& context, UserPool& users) {
  const auto& spec = find_command(request.command.words);
  const auto arguments = parse_arguments(spec, request.command.words);
  const auto centre = context.door.centre();
  if (!centre) throw EnclaveError(Fault::unavailable, "server.locked");
  auto grant = open_workspace(*centre, person, arguments.one("PROJECT"));
  const auto id = grant.workspace;
  std::optional<std::uint32_t> user;
  try {
    user = users.take();
    Desk desk(socket, context, centre, std::move(grant), user, request.command.language);
    const int code = desk.run(arguments);
    users.give_back(user);
    return code;
  } catch (...) {
    close_workspace(*centre, id, "failed", 0);  // where it isn't closed yet
    users.give_back(user);
    throw;
  }
}

}  // namespace sceau::enclave
