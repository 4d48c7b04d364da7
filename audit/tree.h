// The writer's tree: takes entries in order and makes the static files of tile.h from them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/bytes.h"
#include "audit/hash.h"

namespace sceau::audit {

/// A file below the log's folder.
struct TreeFile {
  std::string path;
  std::string bytes;
};

/// What a publication has to put in place for a tree of `size` entries.
struct TreeFiles {
  std::uint64_t size = 0;
  Digest root{};
  std::vector<TreeFile> files;          ///< bundles and tiles that are new since the last time
  std::vector<std::string> superseded;  ///< `….p` folders whose full tile is among the files
};

/// Levels of a 63-bit tree in steps of eight.
inline constexpr unsigned tile_levels = 8;

/// The right edge of a tree: what must be known to go on appending.
struct TreeEdge {
  std::uint64_t size = 0;
  std::array<std::vector<Digest>, tile_levels> hashes;  ///< of each level's partial tile
  std::string bundle;                                   ///< of the partial bundle, as in its file
};

class Tree {
 public:
  Tree() = default;
  /// Goes on from an edge that was read back and checked.
  explicit Tree(TreeEdge edge);

  /// Adds an entry of at most 65535 bytes with its leaf hash.
  void add(std::string_view entry, const Digest& leaf);

  [[nodiscard]] std::uint64_t size() const { return edge_.size; }
  [[nodiscard]] Digest root() const;

  /// The files that make the present size readable beside those taken before.
  [[nodiscard]] TreeFiles take();

 private:
  void push(unsigned level, const Digest& hash);

  mutable Hasher hasher_;
  TreeEdge edge_;
  std::vector<TreeFile> full_;                        // full tiles and bundles not yet taken
  std::array<std::size_t, tile_levels> published_{};  // width of each partial tile last taken
  std::vector<std::string> superseded_;
};

}  // namespace sceau::audit
