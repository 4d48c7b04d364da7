#include "disclosure/kept_table.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <type_traits>

#include "disclosure/dimension.h"
#include "disclosure/exact.h"
#include "disclosure/fault.h"
#include "disclosure/measure_value.h"
#include "disclosure/operand_values.h"

namespace sceau::disclosure {
namespace {

// The values of one group, ascending, and what they are.
template <typename Value>
struct Ordered {
  using Kept = typename KeptTable<Value>::Kept;
  std::span<const Kept> kept;
  const BoundMeasure* measure;
  const Kinds* kinds;

  [[nodiscard]] std::size_t size() const { return kept.size(); }
  [[nodiscard]] Value at(std::size_t i) const { return kept[i].value; }
  [[nodiscard]] Number number(Value value) const {
    if constexpr (std::is_same_v<Value, double>) return RealValues::number(value, 0);
    return exact(static_cast<Int128>(value), measure->scale());
  }
  // Rows, or distinct known units, among those from `begin` up to `end`.
  [[nodiscard]] std::int64_t units(std::size_t begin, std::size_t end) const {
    if (kinds->unit_is_row) return static_cast<std::int64_t>(end - begin);
    std::vector<std::uint32_t> seen;
    for (std::size_t i = begin; i < end; ++i) {
      if (kept[i].unit != BoundEntity::unknown) seen.push_back(kept[i].unit);
    }
    std::sort(seen.begin(), seen.end());
    return std::unique(seen.begin(), seen.end()) - seen.begin();
  }
};

// How many are strictly on either side of places low..high (equal values between them).
template <typename Value>
void count_sides(const Ordered<Value>& values, std::size_t low, std::size_t high, bool between,
                 GroupResult& detail) {
  if (!values.kinds->evidence) return;
  std::size_t begin = low;
  std::size_t end = high + 1;
  if (between) {  // the quantile is none of the values: all up to `low` are below it
    begin = low + 1;
    end = high;
  } else {
    while (begin > 0 && values.at(begin - 1) == values.at(low)) --begin;
    while (end < values.size() && values.at(end) == values.at(low)) ++end;
  }
  detail.below = values.units(0, begin);
  detail.above = values.units(end, values.size());
}

// percentile_cont: the value at fraction · (n - 1), between neighbours in proportion. Exact.
template <typename Value>
GroupResult continuous(const Ordered<Value>& values, const Decimal& fraction) {
  const Int128 one = power_of_ten(fraction.scale);
  const Int128 place = multiply(fraction.mantissa, static_cast<Int128>(values.size() - 1));
  const auto below = static_cast<std::size_t>(place / one);
  const Int128 rest = place % one;
  const std::size_t next = rest == 0 ? below : below + 1;
  const Value low = values.at(below);
  const Value high = values.at(next);
  GroupResult detail;
  if constexpr (std::is_same_v<Value, double>) {
    const double part = static_cast<double>(rest) / static_cast<double>(one);
    detail.value = values.number(low + part * (high - low));
  } else {
    const Int128 step = multiply(rest, static_cast<Int128>(high) - low);
    detail.value = exact(add(multiply(low, one), step), values.measure->scale() + fraction.scale);
  }
  count_sides(values, below, next, low != high, detail);
  return detail;
}

// percentile_disc: the first value that at least the fraction of all doesn't pass.
template <typename Value>
GroupResult discrete(const Ordered<Value>& values, const Decimal& fraction) {
  const Int128 one = power_of_ten(fraction.scale);
  const Int128 rows = multiply(fraction.mantissa, static_cast<Int128>(values.size()));
  const auto needed = static_cast<std::size_t>((rows + one - 1) / one);
  const std::size_t place = needed == 0 ? 0 : needed - 1;
  GroupResult detail;
  detail.value = values.number(values.at(place));
  count_sides(values, place, place, false, detail);
  return detail;
}

// Codes are told apart by number and ordered by text.
template <typename Value>
GroupResult most_frequent(const Ordered<Value>& values) {
  const bool codes = values.measure->value_kind() == ColumnKind::codes;
  const auto text = [&](std::size_t i) -> const std::string& {
    return values.measure->dictionary()[static_cast<std::size_t>(values.at(i))];
  };
  std::size_t best = 0;
  std::size_t best_size = 0;
  int runs = 0;
  for (std::size_t begin = 0, end = 0; begin < values.size(); begin = end) {
    while (end < values.size() && values.at(end) == values.at(begin)) ++end;
    ++runs;
    const bool smaller =
        codes && end - begin == best_size && best_size > 0 && text(begin) < text(best);
    if (end - begin > best_size || smaller) {
      best = begin;
      best_size = end - begin;
    }
  }
  GroupResult detail;
  if (codes) {
    detail.text = text(best);
  } else {
    detail.value = values.number(values.at(best));
  }
  detail.distinct_values = std::min(runs, 2);
  if (values.kinds->evidence) detail.mode_units = values.units(best, best + best_size);
  return detail;
}

// x - mean, to a double's digits whatever the mean: integers exactly, doubles by wider ones.
double deviation(std::int64_t value, Int128 sum, std::size_t n) {
  const auto rows = static_cast<Int128>(n);
  return static_cast<double>(static_cast<long double>(subtract(multiply(rows, value), sum)) /
                             static_cast<long double>(n));
}
double deviation(double value, Real128 sum, std::size_t n) {
  return static_cast<double>(Real128{value} - sum / static_cast<Real128>(n));
}

// g1 = m3 / m2^(3/2), g2 = m4 / m2² - 3, of the moments about the mean.
// Source: Joanes and Gill, Comparing measures of sample skewness and kurtosis (1998).
template <typename Value>
GroupResult shape(const Ordered<Value>& values, Function function) {
  using Total = std::conditional_t<std::is_same_v<Value, double>, Real128, Int128>;
  Total sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += static_cast<Total>(values.at(i));
  RealValues::Sum second;
  RealValues::Sum higher;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double d = deviation(values.at(i), sum, values.size());
    second.add(d * d);
    higher.add(function == Function::skewness ? d * d * d : d * d * d * d);
  }
  const auto n = static_cast<double>(values.size());
  const double m2 = (second.value + second.compensation) / n;
  const double m = (higher.value + higher.compensation) / n;
  if (values.at(0) == values.at(values.size() - 1) || !(m2 > 0)) return {};
  GroupResult detail;
  detail.value = RealValues::number(
      function == Function::skewness ? m / (m2 * std::sqrt(m2)) : m / (m2 * m2) - 3, 0);
  return detail;
}

}  // namespace

template <typename Value>
KeptTable<Value>::KeptTable(const BoundMeasure& measure, const Kinds& kinds)
    : measure_(&measure), kinds_(&kinds), tells_units_(kinds.evidence && !kinds.unit_is_row) {}

template <typename Value>
void KeptTable<Value>::add(const Batch& batch) {
  measure_->valid(batch, valid_);
  const auto keep = [&](auto value_of) {
    valid_.each([&](std::uint32_t i) {
      const std::uint32_t unit = tells_units_ ? batch.entities[kinds_->unit][batch.selection.row(i)]
                                              : BoundEntity::unknown;
      kept_.push_back({batch.groups[i], unit, value_of(i)});
    });
  };
  if (measure_->value_kind() == ColumnKind::codes) {
    const Segment& column = batch.columns->get(measure_->column());
    keep([&](std::uint32_t i) { return static_cast<Value>(column.codes[batch.selection.row(i)]); });
    return;
  }
  const Value* const values = operand_values(*measure_, batch, room_);
  keep([&](std::uint32_t i) { return values[i]; });
}

template <typename Value>
void KeptTable<Value>::absorb(const MeasureTable& other, const Mapping& mapping) {
  const auto& theirs = dynamic_cast<const KeptTable&>(other);
  for (Kept kept : theirs.kept_) {
    kept.group = mapping.groups[kept.group];
    if (kept.group == nowhere) continue;
    if (kept.unit != BoundEntity::unknown) kept.unit = mapping.unit(kept.unit);
    kept_.push_back(kept);
  }
}

template <typename Value>
std::vector<GroupResult> KeptTable<Value>::results(const Statistic& statistic, const PairKeys&,
                                                   std::size_t groups) const {
  std::vector<std::size_t> begin(groups + 1, 0);
  for (const Kept& kept : kept_) ++begin[kept.group + 1];
  for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  std::vector<Kept> ordered(kept_.size());
  std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
  for (const Kept& kept : kept_) ordered[next[kept.group]++] = kept;
  std::vector<GroupResult> found(groups);
  for (std::size_t group = 0; group < groups; ++group) {
    const std::span<Kept> all(ordered.data() + begin[group], begin[group + 1] - begin[group]);
    if (all.empty()) {
      if (kinds_->evidence && statistic.function == Function::mode) found[group].mode_units = 0;
      continue;
    }
    std::sort(all.begin(), all.end(),
              [](const Kept& a, const Kept& b) { return a.value < b.value; });
    const Ordered<Value> values{all, measure_, kinds_};
    if (statistic.function == Function::quantile) {
      found[group] = continuous(values, statistic.fraction);
    } else if (statistic.function == Function::quantile_discrete) {
      found[group] = discrete(values, statistic.fraction);
    } else if (statistic.function == Function::mode) {
      found[group] = most_frequent(values);
    } else if (statistic.function == Function::skewness ||
               statistic.function == Function::kurtosis) {
      found[group] = shape(values, statistic.function);
    } else {
      throw DisclosureError(Fault::wrong_kind, "values alone don't give this statistic");
    }
  }
  return found;
}

template class KeptTable<std::int64_t>;
template class KeptTable<double>;

std::unique_ptr<MeasureTable> make_kept_table(const BoundMeasure& measure, const Kinds& kinds) {
  if (measure.value_kind() == ColumnKind::real) {
    return std::make_unique<KeptTable<double>>(measure, kinds);
  }
  return std::make_unique<KeptTable<std::int64_t>>(measure, kinds);
}

}  // namespace sceau::disclosure
