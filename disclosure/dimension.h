#pragma once
// Dimensions and entities bound to a source's columns: each row's member of a dimension, and each
// row's contributor or unit, as small numbers.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "disclosure/columns.h"
#include "disclosure/condition.h"
#include "disclosure/interner.h"
#include "disclosure/number.h"
#include "disclosure/tabulation.h"

namespace sceau::disclosure {

/// Numbers members 0..size-1, NULL among them. Members of an integer column whose bounds are not
/// known, or far apart, are numbered as they come, so they mean something only together with the
/// Interner that numbered them.
class BoundDimension {
 public:
  /// Throws DisclosureError (unknown_variable, wrong_kind, malformed).
  BoundDimension(const Dimension& dimension, ColumnSet& columns);

  /// How many members there can be; 0: as many as there are values.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool numbers_values() const { return size_ == 0; }

  /// The variable that it takes its members from one by one; nullptr: a recode or buckets.
  [[nodiscard]] const std::string* variable() const {
    return variable_.empty() ? nullptr : &variable_;
  }

  /// The member of each row of the segment.
  void code(SegmentColumns& segment, Interner& values, std::vector<std::uint32_t>& out) const;

  /// A member's code; nullopt: NULL.
  [[nodiscard]] std::optional<std::string> text(std::uint32_t member, const Interner& values) const;

  /// `member` of another worker's `theirs`, as it is numbered in `ours`.
  [[nodiscard]] std::uint32_t translate(std::uint32_t member, const Interner& theirs,
                                        Interner& ours) const;

 private:
  struct Case {
    BoundCondition when;
    std::uint32_t member;
  };
  struct Buckets {
    bool descending = false;
    Int128 low = 0;  // in `scale`
    Int128 high = 0;
    Int128 factor = 1;  // from the column's scale to `scale`
    Int128 count = 1;
    double real_low = 0;
    double real_high = 0;
  };

  void bind_variable(const std::string& variable, ColumnSet& columns);
  void bind_numbers(const ColumnInfo& info, const std::optional<Bounds>& bounds);
  void bind_recode(const Recode& recode, ColumnSet& columns);
  void bind_buckets(const WidthBucket& bucket, ColumnSet& columns);
  std::uint32_t label_member(const std::optional<std::string>& label);
  [[nodiscard]] std::uint32_t bucket_of(std::int64_t value) const;
  [[nodiscard]] std::uint32_t bucket_of(double value) const;
  void code_recode(SegmentColumns& segment, std::vector<std::uint32_t>& out) const;
  void code_buckets(const Segment& values, std::vector<std::uint32_t>& out) const;

  enum class Form { codes, offsets, values, recode, buckets };
  Form form_ = Form::codes;
  std::string variable_;
  std::uint64_t size_ = 0;
  std::size_t column_ = 0;
  int scale_ = 0;
  std::int64_t low_ = 0;  // offsets: of member 1; 0 is NULL
  const std::vector<std::string>* dictionary_ = nullptr;
  std::vector<Case> cases_;
  std::vector<std::string> labels_;  // recode: member i; NULL is labels_.size()
  std::uint32_t otherwise_ = null_code;
  Buckets buckets_;
};

/// A contributor, the unit, or what count(DISTINCT …) counts.
class BoundEntity {
 public:
  static constexpr std::uint32_t unknown = null_code;

  BoundEntity(const std::string& variable, ColumnSet& columns);
  [[nodiscard]] bool numbers_values() const { return kind_ != ColumnKind::codes; }
  /// How many there can be, without the unknown one; 0: as many as there are values.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// One for each row of the segment. What is pointed to lives in the segment or in `made`.
  [[nodiscard]] const std::uint32_t* codes(SegmentColumns& segment, Interner& values,
                                           std::vector<std::uint32_t>& made) const;
  void code(SegmentColumns& segment, Interner& values, std::vector<std::uint32_t>& out) const;

 private:
  std::size_t column_ = 0;
  ColumnKind kind_ = ColumnKind::codes;
  std::uint64_t size_ = 0;
};

}  // namespace sceau::disclosure
