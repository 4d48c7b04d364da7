#include "disclosure/value_table.h"

#include "disclosure/fault.h"

namespace sceau::disclosure {

template <typename Values>
void ValueTable<Values>::Group::widen(Value low, std::int64_t low_rows, Value high,
                                      std::int64_t high_rows) {
  if (rows == 0 || low < minimum) {
    minimum = low;
    minimum_rows = low_rows;
  } else if (low == minimum) {
    minimum_rows += low_rows;
  }
  if (rows == 0 || high > maximum) {
    maximum = high;
    maximum_rows = high_rows;
  } else if (high == maximum) {
    maximum_rows += high_rows;
  }
}

template <typename Values>
void ValueTable<Values>::Group::add(Value value) {
  widen(value, 1, value, 1);
  ++rows;
  if (value < Value{}) ++negatives;
  sum.add(value);
  absolute.add_magnitude(Values::magnitude(value));
  squares.add(value);
  largest.add(Values::magnitude(value));
}

template <typename Values>
void ValueTable<Values>::Group::add(const Group& other) {
  if (other.rows == 0) return;
  widen(other.minimum, other.minimum_rows, other.maximum, other.maximum_rows);
  rows += other.rows;
  negatives += other.negatives;
  sum.add(other.sum);
  absolute.add(other.absolute);
  squares.add(other.squares);
  largest.add(other.largest);
}

template <typename Values>
void ValueTable<Values>::Pair::add(Value value) {
  minimum = rows == 0 ? value : std::min(minimum, value);
  maximum = rows == 0 ? value : std::max(maximum, value);
  ++rows;
  sum.add(value);
}

template <typename Values>
void ValueTable<Values>::Pair::add(const Pair& other) {
  if (other.rows == 0) return;
  minimum = rows == 0 ? other.minimum : std::min(minimum, other.minimum);
  maximum = rows == 0 ? other.maximum : std::max(maximum, other.maximum);
  rows += other.rows;
  sum.add(other.sum);
}

template <typename Values>
void ValueTable<Values>::resize(const Extent& extent) {
  groups_.resize(extent.groups);
  pairs_.resize(kinds_->reported);
  for (std::size_t kind = 0; kind < pairs_.size(); ++kind) pairs_[kind].resize(extent.pairs[kind]);
}

// The operand's value for each of the batch's rows (of a NULL: 0).
template <typename Values>
void ValueTable<Values>::values_of(const Batch& batch, std::vector<Value>& out) const {
  out.resize(batch.rows.size());
  if (const BoundCondition* indicator = measure_->indicator()) {
    std::vector<Truth> holds;
    indicator->evaluate(*batch.columns, holds);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = holds[batch.rows[i]] == Truth::yes ? Value{1} : Value{0};
    }
    return;
  }
  const Segment& column = batch.columns->get(measure_->column());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if constexpr (std::is_same_v<Values, ExactValues>) {
      out[i] = column.scaled[batch.rows[i]];
    } else {
      out[i] = column.real[batch.rows[i]];
    }
  }
}

template <typename Values>
void ValueTable<Values>::add(const Batch& batch) {
  std::vector<std::uint32_t> valid;
  const bool some = measure_->valid(batch, valid);
  const std::size_t count = some ? valid.size() : batch.rows.size();
  const auto position = [&](std::size_t i) {
    return some ? valid[i] : static_cast<std::uint32_t>(i);
  };
  std::vector<Value> values;
  values_of(batch, values);
  for (std::size_t i = 0; i < count; ++i) {
    groups_[batch.groups[position(i)]].add(values[position(i)]);
  }
  for (std::size_t kind = 0; kind < pairs_.size(); ++kind) {
    const auto& pair_of = batch.pairs[kind];
    auto& pairs = pairs_[kind];
    for (std::size_t i = 0; i < count; ++i) pairs[pair_of[position(i)]].add(values[position(i)]);
  }
  if (!measure_->spec().keeps_values) return;
  for (std::size_t i = 0; i < count; ++i) {
    values_.emplace_back(batch.groups[position(i)], values[position(i)]);
  }
}

template <typename Values>
void ValueTable<Values>::absorb(const MeasureTable& other, const Mapping& mapping) {
  const auto& theirs = dynamic_cast<const ValueTable&>(other);
  for (std::size_t group = 0; group < theirs.groups_.size(); ++group) {
    if (mapping.groups[group] != nowhere) groups_[mapping.groups[group]].add(theirs.groups_[group]);
  }
  for (std::size_t kind = 0; kind < theirs.pairs_.size(); ++kind) {
    const auto& to = mapping.pairs[kind];
    for (std::size_t pair = 0; pair < theirs.pairs_[kind].size(); ++pair) {
      if (to[pair] != nowhere) pairs_[kind][to[pair]].add(theirs.pairs_[kind][pair]);
    }
  }
  for (const auto& [group, value] : theirs.values_) {
    if (mapping.groups[group] != nowhere) values_.emplace_back(mapping.groups[group], value);
  }
}

template <typename Values>
void ValueTable<Values>::fill_group(const Group& group, Evidence& evidence) const {
  const int scale = measure_->scale();
  evidence.rows = group.rows;
  evidence.negatives = group.negatives;
  evidence.sum = group.sum.number(scale);
  evidence.absolute_sum = group.absolute.number(scale);
  evidence.squares = group.squares.number(scale);
  evidence.contributions.assign(kinds_->reported + (kinds_->unit_is_row ? 1 : 0), {});
  for (Contributions& contributions : evidence.contributions) {
    contributions.total = typename Values::Sum{}.number(scale);
  }
  for (std::size_t kind = 0; kind < kinds_->reported; ++kind) {
    evidence.contributions[kind].kind = kinds_->names[kind];
  }
  if (group.rows > 0) {
    evidence.minimum = Values::number(group.minimum, scale);
    evidence.maximum = Values::number(group.maximum, scale);
    evidence.distinct_values = group.minimum == group.maximum ? 1 : 2;
  }
  if (!kinds_->unit_is_row) return;
  evidence.units = group.rows;
  evidence.minimum_units = group.minimum_rows;
  evidence.maximum_units = group.maximum_rows;
  Contributions& row = evidence.contributions.back();
  row.kind = "row";
  row.distinct = group.rows;
  row.total = evidence.absolute_sum;
  for (std::size_t i = 0; i < group.largest.count; ++i) {
    row.largest.push_back(Values::number_of_magnitude(group.largest.values[i], scale));
  }
}

template <typename Values>
void ValueTable<Values>::fill_pairs(std::size_t kind, const std::vector<std::uint64_t>& keys,
                                    std::vector<Evidence>& out) const {
  struct Share {
    typename Values::Sum total;
    Largest<typename Values::Size> largest;
  };
  const int scale = measure_->scale();
  const bool is_unit = !kinds_->unit_is_row && kind == kinds_->unit;
  std::vector<Share> shares(out.size());
  for (std::size_t at = 0; at < pairs_[kind].size(); ++at) {
    const Pair& pair = pairs_[kind][at];
    if (pair.rows == 0) continue;
    const std::size_t cell = keys[at] >> 32;
    shares[cell].total.add_size(pair.sum.size());
    shares[cell].largest.add(pair.sum.size());
    if (static_cast<std::uint32_t>(keys[at]) == BoundEntity::unknown) continue;
    Evidence& evidence = out[cell];
    ++evidence.contributions[kind].distinct;
    if (!is_unit) continue;
    ++evidence.units;
    if (pair.minimum == groups_[cell].minimum) ++evidence.minimum_units;
    if (pair.maximum == groups_[cell].maximum) ++evidence.maximum_units;
  }
  for (std::size_t cell = 0; cell < out.size(); ++cell) {
    Contributions& contributions = out[cell].contributions[kind];
    contributions.total = shares[cell].total.number(scale);
    for (std::size_t i = 0; i < shares[cell].largest.count; ++i) {
      contributions.largest.push_back(
          Values::number_of_size(shares[cell].largest.values[i], scale));
    }
  }
}

template <typename Values>
void ValueTable<Values>::fill(const PairKeys& pairs, std::vector<Evidence>& out) const {
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    fill_group(groups_[group], out[group]);
  }
  for (std::size_t kind = 0; kind < kinds_->reported; ++kind) fill_pairs(kind, pairs[kind], out);
}

template <typename Values>
std::vector<std::int64_t> ValueTable<Values>::distinct(std::size_t kind,
                                                       const PairKeys& pairs) const {
  std::vector<std::int64_t> counts(groups_.size());
  for (std::size_t pair = 0; pair < pairs_[kind].size(); ++pair) {
    const std::uint64_t key = pairs[kind][pair];
    const bool known = static_cast<std::uint32_t>(key) != BoundEntity::unknown;
    if (pairs_[kind][pair].rows > 0 && known) ++counts[key >> 32];
  }
  return counts;
}

// percentile_cont: the value at fraction · (n - 1), between neighbours in proportion. Exact.
template <typename Values>
Number ValueTable<Values>::quantile(std::vector<Value>& values, const Decimal& fraction) const {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const Int128 one = power_of_ten(fraction.scale);
  const Int128 place = multiply(fraction.mantissa, static_cast<Int128>(values.size() - 1));
  const auto below = static_cast<std::size_t>(place / one);
  const Int128 rest = place % one;
  const Value low = values[below];
  const Value high = values[std::min(below + 1, values.size() - 1)];
  if constexpr (std::is_same_v<Values, ExactValues>) {
    const Int128 step = multiply(rest, static_cast<Int128>(high) - low);
    return exact(disclosure::add(multiply(low, one), step), measure_->scale() + fraction.scale);
  } else {
    const double part = static_cast<double>(rest) / static_cast<double>(one);
    return Values::number(low + part * (high - low), 0);
  }
}

template <typename Values>
std::vector<Number> ValueTable<Values>::quantiles(const Decimal& fraction) const {
  std::vector<std::vector<Value>> by_group(groups_.size());
  for (const auto& [group, value] : values_) by_group[group].push_back(value);
  std::vector<Number> found;
  found.reserve(by_group.size());
  for (auto& values : by_group) found.push_back(quantile(values, fraction));
  return found;
}

template class ValueTable<ExactValues>;
template class ValueTable<RealValues>;

}  // namespace sceau::disclosure
