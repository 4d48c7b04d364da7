// How fast the log is on this machine: appends with and without waiting for the disk, and
// verification. usage: bench_audit [ENTRIES]; the folder is $TMPDIR. CPU rates count the seconds
// that the process computed, so that they mean something on a busy machine.
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "audit/log.h"
#include "audit/verify.h"

namespace {

using namespace sceau::audit;
namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

// Waits for nothing: what the writer itself costs.
class UnsyncedDisk final : public Disk {
 public:
  void sync(int) override {}
  void sync_data(int) override {}
  void sync_directory(const fs::path&) override {}
};

double now() {
  return std::chrono::duration_cast<Seconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double computed() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Prints what was done since these two readings.
void report(const std::string& what, std::uint64_t entries, double start, double start_cpu) {
  const auto count = static_cast<double>(entries);
  std::cout << what << ": " << static_cast<std::uint64_t>(count / (now() - start)) << " entries/s, "
            << static_cast<std::uint64_t>(count / (computed() - start_cpu)) << " per CPU second\n";
}

Signer signer() {
  return Signer::generate("bench.example", [](std::span<std::uint8_t> out) {
    for (auto& byte : out) byte = 1;
  });
}

Draft draft(std::uint64_t i) {
  return {"statement.finished",
          "u-7f3a",
          {{"outcome", "done"},
           {"session", "S-2026-000123"},
           {"statement", static_cast<std::int64_t>(i)}}};
}

struct Place {
  explicit Place(const std::string& name)
      : root(fs::temp_directory_path() / ("sceau-bench-" + name)) {
    fs::remove_all(root);
    Log::create(root / "log", root / "log.state");
  }
  ~Place() { fs::remove_all(root); }
  fs::path root;
};

std::unique_ptr<Log> open(const Place& place, std::shared_ptr<Disk> disk) {
  LogOptions options;
  options.disk = std::move(disk);
  return std::make_unique<Log>(
      place.root / "log", place.root / "log.state", "bench.example", signer(),
      [] { return std::chrono::system_clock::now(); }, std::move(options));
}

void append_batches(const Place& place, std::uint64_t entries) {
  const auto log = open(place, std::make_shared<UnsyncedDisk>());
  const double start = now(), cpu = computed();
  for (std::uint64_t done = 0; done < entries; done += 1000) {
    std::vector<Draft> drafts;
    drafts.reserve(1000);
    for (std::uint64_t i = 0; i < 1000; ++i) drafts.push_back(draft(done + i));
    log->append(std::move(drafts));
  }
  report("append, batches of 1000, no fsync", entries, start, cpu);
}

void append_threads(int threads, std::shared_ptr<Disk> disk, const char* what, int each) {
  const Place place("threads");
  const auto log = open(place, std::move(disk));
  const double start = now();
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        Draft entry = draft(static_cast<std::uint64_t>(i));
        log->append(entry.event, entry.actor, std::move(entry.data));
      }
    });
  for (std::thread& worker : workers) worker.join();
  std::cout << "append, " << threads << " threads, " << what << ": "
            << static_cast<std::uint64_t>(threads * each / (now() - start)) << " entries/s\n";
}

void verify(const Place& place) {
  const Trust trust = trust_of_key(signer().verifier_key());
  for (const bool tree_only : {false, true}) {
    VerifyOptions options;
    options.tree_only = tree_only;
    const double start = now(), cpu = computed();
    const Verification result = verify_log(place.root / "log", trust, options);
    if (result.outcome != Outcome::valid) throw std::runtime_error("the log is not valid");
    report(tree_only ? "verify --tree" : "verify", result.size, start, cpu);
  }
}

double fdatasyncs() {
  const fs::path path = fs::temp_directory_path() / "sceau-bench-sync";
  Disk disk;
  double rate = 0;
  {
    const DiskFile file(disk, path, true, 0600);
    const double start = now();
    int count = 0;
    for (; now() - start < 1; ++count) {
      disk.write(file.fd(), std::string(300, 'x'));
      disk.sync_data(file.fd());
    }
    rate = count / (now() - start);
  }
  fs::remove(path);
  return rate;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  {
    const Place place("batches");
    append_batches(place, entries);
    verify(place);
  }
  append_threads(8, std::make_shared<UnsyncedDisk>(), "no fsync", 20'000);
  std::cout << "fdatasync: " << static_cast<std::uint64_t>(fdatasyncs()) << " /s\n";
  append_threads(1, nullptr, "fsync", 300);
  append_threads(8, nullptr, "fsync", 300);
  return 0;
}
