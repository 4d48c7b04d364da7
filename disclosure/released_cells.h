#pragma once
// All released cells of several tables as sets of atoms: the rows of the linear question. An atom
// is a class of profiles that are in the same released cells; nobody who sees the releases alone
// can tell its rows apart.

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "disclosure/released_sets.h"

namespace sceau::disclosure {

/// Where a set of rows was released first.
struct ReleasedCell {
  std::uint32_t table = 0;
  std::uint32_t family = 0;
  std::uint32_t cell = 0;
  std::uint64_t sums = 0;  ///< bit i: the sum of operand i is told of it too
  std::size_t first = 0;   ///< of its atoms, in the list of all
  std::size_t atoms = 0;
};

class ReleasedCells {
 public:
  /// `operands`: at most 64, those whose sums matter; more entries (atoms of cells) than `most` are
  /// not held.
  ReleasedCells(const Profiles& profiles, std::vector<Known> operands, std::uint64_t most);

  /// In order of release, `table` counting up. `steps` grows by what was looked at. False: too much
  /// to hold.
  bool add(std::uint32_t table, const ReleasedSets& sets, std::uint64_t& steps);
  /// After the last. False: too much to hold.
  bool finish();

  /// Each set of rows once, and again where a later table tells more sums of it; in order of
  /// release.
  [[nodiscard]] const std::vector<ReleasedCell>& cells() const { return cells_; }
  /// Ascending.
  [[nodiscard]] std::span<const std::uint32_t> atoms(const ReleasedCell& cell) const {
    return {members_.data() + cell.first, cell.atoms};
  }
  [[nodiscard]] std::size_t atoms() const { return rows_.size(); }
  /// Rows of the source in an atom.
  [[nodiscard]] std::int64_t rows(std::size_t atom) const { return rows_[atom]; }
  /// The atom of a profile, also of one that is in no released cell (such are one atom).
  [[nodiscard]] std::uint32_t atom_of(std::size_t profile) const { return atom_of_[profile]; }
  [[nodiscard]] std::size_t profile_count() const { return atom_of_.size(); }
  /// Of an atom.
  [[nodiscard]] const std::vector<std::vector<std::uint32_t>>& profiles() const {
    return profiles_of_;
  }
  /// Whether rows of the atom are in some released cell.
  [[nodiscard]] bool released(std::size_t atom) const { return holders_[atom] != 0; }
  /// By atom: how many cells hold it.
  [[nodiscard]] const std::vector<std::uint32_t>& holders() const { return holders_; }

 private:
  void add_cell(ReleasedCell cell, std::span<const std::uint32_t> members);
  std::vector<std::uint32_t> split(std::span<const std::uint32_t> members);
  void collect(std::uint32_t atom, std::uint32_t known, std::vector<std::uint32_t>& out) const;
  [[nodiscard]] std::vector<std::uint32_t> now(std::size_t cell) const;

  const Profiles* profiles_;
  std::vector<Known> operands_;
  std::uint64_t most_;
  std::vector<ReleasedCell> cells_;
  // Atoms split while cells are added; a cell's list holds those that were known then, and means
  // what has been split off them since.
  std::vector<std::uint32_t> members_;
  std::vector<std::uint32_t> known_then_;              // by cell: how many atoms there were
  std::vector<std::vector<std::uint32_t>> split_off_;  // by atom: atoms, ascending
  std::unordered_multimap<std::uint64_t, std::size_t> by_hash_;
  std::vector<std::uint32_t> atom_of_;
  std::vector<std::uint32_t> size_;  // by atom: profiles
  std::vector<std::uint32_t> hits_;  // by atom: profiles in the cell that it is split by
  std::vector<std::uint32_t> new_;   // by atom: the one that its part in that cell becomes
  std::vector<std::vector<std::uint32_t>> profiles_of_;
  std::vector<std::int64_t> rows_;
  std::vector<std::uint32_t> holders_;
};

}  // namespace sceau::disclosure
