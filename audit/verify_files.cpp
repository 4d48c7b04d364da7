#include "audit/verify_files.h"

#include <algorithm>
#include <system_error>

#include "audit/fault.h"
#include "audit/files.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t hash_bytes = 32;
constexpr std::size_t largest_hash_tile = 256 * hash_bytes;
constexpr std::size_t largest_bundle = 256 * (2 + 65535);
constexpr std::string_view entries_name = "entries";

// How many hashes (or entries) a level has in a tree of this size.
std::uint64_t count_at(int level, std::uint64_t size) {
  for (int i = 0; i < level; ++i) size /= 256;
  return size;
}

std::optional<unsigned> parse_width(std::string_view text) {
  const auto width = parse_decimal(text);
  if (!width || *width < 1 || *width > 255) return std::nullopt;
  return static_cast<unsigned>(*width);
}

// Groups of three digits, all but the last with an x, no leading group of zeros.
std::optional<std::uint64_t> parse_index(std::string_view text) {
  std::uint64_t index = 0;
  bool first = true;
  while (true) {
    const auto slash = text.find('/');
    const bool last = slash == std::string_view::npos;
    std::string_view group = text.substr(0, slash);
    if (!last) {
      if (!group.starts_with('x')) return std::nullopt;
      group.remove_prefix(1);
    }
    if (group.size() != 3 ||
        !std::all_of(group.begin(), group.end(), [](char c) { return c >= '0' && c <= '9'; }))
      return std::nullopt;
    if (!last && first && group == "000") return std::nullopt;
    if (index > (UINT64_MAX - 999) / 1000) return std::nullopt;
    index = index * 1000 + static_cast<std::uint64_t>((group[0] - '0') * 100 +
                                                      (group[1] - '0') * 10 + (group[2] - '0'));
    if (last) return index;
    text.remove_prefix(slash + 1);
    first = false;
  }
}

}  // namespace

std::vector<std::string_view> split_bundle(std::string_view bytes, std::size_t most,
                                           std::size_t& used) {
  std::vector<std::string_view> entries;
  used = 0;
  while (entries.size() < most && bytes.size() - used >= 2) {
    const std::size_t length =
        static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[used])) * 256 +
        static_cast<std::uint8_t>(bytes[used + 1]);
    if (bytes.size() - used - 2 < length) break;
    entries.push_back(bytes.substr(used + 2, length));
    used += 2 + length;
  }
  return entries;
}

std::optional<TileName> parse_tile_name(std::string_view path) {
  if (!path.starts_with("tile/")) return std::nullopt;
  path.remove_prefix(5);
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  TileName name;
  const auto level = path.substr(0, slash);
  if (level == entries_name) {
    name.level = -1;
  } else {
    const auto number = parse_decimal(level);
    if (!number || *number > 63) return std::nullopt;
    name.level = static_cast<int>(*number);
  }
  path.remove_prefix(slash + 1);
  if (const auto part = path.find(".p/"); part != std::string_view::npos) {
    const auto width = parse_width(path.substr(part + 3));
    if (!width) return std::nullopt;
    name.width = *width;
    path = path.substr(0, part);
  }
  const auto index = parse_index(path);
  if (!index) return std::nullopt;
  name.index = *index;
  return name;
}

std::string full_tile_name(int level, std::uint64_t index) {
  const std::string digits = std::to_string(index);
  std::string padded = std::string((3 - digits.size() % 3) % 3, '0') + digits;
  std::string name = "tile/" + (level < 0 ? std::string(entries_name) : std::to_string(level));
  for (std::size_t i = 0; i < padded.size(); i += 3)
    name += (i + 3 < padded.size() ? "/x" : "/") + padded.substr(i, 3);
  return name;
}

std::vector<TileCopy> TileCheck::copies(int level, std::uint64_t index, Findings& findings) {
  std::vector<TileCopy> found;
  const std::string full = full_tile_name(level, index);
  const std::size_t limit = level < 0 ? largest_bundle : largest_hash_tile;
  const auto load = [&](const std::string& name, unsigned width) {
    try {
      if (auto bytes = read_file(dir_ / name, limit))
        found.push_back({name, width, std::move(*bytes)});
    } catch (const AuditError& error) {
      findings.fail(Failure::file_unreadable, name + " can't be read: " + error.what());
    }
  };
  std::error_code none;
  for (const auto& part : fs::directory_iterator(dir_ / (full + ".p"), none))
    if (const auto width = parse_width(part.path().filename().string()))
      load(full + ".p/" + std::to_string(*width), *width);
  load(full, 256);
  std::sort(found.begin(), found.end(),
            [](const TileCopy& a, const TileCopy& b) { return a.width < b.width; });
  return found;
}

const TileCopy* TileCheck::choose(const std::vector<TileCopy>& copies, int level,
                                  std::uint64_t index, unsigned width, Findings& findings) {
  const auto found = std::find_if(copies.begin(), copies.end(),
                                  [&](const TileCopy& copy) { return copy.width >= width; });
  if (found != copies.end()) return &*found;
  std::string name = full_tile_name(level, index);
  if (width < 256) name += ".p/" + std::to_string(width);
  std::uint64_t first = index * 256;
  for (int i = 0; i < level; ++i) first *= 256;
  findings.fail(level < 0 ? Failure::bundle_missing : Failure::tile_missing, name + " is missing",
                first);
  return nullptr;
}

void TileCheck::compare(int level, std::uint64_t index, std::span<const Digest> derived) {
  const auto width = static_cast<unsigned>(derived.size());
  const auto files = copies(level, index, findings_);
  if (choose(files, level, index, width, findings_) == nullptr) return;
  for (const TileCopy& file : files) {
    ++tiles_;
    if (file.bytes.size() != file.width * hash_bytes) {
      findings_.fail(Failure::tile_length, file.name + " has " + std::to_string(file.bytes.size()) +
                                               " bytes, not " +
                                               std::to_string(file.width * hash_bytes));
      continue;
    }
    if (file.width > width) note_tail(file.name);
    for (unsigned i = 0; i < std::min(file.width, width); ++i) {
      const auto* hash = reinterpret_cast<const std::uint8_t*>(file.bytes.data()) + i * hash_bytes;
      if (std::equal(derived[i].begin(), derived[i].end(), hash)) continue;
      std::uint64_t span = 1;
      for (int l = 0; l < level; ++l) span *= 256;
      const std::uint64_t first = (index * 256 + i) * span;
      findings_.fail(Failure::tile_hash,
                     file.name + ", hash " + std::to_string(i) + ", is not that of " +
                         (level == 0 ? "entry " + std::to_string(first)
                                     : "entries " + std::to_string(first) + " to " +
                                           std::to_string(first + span - 1)),
                     first);
      break;
    }
  }
}

void TileCheck::look_for_strangers() {
  std::error_code error;
  if (!fs::exists(dir_ / "tile", error)) return;  // an empty log
  fs::recursive_directory_iterator walk(dir_ / "tile", error);
  for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    if (walk->is_directory(error) && !walk->is_symlink(error)) continue;
    const std::string path = walk->path().lexically_relative(dir_).generic_string();
    const auto name = parse_tile_name(path);
    if (!name) {
      if (stranger_.empty()) stranger_ = path;
      continue;
    }
    const std::uint64_t count = count_at(std::max(name->level, 0), size_);
    // Within the size, `compare` has looked at it already.
    if (name->index > count / 256 || name->index * 256 >= count) note_tail(path);
  }
  if (error)
    findings_.fail(Failure::file_unreadable, "the folder tile/ can't be read: " + error.message());
}

}  // namespace sceau::audit
