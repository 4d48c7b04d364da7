#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "enclave/centre/state.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Verdict;
using Json = nlohmann::json;

namespace {

std::string submit(World& world, std::vector<OutputDraft> drafts) {
  const auto grant = world.session();
  const auto answer = world.centre().submit(grant.session, std::move(drafts), world.examiner());
  world.centre().close_session(grant.session, "closed");
  return answer.request;
}

OutputDraft exceptional(World& world, const std::string& name) {
  auto draft = world.table(name, Verdict::fail);
  draft.exception = "published already by the rectorat";
  return draft;
}

Ran decide(World& world, const std::string& who, const std::string& what, const std::string& id,
           std::vector<std::string> more = {}) {
  std::vector<std::string> words = {"review", what, id, "--comment", "because"};
  words.insert(words.end(), more.begin(), more.end());
  return world.run(who, words);
}

std::string state_of(World& world, const std::string& id) {
  return world.centre().state().registry.request(id)->state;
}

void check_log(World& world) {
  const auto verification = world.verify();
  CHECK(verification.outcome == audit::Outcome::valid);
  CHECK(verification.intents.empty());
}

}  // namespace

TEST_CASE("a fail with an exception needs two reviewers, and then leaves under its own name") {
  World world;
  world.cast();
  const auto id = submit(world, {exceptional(world, "effectifs.csv")});
  CHECK(state_of(world, id) == "checked");
  CHECK(world.ok("rene", {"review", "next"}) == id + "\n");
  CHECK(decide(world, "rene", "approve", id).code == 0);
  CHECK(state_of(world, id) == "in_review");
  CHECK(world.run("rene", {"review", "release", id}).fault == "centre.bad_move");
  CHECK(decide(world, "rene", "approve", id).code == 0);
  CHECK(state_of(world, id) == "in_review");
  CHECK(world.run("rene", {"review", "next"}).code == 1);
  CHECK(world.ok("rose", {"review", "next"}) == id + "\n");
  CHECK(decide(world, "rose", "approve", id).code == 0);
  CHECK(state_of(world, id) == "approved");
  world.ok("rose", {"review", "release", id});
  CHECK(state_of(world, id) == "released");
  CHECK(std::filesystem::exists(world.home().outbox() / id / "effectifs.csv"));
  CHECK(std::filesystem::exists(world.home().outbox() / id / "effectifs.csv.receipt"));
  CHECK(world.run("rose", {"review", "release", id}).fault == "centre.bad_move");
  check_log(world);
}

TEST_CASE("nobody decides on, looks at or releases a project of their own") {
  World world;
  world.cast();
  world.ok(world.owner(), {"role", "grant", "--user", "alix", "--role", "reviewer"});
  const auto id = submit(world, {world.table("a.csv", Verdict::review)});
  CHECK(decide(world, "alix", "approve", id).fault == "centre.own_project");
  CHECK(world.run("alix", {"review", "show", id}).fault == "centre.own_project");
  CHECK(world.run("alix", {"review", "next"}).code == 1);
  CHECK(decide(world, "rene", "approve", id).code == 0);
  CHECK(world.run("alix", {"review", "release", id}).fault == "centre.own_project");
  CHECK(decide(world, "eve", "approve", id).fault == "centre.role_needed");
  CHECK(state_of(world, id) == "approved");
}

TEST_CASE("returned and rejected requests are over, and remembered no longer") {
  World world;
  world.cast();
  const auto first =
      submit(world, {world.table("a.csv", Verdict::review), world.table("b.csv", Verdict::review)});
  CHECK(decide(world, "rene", "approve", first, {"--output", "z"}).fault == "centre.no_output");
  CHECK(decide(world, "rene", "approve", first, {"--output", "1"}).code == 0);
  CHECK(decide(world, "rene", "return", first, {"--output", "a.csv"}).code == 0);
  CHECK(state_of(world, first) == "returned");
  CHECK(decide(world, "rene", "approve", first).fault == "centre.bad_move");
  const auto second = submit(world, {world.table("a.csv", Verdict::review)});
  CHECK(world.jobs.back().history.empty());
  CHECK(decide(world, "rene", "reject", second).code == 0);
  CHECK(state_of(world, second) == "rejected");
  CHECK(world.run("rene", {"review", "release", second}).fault == "centre.bad_move");
  CHECK(decide(world, "rene", "approve", "R-2026-000099").fault == "centre.no_request");
  check_log(world);
}

TEST_CASE("outputs are decided one by one; one that needed nobody keeps the automatic name") {
  World world;
  world.cast();
  const auto id = submit(world, {world.table("a.csv", Verdict::review), world.table("b.csv")});
  CHECK(decide(world, "rene", "approve", id, {"--output", "1"}).code == 0);
  CHECK(state_of(world, id) == "approved");
  world.ok("rene", {"review", "release", id});
  const auto folder = world.home().outbox() / id;
  CHECK(std::filesystem::exists(folder / "a.csv"));
  CHECK(std::filesystem::exists(folder / (id + "-2.csv")));
  CHECK(!std::filesystem::exists(folder / "b.csv"));
}

TEST_CASE("a file that is no table always needs a person, and is remembered once it is out") {
  World world;
  world.cast();
  const auto id = submit(world, {world.opaque("plot.png", std::string("\x89PNG\0\r\n", 7))});
  CHECK(state_of(world, id) == "checked");
  world.ok("rene", {"review", "show", id});
  CHECK(decide(world, "rene", "approve", id).code == 0);
  world.ok("rene", {"review", "release", id});
  CHECK(read_bytes(world.home().outbox() / id / "plot.png").size() == 7);
  (void)submit(world, {world.table("a.csv")});
  REQUIRE(world.jobs.back().history.size() == 1);
  CHECK(world.jobs.back().history[0].opaque);
}

TEST_CASE("a verdict that got worse since the check is not released, and goes back") {
  World world;
  world.cast();
  const auto id = submit(world, {world.table("a.csv", Verdict::review)});
  CHECK(decide(world, "rene", "approve", id).code == 0);
  world.later = Verdict::fail;
  const auto refused = world.run("rene", {"review", "release", id});
  CHECK(refused.fault == "centre.worse_now");
  CHECK(refused.code == 1);
  CHECK(state_of(world, id) == "returned");
  CHECK(!std::filesystem::exists(world.home().outbox() / id));
  check_log(world);
}

TEST_CASE("a request is no past of its own, and what was asked after it counts once it is out") {
  World world;
  world.cast();
  const auto first = submit(world, {world.table("a.csv", Verdict::review)});
  const auto second = submit(world, {world.table("b.csv", Verdict::review)});
  CHECK(decide(world, "rene", "approve", first).code == 0);
  CHECK(decide(world, "rene", "approve", second).code == 0);
  world.ok("rene", {"review", "release", second});
  REQUIRE(world.jobs.back().history.size() == 1);
  CHECK(world.jobs.back().history[0].request == first);
  world.ok("rene", {"review", "release", first});
  REQUIRE(world.jobs.back().history.size() == 1);
  CHECK(world.jobs.back().history[0].request == second);
  const auto third = submit(world, {world.table("c.csv", Verdict::review)});
  const auto fourth = submit(world, {world.table("d.csv", Verdict::review)});
  CHECK(decide(world, "rene", "approve", third).code == 0);
  world.ok("rene", {"review", "release", third});
  for (const auto& past : world.jobs.back().history) CHECK(past.request != fourth);
}

TEST_CASE("another file from the same question is an alarm, not a release") {
  World world;
  world.cast();
  const auto id = submit(world, {world.table("a.csv", Verdict::review)});
  CHECK(decide(world, "rene", "approve", id).code == 0);
  world.file_suffix = "X,1\n";
  const auto refused = world.run("rene", {"review", "release", id});
  CHECK(refused.fault == "centre.other_file_now");
  CHECK(refused.code == 4);
  CHECK(!std::filesystem::exists(world.home().outbox() / id));
}

TEST_CASE("whatever is changed in the registry is found at the next step") {
  World world;
  world.cast();
  const auto id = submit(world, {world.table("a.csv", Verdict::review)});
  const auto tamper = [&](const char* sql) {
    world.close();
    const auto keyring = Keyring::unlock(world.home().keys(), World::passphrase_bytes());
    {
      auto db = RegistryFile::open(world.home().registry(), keyring.key("registry"));
      db.execute(sql);
    }
    world.open();
  };
  SUBCASE("the file") { tamper("UPDATE outputs SET file = CAST('sexe,n' AS BLOB)"); }
  SUBCASE("the file and its hash") {
    tamper(
        "UPDATE outputs SET file = CAST('x' AS BLOB), sha256 = "
        "'2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'");
  }
  SUBCASE("the verdict of an output") { tamper("UPDATE outputs SET verdict = 'pass'"); }
  SUBCASE("the verdict of the request") { tamper("UPDATE requests SET verdict = 'pass'"); }
  SUBCASE("the tabulation") { tamper("UPDATE outputs SET tabulation = '{}'"); }
  SUBCASE("the judgement") {
    tamper("UPDATE outputs SET judgement = replace(judgement, 'review', 'pass')");
  }
  SUBCASE("the evidence") { tamper("UPDATE outputs SET cell_table = '{}'"); }
  SUBCASE("the exception, which only the session's key can write") {
    tamper("UPDATE outputs SET exception = CAST('agreed by phone' AS BLOB)");
    CHECK(world.run("rene", {"review", "show", id}).fault == "centre.text_damaged");
    CHECK(decide(world, "rene", "approve", id).fault == "centre.text_damaged");
    return;
  }
  SUBCASE("the committed text") {
    tamper("UPDATE commitments SET text = CAST('{}' AS BLOB) WHERE kind = 'checked'");
  }
  SUBCASE("which entry checked it") { tamper("UPDATE requests SET checked_seq = 3"); }
  SUBCASE("the state: approved without a decision") {
    tamper("UPDATE requests SET state = 'approved'; UPDATE outputs SET state = 'approved'");
    const auto refused = world.run("rene", {"review", "release", id});
    CHECK(refused.fault == "centre.request_tampered");
    return;
  }
  for (const auto* step : {"approve", "reject"}) {
    const auto refused = decide(world, "rene", step, id);
    CHECK(refused.fault == "centre.request_tampered");
    CHECK(refused.code == 4);
  }
  CHECK(world.run("rene", {"review", "show", id}).fault == "centre.request_tampered");
  CHECK(state_of(world, id) == "checked");
}

TEST_CASE("review show tells a reviewer all, and takes the request into review") {
  World world;
  world.cast();
  const auto before = submit(world, {world.table("first.csv")});
  const auto id = submit(world, {exceptional(world, "a.csv")});
  const auto text = world.ok("rene", {"review", "show", id});
  for (const std::string word : {"threshold", "sexe F", "Title of a.csv", "rectorat",
                                 "usual remedy", "depp", before.c_str(), "alix"}) {
    CAPTURE(word);
    CHECK(text.find(word) != std::string::npos);
  }
  CHECK(state_of(world, id) == "in_review");
  const auto json = Json::parse(world.ok("rene", {"review", "show", id}, {}, true));
  CHECK(json["verdict"] == "fail");
  CHECK(json["outputs"][0]["findings"][0]["measured"] == 4);
  CHECK(json["outputs"][0]["reviewers_needed"] == 2);
  CHECK(json["outputs"][0]["table"]["cells"].size() == 1);
  CHECK(json["related"][0]["request"] == before);
  const auto list = Json::parse(world.ok("rene", {"review", "list", "--mine"}, {}, true));
  CHECK(list["requests"].size() == 1);
  CHECK(world.run("rene", {"review", "list", "--state", "aproved"}).fault == "centre.bad_choice");
  check_log(world);
}

TEST_CASE("a decision needs a comment, and words of a title can't move the terminal") {
  World world;
  world.cast();
  auto draft = world.table("a.csv", Verdict::review);
  draft.title = "red \x1b[31m alert\nsecond line \xe2\x80\xae reversed";
  const auto id = submit(world, {draft});
  CHECK(world.run("rene", {"review", "approve", id, "--comment", "  "}).fault ==
        "centre.comment_empty");
  CHECK(world.run("rene", {"review", "approve", id}).fault == "centre.option_missing");
  const auto text = world.ok("rene", {"review", "show", id});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\xe2\x80\xae") == std::string::npos);
  CHECK(text.find("red ?[31m alert?second") != std::string::npos);
}
