#include "audit/log.h"

#include <doctest/doctest.h>

#include <thread>

#include "audit/bytes.h"
#include "audit/fault.h"
#include "audit/hash.h"
#include "audit/receipt.h"
#include "audit/scan.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

using namespace std::chrono_literals;

template <typename F>
Fault fault_of(F act) {
  try {
    act();
  } catch (const AuditError& error) {
    return error.fault();
  }
  FAIL("nothing was thrown");
  return Fault::io;
}

}  // namespace

TEST_CASE("an entry of a new log is the documented line, and the log verifies") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  const auto log = test::open_log(folder);
  const auto first = log->append("centre.started", "centre", {{"version", "0.1.0"}});
  const auto second = log->append("review.viewed", "u-7f3a",
                                  {{"turn", std::int64_t{1}}, {"request", "R-2026-000001"}});
  CHECK(first.seq == 0);
  CHECK(
      first.bytes ==
      R"({"v":1,"seq":0,"prev":"0000000000000000000000000000000000000000000000000000000000000000",)"
      R"("time":"2026-11-23T20:15:03.000000Z","event":"centre.started","actor":"centre",)"
      R"("data":{"version":"0.1.0"}})");
  CHECK(second.bytes == R"({"v":1,"seq":1,"prev":")" + to_hex(first.leaf) +
                            R"(","time":"2026-11-23T20:15:03.001000Z","event":"review.viewed",)"
                            R"("actor":"u-7f3a","data":{"request":"R-2026-000001","turn":1}})");
  CHECK(second.leaf == Hasher().leaf(second.bytes));
  log->publish();
  CHECK(log->published() == 2);
  CHECK(verify_log(folder.log(), test::test_trust()).outcome == Outcome::valid);
}

TEST_CASE("the log folder holds static files only, the state folder the rest") {
  const test::Folder folder;
  test::make_log(folder, {1, 3, 257});
  CHECK(test::list_files(folder.log()) ==
        std::vector<std::string>{"checkpoint", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1",
                                 "tile/entries/000", "tile/entries/001.p/1"});
  CHECK(test::list_files(folder.state()) == std::vector<std::string>{"lock", "signed", "wal"});
}

TEST_CASE("partial tiles of every published checkpoint stay until the full tile is there") {
  const test::Folder folder;
  test::make_log(folder, {3, 5});
  const auto files = test::list_files(folder.log());
  for (const char* name : {"tile/0/000.p/3", "tile/0/000.p/5", "tile/entries/000.p/3"})
    CHECK(std::find(files.begin(), files.end(), name) != files.end());
  test::make_log(folder, {256});
  CHECK(test::list_files(folder.log()) ==
        std::vector<std::string>{"checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"});
}

TEST_CASE("a log made with interruptions is the same bytes as one made at once") {
  const test::Folder once, often;
  test::make_log(once, {700});
  for (std::uint64_t size = 50; size <= 700; size += 50) test::make_log(often, {size});
  // Each opening of the log starts the test clock anew; the writer then keeps the last time and
  // says so, which changes bytes. Only the shape is compared here.
  CHECK(verify_log(once.log(), test::test_trust()).outcome == Outcome::valid);
  CHECK(verify_log(often.log(), test::test_trust()).outcome == Outcome::valid);
  CHECK(test::list_files(once.log()).size() < test::list_files(often.log()).size());
}

TEST_CASE("eight threads append at once: numbers without a gap, each thread in its own order") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  constexpr int threads = 8;
  constexpr std::int64_t each = 200;
  {
    LogOptions options;
    options.publish_after = 5ms;  // publications in between
    options.wal_limit = 20'000;   // and new records
    const auto log = test::open_log(folder, std::move(options));
    std::vector<std::thread> workers;
    std::vector<std::vector<Appended>> appended(threads);
    for (int t = 0; t < threads; ++t)
      workers.emplace_back([&, t] {
        for (std::int64_t i = 0; i < each; ++i)
          appended[t].push_back(log->append("review.viewed", "u-" + std::to_string(t),
                                            {{"request", "R-1"}, {"turn", i}}));
      });
    for (std::thread& worker : workers) worker.join();
    CHECK(log->size() == threads * each);
    for (const auto& list : appended)
      for (std::size_t i = 1; i < list.size(); ++i) CHECK(list[i].seq > list[i - 1].seq);
  }
  const auto result = verify_log(folder.log(), test::test_trust());
  CHECK(result.outcome == Outcome::valid);
  CHECK(result.size == threads * each);
}

TEST_CASE("entries appended together stand together") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  const auto log = test::open_log(folder);
  const auto entries = log->append({test::draft(0), test::draft(1), test::draft(2)});
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].seq == 0);
  CHECK(entries[2].seq == 2);
  CHECK(log->append(std::vector<Draft>{}).empty());
}

TEST_CASE("what is appended is published by itself within a second") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  const auto log = test::open_log(folder, LogOptions{});
  const auto entry = test::draft(0);
  log->append(entry.event, entry.actor, entry.data);
  const auto deadline = std::chrono::steady_clock::now() + 1s;
  while (log->published() < 1 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(5ms);
  CHECK(log->published() == 1);
}

TEST_CASE("the end of the writer publishes what is left") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  test::open_log(folder)->append({test::draft(0), test::draft(1)});
  CHECK(verify_log(folder.log(), test::test_trust()).size == 2);
}

TEST_CASE("a new log is made in an empty place only") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  CHECK(fault_of([&] { Log::create(folder.log(), folder.state()); }) == Fault::exists);
  const test::Folder other;
  test::spill(other.log() / "checkpoint", "x");
  CHECK(fault_of([&] { Log::create(other.log(), other.state()); }) == Fault::exists);
}

TEST_CASE("a log is opened by one writer, by its own key and under its own origin") {
  const test::Folder folder;
  CHECK(fault_of([&] { (void)test::open_log(folder); }) == Fault::bad_input);
  Log::create(folder.log(), folder.state());
  {
    const auto log = test::open_log(folder);
    CHECK(fault_of([&] { (void)test::open_log(folder); }) == Fault::exists);
  }
  const auto open_as = [&](const char* name, std::uint8_t seed) {
    return fault_of([&] {
      Log(folder.log(), folder.state(), name, test::test_signer(seed, name), test::test_clock());
    });
  };
  CHECK(open_as("other.example", 7) == Fault::bad_input);
  CHECK(open_as("example.org/sceau", 8) == Fault::tampered);
  CHECK(fault_of([&] {
          Log(folder.log(), folder.state(), "other.example", test::test_signer(),
              test::test_clock());
        }) == Fault::bad_input);
}

TEST_CASE("the writer refuses what the log doesn't say, and writes nothing then") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  const auto log = test::open_log(folder);
  const auto refused = [&](const char* event, const char* actor, Fields data) {
    return fault_of([&] { log->append(event, actor, std::move(data)); }) == Fault::refused;
  };
  CHECK(refused("pupil.read", "u-1", {}));
  CHECK(refused("review.viewed", "u-1", {{"request", "R-1"}}));                   // no turn
  CHECK(refused("review.viewed", "u-1", {{"request", "R-1"}, {"turn", "one"}}));  // no number
  CHECK(refused("review.viewed", "Jean Dupont", {{"request", "R-1"}, {"turn", std::int64_t{1}}}));
  CHECK(refused("project.created", "u-1", {{"project", "P-1"}, {"commitment", "abc"}}));
  CHECK(refused("centre.stopped", "u-1", {{"reason", "a long story"}}));
  CHECK(refused("centre.stopped", "u-1", {{"reason", "caf\xC3\xA9"}}));
  CHECK(refused("centre.unlocked", "u-1", {{"Titel", "x"}}));
  CHECK(refused("centre.unlocked", "u-1", {{"clock_behind_us", std::int64_t{1}}}));
  Fields much;
  for (char c = 'a'; c <= 'z'; ++c) much[std::string(1, c)] = std::string(4000, 'x');
  CHECK(refused("centre.unlocked", "u-1", std::move(much)));
  CHECK(log->size() == 0);
}

TEST_CASE("a clock that goes back is kept from the log and told to the auditor") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  auto now = std::make_shared<std::chrono::system_clock::time_point>(
      std::chrono::sys_days(std::chrono::year(2026) / 1 / 2));
  {
    Log log(folder.log(), folder.state(), std::string(test::origin), test::test_signer(),
            [now] { return *now; });
    log.append("centre.unlocked", "u-1", {});
    *now -= 90min;
    const auto behind = log.append("centre.unlocked", "u-1", {});
    CHECK(behind.bytes.find(R"("time":"2026-01-02T00:00:00.000000Z")") != std::string::npos);
    CHECK(behind.bytes.find(R"("data":{"clock_behind_us":5400000000}})") != std::string::npos);
  }
  {
    // Opened again, the log still remembers its time.
    Log log(folder.log(), folder.state(), std::string(test::origin), test::test_signer(),
            [now] { return *now; });
    CHECK(log.append("centre.unlocked", "u-1", {}).bytes.find("clock_behind_us") !=
          std::string::npos);
  }
  const auto result = verify_log(folder.log(), test::test_trust());
  CHECK(result.outcome == Outcome::valid);
  REQUIRE(result.notes.size() == 1);
  CHECK(result.notes[0] ==
        "the clock stood behind the log in 2 entries, first entry 1, by up to 5400000000 "
        "microseconds");
}

TEST_CASE("a receipt proves its entry under the newest checkpoint") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  const auto log = test::open_log(folder);
  std::vector<Draft> drafts;
  for (std::uint64_t i = 0; i < 300; ++i) drafts.push_back(test::draft(i));
  const auto appended = log->append(std::move(drafts));
  for (const std::uint64_t seq : {0, 255, 256, 299}) {
    const Receipt receipt = parse_receipt(log->receipt(seq));
    CHECK(receipt.entry == appended[seq].bytes);
    CHECK(receipt.index == seq);
    CHECK(receipt.checkpoint == log->checkpoint());
  }
  CHECK(log->published() == 300);
  CHECK(fault_of([&] { (void)log->receipt(300); }) == Fault::bad_input);
}

}  // namespace sceau::audit
