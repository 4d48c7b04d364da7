#include "disclosure/difference.h"

#include <algorithm>
#include <bit>

#include "disclosure/exact.h"
#include "disclosure/fault.h"
#include "disclosure/measure_value.h"

namespace sceau::disclosure {
namespace {

Kinds kinds_of(const policies::Codebook& codebook) {
  Kinds kinds;
  kinds.names = codebook.contributors;
  kinds.unit_is_row = codebook.unit == "row";
  if (!kinds.unit_is_row) {
    kinds.unit = kinds.names.size();
    kinds.names.push_back(codebook.unit);
  }
  kinds.reported = kinds.names.size();
  return kinds;
}

Plan plan_of(const Source& rows, const policies::Codebook& codebook,
             const std::vector<Known>& known,
             std::vector<std::optional<std::size_t>>& value_kinds) {
  ColumnSet columns(rows);
  Kinds kinds = kinds_of(codebook);
  std::vector<MeasureSpec> specs(1);  // rows
  for (const Known& one : known) {
    MeasureSpec spec;
    spec.operand = one.operand;
    spec.numeric = true;
    specs.push_back(std::move(spec));
    const auto* variable = std::get_if<std::string>(&one.operand);
    const bool has_values = variable != nullptr && one.telling == Telling::magnitude;
    value_kinds.push_back(has_values ? std::optional(kinds.names.size()) : std::nullopt);
    if (has_values) kinds.names.push_back(*variable);
  }
  BoundCondition always({}, columns);
  std::vector<BoundEntity> entities;
  for (const std::string& name : kinds.names) entities.emplace_back(name, columns);
  std::vector<BoundMeasure> measures;
  for (const MeasureSpec& spec : specs) measures.emplace_back(spec, columns);
  return Plan{std::move(columns),
              std::move(always),
              {},
              std::move(kinds),
              std::move(entities),
              std::move(measures),
              {},
              rows.vintages(),
              false};
}

Extent extent_of(const Groups& groups) {
  Extent extent{groups.count, {}};
  for (const Interner& pairs : groups.pairs) extent.pairs.push_back(pairs.size());
  return extent;
}

}  // namespace

EntityTables::EntityTables(const Source& rows, const policies::Codebook& codebook,
                           const Profiles& profiles, const std::vector<Known>& known,
                           const Cancelled& cancelled)
    : plan_(plan_of(rows, codebook, known, value_kinds_)), known_(known) {
  const std::size_t kinds = plan_.kinds.names.size();
  entities_.resize(kinds);
  groups_.count = profiles.size();
  groups_.pairs.resize(kinds);
  for (const BoundMeasure& measure : plan_.measures) {
    groups_.measures.push_back(make_measure_table(measure, plan_.kinds));
  }
  SegmentColumns columns(plan_.columns);
  Batch batch;
  batch.columns = &columns;
  batch.entities.resize(kinds);
  batch.pairs.resize(kinds);
  for (std::size_t segment = 0; segment < rows.segments(); ++segment) {
    if (profiles.of_rows(segment).empty()) continue;
    if (cancelled && cancelled()) throw DisclosureError(Fault::cancelled, "cancelled");
    columns.move_to(segment);
    batch.groups = profiles.of_rows(segment);
    batch.rows.resize(batch.groups.size());
    for (std::uint32_t row = 0; row < batch.rows.size(); ++row) batch.rows[row] = row;
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      plan_.entities[kind].code(columns, entities_[kind], batch.entities[kind]);
      batch.pairs[kind].resize(batch.rows.size());
      for (std::size_t row = 0; row < batch.rows.size(); ++row) {
        batch.pairs[kind][row] = groups_.pairs[kind].intern(
            static_cast<std::uint64_t>(batch.groups[row]) << 32 | batch.entities[kind][row]);
      }
    }
    for (auto& measure : groups_.measures) {
      measure->resize(extent_of(groups_));
      measure->add(batch);
    }
  }
  for (auto& measure : groups_.measures) measure->resize(extent_of(groups_));
}

std::size_t EntityTables::measure_of(const Known* known) const {
  for (std::size_t i = 0; known != nullptr && i < known_.size(); ++i) {
    if (known_[i].same(*known)) return i + 1;
  }
  return 0;
}

std::optional<std::size_t> EntityTables::values_of(const Known& known) const {
  for (std::size_t i = 0; i < known_.size(); ++i) {
    if (known_[i].same(known)) return value_kinds_[i];
  }
  return std::nullopt;
}

Number EntityTables::size_of_value(std::size_t kind, std::uint32_t entity) const {
  const std::uint64_t key = entities_[kind].keys()[entity];
  const auto column = plan_.columns.source().column(plan_.kinds.names[kind]);
  if (column->kind == ColumnKind::real) {
    return absolute(RealValues::number(std::bit_cast<double>(key), 0));
  }
  return absolute(exact(static_cast<std::int64_t>(key), column->scale));
}

FamilyEvidence::FamilyEvidence(const EntityTables& tables, const Family& family)
    : tables_(&tables),
      groups_(regroup(tables.groups(), tables.plan(), family.cell_of, family.cells())) {
  for (const auto& measure : groups_.measures) {
    evidence_.emplace_back(family.cells());
    measure->fill(groups_.pairs, evidence_.back());
  }
  for (const Interner& pairs : groups_.pairs) {
    auto& by_cell = pairs_.emplace_back(family.cells());
    for (std::uint32_t pair = 0; pair < pairs.size(); ++pair) {
      by_cell[pairs.keys()[pair] >> 32].push_back(pair);
    }
  }
}

const FamilyEvidence::Pairs& FamilyEvidence::by_size(std::size_t kind, std::size_t measure,
                                                     std::size_t cell) const {
  auto& cells = sorted_[{kind, measure}];
  cells.resize(groups_.count);
  if (!cells[cell]) {
    std::vector<std::pair<Number, std::uint32_t>> sized;
    for (const std::uint32_t pair : pairs_[kind][cell]) {
      sized.emplace_back(absolute(groups_.measures[measure]->gift(kind, pair).sum), pair);
    }
    std::stable_sort(sized.begin(), sized.end(),
                     [](const auto& a, const auto& b) { return less(b.first, a.first); });
    cells[cell].emplace();
    for (const auto& [size, pair] : sized) cells[cell]->push_back(pair);
  }
  return *cells[cell];
}

const FamilyEvidence::Pairs& FamilyEvidence::by_value(std::size_t kind, std::size_t cell) const {
  auto& cells = sorted_[{kind, 0}];
  cells.resize(groups_.count);
  if (!cells[cell]) {
    std::vector<std::pair<Number, std::uint32_t>> sized;
    for (const std::uint32_t pair : pairs_[kind][cell]) {
      sized.emplace_back(tables_->size_of_value(kind, entity(kind, pair)), pair);
    }
    std::stable_sort(sized.begin(), sized.end(),
                     [](const auto& a, const auto& b) { return less(b.first, a.first); });
    cells[cell].emplace();
    for (const auto& [size, pair] : sized) cells[cell]->push_back(pair);
  }
  return *cells[cell];
}

std::map<std::uint32_t, FamilyEvidence::Left> FamilyEvidence::left(std::size_t kind,
                                                                   std::size_t measure,
                                                                   std::size_t cell,
                                                                   const FamilyEvidence& inner,
                                                                   std::size_t part) const {
  std::map<std::uint32_t, Left> found;
  for (const std::uint32_t pair : inner.pairs_[kind][part]) {
    const std::uint32_t who = inner.entity(kind, pair);
    const auto whole = groups_.pairs[kind].find(static_cast<std::uint64_t>(cell) << 32 | who);
    if (!whole) continue;  // not inside after all; never where the part is held
    const Gift all = groups_.measures[measure]->gift(kind, *whole);
    const Gift less_by = inner.groups_.measures[measure]->gift(kind, pair);
    found[who] = {all.rows - less_by.rows, difference(all.sum, less_by.sum)};
  }
  return found;
}

Contributions FamilyEvidence::contributions(std::size_t kind, std::size_t measure, std::size_t cell,
                                            const FamilyEvidence& inner, std::size_t part) const {
  const auto changed = left(kind, measure, cell, inner, part);
  Contributions rest = evidence_[measure][cell].contributions[kind];
  rest.largest.clear();
  for (const auto& [who, remains] : changed) {
    const auto whole = groups_.pairs[kind].find(static_cast<std::uint64_t>(cell) << 32 | who);
    const Number before = absolute(groups_.measures[measure]->gift(kind, *whole).sum);
    rest.total = difference(rest.total, before);
    if (remains.rows == 0) {
      if (who != BoundEntity::unknown) --rest.distinct;
      continue;
    }
    const Number now = absolute(remains.sum);
    rest.total = sum(rest.total, now);
    insert_largest(rest.largest, now);
  }
  std::size_t untouched = 0;
  for (const std::uint32_t pair : by_size(kind, measure, cell)) {
    if (changed.contains(entity(kind, pair))) continue;
    insert_largest(rest.largest, absolute(groups_.measures[measure]->gift(kind, pair).sum));
    if (++untouched == max_top) break;
  }
  return rest;
}

// Values are entities too: how many differ in the rest, and the largest rows where a row is a unit.
void FamilyEvidence::judge_values(std::size_t kind, std::size_t cell, const FamilyEvidence& inner,
                                  std::size_t part, Evidence& evidence) const {
  const auto changed = left(kind, 0, cell, inner, part);
  std::size_t values = pairs_[kind][cell].size();
  for (const auto& [value, remains] : changed) values -= remains.rows == 0 ? 1 : 0;
  evidence.distinct_values = static_cast<int>(std::min<std::size_t>(values, 2));
  if (!tables_->plan().kinds.unit_is_row) return;
  std::vector<Number>& largest = evidence.contributions.back().largest;
  for (const std::uint32_t pair : by_value(kind, cell)) {
    const auto at = changed.find(entity(kind, pair));
    std::int64_t rows =
        at != changed.end() ? at->second.rows : groups_.measures[0]->gift(kind, pair).rows;
    for (; rows > 0 && largest.size() < max_top; --rows) {
      largest.push_back(tables_->size_of_value(kind, entity(kind, pair)));
    }
    if (largest.size() == max_top) break;
  }
}

Evidence FamilyEvidence::rest(std::size_t cell, const FamilyEvidence& inner, std::size_t part,
                              const Known* known) const {
  const std::size_t measure = tables_->measure_of(known);
  const Evidence& whole = evidence_[measure][cell];
  const Evidence& less_by = inner.evidence_[measure][part];
  const Kinds& kinds = tables_->plan().kinds;
  Evidence rest;
  rest.rows = whole.rows - less_by.rows;
  rest.sum = difference(whole.sum, less_by.sum);
  rest.absolute_sum = difference(whole.absolute_sum, less_by.absolute_sum);
  rest.negatives = whole.negatives - less_by.negatives;
  for (std::size_t kind = 0; kind < kinds.reported; ++kind) {
    rest.contributions.push_back(contributions(kind, measure, cell, inner, part));
  }
  if (kinds.unit_is_row) {
    rest.units = rest.rows;
    rest.contributions.push_back({"row", rest.rows, {}, rest.absolute_sum});
  } else {
    rest.units = rest.contributions[kinds.unit].distinct;
  }
  if (known == nullptr) return rest;
  if (const auto values = tables_->values_of(*known)) {
    judge_values(*values, cell, inner, part, rest);
  } else {  // a 0/1 operand: all of one value where none or all of the rest is 1
    const bool none = is_zero(rest.sum);
    const bool all = rest.sum.kind == Number::Kind::exact &&
                     rest.sum.numerator == multiply(rest.rows, power_of_ten(rest.sum.scale));
    rest.distinct_values = none || all ? 1 : 2;
  }
  return rest;
}

}  // namespace sceau::disclosure
