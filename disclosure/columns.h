#pragma once
// The columns that a computation names, and their values in one segment: each is decoded once a
// segment, however many conditions, dimensions and statistics use it.

#include <cstdint>
#include <memory>
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
  [[nodiscard]] std::uint64_t dictionary_size(std::size_t column) const {
    return source_->dictionary_size(used_[column].name);
  }
  [[nodiscard]] const Source& source() const { return *source_; }
  [[nodiscard]] std::size_t size() const { return used_.size(); }

 private:
  const Source* source_;
  std::vector<ColumnInfo> known_;
  std::vector<ColumnInfo> used_;
};

/// Decoded columns of one segment, or of a block of its rows. Reuses its memory from one to the
/// next.
class SegmentColumns {
 public:
  explicit SegmentColumns(const ColumnSet& columns) : columns_(&columns), slots_(columns.size()) {}

  /// The whole segment.
  void move_to(std::size_t segment) { move_to(segment, 0, columns_->source().rows(segment)); }

  /// Rows first … first + rows - 1 of it; row 0 is `first` from here on. `first` is a multiple of
  /// 64.
  void move_to(std::size_t segment, std::uint32_t first, std::uint32_t rows) {
    if (segment != segment_) {
      for (Slot& slot : slots_) slot.loaded = false;
    }
    segment_ = segment;
    first_ = first;
    rows_ = rows;
    for (Slot& slot : slots_) slot.decoded = false;
  }

  [[nodiscard]] std::size_t segment() const { return segment_; }
  [[nodiscard]] std::uint32_t rows() const { return rows_; }

  const Segment& get(std::size_t column) {
    Slot& slot = slots_[column];
    if (!slot.decoded) decode(column, slot);
    return slot.values;
  }

 private:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  struct Slot {
    std::unique_ptr<LoadedColumn> stored;
    bool loaded = false;
    bool decoded = false;
    Segment values;
  };

  void decode(std::size_t column, Slot& slot) {
    const Source& source = columns_->source();
    const std::string& name = columns_->info(column).name;
    if (rows_ == source.rows(segment_)) {
      source.read(segment_, name, slot.values);
    } else {
      if (!slot.loaded) source.load(segment_, name, slot.stored);
      slot.loaded = true;
      slot.stored->decode(first_, rows_, slot.values);
    }
    slot.decoded = true;
  }

  const ColumnSet* columns_;
  std::size_t segment_ = nowhere;
  std::uint32_t first_ = 0;
  std::uint32_t rows_ = 0;
  std::vector<Slot> slots_;
};

}  // namespace sceau::disclosure
