#pragma once
// Level 3 of the release history asks of small parts: between which numbers do all releases leave
// them, if nobody can be less than nought of a kind? The parts are classes of rows by membership in
// released cells and in cells that a HAVING hides; the sums are what was released. Parts that hang
// together through sums are a neighbourhood, a system of its own (sum_system.h); one that the new
// table adds nothing to isn't made.
//
//   shown: "x or y" 14, under HAVING count(*) >= 8 neither x nor y.
//   cells x, y, at most 7;  x + y = 14: each is 7.
//
// What the attacker knows: every released number, as one of rows; of a hidden cell, that it is
// below what its table shows at least; that a class without rows has none (as level 2 has it). So
// no attacker knows more of the counts, and what is certified is safe from those who know less.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "disclosure/released_cells.h"
#include "disclosure/sum_system.h"
#include "disclosure/together.h"

namespace sceau::disclosure {

/// Of two numbers that are possible one is often plain: an attacker must be left with three.
inline constexpr std::int64_t least_width = 2;

struct Neighbourhood {
  /// A small part, or a small cell that is hidden.
  struct Target {
    std::uint32_t cell = 0;            ///< of `cells`
    std::size_t number = 0;            ///< of the part, or of the hidden cell
    bool is_hidden = false;            ///< by a HAVING
    std::int64_t width = least_width;  ///< less where the table that hides it says so itself
  };
  /// What a sum says, and who told it.
  struct Source {
    static constexpr std::uint32_t everybody = 0xffffffffU;  ///< it says what a cell is

    std::uint32_t table = everybody;
    std::optional<ReleasedCell> released;
    bool is_new = false;  ///< by the new table, or some part of it follows since then
  };
  /// What the table that hides a cell says of it.
  struct Limit {
    std::uint32_t table = 0;
    std::uint32_t cell = 0;
    std::int64_t least = 0;
    std::int64_t most = unlimited;
    bool is_new = false;  ///< as Source
  };

  std::vector<std::int64_t> cells;  ///< the true numbers
  std::vector<Sum> sums;
  std::vector<Source> sources;  ///< by sum
  std::vector<Limit> limits;
  std::vector<Target> targets;  ///< two of one cell where all but a part of a hidden cell follows

  /// Of somebody who has seen the tables for which `seen` is 1; `chosen` targets are primary.
  [[nodiscard]] SumSystem system(std::span<const std::uint8_t> seen,
                                 std::span<const std::size_t> chosen) const;
};

class Neighbourhoods {
 public:
  /// `counts`: what level 2 says of counts. Small is what has fewer rows than `asking.pair_rows`.
  /// The references must outlive it.
  Neighbourhoods(const Profiles& profiles, const ReleasedCells& cells,
                 const std::vector<Hidden>& hidden, const Asking& asking, const Answer& counts);

  /// Those that hold a target and to which the new table adds something.
  [[nodiscard]] std::vector<Neighbourhood> touched() const;
  /// The target's as it was before the new table, with it alone as target.
  [[nodiscard]] Neighbourhood before(const Neighbourhood::Target& target) const;

  /// The rows of a target, ascending.
  [[nodiscard]] const std::vector<std::uint32_t>& profiles(
      const Neighbourhood::Target& target) const;

 private:
  struct Part {
    std::uint32_t atom = 0;
    std::int64_t rows = 0;
    std::vector<std::uint32_t> profiles;  // ascending
  };
  /// All parts that don't follow, as one system.
  struct Whole {
    Neighbourhood all;
    std::vector<std::uint32_t> of_part;    // the cell; or none
    std::vector<std::uint32_t> of_hidden;  // the cell; or none
    std::vector<std::size_t> said_from;    // by part's cell: its targets before that one are none
  };

  void part_atoms(const Profiles& profiles);
  [[nodiscard]] Whole whole(const std::vector<std::uint8_t>& fixed, bool with_new) const;
  void add_parts(const std::vector<std::uint8_t>& fixed, Whole& made) const;
  void add_hidden(std::size_t number, bool with_new, Whole& made) const;
  [[nodiscard]] std::vector<SumTerm> terms_of(std::span<const std::uint32_t> atoms,
                                              const Whole& made) const;
  [[nodiscard]] bool follows_since(std::uint32_t atom) const;

  const ReleasedCells* cells_;
  const std::vector<Hidden>* hidden_;
  const Asking* asking_;
  const Answer* counts_;
  std::vector<Part> parts_;
  std::vector<std::vector<std::uint32_t>> of_atom_;    // parts
  std::vector<std::vector<std::uint32_t>> of_hidden_;  // parts, ascending
};

}  // namespace sceau::disclosure
