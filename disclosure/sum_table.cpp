#include "disclosure/sum_table.h"

#include <type_traits>

#include "disclosure/fault.h"
#include "disclosure/kernels.h"
#include "disclosure/operand_values.h"

namespace sceau::disclosure {

template <typename Values>
void SumTable<Values>::add(const Batch& batch) {
  measure_->valid(batch, valid_);
  const Value* const values = operand_values(*measure_, batch, room_);
  Sums* const sums = sums_.data();
  if constexpr (std::is_same_v<Values, NarrowValues>) {
    // Rows that are NULL hold 0, so they may be added with the others.
    const bool whole = valid_.all || (batch.selection.all && measure_->is_plain());
    if (batch.one_group && whole && !measure_->spec().squares) {
      if (valid_.count == 0) return;
      sums[0].rows += valid_.count;
      sums[0].sum.add(kernels::sum(values, batch.selection.count));
      return;
    }
  }
  const std::uint32_t* const groups = batch.groups.data();
  if (!measure_->spec().squares) {
    valid_.each([&](std::uint32_t i) {
      Sums& to = sums[groups[i]];
      ++to.rows;
      to.sum.add(values[i]);
    });
    return;
  }
  valid_.each([&](std::uint32_t i) {
    Sums& to = sums[groups[i]];
    ++to.rows;
    to.sum.add(values[i]);
    to.squares.add(values[i]);
  });
}

template <typename Values>
void SumTable<Values>::absorb(const MeasureTable& other, const Mapping& mapping) {
  const auto& theirs = dynamic_cast<const SumTable&>(other);
  for (std::size_t group = 0; group < theirs.sums_.size(); ++group) {
    if (mapping.groups[group] == nowhere) continue;
    Sums& to = sums_[mapping.groups[group]];
    to.rows += theirs.sums_[group].rows;
    to.sum.add(theirs.sums_[group].sum);
    to.squares.add(theirs.sums_[group].squares);
  }
}

template <typename Values>
void SumTable<Values>::fill(const PairKeys&, std::vector<Evidence>& out) const {
  for (std::size_t group = 0; group < out.size(); ++group) {
    out[group].rows = sums_[group].rows;
    out[group].sum = sums_[group].sum.number(measure_->scale());
    if (measure_->spec().squares) {
      out[group].squares = sums_[group].squares.number(measure_->scale());
    }
  }
}

template <typename Values>
void SumTable<Values>::distinct(std::size_t, const PairKeys&, std::vector<std::int64_t>&) const {
  throw DisclosureError(Fault::wrong_kind, "values are not counted distinct by their sums");
}

template <typename Values>
std::vector<Number> SumTable<Values>::quantiles(const Decimal&, std::size_t) const {
  throw DisclosureError(Fault::wrong_kind, "a quantile needs the values, not their sum");
}

template class SumTable<ExactValues>;
template class SumTable<NarrowValues>;
template class SumTable<RealValues>;

}  // namespace sceau::disclosure
