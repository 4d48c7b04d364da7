#pragma once
// What no engine over a sealed store can be faster than: taking the pages that a query needs
// through SQLCipher (HMAC-SHA-256 and AES), and adding up columns that lie decoded in memory. The
// two are measured apart; their sum is the floor.

#include <filesystem>

#include "enclave/keys/keyring.h"
#include "tests/bench/workload.h"

namespace sceau::bench {

struct Floor {
  double decrypt = 0;       ///< seconds, median of `times`: the columns' bytes, not decoded
  double aggregate = 0;     ///< seconds, median: 16-bit codes and 32-bit numbers in dense arrays
  std::uint64_t bytes = 0;  ///< that were decrypted
  std::uint64_t rows = 0;   ///< that passed the filter: what both loops must agree on
};

/// For a question over `eleves`, by `threads` threads. Throws std::runtime_error.
[[nodiscard]] Floor measure_floor(const std::filesystem::path& store, const enclave::KeyBytes& key,
                                  const Query& query, int threads, int times);

}  // namespace sceau::bench
