#include <doctest/doctest.h>

#include <fstream>
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

Json replayed(World& world, const std::string& id, int code) {
  const auto ran = world.run("rene", {"replay", id}, {}, true);
  CHECK(ran.fault == "");
  CHECK(ran.code == code);
  return ran.out.empty() ? Json() : Json::parse(ran.out);
}

std::vector<std::string> history_of(const ExamineJob& job) {
  std::vector<std::string> past;
  for (const auto& one : job.history) past.push_back(one.request);
  return past;
}

}  // namespace

TEST_CASE("replay gives the examiner what it had: history, waivers, policy, stores") {
  World world;
  world.cast();
  world.ok(world.owner(), {"waiver", "grant", "--store", "lycees", "--variable", "sexe", "--rule",
                           "threshold", "--until", "2026-12-31", "--reason", "published"});
  const auto before = submit(world, {world.table("before.csv", Verdict::review)});
  auto plot = world.opaque("plot.png", "PNG");
  const auto id = submit(world, {world.table("a.csv", Verdict::fail), plot});
  const auto at = world.jobs.size() - 2;  // behind it: the file's
  CHECK(world.jobs.back().files.size() == 1);
  CHECK(world.jobs.back().search);
  // Much happens since: nothing of it counts.
  (void)submit(world, {world.table("after.csv")});
  world.ok(world.owner(), {"waiver", "revoke", "W-000001"});
  world.ok(world.owner(), {"waiver", "grant", "--store", "lycees", "--variable", "academie",
                           "--rule", "threshold", "--until", "2026-12-31", "--reason", "other"});
  const auto json = replayed(world, id, 0);
  CHECK(json["outcome"] == "same");
  const auto& then = world.jobs[at];
  const auto& now = world.jobs[world.jobs.size() - 2];
  CHECK(world.jobs.back().files[0].bytes == "PNG");
  CHECK(world.jobs.back().datasets.size() == 1);
  CHECK(history_of(now) == history_of(then));
  CHECK(history_of(now) == std::vector<std::string>{before});
  CHECK(now.waivers == then.waivers);
  CHECK(now.tabulations == then.tabulations);
  CHECK(now.policy.texts == then.policy.texts);
  CHECK(now.language == then.language);
  REQUIRE(now.datasets.size() == 1);
  CHECK(now.datasets[0].vintages[0].sealed.id == then.datasets[0].vintages[0].sealed.id);
  CHECK(json["compared"] == 1);
  CHECK(json["stores"][0]["state"] == "same");
  CHECK(json["waivers"][0]["state"] == "revoked");
  CHECK(json["outputs"][1]["kind"] == "file");
  const auto text = world.ok("rene", {"replay", id});
  CHECK(text.find("the same inputs give the same verdict") != std::string::npos);
  CHECK(world.run("alix", {"replay", id}).fault == "centre.role_needed");
  CHECK(world.run("rene", {"replay", "R-2026-000099"}).fault == "centre.no_request");
}

TEST_CASE("a verdict, a file or findings that come out otherwise are named") {
  World world;
  world.cast();
  const auto id = submit(world, {world.table("a.csv", Verdict::pass)});
  SUBCASE("the verdict") {
    world.later = Verdict::fail;
    const auto json = replayed(world, id, 1);
    CHECK(json["outcome"] == "other");
    CHECK(json["outputs"][0]["verdict"].dump() == R"({"now":"fail","then":"pass"})");
    CHECK(json["outputs"][0]["rules"].dump() == R"([{"now":1,"rule":"threshold","then":0}])");
    CHECK(json["outputs"][0]["file"] == "same");
  }
  SUBCASE("the file") {
    world.file_suffix = "X,1\n";
    const auto json = replayed(world, id, 1);
    CHECK(json["outputs"][0]["file"] == "other");
    CHECK(json["outputs"][0]["findings"] == "same");
  }
}

TEST_CASE("a store that is gone or changed leaves the replay undecided; a newer policy is named") {
  World world;
  world.cast();
  const auto id = submit(world, {world.table("a.csv")});
  const auto file = world.home().stores() / "lycees@2024.store";
  SUBCASE("gone") {
    std::filesystem::remove(file);
    const auto json = replayed(world, id, 1);
    CHECK(json["outcome"] == "undecided");
    CHECK(json["stores"][0]["state"] == "gone");
    CHECK(json["outputs"][0]["verdict"]["now"].is_null());
  }
  SUBCASE("changed") {
    auto bytes = read_bytes(file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    std::ofstream(file, std::ios::binary) << bytes;
    const auto json = replayed(world, id, 1);
    CHECK(json["outcome"] == "undecided");
    CHECK(json["stores"][0]["state"] == "changed");
  }
  SUBCASE("a newer policy") {
    const std::string base = world.centre().state().registry.policy("depp")->texts[0].second;
    auto text = base;
    const auto at = text.find("minimum = 10");
    REQUIRE(at != std::string::npos);
    text.replace(at, 12, "minimum = 11");
    world.ok(world.owner(), {"policy", "install", "FILE"}, {{"FILE", "depp.toml", text}});
    const auto json = replayed(world, id, 0);
    CHECK(json["policy"]["superseded"] == true);
    CHECK(json["policy"]["reading"] == "same");
    CHECK(world.jobs.back().policy.texts[0].second == base);
  }
}

TEST_CASE("inputs that are not the ones the log bound are an alarm") {
  World world;
  world.cast();
  const auto before = submit(world, {world.table("before.csv", Verdict::review)});
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
  SUBCASE("the committed text") {
    tamper(
        "UPDATE commitments SET text = CAST(replace(text, 'lycees', 'lycee2') AS BLOB)"
        " WHERE kind = 'checked'");
  }
  SUBCASE("the past: a tabulation") {
    tamper(
        "DROP TRIGGER history_is_final; UPDATE history SET tabulation ="
        " replace(tabulation, 'sexe', 'academie') WHERE id = 1");
  }
  SUBCASE("the past: gone") {
    tamper("DROP TRIGGER history_is_kept; DELETE FROM history WHERE id = 1");
  }
  SUBCASE("the policy's text") {
    tamper("UPDATE policies SET texts = replace(texts, 'depp', 'depq') WHERE name = 'depp'");
  }
  const auto ran = world.run("rene", {"replay", id});
  CHECK(ran.code == 4);
  CHECK(ran.fault == "centre.request_tampered");
}
