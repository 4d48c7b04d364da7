// The verifier about logs as a whole: whose, how long, since when, and what stands beside them.
#include <doctest/doctest.h>

#include <functional>

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/hash.h"
#include "audit/note.h"
#include "audit/tile.h"
#include "audit/verify.h"
#include "audit/verify_files.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;
using test::message_of;
using test::on_copy;
using test::verify;

}  // namespace

TEST_CASE("another key, another origin, another log of the same name are told apart") {
  const test::Folder folder;
  test::make_log(folder, {3});
  const auto other = trust_of_key(test::test_signer(8).verifier_key());
  CHECK(verify_log(folder.log(), other).outcome == Outcome::tampered);

  // A checkpoint that this key signed under another log's name.
  const auto checkpoint =
      parse_checkpoint(parse_note(test::slurp(folder.log() / "checkpoint")).text);
  auto renamed = checkpoint;
  renamed.origin = "other.example";
  test::spill(folder.log() / "checkpoint",
              sign_note(format_checkpoint(renamed), test::test_signer()));
  const auto result = verify(folder.log());
  CHECK(result.outcome == Outcome::tampered);
  CHECK(message_of(result, "checkpoint") ==
        "the checkpoint's origin is not the name of the key that signed it");

  auto longer = checkpoint;
  longer.extensions = "more\n";
  test::spill(folder.log() / "checkpoint",
              sign_note(format_checkpoint(longer), test::test_signer()));
  CHECK(verify(folder.log()).outcome == Outcome::tampered);
  CHECK(verify(folder.log(), true).outcome == Outcome::valid);  // C2SP allows them
}

TEST_CASE("hostile sizes end at once") {
  const test::Folder folder;
  test::make_log(folder, {3});
  for (const std::uint64_t size : {std::uint64_t{1} << 62, (std::uint64_t{1} << 63) - 1,
                                   std::uint64_t{4}, std::uint64_t{300}}) {
    test::spill(folder.log() / "checkpoint",
                sign_note(format_checkpoint({std::string(test::origin), size, Digest{}, ""}),
                          test::test_signer()));
    const auto result = verify(folder.log());
    CHECK(result.outcome == Outcome::tampered);
    CHECK(result.first_bad() == 0);  // tile/0/000, or its edge, isn't there
  }
  test::spill(
      folder.log() / "checkpoint",
      sign_note(std::string(test::origin) + "\n9223372036854775808\n" + to_base64(Digest{}) + "\n",
                test::test_signer()));
  CHECK(verify(folder.log()).outcome == Outcome::tampered);
}

TEST_CASE("a tail that nobody signed is not vouched for") {
  const test::Folder folder, longer;
  test::make_log(folder, {3});
  test::make_log(longer, {3, 5});
  fs::copy(longer.log() / "tile", folder.log() / "tile",
           fs::copy_options::recursive | fs::copy_options::skip_existing);
  const auto result = verify(folder.log());
  CHECK(result.outcome == Outcome::undecided);
  CHECK(message_of(result, "files").find("goes beyond the 3 entries that are signed") !=
        std::string::npos);
  // A tail that doesn't even begin with what was signed contradicts it.
  std::string tile = test::slurp(folder.log() / "tile/0/000.p/5");
  tile[0] = static_cast<char>(tile[0] ^ 1);
  test::spill(folder.log() / "tile/0/000.p/5", tile);
  CHECK(verify(folder.log()).outcome == Outcome::tampered);
}

TEST_CASE("whole tiles beyond the size, and files that are no tiles, are told") {
  const test::Folder folder;
  test::make_log(folder, {3});
  for (const char* name : {"tile/0/007", "tile/entries/001.p/4", "tile/3/000", "tile/63/000"}) {
    on_copy(folder.log(), [&](const fs::path& log) {
      test::spill(log / name, "x");
      CHECK_MESSAGE(verify(log).outcome == Outcome::undecided, name);
    });
  }
  for (const char* name : {"tile/0/000.tmp", "tile/0/0000", "tile/64/000", "tile/0/000.p/256",
                           "tile/0/000.p/03", "tile/x000/000"}) {
    on_copy(folder.log(), [&](const fs::path& log) {
      test::spill(log / name, "x");
      const auto result = verify(log);
      CHECK_MESSAGE(result.outcome == Outcome::undecided, name);
      CHECK(message_of(result, "files") ==
            std::string(name) + " is not a file of a log, and was not checked");
    });
  }
  test::spill(folder.log() / "README", "x");
  CHECK(verify(folder.log()).outcome == Outcome::valid);
  CHECK(verify(folder.log()).notes ==
        std::vector<std::string>{"README is not part of the log, and was not checked"});
}

TEST_CASE("every published checkpoint is the beginning of every later one") {
  const test::Folder folder;
  std::vector<std::string> notes;
  Log::create(folder.log(), folder.state());
  {
    const auto log = test::open_log(folder);
    for (std::uint64_t i = 0; i < 30; ++i) {
      notes.push_back(log->checkpoint());
      log->append(std::vector<Draft>(1 + i * i % 40, test::draft(i)));
      log->publish();
    }
  }
  for (const std::string& note : notes) {
    VerifyOptions options;
    options.since = {{"", note}};
    const auto result = verify_log(folder.log(), test::test_trust(), options);
    CHECK(result.outcome == Outcome::valid);
    CHECK(result.find("since")->result == CheckResult::passed);
  }
}

TEST_CASE("an older copy is undecided, a fork is tampered") {
  const test::Folder older, newer, fork;
  test::make_log(older, {5});
  test::make_log(newer, {5, 9});
  Log::create(fork.log(), fork.state());
  test::open_log(fork)->append(std::vector<Draft>(9, test::draft(77)));
  const auto since = [](const test::Folder& log, const test::Folder& earlier) {
    VerifyOptions options;
    options.since = {{"", test::slurp(earlier.log() / "checkpoint")}};
    return verify_log(log.log(), test::test_trust(), options);
  };
  CHECK(since(newer, older).outcome == Outcome::valid);
  CHECK(since(newer, newer).outcome == Outcome::valid);
  CHECK(since(older, newer).outcome == Outcome::undecided);
  CHECK(since(fork, newer).outcome == Outcome::tampered);  // two roots for one size
  CHECK(message_of(since(fork, older), "since") ==
        "the first 5 entries are not those of the earlier checkpoint: history was rewritten");
  VerifyOptions options;
  options.since = {{"", "not a checkpoint"}};
  CHECK(verify_log(newer.log(), test::test_trust(), options).outcome == Outcome::tampered);
}

TEST_CASE("acts without an outcome are listed, and outcomes without an intent") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  {
    const auto log = test::open_log(folder);
    const std::string hash(64, 'a');
    const auto number = [](std::int64_t n) { return FieldValue(n); };
    log->append("centre.started", "centre", {{"version", "1"}});
    log->append("store.started", "u-1", {{"store", "s-1"}, {"codebook", hash}});
    log->append("store.started", "u-1", {{"store", "s-1"}, {"codebook", hash}});
    log->append("store.sealed", "u-1",
                {{"store", "s-1"},
                 {"sha256", hash},
                 {"bytes", number(1)},
                 {"rows", number(1)},
                 {"rejected", number(0)}});
    log->append("statement.started", "u-2",
                {{"session", "S-1"}, {"statement", number(1)}, {"commitment", hash}});
    log->append("statement.finished", "u-2",
                {{"session", "S-1"}, {"statement", number(2)}, {"outcome", "done"}});
    log->append("release.started", "u-3",
                {{"request", "R-1"}, {"turn", number(1)}, {"outputs", number(2)}});
    log->append("release.made", "u-3",
                {{"request", "R-1"},
                 {"turn", number(1)},
                 {"output", number(1)},
                 {"sha256", hash},
                 {"policy", hash},
                 {"verdict", "pass"}});
    log->append("centre.stopped", "centre", {{"reason", "signal"}});
  }
  const auto result = verify(folder.log());
  CHECK(result.outcome == Outcome::valid);
  REQUIRE(result.intents.size() == 3);
  CHECK(result.intents[0].seq == 1);  // begun again as entry 2
  CHECK(result.intents[1].event == "statement.started");
  CHECK(result.intents[1].id == "S-1/1");
  CHECK(result.intents[2].seq == 6);  // one of two outputs was released
  CHECK(result.notes ==
        std::vector<std::string>{"1 outcomes without an intent before them, first entry 5"});
}

TEST_CASE("a trial centre's log says so") {
  const test::Folder folder;
  const std::string name = "trial/example";
  Log::create(folder.log(), folder.state());
  { Log(folder.log(), folder.state(), name, test::test_signer(7, name), test::test_clock()); }
  const auto result =
      verify_log(folder.log(), trust_of_key(test::test_signer(7, name).verifier_key()));
  CHECK(result.outcome == Outcome::valid);
  CHECK(result.notes == std::vector<std::string>{
                            "this is the log of a trial centre, where anybody may act as anybody"});
}

TEST_CASE("a folder without a log is bad input, a log without its checkpoint is tampered") {
  const test::Folder folder;
  CHECK_THROWS_AS((void)verify(folder.path()), AuditError);
  CHECK_THROWS_AS((void)verify(folder.path() / "nowhere"), AuditError);
  test::make_log(folder, {3});
  fs::remove(folder.log() / "checkpoint");
  CHECK(verify(folder.log()).outcome == Outcome::tampered);
}

TEST_CASE("pipes, links to nowhere and oversized files don't hang or fill the verifier") {
  const test::Folder folder;
  test::make_log(folder, {3});
  on_copy(folder.log(), [](const fs::path& log) {
    fs::remove(log / "tile/0/000.p/3");
    fs::create_symlink("/dev/zero", log / "tile/0/000.p/3");
    CHECK(verify(log).outcome == Outcome::tampered);
  });
  on_copy(folder.log(), [](const fs::path& log) {
    fs::resize_file(log / "tile/entries/000.p/3", std::uintmax_t{1} << 33);
    CHECK(verify(log).outcome == Outcome::tampered);
  });
}

TEST_CASE("tile names are read and made alike by writer and verifier, and in one spelling only") {
  for (const std::uint64_t index :
       {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{999}, std::uint64_t{1000},
        std::uint64_t{1234067}, std::uint64_t{1} << 55}) {
    for (const unsigned level : {0u, 3u, entries_level}) {
      const int own = level == entries_level ? -1 : static_cast<int>(level);
      CHECK(full_tile_name(own, index) == tile_path(level, index));
      const auto name = parse_tile_name(tile_path(level, index, 17));
      REQUIRE(name);
      CHECK(name->level == own);
      CHECK(name->index == index);
      CHECK(name->width == 17);
    }
  }
  for (const char* bad :
       {"tile/0/x000/001", "tile/0/1", "tile/00/001", "tile/0/x001/x002", "tile/0/001.p/0",
        "tile/0/001.p/", "tile/0/001.p/1/2", "tile/0", "tile/0/001/002", "tiles/0/001",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999"})
    CHECK_FALSE(parse_tile_name(bad));
}

}  // namespace sceau::audit
