#pragma once
// Counts of rows, by group and by contributor; where asked, contributors give distinct units.

#include <cstdint>
#include <memory>
#include <vector>

#include "disclosure/lanes.h"
#include "disclosure/measure.h"

namespace sceau::disclosure {

class CountTable final : public MeasureTable {
 public:
  CountTable(const BoundMeasure& measure, const Kinds& kinds);

  void resize(const Extent& extent) override;
  void add(const Batch& batch) override;
  void absorb(const MeasureTable& other, const Mapping& mapping) override;
  void fill(const PairKeys& pairs, const EvidencePlaces& out) const override;
  void distinct(std::size_t kind, const PairKeys& pairs,
                std::vector<std::int64_t>& counts) const override;

 private:
  void count(const std::vector<std::uint32_t>& places, std::vector<std::int64_t>& rows);
  void add_units(const Batch& batch, std::uint32_t position);
  void fill_pairs(std::size_t kind, const std::vector<std::uint64_t>& keys,
                  const EvidencePlaces& out) const;
  [[nodiscard]] std::vector<std::int64_t> given(std::size_t kind) const;

  const BoundMeasure* measure_;
  const Kinds* kinds_;
  bool has_pairs_;  // a group's rows are then those of its pairs of kind 0
  Positions valid_;
  Lanes<std::int64_t> lanes_;
  std::vector<std::int64_t> rows_;                // by group, where there are no pairs
  std::vector<std::vector<std::int64_t>> pairs_;  // by kind and pair
  std::vector<Interner> units_;                   // by kind: pair << 32 | unit
};

}  // namespace sceau::disclosure
