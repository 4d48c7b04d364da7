#pragma once
// What each contributor (or row) gives to a group: what concentration is computed from.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "disclosure/measure.h"
#include "disclosure/measure_value.h"

namespace sceau::disclosure {

/// Values: ExactValues or RealValues. Rows without a known contributor are one contributor.
template <typename Values>
class GiftTable final : public ResultTable {
 public:
  explicit GiftTable(const BoundMeasure& measure) : measure_(&measure) {}

  void resize(const Extent& extent) override;
  void add(const Batch& batch) override;
  void absorb(const MeasureTable& other, const Mapping& mapping) override;
  /// Of gini, hhi, top_share.
  [[nodiscard]] std::vector<GroupResult> results(const Statistic& statistic, const PairKeys& pairs,
                                                 std::size_t groups) const override;

 private:
  using Value = typename Values::Value;
  struct Gift {
    std::int64_t rows = 0;
    typename Values::Sum sum;
  };

  const BoundMeasure* measure_;
  Positions valid_;
  std::vector<Value> room_;
  std::vector<std::uint8_t> negative_;                 // by group: some value is
  std::vector<Gift> gifts_;                            // by pair of the giver
  std::vector<std::pair<std::uint32_t, Value>> rows_;  // group and value, where each row gives
};

[[nodiscard]] std::unique_ptr<MeasureTable> make_gift_table(const BoundMeasure& measure);

}  // namespace sceau::disclosure
