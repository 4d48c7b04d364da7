#include "disclosure/released_cells.h"

#include <algorithm>
#include <unordered_map>
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
  const std::uint64_t hash = hash_of(members);
  const auto [from, to] = by_hash_.equal_range(hash);
  std::uint64_t told = 0;
  const ReleasedCell* same = nullptr;
  for (auto at = from; at != to; ++at) {
    const ReleasedCell& other = cells_[at->second];
    if (!std::ranges::equal(atoms(other), members)) continue;
    told |= other.sums;
    same = &other;
  }
  if (same != nullptr && (cell.sums & ~told) == 0) return;
  cell.atoms = members.size();
  if (same != nullptr) {
    cell.first = same->first;
  } else {
    cell.first = members_.size();
    members_.insert(members_.end(), members.begin(), members.end());
    split(members);
  }
  by_hash_.emplace(hash, cells_.size());
  cells_.push_back(cell);
}

void ReleasedCells::split(std::span<const std::uint32_t> members) {
  if (size_.size() == atom_of_.size()) return;  // nothing is left to split
  std::vector<std::uint32_t> touched;
  for (const std::uint32_t profile : members) {
    const std::uint32_t atom = atom_of_[profile];
    if (hits_[atom]++ == 0) touched.push_back(atom);
  }
  for (const std::uint32_t atom : touched) {
    if (hits_[atom] == size_[atom]) continue;  // all of it is inside
    new_[atom] = static_cast<std::uint32_t>(size_.size());
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
}

void ReleasedCells::finish() {
  profiles_of_.assign(size_.size(), {});
  rows_.assign(size_.size(), 0);
  holders_.assign(size_.size(), 0);
  for (std::uint32_t profile = 0; profile < atom_of_.size(); ++profile) {
    profiles_of_[atom_of_[profile]].push_back(profile);
    rows_[atom_of_[profile]] += profiles_->weight(profile);
  }
  // Of each atom its first profile stands for it; lists are shortened where they stand.
  std::unordered_map<std::size_t, std::pair<std::size_t, std::size_t>> moved;
  std::size_t end = 0;
  for (ReleasedCell& cell : cells_) {
    const auto [at, is_new] = moved.try_emplace(cell.first, end, 0);
    if (is_new) {
      for (std::size_t i = cell.first; i < cell.first + cell.atoms; ++i) {
        const std::uint32_t profile = members_[i];
        const std::uint32_t atom = atom_of_[profile];
        if (profiles_of_[atom].front() != profile) continue;
        members_[end++] = atom;
        ++holders_[atom];
      }
      at->second.second = end - at->second.first;
      const auto begin = members_.begin() + static_cast<std::ptrdiff_t>(at->second.first);
      std::sort(begin, members_.begin() + static_cast<std::ptrdiff_t>(end));
    }
    cell.first = at->second.first;
    cell.atoms = at->second.second;
  }
  members_.resize(end);
}

}  // namespace sceau::disclosure
