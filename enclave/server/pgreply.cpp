#include "enclave/server/pgreply.h"

#include <utility>

#include "enclave/centre/print.h"
#include "enclave/server/pgwire.h"
#include "enclave/sql/fault.h"

namespace sceau::enclave::pg {
namespace {

std::string_view severity_word(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "ERROR";
    case Severity::fatal:
      return "FATAL";
    case Severity::notice:
      return "NOTICE";
    case Severity::warning:
      return "WARNING";
  }
  return "ERROR";
}

/// A text that ends in a zero byte can't hold one: what stands behind it would be read as fields.
std::string_view up_to_zero(std::string_view text) { return text.substr(0, text.find('\0')); }

/// A psql prints what it is told as it stands: labels and names in it must not move a terminal.
std::string seen(std::string_view text) {
  std::string lines;
  while (true) {
    const auto end = text.find('\n');
    lines += printable(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    lines += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace

/// One message under construction: its length is filled in when it goes.
class Reply::Open {
 public:
  Open(std::string& bytes, char type) : bytes_(bytes) {
    bytes_ += type;
    start_ = bytes_.size();
    bytes_.append(4, '\0');
  }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  ~Open() {
    const auto length = static_cast<std::uint32_t>(bytes_.size() - start_);
    for (std::size_t i = 0; i < 4; ++i) {
      bytes_[start_ + i] = static_cast<char>(length >> (24 - 8 * i));
    }
  }
  void letter(char c) { bytes_ += c; }
  void i16(std::int64_t value) {
    bytes_ += static_cast<char>(value >> 8);
    bytes_ += static_cast<char>(value);
  }
  void i32(std::int64_t value) {
    i16(value >> 16);
    i16(value);
  }
  void raw(std::string_view value) { bytes_ += value; }
  void text(std::string_view value) {
    bytes_ += up_to_zero(value);
    bytes_ += '\0';
  }
  void field(char code, std::string_view value) {
    if (value.empty()) return;
    letter(code);
    text(value);
  }

 private:
  std::string& bytes_;
  std::size_t start_ = 0;
};

void Reply::authentication_ok() { Open(bytes_, 'R').i32(0); }

void Reply::parameter_status(std::string_view name, std::string_view value) {
  Open message(bytes_, 'S');
  message.text(name);
  message.text(value);
}

void Reply::backend_key(std::uint32_t pid, std::uint32_t key) {
  Open message(bytes_, 'K');
  message.i32(pid);
  message.i32(key);
}

void Reply::negotiate_version(std::span<const std::string> unknown_options) {
  Open message(bytes_, 'v');
  message.i32(0);
  message.i32(static_cast<std::int64_t>(unknown_options.size()));
  for (const auto& option : unknown_options) message.text(option);
}

void Reply::ready(Transaction transaction) {
  Open(bytes_, 'Z').letter(static_cast<char>(transaction));
}

void Reply::report(const Report& report) {
  const bool is_error = report.severity == Severity::error || report.severity == Severity::fatal;
  Open message(bytes_, is_error ? 'E' : 'N');
  message.field('S', severity_word(report.severity));
  message.field('V', severity_word(report.severity));
  message.field('C', report.sqlstate);
  message.field('M', seen(up_to_zero(report.message)));
  message.field('D', seen(up_to_zero(report.detail)));
  message.field('H', report.hint);
  if (report.position > 0) message.field('P', std::to_string(report.position));
  message.letter('\0');
}

void Reply::row_description(std::span<const sql::ResultColumn> columns,
                            const std::vector<std::int16_t>& formats) {
  Open message(bytes_, 'T');
  message.i16(static_cast<std::int64_t>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    message.text(columns[i].name);
    message.i32(0);  // no table
    message.i16(0);  // no attribute
    message.i32(sql::oid(columns[i].type));
    message.i16(sql::size(columns[i].type));
    message.i32(-1);
    message.i16(format_of(formats, i));
  }
}

void Reply::data_row(const sql::Row& row, std::span<const sql::ResultColumn> columns,
                     const std::vector<std::int16_t>& formats) {
  // Converted first, so that a value that can't be leaves no half-written message behind.
  std::vector<std::optional<std::string>> binary(row.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!row[i] || format_of(formats, i) == 0) continue;
    binary[i] = binary_value(columns[i].type, *row[i]);
    if (!binary[i]) {
      throw sql::SqlError("0A000", "server.no_binary", {std::string(sql::name(columns[i].type))});
    }
  }
  Open message(bytes_, 'D');
  message.i16(static_cast<std::int64_t>(row.size()));
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!row[i]) {
      message.i32(-1);
      continue;
    }
    const auto& value = binary[i] ? *binary[i] : *row[i];
    message.i32(static_cast<std::int64_t>(value.size()));
    message.raw(value);
  }
}

void Reply::command_complete(std::string_view tag) { Open(bytes_, 'C').text(tag); }
void Reply::empty_query() { Open(bytes_, 'I'); }
void Reply::portal_suspended() { Open(bytes_, 's'); }
void Reply::parse_complete() { Open(bytes_, '1'); }
void Reply::bind_complete() { Open(bytes_, '2'); }
void Reply::close_complete() { Open(bytes_, '3'); }
void Reply::no_data() { Open(bytes_, 'n'); }

void Reply::parameter_description(std::span<const sql::Oid> oids) {
  Open message(bytes_, 't');
  message.i16(static_cast<std::int64_t>(oids.size()));
  for (const auto oid : oids) message.i32(oid);
}

void Reply::copy_out(std::size_t columns) {
  Open message(bytes_, 'H');
  message.letter('\0');  // text as a whole
  message.i16(static_cast<std::int64_t>(columns));
  for (std::size_t i = 0; i < columns; ++i) message.i16(0);
}

void Reply::copy_data(std::string_view bytes) { Open(bytes_, 'd').raw(bytes); }
void Reply::copy_done() { Open(bytes_, 'c'); }

std::string Reply::take() { return std::exchange(bytes_, {}); }

}  // namespace sceau::enclave::pg
