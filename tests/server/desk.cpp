#include "tests/server/desk.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "enclave/centre/lifecycle.h"
#include "enclave/server/process.h"

namespace sceau::enclave::test {
namespace {

/// The day after the one on which the world was made.
Clock the_day_after() {
  return [] { return std::chrono::sys_days(std::chrono::year(2026) / 11 / 24); };
}

std::pair<int, int> socket_pair() {
  int ends[2] = {-1, -1};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  return {ends[0], ends[1]};
}

std::string read_some(int fd) {
  std::array<char, 256> piece{};
  const auto got = ::read(fd, piece.data(), piece.size());
  return {piece.data(), static_cast<std::size_t>(std::max<ssize_t>(0, got))};
}

}  // namespace

std::string ask(Channel& broker, FrameKind kind, const WireBytes& payload) {
  try {
    broker.send(kind, payload);
  } catch (const EnclaveError& error) {
    return error.id() == "server.peer_gone" ? "cut off" : error.id();
  }
  return heard_from(broker);
}

std::string heard_from(Channel& broker) {
  try {
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

std::string first_line() { return read_some(client_fd); }

int tell(const std::string& said) {
  return ::write(client_fd, said.data(), said.size()) != static_cast<ssize_t>(said.size());
}

Desk::Desk() {
  world_.cast();
  world_.close();
  unlock();
}

BrokerContext Desk::context() {
  return {*door_, live_, stopping_, [](const std::string&) {}};
}

std::string Desk::hears(const std::string& what) {
  const auto [client, server] = socket_pair();
  const auto broker_context = context();
  std::thread broker([&, end = server] { serve_client(end, broker_context); });
  REQUIRE(::write(client, what.data(), what.size()) == static_cast<ssize_t>(what.size()));
  std::string heard;
  for (std::string piece; !(piece = read_some(client)).empty();) heard += piece;
  broker.join();
  ::close(client);
  return heard.empty() ? "cut off" : heard;  // killed before it could say so
}

Desk::Held::Held(Desk& desk, const std::string& what) : context_(desk.context()) {
  const auto [client, server] = socket_pair();
  client_ = client;
  broker_ = std::thread([this, end = server] { serve_client(end, context_); });
  REQUIRE(::write(client_, what.data(), what.size()) == static_cast<ssize_t>(what.size()));
  words_ = read_some(client_);
}

Desk::Held::~Held() {
  ::shutdown(client_, SHUT_RDWR);
  broker_.join();
  ::close(client_);
}

std::unique_ptr<Desk::Held> Desk::holds(const std::string& what) {
  return std::make_unique<Held>(*this, what);
}

void Desk::lock() {
  door_ = std::make_unique<Door>(world_.home(), read_config(world_.home()), the_day_after());
}

void Desk::unlock() {
  lock();
  constexpr std::string_view words = "words of a test";
  const std::vector<std::uint8_t> bytes(words.begin(), words.end());
  const Credential passphrase{CredentialKind::passphrase, KeyBytes(bytes)};
  Output quiet;
  quiet.out = quiet.err = quiet.progress = [](const std::string&) {};
  quiet.cancelled = [] { return false; };
  (void)door_->unlock({&passphrase, 1}, own_person(), quiet);
}

World& Desk::outside() {
  publish_log(*door_->centre());
  door_.reset();
  world_.open();
  return world_;
}

}  // namespace sceau::enclave::test
