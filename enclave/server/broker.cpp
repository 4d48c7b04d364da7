// The broker: holds keys, registry and log, listens, and starts a worker for each session. It reads
// nothing that a researcher wrote but what a worker has put into bounded frames.
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <nlohmann/json.hpp>
#include <set>

#include "enclave/centre/control.h"
#include "enclave/centre/grammar.h"
#include "enclave/centre/workspaces.h"
#include "enclave/messages.h"
#include "enclave/server/broker_session.h"
#include "enclave/server/broker_workspace.h"
#include "enclave/server/crew.h"
#include "enclave/server/faults.h"
#include "enclave/server/listener.h"
#include "enclave/server/serve.h"

namespace sceau::enclave {
namespace {

constexpr std::chrono::milliseconds between_publications(250);
constexpr std::chrono::seconds command_time(300);  // to type a passphrase
constexpr std::size_t max_commands = 32;           // at once; each may bring 250 descriptors
constexpr std::chrono::seconds farewell(5);        // for sessions to end by themselves

/// SIGTERM and SIGINT as a descriptor; blocked before any thread starts, so that all inherit it.
class StopSignals {
 public:
  StopSignals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    fd_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals() { ::close(fd_); }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

/// Connections of the control socket, so that a stop can end them.
class ControlClients {
 public:
  void add(int fd) {
    const std::lock_guard held(mutex_);
    open_.insert(fd);
  }
  void close(int fd) {
    const std::lock_guard held(mutex_);
    open_.erase(fd);
    ::close(fd);
  }
  void hang_up_all() {
    const std::lock_guard held(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }

 private:
  std::mutex mutex_;
  std::set<int> open_;
};

/// Sessions and commands hold descriptors: as many as the system lets this process have.
void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class Broker {
 public:
  explicit Broker(ServeOptions options);
  int run();

 private:
  void unlock_at_start();
  void serve_until_signal(const StopSignals& signals);
  void accept_session(const Listener& sessions);
  void accept_control(const Listener& control);
  void serve_command(int socket);
  int unlock_command(const ControlRequest& request, const Output& output);
  void serve_session(int socket, const ControlRequest& request);
  int locked_command(const ControlRequest& request, const Output& output);
  void publish_now_and_then();
  void stop();

  ServeOptions options_;
  HomeLock lock_;
  Door door_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> broken_ = false;  ///< the log can't be published: nothing may go on
  LiveSessions live_;
  ControlClients control_clients_;
  Examiner examiner_;  ///< for commands
  BrokerContext context_;
  UserPool users_;
  std::atomic<std::size_t> workspaces_ = 0;
  Crew sessions_;
  Crew commands_;
};

Examiner examiner_until(const std::atomic<bool>& stopping, std::uint64_t memory) {
  ExaminerLimits limits;
  limits.memory = memory;
  limits.cancelled = [&stopping] { return stopping.load(); };
  return process_examiner(std::move(limits));
}

Broker::Broker(ServeOptions options)
    : options_(std::move(options)),
      lock_(options_.home),
      door_(options_.home, read_config(options_.home), options_.clock),
      examiner_(examiner_until(stopping_, options_.memory)),
      context_{door_, live_, stopping_, options_.say, options_.memory, options_.language},
      users_(read_workspace_settings(options_.home)) {}

void Broker::unlock_at_start() {
  if (options_.credentials.empty()) return;
  Output quiet;
  quiet.out = quiet.err = quiet.progress = [](const std::string&) {};
  quiet.cancelled = [] { return false; };
  const auto& config = door_.config();
  const Person owner = {config.owner, config.owner_uid};
  (void)door_.unlock(options_.credentials, owner, quiet);  // a share waits for the others'
  options_.credentials.clear();
}

int Broker::unlock_command(const ControlRequest& request, const Output& output) {
  const auto person = acting_person(door_.config(), request.person, request.as);
  const auto knock = door_.unlock(request.command.credentials, person, output);
  const auto& language = request.command.language;
  if (request.command.json) {
    const nlohmann::ordered_json document = {{"format", 1},
                                             {"state", knock.open ? "unlocked" : "locked"},
                                             {"shares_given", knock.given},
                                             {"shares_needed", knock.needed}};
    output.out(document.dump() + "\n");
  } else if (knock.open) {
    output.out(text(knock.already ? "shown.unlocked_already" : "shown.unlocked", {}, language) +
               "\n");
  } else {
    output.out(text("shown.share_taken",
                    {std::to_string(knock.given), std::to_string(knock.needed)}, language) +
               "\n");
  }
  return 0;
}

/// While nobody has brought the passphrase.
int Broker::locked_command(const ControlRequest& request, const Output& output) {
  if (find_command(request.command.words).words == "status") {
    return locked_status(door_.home(), request.command.json, output, request.command.language);
  }
  throw EnclaveError(Fault::unavailable, "server.locked");
}

/// `sceau session`: one workspace, for as long as it lasts.
void Broker::serve_session(int socket, const ControlRequest& request) {
  const auto count = ++workspaces_;
  answer(
      socket,
      [&](const Output&) {
        if (count > max_workspaces) {
          throw EnclaveError(Fault::unavailable, "server.too_many_sessions");
        }
        const auto person = acting_person(door_.config(), request.person, request.as);
        return serve_workspace(socket, request, person, context_, users_);
      },
      request.command.language);
  --workspaces_;
}

void Broker::serve_command(int socket) {
  std::string language = options_.language;
  try {
    const auto request = receive_request(socket);
    language = request.command.language;
    const auto word = find_command(request.command.words).words;
    const auto centre = door_.centre();
    if (word == "unlock") {
      answer(
          socket, [&](const Output& output) { return unlock_command(request, output); }, language);
    } else if (centre && word == "session") {
      serve_session(socket, request);
    } else if (centre) {
      serve_request(socket, request, *centre, examiner_);
    } else {
      answer(
          socket, [&](const Output& output) { return locked_command(request, output); }, language);
    }
  } catch (...) {
    const auto error = std::current_exception();
    answer(
        socket, [&](const Output&) -> int { std::rethrow_exception(error); }, language);
  }
}

void Broker::accept_control(const Listener& control) {
  const int socket = control.accept();
  if (socket < 0) return;
  if (commands_.size() >= max_commands + workspaces_) {
    ::close(socket);
    return;
  }
  const timeval patience = {command_time.count(), 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  control_clients_.add(socket);
  commands_.start([this, socket] {
    serve_command(socket);
    control_clients_.close(socket);
  });
}

void Broker::accept_session(const Listener& sessions) {
  const int client = sessions.accept();
  if (client < 0) return;
  if (sessions_.size() >= max_clients) {
    turn_away(client, options_.language);
    return;
  }
  sessions_.start([this, client] { serve_client(client, context_); });
}

void Broker::publish_now_and_then() {
  try {
    while (!stopping_) {
      std::this_thread::sleep_for(between_publications);
      if (const auto centre = door_.centre()) {
        publish_log(*centre);
      } else {
        (void)door_.standing();  // shares that are too old go
      }
    }
  } catch (...) {
    const auto why = report_of(std::current_exception(), options_.language).message;
    options_.say(text("server.log_unpublished", {why}, options_.language));
    broken_ = true;
    ::kill(::getpid(), SIGTERM);
  }
}

void Broker::serve_until_signal(const StopSignals& signals) {
  const bool trial = door_.config().trial;
  const Listener control(door_.home().control_socket(), trial ? 0600 : 0666);
  const Listener sessions(door_.home().session_socket(), trial ? 0600 : 0666);
  options_.say(text(door_.centre() ? "shown.serving" : "shown.serving_locked",
                    {door_.home().run().string()}, options_.language));
  std::thread publisher([this] { publish_now_and_then(); });
  while (true) {
    std::array<pollfd, 3> waiting = {pollfd{signals.fd(), POLLIN, 0},
                                     pollfd{control.fd(), POLLIN, 0},
                                     pollfd{sessions.fd(), POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), 10'000);
    sessions_.join_done();
    commands_.join_done();
    if (waiting[0].revents != 0) break;
    if (waiting[1].revents != 0) accept_control(control);
    if (waiting[2].revents != 0) accept_session(sessions);
  }
  stopping_ = true;
  publisher.join();
}

/// Sessions and commands end; what they were doing is undone or done, and logged.
void Broker::stop() {
  control_clients_.hang_up_all();
  const auto deadline = std::chrono::steady_clock::now() + farewell;
  while (live_.size() > 0 && std::chrono::steady_clock::now() < deadline) {
    live_.hang_up_all();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  live_.kill_all();
  sessions_.join_all();
  commands_.join_all();
  if (const auto centre = door_.centre(); centre && !broken_) record_stopped(*centre);
}

int Broker::run() {
  const StopSignals signals;
  unlock_at_start();
  std::filesystem::create_directories(door_.home().run());
  ::chmod(door_.home().run().c_str(), door_.config().trial ? 0700 : 0755);
  serve_until_signal(signals);
  stop();
  return broken_ ? exit_code(Fault::internal) : 0;
}

}  // namespace

int run_broker(ServeOptions options) {
  ::umask(0077);
  harden_broker();
  raise_descriptor_limit();
  Broker broker(std::move(options));
  return broker.run();
}

}  // namespace sceau::enclave
