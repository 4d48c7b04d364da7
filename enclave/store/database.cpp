#include "enclave/store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view plaintext_magic{"SQLite format 3\0", 16};
constexpr int key_text_size = 67;  // x'<64 hex digits>': any other length is taken as a passphrase
constexpr const char* our_format =
    "PRAGMA cipher_page_size=65536; PRAGMA cipher_hmac_algorithm=HMAC_SHA256;"
    "PRAGMA cipher_kdf_algorithm=PBKDF2_HMAC_SHA256;";

[[noreturn]] void refuse(Fault fault, const char* id, const std::filesystem::path& file) {
  throw EnclaveError(fault, id, {file.string()});
}

std::string uri_of(const std::filesystem::path& file, std::string_view query) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#') {
      uri += '%';
      uri += digits[byte >> 4U];
      uri += digits[byte & 15U];
    } else {
      uri += c;
    }
  }
  return uri.append(query);
}

KeyBytes key_text(const KeyBytes& key) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (key.size() != 32) {
    throw EnclaveError(Fault::internal, "store.internal",
                       {"a store's key has another size than 32"});
  }
  KeyBytes text(key_text_size);
  auto out = text.bytes();
  out[0] = 'x';
  out[1] = out[key_text_size - 1] = '\'';
  for (std::size_t i = 0; i < key.size(); ++i) {
    out[2 + 2 * i] = static_cast<std::uint8_t>(digits[key.bytes()[i] >> 4U]);
    out[3 + 2 * i] = static_cast<std::uint8_t>(digits[key.bytes()[i] & 15U]);
  }
  return text;
}

struct FileFacts {
  std::uint64_t size = 0;
  bool plaintext = false;
};

FileFacts look_at(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) refuse(Fault::not_found, "store.missing", file);
  struct stat status {};
  std::array<char, plaintext_magic.size()> head{};
  const bool regular = fd >= 0 && ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  const ssize_t got = regular ? ::pread(fd, head.data(), head.size(), 0) : -1;
  if (fd >= 0) ::close(fd);
  if (got < 0) refuse(Fault::unavailable, "store.unreadable", file);
  const std::string_view start(head.data(), static_cast<std::size_t>(got));
  return {static_cast<std::uint64_t>(status.st_size), start == plaintext_magic};
}

/// Whether the key opens the file under other settings than ours: tells what it is.
bool opens_with(const std::filesystem::path& file, const KeyBytes& key, const char* settings) {
  sqlite3* handle = nullptr;
  const std::string uri = uri_of(file, "?mode=ro&immutable=1");
  constexpr int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
  const KeyBytes text = key_text(key);
  const bool opens =
      sqlite3_open_v2(uri.c_str(), &handle, flags, nullptr) == SQLITE_OK &&
      sqlite3_key_v2(handle, "main", text.bytes().data(), key_text_size) == SQLITE_OK &&
      sqlite3_exec(handle, settings, nullptr, nullptr, nullptr) == SQLITE_OK &&
      sqlite3_exec(handle, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr) ==
          SQLITE_OK;
  sqlite3_close_v2(handle);
  return opens;
}

[[noreturn]] void explain_unopened(const std::filesystem::path& file, const KeyBytes& key,
                                   const char* otherwise) {
  if (opens_with(file, key, "PRAGMA cipher_log_level=NONE; PRAGMA cipher_compatibility=3")) {
    refuse(Fault::bad_input, "store.sqlcipher3", file);
  }
  if (opens_with(file, key, "PRAGMA cipher_log_level=NONE")) {
    refuse(Fault::bad_input, "store.foreign", file);
  }
  refuse(Fault::integrity, otherwise, file);
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bind(int index, std::int64_t value) {
  if (const int rc = sqlite3_bind_int64(statement_, index, value)) database_->fail(rc);
}

void Statement::bind(int index, double value) {
  if (const int rc = sqlite3_bind_double(statement_, index, value)) database_->fail(rc);
}

void Statement::bind(int index, std::string_view text) {
  const int rc = sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_TRANSIENT,
                                     SQLITE_UTF8);
  if (rc != SQLITE_OK) database_->fail(rc);
}

void Statement::bind(int index, std::span<const std::uint8_t> blob) {
  // A null pointer would bind NULL, not an empty blob.
  const void* bytes = blob.empty() ? "" : static_cast<const void*>(blob.data());
  const int rc = sqlite3_bind_blob64(statement_, index, bytes, blob.size(), SQLITE_STATIC);
  if (rc != SQLITE_OK) database_->fail(rc);
}

void Statement::bind_null(int index) {
  if (const int rc = sqlite3_bind_null(statement_, index)) database_->fail(rc);
}

bool Statement::step() {
  const int rc = sqlite3_step(statement_);
  if (rc == SQLITE_ROW) return true;
  if (rc != SQLITE_DONE) database_->fail(rc);
  return false;
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return {bytes, bytes ? static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)) : 0};
}

std::span<const std::uint8_t> Statement::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {bytes, bytes ? static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)) : 0};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

bool Statement::is_real(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_FLOAT;
}

Blobs::~Blobs() { sqlite3_blob_close(blob_); }

void Blobs::read(std::int64_t row, std::vector<std::uint8_t>& into) {
  const int opened = blob_ == nullptr ? sqlite3_blob_open(database_->handle_, "main", table_,
                                                          column_, row, 0, &blob_)
                                      : sqlite3_blob_reopen(blob_, row);
  if (opened != SQLITE_OK) database_->fail(opened);
  const int size = sqlite3_blob_bytes(blob_);
  into.resize(static_cast<std::size_t>(size));
  if (const int rc = sqlite3_blob_read(blob_, into.data(), size, 0)) database_->fail(rc);
}

Database::Database(std::filesystem::path file, bool writing)
    : file_(std::move(file)), writing_(writing) {
  if (sqlite3_compileoption_used("HAS_CODEC") != 1 ||
      (sqlite3_compileoption_used("TEMP_STORE=2") != 1 &&
       sqlite3_compileoption_used("TEMP_STORE=3") != 1)) {
    throw EnclaveError(Fault::internal, "store.no_sqlcipher");
  }
}

Database::~Database() { sqlite3_close_v2(handle_); }

int Database::connect(const std::string& uri, int flags) {
  flags |= SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  return sqlite3_open_v2(uri.c_str(), &handle_, flags, nullptr);
}

void Database::set_key(const KeyBytes& key) {
  const KeyBytes text = key_text(key);
  if (const int rc = sqlite3_key_v2(handle_, "main", text.bytes().data(), key_text_size)) fail(rc);
  run("PRAGMA cipher_log_level=NONE");
  bool is_sqlcipher = false;
  {
    Statement version = prepare("PRAGMA cipher_version");
    is_sqlcipher = version.step() && !version.text(0).empty();
  }
  if (!is_sqlcipher) throw EnclaveError(Fault::internal, "store.no_sqlcipher");
  run(our_format);
  run("PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON;"
      "PRAGMA trusted_schema=OFF");
  for (const int option : {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_TRIGGER,
                           SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL}) {
    (void)sqlite3_db_config(handle_, option, 0, nullptr);
  }
  // A defensive connection could not switch its journal off.
  if (!writing_) (void)sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

std::unique_ptr<Database> Database::create(const std::filesystem::path& file, const KeyBytes& key) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) refuse(Fault::already_there, "store.exists", file);
  if (fd < 0 && errno == ENOSPC) refuse(Fault::unavailable, "store.disk_full", file);
  if (fd < 0) refuse(Fault::unavailable, "store.unwritable", file);
  ::close(fd);
  std::unique_ptr<Database> database(new Database(file, true));
  if (const int rc = database->connect(uri_of(file, "?mode=rw"), SQLITE_OPEN_READWRITE)) {
    database->fail(rc);
  }
  database->set_key(key);
  // A file that isn't whole is never given its name, so a journal would protect nothing.
  database->run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16384");
  return database;
}

std::unique_ptr<Database> Database::open(const std::filesystem::path& file, const KeyBytes& key) {
  const FileFacts facts = look_at(file);
  if (facts.plaintext) refuse(Fault::integrity, "store.plaintext", file);
  for (const char* suffix : {"-journal", "-wal"}) {
    std::filesystem::path beside = file;
    beside += suffix;
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(beside, error))) {
      refuse(Fault::integrity, "store.journal", beside);
    }
  }
  if (facts.size == 0) refuse(Fault::integrity, "store.cut", file);  // any key opens an empty file
  if (facts.size % page_size != 0) explain_unopened(file, key, "store.cut");
  std::unique_ptr<Database> database(new Database(file, false));
  const std::string uri = uri_of(file, "?mode=ro&immutable=1");
  if (database->connect(uri, SQLITE_OPEN_READONLY) != SQLITE_OK) {
    refuse(Fault::unavailable, "store.unreadable", file);
  }
  database->set_key(key);
  const int rc = sqlite3_exec(database->handle_, "SELECT count(*) FROM sqlite_schema", nullptr,
                              nullptr, nullptr);
  if ((rc & 0xff) == SQLITE_CORRUPT) refuse(Fault::integrity, "store.cut", file);
  if (rc != SQLITE_OK) explain_unopened(file, key, "store.wrong_key");
  database->run("PRAGMA query_only=ON; PRAGMA cache_size=4");
  Statement pages = database->prepare("PRAGMA page_count");
  if (!pages.step() || static_cast<std::uint64_t>(pages.integer(0)) * page_size != facts.size) {
    refuse(Fault::integrity, "store.cut", file);
  }
  return database;
}

void Database::run(const char* sql) {
  if (const int rc = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr)) fail(rc);
}

Statement Database::prepare(const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  if (const int rc =
          sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr)) {
    fail(rc);
  }
  return Statement(*this, statement);
}

void Database::close() {
  if (const int rc = sqlite3_close(handle_)) fail(rc);
  handle_ = nullptr;
}

void Database::fail(int result) const {
  const int error = sqlite3_system_errno(handle_);
  if (!writing_) {
    // Its HMAC refuses a page with one of several codes, "out of memory" among them.
    refuse(Fault::integrity, "store.damaged", file_);
  }
  const bool no_room =
      (result & 0xff) == SQLITE_FULL ||
      ((result & 0xff) == SQLITE_IOERR && (error == ENOSPC || error == EDQUOT || error == EFBIG));
  if (no_room) refuse(Fault::unavailable, "store.disk_full", file_);
  throw EnclaveError(Fault::unavailable, "store.unwritable",
                     {file_.string(), sqlite3_errstr(result)});
}

}  // namespace sceau::enclave
