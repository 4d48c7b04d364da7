#include "disclosure/released_sets.h"

#include <algorithm>
#include <map>

#include "disclosure/columns.h"
#include "disclosure/dimension.h"
#include "disclosure/groups.h"
#include "disclosure/plan.h"
#include "disclosure/statistic_class.h"

namespace sceau::disclosure {
namespace {

// Valid rows of one or more statistics, and what those statistics tell of them.
struct Validity {
  Condition rows;
  std::string statistic;
  std::vector<Known> known;
};

Condition both(Condition a, Condition b) {
  if (a.kind == Condition::Kind::always) return b;
  Condition made;
  made.kind = Condition::Kind::all_of;
  made.parts = {std::move(a), std::move(b)};
  return made;
}

class Validities {
 public:
  explicit Validities(const policies::Codebook& codebook) : codebook_(&codebook) {}

  void add(const Statistic& statistic, const std::string& name) {
    const auto* variable = std::get_if<std::string>(&statistic.operand);
    const auto* indicator = std::get_if<Condition>(&statistic.operand);
    const bool counts = telling_of(statistic, false) == Telling::count;
    const Condition filter = needs_second_value(statistic.function)
                                 ? both(statistic.filter, is_known(statistic.second))
                                 : statistic.filter;
    Validity& rows = find(variable == nullptr ? filter : both(filter, is_known(*variable)), name);
    if (counts) return;
    const policies::Variable* declared = variable == nullptr ? nullptr : codebook_->find(*variable);
    const bool zero_or_one =
        indicator != nullptr || (declared != nullptr && is_indicator(*declared));
    if (class_of(statistic.function) == StatisticClass::linear) {  // sums can be subtracted
      const Known known{statistic.operand, telling_of(statistic, zero_or_one), name,
                        is_weighted(statistic.function) ? statistic.second : ""};
      const auto same = [&](const Known& other) { return other.same(known); };
      if (std::none_of(rows.known.begin(), rows.known.end(), same)) rows.known.push_back(known);
    }
    if (!zero_or_one) return;
    // The rows where it is 1 are told too.
    find(both(filter, indicator != nullptr ? *indicator : is_one(*variable)), name);
  }

  std::vector<Validity> all;

 private:
  Validity& find(const Condition& rows, const std::string& name) {
    for (Validity& validity : all) {
      if (validity.rows == rows) return validity;
    }
    all.push_back({rows, name, {}});
    return all.back();
  }

  const policies::Codebook* codebook_;
};

// A profile's group (the finest cell), and which statistics it is valid for.
class Membership {
 public:
  Membership(const Tabulation& tabulation, const Profiles& profiles,
             const std::vector<Validity>& validities, ReleasedSets& sets)
      : group_of(profiles.size(), nowhere), valid(validities.size()) {
    ColumnSet columns(profiles.source());
    const BoundCondition where(tabulation.where, columns);
    std::vector<BoundDimension> dimensions;
    for (const Dimension& dimension : tabulation.dimensions) {
      dimensions.emplace_back(dimension, columns);
    }
    std::vector<BoundCondition> conditions;
    for (const Validity& validity : validities) conditions.emplace_back(validity.rows, columns);
    for (auto& flags : valid) flags.assign(profiles.size(), 0);
    GroupIndex index(dimensions);
    std::vector<Interner> values(dimensions.size());
    std::vector<std::vector<std::uint32_t>> members(dimensions.size());
    SelectedRows selection;
    selection.all = false;
    std::vector<std::uint32_t>& rows = selection.rows;
    std::vector<std::uint32_t> groups;
    std::vector<Truth> holds;
    SegmentColumns segment(columns);
    for (std::size_t i = 0; i < profiles.source().segments(); ++i) {
      const auto& vintages = tabulation.vintages;
      if (std::find(vintages.begin(), vintages.end(), profiles.source().vintage(i)) ==
          vintages.end()) {
        continue;
      }
      segment.move_to(i);
      const std::size_t first = profiles.first_of(i);
      where.evaluate(segment, holds);
      rows.clear();
      for (std::uint32_t row = 0; row < segment.rows(); ++row) {
        if (holds[row] == Truth::yes) rows.push_back(row);
      }
      selection.count = static_cast<std::uint32_t>(rows.size());
      for (std::size_t d = 0; d < dimensions.size(); ++d) {
        dimensions[d].code(segment, values[d], members[d]);
      }
      index.number(members, selection, groups);
      for (std::size_t at = 0; at < rows.size(); ++at) {
        group_of[first + rows[at]] = groups[at];
      }
      for (std::size_t v = 0; v < conditions.size(); ++v) {
        conditions[v].evaluate(segment, holds);
        for (const std::uint32_t row : rows) valid[v][first + row] = holds[row] == Truth::yes;
      }
    }
    for (std::size_t group = 0; group < index.size(); ++group) {
      const auto one = index.members(group);
      members_of.emplace_back(one.begin(), one.end());
      sets.codes.emplace_back();
      for (std::size_t d = 0; d < dimensions.size(); ++d) {
        sets.codes.back().push_back(dimensions[d].text(one[d], values[d]));
      }
    }
  }

  std::vector<std::uint32_t> group_of;                 // by profile
  std::vector<std::vector<std::uint32_t>> members_of;  // by group
  std::vector<std::vector<std::uint8_t>> valid;        // by validity and profile
};

// The cell of each group in one grouping set: groups that agree in the kept dimensions.
std::vector<std::uint32_t> cells_of(const Membership& membership, std::uint32_t kept,
                                    std::size_t dimensions) {
  std::vector<std::uint32_t> cells(membership.members_of.size(), 0);
  for (std::size_t d = 0; d < dimensions; ++d) {
    if (((kept >> d) & 1U) == 0) continue;
    Interner interner;
    for (std::size_t group = 0; group < cells.size(); ++group) {
      cells[group] = interner.intern(static_cast<std::uint64_t>(cells[group]) << 32 |
                                     membership.members_of[group][d]);
    }
  }
  return cells;
}

// A group's cell in a grouping set, as Tabulation::hidden names it.
HiddenCell place_of(const Tabulation& tabulation, std::uint32_t set,
                    const std::vector<std::optional<std::string>>& codes) {
  HiddenCell place{set, codes};
  for (std::size_t d = 0; d < codes.size(); ++d) {
    if (((tabulation.grouping_sets[set] >> d) & 1U) == 0) place.codes[d].reset();
  }
  return place;
}

// Cells that HAVING count(*) >= k hides, and those that the tabulation names.
std::vector<bool> hidden_cells(const Tabulation& tabulation, std::uint32_t set,
                               const Profiles& profiles, const Membership& membership,
                               const std::vector<std::uint32_t>& cell_of_group,
                               const ReleasedSets& sets) {
  std::vector<std::int64_t> rows(cell_of_group.size());
  for (std::size_t profile = 0; profile < profiles.size(); ++profile) {
    const std::uint32_t group = membership.group_of[profile];
    if (group != nowhere) rows[cell_of_group[group]] += profiles.weight(profile);
  }
  std::vector<bool> hidden(rows.size(), false);
  for (std::size_t cell = 0; cell < rows.size(); ++cell) {
    hidden[cell] = tabulation.having_minimum && rows[cell] < *tabulation.having_minimum;
  }
  if (tabulation.hidden.empty()) return hidden;
  for (std::size_t group = 0; group < cell_of_group.size(); ++group) {
    if (hides(tabulation, place_of(tabulation, set, sets.codes[group]))) {
      hidden[cell_of_group[group]] = true;
    }
  }
  return hidden;
}

void fill(Family& family, const Profiles& profiles, const Membership& membership,
          const std::vector<std::uint8_t>& valid, const std::vector<std::uint32_t>& cell_of_group,
          const std::vector<bool>& hidden) {
  Interner interner;
  family.cell_of.assign(profiles.size(), nowhere);
  for (std::size_t profile = 0; profile < profiles.size(); ++profile) {
    const std::uint32_t group = membership.group_of[profile];
    if (group == nowhere || valid[profile] == 0 || hidden[cell_of_group[group]]) continue;
    const std::uint32_t cell = interner.intern(cell_of_group[group]);
    if (cell == family.rows.size()) {
      family.rows.push_back(0);
      family.example.push_back(group);
    }
    family.cell_of[profile] = cell;
    family.rows[cell] += profiles.weight(profile);
  }
}

void number_atoms(const Membership& membership, ReleasedSets& sets) {
  Interner first;
  sets.atom_of.assign(membership.group_of.size(), nowhere);
  std::vector<std::uint32_t> in(membership.group_of);
  for (const auto& flags : membership.valid) {
    Interner interner;
    for (std::size_t profile = 0; profile < in.size(); ++profile) {
      if (in[profile] == nowhere) continue;
      in[profile] = interner.intern(static_cast<std::uint64_t>(in[profile]) << 1 | flags[profile]);
    }
  }
  for (std::uint32_t profile = 0; profile < in.size(); ++profile) {
    if (in[profile] == nowhere) continue;
    sets.atom_of[profile] = first.intern(in[profile]);
    if (sets.atom_of[profile] == sets.atoms.size()) sets.atoms.push_back(profile);
  }
}

}  // namespace

ReleasedSets released_sets(const Tabulation& tabulation, const Profiles& profiles,
                           const policies::Codebook& codebook) {
  Validities validities(codebook);
  for (const Column& column : tabulation.columns) {
    validities.add(column.statistic, describe(column));
    if (column.denominator) validities.add(*column.denominator, describe(column));
  }
  ReleasedSets sets;
  const Membership membership(tabulation, profiles, validities.all, sets);
  for (std::uint32_t set = 0; set < tabulation.grouping_sets.size(); ++set) {
    const std::uint32_t kept = tabulation.grouping_sets[set];
    const auto cell_of_group = cells_of(membership, kept, tabulation.dimensions.size());
    const auto hidden = hidden_cells(tabulation, set, profiles, membership, cell_of_group, sets);
    if (std::find(hidden.begin(), hidden.end(), true) != hidden.end()) {
      std::vector<bool> shown(hidden);
      shown.flip();
      Family family;
      family.kept = kept;
      family.grouping_set = set;
      const std::vector<std::uint8_t> any(profiles.size(), 1);
      fill(family, profiles, membership, any, cell_of_group, shown);
      sets.hidden.push_back(std::move(family));
    }
    for (std::size_t v = 0; v < validities.all.size(); ++v) {
      Family family;
      family.kept = kept;
      family.grouping_set = set;
      family.statistic = validities.all[v].statistic;
      family.valid = validities.all[v].rows;
      family.known = validities.all[v].known;
      fill(family, profiles, membership, membership.valid[v], cell_of_group, hidden);
      sets.families.push_back(std::move(family));
    }
  }
  number_atoms(membership, sets);
  return sets;
}

std::vector<Coordinate> coordinates(const Tabulation& tabulation, const ReleasedSets& sets,
                                    const Family& family, std::size_t cell) {
  std::vector<Coordinate> found;
  const auto& codes = sets.codes[family.example[cell]];
  for (std::size_t d = 0; d < tabulation.dimensions.size(); ++d) {
    const bool is_total = ((family.kept >> d) & 1U) == 0;
    found.push_back({tabulation.dimensions[d].name, is_total ? std::nullopt : codes[d], is_total});
  }
  return found;
}

}  // namespace sceau::disclosure
