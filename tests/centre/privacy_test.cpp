// Words of people: sealed wherever they stand, shown to who may see them, and gone after an
// erasure, while the log goes on verifying.

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audit/bytes.h"
#include "enclave/centre/registry_file.h"
#include "enclave/centre/state.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Verdict;
using Json = nlohmann::json;

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> words = {
    "statement-words",    "Title of mine.csv", "researcher's why", "words of the researcher",
    "reviewer's comment", "note for staff",    "mine.csv"};
const std::vector<std::string> project_words = {"A very private title", "A purpose in words"};

/// Every value of every table, as who has the registry's own key reads it.
std::string registry_values(World& world) {
  world.close();
  const auto keyring = Keyring::unlock(world.home().keys(), World::passphrase_bytes());
  std::string bytes;
  {
    const auto db = RegistryFile::open(world.home().registry(), keyring.key("registry"));
    auto tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'");
    while (tables.next()) {
      std::string columns;
      auto info = db.prepare("SELECT name FROM pragma_table_info(?)").with(tables.text(0));
      while (info.next()) {
        columns += (columns.empty() ? "" : " || '|' || ") +
                   ("coalesce(CAST(\"" + info.text(0) + "\" AS BLOB), '')");
      }
      auto rows = db.prepare("SELECT " + columns + " FROM \"" + tables.text(0) + "\"");
      while (rows.next()) bytes += rows.text(0) + "\n";
    }
  }
  world.open();
  return bytes;
}

std::string home_bytes(const World& world) {
  std::string bytes;
  for (const auto& entry : fs::recursive_directory_iterator(world.home().root)) {
    if (entry.is_regular_file()) bytes += read_bytes(entry.path());
  }
  return bytes;
}

struct Spoken {
  std::string session, request;
  std::uint64_t statement = 0;
};

/// A session in which everything was said that can be said; its request is out.
Spoken speak(World& world, bool release = true) {
  Spoken spoken;
  const auto grant = world.session();
  spoken.session = grant.session;
  spoken.statement = world.centre().statement_started(grant.session, "SELECT 'statement-words'");
  world.centre().statement_finished(grant.session, spoken.statement, "done", 1);
  auto draft = world.table("mine.csv", Verdict::review);
  draft.exception = "researcher's why";
  spoken.request = world.centre().submit(grant.session, {draft}, world.examiner()).request;
  world.centre().close_session(grant.session, "closed");
  if (!release) return spoken;
  world.ok("rene", {"review", "approve", spoken.request, "--comment", "reviewer's comment",
                    "--note", "note for staff"});
  world.ok("rene", {"review", "release", spoken.request});
  return spoken;
}

Ran reveal(World& world, std::uint64_t seq) {
  return world.run(world.owner(), {"log", "reveal", "--seq", std::to_string(seq)}, {}, true);
}

Ran erase(World& world, const std::string& session) {
  return world.run(world.owner(), {"log", "erase", session, "--reason", "retention"});
}

}  // namespace

TEST_CASE("no word of a person stands readable in the registry, even under its own key") {
  World world;
  world.cast();
  (void)speak(world);
  const auto values = registry_values(world);
  REQUIRE(values.find("R-2026-000001") != std::string::npos);
  REQUIRE(values.find("alix") != std::string::npos);  // names of people are the registry's to tell
  for (const auto& word : words) {
    CAPTURE(word);
    // The file that left is called as a person let it.
    if (word != "mine.csv") CHECK(values.find(word) == std::string::npos);
  }
  for (const auto& word : project_words) CHECK(values.find(word) == std::string::npos);
  const auto bytes = world.bytes_outside();
  for (const auto& word : words) CHECK(bytes.find(word) == std::string::npos);
  const auto shown = world.ok("rene", {"review", "show", "R-2026-000001"});
  for (const auto& word : words) {
    CAPTURE(word);
    if (word != "statement-words") CHECK(shown.find(word) != std::string::npos);
  }
  CHECK(world.ok(world.owner(), {"project", "list"}).find("A very private title") !=
        std::string::npos);
}

TEST_CASE("reveal shows the text, proves it by the entry, and is logged") {
  World world;
  world.cast();
  const auto spoken = speak(world);
  const auto before = world.events().size();
  const auto ran = reveal(world, spoken.statement);
  CHECK(ran.code == 0);
  const auto json = Json::parse(ran.out);
  CHECK(json["text"] == "SELECT 'statement-words'");
  CHECK(json["matches"] == true);
  CHECK(json["event"] == "statement.started");
  CHECK(json["by"] == "alix");
  CHECK(world.events().size() == before + 1);
  CHECK(world.events().back() == "log.revealed");
  const auto said =
      world.ok(world.owner(), {"log", "reveal", "--seq", std::to_string(spoken.statement)});
  CHECK(said.find("SELECT 'statement-words'") != std::string::npos);
  SUBCASE("auditors and custodians may, others not") {
    CHECK(world.run("rene", {"log", "reveal", "--seq", "1"}).fault == "centre.role_needed");
    world.ok(world.owner(), {"role", "grant", "--user", "ada", "--role", "auditor"});
    CHECK(world.run("ada", {"log", "reveal", "--seq", std::to_string(spoken.statement)}).code == 0);
    CHECK(world.run("ada", {"log", "erase", spoken.session, "--reason", "x"}).fault ==
          "centre.role_needed");
  }
  SUBCASE("entries without a text, and entries that are not there") {
    CHECK(reveal(world, 0).fault == "centre.no_text");
    CHECK(reveal(world, 100000).fault == "centre.no_entry");
    CHECK(world.run(world.owner(), {"log", "reveal", "--seq", "-1"}).fault == "centre.bad_seq");
  }
  CHECK(world.verify().outcome == audit::Outcome::valid);
}

TEST_CASE("a text that was put in another's place, or replaced, is found") {
  World world;
  world.cast();
  const auto spoken = speak(world);
  const auto tamper = [&](const std::string& sql) {
    world.close();
    const auto keyring = Keyring::unlock(world.home().keys(), World::passphrase_bytes());
    RegistryFile::open(world.home().registry(), keyring.key("registry")).execute(sql.c_str());
    world.open();
  };
  const auto at = " WHERE seq = " + std::to_string(spoken.statement);
  SUBCASE("another text of the session") {
    tamper(
        "UPDATE commitments SET text = (SELECT text FROM commitments WHERE kind = "
        "'submission')" +
        at);
    CHECK(reveal(world, spoken.statement).fault == "centre.text_damaged");
  }
  SUBCASE("a changed salt") {
    tamper("UPDATE commitments SET salt = zeroblob(32)" + at);
    CHECK(reveal(world, spoken.statement).fault == "centre.text_not_committed");
  }
  SUBCASE("no text at all") {
    tamper("DELETE FROM commitments" + at);
    CHECK(reveal(world, spoken.statement).fault == "centre.text_not_committed");
  }
  SUBCASE("an output's words swapped") {
    tamper("UPDATE outputs SET title = exception");
    CHECK(world.run("rene", {"review", "show", spoken.request}).fault == "centre.text_damaged");
  }
}

TEST_CASE("after an erasure the words are nowhere, and everything still verifies") {
  World world;
  world.cast();
  const auto spoken = speak(world);
  const auto other = speak(world);
  const auto text_keys = world.centre().state().keyring.names();
  REQUIRE(erase(world, spoken.session).code == 0);
  CHECK(world.events().back() == "log.erased");
  const auto erased_at = world.events().size() - 1;

  const auto ran = reveal(world, spoken.statement);
  CHECK(ran.code == 1);
  const auto json = Json::parse(ran.out);
  CHECK(json["text"].is_null());
  CHECK(json["erased"]["seq"] == erased_at);
  CHECK(json["commitment"].get<std::string>().size() == 64);

  // The other session's words are as they were; so is the release, and what is compared with it.
  CHECK(Json::parse(reveal(world, other.statement).out)["text"] == "SELECT 'statement-words'");
  CHECK(world.ok("rose", {"review", "show", other.request}).find("Title of mine.csv") !=
        std::string::npos);
  const auto shown = world.ok("rose", {"review", "show", spoken.request});
  CHECK(shown.find("words are erased") != std::string::npos);
  for (const auto& word : words) {
    CAPTURE(word);
    CHECK(shown.find(word) == std::string::npos);
  }
  const auto grant = world.session();
  (void)world.centre().explain(grant.session, {world.table("c.csv")}, world.examiner());
  CHECK(world.jobs.back().history.size() == 2);
  CHECK(world.centre().requests_view(grant.session).size() == 2);
  for (const auto& row : world.centre().findings_view(grant.session)) {
    CHECK((row[0] == spoken.request ? row[1] == "" : row[1] == "mine.csv"));
  }
  world.centre().close_session(grant.session, "closed");
  CHECK(world.verify().outcome == audit::Outcome::valid);

  // With the other session gone too, no key is left that opens a word of either.
  REQUIRE(erase(world, other.session).code == 0);
  auto values = registry_values(world) + home_bytes(world);
  for (const auto& word : words) {
    CAPTURE(word);
    if (word != "mine.csv") CHECK(values.find(word) == std::string::npos);
  }
  CHECK(world.verify().outcome == audit::Outcome::valid);
  CHECK(world.verify().intents.empty());
}

TEST_CASE("an older copy of the registry can't bring erased words back") {
  World world;
  world.cast();
  const auto spoken = speak(world);
  world.close();
  const Folder folder;
  fs::copy_file(world.home().registry(), folder.path() / "registry.db");
  world.open();
  REQUIRE(erase(world, spoken.session).code == 0);
  world.close();
  const auto keyring = Keyring::unlock(world.home().keys(), World::passphrase_bytes());
  CHECK(!keyring.has("texts-1"));
  CHECK(keyring.has("texts-2"));
  // Whoever has the copy, every key file and the passphrase reads its rows, and no word in them.
  fs::copy_file(folder.path() / "registry.db", world.home().registry(),
                fs::copy_options::overwrite_existing);
  CHECK(fault_of([&] { world.open(); }) == "centre.text_key_missing");
}

TEST_CASE("what is open or undecided keeps its words, and erasing twice says so") {
  World world;
  world.cast();
  const auto spoken = speak(world, false);
  CHECK(erase(world, spoken.session).fault == "centre.erase_waiting");
  const auto grant = world.session();
  CHECK(erase(world, grant.session).fault == "centre.erase_open");
  world.centre().close_session(grant.session, "closed");
  CHECK(erase(world, grant.session).code == 0);
  CHECK(erase(world, grant.session).fault == "centre.erased_already");
  CHECK(erase(world, "s-0000000000000000").fault == "centre.no_session");
  CHECK(world.run(world.owner(), {"log", "erase", spoken.session, "--reason", "two words"}).fault ==
        "centre.bad_word");
  world.ok("rene", {"review", "reject", spoken.request, "--comment", "no"});
  CHECK(erase(world, spoken.session).code == 0);
}

TEST_CASE("an erasure that was cut off is finished at the next start") {
  World world;
  world.cast();
  const auto spoken = speak(world);
  const Folder folder;
  world.close();
  fs::copy(world.home().root, folder.path() / "before", fs::copy_options::recursive);
  world.open();
  SUBCASE("the entry is in the log, the registry never heard of it") {
    REQUIRE(erase(world, spoken.session).code == 0);
    world.close();
    fs::copy_file(folder.path() / "before" / "registry.db", world.home().registry(),
                  fs::copy_options::overwrite_existing);
    fs::remove(world.home().keys() / "texts-2.key");
    fs::copy_file(folder.path() / "before" / "keys" / "texts-1.key",
                  world.home().keys() / "texts-1.key");
    world.open();
  }
  SUBCASE("the old text key was not destroyed") {
    REQUIRE(erase(world, spoken.session).code == 0);
    world.close();
    fs::copy_file(folder.path() / "before" / "keys" / "texts-1.key",
                  world.home().keys() / "texts-1.key");
    world.open();
  }
  SUBCASE("the key was dropped and the rest not wrapped anew; a new key lay ready") {
    auto& state = world.centre().state();
    {
      auto change = state.registry.begin();
      state.registry.texts().erase(spoken.session, {state.journal.size(), state.now()});
      state.registry.set_meta("texts_to_rewrap", "yes");
      state.journal.record("log.erased", "centre",
                           {{"reason", "retention"}, {"session", spoken.session}});
      change.commit();
      (void)state.keyring.create_key("texts-2");
    }
    world.reopen();
  }
  auto& state = world.centre().state();
  CHECK(state.registry.texts().erased(spoken.session).has_value());
  CHECK(!state.keyring.has("texts-1"));
  CHECK(state.keyring.has("texts-2"));
  CHECK(reveal(world, spoken.statement).code == 1);
  const auto events = world.events();
  CHECK(std::count(events.begin(), events.end(), "log.erased") == 1);
  CHECK(world.verify().outcome == audit::Outcome::valid);
  CHECK(world.ok(world.owner(), {"project", "list"}).find("A very private title") !=
        std::string::npos);
}
