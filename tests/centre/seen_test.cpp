// Policies that show aggregates only: what a session sees went through the gate, is remembered, and
// nothing else is told.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "enclave/centre/aggregates.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Verdict;
using Json = nlohmann::json;

namespace {

constexpr const char* aggregates = R"(format = 1
[policy]
name = "aggregates"
version = "1"
extends = "depp"
exploration = "aggregates"
)";

/// The usual cast, and project "outside" of bob, whose policy shows aggregates only.
void cast(World& world) {
  world.cast();
  world.ok(world.owner(), {"policy", "install", "--", "aggregates.toml"},
           {{"FILE", "aggregates.toml", aggregates}});
  world.ok(world.owner(), {"project", "create", "outside", "--title", "t", "--purpose", "p",
                           "--until", "2027-12-31", "--member", "bob"});
  world.ok(world.owner(), {"permit", "grant", "--project", "outside", "--store", "lycees",
                           "--policy", "aggregates", "--until", "2027-06-30"});
}

std::size_t remembered(World& world, const SessionGrant& grant) {
  (void)world.centre().explain(grant.session, {world.table("c.csv")}, world.examiner());
  return world.jobs.back().history.size();
}

Seen see(World& world, const SessionGrant& grant, Verdict verdict = Verdict::pass) {
  return world.centre().see(grant.session, world.table("query", verdict), world.examiner());
}

bool tells_a_cell(const std::string& text) {
  return text.find("\"F\"") != std::string::npos || text.find("measured") != std::string::npos ||
         text.find("limit") != std::string::npos || text.find("\"statistic\"") != std::string::npos;
}

}  // namespace

TEST_CASE("a session that sees aggregates only holds no key, no file and no row") {
  World world;
  cast(world);
  const auto grant = world.session("bob", "outside");
  CHECK(grant.aggregates);
  CHECK(grant.datasets.empty());
  REQUIRE(grant.outlines.size() == 1);
  CHECK(grant.outlines[0].vintages == std::vector<std::string>{"2024"});
  CHECK(!world.session().aggregates);
  CHECK(world.session().outlines.empty());
}

TEST_CASE("a query that passes is remembered before it is seen, once however often it is asked") {
  World world;
  cast(world);
  const auto grant = world.session("bob", "outside");
  const auto seen = see(world, grant);
  CHECK(seen.judged.judgement.verdict == Verdict::pass);
  REQUIRE(seen.cells.size() == 2);
  CHECK(seen.cells[0].values == std::vector<std::optional<std::string>>{"4"});
  CHECK(world.jobs.back().shown);
  CHECK(remembered(world, grant) == 1);
  CHECK(world.jobs.back().history[0].request == "Q-2026-000001");
  CHECK(world.jobs.back().history[0].project == "outside");
  CHECK(!world.jobs.back().shown);
  (void)see(world, grant);
  CHECK(remembered(world, grant) == 1);
  CHECK(world.centre().requests_view(grant.session).empty());
  // Other projects' outputs are compared with it, too.
  CHECK(remembered(world, world.session()) == 1);
  CHECK(world.verify().outcome == audit::Outcome::valid);
  CHECK(world.verify().intents.empty());
}

TEST_CASE("a query that doesn't pass shows no cell, and its findings are rules and verdicts") {
  World world;
  cast(world);
  const auto grant = world.session("bob", "outside");
  for (const auto verdict : {Verdict::review, Verdict::fail}) {
    const auto seen = see(world, grant, verdict);
    CHECK(seen.judged.judgement.verdict == verdict);
    CHECK(seen.cells.empty());
    REQUIRE(seen.judged.judgement.findings.size() == 1);
    const auto& finding = seen.judged.judgement.findings[0];
    CHECK(finding.rule == policies::Rule::threshold);
    CHECK(finding.cell.empty());
    CHECK(finding.statistic.empty());
    CHECK(!finding.measured);
    CHECK(!finding.limit);
    CHECK(finding.message.args == std::vector<std::string>{"threshold"});
    CHECK(!tells_a_cell(seen.judged.verdict_json));
    CHECK(Json::parse(seen.judged.verdict_json)["cells"] == 0);
  }
  CHECK(remembered(world, grant) == 0);
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("explain, submissions and sceau.findings tell no cell either") {
  World world;
  cast(world);
  const auto grant = world.session("bob", "outside");
  const auto explained = world.centre().explain(
      grant.session, {world.table("a.csv", Verdict::fail)}, world.examiner());
  CHECK(!tells_a_cell(explained.at(0).verdict_json));
  const auto answer = world.centre().submit(grant.session, {world.table("a.csv", Verdict::review)},
                                            world.examiner());
  CHECK(answer.state == "checked");
  CHECK(!tells_a_cell(answer.outputs.at(0).verdict_json));
  const auto findings = world.centre().findings_view(grant.session);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0][2] == "threshold");
  CHECK(findings[0][4] == "{}");
  CHECK(!findings[0][5]);
  CHECK(!findings[0][6]);
  CHECK(!findings[0][7]);
  // The reviewer sees all of it.
  const auto shown = world.ok("rene", {"review", "show", answer.request}, {}, true);
  CHECK(Json::parse(shown)["outputs"][0]["findings"][0]["measured"] == 4);
}

TEST_CASE("safe versions are not listed where aggregates are shown: they count what is not seen") {
  World world;
  cast(world);
  const auto grant = world.session("bob", "outside");
  auto draft = world.table("a.csv", Verdict::fail);
  draft.propose = true;
  const auto asked = world.jobs.size();
  CHECK(fault_of([&] { (void)world.centre().explain(grant.session, {draft}, world.examiner()); }) ==
        "centre.propose_aggregates");
  CHECK(world.jobs.size() == asked);
}

TEST_CASE("what was withdrawn counts where aggregates are shown, and not where rows are") {
  World world;
  cast(world);
  for (const auto& [user, project, kept] :
       {std::tuple("bob", "outside", 1U), std::tuple("alix", "orientation", 1U)}) {
    const auto grant = world.session(user, project);
    const auto answer = world.centre().submit(
        grant.session, {world.table("a.csv", Verdict::review)}, world.examiner());
    world.centre().withdraw(grant.session, answer.request);
    CHECK(remembered(world, grant) == kept);  // bob's alone
  }
  // What a reviewer sends back was kept in the same way.
  const auto grant = world.session("bob", "outside");
  const auto answer = world.centre().submit(grant.session, {world.table("b.csv", Verdict::review)},
                                            world.examiner());
  world.ok("rene", {"review", "return", answer.request, "--comment", "coarser"});
  CHECK(remembered(world, grant) == 2);
  // What the check itself sent back was shown to nobody.
  CHECK(world.centre()
            .submit(grant.session, {world.table("d.csv", Verdict::fail)}, world.examiner())
            .state == "returned");
  CHECK(remembered(world, grant) == 2);
}

TEST_CASE("a fault of the examiner is one sentence, whatever it was") {
  World world;
  cast(world);
  const auto grant = world.session("bob", "outside");
  for (const std::string id : {"server.sum_overflow", "server.too_many_cells"}) {
    world.at_examine = [&](const ExamineJob&) {
      throw EnclaveError(Fault::refused, id, {"1000000"});
    };
    CHECK(fault_of([&] { (void)see(world, grant); }) == "centre.not_judged");
    CHECK(fault_of([&] {
            (void)world.centre().explain(grant.session, {world.table("a.csv")}, world.examiner());
          }) == "centre.not_judged");
  }
  world.at_examine = [](const ExamineJob&) {
    throw EnclaveError(Fault::unavailable, "server.examiner_lost");
  };
  CHECK(fault_of([&] { (void)see(world, grant); }) == "server.examiner_lost");
  world.at_examine = nullptr;
  CHECK(see(world, grant).cells.size() == 2);
  const auto verification = world.verify();
  CHECK(verification.outcome == audit::Outcome::valid);
  CHECK(verification.intents.empty());
}

TEST_CASE("refusals are bounded: each tells a little") {
  World world;
  cast(world);
  const auto grant = world.session("bob", "outside");
  for (int i = 0; i < max_refusals; ++i) (void)see(world, grant, Verdict::fail);
  const auto asked = world.jobs.size();
  CHECK(fault_of([&] { (void)see(world, grant); }) == "centre.refusals_spent");
  CHECK(fault_of([&] {
          (void)world.centre().explain(grant.session, {world.table("a.csv")}, world.examiner());
        }) == "centre.refusals_spent");
  CHECK(fault_of([&] {
          (void)world.centre().submit(grant.session, {world.table("a.csv")}, world.examiner());
        }) == "centre.refusals_spent");
  CHECK(world.jobs.size() == asked);
  // A new session is the same person.
  world.centre().close_session(grant.session, "closed");
  CHECK(fault_of([&] { (void)see(world, world.session("bob", "outside")); }) ==
        "centre.refusals_spent");
  world.now += std::chrono::hours(23);
  CHECK(fault_of([&] { (void)see(world, world.session("bob", "outside")); }) ==
        "centre.refusals_spent");
  world.now += std::chrono::hours(1);
  CHECK(see(world, world.session("bob", "outside")).cells.size() == 2);
}

TEST_CASE("one refusal less than the budget leaves a session its answers, and a pass costs none") {
  World world;
  cast(world);
  const auto grant = world.session("bob", "outside");
  for (int i = 0; i + 1 < max_refusals; ++i) (void)see(world, grant, Verdict::review);
  for (int i = 0; i < 3; ++i) CHECK(see(world, grant).cells.size() == 2);
  (void)world.centre().explain(grant.session, {world.table("c.csv", Verdict::fail)},
                               world.examiner());
  CHECK(fault_of([&] { (void)see(world, grant); }) == "centre.refusals_spent");
  CHECK(world.session("alix").aggregates == false);  // another's project has its own
}

TEST_CASE("of several rules that fail the first alone is told") {
  disclosure::Judgement judgement;
  judgement.verdict = Verdict::fail;
  for (const auto rule : {policies::Rule::dominance, policies::Rule::threshold}) {
    disclosure::Finding finding;
    finding.rule = rule;
    finding.verdict = Verdict::fail;
    finding.message.id = "threshold.fail";
    judgement.findings.push_back(finding);
  }
  const auto small = without_cells(judgement);
  judgement.findings.erase(judgement.findings.begin());
  const auto empty = without_cells(judgement);
  REQUIRE(small.findings.size() == 1);
  CHECK(small.findings[0].rule == policies::Rule::threshold);
  REQUIRE(empty.findings.size() == 1);
  CHECK(empty.findings[0].rule == small.findings[0].rule);
  CHECK(empty.findings[0].message == small.findings[0].message);
}

TEST_CASE("where a policy shows rows, nothing is to be seen through the gate") {
  World world;
  cast(world);
  const auto grant = world.session();
  CHECK(fault_of([&] { (void)see(world, grant); }) == "centre.not_aggregates");
  const auto outside = world.session("bob", "outside");
  CHECK(fault_of([&] {
          (void)world.centre().see(outside.session, world.opaque("x.png", "b"), world.examiner());
        }) == "centre.not_aggregates");
  CHECK(world.jobs.empty());
}

TEST_CASE("two projects at once on one population: one of them is compared with the other") {
  World world;
  cast(world);
  const auto one = world.session();
  const auto two = world.session("bob", "outside");
  std::thread other(
      [&] { (void)world.centre().submit(one.session, {world.table("a.csv")}, world.examiner()); });
  (void)see(world, two);
  other.join();
  REQUIRE(world.jobs.size() == 2);
  CHECK(world.jobs[0].history.size() + world.jobs[1].history.size() == 1);
}

TEST_CASE("what was approved is checked again, and sent back where it fails by now") {
  World world;
  cast(world);
  const auto grant = world.session();
  const auto first = world.centre().submit(grant.session, {world.table("a.csv", Verdict::review)},
                                           world.examiner());
  for (const auto* user : {"rene", "rose"}) {
    (void)world.run(user, {"review", "approve", first.request, "--comment", "fine"});
  }
  const auto second =
      world.centre().submit(grant.session, {world.table("b.csv")}, world.examiner());
  CHECK(second.state == "released");
  world.later = Verdict::fail;  // as the real examiner finds against what left meanwhile
  const auto ran = world.run("rene", {"review", "release", first.request});
  CHECK(ran.fault == "centre.worse_now");
  REQUIRE(world.jobs.back().history.size() == 1);
  CHECK(world.jobs.back().history[0].request == second.request);
  CHECK(world.ok("rene", {"review", "list", "--state", "returned"}).find(first.request) !=
        std::string::npos);
}

TEST_CASE("history show lists what counts, oldest first, and is logged before it is shown") {
  World world;
  cast(world);
  const auto outside = world.session("bob", "outside");
  (void)see(world, outside);
  const auto rows = world.session();
  const auto table = world.centre().submit(rows.session, {world.table("a.csv")}, world.examiner());
  const auto file =
      world.centre().submit(rows.session, {world.opaque("plot.png", "b")}, world.examiner());
  for (const auto* user : {"rene", "rose"}) {
    (void)world.run(user, {"review", "approve", file.request, "--comment", "fine"});
  }
  world.ok("rene", {"review", "release", file.request});
  const auto json = Json::parse(world.ok("rene", {"history", "show", "eleves"}, {}, true));
  CHECK(world.events().back() == "history.viewed");
  CHECK(json["population"] == "eleves");
  REQUIRE(json["outputs"].size() == 3);
  CHECK(json["outputs"][0]["request"] == "Q-2026-000001");
  CHECK(json["outputs"][0]["state"] == "seen");
  CHECK(json["outputs"][0]["project"] == "outside");
  CHECK(json["outputs"][1]["request"] == table.request);
  CHECK(json["outputs"][1]["state"] == "released");
  CHECK(json["outputs"][1]["dataset"] == "lycees");
  CHECK(json["outputs"][1]["vintages"] == Json::array({"2024"}));
  CHECK(json["outputs"][1]["dimensions"] == Json::array({"sexe"}));
  CHECK(json["outputs"][1]["statistics"] == Json::array({"count(*)"}));
  CHECK(json["outputs"][2]["opaque"] == true);
  CHECK(json["outputs"][2]["dataset"].is_null());
  const auto text = world.ok(world.owner(), {"history", "show", "eleves"});
  CHECK(text.find("Q-2026-000001/1") < text.find(table.request));
  CHECK(text.find("Title of") == std::string::npos);
  CHECK(world.run("rene", {"history", "show", "eleve"}).fault == "centre.no_population");
  CHECK(world.run("alix", {"history", "show", "eleves"}).fault == "centre.role_needed");
}

TEST_CASE("what is told of another project's release names neither it nor its data") {
  World world;
  cast(world);
  const auto first =
      world.centre().submit(world.session().session, {world.table("a.csv")}, world.examiner());
  const Examiner historian = [&](ExamineJob job) {
    auto answers = world.examiner()(std::move(job));
    disclosure::Finding pair;
    pair.rule = policies::Rule::history;
    pair.cell = {{"sexe", "F", false}};
    pair.earlier = first.request + "/1";
    pair.earlier_project = "orientation";
    pair.message = {"history.threshold", {pair.earlier + ", count(*) at sexe = F", "3", "10"}};
    auto whole = pair;
    whole.cell.clear();
    whole.message = {"history.other_data", {whole.earlier, "colleges_prives"}};
    answers[0].judgement.verdict = Verdict::review;
    answers[0].judgement.findings = {pair, whole};
    return answers;
  };
  world.ok(world.owner(), {"project", "create", "second", "--title", "t", "--purpose", "p",
                           "--until", "2027-12-31", "--member", "carl"});
  world.ok(world.owner(), {"permit", "grant", "--project", "second", "--store", "lycees",
                           "--policy", "depp", "--until", "2027-12-31"});
  for (const auto& [user, project] : {std::pair("carl", "second"), std::pair("bob", "outside")}) {
    const auto grant = world.session(user, project);
    std::string told;
    const auto add = [&](const std::vector<JudgedOutput>& outputs) {
      for (const auto& output : outputs) {
        told += output.verdict_json;
        for (const auto& finding : output.judgement.findings) {
          told += finding.earlier + finding.earlier_project + finding.message.id;
          for (const auto& arg : finding.message.args) told += arg;
        }
      }
    };
    add(world.centre().explain(grant.session, {world.table("b.csv")}, historian));
    add(world.centre().submit(grant.session, {world.table("b.csv")}, historian).outputs);
    if (grant.aggregates) {
      add({world.centre().see(grant.session, world.table("query"), historian).judged});
    }
    for (const auto& row : world.centre().findings_view(grant.session)) {
      for (const auto& field : row) told += field.value_or("");
    }
    CHECK(told.find("history") != std::string::npos);
    for (const std::string& word : {first.request, std::string("orientation"),
                                    std::string("colleges_prives"), std::string("at sexe = F")}) {
      CAPTURE(word);
      CHECK(told.find(word) == std::string::npos);
    }
  }
}

TEST_CASE(
    "a replaced vintage goes along with what left of it, where the two can be read together") {
  const std::string book =
      "format = 1\n[dataset]\nname = \"lycees\"\npopulation = \"eleves\"\n"
      "unit = \"row\"\n[variables.sexe]\ntype = \"category\"\n"
      "role = \"classification\"\n[variables.note]\ntype = \"";
  for (const auto& [type, vintages] :
       {std::pair("decimal\"\ndecimals = 1\n", 2U), std::pair("category\"\n", 1U)}) {
    World world;
    world.cast();
    const auto before = world.session();
    (void)world.centre().submit(before.session, {world.table("a.csv")}, world.examiner());
    CHECK(world.jobs.back().superseded.empty());
    const std::string role = type == std::string("category\"\n") ? "classification" : "measure";
    world.ok(world.owner(),
             {"store", "create", "lycees@2024b", "--codebook=c", "--from=f", "--supersedes",
              "lycees@2024"},
             {{"codebook", "lycees.toml", book + type + "role = \"" + role + "\"\n"},
              {"from", "lycees.csv", "sexe,note\nF,1.5\nM,2.5\n"}});
    const auto after = world.session();
    auto draft = world.table("b.csv");
    draft.tabulation->vintages = {"2024b"};
    (void)world.centre().submit(after.session, {draft}, world.examiner());
    const auto& job = world.jobs.back();
    CHECK(job.superseded == std::vector<disclosure::Supersession>{{"lycees", "2024", "2024b"}});
    REQUIRE(job.history.size() == 1);
    REQUIRE(job.datasets.size() == 1);
    CHECK(job.datasets[0].vintages.size() == vintages);
    CHECK(job.datasets[0].vintages.back().name.vintage == "2024b");
  }
}
