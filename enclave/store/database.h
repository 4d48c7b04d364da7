#pragma once
// SQLCipher as the enclave uses it. Its traps are closed here and nowhere else: a key is exactly
// 32 bytes and goes in as raw bytes (never as SQL text, never as a passphrase); a library that is
// plain SQLite is refused; nothing is logged; no temporary file is made; a key that doesn't fit is
// found by reading, not by luck.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/keys/keyring.h"

struct sqlite3;
struct sqlite3_blob;
struct sqlite3_stmt;

namespace sceau::enclave {

inline constexpr std::uint64_t page_size = 65536;

class Database;

/// One prepared statement of our own text.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  void bind(int index, std::int64_t value);
  void bind(int index, double value);
  void bind(int index, std::string_view text);
  /// The bytes must stay until the next reset.
  void bind(int index, std::span<const std::uint8_t> blob);
  void bind_null(int index);

  /// True: a row; false: done. Throws as the database's `fail`.
  bool step();
  /// Ready to be bound and stepped again.
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  /// Valid until the next step.
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::span<const std::uint8_t> blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] bool is_real(int column) const;

 private:
  friend class Database;
  Statement(const Database& database, sqlite3_stmt* statement)
      : database_(&database), statement_(statement) {}
  const Database* database_;
  sqlite3_stmt* statement_;
};

/// The values of one blob column, by rowid: read into the caller's buffer by one handle that goes
/// from row to row, so that SQLite makes no copy of its own.
class Blobs {
 public:
  Blobs(const Database& database, const char* table, const char* column)
      : database_(&database), table_(table), column_(column) {}
  Blobs(const Blobs&) = delete;
  Blobs& operator=(const Blobs&) = delete;
  ~Blobs();

  /// Reuses the memory of `into`. Throws as the database's `fail`; so does a row that isn't there.
  void read(std::int64_t row, std::vector<std::uint8_t>& into);

 private:
  const Database* database_;
  const char* table_;
  const char* column_;
  sqlite3_blob* blob_ = nullptr;
};

/// One connection; one thread at a time. Neither copied nor moved: statements point to it.
class Database {
 public:
  /// A new file, mode 0600, without journal; the caller syncs it after `close`. Throws
  /// store.disk_full, store.unwritable, store.exists.
  [[nodiscard]] static std::unique_ptr<Database> create(const std::filesystem::path& file,
                                                        const KeyBytes& key);

  /// Read only, immutable, whole. Throws store.missing, store.plaintext, store.sqlcipher3,
  /// store.foreign, store.wrong_key, store.cut, store.journal, store.unreadable.
  [[nodiscard]] static std::unique_ptr<Database> open(const std::filesystem::path& file,
                                                      const KeyBytes& key);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// One statement of our own text without result.
  void run(const char* sql);
  [[nodiscard]] Statement prepare(const char* sql) const;
  /// Checks that all was written. Throws.
  void close();

  /// Throws what an SQLite result code means here: store.disk_full while writing, store.damaged
  /// while reading.
  [[noreturn]] void fail(int result) const;

 private:
  friend class Blobs;
  Database(std::filesystem::path file, bool writing);
  [[nodiscard]] int connect(const std::string& uri, int flags);
  void set_key(const KeyBytes& key);

  std::filesystem::path file_;
  bool writing_;
  sqlite3* handle_ = nullptr;
};

}  // namespace sceau::enclave
