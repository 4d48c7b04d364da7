#pragma once
// Sums, extremes and spread of a numeric operand, by group and by contributor.
//
// A row is added once: to its pair of the first kind of contributor. What is told of a group is put
// together from its pairs. Only the largest single rows are kept by group as well.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "disclosure/dimension.h"
#include "disclosure/lanes.h"
#include "disclosure/measure.h"
#include "disclosure/measure_value.h"

namespace sceau::disclosure {

/// Values: ExactValues (scaled columns, indicators), NarrowValues (the same, where no sum passes 64
/// bits) or RealValues.
template <typename Values>
class ValueTable final : public MeasureTable {
 public:
  ValueTable(const BoundMeasure& measure, const Kinds& kinds)
      : measure_(&measure),
        kinds_(&kinds),
        keeps_rows_(kinds.evidence && kinds.unit_is_row),
        pairs_(kinds.reported > 1 ? kinds.reported - 1 : 0) {}

  void resize(const Extent& extent) override;
  void reserve(const Extent& extent) override;
  void add(const Batch& batch) override;
  void absorb(const MeasureTable& other, const Mapping& mapping) override;
  void fill(const PairKeys& pairs, const EvidencePlaces& out) const override;
  void distinct(std::size_t kind, const PairKeys& pairs,
                std::vector<std::int64_t>& counts) const override;

 private:
  using Value = typename Values::Value;
  using Extreme = typename Values::Extreme;

  // Of narrow values it fills one line of a processor's cache.
  struct alignas(64) Spread {
    std::int64_t rows = 0;
    typename Values::Sum sum;
    typename Values::Sum absolute;
    typename Values::Squares squares;
    std::int64_t negatives = 0;
    std::int64_t minimum_rows = 0;
    std::int64_t maximum_rows = 0;
    Extreme minimum = Values::highest();
    Extreme maximum = Values::lowest();

    void add(Value value);
    void add(const Spread& other);
    void operator+=(const Spread& other) { add(other); }
  };
  struct Pair {
    std::int64_t rows = 0;
    Extreme minimum = Values::highest();
    Extreme maximum = Values::lowest();
    typename Values::Sum sum;

    void add(Value value);
    void add(const Pair& other);
  };

  void add_spreads(const std::vector<std::uint32_t>& places, const Value* values);
  [[nodiscard]] bool has_pairs() const { return kinds_->reported > 0; }
  [[nodiscard]] std::vector<Spread> by_group(const PairKeys& pairs, std::size_t groups) const;
  void fill_group(const Spread& group, Evidence& evidence) const;
  void fill_rows(std::size_t group, Evidence& evidence) const;
  template <typename Pairs>
  void fill_pairs(std::size_t kind, const Pairs& pairs, const std::vector<std::uint64_t>& keys,
                  const std::vector<Spread>& groups, const EvidencePlaces& out) const;

  const BoundMeasure* measure_;
  const Kinds* kinds_;
  bool keeps_rows_;  // the largest rows are contributions
  Positions valid_;
  Lanes<Spread> lanes_;
  std::vector<Value> room_;
  std::vector<Spread> spreads_;           // by pair of kind 0; where no kind is reported, by group
  std::vector<std::vector<Pair>> pairs_;  // by reported kind from 1 on
  std::vector<Largest<typename Values::Magnitude>> largest_;  // of rows, by group
};

extern template class ValueTable<ExactValues>;
extern template class ValueTable<NarrowValues>;
extern template class ValueTable<RealValues>;

}  // namespace sceau::disclosure
