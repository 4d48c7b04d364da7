#pragma once
// Rows, sum and, where asked, sum of squares by group: what a mean or a variance needs where no
// evidence is asked for.

#include <cstdint>
#include <vector>

#include "disclosure/lanes.h"
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
  void fill(const PairKeys& pairs, const EvidencePlaces& out) const override;
  void distinct(std::size_t kind, const PairKeys& pairs,
                std::vector<std::int64_t>& counts) const override;

 private:
  using Value = typename Values::Value;

  struct Sums {
    std::int64_t rows = 0;
    typename Values::Sum sum;
    typename Values::Squares squares;

    Sums& operator+=(const Sums& other) {
      rows += other.rows;
      sum.add(other.sum);
      squares.add(other.squares);
      return *this;
    }
  };

  /// Where the invalid rows hold 0, so that all may be added: `present` says which count.
  void add_plain(const Batch& batch, const std::vector<std::uint8_t>& present);
  template <bool squares, typename Of, typename Rows>
  void add_each(std::size_t terms, const Value* values, Of group_of, Rows rows_of);
  template <typename Of, typename Rows>
  void add_terms(std::size_t terms, const Value* values, Of group_of, Rows rows_of);

  const BoundMeasure* measure_;
  Positions valid_;
  std::vector<Value> room_;
  std::vector<Value> valid_values_;
  Lanes<Sums> lanes_;
  std::vector<Sums> sums_;  // by group
};

extern template class SumTable<ExactValues>;
extern template class SumTable<NarrowValues>;
extern template class SumTable<RealValues>;

}  // namespace sceau::disclosure
