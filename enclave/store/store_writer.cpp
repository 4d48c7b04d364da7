#include "enclave/store/store_writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "enclave/fault.h"
#include "enclave/keys/durable_file.h"
#include "enclave/store/manifest.h"

namespace sceau::enclave {
namespace {

constexpr const char* schema =
    "CREATE TABLE manifest(json TEXT NOT NULL);"
    "CREATE TABLE codebook(toml TEXT NOT NULL);"
    "CREATE TABLE dictionary(variable INTEGER NOT NULL, chunk INTEGER NOT NULL,"
    " entries INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE TABLE segment(variable INTEGER NOT NULL, n INTEGER NOT NULL, rows INTEGER NOT NULL,"
    " nulls INTEGER NOT NULL, bits INTEGER NOT NULL, low, high, place INTEGER NOT NULL,"
    " runs INTEGER NOT NULL, different INTEGER NOT NULL);"
    "CREATE TABLE content(place INTEGER PRIMARY KEY, present BLOB NOT NULL, data BLOB NOT NULL);"
    "CREATE TABLE reject(file TEXT NOT NULL, line INTEGER NOT NULL, rule TEXT NOT NULL,"
    " text TEXT NOT NULL);";

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    throw EnclaveError(Fault::unavailable, "store.disk_full", {file.string()});
  }
  throw EnclaveError(Fault::unavailable, "store.unwritable", {file.string(), std::strerror(error)});
}

bool is_there(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(file, error));
}

}  // namespace

const char* store_schema() { return schema; }

StoreWriter::StoreWriter(std::filesystem::path out, const KeyBytes& key)
    : out_(std::move(out)), part_(out_) {
  if (is_there(out_)) throw EnclaveError(Fault::already_there, "store.exists", {out_.string()});
  part_ += ".part";
  ::unlink(part_.c_str());  // of an import that was killed
  try {
    database_ = Database::create(part_, key);
    database_->run(store_schema());
    database_->run("BEGIN");
  } catch (...) {
    database_.reset();
    ::unlink(part_.c_str());
    throw;
  }
}

StoreWriter::~StoreWriter() {
  database_.reset();
  if (!named_) ::unlink(part_.c_str());
}

void StoreWriter::reject(std::string_view file, std::uint64_t line, std::string_view rule,
                         std::string_view text) {
  Statement insert = database_->prepare("INSERT INTO reject VALUES (?, ?, ?, ?)");
  insert.bind(1, file);
  insert.bind(2, static_cast<std::int64_t>(line));
  insert.bind(3, rule);
  insert.bind(4, text);
  insert.step();
}

void StoreWriter::column(const EncodedColumn& column, const std::function<void()>& tick) {
  const auto variable = static_cast<std::int64_t>(columns_.size());
  ColumnSummary summary{column.name,    std::string(to_string(column.encoding)),
                        column.scale,   column.dictionary.has_pseudonyms,
                        column.nulls(), column.dictionary.size(),
                        column.bytes(), column.determines};
  std::int64_t chunk_number = 0;
  for (std::uint32_t first = 0; first < column.dictionary.size();) {
    const DictionaryChunk chunk = encode_chunk(column.dictionary, first);
    Statement insert = database_->prepare("INSERT INTO dictionary VALUES (?, ?, ?, ?)");
    insert.bind(1, variable);
    insert.bind(2, chunk_number++);
    insert.bind(3, std::int64_t{chunk.entries});
    insert.bind(4, chunk.bytes);
    insert.step();
    summary.bytes += chunk.bytes.size();
    first += chunk.entries;
    tick();
  }
  for (std::size_t n = 0; n < column.segments.size(); ++n) {
    segment(column, variable, n);
    tick();
  }
  columns_.push_back(std::move(summary));
}

void StoreWriter::segment(const EncodedColumn& column, std::int64_t variable, std::size_t n) {
  const PackedSegment& segment = column.segments[n];
  const auto place = variable << 32U | static_cast<std::int64_t>(n);
  Statement content = database_->prepare("INSERT INTO content VALUES (?, ?, ?)");
  content.bind(1, place);
  content.bind(2, segment.present);
  content.bind(3, segment.data);
  content.step();
  Statement insert =
      database_->prepare("INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, variable);
  insert.bind(2, static_cast<std::int64_t>(n));
  insert.bind(3, std::int64_t{segment.info.rows});
  insert.bind(4, std::int64_t{segment.info.nulls});
  insert.bind(5, std::int64_t{segment.info.bits});
  if (column.encoding == Encoding::real) {
    insert.bind(6, segment.info.real_low);
    insert.bind(7, segment.info.real_high);
  } else {
    insert.bind(6, segment.info.low);
    insert.bind(7, segment.info.high);
  }
  insert.bind(8, place);
  insert.bind(9, std::int64_t{segment.info.runs});
  insert.bind(10, std::int64_t{segment.info.distinct});
  insert.step();
}

void StoreWriter::seal(Manifest manifest, const std::string& codebook, const KeyBytes& key) {
  manifest.columns = columns_;
  {
    Statement insert = database_->prepare("INSERT INTO manifest VALUES (?)");
    insert.bind(1, std::string_view(to_json(manifest)));
    insert.step();
  }
  {
    Statement insert = database_->prepare("INSERT INTO codebook VALUES (?)");
    insert.bind(1, std::string_view(codebook));
    insert.step();
  }
  database_->run("COMMIT");
  database_->close();
  database_.reset();
  (void)Store::open(part_, key);  // what can't be read again is not sealed
  sync_and_name();
}

void StoreWriter::sync_and_name() {
  const int fd = ::open(part_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  const int error = fd < 0 || ::fsync(fd) != 0 ? errno : 0;
  if (fd >= 0) ::close(fd);
  if (error != 0) fail(part_, error);
  if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, out_.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) {
      throw EnclaveError(Fault::already_there, "store.exists", {out_.string()});
    }
    fail(out_, errno);
  }
  named_ = true;
  sync_folder(out_.parent_path());
}

}  // namespace sceau::enclave
