// A worker taken over forges frames: each kind, in the wrong direction, at the wrong time, with
// lengths and contents that lie, with what belongs to others. It is cut off or refused by name, the
// log says that its session ended, nothing is decided, and the next session opens.
//
// This program plays the workers: a client's line "before K P" or "within K P" is kind K with
// payload P (empty, noise, right, lie) before or after the session opened; any other line is a
// trick's name.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "enclave/server/process.h"
#include "enclave/server/serve.h"
#include "enclave/sql/parse.h"
#include "tests/server/desk.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

constexpr std::array payloads = {"empty", "noise", "right", "lie"};
constexpr int first_kind = static_cast<int>(FrameKind::hello);
constexpr int last_kind = static_cast<int>(FrameKind::examined);

// -- the worker --------------------------------------------------------------------------------

Submission made_up_submission() {
  Submission submission;
  submission.request = "R-2026-000001";
  submission.state = "released";
  submission.verdict = disclosure::Verdict::pass;
  return submission;
}

/// What the kind's own sender would write.
WireBytes right_payload(FrameKind kind) {
  const auto drafts = std::vector<OutputDraft>{draft_over("lycees")};
  switch (kind) {
    case FrameKind::hello:
      return pack(Hello{"alix", "orientation", "", ""});
    case FrameKind::cancel:
      return pack(CancelKey{1, 1});
    case FrameKind::statement_started:
    case FrameKind::withdraw:
      return pack(std::string("R-2026-000001"));
    case FrameKind::closing:
      return pack(std::string("closed"));
    case FrameKind::statement_finished:
      return pack(StatementEnd{3, "done", 0});
    case FrameKind::comment:
      return pack(Remark{"R-2026-000001", "words"});
    case FrameKind::explain:
    case FrameKind::submit:
      return pack(drafts);
    case FrameKind::see:
      return pack(drafts[0]);
    case FrameKind::started:
      return pack(std::uint64_t{1});
    case FrameKind::submission:
      return pack(made_up_submission());
    case FrameKind::seen:
      return pack(Seen{});
    case FrameKind::failed:
      return pack(Failure{Fault::internal, "server.internal", {"x"}});
    case FrameKind::grant:
      return pack(WorkerGrant{});
    case FrameKind::job:
      return pack(ExamineJob{});
    case FrameKind::examined:
      return pack(std::vector<Examined>(1));
    case FrameKind::requests_view:
    case FrameKind::findings_view:
    case FrameKind::comments_view:
    case FrameKind::done:
    case FrameKind::judged:
    case FrameKind::rows:
      return {};
  }
  return {};
}

/// A head that claims more than comes.
std::string lie(Channel& broker, FrameKind kind) {
  const auto size = static_cast<std::uint32_t>(payload_cap(kind));
  const std::array<std::uint8_t, 8> bytes = {static_cast<std::uint8_t>(size >> 24U),
                                             static_cast<std::uint8_t>(size >> 16U),
                                             static_cast<std::uint8_t>(size >> 8U),
                                             static_cast<std::uint8_t>(size),
                                             static_cast<std::uint8_t>(kind),
                                             1,
                                             2,
                                             3};
  if (::write(broker.fd(), bytes.data(), bytes.size()) < 0) return "cut off";
  broker.shut();
  return "cut off";
}

std::string forge(Channel& broker, FrameKind kind, const std::string& payload) {
  if (payload == "lie") return lie(broker, kind);
  if (payload == "empty") return ask(broker, kind, {});
  if (payload == "noise") return ask(broker, kind, WireBytes(64, 0xff));
  return ask(broker, kind, right_payload(kind));
}

/// A submission whose tabulation is this text, whatever it is.
std::string submit_tabulation(Channel& broker, const std::string& json) {
  WireWriter out;
  out.count(1);
  for (const auto* text : {"a.csv", "A", "", "SELECT 1"}) out.text(text);
  out.boolean(true);
  out.text(json);
  out.text("");  // the reason's id, and no argument
  out.count(0);
  out.text("");
  out.boolean(false);
  out.text("");
  out.text("");
  return ask(broker, FrameKind::submit, out.take());
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// A condition of `depth` NOTs, which our own parser reads.
std::string nested_condition(std::size_t depth) {
  auto json = nlohmann::json::parse(disclosure::to_json(draft_over("lycees").tabulation.value()));
  json["condition"] = nullptr;
  auto text = json.dump();
  const auto at = text.find("\"condition\":null") + 12;
  return text.replace(at, 4, repeated(R"({"not":)", depth) + "null" + repeated("}", depth));
}

std::string bombs(Channel& broker, const std::string& what) {
  if (what == "bomb: brackets") return submit_tabulation(broker, repeated("[", 100'000));
  if (what == "bomb: objects") return submit_tabulation(broker, repeated(R"({"a":)", 100'000));
  if (what == "bomb: condition of 500") return submit_tabulation(broker, nested_condition(500));
  if (what == "bomb: condition of 50000")
    return submit_tabulation(broker, nested_condition(50'000));
  if (what == "bomb: a megabyte") return submit_tabulation(broker, std::string(1 << 20, '7'));
  if (what == "bomb: number") return submit_tabulation(broker, "1e999999");
  const auto changed = [&](std::string_view from, std::string_view to) {
    auto json = disclosure::to_json(draft_over("lycees").tabulation.value());
    const auto at = json.find(from);
    return submit_tabulation(broker,
                             at == std::string::npos ? "" : json.replace(at, from.size(), to));
  };
  if (what == "no vintage") return changed(R"(["2024"])", "[]");
  if (what == "a vintage twice") return changed(R"(["2024"])", R"(["2024","2024"])");
  if (what == "grouping sets out of range") return changed("[0]", "[4294967295]");
  if (what == "a grouping set of 2^40") return changed("[0]", "[1099511627776]");
  if (what == "a negative grouping set") return changed("[0]", "[-1]");
  if (what == "an unknown function") return changed("\"columns\":[", "\"columns\":[{\"x\":1},");
  if (what == "bomb: no text") return submit_tabulation(broker, "\"\xff\xfe\"");
  return "";
}

std::string submit_one(Channel& broker, OutputDraft draft) {
  return ask(broker, FrameKind::submit, pack(std::vector<OutputDraft>{std::move(draft)}));
}

std::string drafts(Channel& broker, const std::string& what) {
  auto draft = draft_over("lycees");
  if (what.starts_with("name ")) {
    draft.name = what.substr(5);
  } else if (what == "foreign vintage") {
    draft.tabulation->vintages = {"2030"};
  } else if (what == "hidden variable") {
    draft.tabulation->dimensions.emplace_back();
    draft.tabulation->dimensions[0] = {"cache", std::string("cache")};
  } else if (what == "replaces another's") {
    draft.replaces = "R-2026-000001";
  } else if (what == "long sql") {
    draft.sql = std::string(sql::max_text_bytes + 1, 'x');
  } else if (what == "made-up reason") {
    draft.tabulation.reset();
    draft.opaque = "x";
    draft.reason = {"no.such.message", {"\x1b[2J"}};
  } else if (what == "claim of brackets") {
    draft.claim = repeated("[", 20'000);
  } else if (what == "bidi title") {
    draft.title = "a\xe2\x80\xae";
  } else if (what == "1000 outputs") {
    std::vector<OutputDraft> many(1000, draft);
    for (std::size_t i = 0; i < many.size(); ++i) many[i].name = std::to_string(i) + ".csv";
    return ask(broker, FrameKind::submit, pack(many));
  } else if (what == "none") {
    return ask(broker, FrameKind::submit, pack(std::vector<OutputDraft>()));
  } else {
    return "";
  }
  return submit_one(broker, std::move(draft));
}

std::string tricks(Channel& broker, const std::string& what) {
  if (what == "statement") {
    return ask(broker, FrameKind::statement_started, pack(std::string("SELECT 1")));
  }
  if (what == "end twice" || what == "rows beyond counting") {
    const auto started = ask(broker, FrameKind::statement_started, pack(std::string("SELECT 1")));
    const auto seq = std::stoull(started.substr(started.find(' ') + 1));
    const auto rows = what == "end twice" ? 0 : ~std::uint64_t{0};
    const auto first =
        ask(broker, FrameKind::statement_finished, pack(StatementEnd{seq, "done", rows}));
    if (first != "answered") return first;
    return ask(broker, FrameKind::statement_finished, pack(StatementEnd{seq, "done", rows}));
  }
  if (what.starts_with("end ")) {
    return ask(broker, FrameKind::statement_finished,
               pack(StatementEnd{std::stoull(what.substr(4)), "done", 0}));
  }
  if (what == "goes on after goodbye") {
    (void)ask(broker, FrameKind::closing, pack(std::string("closed")));
    return submit_one(broker, draft_over("lycees"));
  }
  if (what == "two frames at once") {
    const auto one = pack(std::string("SELECT 1"));
    broker.send(FrameKind::statement_started, one);
    broker.send(FrameKind::examined, one);
    (void)heard_from(broker);
    return heard_from(broker);
  }
  auto said = bombs(broker, what);
  return said.empty() ? drafts(broker, what) : said;
}

int play_worker() {
  const auto what = first_line();
  std::istringstream words(what);
  std::string stage;
  std::string payload;
  int kind = 0;
  words >> stage >> kind >> payload;
  Channel broker(broker_fd);
  if (stage == "before") return tell(forge(broker, static_cast<FrameKind>(kind), payload));
  auto said = ask(broker, FrameKind::hello, pack(Hello{"alix", "orientation", "", ""}));
  if (said != "granted" || what == "nothing") return tell(said);
  if (stage == "within") return tell(forge(broker, static_cast<FrameKind>(kind), payload));
  const bool stays = what == "statement";
  said = tricks(broker, what);
  const int code = tell(said);
  if (stays) (void)first_line();  // until the client leaves
  return code;
}

// -- the broker --------------------------------------------------------------------------------

/// What a forged frame may be answered with; all else is "cut off".
std::string allowed(const std::string& stage, FrameKind kind, const std::string& payload) {
  const bool right = payload == "right";
  if (kind == FrameKind::closing && right) return "answered";
  if (stage == "before") {
    if (kind == FrameKind::hello && right) return "granted";
    return kind == FrameKind::cancel && right ? "answered" : "cut off";
  }
  if (kind == FrameKind::requests_view || kind == FrameKind::findings_view ||
      kind == FrameKind::comments_view) {
    return right || payload == "empty" ? "answered" : "cut off";
  }
  if (!right) return "cut off";
  switch (kind) {
    case FrameKind::statement_started:
      return "started";
    case FrameKind::withdraw:
    case FrameKind::comment:
      return "centre.no_request";
    case FrameKind::see:
      return "centre.not_aggregates";
    case FrameKind::explain:
    case FrameKind::submit:
      return "examined";  // honestly: the frame is as right as a worker's own
    default:
      return "cut off";
  }
}

/// No request was decided, each session that opened is closed, and the log verifies.
void check_nothing_decided(Desk& desk) {
  auto& world = desk.outside();
  CHECK(world.verify().outcome == audit::Outcome::valid);
  const auto events = world.events();
  const auto count = [&](const char* event) {
    return std::count(events.begin(), events.end(), event);
  };
  CHECK(count("session.opened") == count("session.closed"));
  CHECK(count("statement.started") == count("statement.finished"));
  CHECK(count("request.submitted") == count("request.withdrawn"));
  for (const auto* event :
       {"request.checked", "review.decided", "release.started", "release.made"}) {
    CHECK(count(event) == 0);
  }
}

}  // namespace

TEST_CASE("a forged frame of every kind is cut off, before the session and within it") {
  Desk desk;
  int cut = 0;
  for (const auto* stage : {"before", "within"}) {
    for (int number = first_kind; number <= last_kind; ++number) {
      const auto kind = static_cast<FrameKind>(number);
      for (const std::string payload : payloads) {
        const auto may = allowed(stage, kind, payload);
        if (may == "examined") continue;  // see the draft tests
        CAPTURE(stage);
        CAPTURE(number);
        CAPTURE(payload);
        const auto heard =
            desk.hears(std::string(stage) + " " + std::to_string(number) + " " + payload);
        CHECK(heard.substr(0, may.size()) == may);
        cut += heard == "cut off" ? 1 : 0;
      }
    }
    CHECK(desk.hears("nothing") == "granted");
  }
  CHECK(cut >= 150);
  check_nothing_decided(desk);
}

TEST_CASE("a tabulation that is a bomb is cut off before anybody reads it") {
  Desk desk;
  for (const auto* bomb :
       {"bomb: brackets", "bomb: objects", "bomb: condition of 500", "bomb: condition of 50000",
        "bomb: a megabyte", "bomb: number", "bomb: no text"}) {
    CAPTURE(bomb);
    CHECK(desk.hears(bomb) == "cut off");
    CHECK(desk.hears("nothing") == "granted");
  }
  check_nothing_decided(desk);
}

TEST_CASE("drafts that name what isn't theirs, or lie, are refused by name") {
  Desk desk;
  struct Trick {
    const char* what;
    const char* refusal;
  };
  for (const auto& [what, refusal] :
       std::initializer_list<Trick>{{"foreign vintage", "centre.outside_permit"},
                                    {"hidden variable", "server.unknown_variable"},
                                    {"replaces another's", "centre.no_request"},
                                    {"name ../../outbox/x", "server.bad_file_name"},
                                    {"name /etc/passwd", "server.bad_file_name"},
                                    {"name .", "server.bad_file_name"},
                                    {"name a\x1b[2J", "server.bad_file_name"},
                                    {"name a\xe2\x80\xae.csv", "server.bad_file_name"},
                                    {"name a.receipt", "server.own_file_name"},
                                    {"name release.json", "server.own_file_name"},
                                    {"bidi title", "server.bad_title"},
                                    {"long sql", "server.bad_title"},
                                    {"made-up reason", "cut off"},
                                    {"claim of brackets", "server.bad_title"},
                                    {"1000 outputs", "server.too_many_outputs"},
                                    {"none", "centre.nothing_asked"}}) {
    CAPTURE(std::string(what));
    CHECK(desk.hears(what) == std::string(refusal));
  }
  CHECK(desk.hears("nothing") == "granted");
  check_nothing_decided(desk);
}

TEST_CASE("a tabulation that no plan would make is no tabulation") {
  Desk desk;
  for (const auto* what : {"no vintage", "grouping sets out of range", "a grouping set of 2^40",
                           "a negative grouping set", "an unknown function", "a vintage twice"}) {
    CAPTURE(std::string(what));
    const auto heard = desk.hears(what);
    CHECK(heard == "cut off");
  }
  check_nothing_decided(desk);
}

TEST_CASE("another session's statement can't be ended, and its own once only") {
  Desk desk;
  {
    const auto other = desk.holds("statement");
    REQUIRE(other->first_words().starts_with("started "));
    const auto number = other->first_words().substr(8);
    CHECK(desk.hears("end " + number) == "cut off");
    CHECK(desk.hears("end 18446744073709551615") == "cut off");
    CHECK(desk.hears("end twice") == "cut off");
    CHECK(desk.hears("rows beyond counting") == "cut off");
  }
  check_nothing_decided(desk);
}

TEST_CASE("what comes at the wrong time cuts off") {
  Desk desk;
  CHECK(desk.hears("goes on after goodbye") == "cut off");
  CHECK(desk.hears("two frames at once") == "cut off");
  CHECK(desk.hears("nothing") == "granted");
  check_nothing_decided(desk);
}

int main(int argc, char** argv) {
  if (argc > 1 && argv[1] == worker_word) return play_worker();
  if (argc > 1 && argv[1] == examiner_word) return run_examiner();
  doctest::Context context(argc, argv);
  return context.run();
}
