#pragma once
// What is gathered about one operand under one filter: results and evidence in one pass, by group
// (a cell of the finest grouping) and by pair of a group and a contributor or unit. Tables of two
// workers, and of finer and coarser groupings, are joined by the same step: `absorb`.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/columns.h"
#include "disclosure/condition.h"
#include "disclosure/group_index.h"
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
  bool evidence = true;  ///< false: results alone; then nothing is reported

  /// Of Evidence::contributions.
  [[nodiscard]] std::size_t contributions() const {
    return reported + (evidence && unit_is_row ? 1 : 0);
  }
};

/// What a measure's table keeps. Only the first has evidence; the others are results that evidence
/// doesn't hold, by group alone.
enum class Gathers {
  evidence,
  values,    ///< each value: quantiles, modes, moments
  products,  ///< sums of two operands and of their products
  gifts      ///< what each contributor gives
};

struct MeasureSpec {
  Condition filter;
  Operand operand;
  bool numeric = false;       ///< sums and values of the operand, not its presence alone
  bool extremes = false;      ///< minimum and maximum are results (evidence has them anyway)
  bool counts_units = false;  ///< contributors give units, not rows
  bool distinct = false;      ///< results alone: contributors are counted
  bool squares = false;       ///< results alone: squares are summed
  Gathers gathers = Gathers::evidence;
  std::string second = {};                ///< products: the other variable
  std::optional<std::size_t> giver = {};  ///< gifts: the kind that gives; nullopt: each row
  friend bool operator==(const MeasureSpec&, const MeasureSpec&) = default;
};

/// The selected rows of a block. `groups`, and the vectors of `pairs` (one a kind), run parallel to
/// them; `entities` (one array a kind) to the block's rows.
struct Batch {
  SegmentColumns* columns = nullptr;
  SelectedRows selection;
  std::vector<std::uint32_t> groups;
  std::vector<std::vector<std::uint32_t>> pairs;
  std::vector<const std::uint32_t*> entities;
  bool one_group = false;  ///< all of `groups` is 0
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

/// Sizes of tables: groups, and pairs of each kind.
struct Extent {
  std::size_t groups = 0;
  std::vector<std::size_t> pairs;
};

/// Some of a batch's selected rows, by position among them.
struct Positions {
  bool all = true;
  std::uint32_t count = 0;
  std::vector<std::uint32_t> at;  ///< not `all`: `count` positions, ascending (more room than that)
  std::vector<Truth> holds;       ///< room to work in

  /// Calls `act(at)` with what gives the position of the i-th.
  template <typename Act>
  void with(Act act) const {
    if (all) {
      act([](std::size_t i) { return static_cast<std::uint32_t>(i); });
    } else {
      act([from = at.data()](std::size_t i) { return from[i]; });
    }
  }

  /// Calls `act(position)` for each.
  template <typename Act>
  void each(Act act) const {
    if (all) {
      for (std::uint32_t i = 0; i < count; ++i) act(i);
    } else {
      for (std::uint32_t i = 0; i < count; ++i) act(at[i]);
    }
  }
};

/// A spec bound to columns: which rows are valid.
class BoundMeasure {
 public:
  BoundMeasure(const MeasureSpec& spec, ColumnSet& columns);

  /// Positions among the batch's selected rows of the valid ones.
  void valid(const Batch& batch, Positions& out) const;
  /// How many those are; `room` to work in.
  [[nodiscard]] std::int64_t count_valid(const Batch& batch, Positions& room) const;
  /// No sum of so many rows' values, nor of their squares, passes 64 bits.
  [[nodiscard]] bool is_narrow() const { return narrow_; }
  /// A variable without a filter: what is not valid is NULL.
  [[nodiscard]] bool is_plain() const { return has_column_ && filter_.is_always(); }
  [[nodiscard]] const MeasureSpec& spec() const { return spec_; }
  [[nodiscard]] ColumnKind value_kind() const { return kind_; }
  [[nodiscard]] int scale() const { return scale_; }
  [[nodiscard]] bool has_column() const { return has_column_; }
  [[nodiscard]] std::size_t column() const { return column_; }
  /// Of a column of codes.
  [[nodiscard]] const std::vector<std::string>& dictionary() const { return *dictionary_; }
  /// Of products; it is no column of codes.
  [[nodiscard]] std::size_t second_column() const { return second_column_; }
  [[nodiscard]] ColumnKind second_kind() const { return second_kind_; }
  [[nodiscard]] int second_scale() const { return second_scale_; }
  /// Whether doubles are added up.
  [[nodiscard]] bool adds_reals() const;
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
  bool narrow_ = false;
  const std::vector<std::string>* dictionary_ = nullptr;
  std::size_t second_column_ = 0;
  ColumnKind second_kind_ = ColumnKind::scaled;
  int second_scale_ = 0;
};

/// Of one statistic in one group: its result, and what the evidence lacks (see Evidence).
struct GroupResult {
  Number value;
  std::optional<std::string> text;  ///< instead of `value`
  std::int64_t mode_units = -1;
  std::int64_t below = -1, above = -1;
  std::optional<int> distinct_values;
  Number weighted_total;
};

/// Keys group << 32 | entity of the pairs of each kind.
using PairKeys = std::vector<std::vector<std::uint64_t>>;

/// Where the evidence of each group goes; it is empty there.
using EvidencePlaces = std::vector<Evidence*>;
[[nodiscard]] EvidencePlaces places_in(std::vector<Evidence>& evidence);

class MeasureTable {
 public:
  virtual ~MeasureTable() = default;
  virtual void resize(const Extent& extent) = 0;
  /// Room for tables of that size, taken from memory only as they grow.
  virtual void reserve(const Extent&) {}
  virtual void add(const Batch& batch) = 0;
  /// `other` was made for the same measure.
  virtual void absorb(const MeasureTable& other, const Mapping& mapping) = 0;
  /// Writes what was gathered to one Evidence a group; `pairs`: keys group << 32 | entity, one a
  /// kind.
  virtual void fill(const PairKeys& pairs, const EvidencePlaces& out) const = 0;
  /// Adds to each group's count the distinct known entities of a kind among its valid rows.
  virtual void distinct(std::size_t kind, const PairKeys& pairs,
                        std::vector<std::int64_t>& counts) const = 0;
  /// Of each of `groups` groups; only of a measure that gathers something else than evidence.
  [[nodiscard]] virtual std::vector<GroupResult> results(const Statistic& statistic,
                                                         const PairKeys& pairs,
                                                         std::size_t groups) const;
};

/// A table that gathers results alone.
class ResultTable : public MeasureTable {
 public:
  void fill(const PairKeys&, const EvidencePlaces&) const final {}
  void distinct(std::size_t kind, const PairKeys& pairs,
                std::vector<std::int64_t>& counts) const final;
};

[[nodiscard]] std::unique_ptr<MeasureTable> make_measure_table(const BoundMeasure& measure,
                                                               const Kinds& kinds);

}  // namespace sceau::disclosure
