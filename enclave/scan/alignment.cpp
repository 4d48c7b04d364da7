#include "enclave/scan/alignment.h"

#include <algorithm>
#include <numeric>

namespace sceau::enclave {
namespace {

constexpr std::size_t sampled_lines = 200;  // to see which fields could be which columns
constexpr std::size_t followed_lines = 24;  // through the store
constexpr std::size_t most_rows = 20'000;   // of one followed line
constexpr std::size_t most_seeds = 12;
constexpr std::size_t most_pairs = 400;

using Rows = std::vector<std::uint32_t>;

std::vector<std::size_t> spread(std::size_t lines, std::size_t wanted) {
  std::vector<std::size_t> chosen;
  const auto count = std::min(lines, wanted);
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(i * lines / count);
  return chosen;
}

/// Fields at least half of whose values some rows of a column have.
std::vector<Pairing> possible_pairs(const Block& block, const StoreColumns& columns, Steps& steps) {
  const auto sample = spread(block.lines(), sampled_lines);
  std::vector<Pairing> pairs;
  for (std::size_t field = 0; field < block.width; ++field) {
    for (std::size_t column = 0; column < columns.size(); ++column) {
      if (!steps.take(sample.size() * 4)) return pairs;
      std::size_t filled = 0;
      std::size_t known = 0;
      for (const auto line : sample) {
        const auto text = block.at(line, field);
        filled += text.empty() ? 0 : 1;
        known += columns[column].value_of(text) != no_value ? 1 : 0;
      }
      if (known > 0 && known * 2 >= filled) pairs.push_back({field, column});
    }
  }
  // What tells most rows apart comes first.
  std::stable_sort(pairs.begin(), pairs.end(), [&](const Pairing& a, const Pairing& b) {
    return columns[a.column].distinct() > columns[b.column].distinct();
  });
  if (pairs.size() > most_pairs) pairs.resize(most_pairs);
  return pairs;
}

/// Sample lines on their way: for each the rows that agree with all pairings so far.
struct Followed {
  std::vector<std::size_t> lines;
  std::vector<Rows> rows;
};

/// Rows of each sample line's value in one column, evenly thinned where there are too many.
Followed seeded(const Block& block, const Pairing& seed, const StoreColumn& column,
                const std::vector<std::uint32_t>& values) {
  Followed followed;
  std::unordered_map<std::uint32_t, Rows> rows;
  const auto candidates = spread(block.lines(), sampled_lines);
  std::vector<std::size_t> fitting;
  for (const auto line : candidates) {
    if (column.value_of(block.at(line, seed.field)) != no_value) fitting.push_back(line);
  }
  for (const auto at : spread(fitting.size(), followed_lines)) {
    followed.lines.push_back(fitting[at]);
    rows[column.value_of(block.at(fitting[at], seed.field))];
  }
  std::vector<std::uint8_t> wanted(1U << 16, 0);  // a quick no
  for (const auto& [value, list] : rows) wanted[value & 0xFFFFU] = 1;
  for (std::uint32_t row = 0; row < values.size(); ++row) {
    if (wanted[values[row] & 0xFFFFU] == 0) continue;
    const auto found = rows.find(values[row]);
    if (found != rows.end()) found->second.push_back(row);
  }
  for (const auto line : followed.lines) {
    const auto& all = rows[column.value_of(block.at(line, seed.field))];
    Rows thinned;
    const auto stride = all.size() / most_rows + 1;
    for (std::size_t i = 0; i < all.size(); i += stride) thinned.push_back(all[i]);
    followed.rows.push_back(std::move(thinned));
  }
  return followed;
}

std::size_t alive(const Followed& followed) {
  return static_cast<std::size_t>(std::count_if(followed.rows.begin(), followed.rows.end(),
                                                [](const Rows& rows) { return !rows.empty(); }));
}

std::uint64_t rows_of(const Followed& followed) {
  return std::accumulate(followed.rows.begin(), followed.rows.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Rows& rows) { return sum + rows.size(); });
}

Followed narrowed(const Followed& followed, const Block& block, const Pairing& pair,
                  const StoreColumn& column, const std::vector<std::uint32_t>& values) {
  Followed next;
  next.lines = followed.lines;
  for (std::size_t i = 0; i < followed.lines.size(); ++i) {
    const auto wanted = column.value_of(block.at(followed.lines[i], pair.field));
    Rows kept;
    if (wanted != no_value) {
      for (const auto row : followed.rows[i]) {
        if (values[row] == wanted) kept.push_back(row);
      }
    }
    next.rows.push_back(std::move(kept));
  }
  return next;
}

bool is_free(const std::vector<Pairing>& taken, const Pairing& pair) {
  return std::none_of(taken.begin(), taken.end(), [&](const Pairing& one) {
    return one.field == pair.field || one.column == pair.column;
  });
}

/// From one pairing on, the best next one while there is one.
std::vector<Pairing> grown(const Block& block, const Pairing& seed,
                           const std::vector<Pairing>& pairs, StoreColumns& columns, Steps& steps) {
  const auto* values = columns.values(seed.column);
  if (values == nullptr || !steps.take(values->size())) return {};
  auto followed = seeded(block, seed, columns[seed.column], *values);
  std::vector<Pairing> taken = {seed};
  while (true) {
    const auto before = alive(followed);
    std::optional<Followed> best;
    Pairing chosen;
    for (const auto& pair : pairs) {
      if (!is_free(taken, pair)) continue;
      const auto* column = columns.values(pair.column);
      if (column == nullptr || !steps.take(rows_of(followed))) return taken;
      auto next = narrowed(followed, block, pair, columns[pair.column], *column);
      const auto kept = alive(next);
      if (kept == 0 || kept * 5 < before * 3) continue;
      const auto rows = rows_of(next);
      if (!best || kept > alive(*best) || (kept == alive(*best) && rows < rows_of(*best))) {
        best = std::move(next);
        chosen = pair;
      }
    }
    if (!best) return taken;
    followed = std::move(*best);
    taken.push_back(chosen);
  }
}

}  // namespace

StoreColumns::StoreColumns(const disclosure::Source& source, const policies::Codebook& codebook,
                           std::uint64_t memory, Steps& steps)
    : memory_(memory), steps_(&steps) {
  for (std::size_t segment = 0; segment < source.segments(); ++segment) {
    rows_ += source.rows(segment);
  }
  for (auto& info : source.columns()) {
    if (info.name == "vintage") continue;
    if (!steps.take(rows_)) {
      whole_ = false;
      return;
    }
    columns_.push_back(std::make_unique<StoreColumn>(source, std::move(info), codebook));
  }
}

const std::vector<std::uint32_t>* StoreColumns::values(std::size_t column) {
  const auto known = values_.find(column);
  if (known != values_.end()) return &known->second;
  const auto bytes = (values_.size() + 1) * rows_ * sizeof(std::uint32_t);
  if (bytes > memory_ || !steps_->take(rows_)) {
    whole_ = false;
    return nullptr;
  }
  return &values_.emplace(column, columns_[column]->read()).first->second;
}

std::vector<Pairing> align(const Block& block, StoreColumns& columns, Steps& steps) {
  const auto pairs = possible_pairs(block, columns, steps);
  std::vector<std::size_t> distinct;
  for (const auto& pair : pairs) distinct.push_back(pair.column);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.size() < 2) return {};
  std::vector<Pairing> best;
  for (std::size_t i = 0; i < std::min(pairs.size(), most_seeds) && !steps.spent(); ++i) {
    auto found = grown(block, pairs[i], pairs, columns, steps);
    if (found.size() > best.size()) best = std::move(found);
    if (best.size() == distinct.size()) break;
  }
  return best;
}

}  // namespace sceau::enclave
