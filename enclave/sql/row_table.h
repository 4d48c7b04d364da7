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

#include "enclave/sql/row_filter.h"
#include "enclave/sql/rows.h"

namespace sceau::enclave::sql {

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
  RowTable(TableSpec spec, int number, RunState& state);

  [[nodiscard]] const TableSpec& spec() const { return spec_; }
  [[nodiscard]] int number() const { return number_; }  ///< among the module's tables, from 0
  [[nodiscard]] RunState& state() const { return state_; }
  [[nodiscard]] const std::vector<std::size_t>& segments() const { return segments_; }
  [[nodiscard]] double row_count() const { return row_count_; }
  /// Whether a filter can be made of a term under SQLite's collation of that name.
  [[nodiscard]] bool takes(const Term& term, std::string_view collation) const;
  [[nodiscard]] double distinct(std::size_t column) const;
  [[nodiscard]] const StoredColumn& column(std::size_t column) const { return columns_[column]; }
  /// Counts how often a statement asks for rows by this column; from the second time on, an index
  /// answers: it is a join or a correlated subquery. Indices live as long as the statement.
  [[nodiscard]] const RowIndex* index_for(std::size_t column);

 private:
  [[nodiscard]] RowIndex make_index(std::size_t column) const;

  TableSpec spec_;
  int number_;
  RunState& state_;
  std::vector<std::size_t> segments_;
  double row_count_ = 0;
  std::vector<StoredColumn> columns_;

  std::uint64_t statement_ = 0;  ///< the one that questions_ and indices_ belong to
  std::map<std::size_t, int> questions_;
  std::map<std::size_t, RowIndex> indices_;
};

/// A walk over the rows: all of them, those that filters let through, or those that an index gives.
/// A segment is passed over where a filter can tell without reading it; else the filters' columns
/// are decoded, and the others when a row that passes is asked for them.
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
  [[nodiscard]] bool take(const std::vector<Term>& terms, sqlite3_value** values);
  [[nodiscard]] std::size_t columns() const { return table_.spec().columns.size(); }
  void load(std::size_t segment);
  void find_place();
  void find_row();
  [[nodiscard]] bool next_segment();
  [[nodiscard]] bool select_rows(std::size_t segment);
  const disclosure::Segment& column(std::size_t column);
  void give_codes(sqlite3_context* context, std::size_t column);
  void give_scaled(sqlite3_context* context, std::size_t column);
  void start_system();
  void give_system(sqlite3_context* context, std::size_t column) const;

  RowTable& table_;
  std::vector<RowFilter> filters_;
  bool end_ = true;
  std::int64_t number_ = 0;

  // Walking through segments:
  std::size_t at_ = 0;  ///< index into table_.segments() of the next one
  std::uint32_t row_ = 0;
  std::uint32_t from_ = 0, rows_ = 0;    ///< without filters: [from_, rows_)
  std::vector<std::uint32_t> selected_;  ///< with filters: those that pass
  std::int64_t to_skip_ = 0;             ///< rows of an OFFSET, as yet
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
