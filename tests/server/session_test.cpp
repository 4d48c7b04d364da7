// A session without processes or sockets: messages in, replies out, and a gate that writes down
// what it is asked.
#include "enclave/server/session.h"

#include <doctest/doctest.h>

#include <atomic>

#include "disclosure/examine.h"
#include "enclave/fault.h"
#include "tests/server/sealed.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

class FakeGate final : public Gate {
 public:
  std::vector<std::string> asked;
  std::string state = "checked";  ///< of the next submission
  bool log_is_full = false;
  std::size_t outputs_of_last = 0;

  std::uint64_t statement_started(const std::string& text) override {
    if (log_is_full) throw EnclaveError(Fault::unavailable, "server.internal", {"no room"});
    asked.push_back("started " + text);
    return asked.size();
  }
  void statement_finished(std::uint64_t, const std::string& outcome, std::uint64_t rows) override {
    asked.push_back("finished " + outcome + " " + std::to_string(rows));
  }
  std::vector<JudgedOutput> explain(const std::vector<OutputDraft>& drafts) override {
    asked.push_back("explain " + std::to_string(drafts.size()));
    return judged(drafts);
  }
  Submission submit(const std::vector<OutputDraft>& drafts) override {
    asked.push_back("submit " + std::to_string(drafts.size()));
    outputs_of_last = drafts.size();
    return {"R-2026-000001", state, disclosure::Verdict::review, judged(drafts)};
  }
  Seen see(const OutputDraft& draft) override {
    asked.push_back("see " + draft.name);
    return {judged({draft}).front(), {}};
  }
  void withdraw(const std::string& request) override { asked.push_back("withdraw " + request); }
  void comment(const std::string& request, const std::string& words) override {
    asked.push_back("comment " + request + " " + words);
  }
  Centre::Rows requests_view() override { return {}; }
  Centre::Rows comments_view() override { return {}; }
  Centre::Rows findings_view() override { return {}; }

 private:
  static std::vector<JudgedOutput> judged(const std::vector<OutputDraft>& drafts) {
    std::vector<JudgedOutput> outputs;
    for (const auto& draft : drafts) {
      JudgedOutput output;
      output.name = draft.name;
      output.judgement.verdict = disclosure::Verdict::review;
      output.verdict_json = disclosure::to_json(
          output.judgement, draft.name, draft.tabulation ? &*draft.tabulation : nullptr, 2, "en");
      outputs.push_back(std::move(output));
    }
    return outputs;
  }
};

/// A session over 12 pupils of PARIS and 4 of CORSE.
class Played {
 public:
  Played()
      : grant_(store_.session()),
        interruption_(cancel_, {}),
        workbench_(grant_, [](std::string_view) { return std::vector<sql::Row>(); }),
        runner_(grant_, gate, workbench_, interruption_),
        session_(runner_, gate, workbench_, interruption_,
                 [this](std::string_view bytes) { heard_ += bytes; }) {}

  /// Types of the replies, one letter each.
  std::string say(const pg::Message& message) {
    REQUIRE(session_.take(message));
    std::string types;
    bodies.clear();
    while (!heard_.empty()) {
      std::size_t length = 0;
      for (std::size_t i = 1; i <= 4; ++i)
        length = length << 8 | static_cast<std::uint8_t>(heard_[i]);
      types += heard_[0];
      bodies.push_back(heard_.substr(5, length - 4));
      heard_.erase(0, length + 1);
    }
    return types;
  }
  std::string query(const std::string& text) { return say(pg::Query{text}); }
  /// Whether the last reply of this type contains a text.
  bool heard(char type, const std::string& types, std::string_view text) const {
    const auto at = types.rfind(type);
    return at != std::string::npos && bodies[at].find(text) != std::string::npos;
  }

  FakeGate gate;
  std::vector<std::string> bodies;

 private:
  SealedLycees store_{pupils(12, 4)};
  SessionGrant grant_;
  std::atomic<bool> cancel_ = false;
  Interruption interruption_;
  Workbench workbench_;
  Runner runner_;
  std::string heard_;
  Session session_;
};

constexpr auto count = "SELECT count(*) FROM lycees";
constexpr auto copy =
    "COPY (SELECT academie, count(*) FROM lycees GROUP BY academie) TO 'a.csv' "
    "WITH (title 'A')";

std::string other_copy() {
  std::string text = copy;
  return text.replace(text.find("a.csv"), 5, "b.csv");
}

}  // namespace

TEST_CASE("a simple query: description, rows, completion, ready; logged before and after") {
  Played played;
  const auto types = played.query(count);
  CHECK(types == "TDCZ");
  CHECK(played.heard('D', types, "16"));
  CHECK(played.heard('C', types, "SELECT 1"));
  CHECK(played.gate.asked ==
        std::vector<std::string>{std::string("started ") + count, "finished done 1"});
}

TEST_CASE("no log, no data") {
  Played played;
  played.gate.log_is_full = true;
  CHECK(played.query(count) == "EZ");
  CHECK(played.gate.asked.empty());
}

TEST_CASE("a text that is no statement is logged as an attempt, and refused with its position") {
  Played played;
  const auto types = played.query("SELECT nothing FROM lycees");
  CHECK(types == "EZ");
  CHECK(played.heard('E', types, "42703"));
  CHECK(played.gate.asked.back() == "finished 42703 0");
}

TEST_CASE("nothing is answered by EmptyQueryResponse") {
  Played played;
  CHECK(played.query("") == "IZ");
  CHECK(played.query(" ; -- nothing") == "IZ");
}

TEST_CASE("outside of BEGIN a COPY asks at once") {
  Played played;
  const auto types = played.query(copy);
  CHECK(types == "NCZ");
  CHECK(played.heard('C', types, "COPY 2"));
  CHECK(played.heard('N', types, "R-2026-000001"));
  CHECK(played.gate.asked[1] == "submit 1");
}

TEST_CASE("a returned request is an error in place of the completion") {
  Played played;
  played.gate.state = "returned";
  const auto types = played.query(copy);
  CHECK(types == "EZ");
  CHECK(played.heard('E', types, "SD002"));
  CHECK(played.gate.asked.back() == "finished SD002 0");
}

TEST_CASE("BEGIN gathers, COMMIT asks once, and ready says where we are") {
  Played played;
  auto types = played.query("BEGIN");
  CHECK(types == "CZ");
  CHECK(played.heard('Z', types, "T"));
  types = played.query(copy);
  CHECK(types == "NCZ");
  CHECK(played.heard('N', types, "not asked for until COMMIT"));
  CHECK(played.query(other_copy()) == "NCZ");
  types = played.query("COMMIT");
  CHECK(types == "NCZ");
  CHECK(played.heard('Z', types, "I"));
  CHECK(played.gate.outputs_of_last == 2);
}

TEST_CASE("a faulty statement inside BEGIN takes back nothing but itself") {
  Played played;
  played.query("BEGIN");
  played.query(copy);
  auto types = played.query("SELECT nothing FROM lycees");
  CHECK(types == "EZ");
  CHECK(played.heard('Z', types, "T"));
  types = played.query(copy);
  CHECK(types == "EZ");  // the name is taken
  CHECK(played.heard('E', types, "42710"));
  played.query("COMMIT");
  CHECK(played.gate.outputs_of_last == 1);
}

TEST_CASE("ROLLBACK drops what was gathered") {
  Played played;
  played.query("BEGIN");
  played.query(copy);
  played.query("ROLLBACK");
  const auto types = played.query("COMMIT");
  CHECK(types == "NCZ");  // a warning: there is no transaction
  CHECK(played.gate.outputs_of_last == 0);
}

TEST_CASE("several statements in one message are one transaction") {
  Played played;
  CHECK(played.query(std::string(copy) + ";" + other_copy()) == "NCNNCZ");
  CHECK(played.gate.outputs_of_last == 2);
  Played faulty;
  CHECK(faulty.query(std::string(copy) + "; SELECT 1/0; " + other_copy()) == "NCTEZ");
  CHECK(faulty.gate.outputs_of_last == 0);
  CHECK(faulty.query("COMMIT") == "NCZ");
  CHECK(faulty.gate.outputs_of_last == 0);
}

TEST_CASE("BEGIN inside a message keeps what came before it for COMMIT") {
  Played played;
  CHECK(played.query(std::string(copy) + "; BEGIN; " + other_copy()) == "NCCNCZ");
  CHECK(played.gate.outputs_of_last == 0);
  played.query("COMMIT");
  CHECK(played.gate.outputs_of_last == 2);
}

TEST_CASE("EXPLAIN (DISCLOSURE) asks for nothing") {
  Played played;
  const auto types =
      played.query("EXPLAIN (DISCLOSURE) SELECT academie, count(*) FROM lycees GROUP BY academie");
  CHECK(types == "TDCZ");
  CHECK(played.gate.asked[1] == "explain 1");
}

TEST_CASE("COPY TO STDOUT streams text") {
  Played played;
  const auto types = played.query(
      "COPY (SELECT academie, count(*) FROM lycees GROUP BY academie ORDER BY academie) TO STDOUT");
  CHECK(types == "HddcCZ");
  CHECK(played.bodies[1] == "CORSE\t4\n");
}

TEST_CASE("the extended protocol: parse, bind, describe, execute, sync") {
  Played played;
  CHECK(played.say(pg::Parse{"s", "SELECT count(*) FROM lycees WHERE academie = $1", {}}).empty());
  CHECK(played.say(pg::Describe{false, "s"}).empty());
  CHECK(played.say(pg::Bind{"", "s", {}, {"CORSE"}, {1}}).empty());
  CHECK(played.say(pg::Describe{true, ""}).empty());
  CHECK(played.say(pg::Execute{"", 0}).empty());
  const auto types = played.say(pg::Sync{});
  CHECK(types == "1tT2TDCZ");
  CHECK(played.bodies[5] == std::string("\0\x01\0\0\0\x08\0\0\0\0\0\0\0\x04", 14));
}

TEST_CASE("a parameter that is no UTF-8 is refused") {
  Played played;
  (void)played.say(pg::Parse{"", "SELECT count(*) FROM lycees WHERE academie = $1", {}});
  (void)played.say(pg::Bind{"", "", {}, {"\xff\xfe"}, {}});
  const auto types = played.say(pg::Sync{});
  CHECK(types == "1EZ");
  CHECK(played.heard('E', types, "22021"));
}

TEST_CASE("after an error everything up to Sync is passed over") {
  Played played;
  (void)played.say(pg::Parse{"", "SELECT nothing FROM lycees", {}});
  (void)played.say(pg::Bind{"", "", {}, {}, {}});
  (void)played.say(pg::Execute{"", 0});
  CHECK(played.say(pg::Sync{}) == "EZ");
  (void)played.say(pg::Bind{"", "no such", {}, {}, {}});
  const auto types = played.say(pg::Sync{});
  CHECK(types == "EZ");
  CHECK(played.heard('E', types, "26000"));
}

TEST_CASE("a portal gives its rows in portions") {
  Played played;
  (void)played.say(pg::Parse{"", "SELECT academie FROM lycees ORDER BY academie", {}});
  (void)played.say(pg::Bind{"", "", {}, {}, {}});
  (void)played.say(pg::Execute{"", 10});
  CHECK(played.say(pg::Flush{}) == "12DDDDDDDDDDs");
  (void)played.say(pg::Execute{"", 10});
  CHECK(played.say(pg::Sync{}) == "DDDDDDCZ");
  CHECK(played.gate.asked.back() == "finished done 16");
}

TEST_CASE("a portal that is left in the middle is finished in the log") {
  Played played;
  (void)played.say(pg::Parse{"", "SELECT academie FROM lycees", {}});
  (void)played.say(pg::Bind{"", "", {}, {}, {}});
  (void)played.say(pg::Execute{"", 3});
  (void)played.say(pg::Sync{});
  CHECK(played.gate.asked.back() == "finished closed 3");
}

TEST_CASE("DEALLOCATE and Close forget") {
  Played played;
  (void)played.say(pg::Parse{"s", count, {}});
  (void)played.say(pg::Sync{});
  CHECK(played.query("DEALLOCATE s") == "CZ");
  CHECK(played.query("DEALLOCATE s") == "EZ");
  (void)played.say(pg::Parse{"s", count, {}});
  (void)played.say(pg::Parse{"s", count, {}});
  CHECK(played.say(pg::Sync{}) == "1EZ");
  (void)played.say(pg::Close{false, "s"});
  (void)played.say(pg::Parse{"s", count, {}});
  CHECK(played.say(pg::Sync{}) == "31Z");
}

TEST_CASE("a file's bytes come through a parameter in either format") {
  for (const std::int16_t format : {std::int16_t{0}, std::int16_t{1}}) {
    Played played;
    (void)played.say(pg::Parse{"", "SELECT sceau.egress('plot.png', 'A plot', $1)", {17}});
    const std::string bytes = format == 1 ? std::string("\0\xff", 2) : "\\x00ff";
    (void)played.say(pg::Bind{"", "", {format}, {bytes}, {}});
    (void)played.say(pg::Execute{"", 0});
    CHECK(played.say(pg::Sync{}) == "12NDCZ");
    CHECK(played.gate.asked[1] == "submit 1");
  }
}
