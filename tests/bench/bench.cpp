// sceau_bench --csv FILE --codebook FILE --dir FOLDER [--rounds N] [--json]
//
// Seals FILE, loads it into a row store, then runs each query on both in turns, so that whatever
// else the machine does slows both down. Printed are medians and their ratios. Each answer of the
// engine is compared with the row store's: a difference ends the run with exit 1.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "enclave/store/import.h"
#include "enclave/store/store.h"
#include "tests/bench/row_store.h"
#include "tests/bench/workload.h"

namespace {

namespace fs = std::filesystem;
namespace options = boost::program_options;
using namespace sceau;

template <typename Act>
double seconds(Act act) {
  const auto start = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

struct Timed {
  bench::Query query;
  double engine = 0;
  double rows = 0;
};

struct Results {
  std::uint64_t rows = 0;
  double import_engine = 0;
  double import_rows = 0;
  std::uint64_t store_bytes = 0;
  std::uint64_t row_store_bytes = 0;
  std::vector<Timed> queries;
};

void import_both(const fs::path& csv, const policies::Codebook& codebook, const fs::path& dir,
                 const enclave::KeyBytes& key, Results& results) {
  enclave::ImportOptions import;
  import.codebook = codebook;
  import.vintage = "bench";
  import.id = std::string(32, '0');
  import.created = "2026-01-01T00:00:00.000000Z";
  import.domain_key = [](const std::string&) { return enclave::random_key();
};
const int fd = ::open(csv.c_str(), O_RDONLY | O_CLOEXEC);
import.files.push_back({csv.filename().string(), fd});
results.import_engine =
    seconds([&] { results.rows = enclave::import_csv(import, dir / "bench.store", key).rows; });
::close(fd);
results.import_rows = seconds([&] { bench::RowStore::load(dir / "rows.db", key, csv, codebook); });
results.store_bytes = fs::file_size(dir / "bench.store");
results.row_store_bytes = fs::file_size(dir / "rows.db");
}  // namespace

/// False where an answer differs.
bool run_queries(const fs::path& dir, const enclave::KeyBytes& key, int rounds, Results& results) {
  const auto store = enclave::Store::open(dir / "bench.store", key);
  const enclave::StackedSource source({&store}, std::nullopt);
  const bench::RowStore row_store(dir / "rows.db", key);
  const auto queries = bench::workload();
  std::vector<std::vector<double>> engine(queries.size());
  std::vector<std::vector<double>> rows(queries.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < queries.size(); ++i) {
      disclosure::Table table;
      bench::Answer answer;
      engine[i].push_back(seconds(
          [&] { table = disclosure::tabulate(queries[i].tabulation, source, store.codebook()); }));
      rows[i].push_back(seconds([&] { answer = row_store.query(queries[i].sql); }));
      if (!bench::same(bench::answer_of(table), answer)) {
        std::cerr << "sceau_bench: error: " << queries[i].name
                  << ": the engine and the row store give different numbers\n";
        return false;
      }
    }
  }
  for (std::size_t i = 0; i < queries.size(); ++i) {
    results.queries.push_back({queries[i], median(engine[i]), median(rows[i])});
  }
  return true;
}

void print(const Results& results, int rounds) {
  const auto rate = [&](double took) { return static_cast<double>(results.rows) / took; };
  std::printf("%llu rows, medians of %d rounds, %u processors\n",
              static_cast<unsigned long long>(results.rows), rounds,
              std::thread::hardware_concurrency());
  std::printf("%-50s %12s %12s %8s\n", "", "Sceau", "row store", "ratio");
  std::printf("%-50s %12.0f %12.0f %8.2f\n", "import, rows a second", rate(results.import_engine),
              rate(results.import_rows), results.import_rows / results.import_engine);
  std::printf(
      "%-50s %12.1f %12.1f %8.2f\n", "size, MB", static_cast<double>(results.store_bytes) / 1e6,
      static_cast<double>(results.row_store_bytes) / 1e6,
      static_cast<double>(results.row_store_bytes) / static_cast<double>(results.store_bytes));
  for (const auto& timed : results.queries) {
    const std::string title = timed.query.name + " " + timed.query.title + ", s";
    // printf counts bytes; the titles have letters of two.
    const auto extra = static_cast<int>(std::ranges::count_if(
        title, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }));
    std::printf("%-*s %12.4f %12.4f %8.2f\n", 50 + extra, title.c_str(), timed.engine, timed.rows,
                timed.rows / timed.engine);
  }
  std::printf(
      "ratio: how many times faster (or smaller) than SQLCipher as a table of plain rows, same "
      "key\n"
      "settings. Sceau's seconds include the evidence that the rules judge.\n");
}

void print_json(const Results& results, int rounds) {
  nlohmann::ordered_json json = {
      {"format", 1},
      {"rows", results.rows},
      {"rounds", rounds},
      {"processors", std::thread::hardware_concurrency()},
      {"import",
       {{"rows_per_second", static_cast<double>(results.rows) / results.import_engine},
        {"row_store_rows_per_second", static_cast<double>(results.rows) / results.import_rows},
        {"ratio", results.import_rows / results.import_engine}}},
      {"bytes", {{"store", results.store_bytes}, {"row_store", results.row_store_bytes}}},
      {"queries", nlohmann::ordered_json::array()}};
  for (const auto& timed : results.queries) {
    json["queries"].push_back({{"name", timed.query.name},
                               {"title", timed.query.title},
                               {"seconds", timed.engine},
                               {"row_store_seconds", timed.rows},
                               {"ratio", timed.rows / timed.engine}});
  }
  std::cout << json.dump(2) << "\n";
}

int run(int argc, char** argv) {
  std::string csv;
  std::string codebook;
  std::string dir;
  int rounds = 3;
  options::options_description described("sceau_bench: import and four queries beside a row store");
  described.add_options()("help", "this text")("csv", options::value(&csv)->required(), "pupils")(
      "codebook", options::value(&codebook)->required(), "their codebook")(
      "dir", options::value(&dir)->required(), "an empty folder for both databases")(
      "rounds", options::value(&rounds), "of all queries; medians are printed")("json",
                                                                                "one document");
  options::variables_map values;
  options::store(options::parse_command_line(argc, argv, described), values);
  if (values.contains("help")) {
    std::cout << described;
    return 0;
  }
  options::notify(values);
  const enclave::KeyBytes key = enclave::random_key();
  Results results;
  import_both(csv, policies::load_codebook(codebook), dir, key, results);
  if (!run_queries(dir, key, std::max(rounds, 1), results)) return 1;
  values.contains("json") ? print_json(results, rounds) : print(results, rounds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const options::error& error) {
    std::cerr << "sceau_bench: error: " << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "sceau_bench: error: " << error.what() << "\n";
    return 70;
  }
}
