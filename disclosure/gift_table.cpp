#include "disclosure/gift_table.h"

#include <algorithm>

#include "disclosure/fault.h"
#include "disclosure/operand_values.h"

namespace sceau::disclosure {
namespace {

// Sizes ascending, none negative. What they are of cancels out, so that scales don't matter.
// Gini: the sorted form, as in Damgaard and Weiner, Describing inequality in plant size or
// fecundity (Ecology, 2000), without their correction n / (n - 1). HHI: Hirschman (1964).
Number concentration(const Statistic& statistic, const std::vector<Real128>& sizes) {
  Real128 total = 0;
  for (const Real128 size : sizes) total += size;
  if (sizes.empty() || !(total > 0)) return {};
  const auto n = static_cast<Real128>(sizes.size());
  Real128 found = 0;
  if (statistic.function == Function::gini) {
    Real128 ranked = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) ranked += static_cast<Real128>(i + 1) * sizes[i];
    found = (2 * ranked - (n + 1) * total) / (n * total);
  } else if (statistic.function == Function::hhi) {
    for (const Real128 size : sizes) found += size / total * (size / total);
  } else if (statistic.function == Function::top_share) {
    const auto top = std::min(static_cast<std::size_t>(statistic.top), sizes.size());
    for (std::size_t i = sizes.size() - top; i < sizes.size(); ++i) found += sizes[i];
    found /= total;
  } else {
    throw DisclosureError(Fault::wrong_kind, "gifts alone don't give this statistic");
  }
  return RealValues::number(static_cast<double>(found), 0);
}

Real128 size_of(const ExactValues::Sum& sum) { return static_cast<Real128>(sum.value); }
Real128 size_of(const RealValues::Sum& sum) { return Real128{sum.value} + sum.compensation; }

}  // namespace

template <typename Values>
void GiftTable<Values>::resize(const Extent& extent) {
  negative_.resize(extent.groups);
  if (measure_->spec().giver) gifts_.resize(extent.pairs[*measure_->spec().giver]);
}

template <typename Values>
void GiftTable<Values>::add(const Batch& batch) {
  measure_->valid(batch, valid_);
  const Value* const values = operand_values(*measure_, batch, room_);
  const auto giver = measure_->spec().giver;
  valid_.each([&](std::uint32_t i) {
    if (values[i] < Value{}) negative_[batch.groups[i]] = 1;
    if (giver) {
      Gift& gift = gifts_[batch.pairs[*giver][i]];
      ++gift.rows;
      gift.sum.add(values[i]);
    } else {
      rows_.emplace_back(batch.groups[i], values[i]);
    }
  });
}

template <typename Values>
void GiftTable<Values>::absorb(const MeasureTable& other, const Mapping& mapping) {
  const auto& theirs = dynamic_cast<const GiftTable&>(other);
  for (std::size_t group = 0; group < theirs.negative_.size(); ++group) {
    if (mapping.groups[group] != nowhere && theirs.negative_[group] != 0) {
      negative_[mapping.groups[group]] = 1;
    }
  }
  for (std::size_t pair = 0; pair < theirs.gifts_.size(); ++pair) {
    const std::uint32_t to = mapping.pairs[*measure_->spec().giver][pair];
    if (to == nowhere) continue;
    gifts_[to].rows += theirs.gifts_[pair].rows;
    gifts_[to].sum.add(theirs.gifts_[pair].sum);
  }
  for (const auto& [group, value] : theirs.rows_) {
    if (mapping.groups[group] != nowhere) rows_.emplace_back(mapping.groups[group], value);
  }
}

template <typename Values>
std::vector<GroupResult> GiftTable<Values>::results(const Statistic& statistic,
                                                    const PairKeys& pairs,
                                                    std::size_t groups) const {
  std::vector<std::vector<Real128>> sizes(groups);
  for (std::size_t pair = 0; pair < gifts_.size(); ++pair) {
    if (gifts_[pair].rows == 0) continue;
    sizes[pairs[*measure_->spec().giver][pair] >> 32].push_back(size_of(gifts_[pair].sum));
  }
  for (const auto& [group, value] : rows_) sizes[group].push_back(static_cast<Real128>(value));
  std::vector<GroupResult> found(groups);
  for (std::size_t group = 0; group < groups; ++group) {
    if (group < negative_.size() && negative_[group] != 0) continue;
    std::sort(sizes[group].begin(), sizes[group].end());
    found[group].value = concentration(statistic, sizes[group]);
  }
  return found;
}

template class GiftTable<ExactValues>;
template class GiftTable<RealValues>;

std::unique_ptr<MeasureTable> make_gift_table(const BoundMeasure& measure) {
  if (measure.value_kind() == ColumnKind::real) {
    return std::make_unique<GiftTable<RealValues>>(measure);
  }
  return std::make_unique<GiftTable<ExactValues>>(measure);
}

}  // namespace sceau::disclosure
