#pragma once
// registry.db as a SQLCipher 4 database under a raw 256-bit key, and statements over it. SQL text
// stands in registry*.cpp alone; values are bound, never written into it.
//
//   RegistryFile db = RegistryFile::open(path, key);
//   auto names = db.prepare("SELECT name FROM users WHERE actor = ?").with(actor);
//   while (names.next()) use(names.text(0));
//
// Refused: a plaintext SQLite file (centre.registry_plain), a wrong key or a damaged page
// (centre.registry_damaged), a library that is not SQLCipher >= 4.6 or that keeps temporary tables
// in files (centre.sqlcipher_unfit).

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "enclave/keys/keyring.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sceau::enclave {

/// Bytes that are bound as a BLOB.
struct Blob {
  std::string_view bytes;
};

class RegistryQuery {
 public:
  RegistryQuery(sqlite3* db, std::string_view sql);
  RegistryQuery(RegistryQuery&& other) noexcept;
  RegistryQuery& operator=(RegistryQuery&&) = delete;
  ~RegistryQuery();

  template <class... Values>
  RegistryQuery&& with(const Values&... values) && {
    int index = 0;
    (bind(++index, values), ...);
    return std::move(*this);
  }

  [[nodiscard]] bool next();  ///< true: a row stands there
  void run();                 ///< to the end

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;  ///< bytes of a TEXT or BLOB; "" for NULL
  [[nodiscard]] std::optional<std::string> maybe_text(int column) const;
  [[nodiscard]] bool null(int column) const;

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::uint64_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, bool value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::string_view value);
  void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
  void bind(int index, const char* value) { bind(index, std::string_view(value)); }
  void bind(int index, const Blob& value);
  void bind(int index, const std::optional<std::string>& value);
  void bind(int index, const std::optional<std::uint64_t>& value);

  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

class RegistryFile {
 public:
  /// Makes an empty database, mode 0600; the file must not exist.
  [[nodiscard]] static RegistryFile create(const std::filesystem::path& file, const KeyBytes& key);
  [[nodiscard]] static RegistryFile open(const std::filesystem::path& file, const KeyBytes& key);
  RegistryFile(RegistryFile&& other) noexcept;
  RegistryFile& operator=(RegistryFile&&) = delete;
  ~RegistryFile();

  [[nodiscard]] RegistryQuery prepare(std::string_view sql) const { return {db_, sql}; }
  void execute(const char* script) const;  ///< fixed texts only
  [[nodiscard]] std::int64_t changes() const;

 private:
  RegistryFile(const std::filesystem::path& file, const KeyBytes& key);
  sqlite3* db_ = nullptr;
};

/// BEGIN IMMEDIATE … COMMIT; without commit() it is rolled back.
class Change {
 public:
  explicit Change(const RegistryFile& db);
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;
  ~Change();
  void commit();

 private:
  const RegistryFile& db_;
  bool open_ = true;
};

/// What `sceau doctor` says of the library in use.
struct CipherLibrary {
  std::string cipher_version;  ///< "4.6.1 community"; empty: plain SQLite
  bool temp_store_in_memory = false;
  bool fit = false;
};
[[nodiscard]] CipherLibrary inspect_cipher_library();

}  // namespace sceau::enclave
