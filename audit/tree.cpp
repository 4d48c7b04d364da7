#include "audit/tree.h"

#include <bit>
#include <optional>
#include <span>
#include <utility>

#include "audit/merkle.h"
#include "audit/tile.h"

namespace sceau::audit {
namespace {

constexpr std::size_t usual_entry = 320;  // bytes; longer ones make the bundle grow

std::string concatenated(const std::vector<Digest>& hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * sizeof(Digest));
  for (const Digest& hash : hashes)
    bytes.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  return bytes;
}

// The root over a power of two of hashes.
Digest perfect_root(Hasher& hasher, std::span<const Digest> hashes) {
  std::vector<Digest> row(hashes.begin(), hashes.end());
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i)
      row[i] = hasher.node(row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
  return row.front();
}

}  // namespace

Tree::Tree(TreeEdge edge) : edge_(std::move(edge)) {
  for (unsigned level = 0; level < tile_levels; ++level)
    published_[level] = edge_.hashes[level].size();
}

void Tree::add(std::string_view entry, const Digest& leaf) {
  if (edge_.bundle.empty()) edge_.bundle.reserve(tile_width * usual_entry);
  edge_.bundle += static_cast<char>(entry.size() >> 8);
  edge_.bundle += static_cast<char>(entry.size() & 0xFF);
  edge_.bundle += entry;
  ++edge_.size;
  if (edge_.size % tile_width == 0) {
    const std::uint64_t index = edge_.size / tile_width - 1;
    full_.push_back({tile_path(entries_level, index), std::exchange(edge_.bundle, {})});
    if (published_[0] != 0) superseded_.push_back(tile_path(entries_level, index) + ".p");
  }
  push(0, leaf);
}

void Tree::push(unsigned level, const Digest& hash) {
  std::vector<Digest>& hashes = edge_.hashes.at(level);
  hashes.push_back(hash);
  if (hashes.size() < tile_width) return;
  const std::uint64_t index = level_count(edge_.size, level) / tile_width - 1;
  full_.push_back({tile_path(level, index), concatenated(hashes)});
  if (std::exchange(published_[level], 0) != 0)
    superseded_.push_back(tile_path(level, index) + ".p");
  const Digest root = perfect_root(hasher_, hashes);
  hashes.clear();
  push(level + 1, root);
}

Digest Tree::root() const {
  // The tree is a row of perfect subtrees that shrink to the right: in each level's partial tile
  // one for each bit of its width. Fold them from the right.
  std::optional<Digest> root;
  for (const std::vector<Digest>& hashes : edge_.hashes) {
    std::size_t end = hashes.size();
    while (end > 0) {
      const std::size_t count = std::size_t{1} << std::countr_zero(end);
      const Digest part = perfect_root(hasher_, std::span(hashes).subspan(end - count, count));
      root = root ? hasher_.node(part, *root) : part;
      end -= count;
    }
  }
  return root ? *root : empty_root();
}

TreeFiles Tree::take() {
  TreeFiles result;
  result.size = edge_.size;
  result.root = root();
  result.files = std::exchange(full_, {});
  result.superseded = std::exchange(superseded_, {});
  for (unsigned level = 0; level < tile_levels; ++level) {
    const std::vector<Digest>& hashes = edge_.hashes[level];
    if (hashes.size() == published_[level]) continue;  // nothing new, and the file is there
    published_[level] = hashes.size();
    const auto width = static_cast<unsigned>(hashes.size());
    const std::uint64_t index = level_count(edge_.size, level) / tile_width;
    if (level == 0) result.files.push_back({tile_path(entries_level, index, width), edge_.bundle});
    result.files.push_back({tile_path(level, index, width), concatenated(hashes)});
  }
  return result;
}

}  // namespace sceau::audit
