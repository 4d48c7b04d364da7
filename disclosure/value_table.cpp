#include "disclosure/value_table.h"

#include "disclosure/fault.h"
#include "disclosure/operand_values.h"

namespace sceau::disclosure {

template <typename Values>
void ValueTable<Values>::Spread::add(Value value) {
  ++rows;
  sum.add(value);
  if (value <= minimum) {
    minimum_rows = value < minimum ? 1 : minimum_rows + 1;
    minimum = static_cast<Extreme>(value);
  }
  if (value >= maximum) {
    maximum_rows = value > maximum ? 1 : maximum_rows + 1;
    maximum = static_cast<Extreme>(value);
  }
  negatives += value < Value{} ? 1 : 0;
  absolute.add_magnitude(Values::magnitude(value));
  squares.add(value);
}

template <typename Values>
void ValueTable<Values>::Spread::add(const Spread& other) {
  if (other.rows == 0) return;
  rows += other.rows;
  sum.add(other.sum);
  if (other.minimum <= minimum) {
    minimum_rows = other.minimum_rows + (other.minimum < minimum ? 0 : minimum_rows);
    minimum = other.minimum;
  }
  if (other.maximum >= maximum) {
    maximum_rows = other.maximum_rows + (other.maximum > maximum ? 0 : maximum_rows);
    maximum = other.maximum;
  }
  negatives += other.negatives;
  absolute.add(other.absolute);
  squares.add(other.squares);
}

template <typename Values>
void ValueTable<Values>::Pair::add(Value value) {
  minimum = std::min(minimum, static_cast<Extreme>(value));
  maximum = std::max(maximum, static_cast<Extreme>(value));
  ++rows;
  sum.add(value);
}

template <typename Values>
void ValueTable<Values>::Pair::add(const Pair& other) {
  minimum = std::min(minimum, other.minimum);
  maximum = std::max(maximum, other.maximum);
  rows += other.rows;
  sum.add(other.sum);
}

template <typename Values>
void ValueTable<Values>::resize(const Extent& extent) {
  spreads_.resize(has_pairs() ? extent.pairs[0] : extent.groups);
  for (std::size_t i = 0; i < pairs_.size(); ++i) pairs_[i].resize(extent.pairs[i + 1]);
  if (keeps_rows_) largest_.resize(extent.groups);
}

template <typename Values>
void ValueTable<Values>::reserve(const Extent& extent) {
  if (has_pairs()) spreads_.reserve(extent.pairs[0]);
  for (std::size_t i = 0; i < pairs_.size(); ++i) pairs_[i].reserve(extent.pairs[i + 1]);
}

template <typename Values>
void ValueTable<Values>::add(const Batch& batch) {
  measure_->valid(batch, valid_);
  const Value* const values = operand_values(*measure_, batch, room_);
  const std::uint32_t* const groups = batch.groups.data();
  add_spreads(has_pairs() ? batch.pairs[0] : batch.groups, values);
  for (std::size_t kind = 0; kind < pairs_.size(); ++kind) {
    const std::uint32_t* const pair_of = batch.pairs[kind + 1].data();
    Pair* const pairs = pairs_[kind].data();
    valid_.each([&](std::uint32_t i) { pairs[pair_of[i]].add(values[i]); });
  }
  if (keeps_rows_) {
    valid_.each([&](std::uint32_t i) { largest_[groups[i]].add(Values::magnitude(values[i])); });
  }
}

template <typename Values>
void ValueTable<Values>::add_spreads(const std::vector<std::uint32_t>& places,
                                     const Value* values) {
  const auto window = Window::of(places.data(), places.size());
  const bool exact = !std::is_same_v<Values, RealValues>;  // doubles are added in one order
  if (exact && Lanes<Spread>::pay(window, valid_.count)) {
    valid_.with([&](auto at) {
      lanes_.run(
          spreads_, window, valid_.count, [&, at](std::size_t i) { return places[at(i)]; },
          [=](Spread& spread, std::size_t i) { spread.add(values[at(i)]); });
    });
    return;
  }
  Spread* const spreads = spreads_.data();
  valid_.each([&](std::uint32_t i) { spreads[places[i]].add(values[i]); });
}

template <typename Values>
void ValueTable<Values>::absorb(const MeasureTable& other, const Mapping& mapping) {
  const auto& theirs = dynamic_cast<const ValueTable&>(other);
  const auto& places = has_pairs() ? mapping.pairs[0] : mapping.groups;
  for (std::size_t place = 0; place < theirs.spreads_.size(); ++place) {
    if (places[place] != nowhere) spreads_[places[place]].add(theirs.spreads_[place]);
  }
  for (std::size_t kind = 0; kind < theirs.pairs_.size(); ++kind) {
    const auto& to = mapping.pairs[kind + 1];
    for (std::size_t pair = 0; pair < theirs.pairs_[kind].size(); ++pair) {
      if (to[pair] != nowhere) pairs_[kind][to[pair]].add(theirs.pairs_[kind][pair]);
    }
  }
  for (std::size_t group = 0; group < theirs.largest_.size(); ++group) {
    if (mapping.groups[group] == nowhere) continue;
    largest_[mapping.groups[group]].add(theirs.largest_[group]);
  }
}

template <typename Values>
auto ValueTable<Values>::by_group(const PairKeys& pairs, std::size_t groups) const
    -> std::vector<Spread> {
  if (!has_pairs()) return spreads_;
  std::vector<Spread> found(groups);
  for (std::size_t pair = 0; pair < spreads_.size(); ++pair) {
    found[pairs[0][pair] >> 32].add(spreads_[pair]);
  }
  return found;
}

template <typename Values>
void ValueTable<Values>::fill_group(const Spread& group, Evidence& evidence) const {
  const int scale = measure_->scale();
  evidence.rows = group.rows;
  evidence.negatives = group.negatives;
  evidence.sum = group.sum.number(scale);
  evidence.absolute_sum = group.absolute.number(scale);
  evidence.squares = group.squares.number(scale);
  evidence.deviations = Values::deviations(group.rows, group.sum, group.squares);
  evidence.contributions.assign(kinds_->contributions(), {});
  for (std::size_t kind = 0; kind < kinds_->reported; ++kind) {
    evidence.contributions[kind].kind = kinds_->names[kind];
    evidence.contributions[kind].total = typename Values::Sum{}.number(scale);
  }
  if (group.rows > 0) {
    evidence.minimum = Values::number(group.minimum, scale);
    evidence.maximum = Values::number(group.maximum, scale);
    evidence.distinct_values = group.minimum == group.maximum ? 1 : 2;
  }
  if (!keeps_rows_) return;
  evidence.units = group.rows;
  evidence.minimum_units = group.minimum_rows;
  evidence.maximum_units = group.maximum_rows;
}

template <typename Values>
void ValueTable<Values>::fill_rows(std::size_t group, Evidence& evidence) const {
  Contributions& row = evidence.contributions.back();
  row.kind = "row";
  row.distinct = evidence.rows;
  row.total = evidence.absolute_sum;
  const auto& largest = largest_[group];
  row.largest.reserve(largest.count);
  for (std::size_t i = 0; i < largest.count; ++i) {
    row.largest.push_back(Values::number_of_magnitude(largest.values[i], measure_->scale()));
  }
}

template <typename Values>
template <typename Pairs>
void ValueTable<Values>::fill_pairs(std::size_t kind, const Pairs& pairs,
                                    const std::vector<std::uint64_t>& keys,
                                    const std::vector<Spread>& groups,
                                    const EvidencePlaces& out) const {
  struct Share {
    typename Values::Sum total;
    Largest<typename Values::Size> largest;
  };
  const int scale = measure_->scale();
  const bool is_unit = !kinds_->unit_is_row && kind == kinds_->unit;
  std::vector<Share> shares(out.size());
  for (std::size_t at = 0; at < pairs.size(); ++at) {
    const auto& pair = pairs[at];
    if (pair.rows == 0) continue;
    const std::size_t cell = keys[at] >> 32;
    shares[cell].total.add_size(pair.sum.size());
    shares[cell].largest.add(pair.sum.size());
    if (static_cast<std::uint32_t>(keys[at]) == BoundEntity::unknown) continue;
    Evidence& evidence = *out[cell];
    ++evidence.contributions[kind].distinct;
    if (!is_unit) continue;
    ++evidence.units;
    if (pair.minimum == groups[cell].minimum) ++evidence.minimum_units;
    if (pair.maximum == groups[cell].maximum) ++evidence.maximum_units;
  }
  for (std::size_t cell = 0; cell < out.size(); ++cell) {
    Contributions& contributions = out[cell]->contributions[kind];
    contributions.total = shares[cell].total.number(scale);
    contributions.largest.reserve(shares[cell].largest.count);
    for (std::size_t i = 0; i < shares[cell].largest.count; ++i) {
      contributions.largest.push_back(
          Values::number_of_size(shares[cell].largest.values[i], scale));
    }
  }
}

template <typename Values>
void ValueTable<Values>::fill(const PairKeys& pairs, const EvidencePlaces& out) const {
  const auto groups = by_group(pairs, out.size());
  for (std::size_t group = 0; group < groups.size(); ++group)
    fill_group(groups[group], *out[group]);
  if (has_pairs()) fill_pairs(0, spreads_, pairs[0], groups, out);
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    fill_pairs(i + 1, pairs_[i], pairs[i + 1], groups, out);
  }
  for (std::size_t group = 0; keeps_rows_ && group < out.size(); ++group) {
    fill_rows(group, *out[group]);
  }
}

template <typename Values>
void ValueTable<Values>::distinct(std::size_t, const PairKeys&, std::vector<std::int64_t>&) const {
  throw DisclosureError(Fault::wrong_kind, "values are not counted distinct by their sums");
}

template class ValueTable<ExactValues>;
template class ValueTable<NarrowValues>;
template class ValueTable<RealValues>;

}  // namespace sceau::disclosure
