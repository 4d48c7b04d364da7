// The write-ahead record: what has been acknowledged and may not be in the tiles yet.
//
// Text without a zero byte, one frame a batch, appended and made durable in one go:
//
//   batch FIRST COUNT BYTES CHECK     CHECK: 8 hex digits of SHA-256("batch FIRST COUNT BYTES")
//   <entry>                           COUNT entries, each with a newline, BYTES in all
//   end LEAF                          leaf hash of the last entry, hex
//
// The entries hash each other by `prev`, so LEAF vouches for the whole frame.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/bytes.h"
#include "audit/hash.h"

namespace sceau::audit {

struct WalFrame {
  std::uint64_t first = 0;  ///< sequence number of the first entry
  std::vector<std::string> entries;
  std::vector<Digest> leaves;
};

/// A frame's bytes. `payload` is the entries, each with its newline.
[[nodiscard]] std::string format_frame(std::uint64_t first, std::size_t count,
                                       std::string_view payload, const Digest& last_leaf);

struct WalContent {
  std::vector<WalFrame> frames;
  std::size_t torn_bytes = 0;  ///< of a last frame that was never wholly written
};

/// Reads a record. `last` is the leaf hash of the entry before, if known; afterwards of the last
/// one read. A last frame that ends early, or holds a 512-byte block of zeros where a power cut
/// kept it from the disk, was never acknowledged and is left out. Any other damage throws
/// AuditError (tampered): something acknowledged may be lost.
[[nodiscard]] WalContent parse_wal(Hasher& hasher, std::string_view bytes,
                                   std::optional<Digest>& last);

/// True when `entry` begins as entry `seq` after an entry with leaf hash `prev` must.
[[nodiscard]] bool follows(std::string_view entry, std::uint64_t seq, const Digest& prev);

}  // namespace sceau::audit
