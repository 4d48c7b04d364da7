#pragma once
// RFC 4180 records out of a text (libcsv does the parsing): the header, then one record a call of
// the sink, each with the line on which it starts.
//
// The separator (; , tab |) is the one under which the header holds the most of the wanted names.
// Spaces belong to a field. Blank lines are passed over where the header has two columns or more. A
// line's length is that of its fields and separators, without quotes.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/store/text_input.h"

namespace sceau::enclave {

inline constexpr std::size_t longest_line = 1U << 20;

struct Record {
  std::uint64_t line = 0;  ///< physical line, from 1, on which it starts
  std::span<const std::string_view> fields;
};

/// What one file gives. Views are valid during the call only; an exception ends the reading.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  /// As many fields as the header. False stops the reading.
  virtual bool record(const Record& record) = 0;
  /// import.ragged or import.bad_quote: a line that is no record. `text` is what stands there (with
  /// its quotes made regular). False stops.
  virtual bool broken(const Record& record, std::string_view rule, std::string_view text) = 0;
  /// Between chunks. False stops.
  virtual bool chunk() = 0;
};

/// Where the place in a file is lost: import.line_too_long, import.unclosed_quote, import.cut (the
/// last line is short and without end).
struct Lost {
  std::string_view id;
  std::uint64_t line = 0;
};

/// What a block of records ends with.
struct BlockEnd {
  std::uint64_t lines = 0;  ///< physical lines that end in it
  std::optional<Lost> lost;
};

/// The records of a block of text that begins and ends between records (`last`: that ends as the
/// file does), by libcsv. Lines count from 0. `sink.chunk` is not called.
[[nodiscard]] BlockEnd read_block(std::string_view text, std::size_t columns, char separator,
                                  bool last, RecordSink& sink);

class CsvReader {
 public:
  /// Reads the header. `separator`: the codebook's, else found. Throws import.empty_file,
  /// import.line_too_long, import.bad_quote, import.cut.
  CsvReader(TextInput& input, std::string name, std::optional<char> separator,
            const std::vector<std::string>& wanted);

  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }

  [[nodiscard]] char separator() const { return separator_; }
  /// The physical line on which the first record starts.
  [[nodiscard]] std::uint64_t line() const { return line_; }

  /// All records up to the end or until the sink stops. Throws where the place in the file is lost.
  void read(RecordSink& sink);
  /// Instead of `read`: what was read with the header and stands behind it. The rest is the
  /// input's.
  [[nodiscard]] std::string take_rest() { return std::move(head_); }

 private:
  TextInput& input_;
  std::string name_;
  char separator_ = ',';
  std::vector<std::string> header_;
  std::uint64_t line_ = 1;  // of the next byte
  std::string head_;        // read with the header, behind it
};

/// Fields as one regular CSV line, quoted where they must be.
[[nodiscard]] std::string to_line(std::span<const std::string_view> fields, char separator);

}  // namespace sceau::enclave
