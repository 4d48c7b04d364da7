#pragma once
// The inside of an open store: what StackedSource and check_all read.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "enclave/store/database.h"
#include "enclave/store/project_form.h"
#include "enclave/store/segment.h"
#include "enclave/store/store.h"

namespace sceau::enclave {

struct StoredSegment {
  SegmentInfo info;
  std::int64_t place = 0;  ///< row of table `content`
};

struct StoredColumn {
  ColumnSummary summary;
  Encoding encoding = Encoding::dictionary;
  std::vector<StoredSegment> segments;
  // Read when first asked for.
  mutable std::once_flag once;
  mutable std::vector<std::string> dictionary;
};

/// A connection, and its handles to the bytes of segments.
struct Connection {
  explicit Connection(std::unique_ptr<Database> opened)
      : database(std::move(opened)),
        present(*database, "content", "present"),
        data(*database, "content", "data") {}

  std::unique_ptr<Database> database;
  Blobs present;
  Blobs data;
};

/// Connections to one file, each lent to one thread at a time. All are opened at once, since a
/// confined process can't open a file later.
class ConnectionPool {
 public:
  ConnectionPool(const std::filesystem::path& file, const KeyBytes& key, std::size_t connections);

  class Loan {
   public:
    explicit Loan(ConnectionPool& pool);
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan();
    [[nodiscard]] Database* operator->() const { return connection_->database.get(); }
    [[nodiscard]] Connection& connection() const { return *connection_; }

   private:
    ConnectionPool& pool_;
    std::unique_ptr<Connection> connection_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable free_again_;
  std::vector<std::unique_ptr<Connection>> free_;
};

/// A segment's bytes as they are sealed, decoded a part at a time.
class StoredPart final : public disclosure::LoadedColumn {
 public:
  /// Throws store.damaged.
  void load(const Store::State& store, const StoredColumn& column, std::size_t segment);
  void decode(std::uint32_t first, std::uint32_t count, disclosure::Segment& out) override;
  /// All of it; that there are as many NULLs as the segment claims is checked too.
  void decode_whole(disclosure::Segment& out) const;

 private:
  const Store::State* store_ = nullptr;
  const StoredColumn* column_ = nullptr;
  const SegmentInfo* info_ = nullptr;
  std::vector<std::uint8_t> present_;
  std::vector<std::uint8_t> data_;
};

struct Store::State {
  State(std::filesystem::path path, const KeyBytes& key);

  std::filesystem::path file;
  mutable ConnectionPool pool;
  Manifest manifest;
  policies::Codebook codebook;
  std::optional<ProjectForm> form;  ///< of pseudonyms; none: as they are stored
  std::vector<std::unique_ptr<StoredColumn>> columns;  // one a variable of the codebook

  [[nodiscard]] const StoredColumn* column(std::string_view name) const;
  /// Pseudonyms as hex, in the form in which they are shown; stable while the store lives.
  [[nodiscard]] const std::vector<std::string>& dictionary(const StoredColumn& column) const;
  /// Throws store.damaged.
  void read(const StoredColumn& column, std::size_t segment, disclosure::Segment& out) const;
  [[nodiscard]] std::uint32_t rows(std::size_t segment) const;
  [[noreturn]] void damaged() const;

 private:
  void read_documents();
  void read_columns();
  void read_segments();
};

}  // namespace sceau::enclave
