// Somebody with the registry's key changes an output after it was submitted, at each step that is
// still to come: the next step finds it, nothing leaves, and the log verifies.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

#include "enclave/centre/state.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Verdict;

namespace {

std::string submit(World& world, const std::string& name, Verdict verdict = Verdict::review) {
  const auto grant = world.session();
  const auto answer =
      world.centre().submit(grant.session, {world.table(name, verdict)}, world.examiner());
  world.centre().close_session(grant.session, "closed");
  return answer.request;
}

Ran decide(World& world, const std::string& who, const std::string& what, const std::string& id) {
  return world.run(who, {"review", what, id, "--comment", "because"});
}

/// False where the centre finds it when it starts, and doesn't.
bool tamper(World& world, const std::string& sql) {
  world.close();
  const auto keyring = Keyring::unlock(world.home().keys(), World::passphrase_bytes());
  {
    auto db = RegistryFile::open(world.home().registry(), keyring.key("registry"));
    db.execute(sql.c_str());
  }
  try {
    world.open();
    return true;
  } catch (const EnclaveError& error) {
    CHECK(error.fault() == Fault::integrity);
    return false;
  }
}

struct Trick {
  const char* what;
  const char* sql;
};

/// What is bound at the check: each is to be found by every later step.
constexpr std::initializer_list<Trick> of_the_check = {
    {"the file's bytes", "UPDATE outputs SET file = CAST('a,b' AS BLOB) WHERE request = ID"},
    {"bytes and hash",
     "UPDATE outputs SET file = CAST('x' AS BLOB), sha256 = "
     "'2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881' WHERE request = ID"},
    {"the tabulation", "UPDATE outputs SET tabulation = '{}' WHERE request = ID"},
    {"the judgement",
     "UPDATE outputs SET judgement = replace(judgement, 'review', 'pass') WHERE request = ID"},
    {"the verdicts",
     "UPDATE outputs SET verdict = 'pass' WHERE request = ID; "
     "UPDATE requests SET verdict = 'pass' WHERE id = ID"},
    {"the policy", "UPDATE requests SET policy_sha256 = replace(policy_sha256, 'a', 'b')"},
    {"the policy's name", "UPDATE requests SET policy = 'acro' WHERE id = ID"},
    {"the entry of the check", "UPDATE requests SET checked_seq = checked_seq - 1 WHERE id = ID"},
    {"the cells' number", "UPDATE outputs SET cells = cells + 1 WHERE request = ID"},
    {"the statistics", "UPDATE outputs SET statistics = '[\"nothing\"]' WHERE request = ID"},
    {"the population", "UPDATE outputs SET population = 'nobody' WHERE request = ID"},
    {"the evidence", "UPDATE outputs SET cell_table = '{}' WHERE request = ID"},
    {"the author", "UPDATE requests SET actor = (SELECT actor FROM users WHERE name = 'rose')"},
    {"two requests' files swapped",
     "UPDATE outputs SET file = (SELECT o.file FROM outputs o WHERE o.request <> ID), sha256 = "
     "(SELECT o.sha256 FROM outputs o WHERE o.request <> ID) WHERE request = ID"},
    {"two requests' outputs swapped",
     "UPDATE outputs SET tabulation = (SELECT o.tabulation FROM outputs o WHERE o.request <> ID), "
     "judgement = (SELECT o.judgement FROM outputs o WHERE o.request <> ID), cell_table = (SELECT "
     "o.cell_table FROM outputs o WHERE o.request <> ID), file = (SELECT o.file FROM outputs o "
     "WHERE o.request <> ID), sha256 = (SELECT o.sha256 FROM outputs o WHERE o.request <> ID), "
     "verdict = 'pass' WHERE request = ID"},
    {"another's name",
     "UPDATE outputs SET name = (SELECT o.name FROM outputs o WHERE o.request <> ID) WHERE "
     "request = ID"},
    {"another's title",
     "UPDATE outputs SET title = (SELECT o.title FROM outputs o WHERE o.request <> ID) WHERE "
     "request = ID"},
    {"title and name exchanged",
     "UPDATE outputs SET title = name, name = title WHERE request = ID"},
    {"an exception that was not given", "UPDATE outputs SET exception = title WHERE request = ID"}};

std::string with_id(std::string sql, const std::string& id) {
  for (std::size_t at = 0; (at = sql.find("ID", at)) != std::string::npos; at += id.size() + 2) {
    sql.replace(at, 2, "'" + id + "'");
  }
  return sql;
}

bool is_alarm(const Ran& ran) {
  return ran.code == 4 &&
         (ran.fault == "centre.request_tampered" || ran.fault == "centre.text_damaged" ||
          ran.fault == "centre.other_file_now");
}

}  // namespace

TEST_CASE("what was changed after submission is found when people decide, and nothing is decided") {
  for (const auto& [what, sql] : of_the_check) {
    CAPTURE(std::string(what));
    World world;
    world.cast();
    world.file_suffix = "another's,1\n";
    (void)submit(world, "other.csv", Verdict::pass);
    world.file_suffix = "";
    const auto id = submit(world, "a.csv");
    if (!tamper(world, with_id(sql, id))) continue;
    for (const auto* step : {"approve", "return", "reject"}) {
      CAPTURE(std::string(step));
      CHECK(is_alarm(decide(world, "rene", step, id)));
    }
    CHECK(!std::filesystem::exists(world.home().outbox() / id));
    CHECK(world.verify().outcome == audit::Outcome::valid);
  }
}

TEST_CASE("what was changed after the approval is found at the release, and nothing leaves") {
  for (const auto& [what, sql] : of_the_check) {
    CAPTURE(std::string(what));
    World world;
    world.cast();
    world.file_suffix = "another's,1\n";
    (void)submit(world, "other.csv", Verdict::pass);
    world.file_suffix = "";
    const auto id = submit(world, "a.csv");
    REQUIRE(decide(world, "rene", "approve", id).code == 0);
    if (!tamper(world, with_id(sql, id))) continue;
    const auto refused = world.run("rene", {"review", "release", id});
    CHECK(is_alarm(refused));
    CHECK(!std::filesystem::exists(world.home().outbox() / id));
    CHECK(world.verify().outcome == audit::Outcome::valid);
  }
}

TEST_CASE("decisions that nobody made, or that were made of another file, release nothing") {
  const std::vector<Trick> of_decisions = {
      {"a second reviewer's row",
       "INSERT INTO decisions SELECT NULL, request, output, turn, (SELECT actor FROM users WHERE "
       "name = 'rose'), decision, comment, note, file_sha256, policy_sha256, time, seq FROM "
       "decisions; UPDATE requests SET state = 'approved'; UPDATE outputs SET state = 'approved'"},
      {"the same row twice",
       "INSERT INTO decisions SELECT NULL, request, output, turn, reviewer, decision, comment, "
       "note, file_sha256, policy_sha256, time, seq FROM decisions; UPDATE requests SET state = "
       "'approved'; UPDATE outputs SET state = 'approved'"},
      {"a return that becomes an approval",
       "UPDATE decisions SET decision = 'approve'; UPDATE requests SET state = 'approved'; UPDATE "
       "outputs SET state = 'approved'"},
      {"another reviewer",
       "UPDATE decisions SET reviewer = (SELECT actor FROM users WHERE name = 'rose'); UPDATE "
       "requests SET state = 'approved'; UPDATE outputs SET state = 'approved'"},
      {"another file's decision",
       "UPDATE decisions SET file_sha256 = replace(file_sha256, 'a', 'b'); UPDATE requests SET "
       "state = 'approved'; UPDATE outputs SET state = 'approved'"}};
  for (const auto& [what, sql] : of_decisions) {
    CAPTURE(std::string(what));
    World world;
    world.cast();
    const auto grant = world.session();
    auto draft = world.table("a.csv", Verdict::fail);
    draft.exception = "needed";
    const auto id = world.centre().submit(grant.session, {draft}, world.examiner()).request;
    const bool second = std::string(what) == "a return that becomes an approval";
    REQUIRE(decide(world, "rene", second ? "return" : "approve", id).code == 0);
    if (!tamper(world, sql)) continue;
    const auto refused = world.run("rene", {"review", "release", id});
    CHECK(refused.code != 0);
    CHECK(is_alarm(refused));
    CHECK(!std::filesystem::exists(world.home().outbox() / id));
    CHECK(world.verify().outcome == audit::Outcome::valid);
  }
}

TEST_CASE("a policy whose text was changed in the registry judges nothing") {
  World world;
  world.cast();
  REQUIRE(
      tamper(world, "UPDATE policies SET texts = replace(texts, 'minimum = 10', 'minimum = 1')"));
  const auto fault = fault_of([&] {
    const auto grant = world.session();
    (void)world.centre().submit(grant.session, {world.table("a.csv")}, world.examiner());
  });
  CHECK_FALSE(fault.empty());
  CHECK(world.verify().outcome == audit::Outcome::valid);
  const auto events = world.events();
  CHECK(std::count(events.begin(), events.end(), "request.checked") == 0);
}

TEST_CASE("a file that was changed in the outbox fails its receipt") {
  World world;
  world.cast();
  const auto id = submit(world, "a.csv", Verdict::pass);
  const auto folder = world.home().outbox() / id;
  REQUIRE(std::filesystem::exists(folder));
  // What is out is out: the centre changes no file there, and makes none anew beside it.
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".csv") continue;
    std::ofstream(entry.path(), std::ios::app) << "more";
  }
  CHECK(world.run("rene", {"review", "release", id}).code != 0);
  CHECK(world.verify().outcome == audit::Outcome::valid);
}
