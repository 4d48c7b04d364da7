#pragma once
// Sums, extremes and spread of a numeric operand, by group and by contributor.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "disclosure/dimension.h"
#include "disclosure/measure.h"
#include "disclosure/measure_value.h"

namespace sceau::disclosure {

/// Values: ExactValues (scaled columns, indicators) or RealValues.
template <typename Values>
class ValueTable final : public MeasureTable {
 public:
  ValueTable(const BoundMeasure& measure, const Kinds& kinds)
      : measure_(&measure), kinds_(&kinds) {}

  void resize(const Extent& extent) override;
  void add(const Batch& batch) override;
  void absorb(const MeasureTable& other, const Mapping& mapping) override;
  void fill(const PairKeys& pairs, std::vector<Evidence>& out) const override;
  [[nodiscard]] std::vector<std::int64_t> distinct(std::size_t kind,
                                                   const PairKeys& pairs) const override;
  [[nodiscard]] std::vector<Number> quantiles(const Decimal& fraction) const override;

 private:
  using Value = typename Values::Value;

  struct Group {
    std::int64_t rows = 0;
    std::int64_t negatives = 0;
    Value minimum{};
    Value maximum{};
    std::int64_t minimum_rows = 0;
    std::int64_t maximum_rows = 0;
    typename Values::Sum sum;
    typename Values::Sum absolute;
    typename Values::Squares squares;
    Largest<typename Values::Magnitude> largest;  // of rows

    void add(Value value);
    void add(const Group& other);
    void widen(Value low, std::int64_t low_rows, Value high, std::int64_t high_rows);
  };
  struct Pair {
    std::int64_t rows = 0;
    Value minimum{};
    Value maximum{};
    typename Values::Sum sum;

    void add(Value value);
    void add(const Pair& other);
  };

  void values_of(const Batch& batch, std::vector<Value>& out) const;
  void fill_group(const Group& group, Evidence& evidence) const;
  void fill_pairs(std::size_t kind, const std::vector<std::uint64_t>& keys,
                  std::vector<Evidence>& out) const;
  [[nodiscard]] Number quantile(std::vector<Value>& values, const Decimal& fraction) const;

  const BoundMeasure* measure_;
  const Kinds* kinds_;
  std::vector<Group> groups_;
  std::vector<std::vector<Pair>> pairs_;                 // by reported kind
  std::vector<std::pair<std::uint32_t, Value>> values_;  // group and value, where kept
};

extern template class ValueTable<ExactValues>;
extern template class ValueTable<RealValues>;

}  // namespace sceau::disclosure
