#pragma once
// One relation as SQLite's virtual table reads it; rows.h is the outside.

#include <sqlcipher/sqlite3.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "enclave/sql/rows.h"

namespace sceau::enclave::sql {

/// A comparison that SQLite hands down: column, operator, and at run time a value.
struct Term {
  std::size_t column = 0;
  enum class Operator {
    equal,
    less,
    less_equal,
    greater,
    greater_equal
  } operation = Operator::equal;
};

/// Where the rows of each key are; the rows of one key stand in the relation's order.
class RowIndex {
 public:
  struct Place {
    std::int64_t key;
    std::uint32_t segment, row;
  };
  void add(Place place) { places_.push_back(place); }
  void sort();
  [[nodiscard]] std::span<const Place> find(std::int64_t key) const;

 private:
  std::vector<Place> places_;
};

class RowTable {
 public:
  RowTable(TableSpec spec, RunState& state);

  [[nodiscard]] const TableSpec& spec() const { return spec_; }
  [[nodiscard]] RunState& state() const { return state_; }
  [[nodiscard]] const std::vector<std::size_t>& segments() const { return segments_; }
  [[nodiscard]] double row_count() const { return row_count_; }
  /// Whether a term on this column can be used: a codes column, or integers.
  [[nodiscard]] bool searchable(std::size_t column, Term::Operator operation) const;
  [[nodiscard]] double distinct(std::size_t column) const;
  [[nodiscard]] disclosure::ColumnKind kind(std::size_t column) const { return kinds_[column]; }
  [[nodiscard]] const std::vector<std::string>& dictionary(std::size_t column) const {
    return *dictionaries_[column];
  }
  /// The key of a value in a searchable column; nullopt where no row has it.
  [[nodiscard]] std::optional<std::int64_t> key_of(std::size_t column, sqlite3_value* value);
  /// Counts how often a statement asks for rows by this column; from the second time on, an index
  /// answers: it is a join or a correlated subquery. Indices live as long as the statement.
  [[nodiscard]] const RowIndex* index_for(std::size_t column);

 private:
  TableSpec spec_;
  RunState& state_;
  std::vector<std::size_t> segments_;
  double row_count_ = 0;
  std::vector<disclosure::ColumnKind> kinds_;
  std::vector<const std::vector<std::string>*> dictionaries_;
  std::map<std::size_t, std::unordered_map<std::string_view, std::uint32_t>> codes_;
  [[nodiscard]] RowIndex make_index(std::size_t column) const;

  std::uint64_t statement_ = 0;  ///< the one that questions_ and indices_ belong to
  std::map<std::size_t, int> questions_;
  std::map<std::size_t, RowIndex> indices_;
};

/// A walk over the rows: all of them, those of some segments, or those that an index gives.
class RowCursor {
 public:
  explicit RowCursor(RowTable& table) : table_(table) {}

  void start(const std::vector<Term>& terms, sqlite3_value** values);
  void next();
  [[nodiscard]] bool at_end() const { return end_; }
  void give(sqlite3_context* context, std::size_t column);
  /// The same for a row in every walk: RIGHT and FULL JOIN remember rows by it.
  [[nodiscard]] std::int64_t row_id() const {
    if (!table_.spec().source) return number_;
    return static_cast<std::int64_t>(segment_) << 32 | row_;
  }

 private:
  struct Filter {
    std::size_t column;
    std::int64_t key;
  };
  struct Range {
    std::size_t column;
    std::int64_t low, high;
  };
  [[nodiscard]] bool add_term(const Term& term, sqlite3_value* value);
  void load(std::size_t segment);
  void find_row();
  [[nodiscard]] bool skip_segment(std::size_t segment) const;
  [[nodiscard]] bool row_matches();
  const disclosure::Segment& column(std::size_t column);
  void give_codes(sqlite3_context* context, std::size_t column);
  void give_scaled(sqlite3_context* context, std::size_t column);
  void start_system();
  void give_system(sqlite3_context* context, std::size_t column) const;

  RowTable& table_;
  std::vector<Filter> filters_;
  std::vector<Range> ranges_;
  bool end_ = true;
  std::int64_t number_ = 0;

  // Walking through segments:
  std::size_t at_ = 0;  ///< index into table_.segments()
  std::uint32_t row_ = 0, rows_ = 0;
  // Walking through an index:
  bool indexed_ = false;
  std::span<const RowIndex::Place> places_;
  std::size_t place_ = 0;
  // Decoded segments: the present one, or where an index jumps about, all that were touched.
  struct Decoded {
    std::vector<disclosure::Segment> columns;
    std::vector<char> loaded;
  };
  std::unordered_map<std::size_t, Decoded> decoded_;
  Decoded* present_ = nullptr;
  std::size_t segment_ = 0;
  std::vector<Row> system_;
};

}  // namespace sceau::enclave::sql
