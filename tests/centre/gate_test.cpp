#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "audit/hash.h"
#include "audit/trust.h"
#include "enclave/centre/journal.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Verdict;
using Json = nlohmann::json;

namespace {

Submission submit(World& world, std::vector<OutputDraft> drafts) {
  const auto grant = world.session();
  auto answer = world.centre().submit(grant.session, std::move(drafts), world.examiner());
  world.centre().close_session(grant.session, "closed");
  return answer;
}

std::string submit_fault(World& world, std::vector<OutputDraft> drafts) {
  return fault_of([&] { (void)submit(world, std::move(drafts)); });
}

void check_log(World& world) {
  const auto verification = world.verify();
  CHECK(verification.outcome == audit::Outcome::valid);
  CHECK(verification.intents.empty());
}

}  // namespace

TEST_CASE("a verdict that needs nobody is released at once, under the request's own name") {
  World world;
  world.cast();
  const auto answer = submit(world, {world.table("mine.csv")});
  CHECK(answer.request == "R-2026-000001");
  CHECK(answer.state == "released");
  CHECK(answer.verdict == Verdict::pass);
  const auto folder = world.home().outbox() / answer.request;
  const auto file = read_bytes(folder / "R-2026-000001-1.csv");
  CHECK(file == "sexe,n\nF,4\nM,5\n");
  CHECK(!std::filesystem::exists(folder / "mine.csv"));
  const auto receipt = read_bytes(folder / "R-2026-000001-1.csv.receipt");
  const auto trust = audit::read_trust_file(world.home().trust());
  audit::Hasher hasher;
  const auto digest = hasher.sha256(audit::as_bytes(file));
  CHECK(audit::verify_receipt(receipt, digest, trust).outcome == audit::Outcome::valid);
  const auto other = hasher.sha256(audit::as_bytes(file + " "));
  CHECK(audit::verify_receipt(receipt, other, trust).outcome == audit::Outcome::tampered);
  check_log(world);
}

TEST_CASE("release.json tells what left and no cell, title, measure or other project") {
  World world;
  world.cast();
  const auto answer = submit(world, {world.table("mine.csv")});
  const auto text = read_bytes(world.home().outbox() / answer.request / "release.json");
  const auto json = Json::parse(text);
  CHECK(json["request"] == answer.request);
  CHECK(json["policy"]["name"] == "depp");
  CHECK(json["policy"]["sha256"].get<std::string>().size() == 64);
  CHECK(json["files"][0]["sha256"] == sha256_hex("sexe,n\nF,4\nM,5\n"));
  CHECK(json["files"][0]["statistics"] == Json::array({"count(*)"}));
  CHECK(json["files"][0]["rules"] == Json::array({"threshold"}));
  for (const std::string word : {"Title of", "mine.csv", "SELECT", "alix", "orientation", "cell"}) {
    CHECK(text.find(word) == std::string::npos);
  }
}

TEST_CASE("a fail without an exception is returned: not queued, not remembered") {
  World world;
  world.cast();
  const auto answer = submit(world, {world.table("a.csv"), world.table("b.csv", Verdict::fail)});
  CHECK(answer.state == "returned");
  CHECK(answer.verdict == Verdict::fail);
  CHECK(answer.outputs.at(0).judgement.verdict == Verdict::pass);
  CHECK(!std::filesystem::exists(world.home().outbox() / answer.request));
  CHECK(world.run("rene", {"review", "next"}).code == 1);
  (void)submit(world, {world.table("c.csv")});
  CHECK(world.jobs.back().history.empty());
  check_log(world);
}

TEST_CASE("what waits, is approved or is out is remembered; what was withdrawn is not") {
  World world;
  world.cast();
  const auto first = submit(world, {world.table("a.csv")});
  const auto second = submit(world, {world.table("b.csv", Verdict::review)});
  CHECK(second.state == "checked");
  const auto grant = world.session();
  (void)world.centre().explain(grant.session, {world.table("c.csv")}, world.examiner());
  REQUIRE(world.jobs.back().history.size() == 2);
  CHECK(world.jobs.back().history[0].request == first.request);
  CHECK(world.jobs.back().history[1].request == second.request);
  CHECK(world.jobs.back().history[1].project == "orientation");
  world.centre().withdraw(grant.session, second.request);
  CHECK(fault_of([&] { world.centre().withdraw(grant.session, second.request); }) ==
        "centre.bad_move");
  CHECK(fault_of([&] { world.centre().withdraw(grant.session, first.request); }) ==
        "centre.bad_move");
  (void)world.centre().explain(grant.session, {world.table("c.csv")}, world.examiner());
  CHECK(world.jobs.back().history.size() == 1);
  world.centre().close_session(grant.session, "closed");
  check_log(world);
}

TEST_CASE("explain asks for nothing and leaves nothing") {
  World world;
  world.cast();
  const auto grant = world.session();
  const auto before = world.events();
  const auto judged = world.centre().explain(
      grant.session, {world.table("a.csv", Verdict::fail), world.opaque("plot.png", "bytes")},
      world.examiner());
  REQUIRE(judged.size() == 2);
  CHECK(judged[0].judgement.verdict == Verdict::fail);
  CHECK(judged[1].judgement.verdict == Verdict::review);
  CHECK(Json::parse(judged[0].verdict_json)["findings"][0]["measured"] == 4);
  CHECK(world.events() == before);
  CHECK(world.centre().requests_view(grant.session).empty());
}

TEST_CASE("a worker is not believed: what lies beyond the permit is refused unjudged") {
  World world;
  world.cast();
  world.seal("2025");
  world.ok(world.owner(), {"permit", "revoke", "P-000001"});
  world.ok(world.owner(),
           {"permit", "grant", "--project", "orientation", "--store", "lycees", "--policy", "depp",
            "--until", "2027-01-01", "--vintages", "2024", "--columns", "sexe"});
  auto other_store = world.table("a.csv");
  other_store.tabulation->dataset = "colleges";
  CHECK(submit_fault(world, {other_store}) == "centre.outside_permit");
  auto other_vintage = world.table("a.csv");
  other_vintage.tabulation->vintages = {"2024", "2025"};
  CHECK(submit_fault(world, {other_vintage}) == "centre.outside_permit");
  auto no_vintage = world.table("a.csv");
  no_vintage.tabulation->vintages.clear();
  CHECK(submit_fault(world, {no_vintage}) == "centre.outside_permit");
  auto other_column = world.table("a.csv");
  other_column.tabulation->where.kind = disclosure::Condition::Kind::is_null;
  other_column.tabulation->where.variable = "academie";
  CHECK(submit_fault(world, {other_column}) == "centre.outside_permit");
  CHECK(world.jobs.empty());
  CHECK(submit(world, {world.table("a.csv")}).state == "released");
  check_log(world);
}

TEST_CASE("file names that could do harm are refused, and so is an empty file") {
  World world;
  world.cast();
  for (const std::string name : {"", ".hidden", "../up.csv", "a/b.csv", "two words.csv", "é.csv",
                                 "release.json", "Release.JSON", "x.receipt", "-x.csv"}) {
    CAPTURE(name);
    CHECK(submit_fault(world, {world.table(name)}) == "centre.bad_file_name");
  }
  CHECK(submit_fault(world, {world.table(std::string(101, 'a'))}) == "centre.bad_file_name");
  CHECK(submit_fault(world, {world.table("a.csv"), world.table("A.csv")}) == "centre.name_twice");
  CHECK(submit_fault(world, {}) == "centre.nothing_asked");
  CHECK(submit_fault(world, {world.opaque("plot.png", "")}) == "centre.empty_output");
  CHECK(world.jobs.empty());
}

TEST_CASE("an examiner that is lost leaves a withdrawn request, in the log alone") {
  World world;
  world.cast();
  world.at_examine = [](const ExamineJob&) {
    throw EnclaveError(Fault::unavailable, "server.examiner_lost");
  };
  CHECK(submit_fault(world, {world.table("a.csv")}) == "server.examiner_lost");
  world.at_examine = nullptr;
  CHECK(world.events().back() != "request.submitted");
  check_log(world);
  const auto next = submit(world, {world.table("a.csv")});
  CHECK(next.request == "R-2026-000002");
}

TEST_CASE("two requests at once on one population: one of them sees the other") {
  World world;
  world.cast();
  const auto one = world.session();
  const auto two = world.session();
  const auto ask = [&](const SessionGrant& grant) {
    (void)world.centre().submit(grant.session, {world.table("a.csv", Verdict::review)},
                                world.examiner());
  };
  std::thread other([&] { ask(one); });
  ask(two);
  other.join();
  REQUIRE(world.jobs.size() == 2);
  CHECK(world.jobs[0].history.size() == 0);
  CHECK(world.jobs[1].history.size() == 1);
}

TEST_CASE("findings tell a researcher of another project's release without naming it") {
  World world;
  world.cast();
  world.ok(world.owner(), {"project", "create", "second", "--title", "t", "--purpose", "p",
                           "--until", "2027-12-31", "--member", "bob"});
  world.ok(world.owner(), {"permit", "grant", "--project", "second", "--store", "lycees",
                           "--policy", "depp", "--until", "2027-12-31"});
  const auto first = submit(world, {world.table("a.csv")});
  const Examiner historian = [&](ExamineJob job) {
    auto answers = world.examiner()(std::move(job));
    disclosure::Finding finding;
    finding.rule = policies::Rule::history;
    finding.earlier = first.request + "/1";
    finding.earlier_project = "orientation";
    finding.message = {"history.difference", {finding.earlier, "3"}};
    answers[0].judgement.verdict = Verdict::fail;
    answers[0].judgement.findings = {finding};
    return answers;
  };
  const auto grant = world.session("bob", "second");
  const auto answer = world.centre().submit(grant.session, {world.table("b.csv")}, historian);
  const auto& seen = answer.outputs.at(0);
  CHECK(seen.verdict_json.find(first.request) == std::string::npos);
  CHECK(seen.verdict_json.find("orientation") == std::string::npos);
  CHECK(seen.verdict_json.find("another project") != std::string::npos);
  for (const auto& row : world.centre().findings_view(grant.session)) {
    for (const auto& field : row) {
      CHECK(field.value_or("").find(first.request) == std::string::npos);
      CHECK(field.value_or("").find("orientation") == std::string::npos);
    }
  }
}

TEST_CASE("sceau.requests and sceau.findings show the project's own requests") {
  World world;
  world.cast();
  const auto answer = submit(world, {world.table("a.csv", Verdict::review)});
  const auto grant = world.session();
  const auto requests = world.centre().requests_view(grant.session);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].size() == 6);
  CHECK(requests[0][0] == answer.request);
  CHECK(requests[0][1] == "checked");
  CHECK(requests[0][2] == "review");
  CHECK(requests[0][3] == "1");
  const auto findings = world.centre().findings_view(grant.session);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].size() == 10);
  CHECK(findings[0][2] == "threshold");
  CHECK(findings[0][4] == "{\"sexe\":\"F\"}");
  CHECK(findings[0][6] == "4");
}
