#pragma once
// What is gathered about one operand under one filter: results and evidence in one pass, by group
// (a cell of the finest grouping) and by pair of a group and a contributor or unit. Tables of two
// workers, and of finer and coarser groupings, are joined by the same step: `absorb`.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "disclosure/columns.h"
#include "disclosure/condition.h"
#include "disclosure/interner.h"
#include "disclosure/number.h"
#include "disclosure/table.h"
#include "disclosure/tabulation.h"

namespace sceau::disclosure {

/// Contributors in the codebook's order, then the unit where it isn't the row, then variables that
/// are only counted distinct.
struct Kinds {
  std::vector<std::string> names;
  std::size_t reported = 0;  ///< the first so many stand in Evidence::contributions
  bool unit_is_row = true;
  std::size_t unit = 0;  ///< index of the unit where it isn't the row
};

struct MeasureSpec {
  Condition filter;
  Operand operand;
  bool numeric = false;       ///< sums and values of the operand, not its presence alone
  bool keeps_values = false;  ///< each value is kept, for quantiles
  bool counts_units = false;  ///< contributors give units, not rows
  friend bool operator==(const MeasureSpec&, const MeasureSpec&) = default;
};

/// Rows of one segment that are in some group. `groups` and the vectors of `pairs` and `entities`
/// (one a kind) run parallel to `rows`.
struct Batch {
  SegmentColumns* columns = nullptr;
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> groups;
  std::vector<std::vector<std::uint32_t>> pairs;
  std::vector<std::vector<std::uint32_t>> entities;
};

inline constexpr std::uint32_t nowhere = 0xffffffffU;

/// Where another table's groups and pairs go; `nowhere`: left out.
struct Mapping {
  std::vector<std::uint32_t> groups;
  std::vector<std::vector<std::uint32_t>> pairs;
  std::vector<std::uint32_t> units;  ///< where the two number units apart; else empty

  [[nodiscard]] std::uint32_t unit(std::uint64_t theirs) const {
    return units.empty() ? static_cast<std::uint32_t>(theirs) : units[theirs];
  }
};

/// Sizes of the tables: groups, and pairs of each kind.
struct Extent {
  std::size_t groups = 0;
  std::vector<std::size_t> pairs;
};

/// A spec bound to columns: which rows are valid.
class BoundMeasure {
 public:
  BoundMeasure(const MeasureSpec& spec, ColumnSet& columns);

  /// Positions in batch.rows of the valid rows; false: all are, and `out` is left as it is.
  [[nodiscard]] bool valid(const Batch& batch, std::vector<std::uint32_t>& out) const;
  [[nodiscard]] const MeasureSpec& spec() const { return spec_; }
  [[nodiscard]] ColumnKind value_kind() const { return kind_; }
  [[nodiscard]] int scale() const { return scale_; }
  [[nodiscard]] std::size_t column() const { return column_; }
  [[nodiscard]] const BoundCondition* indicator() const {
    return indicator_.empty() ? nullptr : indicator_.data();
  }

 private:
  MeasureSpec spec_;
  BoundCondition filter_;
  std::vector<BoundCondition> indicator_;  // none or one
  bool has_column_ = false;
  std::size_t column_ = 0;
  ColumnKind kind_ = ColumnKind::scaled;
  int scale_ = 0;
};

/// Keys group << 32 | entity of the pairs of each kind.
using PairKeys = std::vector<std::vector<std::uint64_t>>;

class MeasureTable {
 public:
  virtual ~MeasureTable() = default;
  virtual void resize(const Extent& extent) = 0;
  virtual void add(const Batch& batch) = 0;
  /// `other` was made for the same measure.
  virtual void absorb(const MeasureTable& other, const Mapping& mapping) = 0;
  /// Adds what was gathered to one Evidence a group; `pairs`: keys group << 32 | entity, one a
  /// kind.
  virtual void fill(const PairKeys& pairs, std::vector<Evidence>& out) const = 0;
  /// Distinct known entities of a kind among the valid rows of each group.
  [[nodiscard]] virtual std::vector<std::int64_t> distinct(std::size_t kind,
                                                           const PairKeys& pairs) const = 0;
  /// percentile_cont of each group; only of a measure that keeps values.
  [[nodiscard]] virtual std::vector<Number> quantiles(const Decimal& fraction) const = 0;
};

[[nodiscard]] std::unique_ptr<MeasureTable> make_measure_table(const BoundMeasure& measure,
                                                               const Kinds& kinds);

}  // namespace sceau::disclosure
