#include "disclosure/compare.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "disclosure/interner.h"
#include "disclosure/narrower.h"
#include "disclosure/prime_field.h"
#include "disclosure/rules.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;

// What an outer cell holds of an inner family.
struct Held {
  std::int64_t inside = 0;  // rows of the parts
  Parts parts;              // cells of the inner family that lie inside
};

}  // namespace

// Whether or not the threshold is off: a difference has its own.
policies::Policy as_for_differences(policies::Policy policy) {
  policy.off.erase(Rule::threshold);
  policy.threshold.minimum = policy.history.minimum;
  return policy;
}

std::uint64_t rows_digest(const std::vector<std::uint32_t>& profiles) {
  std::uint64_t sum = profiles.size();
  for (std::uint64_t profile : profiles) sum += draw(profile);
  return sum;
}

std::vector<Judged> judge_derived(const std::vector<Evidence>& evidence,
                                  const std::vector<const Known*>& known,
                                  const DifferenceEvidence& measures,
                                  const policies::Policy& policy) {
  auto rows = judge(evidence[0], Telling::count, policy);
  const auto too_few = [](const Breach& breach) { return breach.rule == Rule::threshold; };
  if (std::any_of(rows.begin(), rows.end(), too_few)) {
    std::erase_if(rows, std::not_fn(too_few));
    return {{nullptr, std::move(rows)}};
  }
  std::vector<Judged> found;
  if (!rows.empty()) found.push_back({nullptr, std::move(rows)});
  for (const Known* one : known) {
    auto more = judge(evidence[measures.measure_of(one)], one->telling, policy);
    std::erase_if(more, [](const Breach& breach) {
      return breach.rule == Rule::threshold || breach.rule == Rule::contributors;
    });
    if (!more.empty()) found.push_back({one, std::move(more)});
  }
  return found;
}

// Rows that are in one atom of each of two tables.
struct TableComparison::Joint {
  std::uint32_t ours;
  std::uint32_t theirs;
  std::int64_t rows;
};

struct TableComparison::Pair {
  const Family* ours;
  const Family* theirs;
  const Tabulation* their_tabulation;
  const ReleasedSets* their_sets;
};

// What one cell holds more than one part of it, or than several, and how many rows that is.
struct TableComparison::Rest {
  std::uint32_t cell;  // of the outer family
  Parts parts;         // of the inner one
  std::int64_t rows;

  [[nodiscard]] Difference difference() const {
    return {cell, parts.size() == 1 ? parts[0] : Difference::all_parts};
  }
};

TableComparison::TableComparison(const Tabulation& tabulation, const Source& rows,
                                 const policies::Codebook& codebook, const policies::Policy& policy,
                                 const Profiles& profiles, const Cancelled& cancelled)
    : tabulation_(&tabulation),
      codebook_(&codebook),
      policy_(as_for_differences(policy)),
      profiles_(&profiles),
      sets_(released_sets(tabulation, profiles, codebook)) {
  std::vector<Known> all;
  for (const Family& family : sets_.families) {
    for (const Known& known : family.known) {
      const auto same = [&](const Known& other) { return other.same(known); };
      if (std::none_of(all.begin(), all.end(), same)) all.push_back(known);
    }
  }
  evidence_ =
      std::make_unique<DifferenceEvidence>(rows, codebook, profiles, std::move(all), cancelled);
}

std::vector<TableComparison::Joint> TableComparison::contingency(const ReleasedSets& other) const {
  Interner interner;
  std::vector<Joint> found;
  for (std::size_t profile = 0; profile < profiles_->size(); ++profile) {
    const std::uint32_t ours = sets_.atom_of[profile];
    const std::uint32_t theirs = other.atom_of[profile];
    if (ours == nowhere || theirs == nowhere) continue;
    const std::uint32_t at = interner.intern(static_cast<std::uint64_t>(ours) << 32 | theirs);
    if (at == found.size()) found.push_back({ours, theirs, 0});
    found[at].rows += profiles_->weight(profile);
  }
  return found;
}

std::vector<Derived> TableComparison::within(std::uint64_t& steps) {
  std::vector<Derived> found;
  const auto atoms = contingency(sets_);
  steps += profiles_->size();
  for (std::size_t a = 0; a < sets_.families.size(); ++a) {
    for (std::size_t b = a + 1; b < sets_.families.size(); ++b) {
      compare({&sets_.families[a], &sets_.families[b], tabulation_, &sets_}, atoms, steps, found);
    }
  }
  judge_shares({tabulation_, &sets_}, true, steps, found);
  return found;
}

std::vector<Derived> TableComparison::with(const Tabulation& earlier, const ReleasedSets& theirs,
                                           std::uint64_t& steps) {
  std::vector<Derived> found;
  their_totals_.clear();
  const auto atoms = contingency(theirs);
  steps += profiles_->size() * (1 + earlier.dimensions.size() + earlier.columns.size());
  for (const Family& ours : sets_.families) {
    for (const Family& other : theirs.families) {
      compare({&ours, &other, &earlier, &theirs}, atoms, steps, found);
    }
  }
  judge_shares({&earlier, &theirs}, true, steps, found);
  judge_shares({&earlier, &theirs}, false, steps, found);
  return found;
}

std::vector<TableComparison::Joint> TableComparison::joint_cells(const Pair& pair,
                                                                 const std::vector<Joint>& atoms,
                                                                 const ReleasedSets& ours) {
  Interner interner;
  std::vector<Joint> cells;
  for (const Joint& joint : atoms) {
    const std::uint32_t our_cell = pair.ours->cell_of[ours.atoms[joint.ours]];
    const std::uint32_t their_cell = pair.theirs->cell_of[pair.their_sets->atoms[joint.theirs]];
    if (our_cell == nowhere || their_cell == nowhere) continue;
    const std::uint32_t at =
        interner.intern(static_cast<std::uint64_t>(our_cell) << 32 | their_cell);
    if (at == cells.size()) cells.push_back({our_cell, their_cell, 0});
    cells[at].rows += joint.rows;
  }
  return cells;
}

void TableComparison::compare(const Pair& pair, const std::vector<Joint>& atoms,
                              std::uint64_t& steps, std::vector<Derived>& out) {
  const auto cells = joint_cells(pair, atoms, sets_);
  steps += atoms.size() + cells.size();
  judge_equal(pair, cells, out);
  judge_rests(pair, true, cells, steps, out);
  judge_rests(pair, false, cells, steps, out);
}

// Two cells of the same rows: where one is narrower as written, by a sensitive variable, it tells
// that variable of everybody in the other. Within a table the distribution of a dimension is the
// group disclosure rule's own business.
void TableComparison::judge_equal(const Pair& pair, const std::vector<Joint>& cells,
                                  std::vector<Derived>& out) const {
  if (!policy_.enforces(Rule::group_disclosure)) return;
  const bool both_new = pair.their_sets == &sets_;
  if (both_new && pair.ours->valid == pair.theirs->valid) return;
  const Restrictions ours(*tabulation_, *pair.ours, *codebook_);
  const Restrictions theirs(*pair.their_tabulation, *pair.theirs, *codebook_);
  if (ours.sensitive() == theirs.sensitive()) return;
  for (const Joint& joint : cells) {
    if (joint.rows != pair.ours->rows[joint.ours]) continue;
    if (joint.rows != pair.theirs->rows[joint.theirs]) continue;
    const auto& our_codes = sets_.codes[pair.ours->example[joint.ours]];
    const auto& their_codes = pair.their_sets->codes[pair.theirs->example[joint.theirs]];
    const auto variable =
        tells_of_all({&ours, ours.of(our_codes)}, {&theirs, theirs.of(their_codes)});
    if (!variable) continue;
    Breach breach;
    breach.rule = Rule::group_disclosure;
    breach.measured = 1.0;
    breach.limit = policies::to_double(policy_.group_disclosure.share);
    breach.message = {"all_of_them", {*variable}};
    Derived one = derived(pair, false, joint.ours, joint.theirs);
    one.statistic = pair.ours->statistic;
    one.breaches = {std::move(breach)};
    out.push_back(std::move(one));
  }
}

void TableComparison::judge_rests(const Pair& pair, bool ours_hold, const std::vector<Joint>& cells,
                                  std::uint64_t& steps, std::vector<Derived>& out) {
  const Family& outer = ours_hold ? *pair.ours : *pair.theirs;
  const Family& inner = ours_hold ? *pair.theirs : *pair.ours;
  std::vector<Held> held(outer.cells());
  Holders holders(inner.cells(), nowhere);
  for (const Joint& joint : cells) {
    const std::uint32_t cell = ours_hold ? joint.ours : joint.theirs;
    const std::uint32_t part = ours_hold ? joint.theirs : joint.ours;
    if (joint.rows != inner.rows[part]) continue;
    held[cell].parts.push_back(part);
    held[cell].inside += joint.rows;
    holders[part] = cell;
  }
  std::vector<Rest> rests;
  for (std::uint32_t cell = 0; cell < held.size(); ++cell) {
    const std::int64_t rows = outer.rows[cell];
    // Where two parts fill the cell, the rest of one is the other: a cell that is released itself,
    // and so judged itself.
    const Parts& parts = held[cell].parts;
    const bool filled = held[cell].inside == rows;
    for (const std::uint32_t part : parts) {
      if (inner.rows[part] == rows || (filled && parts.size() == 2)) continue;
      rests.push_back({cell, {part}, rows - inner.rows[part]});
    }
    if (!filled && parts.size() > 1) rests.push_back({cell, parts, rows - held[cell].inside});
  }
  std::vector<const Known*> known;  // by both
  for (const Known& one : pair.ours->known) {
    const auto same = [&](const Known& other) { return other.same(one); };
    if (std::any_of(pair.theirs->known.begin(), pair.theirs->known.end(), same)) {
      known.push_back(&one);
    }
  }
  std::vector<Rest> doubtful;
  std::vector<Difference> differences;
  for (Rest& rest : rests) {
    if (surely_passes(pair, ours_hold, rest, known, steps)) continue;
    differences.push_back(rest.difference());
    doubtful.push_back(std::move(rest));
  }
  if (doubtful.empty()) return;
  const auto evidence = evidence_->exact(outer, inner, holders, differences, steps);
  for (std::size_t i = 0; i < doubtful.size(); ++i) {
    judge_rest(pair, ours_hold, doubtful[i], known, evidence[i], out);
  }
}

bool TableComparison::surely_passes(const Pair& pair, bool ours_hold, const Rest& rest,
                                    const std::vector<const Known*>& known, std::uint64_t& steps) {
  if (codebook_->unit == "row" && codebook_->contributors.empty() && known.empty()) {
    return rest.rows >= policy_.threshold.minimum;
  }
  const Totals& ours = totals(*pair.ours, steps);
  const Totals& theirs = totals(*pair.theirs, steps);
  const auto passes = [&](const Known* one) {
    const Evidence worst = evidence_->pessimistic(
        ours_hold ? ours : theirs, ours_hold ? theirs : ours, rest.cell, rest.parts, one);
    return judge(worst, one == nullptr ? Telling::count : one->telling, policy_).empty();
  };
  return passes(nullptr) && std::all_of(known.begin(), known.end(), passes);
}

void TableComparison::judge_rest(const Pair& pair, bool ours_hold, const Rest& rest,
                                 const std::vector<const Known*>& known,
                                 const std::vector<Evidence>& evidence,
                                 std::vector<Derived>& out) const {
  for (Judged& judged : judge_derived(evidence, known, *evidence_, policy_)) {
    // Of two new cells the smaller one is named, of many the one that holds them.
    const bool of_many = rest.parts.size() > 1;
    const bool name_theirs = pair.their_sets == &sets_ && ours_hold != of_many;
    Derived one = ours_hold ? derived(pair, name_theirs, rest.cell, rest.parts[0])
                            : derived(pair, name_theirs, rest.parts[0], rest.cell);
    one.statistic = judged.known == nullptr ? pair.ours->statistic : judged.known->statistic;
    one.of_many = of_many;
    one.breaches = std::move(judged.breaches);
    one.rows = digest(pair, ours_hold, rest);
    out.push_back(std::move(one));
  }
}

void TableComparison::judge_shares(const ReleasedTable& theirs, bool ours_hold,
                                   std::uint64_t& steps, std::vector<Derived>& out) {
  if (!policy_.enforces(Rule::group_disclosure)) return;
  const ReleasedTable ours{tabulation_, &sets_};
  const auto groups = ours_hold ? derived_groups(ours, theirs, *codebook_, steps)
                                : derived_groups(theirs, ours, *codebook_, steps);
  steps += groups.size();
  for (const DerivedGroup& group : groups) judge_group(theirs, ours_hold, group, steps, out);
}

void TableComparison::judge_group(const ReleasedTable& theirs, bool ours_hold,
                                  const DerivedGroup& group, std::uint64_t& steps,
                                  std::vector<Derived>& out) {
  const auto& whole = group.whole.empty() ? group.held : group.whole;
  std::int64_t all = 0;
  for (const Remainder& one : whole) all += one.rows();
  if (all < policy_.threshold.minimum) return;  // too few units say enough
  const std::int64_t most = evidence_->most_rows_of_a_unit();
  const auto& share = policy_.group_disclosure.share;
  for (const Remainder& held : group.held) {
    std::int64_t units = held.rows();
    std::int64_t of_units = all;
    const std::int64_t largest = std::max(units, group.rest_is_one ? all - units : 0);
    // Units are no more than rows, and no fewer than rows by the most of one unit.
    if (!group_disclosure(group.variable, std::min(largest * most, all), all, share)) continue;
    if (most > 1) {
      steps += (1 + whole.size()) * profiles_->size();
      std::vector<std::uint32_t> everybody;
      for (const Remainder& one : whole) {
        const auto profiles = one.profiles();
        everybody.insert(everybody.end(), profiles.begin(), profiles.end());
      }
      const auto evidence = evidence_->of_sets({held.profiles(), std::move(everybody)}, steps);
      units = evidence[0][0].units;
      of_units = evidence[1][0].units;
    }
    auto breach = group_disclosure(group.variable, units, of_units, share);
    if (!breach && group.rest_is_one) {
      breach = group_disclosure(group.variable, of_units - units, of_units, share);
    }
    if (!breach) continue;
    const auto has_both = [](const Remainder& one) { return !one.parts.empty(); };
    const Remainder& at = has_both(held) ? held : *std::ranges::find_if(whole, has_both);
    const std::uint32_t inner = at.parts[0];
    const Family& our_family = ours_hold ? *at.outer : *at.inner;
    const Family& their_family = ours_hold ? *at.inner : *at.outer;
    Derived one;
    one.grouping_set = our_family.grouping_set;
    one.cell = coordinates(*tabulation_, sets_, our_family, ours_hold ? at.cell : inner);
    one.statistic = our_family.statistic;
    one.of_many = at.parts.size() > 1;
    one.other_cell =
        coordinates(*theirs.tabulation, *theirs.sets, their_family, ours_hold ? inner : at.cell);
    one.other_statistic = their_family.statistic;
    one.breaches = {std::move(*breach)};
    one.rows = rows_digest(held.profiles());
    out.push_back(std::move(one));
  }
}

Derived TableComparison::derived(const Pair& pair, bool name_theirs, std::uint32_t ours,
                                 std::uint32_t theirs) const {
  Derived one;
  one.grouping_set = pair.ours->grouping_set;
  one.cell = coordinates(*tabulation_, sets_, *pair.ours, ours);
  one.other_cell = coordinates(*pair.their_tabulation, *pair.their_sets, *pair.theirs, theirs);
  one.other_statistic = pair.theirs->statistic;
  if (name_theirs) {
    one.grouping_set = pair.theirs->grouping_set;
    std::swap(one.cell, one.other_cell);
    one.other_statistic = pair.ours->statistic;
  }
  return one;
}

std::uint64_t TableComparison::digest(const Pair& pair, bool ours_hold, const Rest& rest) const {
  const Family& outer = ours_hold ? *pair.ours : *pair.theirs;
  const Family& inner = ours_hold ? *pair.theirs : *pair.ours;
  return rows_digest(Remainder{&outer, rest.cell, &inner, rest.parts}.profiles());
}

const Totals& TableComparison::totals(const Family& family, std::uint64_t& steps) {
  const bool ours = std::any_of(sets_.families.begin(), sets_.families.end(),
                                [&](const Family& own) { return &own == &family; });
  auto& known = ours ? our_totals_ : their_totals_;
  const auto at = known.find(&family);
  if (at != known.end()) return at->second;
  steps += profiles_->size();
  return known[&family] = evidence_->totals(family);
}

std::string rows_signature(const Tabulation& tabulation) {
  Tabulation plain = tabulation;  // names don't change what is counted
  for (std::size_t i = 0; i < plain.dimensions.size(); ++i) plain.dimensions[i].name.clear();
  for (Column& column : plain.columns) {
    column.name.clear();
    column.integer_division = false;
  }
  return to_json(plain);
}

}  // namespace sceau::disclosure
