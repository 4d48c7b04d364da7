#pragma once
// What Sceau's stores are measured against: SQLCipher as it is commonly used, a table of plain rows
// and SQL over it, under the same key settings (raw key, 64 KiB pages, HMAC-SHA-256).

#include <filesystem>
#include <string>

#include "enclave/keys/keyring.h"
#include "policies/codebook.h"
#include "tests/bench/workload.h"

struct sqlite3;

namespace sceau::bench {

/// A connection with these key settings, its page cache as small as can be: also how floor.cpp
/// reads a sealed store. The caller closes it.
[[nodiscard]] sqlite3* connect(const std::filesystem::path& file, const enclave::KeyBytes& key);

class RowStore {
 public:
  /// Reads the CSV's columns that the codebook names into a table with the codebook's name; returns
  /// when it is on the disk.
  static void load(const std::filesystem::path& file, const enclave::KeyBytes& key,
                   const std::filesystem::path& csv, const policies::Codebook& codebook);

  RowStore(const std::filesystem::path& file, const enclave::KeyBytes& key);
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;
  ~RowStore();

  /// The first `dimensions` columns are dimensions, the others statistics.
  [[nodiscard]] Answer query(const std::string& sql, int dimensions) const;

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace sceau::bench
