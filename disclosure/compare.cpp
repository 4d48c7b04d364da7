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

// What one cell holds more than another: their numbers, and how many rows lie between.
struct TableComparison::Rest {
  std::uint32_t ours;
  std::uint32_t theirs;
  std::int64_t rows;

  [[nodiscard]] Difference as_difference(bool ours_hold) const {
    return ours_hold ? Difference{ours, theirs} : Difference{theirs, ours};
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
  return found;
}

std::vector<Derived> TableComparison::with(const Tabulation& earlier, std::uint64_t& steps) {
  std::vector<Derived> found;
  their_totals_.clear();
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
  std::vector<Rest> ours_hold;
  std::vector<Rest> theirs_hold;
  for (const Joint& joint : cells) {
    const std::int64_t ours = our_rows(joint);
    const std::int64_t theirs = their_rows(joint);
    if (ours == theirs) continue;
    if (joint.rows == theirs && !filled(in_ours[joint.ours], ours, their_rows)) {
      ours_hold.push_back({joint.ours, joint.theirs, ours - theirs});
    }
    if (joint.rows == ours && !filled(in_theirs[joint.theirs], theirs, our_rows)) {
      theirs_hold.push_back({joint.ours, joint.theirs, theirs - ours});
    }
  }
  judge_rests(pair, true, ours_hold, steps, out);
  judge_rests(pair, false, theirs_hold, steps, out);
}

void TableComparison::judge_rests(const Pair& pair, bool ours_hold, const std::vector<Rest>& rests,
                                  std::uint64_t& steps, std::vector<Derived>& out) {
  std::vector<const Known*> known;  // by both
  for (const Known& one : pair.ours->known) {
    const auto same = [&](const Known& other) { return other.same(one); };
    if (std::any_of(pair.theirs->known.begin(), pair.theirs->known.end(), same)) {
      known.push_back(&one);
    }
  }
  std::vector<Rest> doubtful;
  std::vector<Difference> differences;
  for (const Rest& rest : rests) {
    if (surely_passes(pair, ours_hold, rest, known, steps)) continue;
    doubtful.push_back(rest);
    differences.push_back(rest.as_difference(ours_hold));
  }
  if (doubtful.empty()) return;
  const Family& outer = ours_hold ? *pair.ours : *pair.theirs;
  const Family& inner = ours_hold ? *pair.theirs : *pair.ours;
  const auto evidence = evidence_->exact(outer, inner, differences, steps);
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
        ours_hold ? ours : theirs, ours_hold ? theirs : ours, rest.as_difference(ours_hold), one);
    return judge(worst, one == nullptr ? Telling::count : one->telling, policy_).empty();
  };
  return passes(nullptr) && std::all_of(known.begin(), known.end(), passes);
}

void TableComparison::judge_rest(const Pair& pair, bool ours_hold, const Rest& rest,
                                 const std::vector<const Known*>& known,
                                 const std::vector<Evidence>& evidence,
                                 std::vector<Derived>& out) const {
  auto found = judge(evidence[0], Telling::count, policy_);
  const auto too_few = [](const Breach& breach) { return breach.rule == Rule::threshold; };
  if (std::any_of(found.begin(), found.end(), too_few)) {  // that says enough
    std::erase_if(found, std::not_fn(too_few));
    add(pair, ours_hold, rest, pair.ours->statistic, std::move(found), out);
    return;
  }
  add(pair, ours_hold, rest, pair.ours->statistic, std::move(found), out);
  for (const Known* one : known) {
    auto more = judge(evidence[evidence_->measure_of(one)], one->telling, policy_);
    std::erase_if(more, [](const Breach& breach) {  // said of the rows already
      return breach.rule == Rule::threshold || breach.rule == Rule::contributors;
    });
    add(pair, ours_hold, rest, one->statistic, std::move(more), out);
  }
}

void TableComparison::add(const Pair& pair, bool ours_hold, const Rest& rest,
                          const std::string& statistic, std::vector<Breach> breaches,
                          std::vector<Derived>& out) const {
  if (breaches.empty()) return;
  auto our_cell = coordinates(*tabulation_, sets_, *pair.ours, rest.ours);
  auto their_cell =
      coordinates(*pair.their_tabulation, *pair.their_sets, *pair.theirs, rest.theirs);
  const bool both_new = pair.their_sets == &sets_;
  if (both_new && ours_hold) {  // of two new cells the smaller one is named
    out.push_back({pair.theirs->grouping_set, std::move(their_cell), statistic, std::move(our_cell),
                   pair.ours->statistic, std::move(breaches)});
  } else {
    out.push_back({pair.ours->grouping_set, std::move(our_cell), statistic, std::move(their_cell),
                   pair.theirs->statistic, std::move(breaches)});
  }
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
