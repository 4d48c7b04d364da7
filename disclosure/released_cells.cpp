#include "disclosure/released_cells.h"

#include <algorithm>
#include <utility>

#include "disclosure/groups.h"
#include "disclosure/prime_field.h"

namespace sceau::disclosure {
namespace {

std::uint64_t hash_of(std::span<const std::uint32_t> members) {
  std::uint64_t hash = members.size();
  for (const std::uint32_t member : members) {
    hash ^= member;
    hash = draw(hash);
  }
  return hash;
}

// A family's members, cell by cell, ascending: where each cell begins, and the profiles.
struct ByCell {
  std::vector<std::size_t> first;
  std::vector<std::uint32_t> members;

  explicit ByCell(const Family& family) : first(family.cells() + 1, 0) {
    for (const std::uint32_t cell : family.cell_of) {
      if (cell != nowhere) ++first[cell + 1];
    }
    for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
    members.resize(first.back());
    auto next = first;
    for (std::uint32_t profile = 0; profile < family.cell_of.size(); ++profile) {
      const std::uint32_t cell = family.cell_of[profile];
      if (cell != nowhere) members[next[cell]++] = profile;
    }
  }
};

}  // namespace

ReleasedCells::ReleasedCells(const Profiles& profiles, std::vector<Known> operands,
                             std::uint64_t most)
    : profiles_(&profiles),
      operands_(std::move(operands)),
      most_(most),
      split_off_(1),
      atom_of_(profiles.size(), 0),
      size_(1, static_cast<std::uint32_t>(profiles.size())),
      hits_(1, 0),
      new_(1, nowhere) {}

bool ReleasedCells::add(std::uint32_t table, const ReleasedSets& sets, std::uint64_t& steps) {
  for (std::uint32_t f = 0; f < sets.families.size(); ++f) {
    const Family& family = sets.families[f];
    std::uint64_t sums = 0;
    for (std::size_t i = 0; i < operands_.size(); ++i) {
      const auto same = [&](const Known& known) { return known.same(operands_[i]); };
      if (std::any_of(family.known.begin(), family.known.end(), same))
        sums |= std::uint64_t{1} << i;
    }
    const ByCell by_cell(family);
    steps += family.cell_of.size() + by_cell.members.size();
    for (std::uint32_t cell = 0; cell < family.cells(); ++cell) {
      if (members_.size() > most_) return false;
      add_cell({table, f, cell, sums, 0, 0},
               std::span(by_cell.members)
                   .subspan(by_cell.first[cell], by_cell.first[cell + 1] - by_cell.first[cell]));
    }
  }
  return true;
}

void ReleasedCells::add_cell(ReleasedCell cell, std::span<const std::uint32_t> members) {
  if (members.empty()) return;
  const std::vector<std::uint32_t> atoms = split(members);
  const std::uint64_t hash = hash_of(members);
  const auto [from, to] = by_hash_.equal_range(hash);
  std::uint64_t told = 0;
  bool known = false;
  for (auto at = from; at != to; ++at) {
    if (now(at->second) != atoms) continue;
    told |= cells_[at->second].sums;
    known = true;
  }
  if (known && (cell.sums & ~told) == 0) return;
  cell.first = members_.size();
  cell.atoms = atoms.size();
  members_.insert(members_.end(), atoms.begin(), atoms.end());
  known_then_.push_back(static_cast<std::uint32_t>(size_.size()));
  by_hash_.emplace(hash, cells_.size());
  cells_.push_back(cell);
}

// Splits atoms that are partly among the members; the atoms that the members are, ascending.
std::vector<std::uint32_t> ReleasedCells::split(std::span<const std::uint32_t> members) {
  std::vector<std::uint32_t> touched;
  for (const std::uint32_t profile : members) {
    const std::uint32_t atom = atom_of_[profile];
    if (hits_[atom]++ == 0) touched.push_back(atom);
  }
  std::vector<std::uint32_t> atoms;
  for (const std::uint32_t atom : touched) {
    if (hits_[atom] == size_[atom]) {  // all of it is inside
      atoms.push_back(atom);
      continue;
    }
    new_[atom] = static_cast<std::uint32_t>(size_.size());
    atoms.push_back(new_[atom]);
    split_off_[atom].push_back(new_[atom]);
    split_off_.emplace_back();
    size_[atom] -= hits_[atom];
    size_.push_back(hits_[atom]);
    hits_.push_back(0);
    new_.push_back(nowhere);
  }
  for (const std::uint32_t profile : members) {
    std::uint32_t& atom = atom_of_[profile];
    if (new_[atom] != nowhere) atom = new_[atom];
  }
  for (const std::uint32_t atom : touched) {
    hits_[atom] = 0;
    new_[atom] = nowhere;
  }
  std::ranges::sort(atoms);
  return atoms;
}

// An atom as it was when there were `known` of them.
void ReleasedCells::collect(std::uint32_t atom, std::uint32_t known,
                            std::vector<std::uint32_t>& out) const {
  std::vector<std::uint32_t> waiting = {atom};
  while (!waiting.empty()) {
    const std::uint32_t one = waiting.back();
    waiting.pop_back();
    out.push_back(one);
    for (const std::uint32_t more : split_off_[one]) {
      if (more >= known) waiting.push_back(more);
    }
  }
}

std::vector<std::uint32_t> ReleasedCells::now(std::size_t cell) const {
  std::vector<std::uint32_t> found;
  for (const std::uint32_t atom : atoms(cells_[cell])) collect(atom, known_then_[cell], found);
  std::ranges::sort(found);
  return found;
}

bool ReleasedCells::finish() {
  profiles_of_.assign(size_.size(), {});
  rows_.assign(size_.size(), 0);
  holders_.assign(size_.size(), 0);
  for (std::uint32_t profile = 0; profile < atom_of_.size(); ++profile) {
    profiles_of_[atom_of_[profile]].push_back(profile);
    rows_[atom_of_[profile]] += profiles_->weight(profile);
  }
  std::vector<std::uint32_t> members;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto atoms = now(i);
    if (members.size() + atoms.size() > most_) return false;
    for (const std::uint32_t atom : atoms) ++holders_[atom];
    cells_[i].first = members.size();
    cells_[i].atoms = atoms.size();
    members.insert(members.end(), atoms.begin(), atoms.end());
  }
  members_ = std::move(members);
  return true;
}

}  // namespace sceau::disclosure
