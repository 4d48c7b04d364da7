// The verifier under damage to bytes and files, by people with and without the key.
#include "audit/verify.h"

#include <doctest/doctest.h>

#include <functional>

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/hash.h"
#include "audit/note.h"
#include "audit/tile.h"
#include "audit/verify_files.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;
using test::bundle_of;
using test::entries_of;
using test::message_of;
using test::on_copy;
using test::verify;

}  // namespace

TEST_CASE("a whole log is valid, and each check says what it saw") {
  const test::Folder folder;
  test::make_log(folder, {2, 300});
  const auto result = verify(folder.log());
  CHECK(result.outcome == Outcome::valid);
  CHECK(result.size == 300);
  CHECK(result.origin == test::origin);
  CHECK(message_of(result, "checkpoint") ==
        "300 entries, signed by " + test::test_signer().verifier_key());
  CHECK(result.find("witnesses")->result == CheckResult::not_checked);
  CHECK(message_of(result, "entries") ==
        "300 entries in their canonical form, with the data they must carry");
  CHECK(message_of(result, "chain") ==
        "300 entries numbered without a gap, each naming the one before");
  CHECK(message_of(result, "tiles") == "3 tiles hold the hashes of the entries");
  CHECK(message_of(result, "root") == "the entries have the root that was signed");
}

TEST_CASE("an empty log is valid") {
  const test::Folder folder;
  test::make_log(folder, {0});
  const auto result = verify(folder.log());
  CHECK(result.outcome == Outcome::valid);
  CHECK(result.size == 0);
}

TEST_CASE("each byte of each file of a small log, changed, is found") {
  const test::Folder folder;
  test::make_log(folder, {1, 3});
  for (const std::string& name : test::list_files(folder.log())) {
    const std::string whole = test::slurp(folder.log() / name);
    for (std::size_t at = 0; at < whole.size(); ++at)
      for (const int bit : {0x01, 0x80}) {
        std::string bad = whole;
        bad[at] = static_cast<char>(bad[at] ^ bit);
        test::spill(folder.log() / name, bad);
        const auto result = verify(folder.log());
        CHECK_MESSAGE(result.outcome == Outcome::tampered, name << " byte " << at);
      }
    test::spill(folder.log() / name, whole);
  }
  CHECK(verify(folder.log()).outcome == Outcome::valid);
}

TEST_CASE("each file of a small log, cut at each length or grown by a byte, is found") {
  const test::Folder folder;
  test::make_log(folder, {1, 3});
  for (const std::string& name : test::list_files(folder.log())) {
    const std::string whole = test::slurp(folder.log() / name);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      test::spill(folder.log() / name, std::string_view(whole).substr(0, length));
      CHECK_MESSAGE(verify(folder.log()).outcome == Outcome::tampered,
                    name << " cut at " << length);
    }
    for (const char* more : {"\n", "x", "\0"}) {
      test::spill(folder.log() / name, whole + std::string(more, 1));
      CHECK_MESSAGE(verify(folder.log()).outcome == Outcome::tampered, name << " grown");
    }
    test::spill(folder.log() / name, whole);
  }
}

TEST_CASE("each byte of the tiles above the leaves and of the right edge, changed, is found") {
  const test::Folder folder;
  test::make_log(folder, {258});
  for (const char* name : {"tile/1/000.p/1", "tile/0/001.p/2", "tile/entries/001.p/2"}) {
    const std::string whole = test::slurp(folder.log() / name);
    for (std::size_t at = 0; at < whole.size(); at += 7) {
      std::string bad = whole;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      test::spill(folder.log() / name, bad);
      CHECK_MESSAGE(verify(folder.log()).outcome == Outcome::tampered, name << " byte " << at);
    }
    test::spill(folder.log() / name, whole);
  }
}

TEST_CASE("each file that a size needs, removed, is found; earlier partial ones may go") {
  const test::Folder folder;
  test::make_log(folder, {1, 3});
  for (const std::string& name : test::list_files(folder.log())) {
    on_copy(folder.log(), [&](const fs::path& log) {
      fs::remove(log / name);
      const auto result = verify(log);
      CHECK_MESSAGE((result.outcome == Outcome::valid) == name.ends_with("/1"), name);
    });
  }
}

TEST_CASE("entries dropped, doubled, swapped or changed in the bundle are named") {
  const test::Folder folder;
  test::make_log(folder, {6});
  const auto entries = entries_of(folder.log(), 6);
  const auto with = [&](const std::function<void(std::vector<std::string>&)>& change) {
    std::optional<std::uint64_t> first;
    on_copy(folder.log(), [&](const fs::path& log) {
      auto changed = entries;
      change(changed);
      test::spill(log / "tile/entries/000.p/6", bundle_of(changed));
      const auto result = verify(log);
      CHECK(result.outcome == Outcome::tampered);
      first = result.first_bad();
    });
    return first;
  };
  CHECK(with([](auto& e) { e.erase(e.begin() + 2); }) == 2);
  CHECK(with([](auto& e) { e.insert(e.begin() + 3, e[2]); }) == 3);
  CHECK(with([](auto& e) { std::swap(e[1], e[4]); }) == 1);
  CHECK(with([](auto& e) { e[5].replace(e[5].find("R-2026"), 6, "R-2027"); }) == 5);
  CHECK(with([](auto& e) { e.pop_back(); }) == 5);
}

TEST_CASE("history signed anew by the key's holder is named where the chain breaks") {
  const test::Folder folder;
  test::make_log(folder, {6});
  const auto entries = entries_of(folder.log(), 6);
  const auto with = [&](const std::function<void(std::vector<std::string>&)>& change) {
    const test::Folder forged;
    auto changed = entries;
    change(changed);
    test::write_reference_log(forged.log(), changed, test::test_signer());
    return verify(forged.log());
  };
  CHECK(with([](auto&) {}).outcome == Outcome::valid);
  const auto dropped = with([](auto& e) { e.erase(e.begin() + 2); });
  CHECK(dropped.first_bad() == 2);
  CHECK(message_of(dropped, "chain") == "entry 2 says that it is number 3 (and 2 more)");
  const auto changed = with([](auto& e) { e[3].replace(e[3].find("R-2026"), 6, "R-2027"); });
  CHECK(changed.first_bad() == 4);
  CHECK(message_of(changed, "chain") ==
        "entry 4 names another entry before it than the one that is there");
  const auto blank = with([](auto& e) { e[5].insert(e[5].size() - 1, " "); });
  CHECK(message_of(blank, "entries").starts_with("entry 5 is not canonical: "));
  const auto early = with([](auto& e) { e[5].replace(e[5].find("20:15:03"), 8, "19:15:03"); });
  CHECK(message_of(early, "chain") == "entry 5 is earlier than the entry before it");
  const auto keyless = with([](auto& e) { e[5].replace(e[5].find("\"turn\""), 6, "\"tour\""); });
  CHECK(message_of(keyless, "entries").starts_with("entry 5"));
  const auto unknown = with([](auto& e) { e[5].replace(e[5].find("viewed"), 6, "danced"); });
  CHECK(unknown.outcome == Outcome::undecided);
}

TEST_CASE("forged tiles at each level are found, at every edge") {
  const test::Folder folder;
  std::vector<std::string> entries;
  for (int i = 0; i < 70000; ++i) entries.push_back("entry " + std::to_string(i));
  test::write_reference_log(folder.log(), entries, test::test_signer());
  CHECK(verify(folder.log(), true).outcome == Outcome::valid);
  const std::pair<const char*, std::uint64_t> tiles[] = {{"tile/0/000", 0},
                                                         {"tile/0/255", 255 * 256},
                                                         {"tile/0/256", 256 * 256},
                                                         {"tile/0/272", 272 * 256},
                                                         {"tile/0/273.p/112", 273 * 256},
                                                         {"tile/1/000", 0},
                                                         {"tile/1/001.p/17", 65536},
                                                         {"tile/2/000.p/1", 0}};
  for (const auto& [name, first] : tiles) {
    const std::string whole = test::slurp(folder.log() / name);
    for (const std::size_t hash : {std::size_t{0}, whole.size() / 32 - 1}) {
      std::string bad = whole;
      bad[hash * 32 + 9] = static_cast<char>(bad[hash * 32 + 9] ^ 16);
      test::spill(folder.log() / name, bad);
      const auto result = verify(folder.log(), true);
      CHECK_MESSAGE(result.outcome == Outcome::tampered, name);
      CHECK(message_of(result, "tiles")
                .starts_with(std::string(name) + ", hash " + std::to_string(hash) +
                             ", is not that of "));
      if (hash == 0) CHECK(result.first_bad() == first);
      CHECK(result.find("root")->result == CheckResult::passed);  // the entries are as signed
    }
    test::spill(folder.log() / name, whole);
  }
}

TEST_CASE("a log of another maker verifies as a tree, with or without its entries") {
  const test::Folder folder;
  std::vector<std::string> entries;
  for (int i = 0; i < 513; ++i) entries.push_back("any bytes " + std::string(1, char(i % 256)));
  test::write_reference_log(folder.log(), entries, test::test_signer());
  CHECK(verify(folder.log(), true).outcome == Outcome::valid);
  CHECK(verify(folder.log()).outcome == Outcome::tampered);  // they are not entries of ours
  fs::remove_all(folder.log() / "tile" / "entries");
  const auto result = verify(folder.log(), true);
  CHECK(result.outcome == Outcome::valid);
  CHECK(result.find("entries")->result == CheckResult::not_checked);
  CHECK(verify(folder.log()).outcome == Outcome::tampered);
}

TEST_CASE("when entries are lost, the rest is checked by the hashes") {
  const test::Folder folder;
  test::make_log(folder, {600});
  fs::remove(folder.log() / "tile/entries/001");
  const auto result = verify(folder.log());
  CHECK(result.outcome == Outcome::tampered);
  CHECK(result.first_bad() == 256);
  CHECK(message_of(result, "bundles") == "tile/entries/001 is missing");
  CHECK(result.find("chain")->result == CheckResult::passed);
  CHECK(result.find("root")->result == CheckResult::passed);
  fs::remove(folder.log() / "tile/0/001");
  CHECK(message_of(verify(folder.log()), "root").starts_with("from entry 256 on nothing"));
}

}  // namespace sceau::audit
