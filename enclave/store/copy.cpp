#include "enclave/store/copy.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>

#include "enclave/fault.h"
#include "enclave/keys/durable_file.h"
#include "enclave/store/database.h"
#include "enclave/store/store.h"
#include "enclave/store/store_writer.h"

namespace sceau::enclave {
namespace {

/// How a column is read and bound: SQLite's own types, but `any` for those without.
enum class Type { integer, text, blob, number };

struct Table {
  const char* select;
  const char* insert;
  std::array<Type, 10> types;
  int columns;
};

using enum Type;

/// Every table of a store (store_writer.cpp), its rows in the order of their making.
constexpr std::array tables = {
    Table{"SELECT json FROM manifest ORDER BY rowid", "INSERT INTO manifest VALUES (?)", {text}, 1},
    Table{"SELECT toml FROM codebook ORDER BY rowid", "INSERT INTO codebook VALUES (?)", {text}, 1},
    Table{"SELECT variable, chunk, entries, data FROM dictionary ORDER BY rowid",
          "INSERT INTO dictionary VALUES (?, ?, ?, ?)",
          {integer, integer, integer, blob},
          4},
    Table{"SELECT variable, n, rows, nulls, bits, low, high, place, runs, different FROM segment"
          " ORDER BY rowid",
          "INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          {integer, integer, integer, integer, integer, number, number, integer, integer, integer},
          10},
    Table{"SELECT place, present, data FROM content ORDER BY place",
          "INSERT INTO content VALUES (?, ?, ?)",
          {integer, blob, blob},
          3},
    Table{"SELECT file, line, rule, text FROM reject ORDER BY rowid",
          "INSERT INTO reject VALUES (?, ?, ?, ?)",
          {text, integer, text, text},
          4},
};

/// Every value, with its type and length, in one hash: what two stores must share.
class Content {
 public:
  Content() : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr) != 1) fail();
  }
  void add(char type, const void* bytes, std::size_t size) {
    const std::uint64_t length = size;
    std::array<std::uint8_t, 9> head{};
    head[0] = static_cast<std::uint8_t>(type);
    std::memcpy(head.data() + 1, &length, sizeof length);
    if (EVP_DigestUpdate(context_.get(), head.data(), head.size()) != 1 ||
        EVP_DigestUpdate(context_.get(), bytes, size) != 1) {
      fail();
    }
  }
  [[nodiscard]] std::array<std::uint8_t, 32> digest() {
    std::array<std::uint8_t, 32> digest{};
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) fail();
    return digest;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  [[noreturn]] static void fail() {
    throw EnclaveError(Fault::internal, "store.internal", {"SHA-256 failed"});
  }
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

/// Reads one value into the hash and, where there is one, the copy.
void take(const Statement& from, int column, Type type, Content& content, Statement* to) {
  if (from.is_null(column)) {
    content.add('0', "", 0);
    if (to != nullptr) to->bind_null(column + 1);
    return;
  }
  switch (type) {
    case integer: {
      const auto value = from.integer(column);
      content.add('i', &value, sizeof value);
      if (to != nullptr) to->bind(column + 1, value);
      return;
    }
    case text: {
      const auto value = from.text(column);
      content.add('t', value.data(), value.size());
      if (to != nullptr) to->bind(column + 1, value);
      return;
    }
    case blob: {
      const auto value = from.blob(column);
      content.add('b', value.data(), value.size());
      if (to != nullptr) to->bind(column + 1, value);
      return;
    }
    case number: {
      if (!from.is_real(column)) return take(from, column, integer, content, to);
      const auto value = from.real(column);
      content.add('r', &value, sizeof value);
      if (to != nullptr) to->bind(column + 1, value);
      return;
    }
  }
}

std::array<std::uint8_t, 32> read_all(const Database& from, Database* to,
                                      const std::function<bool()>& cancelled) {
  Content content;
  for (const auto& table : tables) {
    auto rows = from.prepare(table.select);
    content.add('T', table.select, std::strlen(table.select));
    std::unique_ptr<Statement> insert;
    if (to != nullptr) insert = std::make_unique<Statement>(to->prepare(table.insert));
    while (rows.step()) {
      if (cancelled && cancelled()) throw EnclaveError(Fault::refused, "store.copy_cancelled");
      for (int column = 0; column < table.columns; ++column) {
        take(rows, column, table.types[static_cast<std::size_t>(column)], content, insert.get());
      }
      if (!insert) continue;
      insert->step();
      insert->reset();
    }
  }
  return content.digest();
}

void sync_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!synced) throw EnclaveError(Fault::unavailable, "store.unwritable", {file.string(), "fsync"});
  sync_folder(file.parent_path());
}

void write_copy(const std::filesystem::path& from, const KeyBytes& old_key,
                const std::filesystem::path& to, const KeyBytes& new_key,
                const std::function<bool()>& cancelled) {
  std::array<std::uint8_t, 32> before{};
  {
    const auto source = Database::open(from, old_key);
    const auto copy = Database::create(to, new_key);
    copy->run(store_schema());
    copy->run("BEGIN");
    before = read_all(*source, copy.get(), cancelled);
    copy->run("COMMIT");
    copy->close();
  }
  sync_file(to);
  const auto copied = Database::open(to, new_key);
  if (read_all(*copied, nullptr, cancelled) != before) {
    throw EnclaveError(Fault::integrity, "store.copy_differs", {to.string()});
  }
  Store::open(to, new_key).check_all();
}

}  // namespace

void copy_store(const std::filesystem::path& from, const KeyBytes& old_key,
                const std::filesystem::path& to, const KeyBytes& new_key,
                const std::function<bool()>& cancelled) {
  std::error_code error;
  std::filesystem::remove(to, error);  // of a copy that was killed
  try {
    write_copy(from, old_key, to, new_key, cancelled);
  } catch (...) {
    std::filesystem::remove(to, error);
    throw;
  }
}

}  // namespace sceau::enclave
