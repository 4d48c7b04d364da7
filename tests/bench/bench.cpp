// What scripts/bench runs: one act on one engine in a process of its own, its times as JSON on
// standard output. The clock stands between before the file is opened and the answer; the start of
// the process and its libraries don't count, here and for every other engine alike.
//
//   sceau_bench seal       --out STORE --from CSV … --codebook FILE --vintage V --key-file FILE
//   sceau_bench query      --store STORE … --key-file FILE --query W1 [--times N] [--threads N]
//   sceau_bench floor      --store STORE --key-file FILE --query W1 [--times N] [--threads N]
//   sceau_bench load-rows  --out DB --from CSV --codebook FILE --key-file FILE
//   sceau_bench query-rows --store DB --key-file FILE --dimensions N [--times N]   SQL on stdin
//
// The key file holds 64 hexadecimal digits. It is the benchmark's own and guards invented data.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/program_options.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "enclave/store/import.h"
#include "enclave/store/store.h"
#include "tests/bench/floor.h"
#include "tests/bench/row_store.h"
#include "tests/bench/workload.h"

namespace {

namespace fs = std::filesystem;
namespace options = boost::program_options;
using namespace sceau;
using Json = nlohmann::ordered_json;

template <typename Act>
double seconds(Act act) {
  const auto start = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The process's largest resident memory so far, in bytes.
std::int64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

/// Seconds that the process's threads have computed: what counts on a busy machine.
double computed() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

enclave::KeyBytes key_of(const fs::path& file) {
  std::ifstream in(file);
  std::string text;
  in >> text;
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  if (bytes.size() != 32) throw std::runtime_error("the key file holds no 64 hexadecimal digits");
  return enclave::KeyBytes(bytes);
}

struct Arguments {
  std::string out;
  std::vector<std::string> from;
  std::vector<std::string> stores;
  std::string codebook;
  std::string vintage;
  std::string key_file;
  std::string query;
  int dimensions = 0;
  int times = 1;
  int threads = 2;
};

Json seal(const Arguments& given) {
  const auto key = key_of(given.key_file);
  enclave::ImportOptions import;
  import.codebook = policies::load_codebook(given.codebook);
  import.vintage = given.vintage;
  import.id = std::string(32, '0');
  import.created = "2026-01-01T00:00:00.000000Z";
  import.domain_key = [](const std::string&) { return enclave::random_key();
};
std::uint64_t rows = 0;
const double took = seconds([&] {
  for (const auto& csv : given.from) {
    const int fd = ::open(csv.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw std::runtime_error("can't open " + csv);
    import.files.push_back({fs::path(csv).filename().string(), fd});
  }
  rows = enclave::import_csv(import, given.out, key).rows;
});
for (const auto& file : import.files) ::close(file.fd);
return {{"seconds", took}, {"rows", rows}, {"bytes", fs::file_size(given.out)}};
}  // namespace

/// Results alone where the question asks for no evidence, as exploration does.
disclosure::Table tabulate(const bench::Query& query, const disclosure::Source& source,
                           const policies::Codebook& codebook, int threads) {
  return disclosure::tabulate(
      query.tabulation, source, codebook, {}, threads,
      query.evidence ? disclosure::Detail::evidence : disclosure::Detail::results);
}

bench::Query named(const Arguments& given, std::vector<std::string> vintages) {
  auto query = bench::query_named(given.query, std::move(vintages));
  if (!query) throw options::error("there is no query " + given.query);
  return *query;
}

Json query(const Arguments& given) {
  const auto key = key_of(given.key_file);
  std::vector<enclave::Store> stores;
  std::optional<enclave::StackedSource> source;
  std::optional<bench::Query> asked;
  disclosure::Table table;
  double opened = 0;
  const double before = computed();
  const double first = seconds([&] {
    opened = seconds([&] {
      for (const auto& file : given.stores) stores.push_back(enclave::Store::open(file, key));
      std::vector<const enclave::Store*> all;
      for (const auto& store : stores) all.push_back(&store);
      source.emplace(all, std::nullopt);
    });
    asked = named(given, source->vintages());
    table = tabulate(*asked, *source, source->codebook(), given.threads);
  });
  const double first_cpu = computed() - before;
  std::vector<double> later;
  for (int i = 1; i < given.times; ++i) {
    later.push_back(
        seconds([&] { table = tabulate(*asked, *source, source->codebook(), given.threads); }));
  }
  return {{"first", first},
          {"first_cpu", first_cpu},
          {"opened", opened},
          {"later", later},
          {"answer", bench::answer_of(*asked, table)}};
}

Json load_rows(const Arguments& given) {
  const auto key = key_of(given.key_file);
  const auto codebook = policies::load_codebook(given.codebook);
  const double took =
      seconds([&] { bench::RowStore::load(given.out, key, given.from.at(0), codebook); });
  return {{"seconds", took}, {"bytes", fs::file_size(given.out)}};
}

Json query_rows(const Arguments& given) {
  const auto key = key_of(given.key_file);
  const std::string sql(std::istreambuf_iterator<char>(std::cin), {});
  std::optional<bench::RowStore> rows;
  bench::Answer answer;
  const double before = computed();
  const double first = seconds([&] {
    rows.emplace(given.stores.at(0), key);
    answer = rows->query(sql, given.dimensions);
  });
  const double first_cpu = computed() - before;
  std::vector<double> later;
  for (int i = 1; i < given.times; ++i) {
    later.push_back(seconds([&] { answer = rows->query(sql, given.dimensions); }));
  }
  return {{"first", first}, {"first_cpu", first_cpu}, {"later", later}, {"answer", answer}};
}

Json floor(const Arguments& given) {
  const auto measured = bench::measure_floor(given.stores.at(0), key_of(given.key_file),
                                             named(given, {}), given.threads, given.times);
  return {{"decrypt", measured.decrypt},
          {"aggregate", measured.aggregate},
          {"bytes", measured.bytes},
          {"rows", measured.rows}};
}

Json act(const std::string& name, const Arguments& given) {
  if (name == "seal") return seal(given);
  if (name == "query") return query(given);
  if (name == "floor") return floor(given);
  if (name == "load-rows") return load_rows(given);
  if (name == "query-rows") return query_rows(given);
  throw options::error("seal, query, floor, load-rows or query-rows, not '" + name + "'");
}

int run(int argc, char** argv) {
  Arguments given;
  options::options_description described("sceau_bench ACT: one act, its times as JSON");
  described.add_options()("help", "this text")("out", options::value(&given.out), "file to write")(
      "from", options::value(&given.from), "CSV file")("store", options::value(&given.stores),
                                                       "file to read")(
      "codebook", options::value(&given.codebook), "of the CSV file")(
      "vintage", options::value(&given.vintage), "of the store")(
      "key-file", options::value(&given.key_file), "64 hexadecimal digits")(
      "query", options::value(&given.query), "W1 …, F1 …, P1 …")(
      "dimensions", options::value(&given.dimensions), "columns that are dimensions")(
      "times", options::value(&given.times), "how often")("threads", options::value(&given.threads),
                                                          "of the engine");
  if (argc < 2 || std::string(argv[1]) == "--help") {
    std::cout << described;
    return argc < 2 ? 2 : 0;
  }
  options::variables_map values;
  options::store(options::parse_command_line(argc - 1, argv + 1, described), values);
  options::notify(values);
  const bool writes = !given.out.empty() && !given.from.empty() && !given.codebook.empty();
  if (given.key_file.empty() || (!writes && given.stores.empty())) {
    throw options::error("an option is missing: sceau_bench --help");
  }
  Json answer = act(argv[1], given);
  answer["peak_memory"] = peak_memory();
  std::cout << answer.dump() << "\n";
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
