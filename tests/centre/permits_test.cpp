// A session opens only under a permit that a custodian signed: for this person, here, now.
#include "enclave/centre/permits.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "audit/hash.h"
#include "audit/key.h"
#include "audit/note.h"
#include "audit/trust.h"
#include "disclosure/condition_json.h"
#include "enclave/centre/journal.h"
#include "enclave/centre/people.h"
#include "enclave/centre/registry_file.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

/// A world in which nobody has a permit yet.
class Bare : public World {
 public:
  Bare() {
    seal();
    ok(owner(), {"project", "create", "orientation", "--title", "t", "--purpose", "p", "--until",
                 "2027-12-31", "--member", "alix", "--member", "bob"});
  }
  Ran grant(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"permit",  "grant",     "--project", "orientation",
                                      "--store", "lycees",    "--policy",  "depp",
                                      "--until", "2027-06-30"};
    words.insert(words.end(), more.begin(), more.end());
    return run(owner(), words);
  }
  std::string draft() {
    return ok(owner(), {"permit", "draft", "--project", "orientation", "--store", "lycees",
                        "--policy", "depp", "--until", "2027-06-30"});
  }
  Ran install(const std::string& note) {
    return run(owner(), {"permit", "install", "f"}, {{"FILE", "f", note}});
  }
  std::string refusal_of(const std::string& user, std::uint32_t uid = 0) {
    return fault_of([&] { (void)centre().open_session({user, uid}, "orientation"); });
  }
  std::size_t refused_entries() {
    const auto all = events();
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), "session.refused"));
  }
  /// Past the centre, as somebody who holds the registry's key might.
  void tamper(const std::string& sql, const std::string& value) {
    const auto& state = centre().state();
    auto db = RegistryFile::open(home().registry(), state.keyring.key("registry"));
    db.prepare(sql).with(value).run();
  }
  std::string document() {
    return centre().state().registry.permits("orientation").back().document;
  }
  std::vector<std::string> keys() {
    std::vector<std::string> lines;
    for (const auto& key : centre().state().registry.permit_keys()) lines.push_back(key.key);
    return lines;
  }
};

audit::Signer signer_named(const std::string& name) {
  return audit::Signer::generate(name, fill_random);
}

}  // namespace

TEST_CASE("what a permit says and what was signed are one text") {
  Bare world;
  REQUIRE(world.grant({"--outputs", "tables,models", "--columns", "sexe,note"}).code == 0);
  const auto read = read_signed(world.document(), world.keys());
  REQUIRE(read.good);
  const auto permit = decode_permit(read.good->text);
  REQUIRE(permit);
  CHECK(permit->id == "P-000001");
  CHECK(permit->serial == 1);
  CHECK(permit->persons == std::vector<PermittedPerson>{{"alix", {}}, {"bob", {}}});
  CHECK(to_string(permit->outputs) == "tables,models");
  CHECK(encode(*permit) == read.good->text);
  CHECK(world.refusal_of("alix") == "");
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("no bit of a permit can be another") {
  Bare world;
  REQUIRE(world.grant({"--where", "academie = 'PARIS'", "--person", "alix=1000"}).code == 0);
  const auto document = world.document();
  const auto keys = world.keys();
  std::size_t believed = 0;
  for (std::size_t i = 0; i < document.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = document;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      if (read_signed(flipped, keys).good) ++believed;
    }
  }
  CHECK(believed == 0);
  for (const auto& other : {document + "\n", document.substr(0, document.size() - 1),
                            document + document, std::string()}) {
    CHECK_FALSE(read_signed(other, keys).good);
  }
  // And in its place: refused, logged, and the centre goes on.
  auto flipped = document;
  flipped[document.find("alix")] ^= 1;
  world.tamper("UPDATE permits SET document = ?", flipped);
  CHECK(world.refusal_of("alix", 1000) == "centre.session_permit_damaged");
  CHECK(world.refused_entries() == 1);
  world.tamper("UPDATE permits SET document = ?", document);
  CHECK(world.refusal_of("alix", 1000) == "");
}

TEST_CASE("a row that says more than what was signed is not believed") {
  Bare world;
  REQUIRE(world.grant({"--where", "academie = 'PARIS'"}).code == 0);
  world.tamper("UPDATE permits SET rows = ?", "");
  CHECK(world.refusal_of("alix") == "centre.session_permit_damaged");
}

TEST_CASE("a text that a permit would not be written as is none") {
  Bare world;
  const auto text = world.draft();
  REQUIRE(decode_permit(text));
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"serial 1", "serial 01"},
           {"serial 1", "serial 1 "},
           {"vintages all", "vintages "},
           {"outputs all", "outputs tables,tables"},
           {"outputs all", "outputs models,tables"},
           {"person alix -\nperson bob -", "person bob -\nperson alix -"},
           {"person alix -", "person alix 007"},
           {"sceau-permit/v1", "sceau-permit/v2"},
           {"place any\n", ""},
           {"place any", "place any\nplace any"}}) {
    auto other = text;
    const auto at = other.find(from);
    REQUIRE(at != std::string::npos);
    other.replace(at, from.size(), to);
    CAPTURE(to);
    CHECK_FALSE(decode_permit(other));
  }
  CHECK_FALSE(decode_permit(text + "x"));
  CHECK_FALSE(decode_permit(""));
}

TEST_CASE("a permit that hasn't begun opens nothing, and then it does") {
  Bare world;
  const auto tomorrow = world.now + std::chrono::hours(24);
  world.now = tomorrow;
  const auto date = world.centre().state().today();
  world.now -= std::chrono::hours(24);
  REQUIRE(world.grant({"--from", date}).code == 0);
  CHECK(world.refusal_of("alix") == "centre.session_permit_not_yet");
  CHECK(world.refused_entries() == 1);
  world.now = tomorrow;
  CHECK(world.refusal_of("alix") == "");
}

TEST_CASE("the same name with another uid is another person") {
  Bare world;
  CHECK(world.grant({"--person", "carl"}).fault == "centre.person_no_member");
  REQUIRE(world.grant({"--person", "alix=1000"}).code == 0);
  CHECK(world.refusal_of("alix", 1001) == "centre.session_permit_uid");
  CHECK(world.refusal_of("bob", 1000) == "centre.session_permit_person");
  CHECK(world.refused_entries() == 2);
  CHECK(world.refusal_of("alix", 1000) == "");
}

TEST_CASE("a permit for another machine opens nothing here") {
  Bare world;
  REQUIRE(world.grant({"--place", "salle-1"}).code == 0);
  world.centre().state().place = "salle-2";
  CHECK(world.refusal_of("alix") == "centre.session_permit_place");
  world.centre().state().place = "salle-1";
  CHECK(world.refusal_of("alix") == "");
}

TEST_CASE("a clock that was set back opens no session and starts no statement") {
  Bare world;
  REQUIRE(world.grant().code == 0);
  const auto session = world.session("alix").session;
  const auto right = world.now;
  world.now -= std::chrono::hours(30);
  CHECK(world.refusal_of("alix") == "centre.clock_behind");
  CHECK(fault_of([&] { (void)world.centre().statement_started(session, "SELECT 1"); }) ==
        "centre.clock_behind");
  CHECK(world.refused_entries() == 2);
  // Nor after a new start.
  world.reopen();
  CHECK(world.refusal_of("alix") == "centre.clock_behind");
  world.now = right + std::chrono::seconds(1);
  CHECK(world.refusal_of("alix") == "");
}

TEST_CASE("a key that nobody registered signs nothing") {
  Bare world;
  REQUIRE(world.grant().code == 0);
  const auto text = read_signed(world.document(), world.keys()).good->text;
  const auto stranger = signer_named("stranger.example");
  world.tamper("UPDATE permits SET document = ?", audit::sign_note(text, stranger));
  CHECK(world.refusal_of("alix") == "centre.session_permit_key");
  CHECK(world.refused_entries() == 1);
}

TEST_CASE("a custodian signs where their key is, and the centre takes what fits") {
  Bare world;
  const auto claire = signer_named("depp.example/claire");
  const auto text = world.draft();
  const auto note = audit::sign_note(text, claire);
  CHECK(world.install(note).fault == "centre.permit_signature");
  CHECK(world.run(world.owner(), {"permit", "trust", "nonsense"}).fault == "centre.bad_permit_key");
  world.ok(world.owner(), {"permit", "trust", claire.verifier_key()});
  CHECK(world.run(world.owner(), {"permit", "trust", claire.verifier_key()}).fault ==
        "centre.permit_key_there");
  CHECK(world.run("alix", {"permit", "trust", claire.verifier_key()}).fault ==
        "centre.role_needed");
  auto other = note;
  other[other.find("2027-06-30")] = '3';
  CHECK(world.install(other).fault == "centre.permit_signature");
  CHECK(world.install(note).code == 0);
  CHECK(world.refusal_of("alix") == "");
  // Once.
  CHECK(world.install(note).fault == "centre.permit_there");
  world.ok(world.owner(), {"permit", "revoke", "P-000001"});
  CHECK(world.install(note).fault == "centre.permit_moved");
  CHECK(world.refusal_of("alix") == "centre.session_permit_revoked");
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("a key that was taken back signs nothing new; what it signed holds until it is revoked") {
  Bare world;
  const auto claire = signer_named("depp.example/claire");
  world.ok(world.owner(), {"permit", "trust", claire.verifier_key()});
  REQUIRE(world.install(audit::sign_note(world.draft(), claire)).code == 0);
  CHECK(world.run("alix", {"permit", "distrust", claire.verifier_key()}).fault ==
        "centre.role_needed");
  CHECK(world.run(world.owner(), {"permit", "distrust", "depp.example/claire"}).fault ==
        "centre.no_permit_key");
  const auto said = nlohmann::json::parse(
      world.ok(world.owner(), {"permit", "distrust", claire.verifier_key()}, {}, true));
  CHECK(said["permits"] == nlohmann::json::array({"P-000001"}));
  CHECK(world.run(world.owner(), {"permit", "distrust", claire.verifier_key()}).fault ==
        "centre.permit_key_gone");
  CHECK(world.run(world.owner(), {"permit", "trust", claire.verifier_key()}).fault ==
        "centre.permit_key_there");
  CHECK(world.refusal_of("alix") == "");
  // Neither a list of revocations nor another permit of hers is taken; the centre's own key goes
  // on.
  const auto list =
      audit::sign_note(world.ok(world.owner(), {"permit", "draft-revocation", "P-000001"}), claire);
  CHECK(world.install(list).fault == "centre.permit_signature");
  world.ok(world.owner(), {"permit", "revoke", "P-000001"});
  CHECK(world.install(audit::sign_note(world.draft(), claire)).fault == "centre.permit_signature");
  world.reopen();
  CHECK(world.install(audit::sign_note(world.draft(), claire)).fault == "centre.permit_signature");
  CHECK(world.grant().code == 0);
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("an older list of revocations is not put in place of a newer one") {
  Bare world;
  const auto claire = signer_named("depp.example/claire");
  world.ok(world.owner(), {"permit", "trust", claire.verifier_key()});
  REQUIRE(world.grant().code == 0);
  const auto first =
      audit::sign_note(world.ok(world.owner(), {"permit", "draft-revocation", "P-000001"}), claire);
  CHECK(world.install(first).code == 0);
  CHECK(world.refusal_of("alix") == "centre.session_permit_revoked");
  REQUIRE(world.grant().code == 0);
  CHECK(world.refusal_of("alix") == "");
  CHECK(world.install(first).fault == "centre.revocations_old");
  REQUIRE(world.run(world.owner(), {"permit", "revoke", "P-000002"}).code == 0);
  REQUIRE(world.grant().code == 0);
  CHECK(world.refusal_of("alix") == "");
  // Past the centre: the first list, and the row of the second as if nothing had been.
  world.tamper("UPDATE meta SET value = ? WHERE key = 'revocations'", first);
  CHECK(world.refusal_of("alix") == "centre.revocations_damaged");
  world.tamper("UPDATE permits SET revoked_seq = NULL WHERE id = ?", "P-000002");
  CHECK(world.refusal_of("alix") == "centre.revocations_damaged");
  CHECK(world.refused_entries() == 3);
}

TEST_CASE("a policy that changed is not the one of the permit") {
  Bare world;
  REQUIRE(world.grant().code == 0);
  const std::string site =
      "format = 1\n[policy]\nname = \"depp\"\nversion = \"2027.1\"\nextends = \"acro\"\n";
  const auto ran =
      world.run(world.owner(), {"policy", "install", "depp.toml"}, {{"FILE", "depp.toml", site}});
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  CHECK(world.refusal_of("alix") == "centre.session_permit_policy");
}

TEST_CASE("an output of a kind that the permit doesn't declare is refused") {
  Bare world;
  REQUIRE(world.grant({"--outputs", "tables"}).code == 0);
  const auto session = world.session("alix").session;
  CHECK(fault_of([&] {
          (void)world.centre().submit(session, {world.opaque("plot.png", "bytes")},
                                      world.examiner());
        }) == "centre.output_undeclared");
  auto figure = world.table("a.svg");
  figure.chart = disclosure::Chart::bar;
  CHECK(fault_of([&] { (void)world.centre().submit(session, {figure}, world.examiner()); }) ==
        "centre.output_undeclared");
  CHECK(world.centre().submit(session, {world.table("a.csv")}, world.examiner()).state ==
        "released");
  CHECK(world.grant({"--outputs", "table"}).fault == "centre.bad_outputs");
}

TEST_CASE("a permit's condition is part of every table, and of its memory") {
  Bare world;
  REQUIRE(world.grant({"--where", "academie = 'PARIS' OR academie IS NULL"}).code == 0);
  const auto grant = world.session("alix");
  REQUIRE(grant.datasets.at(0).rows);
  CHECK(disclosure::describe(*grant.datasets[0].rows) ==
        disclosure::describe(disclosure::condition_from_json(
            R"({"any":[{"compare":["academie","=","PARIS"]},{"is_null":"academie"}]})")));
  CHECK(grant.permit_rows.at(0).at(7)->find("PARIS") != std::string::npos);
  (void)world.centre().submit(grant.session, {world.table("a.csv")}, world.examiner());
  const auto& asked = world.jobs.back().tabulations.at(0);
  CHECK(asked.where == *grant.datasets[0].rows);
  // Not what the worker says: a draft that names filtered rows itself is refused.
  auto hostile = world.table("b.csv");
  hostile.tabulation->references = {{"academie", R"(lycees[{"is_null":"sexe"}])", "academie", ""}};
  CHECK(fault_of([&] {
          (void)world.centre().submit(grant.session, {hostile}, world.examiner());
        }) == "centre.outside_permit");
}

TEST_CASE("what is no condition over one row is no condition of a permit") {
  Bare world;
  for (const std::string where :
       {"academie", "true", "1 = 1", "academie = 'A') GROUP BY (sexe", "count(*) > 1",
        "academie = 'A'; SELECT 1", "academie IN (SELECT sexe FROM lycees)", "nom = 'x'",
        "note > $1", "academie = 'A') OR (", "academie = 'A' -- ", "pg_sleep(10) IS NULL"}) {
    CAPTURE(where);
    const auto ran = world.grant({"--where", where});
    const bool commented = where.ends_with("-- ");
    CHECK((ran.code == 0) == commented);
    if (commented) world.ok(world.owner(), {"permit", "revoke", "P-000001"});
  }
}

TEST_CASE("a closed project opens nothing, and a receipt proves its end") {
  Bare world;
  REQUIRE(world.grant().code == 0);
  const auto session = world.session("alix").session;
  (void)world.centre().statement_started(session, "SELECT 'secret words'");
  const auto pending = world.centre().submit(
      session, {world.table("a.csv", disclosure::Verdict::review)}, world.examiner());
  REQUIRE(pending.state == "checked");
  CHECK(world.run("alix", {"project", "close", "orientation"}).fault == "centre.role_needed");
  world.ok(world.owner(), {"project", "close", "orientation", "--erase"});
  const auto& registry = world.centre().state().registry;
  CHECK(registry.request(pending.request)->state == "withdrawn");
  CHECK(registry.permit("P-000001")->revoked);
  CHECK_FALSE(registry.session(session)->closed.empty());
  CHECK(registry.project("orientation")->title.empty());
  CHECK(registry.texts().erased(session));
  CHECK_FALSE(world.centre().state().keyring.has(project_key_name("orientation")));
  CHECK(world.refusal_of("alix") == "centre.session_project_over");
  CHECK(fault_of([&] { (void)world.centre().statement_started(session, "SELECT 1"); }) ==
        "centre.session_closed");
  CHECK(world.grant().fault == "centre.project_over");
  CHECK(world.run(world.owner(), {"project", "close", "orientation"}).fault ==
        "centre.project_closed_already");
  CHECK(world.verify().outcome == audit::Outcome::valid);
  // The centre goes on.
  world.reopen();
  world.ok(world.owner(), {"project", "create", "autre", "--title", "t", "--purpose", "p",
                           "--until", "2027-12-31", "--member", "alix"});
  // What proves it.
  const auto folder = world.home().outbox() / "orientation.closed";
  const auto document = folder / "closed.json";
  const auto trust = audit::read_trust_file(world.home().trust());
  const auto check = [&] {
    return audit::verify_receipt(read_bytes(folder / "closed.receipt"),
                                 audit::Hasher().sha256_file(document), trust)
        .outcome;
  };
  CHECK(check() == audit::Outcome::valid);
  std::ofstream(document, std::ios::app) << " ";
  CHECK(check() == audit::Outcome::tampered);
}

TEST_CASE("a project that is closed without erasing keeps its words") {
  Bare world;
  REQUIRE(world.grant().code == 0);
  world.ok(world.owner(), {"project", "close", "orientation"});
  const auto& state = world.centre().state();
  CHECK(state.registry.project("orientation")->title == "t");
  CHECK(state.keyring.has(project_key_name("orientation")));
  CHECK(world.refusal_of("alix") == "centre.session_project_over");
}
