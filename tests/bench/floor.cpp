#include "tests/bench/floor.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "enclave/store/store.h"
#include "tests/bench/row_store.h"

namespace sceau::bench {
namespace {

using disclosure::ColumnKind;

template <typename Act>
double median_seconds(int times, Act act) {
  std::vector<double> taken;
  for (int i = 0; i < times; ++i) {
    const auto start = std::chrono::steady_clock::now();
    act();
    taken.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::sort(taken);
  return taken[taken.size() / 2];
}

/// act(thread) by each of `threads` threads.
template <typename Act>
void in_parallel(int threads, Act act) {
  std::vector<std::jthread> workers;
  for (int i = 0; i < threads; ++i) workers.emplace_back([=] { act(i); });
}

// -- decryption

struct Close {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

/// Bytes of the blobs of these columns whose segment is this thread's.
std::uint64_t read_blobs(sqlite3* handle, const std::vector<std::int64_t>& columns,
                         std::size_t segments, int thread, int threads,
                         std::vector<std::uint8_t>& buffer) {
  std::uint64_t bytes = 0;
  for (const char* part : {"data", "present"}) {
    sqlite3_blob* blob = nullptr;
    for (auto n = static_cast<std::size_t>(thread); n < segments;
         n += static_cast<std::size_t>(threads)) {
      for (const auto column : columns) {
        const sqlite3_int64 place = (column << 32) | static_cast<std::int64_t>(n);
        const int rc = blob ? sqlite3_blob_reopen(blob, place)
                            : sqlite3_blob_open(handle, "main", "content", part, place, 0, &blob);
        if (rc != SQLITE_OK) throw std::runtime_error("floor: a segment is not where it should be");
        const int size = sqlite3_blob_bytes(blob);
        buffer.resize(std::max(buffer.size(), static_cast<std::size_t>(size)));
        if (sqlite3_blob_read(blob, buffer.data(), size, 0) != SQLITE_OK) {
          throw std::runtime_error("floor: a segment can't be read");
        }
        bytes += static_cast<std::uint64_t>(size);
      }
    }
    sqlite3_blob_close(blob);
  }
  return bytes;
}

// -- aggregation

constexpr std::uint16_t no_code = 0xffff;
constexpr std::int32_t no_number = std::numeric_limits<std::int32_t>::min();
constexpr std::size_t block = 1024;

struct Cell {
  std::int64_t rows = 0;
  std::int64_t valid = 0;
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  std::int32_t low = std::numeric_limits<std::int32_t>::max();
  std::int32_t high = std::numeric_limits<std::int32_t>::min();
};

/// A query's columns, whole and decoded.
struct Decoded {
  std::vector<std::vector<std::uint16_t>> dimensions;
  std::vector<std::uint32_t> strides;
  std::size_t cells = 1;
  std::vector<std::vector<std::int32_t>> numbers;
  std::vector<std::int32_t> year;   // of the filter, where there is one
  std::vector<std::uint16_t> flag;  // boursier, where the query names it
  std::uint16_t wanted = no_code;
  std::size_t rows = 0;
};

std::vector<std::uint16_t> codes_of(const enclave::StackedSource& source, const std::string& name) {
  std::vector<std::uint16_t> codes;
  disclosure::Segment segment;
  for (std::size_t n = 0; n < source.segments(); ++n) {
    source.read(n, name, segment);
    for (const auto code : segment.codes) {
      codes.push_back(code == disclosure::null_code ? no_code : static_cast<std::uint16_t>(code));
    }
  }
  return codes;
}

std::vector<std::int32_t> numbers_of(const enclave::StackedSource& source,
                                     const std::string& name) {
  std::vector<std::int32_t> numbers;
  disclosure::Segment segment;
  for (std::size_t n = 0; n < source.segments(); ++n) {
    source.read(n, name, segment);
    for (std::size_t i = 0; i < segment.scaled.size(); ++i) {
      const bool known = segment.present.empty() || segment.present[i] != 0;
      numbers.push_back(known ? static_cast<std::int32_t>(segment.scaled[i]) : no_number);
    }
  }
  return numbers;
}

Decoded decode(const enclave::StackedSource& source, const Query& query,
               const std::set<std::string>& named) {
  Decoded decoded;
  for (std::size_t n = 0; n < source.segments(); ++n) decoded.rows += source.rows(n);
  std::vector<std::string> dimensions;
  for (const auto& dimension : query.tabulation.dimensions) dimensions.push_back(dimension.name);
  // A school lies in one département: by school first, folded into départements afterwards.
  if (query.evidence) std::ranges::replace(dimensions, std::string("departement"), "uai");
  for (const auto& name : dimensions) {
    decoded.dimensions.push_back(codes_of(source, name));
    decoded.strides.push_back(static_cast<std::uint32_t>(decoded.cells));
    decoded.cells *= source.dictionary(name).size() + 1;
    // NULL is the last category, so that there is no branch in the loop.
    const auto last = static_cast<std::uint16_t>(source.dictionary(name).size());
    std::ranges::replace(decoded.dimensions.back(), no_code, last);
  }
  for (const char* name : {"note", "age"}) {
    if (named.contains(name)) decoded.numbers.push_back(numbers_of(source, name));
  }
  if (named.contains("annee")) decoded.year = numbers_of(source, "annee");
  if (named.contains("boursier")) {
    decoded.flag = codes_of(source, "boursier");
    const auto& texts = source.dictionary("boursier");
    decoded.wanted = static_cast<std::uint16_t>(std::ranges::find(texts, "1") - texts.begin());
  }
  return decoded;
}

/// The plain loop over rows [first, last); the rows that it took.
std::uint64_t add_up(const Decoded& decoded, bool evidence, std::size_t first, std::size_t last,
                     std::vector<Cell>& cells) {
  std::uint64_t taken = 0;
  std::vector<std::uint32_t> cell(block);
  const bool filtered = !decoded.year.empty();
  const auto& marks = decoded.numbers.front();
  for (std::size_t start = first; start < last; start += block) {
    const std::size_t size = std::min(block, last - start);
    std::fill_n(cell.begin(), size, 0);
    for (std::size_t d = 0; d < decoded.dimensions.size(); ++d) {
      const auto* const codes = decoded.dimensions[d].data() + start;
      const std::uint32_t stride = decoded.strides[d];
      for (std::size_t i = 0; i < size; ++i) cell[i] += codes[i] * stride;
    }
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t row = start + i;
      if (filtered && (decoded.year[row] != 2021 || decoded.flag[row] != decoded.wanted)) continue;
      Cell& into = cells[cell[i]];
      const std::int32_t mark = marks[row];
      const bool known = mark != no_number;
      const std::int64_t value = known ? mark : 0;
      ++taken;
      ++into.rows;
      into.valid += known ? 1 : 0;
      into.sum += value;
      into.squares += value * value;
      if (evidence && known) {
        into.low = std::min(into.low, mark);
        into.high = std::max(into.high, mark);
      }
    }
  }
  return taken;
}

/// W5: sums of whole columns.
std::uint64_t scan(const Decoded& decoded, std::size_t first, std::size_t last, Cell& into) {
  for (const auto& numbers : decoded.numbers) {
    std::int64_t sum = 0;
    for (std::size_t row = first; row < last; ++row) {
      sum += numbers[row] == no_number ? 0 : numbers[row];
    }
    into.sum += sum;
  }
  std::int64_t holders = 0;
  for (std::size_t row = first; row < last; ++row) {
    holders += decoded.flag[row] == decoded.wanted ? 1 : 0;
  }
  into.rows += holders;
  return last - first;
}

std::uint64_t aggregate(const Decoded& decoded, const Query& query, int threads) {
  std::vector<std::vector<Cell>> cells(static_cast<std::size_t>(threads));
  std::vector<std::uint64_t> taken(cells.size());
  in_parallel(threads, [&](int thread) {
    const auto place = static_cast<std::size_t>(thread);
    const std::size_t first = decoded.rows * place / cells.size();
    const std::size_t last = decoded.rows * (place + 1) / cells.size();
    cells[place].resize(decoded.cells);
    taken[place] = decoded.dimensions.empty()
                       ? scan(decoded, first, last, cells[place].front())
                       : add_up(decoded, query.evidence, first, last, cells[place]);
  });
  std::uint64_t all = 0;
  for (const auto count : taken) all += count;
  for (std::size_t other = 1; other < cells.size(); ++other) {
    for (std::size_t i = 0; i < decoded.cells; ++i) {
      cells[0][i].rows += cells[other][i].rows;
      cells[0][i].sum += cells[other][i].sum;
      cells[0][i].squares += cells[other][i].squares;
    }
  }
  std::int64_t counted = 0;
  for (const auto& cell : cells[0]) counted += cell.rows;
  if (!decoded.dimensions.empty() && counted != static_cast<std::int64_t>(all)) {
    throw std::runtime_error("floor: rows were lost");
  }
  return all;
}

}  // namespace

Floor measure_floor(const std::filesystem::path& file, const enclave::KeyBytes& key,
                    const Query& query, int threads, int times) {
  const auto store = enclave::Store::open(file, key);
  const enclave::StackedSource source({&store}, std::nullopt);
  const auto variables = disclosure::variables_of(query.tabulation);
  std::set<std::string> named(variables.begin(), variables.end());
  if (query.evidence) named.insert("uai");

  std::vector<std::int64_t> columns;
  const auto& summaries = store.manifest().columns;
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    if (named.contains(summaries[i].name)) columns.push_back(static_cast<std::int64_t>(i));
  }
  std::vector<Handle> handles;
  for (int i = 0; i < threads; ++i) handles.emplace_back(connect(file, key));
  std::vector<std::vector<std::uint8_t>> buffers(handles.size());
  std::vector<std::uint64_t> bytes(handles.size());

  Floor floor;
  floor.decrypt = median_seconds(times, [&] {
    in_parallel(threads, [&](int thread) {
      const auto place = static_cast<std::size_t>(thread);
      bytes[place] = read_blobs(handles[place].get(), columns, source.segments(), thread, threads,
                                buffers[place]);
    });
  });
  for (const auto count : bytes) floor.bytes += count;
  const Decoded decoded = decode(source, query, named);
  floor.aggregate = median_seconds(times, [&] { floor.rows = aggregate(decoded, query, threads); });
  return floor;
}

}  // namespace sceau::bench
