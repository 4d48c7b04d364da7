#pragma once
// Conditions bound to a source's columns and evaluated a segment at a time, in SQL's three-valued
// logic. On a codes column a comparison is decided once a dictionary code, on a scaled one it
// becomes a range of integers: no rounding anywhere.

#include <cstdint>
#include <vector>

#include "disclosure/columns.h"
#include "disclosure/tabulation.h"

namespace sceau::disclosure {

/// Ordered so that AND is the least, OR the greatest and NOT the mirror image.
enum class Truth : std::uint8_t { no = 0, unknown = 1, yes = 2 };

class BoundCondition {
 public:
  /// Throws DisclosureError: unknown_variable; wrong_kind where a text meets a number column or a
  /// number a codes column; malformed where the condition isn't one.
  BoundCondition(const Condition& condition, ColumnSet& columns);

  [[nodiscard]] bool is_always() const { return kind_ == Condition::Kind::always; }

  /// One truth a row of the segment.
  void evaluate(SegmentColumns& segment, std::vector<Truth>& out) const;

  /// False only where no row of the segment can make it true.
  [[nodiscard]] bool may_hold(const Source& source, const ColumnSet& columns,
                              std::size_t segment) const;

 private:
  struct Range {
    std::int64_t low;
    std::int64_t high;
  };

  void bind_leaf(const Condition& condition, ColumnSet& columns);
  void bind_codes(const Condition& condition, const std::vector<std::string>& dictionary);
  void bind_scaled(const Condition& condition, int scale);
  void bind_real(const Condition& condition);
  void evaluate_leaf(SegmentColumns& segment, std::vector<Truth>& out) const;
  void evaluate_scaled(const Segment& values, std::vector<Truth>& out) const;
  void evaluate_real(const Segment& values, std::vector<Truth>& out) const;

  Condition::Kind kind_ = Condition::Kind::always;
  std::vector<BoundCondition> parts_;
  std::size_t column_ = 0;
  ColumnKind column_kind_ = ColumnKind::codes;
  std::vector<Truth> by_code_;  // codes: truth of each code, the last of NULL
  std::vector<Range> ranges_;   // scaled: true inside one of them, ascending
  bool outside_ = false;        // scaled: true outside of the ranges instead
  Comparison comparison_ = Comparison::equal;
  std::vector<double> reals_;  // real: the constants
};

}  // namespace sceau::disclosure
