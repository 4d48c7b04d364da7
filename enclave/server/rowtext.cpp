#include "enclave/server/rowtext.h"

#include "disclosure/csv_text.h"

namespace sceau::enclave {
namespace {

/// PostgreSQL's text format: a backslash before itself and for what ends a field or a line.
std::string escaped(std::string_view value, char delimiter) {
  std::string line;
  for (const char c : value) {
    switch (c) {
      case '\\':
        line += "\\\\";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\r':
        line += "\\r";
        break;
      case '\t':
        line += "\\t";
        break;
      default:
        if (c == delimiter) line += '\\';
        line += c;
    }
  }
  return line;
}

/// Quoted where it must be: a delimiter, a quote, a line end, or what would read as NULL.
std::string quoted(std::string_view value, const sql::CopyFormat& format) {
  const bool plain = value.find_first_of("\"\r\n") == std::string_view::npos &&
                     value.find(format.delimiter) == std::string_view::npos &&
                     value != format.null_text && value != "\\.";
  if (plain) return std::string(value);
  std::string field = "\"";
  for (const char c : value) {
    if (c == '"') field += '"';
    field += c;
  }
  return field += '"';
}

std::string field(const std::optional<std::string>& value, const LineFormat& format) {
  if (!value) return format.copy.null_text;
  if (!format.copy.csv) return escaped(*value, format.copy.delimiter);
  return quoted(format.for_people ? disclosure::never_a_formula(*value) : *value, format.copy);
}

}  // namespace

LineFormat csv_file() {
  LineFormat format;
  format.copy.csv = true;
  format.copy.header = true;
  format.copy.delimiter = ',';
  format.copy.null_text = "";
  format.end = "\r\n";
  format.for_people = true;
  return format;
}

std::string header_line(std::span<const sql::ResultColumn> columns, const LineFormat& format) {
  sql::Row names;
  for (const auto& column : columns) names.emplace_back(column.name);
  return row_line(names, format);
}

std::string row_line(const sql::Row& row, const LineFormat& format) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += format.copy.delimiter;
    line += field(row[i], format);
  }
  return line += format.end;
}

}  // namespace sceau::enclave
