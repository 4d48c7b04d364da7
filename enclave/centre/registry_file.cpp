#include "enclave/centre/registry_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <unistd.h>

// Debian's flags leave this out, and without it the keyed functions are not declared.
#define SQLITE_HAS_CODEC 1
#include <sqlcipher/sqlite3.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view plain_header = "SQLite format 3";

[[noreturn]] void fail(sqlite3* db, int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
      throw EnclaveError(Fault::unavailable, "centre.registry_io");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      throw EnclaveError(Fault::integrity, "centre.registry_damaged");
    case SQLITE_BUSY:
      throw EnclaveError(Fault::unavailable, "centre.locked_by_other");
    default:
      // The library's text names tables and columns of the schema, never a bound value.
      throw EnclaveError(Fault::internal, "centre.internal",
                         {"registry: " + std::string(db ? sqlite3_errmsg(db) : "no memory")});
  }
}

void check(sqlite3* db, int code) {
  if (code != SQLITE_OK) fail(db, code);
}

/// The raw-key form x'<64 hex>'; anything else would silently become a passphrase.
void give_key(sqlite3* db, const KeyBytes& key) {
  if (key.size() != 32) {
    throw EnclaveError(Fault::internal, "centre.internal", {"registry key of another length"});
  }
  static constexpr char digits[] = "0123456789abcdef";
  std::array<char, 68> text{};
  std::size_t at = 0;
  text[at++] = 'x';
  text[at++] = '\'';
  for (const auto byte : key.bytes()) {
    text[at++] = digits[byte >> 4];
    text[at++] = digits[byte & 15];
  }
  text[at++] = '\'';
  const int code = sqlite3_key_v2(db, "main", text.data(), 67);
  OPENSSL_cleanse(text.data(), text.size());
  check(db, code);
}

void refuse_plaintext(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 15> first{};
  if (!stream.read(first.data(), first.size())) return;
  if (std::string_view(first.data(), first.size()) == plain_header) {
    throw EnclaveError(Fault::integrity, "centre.registry_plain");
  }
}

std::string scalar(sqlite3* db, const char* sql) {
  RegistryQuery statement(db, sql);
  return statement.next() ? statement.text(0) : std::string();
}

CipherLibrary inspect(sqlite3* db) {
  CipherLibrary library;
  library.cipher_version = scalar(db, "PRAGMA cipher_version");
  library.temp_store_in_memory = sqlite3_compileoption_used("TEMP_STORE=2") != 0 ||
                                 sqlite3_compileoption_used("TEMP_STORE=3") != 0;
  int major = 0;
  int minor = 0;
  const bool read = std::sscanf(library.cipher_version.c_str(), "%d.%d", &major, &minor) == 2;
  library.fit = read && library.temp_store_in_memory && (major > 4 || (major == 4 && minor >= 6));
  return library;
}

}  // namespace

CipherLibrary inspect_cipher_library() {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, nullptr);
  if (code != SQLITE_OK) {
    sqlite3_close(db);
    return {};
  }
  auto library = inspect(db);
  sqlite3_close(db);
  return library;
}

RegistryQuery::RegistryQuery(sqlite3* db, std::string_view sql) : db_(db) {
  check(db, sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr));
}

RegistryQuery::RegistryQuery(RegistryQuery&& other) noexcept
    : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)) {}

RegistryQuery::~RegistryQuery() { sqlite3_finalize(statement_); }

bool RegistryQuery::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  fail(db_, code);
}

void RegistryQuery::run() {
  while (next()) {
  }
}

std::int64_t RegistryQuery::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string RegistryQuery::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes ? std::string(bytes, size) : std::string();
}

bool RegistryQuery::null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::optional<std::string> RegistryQuery::maybe_text(int column) const {
  if (null(column)) return std::nullopt;
  return text(column);
}

void RegistryQuery::bind(int index, std::int64_t value) {
  check(db_, sqlite3_bind_int64(statement_, index, value));
}

void RegistryQuery::bind(int index, std::string_view value) {
  check(db_, sqlite3_bind_text64(statement_, index, value.empty() ? "" : value.data(), value.size(),
                                 SQLITE_TRANSIENT, SQLITE_UTF8));
}

void RegistryQuery::bind(int index, const Blob& value) {
  if (value.bytes.empty()) {
    check(db_, sqlite3_bind_zeroblob(statement_, index, 0));
    return;
  }
  check(db_, sqlite3_bind_blob64(statement_, index, value.bytes.data(), value.bytes.size(),
                                 SQLITE_TRANSIENT));
}

void RegistryQuery::bind(int index, const std::optional<std::string>& value) {
  if (value) {
    bind(index, std::string_view(*value));
  } else {
    check(db_, sqlite3_bind_null(statement_, index));
  }
}

void RegistryQuery::bind(int index, const std::optional<std::uint64_t>& value) {
  if (value) {
    bind(index, static_cast<std::int64_t>(*value));
  } else {
    check(db_, sqlite3_bind_null(statement_, index));
  }
}

RegistryFile::RegistryFile(const std::filesystem::path& file, const KeyBytes& key) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_PRIVATECACHE |
                    SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  try {
    check(nullptr, sqlite3_open_v2(file.c_str(), &db_, flags, nullptr) == SQLITE_OK ? SQLITE_OK
                                                                                    : SQLITE_IOERR);
    if (!inspect(db_).fit) throw EnclaveError(Fault::unavailable, "centre.sqlcipher_unfit");
    give_key(db_, key);
    execute("PRAGMA cipher_log_level = NONE");
    execute("PRAGMA temp_store = MEMORY");
    (void)scalar(db_, "SELECT count(*) FROM sqlite_schema");
    execute("PRAGMA journal_mode = DELETE");
    execute("PRAGMA synchronous = EXTRA");
    execute("PRAGMA secure_delete = ON");  // what is erased is overwritten in its page
    execute("PRAGMA foreign_keys = ON");
    execute("PRAGMA trusted_schema = OFF");
    execute("PRAGMA cell_size_check = ON");
    execute("PRAGMA mmap_size = 0");
    sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  } catch (...) {
    sqlite3_close(db_);
    throw;
  }
}

RegistryFile RegistryFile::create(const std::filesystem::path& file, const KeyBytes& key) {
  const int fd = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) throw EnclaveError(Fault::unavailable, "centre.cannot_write", {file.string()});
  ::close(fd);
  return RegistryFile(file, key);
}

RegistryFile RegistryFile::open(const std::filesystem::path& file, const KeyBytes& key) {
  if (!std::filesystem::exists(file)) {
    throw EnclaveError(Fault::integrity, "centre.registry_missing", {file.string()});
  }
  refuse_plaintext(file);
  return RegistryFile(file, key);
}

RegistryFile::RegistryFile(RegistryFile&& other) noexcept
    : db_(std::exchange(other.db_, nullptr)) {}

RegistryFile::~RegistryFile() { sqlite3_close(db_); }

void RegistryFile::execute(const char* script) const {
  check(db_, sqlite3_exec(db_, script, nullptr, nullptr, nullptr));
}

std::int64_t RegistryFile::changes() const { return sqlite3_changes64(db_); }

Change::Change(const RegistryFile& db) : db_(db) { db_.execute("BEGIN IMMEDIATE"); }

Change::~Change() {
  if (!open_) return;
  try {
    db_.execute("ROLLBACK");
  } catch (const EnclaveError&) {
    // SQLite has already rolled back by itself after a full disk; there is nothing left to undo.
  }
}

void Change::commit() {
  db_.execute("COMMIT");
  open_ = false;
}

}  // namespace sceau::enclave
