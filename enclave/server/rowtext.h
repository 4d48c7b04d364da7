#pragma once
// Rows as lines of text: COPY … TO STDOUT in PostgreSQL's text and CSV formats, and the CSV file
// (RFC 4180) of an output that is no tabulation.

#include <span>
#include <string>

#include "enclave/sql/plan.h"
#include "enclave/sql/type.h"

namespace sceau::enclave {

struct LineFormat {
  sql::CopyFormat copy;
  std::string end = "\n";
  bool for_people = false;  ///< a text that a spreadsheet would execute gets an apostrophe
};
/// CSV with a header, NULL an empty field, lines ended by CRLF, texts that are no formulas.
[[nodiscard]] LineFormat csv_file();

[[nodiscard]] std::string header_line(std::span<const sql::ResultColumn> columns,
                                      const LineFormat& format);
[[nodiscard]] std::string row_line(const sql::Row& row, const LineFormat& format);

}  // namespace sceau::enclave
