#include "disclosure/neighbourhoods.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace sceau::disclosure {
namespace {

constexpr std::uint32_t none = 0xffffffffU;

// Which cells hang together: each has a representative, found by way of others.
class Joined {
 public:
  explicit Joined(std::size_t cells) : above_(cells) {
    std::iota(above_.begin(), above_.end(), 0U);
  }
  std::uint32_t representative(std::uint32_t cell) {
    while (above_[cell] != cell) cell = above_[cell] = above_[above_[cell]];
    return cell;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = representative(a);
    b = representative(b);
    above_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> above_;
};

void add_sum(std::vector<SumTerm> terms, const Neighbourhood::Source& source, Neighbourhood& all) {
  std::int64_t total = 0;
  for (const SumTerm& term : terms) total += term.factor * all.cells[term.cell];
  all.sums.push_back({std::move(terms), total});
  all.sources.push_back(source);
}

// The neighbourhoods of a system, in the order of their first cells.
std::vector<Neighbourhood> take_apart(const Neighbourhood& all) {
  Joined together(all.cells.size());
  for (const Sum& sum : all.sums) {
    for (const SumTerm& term : sum.terms) together.join(sum.terms.front().cell, term.cell);
  }
  std::vector<Neighbourhood> found;
  std::vector<std::uint32_t> number(all.cells.size(), none);  // by representative
  std::vector<std::uint32_t> place(all.cells.size());
  for (std::uint32_t cell = 0; cell < all.cells.size(); ++cell) {
    std::uint32_t& here = number[together.representative(cell)];
    if (here == none) {
      here = static_cast<std::uint32_t>(found.size());
      found.emplace_back();
    }
    place[cell] = static_cast<std::uint32_t>(found[here].cells.size());
    found[here].cells.push_back(all.cells[cell]);
  }
  const auto of = [&](std::uint32_t cell) -> Neighbourhood& {
    return found[number[together.representative(cell)]];
  };
  for (std::size_t i = 0; i < all.sums.size(); ++i) {
    Neighbourhood& here = of(all.sums[i].terms.front().cell);
    here.sums.push_back(all.sums[i]);
    here.sources.push_back(all.sources[i]);
    for (SumTerm& term : here.sums.back().terms) term.cell = place[term.cell];
  }
  for (Neighbourhood::Limit limit : all.limits) {
    Neighbourhood& here = of(limit.cell);
    limit.cell = place[limit.cell];
    here.limits.push_back(limit);
  }
  for (Neighbourhood::Target target : all.targets) {
    Neighbourhood& here = of(target.cell);
    target.cell = place[target.cell];
    here.targets.push_back(target);
  }
  return found;
}

bool is_new(const Neighbourhood& one) {
  const auto of_new = [](const auto& from) { return from.is_new; };
  return std::ranges::any_of(one.sources, of_new) || std::ranges::any_of(one.limits, of_new);
}

}  // namespace

SumSystem Neighbourhood::system(std::span<const std::uint8_t> seen,
                                std::span<const std::size_t> chosen) const {
  const auto knows = [&](std::uint32_t table) {
    return table == Source::everybody || seen[table] != 0;
  };
  std::vector<SumCell> made(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    made[i].value = cells[i];
    made[i].handling = Handling::absent;
  }
  for (const Limit& limit : limits) {
    if (!knows(limit.table)) continue;
    made[limit.cell].least = std::max(made[limit.cell].least, limit.least);
    made[limit.cell].most = std::min(made[limit.cell].most, limit.most);
  }
  for (const std::size_t number : chosen) {
    SumCell& cell = made[targets[number].cell];
    cell.handling = Handling::open;
    cell.primary = true;
    cell.demand.width = std::max(cell.demand.width, targets[number].width);
  }
  std::vector<Sum> known;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (knows(sources[i].table)) known.push_back(sums[i]);
  }
  return {std::move(made), known, {}};
}

Neighbourhoods::Neighbourhoods(const Profiles& profiles, const ReleasedCells& cells,
                               const std::vector<Hidden>& hidden, const Asking& asking,
                               const Answer& counts)
    : cells_(&cells), hidden_(&hidden), asking_(&asking), counts_(&counts) {
  part_atoms(profiles);
}

// Hidden cells split atoms, one after another.
void Neighbourhoods::part_atoms(const Profiles& profiles) {
  std::vector<std::uint32_t> part(cells_->profile_count());
  for (std::size_t i = 0; i < part.size(); ++i) part[i] = cells_->atom_of(i);
  auto next = static_cast<std::uint32_t>(cells_->atoms());
  for (const Hidden& one : *hidden_) {
    std::unordered_map<std::uint32_t, std::uint32_t> inside;
    for (const std::uint32_t profile : one.profiles) {
      const auto [at, is_new] = inside.emplace(part[profile], next);
      if (is_new) ++next;
      part[profile] = at->second;
    }
  }
  std::vector<std::uint32_t> number(next, none);
  of_atom_.resize(cells_->atoms());
  for (std::uint32_t profile = 0; profile < part.size(); ++profile) {
    std::uint32_t& here = number[part[profile]];
    if (here == none) {
      here = static_cast<std::uint32_t>(parts_.size());
      parts_.push_back({cells_->atom_of(profile), 0, {}});
      of_atom_[parts_.back().atom].push_back(here);
    }
    part[profile] = here;
    parts_[here].rows += profiles.weight(profile);
    parts_[here].profiles.push_back(profile);
  }
  for (const Hidden& one : *hidden_) {
    std::vector<std::uint32_t>& parts = of_hidden_.emplace_back();
    for (const std::uint32_t profile : one.profiles) parts.push_back(part[profile]);
    std::ranges::sort(parts);
    parts.erase(std::ranges::unique(parts).begin(), parts.end());
  }
}

const std::vector<std::uint32_t>& Neighbourhoods::profiles(
    const Neighbourhood::Target& target) const {
  return target.is_hidden ? (*hidden_)[target.number].profiles : parts_[target.number].profiles;
}

std::vector<SumTerm> Neighbourhoods::terms_of(std::span<const std::uint32_t> atoms,
                                              const Whole& made) const {
  std::vector<SumTerm> terms;
  for (const std::uint32_t atom : atoms) {
    for (const std::uint32_t part : of_atom_[atom]) {
      if (made.of_part[part] != none) terms.push_back({made.of_part[part], 1});
    }
  }
  return terms;
}

// Of an atom that follows the parts don't, where a hidden cell cuts it.
void Neighbourhoods::add_parts(const std::vector<std::uint8_t>& fixed, Whole& made) const {
  made.of_part.assign(parts_.size(), none);
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    const Part& one = parts_[part];
    if (fixed[one.atom] != 0 && of_atom_[one.atom].size() == 1) continue;
    made.of_part[part] = static_cast<std::uint32_t>(made.all.cells.size());
    made.all.cells.push_back(one.rows);
    if (one.rows < asking_->pair_rows) made.all.targets.push_back({made.of_part[part], part});
  }
}

void Neighbourhoods::add_hidden(std::size_t number, bool with_new, Whole& made) const {
  const Hidden& one = (*hidden_)[number];
  std::int64_t known = 0;  // rows of the parts that follow
  bool since = one.table == asking_->table;
  std::vector<SumTerm> terms;
  for (const std::uint32_t part : of_hidden_[number]) {
    if (made.of_part[part] == none) {
      known += parts_[part].rows;
      since = since || follows_since(parts_[part].atom);
    } else {
      terms.push_back({made.of_part[part], 1});
    }
  }
  if (terms.empty()) return;  // it follows
  std::uint32_t& cell = made.of_hidden[number];
  cell = terms.front().cell;
  if (terms.size() > 1) {
    cell = static_cast<std::uint32_t>(made.all.cells.size());
    made.all.cells.push_back(one.rows - known);
    terms.push_back({cell, -1});
    add_sum(std::move(terms), {}, made.all);
  }
  if (with_new || one.table != asking_->table) {
    made.all.limits.push_back({one.table, cell, one.least - known, one.most - known, since});
  }
  if (one.rows >= asking_->pair_rows) return;
  // It is the part: said of the cell, no longer of what was a target until here.
  if (of_hidden_[number].size() == 1) made.said_from[cell] = made.all.targets.size();
  made.all.targets.push_back({cell, number, true, std::min(least_width, one.most - one.least)});
}

Neighbourhoods::Whole Neighbourhoods::whole(const std::vector<std::uint8_t>& fixed,
                                            bool with_new) const {
  Whole made;
  add_parts(fixed, made);
  for (const ReleasedCell& cell : counts_->basis) {
    if (!with_new && cell.table == asking_->table) continue;
    const auto atoms = cells_->atoms(cell);
    auto terms = terms_of(atoms, made);
    if (terms.empty()) continue;
    const bool since = std::ranges::any_of(atoms, [&](auto atom) { return follows_since(atom); });
    add_sum(std::move(terms), {cell.table, cell, since || cell.table == asking_->table}, made.all);
  }
  made.of_hidden.assign(hidden_->size(), none);
  made.said_from.assign(made.all.cells.size(), 0);
  for (std::size_t i = 0; i < hidden_->size(); ++i) add_hidden(i, with_new, made);
  std::vector<Neighbourhood::Target> targets;
  for (std::size_t i = 0; i < made.all.targets.size(); ++i) {
    const auto& target = made.all.targets[i];
    const bool is_part = target.cell < made.said_from.size();
    if (!is_part || i >= made.said_from[target.cell]) targets.push_back(target);
  }
  made.all.targets = std::move(targets);
  return made;
}

// By the new table.
bool Neighbourhoods::follows_since(std::uint32_t atom) const {
  return counts_->fixed[atom] != 0 && counts_->fixed_before[atom] == 0;
}

std::vector<Neighbourhood> Neighbourhoods::touched() const {
  std::vector<Neighbourhood> found = take_apart(whole(counts_->fixed, true).all);
  std::erase_if(found,
                [](const Neighbourhood& one) { return one.targets.empty() || !is_new(one); });
  return found;
}

Neighbourhood Neighbourhoods::before(const Neighbourhood::Target& target) const {
  Whole made = whole(counts_->fixed_before, false);
  Neighbourhood::Target same = target;
  same.cell = target.is_hidden ? made.of_hidden[target.number] : made.of_part[target.number];
  made.all.targets = {same};
  std::vector<Neighbourhood> found = take_apart(made.all);
  return *std::ranges::find_if(found, [](const auto& one) { return !one.targets.empty(); });
}

}  // namespace sceau::disclosure
