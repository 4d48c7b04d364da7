// The verifier's own reading of a log's folder. Paths are made and taken apart here, apart from
// the writer's tile.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/bytes.h"
#include "audit/findings.h"
#include "audit/verify.h"

namespace sceau::audit {

/// What a path under tile/ says. Level -1 is entries.
struct TileName {
  int level = 0;
  std::uint64_t index = 0;
  unsigned width = 256;  ///< 256: the full tile
};

/// `tile/0/x001/234.p/17` -> {0, 1234, 17}; nothing for any other spelling of anything.
[[nodiscard]] std::optional<TileName> parse_tile_name(std::string_view path);

/// The path of a full tile; a partial one has `.p/<width>` after it.
[[nodiscard]] std::string full_tile_name(int level, std::uint64_t index);

/// The entries of a bundle, in order, at most `most`, as far as its bytes go. `used` is how many
/// bytes they take: less than all when something else follows or the last one is cut.
[[nodiscard]] std::vector<std::string_view> split_bundle(std::string_view bytes, std::size_t most,
                                                         std::size_t& used);

/// One file that tells a tile: its bytes and how many hashes or entries it should hold.
struct TileCopy {
  std::string name;
  unsigned width = 0;
  std::string bytes;
};

/// Reads the copies of tiles and compares them with what the verifier derived.
class TileCheck {
 public:
  TileCheck(std::filesystem::path dir, std::uint64_t size) : dir_(std::move(dir)), size_(size) {}

  /// All files of the tile: the full one and the partial ones. Unreadable ones are failures.
  [[nodiscard]] std::vector<TileCopy> copies(int level, std::uint64_t index, Findings& findings);

  /// The copy that holds the first `width` hashes or entries: the exact one if it is there, else
  /// the narrowest wider one. Null, and a failure, if there is none.
  [[nodiscard]] const TileCopy* choose(const std::vector<TileCopy>& copies, int level,
                                       std::uint64_t index, unsigned width, Findings& findings);

  /// Compares every copy of a hash tile with the hashes derived from the entries.
  void compare(int level, std::uint64_t index, std::span<const Digest> derived);

  /// Looks for files that no tree of this size has.
  void look_for_strangers();

  /// Something beyond the signed size was seen.
  void note_tail(const std::string& name) {
    if (tail_.empty()) tail_ = name;
  }

  /// Adds what another reader found in a later part of the log.
  void merge(const TileCheck& later) {
    findings_.merge(later.findings_);
    if (!later.tail_.empty()) note_tail(later.tail_);
    tiles_ += later.tiles_;
  }

  [[nodiscard]] const std::string& tail() const { return tail_; }
  [[nodiscard]] std::uint64_t tiles() const { return tiles_; }
  [[nodiscard]] Findings& findings() { return findings_; }
  [[nodiscard]] const std::string& stranger() const { return stranger_; }

 private:
  std::filesystem::path dir_;
  std::uint64_t size_;
  Findings findings_{"tiles"};
  std::string tail_;      // the first file beyond the signed size
  std::string stranger_;  // the first file that is no tile
  std::uint64_t tiles_ = 0;
};

}  // namespace sceau::audit
