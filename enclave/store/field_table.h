#pragma once
// A block of a CSV file taken apart: where each field of each record stands. A block without a
// quote has no grammar but separators and line ends, and is split by a search for these; any other
// is read by libcsv, which is some times slower (154 MB/s a core). Both give the same table for the
// same text; a test compares them.
//
//   block "LYON;1\nPARIS;2\n", two columns, ';'
//   record 0: line 0, fields "LYON", "1" · record 1: line 1, fields "PARIS", "2" · two lines

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/store/csv_reader.h"

namespace sceau::enclave {

/// Bytes behind a text that may be read (they are no part of it), so that a short field can be
/// loaded as two words.
inline constexpr std::size_t readable_behind = 16;

/// A line that is no record: import.ragged or import.bad_quote.
struct BrokenLine {
  std::size_t before = 0;  ///< records in front of it
  std::uint32_t line = 0;
  std::string_view rule;
  std::size_t fields = 0;
  std::string text;  ///< what stands there, its quotes made regular
};

class FieldTable {
 public:
  /// Takes `text` apart: whole records, or, if `last`, all up to the file's end. `text` must stay,
  /// with `readable_behind` bytes behind it. Lines count from 0.
  void read(std::string_view text, std::size_t columns, char separator, bool last);
  /// The same, always by libcsv.
  void read_quoted(std::string_view text, std::size_t columns, char separator, bool last);

  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] std::string_view field(std::size_t row, std::size_t column) const {
    const std::uint32_t* const places = &places_[row * (columns_ + 1)];
    // Each field but the first begins one byte behind the one before it.
    const std::size_t begin = column == 0 ? places[0] : std::size_t{places[column]} + 1;
    return {base_ + begin, places[column + 1] - begin};
  }
  void record(std::size_t row, std::vector<std::string_view>& fields) const;
  [[nodiscard]] std::uint32_t line(std::size_t row) const { return lines_[row]; }
  [[nodiscard]] const std::vector<BrokenLine>& broken() const { return broken_; }
  [[nodiscard]] std::uint64_t lines() const { return end_.lines; }
  [[nodiscard]] const std::optional<Lost>& lost() const { return end_.lost; }
  /// No byte of any field is NUL or outside ASCII.
  [[nodiscard]] bool plain() const { return plain_; }

 private:
  class Copy;
  struct Line {
    std::uint32_t* row;  ///< where its places go if it is a record
    std::size_t begin;
    std::size_t separators;  ///< met in it
  };
  void clear(std::size_t columns);
  void split(std::string_view text, char separator, bool last);
  bool end_line(std::string_view text, Line& line, std::size_t end);
  [[nodiscard]] std::uint32_t* room_for_row();

  const char* base_ = nullptr;
  std::size_t columns_ = 0;
  std::vector<std::uint32_t> places_;  // columns + 1 a record: its begin, then each field's end
  std::vector<std::uint32_t> lines_;
  std::vector<BrokenLine> broken_;
  std::string copied_;  // fields that libcsv has freed of their quotes, a byte behind each
  BlockEnd end_;
  bool plain_ = true;
};

}  // namespace sceau::enclave
