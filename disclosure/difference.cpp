#include "disclosure/difference.h"

#include <algorithm>
#include <cmath>

#include "disclosure/exact.h"
#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

Plan plan_of(const Source& rows, const policies::Codebook& codebook,
             const std::vector<Known>& known, bool with_kinds) {
  ColumnSet columns(rows);
  Kinds kinds;
  kinds.unit_is_row = codebook.unit == "row";
  if (with_kinds) kinds.names = codebook.contributors;
  if (with_kinds && !kinds.unit_is_row) {
    kinds.unit = kinds.names.size();
    kinds.names.push_back(codebook.unit);
  }
  kinds.reported = kinds.names.size();
  std::vector<MeasureSpec> specs(1);  // rows
  for (const Known& one : known) {
    specs.emplace_back();
    specs.back().operand = one.operand;
    specs.back().numeric = true;
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

// Whether n values with this sum and these squares can all be one: exactly when n Σx² = (Σx)².
bool may_be_one_value(const Evidence& evidence) {
  if (evidence.sum.kind == Number::Kind::real) {
    const double n = static_cast<double>(evidence.rows);
    const double spread = n * evidence.squares.real - evidence.sum.real * evidence.sum.real;
    return !(spread > 1e-6 * n * evidence.squares.real);
  }
  Int128 left = 0;
  Int128 right = 0;
  const bool known =
      evidence.squares.kind == Number::Kind::exact &&
      !__builtin_mul_overflow(static_cast<Int128>(evidence.rows), evidence.squares.numerator,
                              &left) &&
      !__builtin_mul_overflow(evidence.sum.numerator, evidence.sum.numerator, &right);
  return !known || left == right;
}

Number less_by(const Number& whole, const Number& part) {
  const bool known = whole.kind != Number::Kind::null && part.kind != Number::Kind::null;
  return known ? difference(whole, part) : Number{};
}

void take(const Evidence& part, Evidence& rest) {
  rest.rows -= part.rows;
  rest.sum = less_by(rest.sum, part.sum);
  rest.absolute_sum = less_by(rest.absolute_sum, part.absolute_sum);
  rest.squares = less_by(rest.squares, part.squares);
  rest.negatives -= part.negatives;
}

}  // namespace

DifferenceEvidence::DifferenceEvidence(const Source& rows, const policies::Codebook& codebook,
                                       const Profiles& profiles, std::vector<Known> known,
                                       const Cancelled& cancelled)
    : rows_(&rows),
      codebook_(&codebook),
      profiles_(&profiles),
      known_(std::move(known)),
      cancelled_(&cancelled) {}

std::unique_ptr<DifferenceEvidence::Tables> DifferenceEvidence::gather(bool with_kinds,
                                                                       Grouping grouping) const {
  auto made =
      std::make_unique<Tables>(Tables{plan_of(*rows_, *codebook_, known_, with_kinds), Groups{}});
  const std::size_t count = grouping == Grouping::all_rows ? 1 : profiles_->size();
  Gatherer gatherer(made->plan, count);
  for (std::size_t segment = 0; segment < rows_->segments(); ++segment) {
    std::vector<std::uint32_t> groups = profiles_->of_rows(segment);
    if (groups.empty()) continue;
    if (*cancelled_ && (*cancelled_)()) throw DisclosureError(Fault::cancelled, "cancelled");
    if (grouping == Grouping::all_rows) std::fill(groups.begin(), groups.end(), 0);
    gatherer.add(segment, groups);
  }
  made->groups = gatherer.take();
  return made;
}

const DifferenceEvidence::Tables& DifferenceEvidence::by_profile() {
  if (by_profile_ == nullptr) by_profile_ = gather(false, Grouping::by_profile);
  return *by_profile_;
}

const DifferenceEvidence::Tables& DifferenceEvidence::with_contributors() {
  if (with_contributors_ == nullptr) with_contributors_ = gather(true, Grouping::by_profile);
  return *with_contributors_;
}

const std::vector<Evidence>& DifferenceEvidence::of_all_rows() {
  if (of_all_rows_.empty()) {
    const auto tables = gather(true, Grouping::all_rows);
    for (const auto& measure : tables->groups.measures) {
      std::vector<Evidence> one(1);
      measure->fill(tables->groups.pairs, places_in(one));
      of_all_rows_.push_back(std::move(one[0]));
    }
  }
  return of_all_rows_;
}

Totals DifferenceEvidence::totals(const Family& family) {
  const Tables& tables = by_profile();
  const Groups cells = regroup(tables.groups, tables.plan, family.cell_of, family.cells());
  Totals found;
  for (const auto& measure : cells.measures) {
    found.emplace_back(family.cells());
    measure->fill(cells.pairs, places_in(found.back()));
  }
  return found;
}

std::size_t DifferenceEvidence::measure_of(const Known* known) const {
  for (std::size_t i = 0; known != nullptr && i < known_.size(); ++i) {
    if (known_[i].same(*known)) return i + 1;
  }
  return 0;
}

Evidence DifferenceEvidence::pessimistic(const Totals& outer, const Totals& inner,
                                         std::uint32_t cell, const Parts& parts,
                                         const Known* known) {
  const std::size_t measure = measure_of(known);
  const Evidence& whole = outer[measure][cell];
  const Evidence& everything = of_all_rows()[measure];
  const Evidence& all_counts = of_all_rows()[0];
  Evidence rest;
  rest.rows = whole.rows;
  rest.sum = whole.sum;
  rest.absolute_sum = whole.absolute_sum;
  rest.squares = whole.squares;
  rest.negatives = whole.negatives;
  for (const std::uint32_t part : parts) take(inner[measure][part], rest);
  rest.distinct_values = may_be_one_value(rest) ? 1 : 2;
  // Nobody gives more to a part than to all rows, as long as nothing is negative; so at least this
  // many stand behind it, one of whom may be the unknown one.
  const bool sums_grow = everything.negatives == 0;
  for (std::size_t kind = 0; kind < everything.contributions.size(); ++kind) {
    const Contributions& all = everything.contributions[kind];
    const Contributions& rows_of_all = all_counts.contributions[kind];
    Contributions worst;
    worst.kind = all.kind;
    if (all.kind == "row") {
      worst.distinct = rest.rows;
      worst.largest = whole.contributions.back().largest;
      worst.total = rest.absolute_sum;
    } else {
      const std::int64_t most = to_int64(rows_of_all.largest.at(0));
      worst.distinct = (rest.rows + most - 1) / most - 1;
      worst.largest = all.largest;
      worst.total = rest.sum;
      if (!sums_grow) {  // one could hold it all, whatever the signs
        worst.largest = {rest.absolute_sum};
        worst.total = rest.absolute_sum;
      }
    }
    rest.contributions.push_back(std::move(worst));
  }
  rest.units = rest.contributions.back().distinct;
  return rest;
}

std::vector<std::vector<Evidence>> DifferenceEvidence::exact(
    const Family& outer, const Family& inner, const Holders& holders,
    const std::vector<Difference>& differences, std::uint64_t& steps) {
  std::vector<std::vector<Evidence>> found(differences.size());
  std::vector<std::size_t> waiting(differences.size());
  for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i] = i;
  while (!waiting.empty()) {  // differences within different outer cells are gathered together
    std::vector<std::uint32_t> of_cell(outer.cells(), nowhere);
    std::vector<std::size_t> now;
    std::vector<std::size_t> later;
    for (const std::size_t i : waiting) {
      std::uint32_t& slot = of_cell[differences[i].cell];
      if (slot != nowhere) {
        later.push_back(i);
        continue;
      }
      slot = static_cast<std::uint32_t>(now.size());
      now.push_back(i);
    }
    std::vector<std::uint32_t> to(profiles_->size(), nowhere);
    for (std::size_t profile = 0; profile < to.size(); ++profile) {
      const std::uint32_t cell = outer.cell_of[profile];
      if (cell == nowhere || of_cell[cell] == nowhere) continue;
      const Difference& difference = differences[now[of_cell[cell]]];
      const std::uint32_t part = inner.cell_of[profile];
      const bool taken = difference.part == Difference::all_parts
                             ? part != nowhere && holders[part] == cell
                             : part == difference.part;
      if (!taken) to[profile] = of_cell[cell];
    }
    gather_sets(to, now, found, steps);
    waiting = std::move(later);
  }
  return found;
}

void DifferenceEvidence::gather_sets(const std::vector<std::uint32_t>& to,
                                     const std::vector<std::size_t>& numbers,
                                     std::vector<std::vector<Evidence>>& found,
                                     std::uint64_t& steps) {
  const Tables& tables = with_contributors();
  const Groups sets = regroup(tables.groups, tables.plan, to, numbers.size());
  for (const auto& measure : sets.measures) {
    std::vector<Evidence> evidence(numbers.size());
    measure->fill(sets.pairs, places_in(evidence));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      found[numbers[i]].push_back(std::move(evidence[i]));
    }
  }
  steps += to.size();
  for (const auto& keys : tables.groups.pairs) steps += keys.size();
}

std::vector<std::vector<Evidence>> DifferenceEvidence::of_sets(
    const std::vector<std::vector<std::uint32_t>>& sets, std::uint64_t& steps) {
  std::vector<std::vector<Evidence>> found(sets.size());
  std::vector<std::size_t> waiting(sets.size());
  for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i] = i;
  while (!waiting.empty()) {  // sets that don't meet are gathered together
    std::vector<std::uint32_t> to(profiles_->size(), nowhere);
    std::vector<std::size_t> now;
    std::vector<std::size_t> later;
    for (const std::size_t i : waiting) {
      const auto taken = [&](std::uint32_t profile) { return to[profile] != nowhere; };
      if (std::any_of(sets[i].begin(), sets[i].end(), taken)) {
        later.push_back(i);
        continue;
      }
      for (const std::uint32_t profile : sets[i]) {
        to[profile] = static_cast<std::uint32_t>(now.size());
      }
      now.push_back(i);
    }
    gather_sets(to, now, found, steps);
    waiting = std::move(later);
  }
  return found;
}

std::int64_t DifferenceEvidence::most_rows_of_a_unit() {
  if (codebook_->unit == "row") return 1;
  const auto& largest = of_all_rows()[0].contributions.back().largest;
  return largest.empty() ? 1 : to_int64(largest[0]);
}

}  // namespace sceau::disclosure
