// How fast the log is on this machine, all in one run: appends with and without waiting for the
// disk, verification beside Go's reader, publication, receipts.
//
//   bench_audit [--entries N] [--reader PROGRAM] [--json]        the folder is $TMPDIR
//
// Rates of one thread count the seconds that the process computed, so that they mean something on
// a busy machine. PROGRAM is what tests/audit/reader/build makes.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "audit/hash.h"
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

// Waits, and counts the batches.
class CountingDisk final : public Disk {
 public:
  void sync_data(int fd) override {
    ++batches;
    Disk::sync_data(fd);
  }
  std::uint64_t batches = 0;  // one leader at a time
};

struct Figure {
  std::string name, unit;
  double value = 0;
};

// What was measured, in order, to be printed either way.
class Table {
 public:
  void add(std::string name, double value, std::string unit) {
    figures_.push_back({std::move(name), std::move(unit), value});
  }
  void print(bool json) const {
    if (json) std::cout << "{\"format\":1,\"cores\":" << std::thread::hardware_concurrency();
    for (const Figure& figure : figures_) {
      std::array<char, 64> number;
      std::snprintf(number.data(), number.size(), figure.value < 100 ? "%.3f" : "%.0f",
                    figure.value);
      if (json)
        std::cout << ",\"" << figure.name << "\":" << number.data();
      else
        std::printf("%-28s %12s %s\n", figure.name.c_str(), number.data(), figure.unit.c_str());
    }
    if (json) std::cout << "}\n";
  }

 private:
  std::vector<Figure> figures_;
};

double now() {
  return std::chrono::duration_cast<Seconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double computed() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Signer signer() {
  return Signer::generate("bench.example", [](std::span<std::uint8_t> out) {
    for (auto& byte : out) byte = 1;
  });
}

// The two ends of a statement, about 300 bytes each.
Draft draft(std::uint64_t i) {
  static const std::string commitment(64, 'c');
  const auto statement = static_cast<std::int64_t>(i / 2 + 1);
  if (i % 2 == 0)
    return {"statement.started",
            "u-7f3a",
            {{"commitment", commitment}, {"session", "S-2026-000123"}, {"statement", statement}}};
  return {"statement.finished",
          "u-7f3a",
          {{"outcome", "done"},
           {"rows", std::int64_t{1200}},
           {"session", "S-2026-000123"},
           {"spent_us", std::int64_t{532'112}},
           {"statement", statement}}};
}

struct Place {
  explicit Place(const std::string& name)
      : root(fs::temp_directory_path() /
             ("sceau-bench-" + name + "-" + std::to_string(::getpid()))) {
    fs::remove_all(root);
    Log::create(root / "log", root / "log.state");
  }
  ~Place() { fs::remove_all(root); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  fs::path root;
};

std::unique_ptr<Log> open(const Place& place, std::shared_ptr<Disk> disk) {
  LogOptions options;
  options.disk = std::move(disk);
  return std::make_unique<Log>(
      place.root / "log", place.root / "log.state", "bench.example", signer(),
      [] { return std::chrono::system_clock::now(); }, std::move(options));
}

void append_batches(const Place& place, std::uint64_t entries, Table& table) {
  const auto log = open(place, std::make_shared<UnsyncedDisk>());
  log->append("session.opened", "u-7f3a", {{"project", "P-1"}, {"session", "S-2026-000123"}});
  // What makes the drafts is not the log: they are made beforehand.
  std::vector<std::vector<Draft>> batches;
  for (std::uint64_t done = 0; done < entries; done += 1000) {
    batches.emplace_back().reserve(1000);
    for (std::uint64_t i = 0; i < 1000; ++i) batches.back().push_back(draft(done + i));
  }
  const double start = now(), cpu = computed();
  std::uint64_t bytes = 0;
  for (std::vector<Draft>& drafts : batches)
    for (const Appended& entry : log->append(std::move(drafts))) bytes += entry.bytes.size();
  const auto count = static_cast<double>(entries);
  table.add("entry_bytes", static_cast<double>(bytes) / count, "bytes an entry");
  table.add("append_no_fsync", count / (now() - start), "entries/s, batches of 1000");
  table.add("append_no_fsync_cpu", count / (computed() - cpu), "entries per second computed");
}

void append_threads(int threads, std::shared_ptr<Disk> disk, int each) {
  const Place place("threads");
  const auto log = open(place, std::move(disk));
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        Draft entry = draft(static_cast<std::uint64_t>(i));
        log->append(entry.event, entry.actor, std::move(entry.data));
      }
    });
  for (std::thread& worker : workers) worker.join();
}

double fdatasyncs() {
  const fs::path path =
      fs::temp_directory_path() / ("sceau-bench-sync-" + std::to_string(::getpid()));
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

// Acknowledged entries with many sessions at once, beside what the disk can do right now.
void append_durably(Table& table) {
  double start = now();
  append_threads(8, std::make_shared<UnsyncedDisk>(), 20'000);
  table.add("append_8_threads_no_fsync", 8 * 20'000 / (now() - start), "entries/s, one at a time");
  const double syncs = fdatasyncs();
  table.add("fdatasyncs", syncs, "a second, 300 bytes each");
  for (const int threads : {1, 32}) {
    const auto disk = std::make_shared<CountingDisk>();
    const int each = threads == 1 ? 300 : 200;
    start = now();
    append_threads(threads, disk, each);
    const double rate = threads * each / (now() - start);
    const double batch = static_cast<double>(threads * each) / static_cast<double>(disk->batches);
    const std::string name = "acknowledged_" + std::to_string(threads) + "_threads";
    table.add(name, rate, "entries/s, with fdatasync");
    table.add(name + "_batch", batch, "entries a batch");
    table.add(name + "_of_disk", rate / (batch * syncs), "of batch x fdatasyncs (aim 0.5)");
  }
}

void publish_one_by_one(Table& table) {
  const Place place("publish");
  const auto log = open(place, nullptr);
  std::vector<double> latencies;
  Appended last;
  for (std::uint64_t i = 0; i < 12; ++i) {
    Draft entry = draft(i);
    last = log->append(entry.event, entry.actor, std::move(entry.data));
    const double start = now();
    while (log->published() <= last.seq) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    latencies.push_back(now() - start);
  }
  std::sort(latencies.begin(), latencies.end());
  table.add("publication_median", latencies[latencies.size() / 2], "s after acknowledgement");
  table.add("publication_longest", latencies.back(), "s (promised: 1)");
}

void prove(const Place& place, Table& table) {
  const auto log = open(place, std::make_shared<UnsyncedDisk>());
  const auto made = log->append("release.made", "u-2",
                                {{"output", std::int64_t{1}},
                                 {"policy", std::string(64, '0')},
                                 {"request", "R-2026-000001"},
                                 {"sha256", to_hex(Hasher().sha256(as_bytes("a,n\n")))},
                                 {"turn", std::int64_t{1}},
                                 {"verdict", "pass"}});
  log->publish();
  double start = now();
  std::string receipt;
  constexpr int rounds = 50;
  for (int i = 0; i < rounds; ++i) receipt = log->receipt(made.seq);
  table.add("receipt_made", 1e6 * (now() - start) / rounds, "microseconds");
  table.add("receipt_bytes", static_cast<double>(receipt.size()), "bytes");
  const Trust trust = trust_of_key(signer().verifier_key());
  const Digest file = Hasher().sha256(as_bytes("a,n\n"));
  start = now();
  for (int i = 0; i < rounds; ++i)
    if (verify_receipt(receipt, file, trust).outcome != Outcome::valid)
      throw std::runtime_error("the receipt is not valid");
  table.add("receipt_checked", 1e6 * (now() - start) / rounds, "microseconds");
}

double verify(const Place& place, bool tree_only, unsigned threads, Table& table,
              const std::string& name) {
  const Trust trust = trust_of_key(signer().verifier_key());
  VerifyOptions options;
  options.tree_only = tree_only;
  options.threads = threads;
  const double start = now(), cpu = computed();
  const Verification result = verify_log(place.root / "log", trust, options);
  if (result.outcome != Outcome::valid) throw std::runtime_error("the log is not valid");
  const double seconds = threads == 1 ? computed() - cpu : now() - start;
  const double rate = static_cast<double>(result.size) / seconds;
  table.add(name, rate, threads == 1 ? "entries per second computed" : "entries/s");
  return rate;
}

// Go's reader on the same log, one core: the same hashes, no entry read.
double go_reader(const Place& place, const std::string& reader) {
  const std::string command = "'" + reader + "' bench '" + (place.root / "log").string() + "' '" +
                              signer().verifier_key() + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  double size = 0, seconds = 0;
  if (!pipe || std::fscanf(pipe.get(), "%lf %lf", &size, &seconds) != 2)
    throw std::runtime_error("the Go reader gave no figures");
  return size / seconds;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t entries = 500'000;
  std::string reader;
  bool json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--json")
      json = true;
    else if (word == "--entries" && i + 1 < argc)
      entries = std::max(1000ULL, std::strtoull(argv[++i], nullptr, 10) / 1000 * 1000);
    else if (word == "--reader" && i + 1 < argc)
      reader = argv[++i];
    else {
      std::cerr << "usage: bench_audit [--entries N] [--reader PROGRAM] [--json]\n";
      return 2;
    }
  }
  try {
    Table table;
    const Place place("batches");
    append_batches(place, entries, table);
    verify(place, true, 1, table, "verify_tree_a_core");
    const double rate = verify(place, false, 1, table, "verify_a_core");
    verify(place, false, 0, table, "verify_all_cores");
    if (!reader.empty()) {
      const double other = go_reader(place, reader);
      table.add("go_reader_a_core", other, "entries per second computed");
      table.add("verify_beside_go", rate / other, "times as fast (aim 3)");
    }
    prove(place, table);
    append_durably(table);
    publish_one_by_one(table);
    table.print(json);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench_audit: error: " << error.what() << "\n";
    return 70;
  }
}
