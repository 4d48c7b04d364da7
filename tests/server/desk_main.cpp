// The broker against a worker that has been taken over: this program plays that worker, and the
// client's first line says what it tries. What it may not ask cuts it off; what it asks wrongly is
// refused; nothing that it makes up reaches the log; other sessions go on.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>

#include "enclave/centre/lifecycle.h"
#include "enclave/server/broker_session.h"
#include "enclave/server/crossing.h"
#include "enclave/server/process.h"
#include "enclave/server/serve.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

constexpr std::string_view made_up = "DUPONT Jean 17.5";

// -- the worker --------------------------------------------------------------------------------

/// The id of a refusal, the name of an answer's kind, or "cut off".
std::string ask(Channel& broker, FrameKind kind, const WireBytes& payload) {
  try {
    broker.send(kind, payload);
    const auto answer = broker.receive(std::chrono::seconds(20));
    if (answer.kind == FrameKind::failed) return unpack<Failure>(answer.payload).id;
    if (answer.kind == FrameKind::started) {
      return "started " + std::to_string(unpack<std::uint64_t>(answer.payload));
    }
    return answer.kind == FrameKind::grant ? "granted" : "answered";
  } catch (const EnclaveError& error) {
    return error.id() == "server.peer_gone" ? "cut off" : error.id();
  }
}

OutputDraft draft_over(const std::string& dataset) {
  OutputDraft draft;
  draft.name = "a.csv";
  draft.title = "A";
  draft.tabulation.emplace();
  draft.tabulation->dataset = dataset;
  draft.tabulation->vintages = {"2024"};
  draft.tabulation->columns.push_back({"count", {}, std::nullopt, false});
  draft.tabulation->grouping_sets = {0};
  return draft;
}

std::string try_before_hello(Channel& broker, const std::string& what) {
  if (what == "statement first") {
    return ask(broker, FrameKind::statement_started, pack(std::string("SELECT 1")));
  }
  if (what == "garbage") {
    (void)::write(broker.fd(), "\xff\xff\xff\xff\xff", 5);
    return ask(broker, FrameKind::hello, {});
  }
  if (what == "long name") {
    return ask(broker, FrameKind::hello, pack(Hello{std::string(64, 'a'), "orientation", "", ""}));
  }
  if (what == "no UTF-8") {
    return ask(broker, FrameKind::hello, pack(Hello{"alix", "\xff", "", ""}));
  }
  if (what == "cut hello") return ask(broker, FrameKind::hello, WireBytes(3));
  return "";
}

std::string try_in_session(Channel& broker, const std::string& what) {
  if (what == "two hellos") {
    return ask(broker, FrameKind::hello, pack(Hello{"alix", "orientation", "", ""}));
  }
  if (what == "broker's words") return ask(broker, FrameKind::grant, {});
  if (what == "cancel") return ask(broker, FrameKind::cancel, pack(CancelKey{1, 1}));
  if (what == "foreign statement") {
    return ask(broker, FrameKind::statement_finished, pack(StatementEnd{1, "done", 0}));
  }
  if (what == "words as outcome") {
    const auto started = ask(broker, FrameKind::statement_started, pack(std::string("SELECT 1")));
    const auto seq = std::stoull(started.substr(started.find(' ') + 1));
    return ask(broker, FrameKind::statement_finished,
               pack(StatementEnd{seq, std::string(made_up), 0}));
  }
  if (what == "words as reason") {
    return ask(broker, FrameKind::closing, pack(std::string(made_up)));
  }
  auto draft = draft_over(what == "foreign data" ? "impots" : "lycees");
  if (what == "path as name") draft.name = "../../outbox/x";
  return ask(broker, FrameKind::submit, pack(std::vector<OutputDraft>{draft}));
}

int play_worker() {
  std::array<char, 64> line{};
  const auto got = ::read(client_fd, line.data(), line.size());
  const std::string what(line.data(), static_cast<std::size_t>(std::max<ssize_t>(0, got)));
  Channel broker(broker_fd);
  auto said = try_before_hello(broker, what);
  if (said.empty()) {
    said = ask(broker, FrameKind::hello, pack(Hello{"alix", "orientation", "", ""}));
    if (said == "granted" && what != "nothing") said = try_in_session(broker, what);
  }
  return ::write(client_fd, said.data(), said.size()) < 0;
}

// -- the broker --------------------------------------------------------------------------------

/// An unlocked trial centre with orientation's alix, and workers that try things.
class Desk {
 public:
  Desk() {
    world_.cast();
    world_.close();
    unlock();
  }

  /// What a worker that tries this hears.
  std::string hears(const std::string& what) {
    int ends[2] = {-1, -1};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const BrokerContext context = {*door_, live_, stopping_, [](const std::string&) {}};
    std::thread broker([&] { serve_client(ends[1], context); });
    REQUIRE(::write(ends[0], what.data(), what.size()) == static_cast<ssize_t>(what.size()));
    std::string heard;
    std::array<char, 256> piece{};
    for (ssize_t got = 0; (got = ::read(ends[0], piece.data(), piece.size())) > 0;) {
      heard.append(piece.data(), static_cast<std::size_t>(got));
    }
    broker.join();
    ::close(ends[0]);
    return heard.empty() ? "cut off" : heard;  // killed before it could say so
  }

  void lock() {
    door_ = std::make_unique<Door>(world_.home(), read_config(world_.home()), clock());
  }
  void unlock() {
    lock();
    constexpr std::string_view words = "words of a test";
    const std::vector<std::uint8_t> bytes(words.begin(), words.end());
    const Credential passphrase{CredentialKind::passphrase, KeyBytes(bytes)};
    Output quiet;
    quiet.out = quiet.err = quiet.progress = [](const std::string&) {};
    quiet.cancelled = [] { return false; };
    (void)door_->unlock({&passphrase, 1}, own_person(), quiet);
  }
  /// Publishes the log and hands the home back to the world, for a look from outside.
  World& outside() {
    publish_log(*door_->centre());
    door_.reset();
    world_.open();
    return world_;
  }

 private:
  /// The day after the one on which the world was made.
  static Clock clock() {
    return [] { return std::chrono::sys_days(std::chrono::year(2026) / 11 / 24); };
  }
  World world_;
  LiveSessions live_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<Door> door_;
};

}  // namespace

TEST_CASE("a worker that asks what it may not ask is cut off, and its session closed") {
  Desk desk;
  CHECK(desk.hears("nothing") == "granted");
  for (const auto* what : {"statement first", "garbage", "cut hello", "two hellos",
                           "broker's words", "cancel", "foreign statement", "words as outcome"}) {
    CAPTURE(what);
    CHECK(desk.hears(what) == "cut off");
    CHECK(desk.hears("nothing") == "granted");
  }
  auto& world = desk.outside();
  CHECK(world.verify().outcome == audit::Outcome::valid);
  const auto events = world.events();
  CHECK(std::count(events.begin(), events.end(), "session.opened") ==
        std::count(events.begin(), events.end(), "session.closed"));
}

TEST_CASE("a worker that asks wrongly is refused by name") {
  Desk desk;
  CHECK(desk.hears("long name") == "server.bad_name");
  CHECK(desk.hears("no UTF-8") == "server.bad_name");
  CHECK(desk.hears("foreign data") == "centre.outside_permit");
  CHECK(desk.hears("path as name") == "server.bad_file_name");
}

TEST_CASE("nothing that a worker makes up stands outside the registry") {
  Desk desk;
  CHECK(desk.hears("words as outcome") == "cut off");
  CHECK(desk.hears("words as reason") == "answered");
  const auto bytes = desk.outside().bytes_outside();
  CHECK(bytes.find("session.closed") != std::string::npos);
  CHECK(bytes.find(made_up) == std::string::npos);
}

TEST_CASE("a locked centre grants nothing") {
  Desk desk;
  desk.lock();
  CHECK(desk.hears("nothing") == "server.locked");
  CHECK(desk.hears("statement first") == "cut off");
}

int main(int argc, char** argv) {
  if (argc > 1 && argv[1] == worker_word) return play_worker();
  if (argc > 1 && argv[1] == examiner_word) return run_examiner();
  doctest::Context context(argc, argv);
  return context.run();
}
