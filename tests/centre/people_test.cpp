#include <doctest/doctest.h>

#include <algorithm>

#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

long count(const std::vector<std::string>& events, const std::string& event) {
  return std::count(events.begin(), events.end(), event);
}

}  // namespace

TEST_CASE("a new centre has a log that verifies, an owner and the shipped policies") {
  World world;
  CHECK(world.verify().outcome == audit::Outcome::valid);
  const auto events = world.events();
  REQUIRE(!events.empty());
  CHECK(events.front() == "centre.created");
  CHECK(count(events, "role.granted") == 2);
  CHECK(count(events, "policy.installed") == 5);
  const auto policies = world.ok(world.owner(), {"policy", "list"}, {}, true);
  CHECK(policies.find("\"depp\"") != std::string::npos);
  CHECK(policies.find("\"acro\"") != std::string::npos);
}

TEST_CASE("a centre is never made where one is, and its files are for their owner alone") {
  World world;
  const std::string words = "words";
  const auto again = [&] {
    Centre::create(world.home(),
                   {reinterpret_cast<const std::uint8_t*>(words.data()), words.size()}, "x", true,
                   std::chrono::system_clock::now);
  };
  CHECK(fault_of(again) == "centre.exists");
  namespace fs = std::filesystem;
  for (const auto& secret : {world.home().registry(), world.home().config()}) {
    CHECK(fs::status(secret).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  }
  for (const auto& folder : {world.home().root, world.home().stores(), world.home().outbox()}) {
    CHECK(fs::status(folder).permissions() == fs::perms::owner_all);
  }
}

TEST_CASE("each command asks for its role and says which") {
  World world;
  CHECK(world.run("eve", {"role", "grant", "--user", "eve", "--role", "custodian"}).fault ==
        "centre.role_needed");
  CHECK(world.run("eve", {"role", "grant", "--user", "eve", "--role", "custodian"}).code == 3);
  CHECK(world.run("eve", {"store", "list"}).fault == "centre.role_needed");
  CHECK(world.run("eve", {"review", "list"}).fault == "centre.role_needed");
  CHECK(world.run("eve", {"status"}).fault == "centre.role_needed");
  world.ok(world.owner(), {"role", "grant", "--user", "eve", "--role", "auditor"});
  world.ok("eve", {"status"});
  CHECK(world.run("eve", {"permit", "revoke", "P-000001"}).fault == "centre.role_needed");
  world.ok(world.owner(), {"role", "revoke", "--user", "eve", "--role", "auditor"});
  CHECK(world.run("eve", {"status"}).fault == "centre.role_needed");
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("roles: unknown, there already, not there, and the last custodian stays") {
  World world;
  const auto& owner = world.owner();
  CHECK(world.run(owner, {"role", "grant", "--user", "a", "--role", "revewer"}).fault ==
        "centre.unknown_role");
  CHECK(world.run(owner, {"role", "grant", "--user", owner, "--role", "custodian"}).fault ==
        "centre.role_there");
  CHECK(world.run(owner, {"role", "revoke", "--user", "a", "--role", "reviewer"}).fault ==
        "centre.role_not_there");
  CHECK(world.run(owner, {"role", "revoke", "--user", owner, "--role", "custodian"}).fault ==
        "centre.last_custodian");
  CHECK(world.run(owner, {"role", "grant", "--user", "two words", "--role", "reviewer"}).fault ==
        "centre.bad_user");
}

TEST_CASE("projects and permits are refused with what is wrong") {
  World world;
  const auto& owner = world.owner();
  const auto project = [&](const std::string& name, const std::string& until) {
    return world
        .run(owner, {"project", "create", name, "--title", "t", "--purpose", "p", "--until", until,
                     "--member", "alix"})
        .fault;
  };
  CHECK(project("Big Name", "2027-01-01") == "centre.bad_name");
  CHECK(project("p1", "2027-02-30") == "centre.bad_date");
  CHECK(project("p1", "01/02/2027") == "centre.bad_date");
  CHECK(project("p1", "2026-11-22") == "centre.date_past");
  CHECK(project("p1", "2026-11-23") == "");
  CHECK(project("p1", "2027-01-01") == "centre.project_there");
  world.seal("2024");
  world.seal("2025");
  const auto permit = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"permit", "grant",   "--project",
                                      "p1",     "--until", "2027-01-01"};
    words.insert(words.end(), more.begin(), more.end());
    return world.run(owner, words).fault;
  };
  CHECK(permit({"--store", "nothing", "--policy", "depp"}) == "centre.no_store_for_permit");
  CHECK(permit({"--store", "lycees@2024", "--policy", "depp"}) == "centre.permit_vintage");
  CHECK(permit({"--store", "lycees", "--policy", "depq"}) == "centre.no_policy");
  CHECK(permit({"--store", "lycees", "--policy", "depp", "--vintages", "2030-2031"}) ==
        "centre.no_store_for_permit");
  CHECK(permit({"--store", "lycees", "--policy", "depp", "--vintages", "2031-2030"}) ==
        "centre.bad_vintages");
  CHECK(permit({"--store", "lycees", "--policy", "depp", "--columns", "sexe,nte"}) ==
        "centre.unknown_column");
  CHECK(permit({"--store", "lycees", "--policy", "depp", "--columns", "dossier"}) ==
        "centre.unknown_column");
  CHECK(permit({"--store", "lycees", "--policy", "depp", "--columns", "sexe,note", "--vintages",
                "2025"}) == "");
  CHECK(permit({"--store", "lycees", "--policy", "depp"}) == "centre.permit_there");
  CHECK(world.run(owner, {"permit", "revoke", "P-000009"}).fault == "centre.no_permit");
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("a session opens where person, project and permit agree, with the covered stores alone") {
  World world;
  world.cast();
  world.seal("2025");
  const auto grant = world.session();
  CHECK(grant.user == "alix");
  CHECK(grant.actor.starts_with("u-"));
  CHECK(grant.session.size() == 18);
  REQUIRE(grant.datasets.size() == 1);
  REQUIRE(grant.datasets[0].vintages.size() == 2);
  CHECK(grant.datasets[0].vintages[1].name.vintage == "2025");
  CHECK(grant.datasets[0].vintages[0].key.size() == 32);
  CHECK(!grant.datasets[0].columns);
  REQUIRE(grant.permit_rows.size() == 1);
  CHECK(grant.permit_rows[0].size() == 8);
  const auto started = world.centre().statement_started(grant.session, "SELECT 'words'");
  world.centre().statement_finished(grant.session, started, "done", 3);
  CHECK(fault_of([&] { world.centre().statement_finished(grant.session, started, "done", 3); }) ==
        "centre.no_statement");
  world.centre().close_session(grant.session, "closed");
  CHECK(fault_of([&] { (void)world.centre().statement_started(grant.session, "x"); }) ==
        "centre.session_closed");
  const auto verification = world.verify();
  CHECK(verification.outcome == audit::Outcome::valid);
  CHECK(verification.intents.empty());
}

TEST_CASE("each refusal of a session has its sentence, and stands in the log") {
  World world;
  world.cast();
  CHECK(world.refusal("alix", "other") == "centre.session_not_member");
  CHECK(world.refusal("eve", "orientation") == "centre.session_not_member");
  world.ok(world.owner(), {"project", "create", "bare", "--title", "t", "--purpose", "p", "--until",
                           "2027-12-31", "--member", "alix"});
  CHECK(world.refusal("alix", "bare") == "centre.session_no_permit");
  world.now = std::chrono::sys_days(std::chrono::year(2027) / 6 / 30) + std::chrono::hours(23);
  CHECK(world.refusal("alix", "orientation") == "");
  world.now = std::chrono::sys_days(std::chrono::year(2027) / 7 / 1);
  CHECK(world.refusal("alix", "orientation") == "centre.session_permit_expired");
  world.now = std::chrono::sys_days(std::chrono::year(2028) / 1 / 1);
  CHECK(world.refusal("alix", "orientation") == "centre.session_project_over");
  CHECK(count(world.events(), "session.refused") == 5);
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("a revoked permit refuses new sessions and what an open one asks for") {
  World world;
  world.cast();
  const auto grant = world.session();
  world.ok(world.owner(), {"permit", "revoke", "P-000001"});
  CHECK(world.refusal("alix", "orientation") == "centre.session_permit_revoked");
  CHECK(fault_of([&] {
          (void)world.centre().submit(grant.session, {world.table("a.csv")}, world.examiner());
        }) == "centre.session_permit_revoked");
  CHECK(world.jobs.empty());
}

TEST_CASE("a store that was cut is refused at the session's beginning") {
  World world;
  world.cast();
  const auto file = world.home().stores() / "lycees@2024.store";
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  CHECK(world.refusal("alix", "orientation") == "store.tampered");
}

TEST_CASE("no name, title, purpose, SQL or value stands in clear outside the registry's cipher") {
  World world;
  world.cast();
  const auto grant = world.session();
  const auto started = world.centre().statement_started(grant.session, "SELECT 'words of alix'");
  world.centre().statement_finished(grant.session, started, "done", 1);
  (void)world.centre().submit(grant.session, {world.table("private.csv")}, world.examiner());
  world.close();
  const auto outside = world.bytes_outside();
  const auto registry = read_bytes(world.home().registry());
  for (const std::string word :
       {"alix", "rene", "very private title", "purpose in words", "words of alix", "SELECT",
        "private.csv", "Title of", "secretvalue", "LYON"}) {
    CAPTURE(word);
    CHECK(outside.find(word) == std::string::npos);
    CHECK(registry.find(word) == std::string::npos);
    CHECK(read_bytes(world.home().stores() / "lycees@2024.store").find(word) == std::string::npos);
  }
  CHECK(registry.substr(0, 6) != "SQLite");
  world.open();
}

TEST_CASE("policies: a new version becomes the current one, the same rules are refused") {
  World world;
  const auto depp = read_bytes(std::filesystem::path(SCEAU_SOURCE_DIR) / "policies" / "depp.toml");
  CHECK(world
            .run(world.owner(), {"policy", "install", "--", "depp.toml"},
                 {{"FILE", "depp.toml", depp}})
            .fault == "centre.policy_there");
  const std::string site =
      "format = 1\n[policy]\nname = \"site\"\nversion = \"1\"\nextends = \"depp\"\n"
      "[threshold]\nminimum = 12\nzeros = \"safe\"\n";
  world.ok(world.owner(), {"policy", "install", "--", "site.toml"}, {{"FILE", "site.toml", site}});
  const auto list = world.ok(world.owner(), {"policy", "list"}, {}, true);
  CHECK(list.find("\"site\"") != std::string::npos);
  CHECK(world.verify().outcome == audit::Outcome::valid);
}
