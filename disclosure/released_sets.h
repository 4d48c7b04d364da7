#pragma once
// What a released table makes known, as sets of rows: for each grouping set and each statistic's
// own valid rows, disjoint cells over the profiles. count(*) and count(note) are two families of
// cells: 20 pupils of whom 17 have a note isolate three absentees.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/judge.h"
#include "disclosure/profiles.h"
#include "disclosure/tabulation.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

/// A number that is known of each cell of a family, beside how many rows there are.
struct Known {
  Operand operand;  ///< a variable, or a 0/1 indicator
  Telling telling = Telling::magnitude;
  std::string statistic;  ///< the first column that tells it
  std::string weight;     ///< sums under different weights can't be subtracted; empty: none

  [[nodiscard]] bool same(const Known& other) const {
    return operand == other.operand && telling == other.telling && weight == other.weight;
  }
};

struct Family {
  std::uint32_t kept = 0;  ///< grouping set: bit i keeps dimension i
  std::size_t grouping_set = 0;
  std::string statistic;  ///< the first column with these valid rows
  Condition valid;        ///< which rows they are, beside WHERE
  std::vector<Known> known;
  std::vector<std::uint32_t> cell_of;  ///< by profile; `nowhere`: in no released cell
  std::vector<std::int64_t> rows;      ///< by cell
  std::vector<std::uint32_t> example;  ///< by cell: one of its groups

  [[nodiscard]] std::size_t cells() const { return rows.size(); }
};

struct ReleasedSets {
  std::vector<Family> families;
  /// What HAVING, or the tabulation's `hidden`, hides, one a grouping set that hides something: its
  /// cells alone.
  std::vector<Family> hidden;
  std::vector<std::uint32_t> atom_of;  ///< by profile: those with one atom are in the same cells
  std::vector<std::uint32_t> atoms;    ///< by atom: one of its profiles
  /// By group (a cell of the finest grouping) and dimension: the code; nullopt: NULL.
  std::vector<std::vector<std::optional<std::string>>> codes;
};

/// Throws DisclosureError where the tabulation doesn't fit the source.
[[nodiscard]] ReleasedSets released_sets(const Tabulation& tabulation, const Profiles& profiles,
                                         const policies::Codebook& codebook);

/// A cell of a family as findings name it; suitable for comparing.
[[nodiscard]] std::vector<Coordinate> coordinates(const Tabulation& tabulation,
                                                  const ReleasedSets& sets, const Family& family,
                                                  std::size_t cell);

}  // namespace sceau::disclosure
