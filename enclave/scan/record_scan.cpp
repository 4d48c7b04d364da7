#include "enclave/scan/record_scan.h"

#include <algorithm>

#include "enclave/scan/alignment.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t most_tables_told = 20;

/// FNV-1a of a word, letters small.
std::uint64_t word_hash(std::string_view word) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : word) {
    const auto small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    hash = (hash ^ static_cast<unsigned char>(small)) * 1099511628211ULL;
  }
  return hash;
}

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

using Words = std::unordered_map<std::uint64_t, std::uint64_t>;  // hash -> how often

void count_words(std::string_view text, Words& words) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && in_word(text[i])) continue;
    if (i - begin >= shortest_code) ++words[word_hash(text.substr(begin, i - begin))];
    begin = i + 1;
  }
}

/// A code with blanks or points in it can't be a word of the file.
bool is_word(std::string_view code) {
  return code.size() >= shortest_code && std::all_of(code.begin(), code.end(), in_word);
}

void find_values(const Searched& store, const Words& words, Steps& steps, Found& found) {
  for (const auto& info : store.source->columns()) {
    const auto* variable = store.codebook->find(info.name);
    const auto& contributors = store.codebook->contributors;
    const bool identifier = variable != nullptr && variable->role == policies::Role::identifier;
    const bool contributor =
        std::find(contributors.begin(), contributors.end(), info.name) != contributors.end();
    if ((!identifier && !contributor) || info.kind != disclosure::ColumnKind::codes) continue;
    const auto& codes = store.source->dictionary(info.name);
    if (!steps.take(codes.size())) {
      found.whole = false;
      return;
    }
    ValueHits hits{store.source->dataset(), info.name, identifier, 0, 0};
    for (const auto& code : codes) {
      if (!is_word(code)) continue;
      const auto word = words.find(word_hash(code));
      if (word == words.end()) continue;
      ++hits.distinct;
      hits.places += word->second;
    }
    if (hits.distinct > 0) found.values.push_back(std::move(hits));
  }
}

/// Rows of the store and lines of the block by what the paired columns hold.
struct Tally {
  std::uint64_t rows = 0;
  std::uint64_t lines = 0;
};

std::uint64_t combined(std::uint64_t hash, std::uint32_t value) {
  hash ^= value + 0x9E3779B97F4A7C15ULL + (hash << 6) + (hash >> 2);
  return hash * 0xBF58476D1CE4E5B9ULL;
}

std::unordered_map<std::uint64_t, Tally> tally(const Block& block,
                                               const std::vector<Pairing>& pairings,
                                               StoreColumns& columns) {
  std::unordered_map<std::uint64_t, Tally> tallies;
  for (std::size_t line = 0; line < block.lines(); ++line) {
    std::uint64_t hash = 0;
    bool whole = true;
    for (const auto& pair : pairings) {
      const auto value = columns[pair.column].value_of(block.at(line, pair.field));
      whole = whole && value != no_value;
      hash = combined(hash, value);
    }
    if (whole) ++tallies[hash].lines;
  }
  std::vector<const std::vector<std::uint32_t>*> values;
  for (const auto& pair : pairings) values.push_back(columns.values(pair.column));
  for (std::size_t row = 0; row < columns.rows(); ++row) {
    std::uint64_t hash = 0;
    for (const auto* column : values) hash = combined(hash, (*column)[row]);
    const auto known = tallies.find(hash);
    if (known != tallies.end()) ++known->second.rows;
  }
  return tallies;
}

/// Two columns are enough where one of them nearly names the row.
bool says_enough(const std::vector<Pairing>& pairings, const StoreColumns& columns) {
  if (pairings.size() >= 3) return true;
  const bool names = std::any_of(pairings.begin(), pairings.end(), [&](const Pairing& pair) {
    const auto& column = columns[pair.column];
    return column.names_somebody() || column.distinct() * 20 > columns.rows();
  });
  return pairings.size() == 2 && names;
}

void find_records(const Searched& store, const Block& block, StoreColumns& columns, Steps& steps,
                  const SearchLimits& limits, Found& found) {
  const auto pairings = align(block, columns, steps);
  if (!says_enough(pairings, columns)) return;
  if (!steps.take(columns.rows() * pairings.size())) {
    found.whole = false;
    return;
  }
  RecordHits hits;
  hits.dataset = store.source->dataset();
  hits.of = block.lines();
  for (const auto& [hash, counted] : tally(block, pairings, columns)) {
    if (counted.rows == 0) continue;
    hits.lines += counted.lines;
    hits.repeated += counted.lines - 1;
    if (counted.rows < limits.rare_below) hits.rare += counted.lines;
  }
  if (hits.rare + hits.repeated == 0) return;
  for (const auto& pair : pairings) hits.columns.push_back(columns[pair.column].name());
  std::sort(hits.columns.begin(), hits.columns.end());
  found.records.push_back(std::move(hits));
}

}  // namespace

Found search(const std::vector<Searched>& stores, const Blocks& blocks,
             const SearchLimits& limits) {
  Found found;
  Steps steps(limits.steps);
  Words words;
  for (const auto& text : blocks.texts) {
    if (!steps.take(text->size() * 4)) break;
    count_words(*text, words);
  }
  const auto searched = std::min(blocks.blocks.size(), limits.blocks);
  found.whole = searched == blocks.blocks.size();
  for (const auto& store : stores) {
    find_values(store, words, steps, found);
    if (blocks.blocks.empty()) continue;
    StoreColumns columns(*store.source, *store.codebook, limits.memory, steps);
    for (std::size_t i = 0; i < searched && !steps.spent(); ++i) {
      find_records(store, blocks.blocks[i], columns, steps, limits, found);
    }
    found.whole = found.whole && columns.whole();
  }
  found.whole = found.whole && !steps.spent();
  std::stable_sort(found.records.begin(), found.records.end(),
                   [](const RecordHits& a, const RecordHits& b) {
                     return a.rare + a.repeated > b.rare + b.repeated;
                   });
  if (found.records.size() > most_tables_told) found.records.resize(most_tables_told);
  return found;
}

}  // namespace sceau::enclave
