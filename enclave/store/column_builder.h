#pragma once
// One variable's column while files are read: a field's text becomes a cell by the codebook's rules
// (missing, recode, pad, code list, number, date, bounds, pseudonym), and accepted cells become
// packed segments.
//
// What is refused, by the rule that says so: import.bad_integer, import.bad_decimal,
// import.bad_date, import.out_of_range, import.unknown_code, import.reserved_code, import.nul,
// import.bad_utf8, import.too_many_codes.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/store/dictionary.h"
#include "enclave/store/pseudonym.h"
#include "enclave/store/segment.h"
#include "policies/codebook.h"

namespace sceau::enclave {

/// A field understood. `fault` is null or the id of the rule that refuses it.
struct Cell {
  enum class Kind { null, code, mantissa, real, pseudonym };
  Kind kind = Kind::null;
  std::uint32_t code = 0;
  Pseudonym pseudonym{};
  std::int64_t mantissa = 0;
  double real = 0;
  const char* fault = nullptr;
};

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
  /// `pseudonyms` for identifiers alone. The variable must outlive it.
  ColumnBuilder(const policies::Variable& variable, std::optional<Pseudonymiser> pseudonyms);

  [[nodiscard]] const policies::Variable& variable() const { return variable_; }

  /// `point` is the file's decimal sign. New codes enter the dictionary at once; those that no
  /// accepted row uses leave it in `finish`.
  [[nodiscard]] Cell convert(std::string_view text, char point);
  /// The code that an unknown_code fault of `text` was about.
  [[nodiscard]] std::string code_text(std::string_view text) const;

  void append(const Cell& cell);
  /// A segment is full: `number`, then a look at `codes`, then `pack`.
  void number();
  /// Numbered, of the rows appended since `pack`; empty for numbers.
  [[nodiscard]] std::span<const std::uint32_t> codes() const { return codes_; }
  void pack();
  /// Dictionaries become sorted bytewise (pseudonyms stay as they came); unused codes go.
  [[nodiscard]] EncodedColumn finish() &&;

 private:
  [[nodiscard]] bool is_missing(std::string_view text) const;
  [[nodiscard]] Cell convert_code(std::string_view text);
  [[nodiscard]] Cell new_code(std::string_view text);
  [[nodiscard]] const char* fault_of_code(std::string_view code) const;
  [[nodiscard]] Cell convert_number(std::string_view text, char point) const;
  [[nodiscard]] bool within_bounds(const Cell& cell) const;
  void append_number(const Cell& cell);
  void turn_real();
  void renumber(EncodedColumn& column) const;

  const policies::Variable& variable_;
  std::optional<Pseudonymiser> pseudonyms_;
  Encoding encoding_;
  int scale_ = 0;
  TextIndex declared_;  // the codebook's code list
  TextIndex texts_;
  PseudonymIndex known_pseudonyms_;
  TextIndex seen_;  // texts of the file whose cell is known: spares recoding each again
  std::vector<Cell> seen_cells_;
  std::string last_text_;
  Cell last_cell_;
  bool has_last_ = false;

  std::vector<std::uint32_t> codes_;
  std::vector<Pseudonym> pending_pseudonyms_;  // of the values in codes_ that are not NULL
  std::vector<std::int64_t> mantissas_;
  std::vector<double> reals_;
  std::vector<std::uint8_t> present_;
  std::vector<PackedSegment> segments_;
};

}  // namespace sceau::enclave
