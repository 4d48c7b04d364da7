// The broker against a worker that has been taken over: this program plays that worker, and the
// client's first line says what it tries. What it may not ask cuts it off; what it asks wrongly is
// refused; nothing that it makes up reaches the log; other sessions go on.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "enclave/server/process.h"
#include "enclave/server/serve.h"
#include "tests/server/desk.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

constexpr std::string_view made_up = "DUPONT Jean 17.5";

// -- the worker --------------------------------------------------------------------------------

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
  const auto what = first_line();
  Channel broker(broker_fd);
  auto said = try_before_hello(broker, what);
  if (said.empty()) {
    said = ask(broker, FrameKind::hello, pack(Hello{"alix", "orientation", "", ""}));
    if (said == "granted" && what != "nothing") said = try_in_session(broker, what);
  }
  return tell(said);
}

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
