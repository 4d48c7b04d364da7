// Every call by which the log writes is made to fail once, and to be the last once: the process
// killed, or the power cut with what was not made durable lost. Then the log is opened again.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <stdexcept>

#include "audit/disk.h"
#include "audit/fault.h"
#include "audit/log.h"
#include "audit/recover.h"
#include "audit/scan.h"
#include "audit/verify_files.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

enum class Trouble { error, kill, power_cut };

// A disk on which the n-th call fails. After a kill or a power cut no call has any effect.
class FaultyDisk final : public Disk {
 public:
  FaultyDisk(Trouble trouble, int at) : trouble_(trouble), left_(at) {}

  [[nodiscard]] bool struck() const { return struck_; }

  int open(const fs::path& path, bool truncate, mode_t mode) override {
    step();
    const int fd = Disk::open(path, truncate, mode);
    paths_[fd] = path;
    if (truncate) durable_[path] = 0;
    if (!durable_.contains(path)) durable_[path] = fs::file_size(path);
    return fd;
  }
  void write(int fd, std::string_view bytes) override {
    if (dead_ || left_ == 1) Disk::write(dead_ ? -1 : fd, bytes.substr(0, bytes.size() / 2));
    step();
    Disk::write(fd, bytes);
  }
  void sync(int fd) override {
    step();
    durable_[paths_[fd]] = fs::file_size(paths_[fd]);
  }
  void sync_data(int fd) override { sync(fd); }
  void close(int fd) noexcept override { Disk::close(fd); }
  void rename(const fs::path& from, const fs::path& to) override {
    step();
    remember(to);
    Disk::rename(from, to);
    durable_[to] = durable_[from];
    for (auto& [fd, path] : paths_)
      if (path == from) path = to;
  }
  void link(const fs::path& from, const fs::path& to) override {
    step();
    remember(to);
    Disk::link(from, to);
    durable_[to] = durable_[from];
  }
  void sync_directory(const fs::path& directory) override {
    step();
    std::erase_if(undo_, [&](const Undo& undo) { return undo.path.parent_path() == directory; });
  }
  void make_directory(const fs::path& directory) override {
    step();
    Disk::make_directory(directory);
  }
  void remove(const fs::path& path) override {
    step();
    if (fs::is_regular_file(path)) remember(path);
    Disk::remove(path);
  }

  // What the disk looks like after the power came back: files end where they were made durable,
  // or somewhere behind; names are as they were when their folder was made durable.
  void lose_power() {
    for (const auto& [path, size] : durable_)
      if (fs::exists(path) && fs::file_size(path) > size)
        fs::resize_file(path, size + (fs::file_size(path) - size) / 2);
    for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
      fs::remove(undo->path);
      if (undo->had) test::spill(undo->path, undo->bytes);
    }
  }

 private:
  struct Undo {
    fs::path path;
    bool had;
    std::string bytes;
  };

  void remember(const fs::path& path) {
    const bool had = fs::exists(path);
    undo_.push_back({path, had, had ? test::slurp(path) : std::string()});
  }

  void step() {
    if (dead_) throw std::runtime_error("after the end");
    if (--left_ != 0) return;
    struck_ = true;
    if (trouble_ == Trouble::error) throw AuditError(Fault::io, "Input/output error");
    dead_ = true;
    throw std::runtime_error("the end");
  }

  Trouble trouble_;
  int left_;
  bool struck_ = false;
  bool dead_ = false;
  std::map<int, fs::path> paths_;
  std::map<fs::path, std::uintmax_t> durable_;
  std::vector<Undo> undo_;
};

// What a centre knows of its log when it ends: entries that were acknowledged, checkpoints seen.
struct Witnessed {
  std::vector<Appended> acknowledged;
  std::vector<std::string> checkpoints;
};

// Appends over the edge of a full tile, alone and together, publishing in between; the record is
// begun anew all the time.
void work(const test::Folder& folder, const std::shared_ptr<Disk>& disk, Witnessed& seen) {
  LogOptions options = test::quiet(disk);
  options.wal_limit = 600;
  const auto log = test::open_log(folder, std::move(options));
  seen.checkpoints.push_back(log->checkpoint());
  for (std::uint64_t i = 0; i < 5; ++i) {
    const auto appended = log->append(std::vector<Draft>(1 + i % 3, test::draft(1000 + i)));
    seen.acknowledged.insert(seen.acknowledged.end(), appended.begin(), appended.end());
    if (i == 2) continue;
    log->publish();
    seen.checkpoints.push_back(log->checkpoint());
  }
}

void check_after(const test::Folder& folder, const Witnessed& seen) {
  {
    const auto log = test::open_log(folder);
    log->append({test::draft(2000)});
  }
  VerifyOptions options;
  for (const std::string& note : seen.checkpoints) {
    options.since = {{"", note}};
    const auto result = verify_log(folder.log(), test::test_trust(), options);
    CHECK_MESSAGE(result.outcome == Outcome::valid, result.checks.back().message);
  }
  TileCheck files(folder.log(), UINT64_MAX);
  Findings findings("entries");
  for (const Appended& entry : seen.acknowledged) {
    const auto copies = files.copies(-1, entry.seq / 256, findings);
    REQUIRE_FALSE(copies.empty());
    std::size_t used = 0;
    const auto entries = split_bundle(copies.back().bytes, 256, used);
    REQUIRE(entries.size() > entry.seq % 256);
    CHECK(entries[entry.seq % 256] == entry.bytes);
  }
}

int play(Trouble trouble, const test::Folder& start) {
  int at = 1;
  for (bool struck = true; struck; ++at) {
    CAPTURE(at);
    const test::Folder folder;
    fs::copy(start.path(), folder.path(), fs::copy_options::recursive);
    auto disk = std::make_shared<FaultyDisk>(trouble, at);
    Witnessed seen;
    try {
      work(folder, disk, seen);
    } catch (const std::exception&) {
      // The centre ended here.
    }
    struck = disk->struck();
    if (trouble == Trouble::power_cut && struck) disk->lose_power();
    check_after(folder, seen);
  }
  return at;
}

}  // namespace

TEST_CASE("each write error stops the log, and nothing acknowledged is lost") {
  const test::Folder start;
  test::make_log(start, {252, 253});
  CHECK(play(Trouble::error, start) > 100);
}

TEST_CASE("killed at each call, the log loses nothing acknowledged and verifies") {
  const test::Folder start;
  test::make_log(start, {252, 253});
  CHECK(play(Trouble::kill, start) > 100);
}

TEST_CASE("with the power cut at each call, the log loses nothing acknowledged and verifies") {
  const test::Folder start;
  test::make_log(start, {252, 253});
  CHECK(play(Trouble::power_cut, start) > 100);
}

TEST_CASE("a new log that is interrupted before its first checkpoint opens") {
  const test::Folder start;
  Log::create(start.log(), start.state());
  CHECK(play(Trouble::kill, start) > 50);
  CHECK(play(Trouble::power_cut, start) > 50);
}

TEST_CASE("after a write error every append says that the log has stopped") {
  const test::Folder folder;
  test::make_log(folder, {1});
  // The tenth call is in the first append: opening takes those before.
  for (int at = 1; at < 30; ++at) {
    const auto disk = std::make_shared<FaultyDisk>(Trouble::error, at);
    std::unique_ptr<Log> log;
    try {
      log = test::open_log(folder, test::quiet(disk));
    } catch (const AuditError&) {
      continue;
    }
    try {
      for (int i = 0; i < 30; ++i) {
        log->append({test::draft(1)});
        log->publish();
      }
      FAIL("no call failed");
    } catch (const AuditError& error) {
      CHECK(error.fault() == Fault::stopped);
    }
    CHECK_FALSE(log->stopped().empty());
    CHECK_THROWS_AS(log->append({test::draft(1)}), AuditError);
    CHECK_THROWS_AS(log->publish(), AuditError);
  }
}

namespace {

// A folder whose last entries are in the write-ahead record alone, as a kill leaves them.
void leave_unpublished(const test::Folder& folder, std::uint64_t published, std::uint64_t more) {
  test::make_log(folder, {published});
  const test::Folder copy;
  {
    const auto log = test::open_log(folder);
    for (std::uint64_t i = 0; i < more; ++i) log->append({test::draft(500 + i)});
    fs::copy(folder.path(), copy.path(), fs::copy_options::recursive);
  }
  fs::remove_all(folder.log());
  fs::remove_all(folder.state());
  fs::copy(copy.path(), folder.path(), fs::copy_options::recursive);
}

Recovered recover_only(const test::Folder& folder) {
  return recover(folder.log(), folder.state(), std::string(test::origin),
                 test::test_signer().verifier());
}

std::optional<Fault> fault_of_recovery(const test::Folder& folder) {
  try {
    (void)recover_only(folder);
  } catch (const AuditError& error) {
    return error.fault();
  }
  return std::nullopt;
}

std::string alarm_of(const test::Folder& folder) {
  try {
    (void)test::open_log(folder);
  } catch (const AuditError& error) {
    CHECK(error.fault() == Fault::tampered);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a tail torn at each length is cut, and only the torn batch with it") {
  const test::Folder folder;
  leave_unpublished(folder, 3, 2);
  const std::string wal = test::slurp(folder.state() / "wal");
  const std::size_t second = wal.find("batch 4");
  REQUIRE(second != std::string::npos);
  for (std::size_t length = 0; length < wal.size(); ++length) {
    test::spill(folder.state() / "wal", std::string_view(wal).substr(0, length));
    const Recovered found = recover_only(folder);
    CHECK(found.tree.size() == (length < second ? 3u : 4u));
    CHECK(found.torn_bytes == length - (length < second ? 0 : second));
    CHECK(found.entries == found.tree.size() - 3);
  }
  const auto log = test::open_log(folder);  // the last of them, one byte short
  CHECK(log->size() == 4);
  CHECK(log->recovery().entries == 1);
  CHECK(log->recovery().torn_bytes == wal.size() - second - 1);
}

TEST_CASE("a block that the power cut left empty tears its batch") {
  const test::Folder start;
  leave_unpublished(start, 3, 6);
  const std::string wal = test::slurp(start.state() / "wal");
  REQUIRE(wal.size() > 1024);
  std::string torn = wal;
  torn.resize(wal.size() / 512 * 512 + 512, '\0');
  std::fill(torn.begin() + static_cast<std::ptrdiff_t>(wal.size() / 512 * 512), torn.end(), '\0');
  test::spill(start.state() / "wal", torn);
  CHECK(alarm_of(start) == "");
  // In the middle, acknowledged batches follow: an alarm.
  const test::Folder other;
  leave_unpublished(other, 3, 6);
  std::string hole = wal;
  std::fill(hole.begin() + 512, hole.begin() + 1024, '\0');
  test::spill(other.state() / "wal", hole);
  CHECK(alarm_of(other).starts_with("the write-ahead record is damaged"));
}

TEST_CASE("each byte of an unpublished record that is changed is an alarm, not a repair") {
  const test::Folder folder;
  leave_unpublished(folder, 3, 2);
  const std::string wal = test::slurp(folder.state() / "wal");
  for (std::size_t at = 0; at < wal.size(); ++at) {
    std::string bad = wal;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    test::spill(folder.state() / "wal", bad);
    CHECK_MESSAGE(fault_of_recovery(folder) == Fault::tampered, "byte " << at);
  }
  const auto before = test::slurp(folder.state() / "wal");
  CHECK(alarm_of(folder) != "");
  CHECK(test::slurp(folder.state() / "wal") == before);
}

TEST_CASE("entries that were signed and are gone from the record are an alarm") {
  const test::Folder folder;
  leave_unpublished(folder, 3, 2);
  // The crash came between the note of what is signed and the checkpoint.
  const test::Folder ahead;
  test::make_log(ahead, {3});
  {
    const auto log = test::open_log(ahead);
    for (std::uint64_t i = 0; i < 2; ++i) log->append({test::draft(500 + i)});
  }
  fs::copy(ahead.state() / "signed", folder.state() / "signed",
           fs::copy_options::overwrite_existing);
  {
    const test::Folder whole;
    fs::copy(folder.path(), whole.path(), fs::copy_options::recursive);
    CHECK(alarm_of(whole) == "");
    CHECK(test::slurp(whole.log() / "checkpoint") == test::slurp(ahead.log() / "checkpoint"));
  }
  test::spill(folder.state() / "wal", "");
  CHECK(alarm_of(folder) == "the log once signed 5 entries, and only 3 are left");
}

TEST_CASE("a state that doesn't belong to the log is an alarm") {
  const auto alarm = [](const std::function<void(const test::Folder&)>& damage) {
    const test::Folder folder;
    test::make_log(folder, {2, 5});
    test::make_log(folder, {});  // opened again, so that the record is empty
    damage(folder);
    return alarm_of(folder);
  };
  const test::Folder older;
  test::make_log(older, {2});
  CHECK(alarm([&](const test::Folder& f) {
          test::spill(f.state() / "signed", test::slurp(older.state() / "signed"));
        }) == "the checkpoint is newer than the writer's state: the state was rolled back");
  CHECK(alarm([](const test::Folder& f) { test::spill(f.state() / "signed", "new\n"); }) ==
        "there is a checkpoint, and the state says that nothing was ever signed");
  CHECK(alarm([](const test::Folder& f) { fs::remove(f.log() / "checkpoint"); }) ==
        "the checkpoint is missing");
  CHECK(alarm([](const test::Folder& f) { fs::remove(f.state() / "wal"); }) ==
        "the write-ahead record (log.state/wal) is missing");
  CHECK(alarm([](const test::Folder& f) { test::spill(f.log() / "tile/0/000.p/5", "x"); }) ==
        "tile/0/000.p/5 ends early");
  CHECK(alarm([](const test::Folder& f) {
          std::string tile = test::slurp(f.log() / "tile/0/000.p/5");
          tile[0] = static_cast<char>(tile[0] ^ 1);
          test::spill(f.log() / "tile/0/000.p/5", tile);
        }) == "an entry of the newest bundle is not the one in the tree");
  CHECK(alarm([&](const test::Folder& f) {
          test::spill(f.log() / "checkpoint", test::slurp(older.log() / "checkpoint"));
        }) == "the log once signed 5 entries, and only 2 are left");
}

}  // namespace sceau::audit
