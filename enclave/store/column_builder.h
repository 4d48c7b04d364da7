#pragma once
// One variable's column while files are read: the columns of blocks, in the order of the rows,
// become packed segments. The codes of each reader (column_reader.h) are translated to the column's
// own.
//
// Refuses: import.too_many_codes.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "enclave/store/column_reader.h"
#include "enclave/store/dictionary.h"
#include "enclave/store/segment.h"
#include "policies/codebook.h"

namespace sceau::enclave {

struct EncodedColumn {
  std::string name;
  Encoding encoding = Encoding::dictionary;
  int scale = 0;          ///< scaled only
  Dictionary dictionary;  ///< dictionary only
  std::vector<PackedSegment> segments;
  std::vector<std::string> determines;  ///< as in ColumnSummary

  [[nodiscard]] std::uint64_t nulls() const;
  [[nodiscard]] std::uint64_t bytes() const;
};

class ColumnBuilder {
 public:
  /// The variable must outlive it.
  explicit ColumnBuilder(const policies::Variable& variable);

  /// Turns a block's codes, which `reader` gave, into the column's; null_code where NULL. New codes
  /// enter the dictionary at once; those that no appended row uses leave it in `finish`. Blocks of
  /// one reader must come in the order in which it read them.
  void translate(std::size_t reader, BlockColumn& block);
  /// A block's column of `rows` times the same value, translated.
  void fill(const Cell& cell, std::size_t rows, BlockColumn& block);
  /// Rows `from` up to `to` of a translated block.
  void append(const BlockColumn& block, std::size_t from, std::size_t to);

  /// A segment is full: `number`, then a look at `codes`, then `pack`.
  void number();
  /// Numbered, of the rows appended since `pack`; empty for numbers.
  [[nodiscard]] std::span<const std::uint32_t> codes() const { return codes_; }
  void pack();
  /// Bytes that it holds.
  [[nodiscard]] std::uint64_t memory() const;

  /// Dictionaries become sorted bytewise (pseudonyms stay as they came); unused codes go. `tick` is
  /// called between segments; what it throws ends the work.
  [[nodiscard]] EncodedColumn finish(const std::function<void()>& tick) &&;

 private:
  void append_numbers(const BlockColumn& block, std::size_t from, std::size_t to);
  void turn_real();
  void order_codes(EncodedColumn& column, const std::function<void()>& tick) const;
  [[nodiscard]] std::uint32_t code_of(std::string_view text);

  const policies::Variable& variable_;
  Encoding encoding_;
  int scale_;
  bool has_pseudonyms_;
  TextIndex texts_;
  PseudonymIndex known_pseudonyms_;
  std::vector<std::vector<std::uint32_t>> translations_;  // by reader, then by 1 + its code
  std::vector<std::uint8_t> used_;                        // by 1 + code; place 0: NULL

  std::vector<std::uint32_t> codes_;
  std::vector<Pseudonym> pending_pseudonyms_;  // of the values in codes_ that are not NULL
  std::vector<std::int64_t> mantissas_;
  std::vector<double> reals_;
  std::vector<std::uint8_t> present_;
  std::vector<PackedSegment> segments_;
  std::uint64_t packed_bytes_ = 0;  // of segments_
};

}  // namespace sceau::enclave
