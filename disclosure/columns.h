#pragma once
// The columns that a computation names, and their values in one segment: each is decoded once a
// segment, however many conditions, dimensions and statistics use it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/source.h"

namespace sceau::disclosure {

/// The columns in use; a column is named by its index here.
class ColumnSet {
 public:
  explicit ColumnSet(const Source& source) : source_(&source), known_(source.columns()) {}

  /// Throws DisclosureError(unknown_variable).
  std::size_t use(std::string_view name);
  [[nodiscard]] const ColumnInfo& info(std::size_t column) const { return used_[column]; }
  /// Of a codes column.
  [[nodiscard]] const std::vector<std::string>& dictionary(std::size_t column) const {
    return source_->dictionary(used_[column].name);
  }
  [[nodiscard]] const Source& source() const { return *source_; }
  [[nodiscard]] std::size_t size() const { return used_.size(); }

 private:
  const Source* source_;
  std::vector<ColumnInfo> known_;
  std::vector<ColumnInfo> used_;
};

/// One segment's decoded columns. Reuses its memory from one segment to the next.
class SegmentColumns {
 public:
  explicit SegmentColumns(const ColumnSet& columns)
      : columns_(&columns), slots_(columns.size()), loaded_(columns.size(), false) {}

  void move_to(std::size_t segment) {
    segment_ = segment;
    rows_ = columns_->source().rows(segment);
    loaded_.assign(columns_->size(), false);
  }

  [[nodiscard]] std::size_t segment() const { return segment_; }
  [[nodiscard]] std::uint32_t rows() const { return rows_; }

  const Segment& get(std::size_t column) {
    if (!loaded_[column]) {
      columns_->source().read(segment_, columns_->info(column).name, slots_[column]);
      loaded_[column] = true;
    }
    return slots_[column];
  }

 private:
  const ColumnSet* columns_;
  std::size_t segment_ = 0;
  std::uint32_t rows_ = 0;
  std::vector<Segment> slots_;
  std::vector<bool> loaded_;
};

}  // namespace sceau::disclosure
