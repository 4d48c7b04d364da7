// How a log is sealed and the next begins, at each step where a crash may come.
#include "audit/rotation.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/note.h"
#include "audit/recover.h"
#include "audit/wal.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view next_origin = "example.org/sceau.2";

Signer next_signer() { return test::test_signer(9, next_origin); }

std::optional<Fault> fault_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const AuditError& error) {
    return error.fault();
  }
  return std::nullopt;
}

void seal(const test::Folder& folder) {
  test::open_log(folder)->seal(next_signer().verifier(), "u-1");
}

void begin_next(const test::Folder& folder) {
  begin_next_log(LogPlace(folder.log()), test::test_signer().verifier(), next_signer(),
                 test::test_clock(), "u-1", test::quiet());
}

std::unique_ptr<Log> open_next(const test::Folder& folder) {
  return std::make_unique<Log>(folder.log(), folder.state(), std::string(next_origin),
                               next_signer(), test::test_clock(), test::quiet());
}

}  // namespace

TEST_CASE("a sealed log names the next, and takes no entry, now or later") {
  const test::Folder folder;
  test::make_log(folder, {3});
  {
    const auto log = test::open_log(folder);
    CHECK_FALSE(log->sealed());
    CHECK(fault_of([&] {
            log->append("log.sealed", "u-1", {{"origin", "x"}, {"key", "y"}});
          }) == Fault::refused);
    CHECK(fault_of([&] {
            log->append("key.rotated", "u-1", {{"checkpoint", "x"}, {"key", "y"}, {"origin", "z"}});
          }) == Fault::refused);
    CHECK(fault_of([&] { (void)log->seal(test::test_signer(9).verifier(), "u-1"); }) ==
          Fault::refused);  // the origin isn't new
    const Seal seal = log->seal(next_signer().verifier(), "u-1");
    CHECK(seal.seq == 3);
    CHECK(seal.origin == next_origin);
    CHECK(seal.key == next_signer().verifier_key());
    CHECK(log->published() == 4);
    CHECK(fault_of([&] { log->append({test::draft(1)}); }) == Fault::refused);
    CHECK(log->seal(next_signer().verifier(), "u-1").seq == 3);  // the same again
    CHECK(fault_of([&] {
            (void)log->seal(test::test_signer(10, next_origin).verifier(), "u-1");
          }) == Fault::refused);
    CHECK(log->stopped().empty());
    CHECK_FALSE(log->receipt(1).empty());
  }
  const auto log = test::open_log(folder);
  REQUIRE(log->sealed());
  CHECK(log->sealed()->key == next_signer().verifier_key());
  CHECK(fault_of([&] { log->append({test::draft(1)}); }) == Fault::refused);
  CHECK(log->size() == 4);
}

TEST_CASE("no entry of many threads comes behind the seal, and all before it are kept") {
  const test::Folder folder;
  test::make_log(folder, {1});
  std::atomic<std::uint64_t> taken = 1, refused = 0;
  {
    const auto log = test::open_log(folder);
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t)
      threads.emplace_back([&] {
        try {
          for (std::uint64_t i = 0; i < 2000; ++i) {
            log->append({test::draft(i)});
            ++taken;
          }
        } catch (const AuditError& error) {
          if (error.fault() == Fault::refused) ++refused;
        }
      });
    while (taken < 100) std::this_thread::yield();
    log->seal(next_signer().verifier(), "u-1");
    for (std::thread& thread : threads) thread.join();
    CHECK(log->size() == taken + 1);
    CHECK(log->sealed()->seq == taken);
    CHECK(refused == 6);
  }
  CHECK(test::verify(folder.log()).outcome == Outcome::valid);
}

TEST_CASE("a rotation moves the old log, and the new one begins with its checkpoint and key") {
  const test::Folder folder;
  test::make_log(folder, {3});
  CHECK(fault_of([&] { begin_next(folder); }) == Fault::refused);  // not sealed
  CHECK_FALSE(finish_rotation(LogPlace(folder.log())));
  seal(folder);
  CHECK(fault_of([&] {
          begin_next_log(LogPlace(folder.log()), test::test_signer().verifier(),
                         test::test_signer(10, next_origin), test::test_clock(), "u-1");
        }) == Fault::refused);  // another key than the seal names
  const std::string last = test::slurp(folder.log() / "checkpoint");
  begin_next(folder);
  CHECK(test::slurp(folder.path() / "log.sealed/1/checkpoint") == last);
  CHECK_FALSE(fs::exists(folder.path() / "log.next"));
  CHECK_FALSE(fs::exists(folder.path() / "log.next.state"));
  {
    const auto log = open_next(folder);
    CHECK(log->size() == 1);
    log->append({test::draft(5)});
    CHECK_FALSE(log->sealed());
  }
  const std::string first = test::slurp(folder.log() / "tile/entries/000.p/1");
  CHECK(first.find(R"("event":"key.rotated")") != std::string::npos);
  CHECK(first.find("\"checkpoint\":\"" + to_base64(as_bytes(last)) + "\"") != std::string::npos);
  CHECK(first.find("\"key\":\"" + test::test_signer().verifier_key() + "\"") != std::string::npos);
  CHECK(test::verify(folder.path() / "log.sealed/1").outcome == Outcome::valid);
  const Trust trust = trust_of_key(next_signer().verifier_key());
  CHECK(verify_log(folder.log(), trust).outcome == Outcome::valid);
}

TEST_CASE("a rotation that ended at any step goes on from there") {
  const test::Folder start;
  test::make_log(start, {3});
  seal(start);
  // What begin_next_log makes before it moves anything.
  const test::Folder made;
  fs::copy(start.path(), made.path(), fs::copy_options::recursive);
  begin_next(made);
  const auto prepare = [&](const test::Folder& folder) {
    fs::copy(start.path(), folder.path(), fs::copy_options::recursive);
    fs::copy(made.log(), folder.path() / "log.next", fs::copy_options::recursive);
    fs::copy(made.state(), folder.path() / "log.next.state", fs::copy_options::recursive);
  };
  const std::pair<const char*, const char*> moves[] = {{"log", "log.sealed/1"},
                                                       {"log.state", "log.sealed/1.state"},
                                                       {"log.next.state", "log.state"},
                                                       {"log.next", "log"}};
  for (std::size_t done = 0; done <= std::size(moves); ++done) {
    CAPTURE(done);
    const test::Folder folder;
    prepare(folder);
    fs::create_directories(folder.path() / "log.sealed");
    for (std::size_t i = 0; i < done; ++i)
      fs::rename(folder.path() / moves[i].first, folder.path() / moves[i].second);
    CHECK(finish_rotation(LogPlace(folder.log())) == (done < std::size(moves)));
    CHECK_FALSE(finish_rotation(LogPlace(folder.log())));
    CHECK(test::list_files(folder.log()) == test::list_files(made.log()));
    CHECK(test::slurp(folder.log() / "checkpoint") == test::slurp(made.log() / "checkpoint"));
    CHECK(test::slurp(folder.path() / "log.sealed/1/checkpoint") ==
          test::slurp(made.path() / "log.sealed/1/checkpoint"));
    CHECK(open_next(folder)->size() == 1);
  }
}

TEST_CASE("a new log that a crash left unfinished goes on, and no size gets a second root") {
  const test::Folder start;
  test::make_log(start, {3});
  seal(start);
  const LogPlace place(start.log());
  SUBCASE("nothing but folders") { fs::create_directories(place.next_state / "tmp"); }
  SUBCASE("made, and empty") { Log::create(place.next, place.next_state); }
  SUBCASE("its first entry in the record alone") {
    const test::Folder other;
    fs::copy(start.path(), other.path(), fs::copy_options::recursive);
    begin_next(other);
    Log::create(place.next, place.next_state);
    {
      Log(place.next, place.next_state, std::string(next_origin), next_signer(), test::test_clock(),
          test::quiet());
    }
    const std::string entry = test::slurp(other.log() / "tile/entries/000.p/1").substr(2);
    test::spill(place.next_state / "wal",
                "batch 0 1 " + std::to_string(entry.size() + 1) + " ");  // torn: made again
  }
  SUBCASE("a log of another maker stands there") {
    const test::Folder other;
    test::make_log(other, {2});
    fs::copy(other.log(), place.next, fs::copy_options::recursive);
    fs::copy(other.state(), place.next_state, fs::copy_options::recursive);
    CHECK(fault_of([&] { begin_next(start); }) == Fault::tampered);
    CHECK(fs::exists(start.log() / "checkpoint"));
    return;
  }
  begin_next(start);
  CHECK(open_next(start)->size() == 1);
}

TEST_CASE("a third log is numbered behind the second") {
  const test::Folder folder;
  test::make_log(folder, {3});
  seal(folder);
  begin_next(folder);
  const auto third = [] { return test::test_signer(11, "example.org/sceau.3"); };
  open_next(folder)->seal(third().verifier(), "u-1");
  begin_next_log(LogPlace(folder.log()), next_signer().verifier(), third(), test::test_clock(),
                 "u-1", test::quiet());
  CHECK(fs::exists(folder.path() / "log.sealed/1/checkpoint"));
  CHECK(fs::exists(folder.path() / "log.sealed/2/checkpoint"));
  CHECK(fs::exists(folder.path() / "log.sealed/2.state/signed"));
  CHECK(test::slurp(folder.log() / "checkpoint").starts_with("example.org/sceau.3\n1\n"));
}

TEST_CASE("a writer that has the log open keeps it from being moved") {
  const test::Folder folder;
  test::make_log(folder, {3});
  seal(folder);
  const auto log = test::open_log(folder);
  CHECK(fault_of([&] { begin_next(folder); }) == Fault::exists);
  CHECK(fs::exists(folder.log() / "checkpoint"));
}

TEST_CASE("entries behind a seal in the record are an alarm") {
  const test::Folder folder;
  test::make_log(folder, {2});
  const test::Folder copy;
  {
    const auto log = test::open_log(folder);
    log->append({test::draft(4)});
    fs::copy(folder.path(), copy.path(), fs::copy_options::recursive);
    log->seal(next_signer().verifier(), "u-1");
  }
  // The record of entry 2 goes on after a checkpoint whose last entry, 2, is a seal.
  const test::Folder sealed;
  test::make_log(sealed, {2});
  seal(sealed);
  Hasher hasher;
  const std::string last = test::slurp(sealed.log() / "tile/entries/000.p/3");
  const auto at = last.rfind("{\"v\":1");
  const Digest prev = hasher.leaf(std::string_view(last).substr(at));
  Entry entry{3, prev, "2026-11-23T20:15:04.000000Z", "centre.unlocked", "centre", {}};
  const std::string line = format_entry(entry);
  test::spill(sealed.state() / "wal", "");
  {
    // A frame as the writer makes it.
    const std::string frame = format_frame(3, 1, line + "\n", hasher.leaf(line));
    test::spill(sealed.state() / "wal", frame);
  }
  CHECK(fault_of([&] { (void)test::open_log(sealed); }) == Fault::tampered);
}

TEST_CASE("the new log's key joins the trust file, whose other lines stay") {
  const test::Folder folder;
  const auto file = folder.path() / "log.trust";
  const Signer witness = test::test_signer(50, "w.example", KeyType::cosignature_v1);
  const std::string old = "# ours\nlog " + test::test_signer().verifier_key() + "\n";
  const std::string rest = "witness W " + witness.verifier_key() + "\nquorum W\n";
  test::spill(file, old + rest);
  add_log_key(file, next_signer().verifier_key());
  CHECK(test::slurp(file) == old + "log " + next_signer().verifier_key() + "\n" + rest);
  add_log_key(file, next_signer().verifier_key());
  CHECK(read_trust_file(file).logs.size() == 2);
  CHECK(fault_of([&] { add_log_key(file, "nonsense"); }) == Fault::bad_input);
  CHECK(fault_of([&] { add_log_key(folder.path() / "none", next_signer().verifier_key()); }) ==
        Fault::bad_input);
}

}  // namespace sceau::audit
