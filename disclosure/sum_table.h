#pragma once
// Rows, sum and, where asked, sum of squares by group: what a mean or a variance needs where no
// evidence is asked for.

#include <cstdint>
#include <vector>

#include "disclosure/measure.h"
#include "disclosure/measure_value.h"

namespace sceau::disclosure {

template <typename Values>
class SumTable final : public MeasureTable {
 public:
  SumTable(const BoundMeasure& measure, const Kinds&) : measure_(&measure) {}

  void resize(const Extent& extent) override { sums_.resize(extent.groups); }
  void add(const Batch& batch) override;
  void absorb(const MeasureTable& other, const Mapping& mapping) override;
  void fill(const PairKeys& pairs, std::vector<Evidence>& out) const override;
  void distinct(std::size_t kind, const PairKeys& pairs,
                std::vector<std::int64_t>& counts) const override;
  [[nodiscard]] std::vector<Number> quantiles(const Decimal& fraction,
                                              std::size_t groups) const override;

 private:
  using Value = typename Values::Value;

  struct Sums {
    std::int64_t rows = 0;
    typename Values::Sum sum;
    typename Values::Squares squares;
  };

  const BoundMeasure* measure_;
  Positions valid_;
  std::vector<Value> room_;
  std::vector<Sums> sums_;  // by group
};

extern template class SumTable<ExactValues>;
extern template class SumTable<NarrowValues>;
extern template class SumTable<RealValues>;

}  // namespace sceau::disclosure
