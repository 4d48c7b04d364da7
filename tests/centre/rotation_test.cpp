// One log ends and the next begins, and the centre goes on as if they were one.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "audit/trust.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/state.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Verdict;
using Json = nlohmann::json;

namespace {

namespace fs = std::filesystem;

Json rotate(World& world) {
  return Json::parse(world.ok(world.owner(), {"log", "rotate"}, {}, true));
}

audit::Verification verified(const World& world, const fs::path& log) {
  return audit::verify_log(log, audit::read_trust_file(world.home().trust()));
}

}  // namespace

TEST_CASE("a rotated log is sealed, the next goes on, and what was begun is finished there") {
  World world;
  world.cast();
  const auto grant = world.session();
  const auto statement = world.centre().statement_started(grant.session, "SELECT 'in the first'");
  world.centre().statement_finished(grant.session, statement, "done", 1);
  const auto request =
      world.centre()
          .submit(grant.session, {world.table("a.csv", Verdict::review)}, world.examiner())
          .request;
  CHECK(world.run(world.owner(), {"log", "rotate"}).fault == "centre.rotate_busy");
  world.centre().close_session(grant.session, "closed");
  CHECK(world.run("rene", {"log", "rotate"}).fault == "centre.role_needed");

  const auto said = rotate(world);
  CHECK(said["sealed"]["origin"] == "trial/test");
  CHECK(said["log"]["origin"] == "trial/test/2");
  const auto sealed = world.home().sealed_logs() / "1";
  CHECK(verified(world, sealed).outcome == audit::Outcome::valid);
  CHECK(verified(world, sealed).intents.empty());
  CHECK(verified(world, world.home().log()).outcome == audit::Outcome::valid);

  // Judged under the first log, decided and released under the second, which proves both.
  world.ok("rene", {"review", "show", request});
  world.ok("rene", {"review", "approve", request, "--comment", "good"});
  world.ok("rene", {"review", "release", request});
  const auto release = Json::parse(read_bytes(world.home().outbox() / request / "release.json"));
  CHECK(release["log"] == "trial/test/2");
  const auto second = world.session();
  const auto later = world.centre().statement_started(second.session, "SELECT 'in the second'");
  world.centre().statement_finished(second.session, later, "done", 1);
  world.centre().close_session(second.session, "closed");

  const auto check_reveal = [&] {
    const auto& chain = world.centre().state().journal.chain();
    const auto first_at = chain.place_of(statement);
    const auto second_at = chain.place_of(later);
    CHECK(first_at.origin == "trial/test");
    CHECK(second_at.origin == "trial/test/2");
    const auto first_text = Json::parse(world.ok(
        world.owner(),
        {"log", "reveal", "--seq", std::to_string(first_at.seq), "--log", "trial/test"}, {}, true));
    CHECK(first_text["text"] == "SELECT 'in the first'");
    CHECK(first_text["seq"] == first_at.seq);
    const auto second_text = Json::parse(world.ok(
        world.owner(),
        {"log", "reveal", "--seq", std::to_string(second_at.seq), "--log", second_at.origin}, {},
        true));
    CHECK(second_text["text"] == "SELECT 'in the second'");
    CHECK(second_text["log"] == "trial/test/2");
    CHECK(second_text["seq"] == second_at.seq);
  };
  check_reveal();
  CHECK(world.run(world.owner(), {"log", "reveal", "--seq", "0", "--log", "nowhere"}).fault ==
        "centre.no_log");

  world.reopen();
  CHECK(rotate(world)["log"]["origin"] == "trial/test/3");
  check_reveal();
  world.reopen();
  const auto status = Json::parse(world.ok(world.owner(), {"status"}, {}, true));
  CHECK(status["log"]["origin"] == "trial/test/3");
  CHECK(status["log"]["sealed"] == 2);
  const auto erased = Json::parse(
      world.ok(world.owner(), {"log", "erase", grant.session, "--reason", "retention"}, {}, true));
  CHECK(erased["state"] == "erased");
  for (const auto& log : {sealed, world.home().sealed_logs() / "2", world.home().log()}) {
    CHECK(verified(world, log).outcome == audit::Outcome::valid);
  }
}

TEST_CASE("a serving centre's start ends in the old log and begins again in the new one") {
  World world;
  record_unlocked(world.centre(), {world.owner(), 0});
  (void)rotate(world);
  const auto events = world.events();
  CHECK(events.front() == "key.rotated");
  CHECK(events.back() == "centre.started");
  CHECK(verified(world, world.home().sealed_logs() / "1").intents.empty());
  record_stopped(world.centre());
  CHECK(world.verify().intents.empty());
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("a trust file that lacks the log's key is refused, whoever changed it") {
  World world;
  world.close();
  const auto other = audit::Signer::generate("trial/test", fill_random);
  audit::write_trust_file(world.home().trust(), other.verifier_key());
  CHECK(fault_of([&] { world.open(); }) == "centre.trust_differs");
}
