// What people do at the gate beside deciding: they comment, replace, take back.

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <new>
#include <nlohmann/json.hpp>

#include "audit/receipt.h"
#include "enclave/centre/changes.h"
#include "enclave/centre/state.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Verdict;
using Json = nlohmann::json;

namespace {

std::string submit(World& world, std::vector<OutputDraft> drafts, const std::string& user = "alix",
                   const std::string& project = "orientation") {
  const auto grant = world.session(user, project);
  const auto answer = world.centre().submit(grant.session, std::move(drafts), world.examiner());
  world.centre().close_session(grant.session, "closed");
  return answer.request;
}

OutputDraft instead_of(World& world, const std::string& old, const std::string& name,
                       Verdict verdict) {
  auto draft = world.table(name, verdict);
  draft.replaces = old;
  return draft;
}

std::string refused(World& world, OutputDraft draft, const std::string& user = "alix",
                    const std::string& project = "orientation") {
  return fault_of([&] { (void)submit(world, {std::move(draft)}, user, project); });
}

std::string state_of(World& world, const std::string& id) {
  return world.centre().state().registry.request(id)->state;
}

void decide(World& world, const std::string& what, const std::string& id) {
  world.ok("rene", {"review", what, id, "--comment", "because of the small ones", "--note",
                    "known to staff"});
}

std::size_t count_of(const std::vector<std::string>& events, const std::string& event) {
  return static_cast<std::size_t>(std::count(events.begin(), events.end(), event));
}

void check_log(World& world) {
  const auto verification = world.verify();
  CHECK(verification.outcome == audit::Outcome::valid);
  CHECK(verification.intents.empty());
}

std::string released(World& world) {
  const auto id = submit(world, {world.table("a.csv", Verdict::review)});
  decide(world, "approve", id);
  world.ok("rene", {"review", "release", id});
  return id;
}

}  // namespace

TEST_CASE("what a member says is read by reviewers and the project, and sealed") {
  World world;
  world.cast();
  const auto id = submit(world, {world.table("a.csv", Verdict::review)});
  const auto grant = world.session();
  world.centre().comment(grant.session, id, "the two small ones are published");
  decide(world, "return", id);
  const auto rows = world.centre().comments_view(grant.session);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0][3] == "alix");
  CHECK(rows[0][5] == "the two small ones are published");
  CHECK(rows[1][2] == "a.csv");
  CHECK(rows[1][3] == "reviewer");
  CHECK(rows[1][4] == "return");
  CHECK(rows[1][5] == "because of the small ones");
  for (const auto& row : rows) {
    for (const auto& field : row) {
      CHECK(field.value_or("").find("known to staff") == std::string::npos);
    }
  }
  const auto shown = world.ok("rene", {"review", "show", id});
  CHECK(shown.find("alix says: the two small ones are published") != std::string::npos);
  CHECK(count_of(world.events(), "request.commented") == 1);
  CHECK(world.bytes_outside().find("two small ones") == std::string::npos);
  world.centre().close_session(grant.session, "closed");
  world.ok(world.owner(), {"log", "erase", grant.session, "--reason", "retention"});
  CHECK(world.ok("rene", {"review", "show", id}).find("two small ones") == std::string::npos);
  check_log(world);
}

TEST_CASE("a comment is words, of a member, on a request of the project") {
  World world;
  world.cast();
  const auto id = submit(world, {world.table("a.csv", Verdict::review)});
  world.ok(world.owner(), {"project", "create", "other", "--title", "t", "--purpose", "p",
                           "--until", "2027-12-31", "--member", "bob"});
  world.ok(world.owner(), {"permit", "grant", "--project", "other", "--store", "lycees", "--policy",
                           "depp", "--until", "2027-06-30"});
  const auto comment = [&](const SessionGrant& grant, const std::string& words) {
    return fault_of([&] { world.centre().comment(grant.session, id, words); });
  };
  CHECK(comment(world.session("bob", "other"), "mine?") == "centre.no_request");
  const auto grant = world.session();
  for (const auto& words :
       {std::string(), std::string("  "), std::string("a\nb"), std::string("\x1b[31m"),
        std::string("\xff"), std::string(10'001, 'x')}) {
    CHECK(comment(grant, words) == "centre.bad_comment");
  }
  CHECK(comment(grant, std::string(10'000, 'x')).empty());
  CHECK(world.centre().comments_view(grant.session).size() == 1);
}

TEST_CASE("a returned request is replaced by its next turn, and the reviewer sees what changed") {
  World world;
  world.cast();
  const auto first =
      submit(world, {world.table("a.csv", Verdict::review), world.table("b.csv", Verdict::review)});
  decide(world, "return", first);
  auto draft = instead_of(world, first, "a.csv", Verdict::review);
  draft.tabulation->dimensions = {{"academie", std::string("academie")}};
  world.file_suffix = "X,6\n";
  const auto second = submit(world, {draft, world.table("c.csv", Verdict::review)});
  const auto row = *world.centre().state().registry.request(second);
  CHECK(row.turn == 2);
  CHECK(row.replaces == first);
  CHECK(state_of(world, first) == "returned");
  const auto json = Json::parse(world.ok("rene", {"review", "show", second}, {}, true));
  CHECK(json["changes"]["request"] == first);
  REQUIRE(json["changes"]["outputs"].size() == 3);
  CHECK(json["changes"]["outputs"][0]["since"] == "changed");
  CHECK(json["changes"]["outputs"][0]["file"] == "other");
  CHECK(json["changes"]["outputs"][0]["dimensions"]["added"][0] == "academie");
  CHECK(json["changes"]["outputs"][0]["dimensions"]["removed"][0] == "sexe");
  CHECK(json["changes"]["outputs"][1]["since"] == "new");
  CHECK(json["changes"]["outputs"][2]["since"] == "gone");
  CHECK(world.ok("rene", {"review", "show", second}).find("since " + first) != std::string::npos);
  CHECK(world.ok("rene", {"review", "show", first}).find("replaced by " + second) !=
        std::string::npos);
  CHECK(refused(world, instead_of(world, first, "d.csv", Verdict::pass)) ==
        "centre.replaced_already");
  check_log(world);
}

TEST_CASE("a pending request leaves the history in the step in which it is replaced") {
  World world;
  world.cast();
  const auto first = submit(world, {world.table("a.csv", Verdict::review)});
  const auto between = submit(world, {world.table("between.csv", Verdict::review)});
  const auto second = submit(world, {instead_of(world, first, "a.csv", Verdict::review)});
  REQUIRE(world.jobs.back().history.size() == 1);
  CHECK(world.jobs.back().history[0].request == between);
  CHECK(state_of(world, first) == "withdrawn");
  CHECK(state_of(world, second) == "checked");
  (void)submit(world, {world.table("later.csv")});
  std::vector<std::string> past;
  for (const auto& one : world.jobs.back().history) past.push_back(one.request);
  CHECK(past == std::vector<std::string>{between, second});
  CHECK(count_of(world.events(), "request.withdrawn") == 1);
  check_log(world);
}

TEST_CASE("an examiner that is lost leaves the request that was to be replaced as it was") {
  World world;
  world.cast();
  const auto first = submit(world, {world.table("a.csv", Verdict::review)});
  world.at_examine = [](const ExamineJob&) {
    throw EnclaveError(Fault::internal, "server.examiner_lost");
  };
  CHECK(refused(world, instead_of(world, first, "a.csv", Verdict::review)) ==
        "server.examiner_lost");
  world.at_examine = {};
  CHECK(state_of(world, first) == "checked");
  (void)submit(world, {instead_of(world, first, "a.csv", Verdict::review)});
  CHECK(state_of(world, first) == "withdrawn");
  check_log(world);
}

TEST_CASE("what is out, unknown, or somebody else's can't be replaced") {
  World world;
  world.cast();
  const auto out = released(world);
  CHECK(refused(world, instead_of(world, out, "a.csv", Verdict::pass)) ==
        "centre.replaces_released");
  CHECK(refused(world, instead_of(world, "R-2026-000099", "a.csv", Verdict::pass)) ==
        "centre.no_request");
  world.ok(world.owner(), {"project", "create", "deux", "--title", "t", "--purpose", "p", "--until",
                           "2027-12-31", "--member", "alix", "--member", "bob"});
  world.ok(world.owner(), {"permit", "grant", "--project", "deux", "--store", "lycees", "--policy",
                           "depp", "--until", "2027-06-30"});
  CHECK(refused(world, instead_of(world, out, "a.csv", Verdict::pass), "bob", "deux") ==
        "centre.no_request");
  const auto hers = submit(world, {world.table("a.csv", Verdict::review)}, "alix", "deux");
  CHECK(refused(world, instead_of(world, hers, "a.csv", Verdict::pass), "bob", "deux") ==
        "centre.replaces_other");
  auto one = instead_of(world, hers, "a.csv", Verdict::pass);
  auto two = instead_of(world, out, "b.csv", Verdict::pass);
  CHECK(fault_of([&] {
          (void)submit(world, {one, two}, "alix", "deux");
        }) == "server.replaces_two");
  // Once it is taken back, another may take its place.
  world.ok("rene", {"review", "revoke", out, "--comment", "wrong vintage"});
  CHECK(refused(world, instead_of(world, out, "a.csv", Verdict::pass)).empty());
}

TEST_CASE("which request was replaced is bound in the log") {
  World world;
  world.cast();
  const auto first = submit(world, {world.table("a.csv", Verdict::review)});
  const auto second = submit(world, {instead_of(world, first, "a.csv", Verdict::review)});
  world.close();
  {
    const auto keyring = Keyring::unlock(world.home().keys(), World::passphrase_bytes());
    auto db = RegistryFile::open(world.home().registry(), keyring.key("registry"));
    db.execute("UPDATE requests SET replaces = ''");
  }
  world.open();
  CHECK(world.run("rene", {"review", "show", second}).fault == "centre.request_tampered");
}

TEST_CASE("a crash in a later turn withdraws that turn") {
  World world;
  world.cast();
  const auto first = submit(world, {world.table("a.csv", Verdict::review)});
  const auto grant = world.session();
  world.at_examine = [&](const ExamineJob&) { throw std::bad_alloc(); };
  auto draft = instead_of(world, first, "a.csv", Verdict::review);
  CHECK_THROWS_AS((void)world.centre().submit(grant.session, {draft}, world.examiner()),
                  std::bad_alloc);
  world.at_examine = {};
  world.reopen();
  check_log(world);
}

TEST_CASE("a release that is revoked is said so everywhere, and still counts") {
  World world;
  world.cast();
  const auto id = released(world);
  const auto folder = world.home().outbox() / id;
  CHECK(world.run("rene", {"review", "revoke", id, "--comment", " "}).fault ==
        "centre.comment_empty");
  world.ok(world.owner(), {"role", "grant", "--user", "alix", "--role", "reviewer"});
  CHECK(world.run("alix", {"review", "revoke", id, "--comment", "c"}).fault ==
        "centre.own_project");
  const auto said = world.ok("rose", {"review", "revoke", id, "--comment", "a faulty vintage"});
  CHECK(said.find("have left") != std::string::npos);
  CHECK(state_of(world, id) == "revoked");
  CHECK_FALSE(std::filesystem::exists(folder / "a.csv"));
  CHECK(std::filesystem::exists(folder / "a.csv.receipt"));
  CHECK(std::filesystem::exists(folder / "release.json"));
  const auto json = Json::parse(read_bytes(folder / "revoked.json"));
  CHECK(json["request"] == id);
  CHECK(json["files"][0]["name"] == "a.csv");
  const auto receipt = audit::parse_receipt(read_bytes(folder / "revoked.receipt"));
  CHECK(receipt.entry.find("\"event\":\"release.revoked\"") != std::string::npos);
  CHECK(receipt.index == json["entry"]);
  CHECK(world.run("rose", {"review", "revoke", id, "--comment", "again"}).fault ==
        "centre.bad_move");
  const auto shown = world.ok("rene", {"review", "show", id});
  CHECK(shown.find("a faulty vintage") != std::string::npos);
  CHECK(Json::parse(world.ok("rene", {"status"}, {}, true))["revoked"] == 1);
  const auto grant = world.session();
  const auto rows = world.centre().comments_view(grant.session);
  CHECK(rows.back()[4] == "revoke");
  CHECK(rows.back()[5] == "a faulty vintage");
  (void)submit(world, {world.table("b.csv")});
  REQUIRE(world.jobs.back().history.size() == 1);
  CHECK(world.jobs.back().history[0].request == id);
  check_log(world);
}

TEST_CASE("a crash before the outbox was marked is made good at the next start") {
  World world;
  world.cast();
  const auto id = released(world);
  const auto folder = world.home().outbox() / id;
  const auto kept = read_bytes(folder / "a.csv");
  world.ok("rene", {"review", "revoke", id, "--comment", "c"});
  world.close();
  std::filesystem::remove(folder / "revoked.json");
  std::filesystem::remove(folder / "revoked.receipt");
  std::ofstream(folder / "a.csv") << kept;
  world.open();
  CHECK(std::filesystem::exists(folder / "revoked.receipt"));
  CHECK_FALSE(std::filesystem::exists(folder / "a.csv"));
  world.close();
  std::filesystem::remove_all(folder);  // somebody carried it away: it does not come back
  world.open();
  CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("an exception where nothing fails is told to be needless") {
  World world;
  world.cast();
  auto passing = world.table("a.csv");
  passing.exception = "just in case";
  auto looked_at = world.table("b.csv", Verdict::review);
  looked_at.exception = "just in case";
  auto failing = world.table("c.csv", Verdict::fail);
  failing.exception = "published already";
  const auto grant = world.session();
  const auto answer =
      world.centre().submit(grant.session, {passing, looked_at, failing}, world.examiner());
  CHECK(answer.outputs[0].exception_needless);
  CHECK(answer.outputs[1].exception_needless);
  CHECK_FALSE(answer.outputs[2].exception_needless);
  CHECK(answer.state == "checked");
  const auto json = Json::parse(world.ok("rene", {"review", "show", answer.request}, {}, true));
  CHECK(json["outputs"][1]["exception_needless"] == true);
  CHECK(json["outputs"][2]["reviewers_needed"] == 2);
  CHECK_FALSE(json["outputs"][2].contains("exception_needless"));
}

TEST_CASE("changes name the cells whose values differ, and no others") {
  const auto output = [](const std::string& table) {
    OutputRow row;
    row.name = "a.csv";
    row.sha256 = table;
    row.tabulation = "{}";
    row.table = table;
    row.verdict = "pass";
    return row;
  };
  const std::string head = R"({"columns":[{"name":"n"},{"name":"m"}],"cells":[)";
  const std::string x = R"({"cell":{"s":"F"},"values":["4","1.5"]})";
  const std::string y = R"({"cell":{"s":"M"},"values":["5","1.5"]})";
  const std::string y2 = R"({"cell":{"s":"M"},"values":["6","1.5"]})";
  const std::string z = R"({"cell":{"s":null},"values":["7",null]})";
  RequestRow earlier;
  earlier.id = "R-2026-000001";
  const auto changes = changes_between(earlier, {output(head + x + "," + y + "]}")},
                                       {output(head + y2 + "," + z + "]}")});
  const auto& cells = changes["outputs"][0]["cells"];
  CHECK(cells["added"] == 1);
  CHECK(cells["removed"] == 1);
  REQUIRE(cells["changed"].size() == 1);
  CHECK(cells["changed"][0].dump() == R"({"cell":{"s":"M"},"before":{"n":"5"},"now":{"n":"6"}})");
  CHECK(changes_text(changes, "en").find("s M: n 5 -> n 6") != std::string::npos);
  const auto same = changes_between(earlier, {output(head + x + "]}")}, {output(head + x + "]}")});
  CHECK(same["outputs"][0]["since"] == "same");
}
