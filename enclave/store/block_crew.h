#pragma once
// One file's blocks read by several threads and handed over in order, on the caller's thread. A
// crew works on what it is given and keeps nothing but its readers' dictionaries.
//
// Which thread does what: reading the file (and unpacking it) is done by whichever reader has
// nothing else to do, one at a time; taking blocks apart and judging fields by all readers; `hand`
// and `tick` by the caller alone. Where the system gives no thread, the caller does it all, with
// the same result.
//
// Memory: blocks_a_reader blocks a reader and two more, each of its text and about twice that.

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "enclave/store/block_reader.h"

namespace sceau::enclave {

inline constexpr std::size_t most_readers = 8;
inline constexpr std::size_t blocks_a_reader = 2;
/// How long `tick` may have to wait while nothing is handed over.
inline constexpr int tick_ms = 20;

class BlockCrew {
 public:
  /// `threads`: at least 1, which is the caller alone. The codebook must outlive it.
  BlockCrew(const policies::Codebook& codebook, const VariableKeys& keys, std::size_t threads);
  BlockCrew(const BlockCrew&) = delete;
  BlockCrew& operator=(const BlockCrew&) = delete;
  ~BlockCrew();

  /// About what all blocks on their way take, and the readers' dictionaries.
  [[nodiscard]] std::uint64_t memory(std::size_t block_size) const;

  /// Calls `hand` with each block's chunk in the file's order and `tick` in between, at least every
  /// `tick_ms`. What they throw ends the work: it is thrown when all threads have stopped, which
  /// takes them a block at most.
  void read(RecordCutter& cutter, const FileColumns& file, char separator,
            const std::function<void(Chunk&)>& hand, const std::function<void()>& tick);

 private:
  struct Work;
  void read_alone(Chunk& first, RecordCutter& cutter, const FileColumns& file, char separator,
                  const std::function<void(Chunk&)>& hand, const std::function<void()>& tick);

  const policies::Codebook& codebook_;
  const VariableKeys& keys_;
  std::size_t threads_;
  std::vector<std::unique_ptr<BlockReader>> readers_;  // the caller's, then one a thread
  std::vector<std::unique_ptr<Chunk>> chunks_;         // those that wait for work
};

}  // namespace sceau::enclave
