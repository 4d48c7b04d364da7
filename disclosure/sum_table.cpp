#include "disclosure/sum_table.h"

#include <type_traits>

#include "disclosure/fault.h"
#include "disclosure/kernels.h"
#include "disclosure/operand_values.h"

namespace sceau::disclosure {

template <typename Values>
template <bool squares, typename Of, typename Rows>
void SumTable<Values>::add_each(std::size_t terms, const Value* values, Of group_of, Rows rows_of) {
  const auto add = [&](Sums& to, std::size_t i) {
    to.rows += rows_of(i);
    to.sum.add(values[i]);
    if constexpr (squares) to.squares.add(values[i]);
  };
  const Window all{0, sums_.size()};
  if (!std::is_same_v<Values, RealValues> && Lanes<Sums>::pay(all, terms)) {
    lanes_.run(sums_, all, terms, group_of, add);
    return;
  }
  Sums* const sums = sums_.data();
  for (std::size_t i = 0; i < terms; ++i) add(sums[group_of(i)], i);
}

template <typename Values>
template <typename Of, typename Rows>
void SumTable<Values>::add_terms(std::size_t terms, const Value* values, Of group_of,
                                 Rows rows_of) {
  if (measure_->spec().squares) {
    add_each<true>(terms, values, group_of, rows_of);
  } else {
    add_each<false>(terms, values, group_of, rows_of);
  }
}

template <typename Values>
void SumTable<Values>::add_plain(const Batch& batch, const std::vector<std::uint8_t>& present) {
  const Value* const values = operand_values(*measure_, batch, room_);
  const std::size_t count = batch.selection.count;
  if (count == 0) return;
  if constexpr (std::is_same_v<Values, NarrowValues>) {
    if (batch.one_group && !measure_->spec().squares) {
      sums_[0].rows += present.empty() ? static_cast<std::int64_t>(count)
                                       : kernels::count_equal(present.data(), 1, count);
      sums_[0].sum.add(kernels::sum(values, count));
      return;
    }
  }
  const auto group_of = [groups = batch.groups.data()](std::size_t i) { return groups[i]; };
  if (present.empty()) {
    add_terms(count, values, group_of, [](std::size_t) { return 1; });
  } else {
    add_terms(count, values, group_of,
              [counted = present.data()](std::size_t i) { return counted[i]; });
  }
}

template <typename Values>
void SumTable<Values>::add(const Batch& batch) {
  if (batch.selection.all && measure_->is_plain()) {
    add_plain(batch, batch.columns->get(measure_->column()).present);
    return;
  }
  measure_->valid(batch, valid_);
  const Value* const values = operand_values(*measure_, batch, room_);
  // Values stand by selected row: those of the valid ones move together.
  valid_values_.resize(valid_.count);
  std::uint32_t count = 0;
  valid_.each([&](std::uint32_t i) { valid_values_[count++] = values[i]; });
  const std::uint32_t* const groups = batch.groups.data();
  const auto one = [](std::size_t) { return 1; };
  if (valid_.all) {
    add_terms(
        count, valid_values_.data(), [=](std::size_t i) { return groups[i]; }, one);
  } else {
    const std::uint32_t* const at = valid_.at.data();
    add_terms(
        count, valid_values_.data(), [=](std::size_t i) { return groups[at[i]]; }, one);
  }
}

template <typename Values>
void SumTable<Values>::absorb(const MeasureTable& other, const Mapping& mapping) {
  const auto& theirs = dynamic_cast<const SumTable&>(other);
  for (std::size_t group = 0; group < theirs.sums_.size(); ++group) {
    if (mapping.groups[group] == nowhere) continue;
    sums_[mapping.groups[group]] += theirs.sums_[group];
  }
}

template <typename Values>
void SumTable<Values>::fill(const PairKeys&, const EvidencePlaces& out) const {
  for (std::size_t group = 0; group < out.size(); ++group) {
    out[group]->rows = sums_[group].rows;
    out[group]->sum = sums_[group].sum.number(measure_->scale());
    if (measure_->spec().squares) {
      const Sums& sums = sums_[group];
      out[group]->squares = sums.squares.number(measure_->scale());
      out[group]->deviations = Values::deviations(sums.rows, sums.sum, sums.squares);
    }
  }
}

template <typename Values>
void SumTable<Values>::distinct(std::size_t, const PairKeys&, std::vector<std::int64_t>&) const {
  throw DisclosureError(Fault::wrong_kind, "values are not counted distinct by their sums");
}

template class SumTable<ExactValues>;
template class SumTable<NarrowValues>;
template class SumTable<RealValues>;

}  // namespace sceau::disclosure
