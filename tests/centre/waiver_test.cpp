#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "enclave/centre/state.h"
#include "enclave/centre/waivers.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Verdict;
using Json = nlohmann::json;

namespace {

std::vector<std::string> granting(std::vector<std::string> what, const std::string& rule,
                                  const std::string& until = "2026-12-31") {
  std::vector<std::string> words = {
      "waiver", "grant",   "--store", "lycees",   "--rule",
      rule,     "--until", until,     "--reason", "published by the rectorat"};
  words.insert(words.end(), what.begin(), what.end());
  return words;
}

Submission submit(World& world, OutputDraft draft) {
  const auto grant = world.session();
  auto answer = world.centre().submit(grant.session, {std::move(draft)}, world.examiner());
  world.centre().close_session(grant.session, "closed");
  return answer;
}

}  // namespace

TEST_CASE("a waived finding no longer stands in the way, and is shown to everybody") {
  World world;
  world.cast();
  CHECK(submit(world, world.table("a.csv", Verdict::fail)).state == "returned");
  const auto said = world.ok(world.owner(), granting({"--cell", "sexe=F"}, "threshold"));
  CHECK(said.find("W-000001") != std::string::npos);
  const auto answer = submit(world, world.table("a.csv", Verdict::fail));
  CHECK(answer.verdict == Verdict::pass);
  CHECK(answer.state == "released");
  const auto verdict = Json::parse(answer.outputs[0].verdict_json);
  CHECK(verdict["findings"][0]["waived"] == "W-000001");
  CHECK(verdict["findings"][0]["verdict"] == "fail");
  const auto shown = world.ok("rene", {"review", "show", answer.request});
  CHECK(shown.find("[waived: W-000001]") != std::string::npos);
  const auto release =
      Json::parse(read_bytes(world.home().outbox() / answer.request / "release.json"));
  CHECK(release["files"][0]["waivers"].dump() == R"([{"rule":"threshold","waiver":"W-000001"}])");
  CHECK(release.dump().find("sexe") == std::string::npos);
  const auto grant = world.session();
  const auto findings = world.centre().findings_view(grant.session);
  CHECK(findings.back()[8]->find("waived by W-000001") != std::string::npos);
  const auto list = Json::parse(world.ok("rene", {"waiver", "list"}, {}, true));
  CHECK(list["waivers"][0]["cell"]["sexe"] == "F");
  CHECK(list["waivers"][0]["state"] == "valid");
  CHECK(world.bytes_outside().find("rectorat") == std::string::npos);
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("a waiver ends on its day or when it is revoked, also for what waits") {
  World world;
  world.cast();
  world.ok(world.owner(), granting({"--variable", "sexe"}, "threshold", "2026-11-24"));
  auto draft = world.table("a.csv", Verdict::fail);
  SUBCASE("on its day") {
    CHECK(submit(world, draft).verdict == Verdict::pass);
    world.now += std::chrono::hours(48);
    CHECK(submit(world, draft).verdict == Verdict::fail);
    const auto list = Json::parse(world.ok("rene", {"waiver", "list"}, {}, true));
    CHECK(list["waivers"][0]["state"] == "expired");
    // What is over stays over where somebody sets the clock back to before that day.
    world.now -= std::chrono::hours(48);
    const auto later = Json::parse(world.ok("rene", {"waiver", "list"}, {}, true));
    CHECK(later["waivers"][0]["state"] == "expired");
  }
  SUBCASE("when it is revoked") {
    const auto grant = world.session();
    const auto answer = world.centre().submit(
        grant.session, {draft, world.table("b.csv", Verdict::review)}, world.examiner());
    // b.csv's finding is waived, too: let a file keep the request waiting.
    CHECK(answer.state == "released");
    const auto waiting = world.centre().submit(
        grant.session, {draft, world.opaque("plot.png", "PNG")}, world.examiner());
    CHECK(waiting.state == "checked");
    world.ok("rene", {"review", "approve", waiting.request, "--comment", "ok"});
    world.ok(world.owner(), {"waiver", "revoke", "W-000001"});
    CHECK(world.run("rene", {"review", "release", waiting.request}).fault == "centre.worse_now");
    CHECK(world.run(world.owner(), {"waiver", "revoke", "W-000001"}).fault ==
          "centre.waiver_revoked_already");
    CHECK(world.run(world.owner(), {"waiver", "revoke", "W-000009"}).fault == "centre.no_waiver");
  }
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("who, what and how long: a waiver is refused where it is not clear") {
  World world;
  world.cast();
  const auto fault = [&](std::vector<std::string> what, const std::string& rule,
                         const std::string& until = "2026-12-31") {
    return world.run(world.owner(), granting(std::move(what), rule, until)).fault;
  };
  CHECK(world.run("rene", granting({"--variable", "sexe"}, "threshold")).fault ==
        "centre.role_needed");
  CHECK(fault({"--variable", "sexe"}, "history") == "centre.waiver_never");
  CHECK(fault({"--variable", "sexe"}, "tabulation") == "centre.waiver_never");
  CHECK(fault({"--variable", "sexe"}, "treshold") == "centre.bad_choice");
  CHECK(fault({}, "threshold") == "centre.waiver_of_what");
  CHECK(fault({"--variable", "sex"}, "threshold") == "centre.unknown_column");
  CHECK(fault({"--variable", "dossier"}, "threshold") == "centre.unknown_column");
  CHECK(fault({"--cell", "serie=g"}, "threshold") == "centre.unknown_column");
  for (const auto* cell : {"sexe", "=F", "sexe=F,", "sexe=F,sexe=M"}) {
    CAPTURE(cell);
    CHECK(fault({"--cell", cell}, "threshold") == "centre.bad_cell");
  }
  CHECK(fault({"--variable", "sexe"}, "threshold", "2026-11-01") == "centre.date_past");
  CHECK(fault({"--variable", "sexe"}, "threshold", "soon") == "centre.bad_date");
  auto words = granting({"--variable", "sexe"}, "threshold");
  words[3] = "colleges";
  CHECK(world.run(world.owner(), words).fault == "centre.waiver_no_store");
  words = granting({"--variable", "sexe"}, "threshold");
  words[9] = "  ";
  CHECK(world.run(world.owner(), words).fault == "centre.waiver_reason");
  CHECK(world.centre().state().registry.waivers().empty());
}

TEST_CASE("a cell is read with its variables in order, and NA is NULL") {
  const auto cell = parse_cell("sexe=F,academie=NA");
  REQUIRE(cell.size() == 2);
  CHECK(cell[0] == disclosure::Coordinate{"academie", std::nullopt, false});
  CHECK(cell[1] == disclosure::Coordinate{"sexe", "F", false});
  CHECK(parse_cell("").empty());
  CHECK(parse_cell("a=b=c")[0].code == "b=c");
}
