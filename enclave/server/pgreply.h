#pragma once
// PostgreSQL's protocol, version 3.0, as a server writes it. A Reply gathers messages as bytes; the
// worker sends them. Source: PostgreSQL 15 manual, chapter "Frontend/Backend Protocol".

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/sql/type.h"

namespace sceau::enclave::pg {

enum class Severity { error, fatal, notice, warning };

/// An ErrorResponse or NoticeResponse.
struct Report {
  Severity severity = Severity::error;
  std::string sqlstate = "XX000";
  std::string message;
  std::string detail;
  std::string hint;
  int position = 0;  ///< characters from 1; 0: none
};

/// What ReadyForQuery says of the transaction.
enum class Transaction : char { idle = 'I', open = 'T' };

class Reply {
 public:
  void authentication_ok();
  void parameter_status(std::string_view name, std::string_view value);
  void backend_key(std::uint32_t pid, std::uint32_t key);
  /// A newer minor version or unknown _pq_ options: what we speak instead.
  void negotiate_version(std::span<const std::string> unknown_options);
  void ready(Transaction transaction);
  void report(const Report& report);

  void row_description(std::span<const sql::ResultColumn> columns,
                       const std::vector<std::int16_t>& formats);
  /// Throws sql::SqlError where a value can't be written in the binary format that is asked for.
  void data_row(const sql::Row& row, std::span<const sql::ResultColumn> columns,
                const std::vector<std::int16_t>& formats);
  void command_complete(std::string_view tag);
  void empty_query();
  void portal_suspended();
  void parse_complete();
  void bind_complete();
  void close_complete();
  void no_data();
  void parameter_description(std::span<const sql::Oid> oids);
  void copy_out(std::size_t columns);
  void copy_data(std::string_view bytes);
  void copy_done();

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::string take();

 private:
  class Open;
  std::string bytes_;
};

/// A value in PostgreSQL's binary format; nullopt where `text` is not of that type.
[[nodiscard]] std::optional<std::string> binary_value(sql::Type type, std::string_view text);

}  // namespace sceau::enclave::pg
