#pragma once
// Sums of two operands and of their products, by group: correlations, regression lines, weighted
// statistics. Integers and scaled decimals exactly; doubles in 113 bits, in which the squares that
// cancel leave more digits than a double has.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "disclosure/exact.h"
#include "disclosure/measure.h"
#include "disclosure/measure_value.h"

namespace sceau::disclosure {

/// 128 bits, and whether they were enough.
struct CheckedSum {
  Int128 value = 0;
  bool fits = true;

  void add(Int128 term) { fits = fits && !__builtin_add_overflow(value, term, &value); }
  void add(const CheckedSum& other) {
    fits = fits && other.fits;
    add(other.value);
  }
};

struct WideSum {
  Real128 value = 0;
  void add(Real128 term) { value += term; }
  void add(const WideSum& other) { value += other.value; }
};

/// Value and Sum: std::int64_t and CheckedSum, or double and WideSum.
template <typename Value, typename Sum>
struct Products {
  std::int64_t rows = 0;
  Sum first, second, first_squares, second_squares, products;
  Sum sizes;  ///< Σ |first| · second
  Value first_low = std::numeric_limits<Value>::max();
  Value first_high = std::numeric_limits<Value>::lowest();
  Value second_low = std::numeric_limits<Value>::max();
  Value second_high = std::numeric_limits<Value>::lowest();

  void add(Value x, Value y);
  void add(const Products& other);
};

template <typename Value, typename Sum>
class ProductTable final : public ResultTable {
 public:
  explicit ProductTable(const BoundMeasure& measure) : measure_(&measure) {}

  void resize(const Extent& extent) override { products_.resize(extent.groups); }
  void add(const Batch& batch) override;
  void absorb(const MeasureTable& other, const Mapping& mapping) override;
  /// Of statistics with a second value.
  [[nodiscard]] std::vector<GroupResult> results(const Statistic& statistic, const PairKeys& pairs,
                                                 std::size_t groups) const override;

 private:
  [[nodiscard]] GroupResult detail(Function function, const Products<Value, Sum>& of) const;

  const BoundMeasure* measure_;
  Positions valid_;
  std::vector<std::int64_t> room_;
  std::vector<Products<Value, Sum>> products_;  // by group
};

[[nodiscard]] std::unique_ptr<MeasureTable> make_product_table(const BoundMeasure& measure);

}  // namespace sceau::disclosure
