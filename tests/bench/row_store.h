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

class RowStore {
 public:
  /// Reads the CSV's columns that the codebook names into a table `eleves`; returns when it is on
  /// the disk.
  static void load(const std::filesystem::path& file, const enclave::KeyBytes& key,
                   const std::filesystem::path& csv, const policies::Codebook& codebook);

  RowStore(const std::filesystem::path& file, const enclave::KeyBytes& key);
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;
  ~RowStore();

  /// All columns but the last two are dimensions.
  [[nodiscard]] Answer query(const std::string& sql) const;

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace sceau::bench
