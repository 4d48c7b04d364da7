#include "disclosure/count_table.h"

#include <algorithm>

#include "disclosure/dimension.h"
#include "disclosure/fault.h"
#include "disclosure/measure_value.h"

namespace sceau::disclosure {

CountTable::CountTable(const BoundMeasure& measure, const Kinds& kinds)
    : measure_(&measure),
      kinds_(&kinds),
      has_pairs_(!kinds.names.empty() && (kinds.evidence || measure.spec().distinct)) {}

void CountTable::resize(const Extent& extent) {
  if (!has_pairs_) {
    rows_.resize(extent.groups);
    return;
  }
  pairs_.resize(extent.pairs.size());
  units_.resize(extent.pairs.size());
  for (std::size_t kind = 0; kind < pairs_.size(); ++kind) pairs_[kind].resize(extent.pairs[kind]);
}

void CountTable::add(const Batch& batch) {
  if (!has_pairs_ && batch.one_group) {
    if (batch.selection.count > 0) rows_[0] += measure_->count_valid(batch, valid_);
    return;
  }
  measure_->valid(batch, valid_);
  if (!has_pairs_) count(batch.groups, rows_);
  for (std::size_t kind = 0; kind < pairs_.size(); ++kind) count(batch.pairs[kind], pairs_[kind]);
  if (!measure_->spec().counts_units) return;
  valid_.each([&](std::uint32_t i) { add_units(batch, i); });
}

// One more for the place of each valid row.
void CountTable::count(const std::vector<std::uint32_t>& places, std::vector<std::int64_t>& rows) {
  const std::uint32_t* const place_of = places.data();
  const auto window = Window::of(place_of, places.size());
  if (Lanes<std::int64_t>::pay(window, valid_.count)) {
    const auto one_more = [](std::int64_t& place, std::size_t) { ++place; };
    valid_.with([&](auto at) {
      lanes_.run(
          rows, window, valid_.count, [=](std::size_t i) { return place_of[at(i)]; }, one_more);
    });
    return;
  }
  std::int64_t* const to = rows.data();
  valid_.each([=](std::uint32_t i) { ++to[place_of[i]]; });
}

void CountTable::add_units(const Batch& batch, std::uint32_t position) {
  const std::uint32_t unit = batch.entities[kinds_->unit][batch.selection.row(position)];
  if (unit == BoundEntity::unknown) return;
  for (std::size_t kind = 0; kind < kinds_->unit; ++kind) {
    units_[kind].intern(static_cast<std::uint64_t>(batch.pairs[kind][position]) << 32 | unit);
  }
}

void CountTable::absorb(const MeasureTable& other, const Mapping& mapping) {
  const auto& theirs = dynamic_cast<const CountTable&>(other);
  for (std::size_t group = 0; group < theirs.rows_.size(); ++group) {
    if (mapping.groups[group] != nowhere) rows_[mapping.groups[group]] += theirs.rows_[group];
  }
  for (std::size_t kind = 0; kind < theirs.pairs_.size(); ++kind) {
    const auto& to = mapping.pairs[kind];
    for (std::size_t pair = 0; pair < theirs.pairs_[kind].size(); ++pair) {
      if (to[pair] != nowhere) pairs_[kind][to[pair]] += theirs.pairs_[kind][pair];
    }
    for (const std::uint64_t key : theirs.units_[kind].keys()) {
      const std::uint32_t pair = to[key >> 32];
      if (pair == nowhere) continue;
      const std::uint64_t unit = key & 0xffffffffU;
      units_[kind].intern(static_cast<std::uint64_t>(pair) << 32 | mapping.unit(unit));
    }
  }
}

// What each pair's contributor gives: rows, or distinct units.
std::vector<std::int64_t> CountTable::given(std::size_t kind) const {
  if (!measure_->spec().counts_units || kind >= kinds_->unit) return pairs_[kind];
  std::vector<std::int64_t> units(pairs_[kind].size());
  for (const std::uint64_t key : units_[kind].keys()) ++units[key >> 32];
  return units;
}

void CountTable::fill(const PairKeys& pairs, const EvidencePlaces& out) const {
  for (std::size_t group = 0; group < rows_.size(); ++group) out[group]->rows = rows_[group];
  for (std::size_t pair = 0; has_pairs_ && pair < pairs_[0].size(); ++pair) {
    out[pairs[0][pair] >> 32]->rows += pairs_[0][pair];
  }
  for (Evidence* const place : out) {
    Evidence& evidence = *place;
    evidence.sum = evidence.absolute_sum = evidence.squares = exact(evidence.rows, 0);
    evidence.contributions.assign(kinds_->contributions(), {});
    for (std::size_t kind = 0; kind < kinds_->reported; ++kind) {
      evidence.contributions[kind].kind = kinds_->names[kind];
      evidence.contributions[kind].total = exact(0, 0);
    }
    if (!kinds_->unit_is_row || !kinds_->evidence) continue;
    evidence.units = evidence.rows;
    Contributions& row = evidence.contributions.back();
    row.kind = "row";
    row.distinct = evidence.rows;
    row.total = exact(evidence.rows, 0);
    row.largest.assign(std::min<std::size_t>(max_top, static_cast<std::size_t>(evidence.rows)),
                       exact(1, 0));
  }
  for (std::size_t kind = 0; kind < kinds_->reported; ++kind) fill_pairs(kind, pairs[kind], out);
}

void CountTable::fill_pairs(std::size_t kind, const std::vector<std::uint64_t>& keys,
                            const EvidencePlaces& out) const {
  struct Share {
    std::int64_t total = 0;
    Largest<std::int64_t> largest;
  };
  const auto gives = given(kind);
  const bool is_unit = !kinds_->unit_is_row && kind == kinds_->unit;
  const bool gives_itself = is_unit && measure_->spec().counts_units;
  std::vector<Share> shares(out.size());
  for (std::size_t pair = 0; pair < gives.size(); ++pair) {
    if (pairs_[kind][pair] == 0) continue;
    const std::size_t cell = keys[pair] >> 32;
    const std::int64_t gift = gives_itself ? 1 : gives[pair];
    shares[cell].total += gift;
    shares[cell].largest.add(gift);
    if (static_cast<std::uint32_t>(keys[pair]) == BoundEntity::unknown) continue;
    ++out[cell]->contributions[kind].distinct;
    if (is_unit) ++out[cell]->units;
  }
  for (std::size_t cell = 0; cell < out.size(); ++cell) {
    Contributions& contributions = out[cell]->contributions[kind];
    contributions.total = exact(shares[cell].total, 0);
    contributions.largest.reserve(shares[cell].largest.count);
    for (std::size_t i = 0; i < shares[cell].largest.count; ++i) {
      contributions.largest.push_back(exact(shares[cell].largest.values[i], 0));
    }
  }
}

void CountTable::distinct(std::size_t kind, const PairKeys& pairs,
                          std::vector<std::int64_t>& counts) const {
  for (std::size_t pair = 0; pair < pairs_[kind].size(); ++pair) {
    const std::uint64_t key = pairs[kind][pair];
    if (pairs_[kind][pair] == 0 || static_cast<std::uint32_t>(key) == BoundEntity::unknown)
      continue;
    ++counts[key >> 32];
  }
}

}  // namespace sceau::disclosure
