#include "disclosure/compare.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "disclosure/interner.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;

// A difference has its own least number of units, whether or not the threshold is off.
policies::Policy as_for_differences(policies::Policy policy) {
  policy.off.erase(Rule::threshold);
  policy.threshold.minimum = policy.history.minimum;
  return policy;
}

}  // namespace

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

TableComparison::TableComparison(const Tabulation& tabulation, const Source& rows,
                                 const policies::Codebook& codebook, const policies::Policy& policy,
                                 const Profiles& profiles, const Cancelled& cancelled)
    : tabulation_(&tabulation),
      rows_(&rows),
      codebook_(&codebook),
      policy_(as_for_differences(policy)),
      profiles_(&profiles),
      cancelled_(&cancelled),
      sets_(released_sets(tabulation, profiles, codebook)) {
  for (const Family& family : sets_.families) {
    for (const Known& known : family.known) {
      const auto same = [&](const Known& other) { return other.same(known); };
      if (std::none_of(known_.begin(), known_.end(), same)) known_.push_back(known);
    }
  }
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
  return found;
}

std::vector<Derived> TableComparison::with(const Tabulation& earlier, std::uint64_t& steps) {
  std::vector<Derived> found;
  their_evidence_.clear();
  const ReleasedSets theirs = released_sets(earlier, *profiles_, *codebook_);
  const auto atoms = contingency(theirs);
  steps += profiles_->size() * (1 + earlier.dimensions.size() + earlier.columns.size());
  for (const Family& ours : sets_.families) {
    for (const Family& other : theirs.families) {
      compare({&ours, &other, &earlier, &theirs}, atoms, steps, found);
    }
  }
  return found;
}

void TableComparison::compare(const Pair& pair, const std::vector<Joint>& atoms,
                              std::uint64_t& steps, std::vector<Derived>& out) {
  Interner interner;
  std::vector<Joint> cells;
  for (const Joint& joint : atoms) {
    const std::uint32_t ours = pair.ours->cell_of[sets_.atoms[joint.ours]];
    const std::uint32_t theirs = pair.theirs->cell_of[pair.their_sets->atoms[joint.theirs]];
    if (ours == nowhere || theirs == nowhere) continue;
    const std::uint32_t at = interner.intern(static_cast<std::uint64_t>(ours) << 32 | theirs);
    if (at == cells.size()) cells.push_back({ours, theirs, 0});
    cells[at].rows += joint.rows;
  }
  steps += atoms.size() + cells.size();
  // Where two cells of the inner family fill the outer cell, the rest of one is the other: a cell
  // that is released itself, and so judged itself.
  std::vector<std::vector<const Joint*>> in_ours(pair.ours->cells());
  std::vector<std::vector<const Joint*>> in_theirs(pair.theirs->cells());
  for (const Joint& joint : cells) {
    in_ours[joint.ours].push_back(&joint);
    in_theirs[joint.theirs].push_back(&joint);
  }
  const auto filled = [](const std::vector<const Joint*>& parts, std::int64_t whole,
                         const auto& rows_of) {
    const auto inside = [&](const Joint* part) { return part->rows == rows_of(*part); };
    return parts.size() == 2 && inside(parts[0]) && inside(parts[1]) &&
           parts[0]->rows + parts[1]->rows == whole;
  };
  const auto our_rows = [&](const Joint& joint) { return pair.ours->rows[joint.ours]; };
  const auto their_rows = [&](const Joint& joint) { return pair.theirs->rows[joint.theirs]; };
  for (const Joint& joint : cells) {
    const std::int64_t ours = our_rows(joint);
    const std::int64_t theirs = their_rows(joint);
    if (ours == theirs) continue;
    if (joint.rows == theirs && !filled(in_ours[joint.ours], ours, their_rows)) {
      judge_rest(pair, true, joint.ours, joint.theirs, ours - theirs, steps, out);
    }
    if (joint.rows == ours && !filled(in_theirs[joint.theirs], theirs, our_rows)) {
      judge_rest(pair, false, joint.ours, joint.theirs, theirs - ours, steps, out);
    }
  }
}

void TableComparison::judge_rest(const Pair& pair, bool new_holds, std::uint32_t ours,
                                 std::uint32_t theirs, std::int64_t rows, std::uint64_t& steps,
                                 std::vector<Derived>& out) {
  const auto add = [&](std::vector<Breach> found, const std::string& statistic) {
    if (found.empty()) return;
    const auto our_cell = coordinates(*tabulation_, sets_, *pair.ours, ours);
    const auto their_cell =
        coordinates(*pair.their_tabulation, *pair.their_sets, *pair.theirs, theirs);
    const bool both_new = pair.their_sets == &sets_;
    if (both_new && new_holds) {  // of two new cells the smaller one is named
      out.push_back({pair.theirs->grouping_set, their_cell, statistic, our_cell,
                     pair.ours->statistic, std::move(found)});
    } else {
      out.push_back({pair.ours->grouping_set, our_cell, statistic, their_cell,
                     pair.theirs->statistic, std::move(found)});
    }
  };
  auto found = breaches(pair, new_holds, ours, theirs, rows, nullptr, steps);
  const auto too_few = [](const Breach& breach) { return breach.rule == Rule::threshold; };
  if (std::any_of(found.begin(), found.end(), too_few)) {  // that says enough
    std::erase_if(found, std::not_fn(too_few));
    add(std::move(found), pair.ours->statistic);
    return;
  }
  add(std::move(found), pair.ours->statistic);
  for (const Known& known : pair.ours->known) {
    const auto same = [&](const Known& other) { return other.same(known); };
    if (std::none_of(pair.theirs->known.begin(), pair.theirs->known.end(), same)) continue;
    add(breaches(pair, new_holds, ours, theirs, rows, &known, steps), known.statistic);
  }
}

std::vector<Breach> TableComparison::breaches(const Pair& pair, bool new_holds, std::uint32_t ours,
                                              std::uint32_t theirs, std::int64_t rows,
                                              const Known* known, std::uint64_t& steps) {
  const bool by_kind = !codebook_->contributors.empty() &&
                       (policy_.enforces(Rule::contributors) || policy_.enforces(Rule::dominance) ||
                        policy_.enforces(Rule::p_percent));
  const bool rows_are_units = codebook_->unit == "row";
  const bool enough = rows >= policy_.threshold.minimum;
  if (known == nullptr && rows_are_units && (!by_kind || !enough)) {
    std::vector<Breach> found;
    if (auto breach = threshold(rows, rows, policy_.threshold.minimum, policy_.threshold.zeros)) {
      found.push_back(std::move(*breach));
    }
    return found;
  }
  const FamilyEvidence& mine = evidence(*pair.ours, steps);
  const FamilyEvidence& other = evidence(*pair.theirs, steps);
  const Evidence rest =
      new_holds ? mine.rest(ours, other, theirs, known) : other.rest(theirs, mine, ours, known);
  auto found = judge(rest, known == nullptr ? Telling::count : known->telling, policy_);
  if (known == nullptr) return found;
  std::erase_if(found, [](const Breach& breach) {  // said of the rows already
    return breach.rule == Rule::threshold || breach.rule == Rule::contributors;
  });
  return found;
}

const FamilyEvidence& TableComparison::evidence(const Family& family, std::uint64_t& steps) {
  if (tables_ == nullptr) {
    tables_ = std::make_unique<EntityTables>(*rows_, *codebook_, *profiles_, known_, *cancelled_);
  }
  const bool ours = std::any_of(sets_.families.begin(), sets_.families.end(),
                                [&](const Family& own) { return &own == &family; });
  auto& found = (ours ? our_evidence_ : their_evidence_)[&family];
  if (found == nullptr) {
    found = std::make_unique<FamilyEvidence>(*tables_, family);
    for (const Interner& pairs : tables_->groups().pairs) steps += pairs.size();
  }
  return *found;
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
