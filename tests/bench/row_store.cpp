#include "tests/bench/row_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cmath>
#include <stdexcept>

#include "enclave/store/table_builder.h"

namespace sceau::bench {
namespace {

void require(int rc, const char* what) {
  if (rc != SQLITE_OK) throw std::runtime_error(std::string("row store: ") + what);
}

void run(sqlite3* handle, const std::string& sql) {
  require(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), "a statement failed");
}

constexpr const char* cache = "PRAGMA cache_size=-65536";

const char* affinity(policies::Type type) {
  switch (type) {
    case policies::Type::integer:
      return "INTEGER";
    case policies::Type::decimal:
      return "REAL";
    case policies::Type::category:
    case policies::Type::date:
    case policies::Type::text:
      return "TEXT";
  }
  return "TEXT";
}

/// Each record as one INSERT.
class Rows final : public enclave::RecordSink {
 public:
  Rows(sqlite3* handle, const std::string& table,
       const std::vector<std::optional<std::size_t>>& fields)
      : fields_(fields) {
    std::string sql = "INSERT INTO " + table + " VALUES (";
    for (std::size_t i = 0; i < fields.size(); ++i) sql += i == 0 ? "?" : ", ?";
    require(sqlite3_prepare_v2(handle, (sql + ")").c_str(), -1, &insert_, nullptr), "no insert");
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() override { sqlite3_finalize(insert_); }

  bool record(const enclave::Record& record) override {
    int index = 1;
    for (const auto& field : fields_) {
      const auto text = record.fields[field.value()];
      // Column affinity makes numbers of the texts.
      if (text.empty()) {
        sqlite3_bind_null(insert_, index++);
      } else {
        sqlite3_bind_text(insert_, index++, text.data(), static_cast<int>(text.size()),
                          SQLITE_STATIC);
      }
    }
    if (sqlite3_step(insert_) != SQLITE_DONE) throw std::runtime_error("row store: insert failed");
    sqlite3_reset(insert_);
    return true;
  }
  bool broken(const enclave::Record&, std::string_view, std::string_view) override {
    throw std::runtime_error("row store: a line is no record");
  }
  bool chunk() override { return true; }

 private:
  std::vector<std::optional<std::size_t>> fields_;
  sqlite3_stmt* insert_ = nullptr;
};

}  // namespace

sqlite3* connect(const std::filesystem::path& file, const enclave::KeyBytes& key) {
  sqlite3* handle = nullptr;
  require(sqlite3_open(file.c_str(), &handle), "can't be opened");
  std::string text = "x'";
  for (const auto byte : key.bytes()) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  text += "'";
  require(sqlite3_key_v2(handle, "main", text.data(), static_cast<int>(text.size())), "no key");
  run(handle,
      "PRAGMA cipher_log_level=NONE; PRAGMA cipher_page_size=65536;"
      "PRAGMA cipher_hmac_algorithm=HMAC_SHA256; PRAGMA cipher_kdf_algorithm=PBKDF2_HMAC_SHA256;"
      "PRAGMA temp_store=MEMORY; PRAGMA "
      "cache_size=-256");
  return handle;
}

void RowStore::load(const std::filesystem::path& file, const enclave::KeyBytes& key,
                    const std::filesystem::path& csv, const policies::Codebook& codebook) {
  sqlite3* const handle = connect(file, key);
  run(handle, cache);
  std::string columns;
  for (const auto& variable : codebook.variables) {
    columns += (columns.empty() ? "" : ", ") + variable.name + " " + affinity(variable.type);
  }
  run(handle, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
  run(handle, "CREATE TABLE " + codebook.name + "(" + columns + "); BEGIN");
  const int fd = ::open(csv.c_str(), O_RDONLY | O_CLOEXEC);
  const std::string name = csv.filename().string();
  const auto rule = enclave::rule_for(codebook, name);
  enclave::TextInput input(fd, name, rule.encoding);
  enclave::CsvReader reader(input, name, rule.separator, enclave::wanted_names(codebook, rule));
  {
    Rows rows(handle, codebook.name,
              enclave::match_columns(codebook, rule, name, reader.header()).fields);
    reader.read(rows);
  }
  ::close(fd);
  run(handle, "COMMIT");
  require(sqlite3_close(handle), "can't be closed");
  const int written = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  require(written >= 0 && ::fsync(written) == 0 ? SQLITE_OK : SQLITE_IOERR, "can't be synced");
  ::close(written);
}

RowStore::RowStore(const std::filesystem::path& file, const enclave::KeyBytes& key)
    : handle_(connect(file, key)) {
  run(handle_, cache);
  run(handle_, "PRAGMA query_only=ON");
}

RowStore::~RowStore() { sqlite3_close_v2(handle_); }

Answer RowStore::query(const std::string& sql, int dimensions) const {
  sqlite3_stmt* statement = nullptr;
  require(sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr), "no query");
  Answer answer;
  const int columns = sqlite3_column_count(statement);
  int rc = sqlite3_step(statement);
  for (; rc == SQLITE_ROW; rc = sqlite3_step(statement)) {
    std::string key;
    for (int i = 0; i < dimensions; ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
      key += std::string(text ? text : "") + "|";
    }
    for (int i = dimensions; i < columns; ++i) {
      const bool null = sqlite3_column_type(statement, i) == SQLITE_NULL;
      answer[key].push_back(null ? std::nan("") : sqlite3_column_double(statement, i));
    }
  }
  sqlite3_finalize(statement);
  require(rc == SQLITE_DONE ? SQLITE_OK : rc, "a query failed");
  return answer;
}

}  // namespace sceau::bench
