#pragma once
// Each value of an operand by group: what quantiles, the mode and the higher moments are made of.
// Values are put in order before anything is added, so that no result depends on who read them.

#include <cstdint>
#include <memory>
#include <vector>

#include "disclosure/measure.h"

namespace sceau::disclosure {

/// Value: std::int64_t (scaled columns, indicators, codes) or double.
template <typename Value>
class KeptTable final : public ResultTable {
 public:
  struct Kept {
    std::uint32_t group;
    std::uint32_t unit;  ///< BoundEntity::unknown where units aren't told apart
    Value value;
  };

  KeptTable(const BoundMeasure& measure, const Kinds& kinds);

  void resize(const Extent&) override {}
  void add(const Batch& batch) override;
  void absorb(const MeasureTable& other, const Mapping& mapping) override;
  /// Of quantile, quantile_discrete, mode, skewness, kurtosis.
  [[nodiscard]] std::vector<GroupResult> results(const Statistic& statistic, const PairKeys& pairs,
                                                 std::size_t groups) const override;

 private:
  const BoundMeasure* measure_;
  const Kinds* kinds_;
  bool tells_units_;
  Positions valid_;
  std::vector<Value> room_;
  std::vector<Kept> kept_;
};

[[nodiscard]] std::unique_ptr<MeasureTable> make_kept_table(const BoundMeasure& measure,
                                                            const Kinds& kinds);

}  // namespace sceau::disclosure
