// One session's process. It reads everything that a researcher sends, and holds the keys of the
// permitted stores alone; what it may do, and what becomes of an output, others decide.
#include <array>
#include <atomic>
#include <csignal>

#include "enclave/messages.h"
#include "enclave/sandbox/walls.h"
#include "enclave/server/broker_line.h"
#include "enclave/server/client.h"
#include "enclave/server/faults.h"
#include "enclave/server/opened.h"
#include "enclave/server/process.h"
#include "enclave/server/serve.h"
#include "enclave/server/session.h"

namespace sceau::enclave {
namespace {

constexpr std::chrono::seconds startup_time(10);

/// The one thing that a signal handler may touch.
std::atomic<bool> cancel_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void on_cancel(int) { cancel_requested = true; }

void listen_for_cancel() {
  struct sigaction action {};
  action.sa_handler = on_cancel;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR1, &action, nullptr);
}

void say_goodbye(Client& client, const Failure& failure, std::string_view language) {
  auto report = report_of(failure, language);
  report.severity = pg::Severity::fatal;
  pg::Reply reply;
  reply.report(report);
  client.send(reply.take());
}

/// Bytes of the client as messages; what isn't one ends the session with a word.
class Conversation {
 public:
  Conversation(Client& client, int broker) : client_(client), broker_(broker) {}

  /// nullopt: the session is over, and the client has been told where it still listens.
  std::optional<pg::Message> next(
      std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt) {
    try {
      while (true) {
        if (auto message = reader_.next()) return message;
        switch (client_.receive(bytes_, broker_, deadline)) {
          case Client::Event::bytes:
            reader_.feed(bytes_);
            break;
          case Client::Event::ended:
            reason_ = "dropped";
            return std::nullopt;
          case Client::Event::out_of_time:
            reason_ = "timeout";
            return std::nullopt;
          case Client::Event::broker:
            reason_ = "stopped";
            say_goodbye(client_, {Fault::unavailable, "server.stopping", {}}, language_);
            return std::nullopt;
        }
      }
    } catch (const pg::ProtocolError& error) {
      reason_ = "protocol";
      pg::Reply reply;
      reply.report({pg::Severity::fatal, "08P01",
                    text("server.protocol", {error.what()}, language_), "",
                    hint("server.protocol", {}, language_), 0});
      client_.send(reply.take());
      return std::nullopt;
    }
  }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  void speak(const std::string& language) { language_ = language; }

 private:
  Client& client_;
  int broker_;
  pg::FrontendReader reader_;
  std::string bytes_;
  std::string reason_ = "closed";
  std::string language_ = "en";
};

/// Answers requests for encryption, passes cancel requests on; the start packet, or nullopt.
std::optional<pg::Startup> read_startup(Conversation& conversation, Client& client,
                                        BrokerLine& broker) {
  const auto deadline = std::chrono::steady_clock::now() + startup_time;
  while (auto message = conversation.next(deadline)) {
    if (auto* startup = std::get_if<pg::Startup>(&*message)) return std::move(*startup);
    if (const auto* cancel = std::get_if<pg::CancelRequest>(&*message)) {
      broker.cancel({cancel->pid, cancel->key});
      return std::nullopt;
    }
    client.send("N");
  }
  return std::nullopt;
}

std::string parameter(const pg::Startup& startup, const std::string& name) {
  const auto found = startup.parameters.find(name);
  return found == startup.parameters.end() ? std::string() : found->second;
}

/// PGOPTIONS='-c lc_messages=fr_FR.UTF-8', as PostgreSQL's clients say it; empty: they say nothing.
/// What else stands in the options is looked at when the session is there.
std::string language_asked(const pg::Startup& startup) {
  std::string language;
  for (const auto& [name, value] : pg::startup_settings(parameter(startup, "options"))) {
    if (name == "lc_messages") language = language_of_locale(value);
  }
  return language;
}

Hello hello_of(const pg::Startup& startup) {
  Hello hello = {parameter(startup, "user"), parameter(startup, "database"),
                 parameter(startup, "application_name"), language_asked(startup)};
  if (hello.database.empty()) hello.database = hello.user;
  return hello;
}

void negotiate(const pg::Startup& startup, Client& client) {
  std::vector<std::string> unknown;
  for (const auto& [name, value] : startup.parameters) {
    if (name.starts_with("_pq_.")) unknown.push_back(name);
  }
  if (startup.minor == 0 && unknown.empty()) return;
  pg::Reply reply;
  reply.negotiate_version(unknown);
  client.send(reply.take());
}

std::vector<sql::Row> system_rows(std::string_view relation, const SessionGrant& grant,
                                  const Runner* runner, Gate& gate) {
  if (relation == "requests") return gate.requests_view();
  if (relation == "findings") return gate.findings_view();
  if (relation == "comments") return gate.comments_view();
  if (relation == "permit") return grant.permit_rows;
  if (relation == "last_request" && runner != nullptr) return runner->last_request_rows();
  return {};
}

void serve_session(Conversation& conversation, Client& client, BrokerLine& broker,
                   const WorkerGrant& grant, const pg::Startup& startup) {
  Interruption interruption(cancel_requested, [&] {
    return Client::hung_up(client.fd()) || Client::hung_up(broker.fd());
  });
  const Runner* running = nullptr;
  Workbench workbench(
      grant.session,
      [&](std::string_view relation) {
        return system_rows(relation, grant.session, running, broker);
      },
      memory_limit());
  Runner runner(grant.session, broker, workbench, interruption);
  running = &runner;
  Session session(runner, broker, workbench, interruption,
                  [&](std::string_view bytes) { client.send(bytes); });
  for (const auto& [name, value] : pg::startup_settings(parameter(startup, "options"))) {
    runner.preset(name, value);
  }
  session.greet(parameter(startup, "application_name"), grant.cancel.pid, grant.cancel.key);
  while (auto message = conversation.next()) {
    if (!session.take(*message)) return;
  }
}

void work(Client& client, BrokerLine& broker) {
  Conversation conversation(client, broker.fd());
  const auto startup = read_startup(conversation, client, broker);
  if (!startup) return;
  std::string language;
  try {
    negotiate(*startup, client);
    language = language_asked(*startup);
    conversation.speak(language);
    const auto grant = broker.open(hello_of(*startup));
    language = grant.session.language;
    conversation.speak(language);
    see_only(files_of(grant.session.datasets));
    serve_session(conversation, client, broker, grant, *startup);
    broker.closing(conversation.reason());
  } catch (...) {
    const auto failure = failure_of(std::current_exception());
    if (failure.id == "server.peer_gone" || failure.id == "server.bad_frame") return;
    broker.closing(failure.id == "server.client_gone" ? "dropped" : "refused");
    if (failure.id != "server.client_gone") say_goodbye(client, failure, language);
  }
}

}  // namespace

int run_worker() noexcept {
  try {
    if (!harden_child(client_fd + 1)) return 70;
    listen_for_cancel();
    wall_in();
    Client client(client_fd);
    BrokerLine broker{Channel(broker_fd)};
    work(client, broker);
    return 0;
  } catch (...) {
    return 70;
  }
}

}  // namespace sceau::enclave
