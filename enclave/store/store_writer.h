#pragma once
// Writes one sealed store: rejects while files are read, then a column after the other, then what
// describes them. Until `seal` the file is called "….part"; the destructor removes it.
//
// Tables (FORMAT.md beside this): manifest, codebook, dictionary, segment, reject.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "enclave/store/column_builder.h"
#include "enclave/store/database.h"
#include "enclave/store/store.h"

namespace sceau::enclave {

/// The tables of a store, as SQL.
[[nodiscard]] const char* store_schema();

class StoreWriter {
 public:
  /// Throws store.exists (`out` is there), store.disk_full, store.unwritable.
  StoreWriter(std::filesystem::path out, const KeyBytes& key);
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;
  ~StoreWriter();

  void reject(std::string_view file, std::uint64_t line, std::string_view rule,
              std::string_view text);
  /// Columns in the codebook's order; each adds itself to the manifest that `seal` writes. `tick`
  /// is called between segments; what it throws ends the writing.
  void column(const EncodedColumn& column, const std::function<void()>& tick);
  /// Fills `manifest.columns`, syncs, checks that the file opens, gives it its name.
  void seal(Manifest manifest, const std::string& codebook, const KeyBytes& key);

 private:
  void segment(const EncodedColumn& column, std::int64_t variable, std::size_t n);
  void sync_and_name();

  std::filesystem::path out_;
  std::filesystem::path part_;
  std::unique_ptr<Database> database_;
  std::vector<ColumnSummary> columns_;
  bool named_ = false;
};

}  // namespace sceau::enclave
