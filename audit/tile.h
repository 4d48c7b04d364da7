// Where the static files of a log lie, as the writer and the prover name them:
//   tile/<L>/<N>[.p/<W>]      hashes, 32 bytes each; tile/entries/<N>[.p/<W>]  entries
// N in groups of three digits, all but the last with an x: 1234067 -> x001/x234/067.
// W, 1..255, is the width of a tile at the right edge; a full tile has 256 and no suffix.
#pragma once

#include <cstdint>
#include <string>

namespace sceau::audit {

inline constexpr unsigned tile_width = 256;
inline constexpr unsigned tile_height = 8;

/// "entries" stands for the bundles of entries, beside the levels 0 to 7 of hashes.
inline constexpr unsigned entries_level = 64;

/// How many hashes the level has in a tree of `size` entries: floor(size / 256^level).
[[nodiscard]] std::uint64_t level_count(std::uint64_t size, unsigned level);

/// The width of the partial tile of the level, 0 when there is none. At size 70000: 112, 17, 1.
[[nodiscard]] unsigned partial_width(std::uint64_t size, unsigned level);

/// `tile/0/x001/234` or, for width 1..255, `tile/0/x001/234.p/17`. Width 256 is a full tile.
[[nodiscard]] std::string tile_path(unsigned level, std::uint64_t index,
                                    unsigned width = tile_width);

}  // namespace sceau::audit
