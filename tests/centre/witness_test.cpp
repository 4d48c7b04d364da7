// Witnesses: who they are, how they are asked and answer, and what waits for them.

#include "audit/witness.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "audit/hash.h"
#include "audit/trust.h"
#include "enclave/centre/freshness.h"
#include "enclave/centre/journal.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/people.h"
#include "enclave/centre/state.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Verdict;
using Json = nlohmann::json;

namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

/// Somebody outside, with a key and a memory.
class Witness {
 public:
  explicit Witness(const std::string& name)
      : name_(name),
        signer_(audit::Signer::generate(name + ".example", fill_random,
                                        audit::KeyType::cosignature_v1)) {}

  [[nodiscard]] std::string key() const { return signer_.verifier_key(); }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// The answer to a request; signed `lead` later than the world's clock shows.
  std::string answer(World& world, const std::string& request, hours lead = hours(0)) {
    const auto now = std::chrono::floor<std::chrono::seconds>(world.now + lead);
    return audit::cosign_request(request, signer_, memory_.path() / "state",
                                 audit::read_trust_file(world.home().trust()),
                                 static_cast<std::uint64_t>(now.time_since_epoch().count()))
        .text();
  }

 private:
  std::string name_;
  audit::Signer signer_;
  Folder memory_;
};

void add(World& world, const Witness& witness) {
  world.ok(world.owner(), {"log", "witness", "add", witness.name(), witness.key()});
}

void set_quorum(World& world, const std::string& quorum) {
  world.ok(world.owner(), {"log", "witness", "quorum", quorum});
}

/// One round with these witnesses; what collect said.
Json round(World& world, std::vector<Witness*> witnesses, hours lead = hours(0)) {
  const auto asked = Json::parse(world.ok(world.owner(), {"log", "request", "dir"}, {}, true));
  std::vector<World::File> answers;
  for (const auto& file : asked["files"]) {
    for (auto* witness : witnesses) {
      if (file["name"] != witness->name() + ".request") continue;
      answers.push_back({"DIR", "dir/" + witness->name() + ".answer",
                         witness->answer(world, file["text"], lead)});
    }
  }
  const auto ran = world.run(world.owner(), {"log", "collect", "dir"}, answers, true);
  INFO(ran.err);
  REQUIRE(ran.fault.empty());
  return Json::parse(ran.out);
}

Submission submit(World& world, std::vector<OutputDraft> drafts) {
  const auto grant = world.session();
  auto answer = world.centre().submit(grant.session, std::move(drafts), world.examiner());
  world.centre().close_session(grant.session, "closed");
  return answer;
}

Json status(World& world) { return Json::parse(world.ok(world.owner(), {"status"}, {}, true)); }

long count(const std::vector<std::string>& events, const std::string& event) {
  return std::count(events.begin(), events.end(), event);
}

audit::Outcome receipt_of(World& world, const std::string& request) {
  const auto folder = world.home().outbox() / request;
  const auto file = read_bytes(folder / (request + "-1.csv"));
  audit::Hasher hasher;
  return audit::verify_receipt(read_bytes(folder / (request + "-1.csv.receipt")),
                               hasher.sha256(audit::as_bytes(file)),
                               audit::read_trust_file(world.home().trust()))
      .outcome;
}

}  // namespace

TEST_CASE("a trial centre without witnesses releases, and says that nobody vouches") {
  World world;
  world.cast();
  CHECK(submit(world, {world.table("a.csv")}).state == "released");
  const auto json = status(world);
  CHECK(json["witness"]["quorum"] == "none");
  CHECK(json["witness"]["unwitnessed"] == json["log"]["size"]);
  CHECK(json["witness"]["policies"][0]["policy"] == "depp");
  CHECK(json["witness"]["policies"][0]["releases"] == "go");
  CHECK(json["witness"]["policies"][0]["unwitnessed"] == true);
  const auto text = world.ok(world.owner(), {"status"});
  CHECK(text.find("depp asks for a witness; this trial centre has none") != std::string::npos);
  CHECK(text.find("entries not witnessed") != std::string::npos);
}

TEST_CASE("a real centre whose policy asks for witnesses and that has none releases nothing") {
  World world;
  world.cast();
  // Outside of a trial centre one is whom the socket names, so the permit must name that uid.
  world.ok(world.owner(), {"permit", "revoke", "P-000001"});
  world.ok(world.owner(), {"permit", "grant", "--project", "orientation", "--store", "lycees",
                           "--policy", "depp", "--until", "2027-06-30", "--person", "alix=0"});
  auto& state = world.centre().state();
  state.config.trial = false;
  const auto depp = current_policy(state, "depp").policy;
  const auto why = release_waits(state, depp);
  REQUIRE(why);
  CHECK(why->id == "centre.witness_none");
  CHECK(!release_waits(state, current_policy(state, "acro").policy));
  CHECK(submit(world, {world.table("a.csv")}).state == "approved");
}

TEST_CASE("releases wait while the newest cosignature is too old, and go on when it is not") {
  World world;
  world.cast();
  const auto early = submit(world, {world.table("a.csv")});
  Witness ministry("ministere");
  add(world, ministry);
  CHECK(submit(world, {world.table("b.csv")}).state == "released");  // nothing asks for it yet
  set_quorum(world, "1");

  const auto waiting = submit(world, {world.table("c.csv")});
  CHECK(waiting.state == "approved");
  CHECK(!fs::exists(world.home().outbox() / waiting.request));
  CHECK(status(world)["witness"]["policies"][0]["releases"] == "wait");
  CHECK(status(world)["waiting"] == 1);
  const auto stands = world.run("rene", {"review", "release", waiting.request});
  CHECK(stands.fault == "centre.witness_never");
  CHECK(stands.code == 1);

  const auto came = round(world, {&ministry});
  CHECK(came["taken"].size() == 1);
  CHECK(came["released"] == Json::array({waiting.request}));
  CHECK(came["receipts"] == 2);
  CHECK(receipt_of(world, early.request) == audit::Outcome::valid);
  CHECK(receipt_of(world, waiting.request) == audit::Outcome::undecided);  // newer than the round
  CHECK(count(world.events(), "log.cosigned") == 1);
  CHECK(submit(world, {world.table("d.csv")}).state == "released");
  CHECK(round(world, {&ministry})["receipts"] == 2);
  CHECK(receipt_of(world, waiting.request) == audit::Outcome::valid);

  world.now += hours(25);
  const auto late = submit(world, {world.table("e.csv")});
  CHECK(late.state == "approved");
  CHECK(world.run("rene", {"review", "release", late.request}).fault == "centre.witness_old");
  SUBCASE("a clock that is set back makes nothing fresh") {
    world.now -= hours(25);
    CHECK(world.run("rene", {"review", "release", late.request}).fault == "centre.witness_old");
  }
  SUBCASE("a witness whose clock is far ahead makes nothing fresh") {
    CHECK(round(world, {&ministry}, hours(5))["released"].empty());
    CHECK(world.run("rene", {"review", "release", late.request}).fault == "centre.witness_ahead");
  }
  SUBCASE("the next round lets it go, a restart between") {
    world.reopen();
    CHECK(round(world, {&ministry})["released"] == Json::array({late.request}));
    const auto json = status(world);
    CHECK(json["witness"]["policies"][0]["releases"] == "go");
    CHECK(json["witness"]["age_s"] < 60);
  }
  SUBCASE("what was begun is finished all the same") {
    auto& state = world.centre().state();
    {
      auto change = state.registry.begin();
      const auto seq = state.journal.record(
          "release.started", "centre",
          {{"outputs", std::int64_t{1}}, {"request", late.request}, {"turn", std::int64_t{1}}});
      state.registry.set_release_started(late.request, seq);
      change.commit();
    }
    world.reopen();
    CHECK(fs::exists(world.home().outbox() / late.request));
  }
  CHECK(world.verify().intents.empty());
}

TEST_CASE("two of three witnesses are enough, one is not; and forged answers are none") {
  World world;
  world.cast();
  Witness one("one"), two("two"), three("three"), stranger("two");
  for (const auto* witness : {&one, &two, &three}) add(world, *witness);
  set_quorum(world, "2");
  const auto half = round(world, {&one});
  CHECK(half["taken"].size() == 1);
  CHECK(half["waiting"] == Json::array({"two", "three"}));
  CHECK(status(world)["witness"]["witnessed"] == 0);
  const auto forged = round(world, {&stranger});
  CHECK(forged["taken"].empty());
  CHECK(forged["unused"].size() == 1);
  const auto whole = round(world, {&three});
  CHECK(whole["taken"].size() == 1);
  CHECK(status(world)["witness"]["witnessed"] > 0);
  CHECK(world.verify().outcome != audit::Outcome::tampered);
  const auto list = Json::parse(world.ok(world.owner(), {"log", "witness", "list"}, {}, true));
  CHECK(list["quorum"] == "2-of-3");
  CHECK(list["witnesses"].size() == 3);
  world.reopen();
  CHECK(count(world.events(), "log.cosigned") == 2);
}

TEST_CASE("the trust file: who may change it, what is refused, what the log says of it") {
  World world;
  const auto& owner = world.owner();
  Witness one("one"), two("two");
  CHECK(world.run("eve", {"log", "witness", "add", "one", one.key()}).fault ==
        "centre.role_needed");
  CHECK(world.run(owner, {"log", "request", "dir"}).fault == "centre.no_witnesses");
  add(world, one);
  const auto digest = sha256_hex(read_bytes(world.home().trust()));
  CHECK(world.bytes_outside().find("\"quorum\":\"none\",\"trust\":\"" + digest) !=
        std::string::npos);
  CHECK(world.run(owner, {"log", "witness", "add", "one", two.key()}).fault ==
        "centre.witness_there");
  CHECK(world.run(owner, {"log", "witness", "add", "other", one.key()}).fault ==
        "centre.witness_there");
  CHECK(world.run(owner, {"log", "witness", "add", "two", "no key"}).fault ==
        "centre.log_bad_input");
  CHECK(world.run(owner, {"log", "witness", "add", "a b", two.key()}).fault ==
        "centre.bad_witness");
  CHECK(world.run(owner, {"log", "witness", "quorum", "2"}).fault == "centre.bad_quorum");
  CHECK(world.run(owner, {"log", "witness", "quorum", "some"}).fault == "centre.bad_quorum");
  add(world, two);
  set_quorum(world, "all");
  CHECK(status(world)["witness"]["quorum"] == "2-of-2");
  CHECK(world.run(owner, {"log", "witness", "remove", "two"}).fault == "centre.quorum_needs");
  set_quorum(world, "1");
  world.ok(owner, {"log", "witness", "remove", "two"});
  CHECK(world.run(owner, {"log", "witness", "remove", "two"}).fault == "centre.no_witness");
  CHECK(status(world)["witness"]["quorum"] == "1-of-1");
  world.close();
  std::ofstream(world.home().trust(), std::ios::app)
      << "witness two " << two.key() << "\ngroup x any two\n";
  world.open();
  CHECK(world.run(owner, {"log", "witness", "remove", "two"}).fault == "centre.trust_by_hand");
  CHECK(world.verify().outcome != audit::Outcome::tampered);
}

TEST_CASE("a trust file that was announced and not put in place is put there, or the log says so") {
  World world;
  Witness one("one");
  const auto before = read_bytes(world.home().trust());
  add(world, one);
  const auto after = read_bytes(world.home().trust());
  REQUIRE(before != after);
  auto& state = world.centre().state();
  const auto announce = [&](bool commit) {
    auto change = state.registry.begin();
    state.registry.set_meta("trust_text", before);
    state.journal.record("log.trusted", "centre",
                         {{"quorum", "none"}, {"trust", sha256_hex(before)}});
    if (commit) change.commit();
  };
  SUBCASE("the registry knows") {
    announce(true);
    world.reopen();
    CHECK(read_bytes(world.home().trust()) == before);
    CHECK(count(world.events(), "log.trusted") == 2);
  }
  SUBCASE("only the log knows") {
    announce(false);
    world.reopen();
    CHECK(read_bytes(world.home().trust()) == after);
    CHECK(count(world.events(), "log.trusted") == 3);
  }
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("a log that was rolled back behind its witnesses is an alarm") {
  World world;
  Witness one("one");
  add(world, one);
  set_quorum(world, "1");
  const Folder folder;
  world.close();
  fs::copy(world.home().root, folder.path() / "old", fs::copy_options::recursive);
  world.open();
  world.ok(world.owner(), {"role", "grant", "--user", "eve", "--role", "auditor"});
  (void)round(world, {&one});
  world.close();
  // Everything is set back, but what was asked about: a witness remembers by itself.
  fs::remove_all(world.home().root);
  fs::copy(folder.path() / "old", world.home().root, fs::copy_options::recursive);
  world.open();
  const auto asked = Json::parse(world.ok(world.owner(), {"log", "request", "dir"}, {}, true));
  CHECK_THROWS_AS((void)one.answer(world, asked["files"][0]["text"]), audit::AuditError);
}

TEST_CASE("no receipt, no release; and a log that can't be written stops the next act") {
  World world;
  world.cast();
  const auto checkpoint = world.home().log() / "checkpoint";
  const auto away = world.home().root / "checkpoint.away";
  const auto block = [&] {  // what is published can't be put in its place any more
    publish_log(world.centre());
    fs::rename(checkpoint, away);
    fs::create_directory(checkpoint);
  };
  SUBCASE("before the release is begun") {
    world.at_examine = [&](const ExamineJob&) { block(); };
  }
  SUBCASE("when its files lie ready and only the receipt is wanting") {
    world.at_clock = [&] {
      const bool ready = fs::exists(world.home().outbox() / ".R-2026-000001.part");
      if (ready && !fs::exists(away)) {
        fs::rename(checkpoint, away);
        fs::create_directory(checkpoint);
      }
    };
  }
  const auto grant = world.session();
  CHECK(fault_of([&] {
          (void)world.centre().submit(grant.session, {world.table("a.csv")}, world.examiner());
        }) == "centre.log_unwritable");
  world.at_examine = nullptr;
  world.at_clock = nullptr;
  REQUIRE(fs::exists(away));
  CHECK(!fs::exists(world.home().outbox() / "R-2026-000001"));
  CHECK(fault_of([&] { (void)world.centre().statement_started(grant.session, "SELECT 1"); }) ==
        "centre.log_unwritable");
  CHECK(world.run(world.owner(), {"role", "grant", "--user", "eve", "--role", "auditor"}).fault ==
        "centre.log_unwritable");
  world.close();
  fs::remove(checkpoint);
  fs::rename(away, checkpoint);
  world.open();
  const auto folder = world.home().outbox() / "R-2026-000001";
  CHECK(fs::exists(folder / "R-2026-000001-1.csv.receipt"));
  CHECK(receipt_of(world, "R-2026-000001") == audit::Outcome::valid);
  CHECK(world.verify().outcome == audit::Outcome::valid);
}
