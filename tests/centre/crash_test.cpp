// Power cuts, played by the clock: whenever the centre reads it, the whole home is copied. Each
// copy is a centre that was killed there; a copy whose registry is the one before is a centre that
// was killed between an entry in the log and the registry's commit. Each is opened again.

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "audit/hash.h"
#include "audit/trust.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/state.h"
#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Verdict;

namespace {

namespace fs = std::filesystem;

void copy_home(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    // The stand-in for a dead process' sockets and lock files is their absence.
    const auto name = entry.path().filename();
    if (name == "lock") continue;
    fs::copy(entry.path(), to / name, fs::copy_options::recursive);
  }
}

/// What the log's publisher, which has its own clock, changes first and last.
std::string published(const Home& home) {
  std::string both;
  for (const auto& file : {home.log_state() / "signed", home.log() / "checkpoint"}) {
    if (fs::exists(file)) both += read_bytes(file) + "\n";
  }
  return both;
}

/// A home as it is at one time: files that the publisher changed on the way are copied again.
void copy_living_home(const Home& home, const fs::path& to) {
  for (bool is_torn = true; is_torn;) {
    fs::remove_all(to);
    const auto before = published(home);
    copy_home(home.root, to);
    is_torn = published(home) != before;
  }
}

/// Copies of the home at each moment of `act`.
std::vector<fs::path> moments(World& world, const Folder& folder,
                              const std::function<void()>& act) {
  std::vector<fs::path> copies;
  world.at_clock = [&] {
    copies.push_back(folder.path() / std::to_string(copies.size()));
    copy_living_home(world.home(), copies.back());
  };
  act();
  world.at_clock = nullptr;
  copies.push_back(folder.path() / "end");
  copy_living_home(world.home(), copies.back());
  return copies;
}

struct Opened {
  std::unique_ptr<Centre> centre;
  Home home;
};

Opened open_copy(const fs::path& root) {
  Opened opened{nullptr, {root}};
  auto moment = std::make_shared<std::chrono::system_clock::time_point>(
      std::chrono::sys_days(std::chrono::year(2026) / 12 / 24));
  opened.centre = std::make_unique<Centre>(
      opened.home, Keyring::unlock(opened.home.keys(), World::passphrase_bytes()),
      [moment] { return *moment += std::chrono::milliseconds(1); });
  return opened;
}

/// Whole or not there, and the log closed.
void check_whole(const Opened& opened) {
  publish_log(*opened.centre);
  const auto verification =
      audit::verify_log(opened.home.log(), audit::read_trust_file(opened.home.trust()));
  CHECK(verification.outcome == audit::Outcome::valid);
  CHECK(verification.intents.empty());
  const auto& registry = opened.centre->state().registry;
  CHECK(registry.open_sessions().empty());
  CHECK(registry.unfinished_statements("").empty());
  CHECK(registry.intents().empty());
  CHECK(registry.log_size() == opened.centre->state().journal.size());
  for (const auto& request : registry.requests("")) {
    const auto folder = opened.home.outbox() / request.id;
    const bool revoked = request.state == "revoked";
    CHECK(fs::exists(folder) == (request.state == "released" || revoked));
    CHECK(fs::exists(folder / "revoked.receipt") == revoked);
    CHECK(registry.revocation(request.id).has_value() == revoked);
    for (const auto& release : registry.releases(request.id)) {
      if (revoked) CHECK(!fs::exists(folder / release.file_name));
    }
    if (request.state != "released") continue;
    CHECK(!request.release_seq == false);
    CHECK(registry.releases(request.id).size() == registry.outputs(request.id).size());
    for (const auto& release : registry.releases(request.id)) {
      const auto file = read_bytes(folder / release.file_name);
      CHECK(sha256_hex(file) == release.sha256);
      audit::Hasher hasher;
      CHECK(audit::verify_receipt(read_bytes(folder / (release.file_name + ".receipt")),
                                  hasher.sha256(audit::as_bytes(file)),
                                  audit::read_trust_file(opened.home.trust()))
                .outcome == audit::Outcome::valid);
    }
    CHECK(fs::exists(folder / "release.json"));
  }
  for (const auto& entry : fs::directory_iterator(opened.home.outbox())) {
    CHECK(!entry.path().filename().string().starts_with("."));
  }
}

/// Every moment, and every moment with the registry of the one before.
void play_crashes(World& world, const std::function<void()>& act,
                  const std::function<void(const Opened&)>& also = {}) {
  const Folder folder;
  const auto copies = moments(world, folder, act);
  REQUIRE(copies.size() > 2);
  for (std::size_t i = 0; i < copies.size(); ++i) {
    CAPTURE(i);
    const auto between = folder.path() / ("between-" + std::to_string(i));
    if (i > 0) {
      copy_home(copies[i], between);
      fs::copy_file(folder.path() / ("registry-" + std::to_string(i - 1)), between / "registry.db",
                    fs::copy_options::overwrite_existing);
      fs::remove(between / "registry.db-journal");
    }
    fs::copy_file(copies[i] / "registry.db", folder.path() / ("registry-" + std::to_string(i)));
    for (const auto& copy : {copies[i], between}) {
      if (!fs::exists(copy)) continue;
      CAPTURE(copy.filename());
      {
        const auto opened = open_copy(copy);
        check_whole(opened);
        if (also) also(opened);
      }
      const auto again = open_copy(copy);  // what recovery left is nothing to recover
      check_whole(again);
    }
    fs::remove_all(between);
    fs::remove_all(copies[i]);
  }
}

std::string submit(World& world, std::vector<OutputDraft> drafts) {
  const auto grant = world.session();
  return world.centre().submit(grant.session, std::move(drafts), world.examiner()).request;
}

}  // namespace

TEST_CASE(
    "killed anywhere in a session, a submission and its release, the centre comes back whole") {
  World world;
  world.cast();
  play_crashes(world, [&] {
    const auto grant = world.session();
    const auto started = world.centre().statement_started(grant.session, "SELECT 1");
    world.centre().statement_finished(grant.session, started, "done", 1);
    (void)world.centre().submit(grant.session, {world.table("a.csv"), world.table("b.csv")},
                                world.examiner());
    world.centre().close_session(grant.session, "closed");
  });
}

TEST_CASE("killed anywhere in a review, the request is where it was or one step on") {
  World world;
  world.cast();
  const auto id = submit(world, {world.table("a.csv", Verdict::review)});
  play_crashes(world, [&] {
    world.ok("rene", {"review", "show", id});
    world.ok("rene", {"review", "approve", id, "--comment", "good"});
    world.ok("rene", {"review", "release", id});
  });
}

TEST_CASE("killed anywhere in granting, nobody has a right that the log does not tell") {
  World world;
  world.cast();
  const auto& owner = world.owner();
  play_crashes(
      world,
      [&] {
        world.ok(owner, {"role", "grant", "--user", "eve", "--role", "reviewer"});
        world.ok(owner, {"role", "revoke", "--user", "eve", "--role", "reviewer"});
        world.ok(owner, {"project", "create", "p2", "--title", "t", "--purpose", "p", "--until",
                         "2027-12-31", "--member", "eve"});
        world.ok(owner, {"permit", "grant", "--project", "p2", "--store", "lycees", "--policy",
                         "acro", "--until", "2027-12-31"});
        world.ok(owner, {"permit", "revoke", "P-000002"});
      },
      [](const Opened& opened) {
        const auto& registry = opened.centre->state().registry;
        const auto permit = registry.permit("P-000002");
        CHECK((!permit || registry.project("p2")));
      });
}

TEST_CASE("killed anywhere in a withdrawal or a return, it is done or not begun") {
  World world;
  world.cast();
  const auto grant = world.session();
  const auto one = world.centre().submit(grant.session, {world.table("a.csv", Verdict::review)},
                                         world.examiner());
  play_crashes(world, [&] {
    world.centre().withdraw(grant.session, one.request);
    (void)world.centre().submit(grant.session, {world.table("b.csv", Verdict::fail)},
                                world.examiner());
  });
}

TEST_CASE("killed anywhere in a comment or a replacement, it is done or not begun") {
  World world;
  world.cast();
  const auto grant = world.session();
  const auto one = world.centre().submit(grant.session, {world.table("a.csv", Verdict::review)},
                                         world.examiner());
  play_crashes(
      world,
      [&] {
        world.centre().comment(grant.session, one.request, "a word");
        auto draft = world.table("b.csv", Verdict::review);
        draft.replaces = one.request;
        (void)world.centre().submit(grant.session, {draft}, world.examiner());
      },
      [&](const Opened& opened) {
        const auto& registry = opened.centre->state().registry;
        if (registry.replaced_by(one.request)) {
          CHECK(registry.request(one.request)->state == "withdrawn");
        }
      });
}

TEST_CASE("killed anywhere in a revocation or a waiver, it is done or not begun") {
  World world;
  world.cast();
  const auto grant = world.session();
  const auto one = world.centre().submit(grant.session, {world.table("a.csv")}, world.examiner());
  play_crashes(
      world,
      [&] {
        world.ok("rene", {"review", "revoke", one.request, "--comment", "c"});
        for (int i = 0; i < 2; ++i) {
          world.ok(world.owner(),
                   {"waiver", "grant", "--store", "lycees", "--variable", "sexe", "--rule",
                    "threshold", "--until", "2027-12-31", "--reason", "r"});
        }
        world.ok(world.owner(), {"waiver", "revoke", "W-000001"});
      },
      [](const Opened& opened) {
        auto& state = opened.centre->state();
        // An id that the log has seen is not given again.
        const auto known = state.registry.waivers().size();
        auto change = state.registry.begin();
        CHECK(state.registry.take_waiver_id() > "W-00000" + std::to_string(known));
      });
}

TEST_CASE("killed anywhere in a rotation, one log goes on from the other or it has not begun") {
  World world;
  record_unlocked(world.centre(), {world.owner(), 0});
  play_crashes(
      world,
      [&] {
        world.ok(world.owner(), {"log", "rotate"});
      },
      [](const Opened& opened) {
        const auto& chain = opened.centre->state().journal.chain();
        const auto trust = audit::read_trust_file(opened.home.trust());
        CHECK(trust.logs.size() == chain.sealed().size() + 1);
        for (const auto& log : chain.sealed()) {
          const auto verification = audit::verify_log(log.folder, trust);
          CHECK(verification.outcome == audit::Outcome::valid);
          CHECK(verification.intents.empty());
        }
      });
}

TEST_CASE("killed anywhere in sealing, the store is there as the log says or not at all") {
  World world;
  world.cast();
  const Folder folder;
  const auto copies = moments(world, folder, [&] { world.seal("2025"); });
  for (std::size_t i = 0; i < copies.size(); ++i) {
    CAPTURE(i);
    const auto between = folder.path() / ("between-" + std::to_string(i));
    if (i > 0) {
      copy_home(copies[i], between);
      fs::copy_file(copies[i - 1] / "registry.db", between / "registry.db",
                    fs::copy_options::overwrite_existing);
    }
    for (const auto& copy : {between, copies[i]}) {
      if (!fs::exists(copy)) continue;
      const auto pristine = folder.path() / "opened";
      fs::remove_all(pristine);
      copy_home(copy, pristine);
      const auto opened = open_copy(pristine);
      const auto& state = opened.centre->state();
      const auto store = state.registry.store("lycees", "2025");
      const auto file = pristine / "stores" / "lycees@2025.store";
      CHECK(fs::exists(file) == store.has_value());
      CHECK(state.registry.intents().empty());
      if (store) {
        CHECK(sha256_hex(read_bytes(file)) == store->sha256);
        CHECK(store->rows == 3);
        CHECK(store->population == "eleves");
      }
      const auto names = state.keyring.names();
      const auto store_keys = std::count_if(
          names.begin(), names.end(), [](const auto& name) { return name.starts_with("store-"); });
      CHECK(store_keys == (store ? 2 : 1));
    }
  }
}

TEST_CASE("killed anywhere in a change of who opens the keys, log and keyring agree") {
  World world;
  world.cast();
  const auto given = [](CredentialKind kind, std::span<const std::uint8_t> bytes) {
    std::vector<Credential> credentials;
    credentials.push_back({kind, KeyBytes(bytes)});
    return credentials;
  };
  play_crashes(
      world,
      [&] {
        const std::vector<std::uint8_t> words = {'w', 'o', 'r', 'd'};
        world.credentials = given(CredentialKind::new_passphrase, words);
        world.ok(world.owner(), {"key", "add", "marie"});
        world.ok(world.owner(), {"key", "remove", "marie"});
        world.credentials = given(CredentialKind::passphrase, World::passphrase_bytes());
        world.ok(world.owner(), {"key", "rotate"});
      },
      [](const Opened& opened) {
        const auto& state = opened.centre->state();
        CHECK(state.registry.meta("keyring") == state.keyring.file_sha256());
        for (const auto& name : state.keyring.names()) CHECK(!state.keyring.key(name).empty());
      });
}

TEST_CASE("killed anywhere in a rekeying or an erasure, file, key and registry agree") {
  World world;
  world.cast();
  play_crashes(
      world,
      [&] {
        world.ok(world.owner(), {"store", "rekey", "lycees@2024"});
        world.ok(world.owner(), {"store", "erase", "lycees@2024", "--reason", "retention"});
      },
      [](const Opened& opened) {
        const auto& state = opened.centre->state();
        const auto store = state.registry.store("lycees", "2024");
        const auto file = opened.home.stores() / "lycees@2024.store";
        const auto names = state.keyring.names();
        const auto keys = std::count_if(names.begin(), names.end(), [](const auto& name) {
          return name.starts_with("store-");
        });
        CHECK(keys == (store ? 1 : 0));
        CHECK(fs::exists(file) == store.has_value());
        if (store) {
          CHECK(sha256_hex(read_bytes(file)) == store->sha256);
          CHECK(state.keyring.has(state.registry.store_key(store->id)));
        } else {
          const auto receipt = opened.home.outbox() / "erased" / "lycees@2024.receipt";
          CHECK(audit::verify_erasure(read_bytes(receipt), std::nullopt,
                                      audit::read_trust_file(opened.home.trust()))
                    .outcome == audit::Outcome::valid);
        }
        CHECK(std::distance(fs::directory_iterator(opened.home.stores()), {}) == (store ? 1 : 0));
      });
}

TEST_CASE("an older registry, or a cut log, is refused and never repaired") {
  World world;
  world.cast();
  const Folder folder;
  const auto old_registry = folder.path() / "registry";
  fs::copy_file(world.home().registry(), old_registry);
  SUBCASE("an older registry under a log that tells of a release") {
    (void)submit(world, {world.table("a.csv")});
    world.close();
    fs::copy_file(old_registry, world.home().registry(), fs::copy_options::overwrite_existing);
    const auto checkpoint = read_bytes(world.home().log() / "checkpoint");
    CHECK(fault_of([&] { world.open(); }) == "centre.registry_behind");
    CHECK(read_bytes(world.home().log() / "checkpoint") == checkpoint);
  }
  SUBCASE("an older log under a registry that knows more") {
    world.close();
    copy_home(world.home().root, folder.path() / "old");
    world.open();
    (void)submit(world, {world.table("a.csv")});
    world.close();
    for (const auto* part : {"log", "log.state"}) {
      fs::remove_all(world.home().root / part);
      fs::copy(folder.path() / "old" / part, world.home().root / part, fs::copy_options::recursive);
    }
    CHECK(fault_of([&] { world.open(); }) == "centre.log_behind");
  }
  SUBCASE("a registry that isn't one") {
    world.close();
    SUBCASE("missing") {
      fs::remove(world.home().registry());
      CHECK(fault_of([&] { world.open(); }) == "centre.registry_missing");
    }
    SUBCASE("another file") {
      std::ofstream(world.home().registry(), std::ios::trunc) << std::string(8192, 'x');
      CHECK(fault_of([&] { world.open(); }) == "centre.registry_damaged");
    }
    SUBCASE("plaintext SQLite") {
      std::ofstream(world.home().registry(), std::ios::trunc)
          << "SQLite format 3" << std::string(8192, '\0');
      CHECK(fault_of([&] { world.open(); }) == "centre.registry_plain");
    }
  }
}

TEST_CASE("a broker that died says so in the log at the next start") {
  World world;
  record_unlocked(world.centre(), {world.owner(), 0});
  world.reopen();
  const auto events = world.events();
  CHECK(events.back() == "centre.stopped");
  record_unlocked(world.centre(), {world.owner(), 0});
  record_stopped(world.centre());
  const auto size = world.events().size();
  world.reopen();
  CHECK(world.events().size() == size);
  CHECK(world.verify().intents.empty());
}
