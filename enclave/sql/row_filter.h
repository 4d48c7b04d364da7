#pragma once
// Comparisons that SQLite hands down, decided on stored values: dictionary codes and mantissas. A
// filter lets through every row that the comparison holds for, and mostly no other: SQLite compares
// again, so that a doubt costs time and never a row.
//
//   note > 12.5 (numeric, two digits stored)  ->  mantissas 1251 … highest
//   departement < '2A'                         ->  ranks 0 … 1 of the dictionary in bytewise order
//
// Codes have no order of their own (vintages add theirs behind one another), so a range of a codes
// column goes by rank: where a code's text stands among all texts, sorted.

#include <sqlcipher/sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "disclosure/source.h"
#include "enclave/sql/catalog.h"

namespace sceau::enclave::sql {

/// A comparison of a column: at run time a value comes with it. `offset` is of the whole table: its
/// value is how many rows to leave out at the beginning.
struct Term {
  enum class Operator {
    equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in_list,
    is,  ///< IS NOT DISTINCT FROM
    is_null,
    is_not_null,
    offset
  };
  std::size_t column = 0;
  Operator operation = Operator::equal;
};

/// What xBestIndex chose, as text "2f e3 l7 ": the columns that the statement uses (bit i: column
/// i; bit 63: any from there on), then the terms in the order of their values.
struct ChosenTerms {
  std::uint64_t used = 0;
  std::vector<Term> terms;
};
[[nodiscard]] std::string write_terms(std::uint64_t used, const std::vector<Term>& terms);
[[nodiscard]] ChosenTerms read_terms(std::string_view text);

/// One column of a source as filters see it. Its dictionary is read when first asked for.
class StoredColumn {
 public:
  StoredColumn(const disclosure::Source& source, const RelationColumn& column);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] disclosure::ColumnKind kind() const { return info_.kind; }
  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] int scale() const { return scale_; }
  [[nodiscard]] const std::vector<std::string>& dictionary() const;
  [[nodiscard]] std::uint64_t texts() const;  ///< of the dictionary, without reading it
  /// Whether a filter can be made of such a comparison under SQLite's collation of that name.
  [[nodiscard]] bool takes(Term::Operator operation, std::string_view collation) const;

  [[nodiscard]] std::optional<std::uint32_t> code_of(std::string_view text) const;
  /// By code: its place in the order of texts.
  [[nodiscard]] const std::vector<std::uint32_t>& ranks() const;
  /// How many texts stand before `text`; with `or_equal` also that text itself.
  [[nodiscard]] std::int64_t texts_before(std::string_view text, bool or_equal) const;

 private:
  void rank() const;

  const disclosure::Source* source_;
  std::string name_;
  disclosure::ColumnInfo info_;
  Type type_;
  int scale_;
  mutable const std::vector<std::string>* dictionary_ = nullptr;
  mutable std::unordered_map<std::string_view, std::uint32_t> codes_;
  mutable int lookups_ = 0;
  mutable std::vector<std::uint32_t> ranks_, order_;
};

/// What one term lets through.
class RowFilter {
 public:
  enum class Kind { all, none, equal, among, range, null, present };

  /// `all` where only SQLite can tell.
  [[nodiscard]] static RowFilter make(const StoredColumn& column, Term term, sqlite3_value* value);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::size_t column() const { return column_; }
  /// equal: the code or mantissa.
  [[nodiscard]] std::int64_t key() const { return low_; }

  [[nodiscard]] bool passes(const disclosure::Segment& values, std::uint32_t row) const;
  /// Keeps of `rows` those that pass.
  void keep(const disclosure::Segment& values, std::vector<std::uint32_t>& rows) const;
  /// False only where no row of a segment passes, by what is known without reading it.
  [[nodiscard]] bool may_pass(const disclosure::Source& source, std::size_t segment) const;

 private:
  [[nodiscard]] bool passes_key(std::int64_t key) const;
  void take_equal(std::optional<std::int64_t> key);
  void take_range(std::int64_t low, std::int64_t high);
  void take_list(sqlite3_value* list);
  void take_text(Term::Operator operation, std::string_view text);
  void take_number(Term::Operator operation, sqlite3_value* value);

  const StoredColumn* stored_ = nullptr;
  std::size_t column_ = 0;
  Kind kind_ = Kind::all;
  std::int64_t low_ = 0, high_ = 0;  ///< equal: low_; range: both, of mantissas or ranks
  std::vector<std::int64_t> keys_;   ///< among: ascending
};

}  // namespace sceau::enclave::sql
