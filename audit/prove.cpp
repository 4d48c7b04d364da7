#include "audit/prove.h"

#include <algorithm>

#include "audit/entry.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/tile.h"

namespace sceau::audit {
namespace {

constexpr std::size_t largest_tile = tile_width * sizeof(Digest);
constexpr std::size_t largest_bundle = tile_width * (longest_entry + 2);

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw AuditError(Fault::tampered, path + " " + why,
                   "run sceau-audit verify to learn what else is damaged");
}

// The offset behind the first `count` entries of a bundle.
std::size_t skip_entries(const std::string& bundle, unsigned count, const std::string& path) {
  std::size_t at = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (bundle.size() - at < 2) fail(path, "ends early");
    const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bundle[at])) * 256 +
                        static_cast<unsigned char>(bundle[at + 1]);
    at += 2 + length;
    if (at > bundle.size()) fail(path, "ends early");
  }
  return at;
}

}  // namespace

LogFiles::LogFiles(std::filesystem::path log_dir, std::uint64_t size)
    : dir_(std::move(log_dir)), size_(size) {}

std::string LogFiles::file(unsigned level, std::uint64_t index, unsigned& width) const {
  const std::uint64_t present = level_count(size_, level) - index * tile_width;
  width = static_cast<unsigned>(std::min<std::uint64_t>(present, tile_width));
  const std::size_t limit = level == entries_level ? largest_bundle : largest_tile;
  // A partial tile may have given way to the full one since the checkpoint was read.
  for (const unsigned attempt : {width, tile_width})
    if (auto bytes = read_file(dir_ / tile_path(level, index, attempt), limit))
      return std::move(*bytes);
  fail(tile_path(level, index, width), "is missing");
}

const std::vector<Digest>& LogFiles::hashes(unsigned level, std::uint64_t index) {
  if (cached_ == std::pair{level, index}) return hashes_;
  unsigned width = 0;
  const std::string bytes = file(level, index, width);
  if (bytes.size() < width * sizeof(Digest)) fail(tile_path(level, index, width), "ends early");
  hashes_.resize(width);
  for (unsigned i = 0; i < width; ++i)
    std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.data()) + i * sizeof(Digest),
                sizeof(Digest), hashes_[i].begin());
  cached_ = {level, index};
  return hashes_;
}

std::string LogFiles::bundle(std::uint64_t index) const {
  unsigned width = 0;
  std::string bytes = file(entries_level, index, width);
  bytes.resize(skip_entries(bytes, width, tile_path(entries_level, index, width)));
  return bytes;
}

std::string LogFiles::entry(std::uint64_t seq) {
  const std::uint64_t index = seq / tile_width;
  const std::string bytes = bundle(index);
  const std::string path = tile_path(entries_level, index);
  const auto place = static_cast<unsigned>(seq % tile_width);
  const std::size_t start = skip_entries(bytes, place, path);
  const std::size_t end = skip_entries(bytes, place + 1, path);
  return bytes.substr(start + 2, end - start - 2);
}

void LogFiles::each_entry(
    std::uint64_t from,
    const std::function<void(std::uint64_t seq, std::string_view bytes)>& use) const {
  for (std::uint64_t index = from / tile_width; index * tile_width < size_; ++index) {
    const std::string bytes = bundle(index);  // whole entries, as its reader has checked
    std::uint64_t seq = index * tile_width;
    for (std::size_t at = 0; at < bytes.size(); ++seq) {
      const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])) * 256 +
                          static_cast<unsigned char>(bytes[at + 1]);
      if (seq >= from) use(seq, std::string_view(bytes).substr(at + 2, length));
      at += 2 + length;
    }
  }
}

Digest LogFiles::node(unsigned height, std::uint64_t index) {
  const unsigned level = height / tile_height;
  const unsigned above = height % tile_height;  // how far above the tile's own hashes
  const std::uint64_t first = index << above;
  const auto& tile = hashes(level, first / tile_width);
  const auto place = static_cast<std::size_t>(first % tile_width);
  const std::size_t count = std::size_t{1} << above;
  if (place + count > tile.size())
    throw AuditError(Fault::bad_input, "a subtree lies beyond the size of the log");
  std::vector<Digest> row(tile.begin() + static_cast<std::ptrdiff_t>(place),
                          tile.begin() + static_cast<std::ptrdiff_t>(place + count));
  for (std::size_t width = count; width > 1; width /= 2)
    for (std::size_t i = 0; i < width / 2; ++i) row[i] = hasher_.node(row[2 * i], row[2 * i + 1]);
  return row.front();
}

NodeReader LogFiles::reader() {
  return [this](unsigned height, std::uint64_t index) { return node(height, index); };
}

TreeEdge LogFiles::edge() {
  TreeEdge edge;
  edge.size = size_;
  for (unsigned level = 0; level < tile_levels; ++level)
    if (partial_width(size_, level) > 0)
      edge.hashes[level] = hashes(level, level_count(size_, level) / tile_width);
  if (partial_width(size_, 0) > 0) edge.bundle = bundle(size_ / tile_width);
  return edge;
}

}  // namespace sceau::audit
