#include "audit/tile.h"

#include <array>
#include <cstdio>

namespace sceau::audit {

std::uint64_t level_count(std::uint64_t size, unsigned level) {
  if (level == entries_level) level = 0;
  return level * tile_height >= 64 ? 0 : size >> (level * tile_height);
}

unsigned partial_width(std::uint64_t size, unsigned level) {
  return static_cast<unsigned>(level_count(size, level) % tile_width);
}

std::string tile_path(unsigned level, std::uint64_t index, unsigned width) {
  std::array<char, 8> group;
  std::snprintf(group.data(), group.size(), "%03u", static_cast<unsigned>(index % 1000));
  std::string path = group.data();
  for (index /= 1000; index > 0; index /= 1000) {
    std::snprintf(group.data(), group.size(), "x%03u/", static_cast<unsigned>(index % 1000));
    path.insert(0, group.data());
  }
  path.insert(0, level == entries_level ? "tile/entries/" : "tile/" + std::to_string(level) + "/");
  if (width < tile_width) path += ".p/" + std::to_string(width);
  return path;
}

}  // namespace sceau::audit
