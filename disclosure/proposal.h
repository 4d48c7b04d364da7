#pragma once
// Safe versions of a table that doesn't pass, each tabulated and judged again by the rules that
// refused it, the release history among them.
//
//   sexe \ serie   A   B  Total      suppress   the 3 is hidden with 7, 9 and 6; the margins stay
//   F              3   7   10        merge      serie, or sexe, in coarser categories or left out
//   M              9   6   15
//   Total         12  13   25        round      every count to a multiple of the policy's base
//
// Suppression hides every cell that has a finding, and others with it, until each number that the
// table tells of a hidden cell (told_numbers.h) has a certificate: two tables that nobody can tell
// from the true one, as far apart as the cell's rule asks (demand.h). What isn't certified is no
// proposal. Cells that an earlier table of the same form hides are hidden again.
//
// A merge climbs the codebook's hierarchies, widens classes of numbers, and leaves dimensions out:
// the fewest such steps after which the coarser table passes by itself, and of as many the one that
// keeps most. Candidates are counted, so the same question has the same answer everywhere.
//
// Rounding is for tables of counts (rounded_counts.h), and answers that a count is small; what else
// is found on a cell it doesn't cure.
//
// Of suppression there is none, with the reason, for: a table of a model or of weighted statistics,
// a sum of doubles, a table that doesn't show its finest cells; of neither where a finding is on
// the output as a whole.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "disclosure/examine.h"
#include "disclosure/waiver.h"

namespace sceau::disclosure {

enum class Way { suppress, merge, round };

inline constexpr std::array ways = {Way::suppress, Way::merge, Way::round};
[[nodiscard]] std::string_view to_string(Way way);
[[nodiscard]] std::optional<Way> parse_way(std::string_view text);

enum class CellStatus { published, primary, secondary };
[[nodiscard]] std::string_view to_string(CellStatus status);

/// What a version costs.
struct Loss {
  std::size_t cells = 0;  ///< of the version's table
  std::size_t gone = 0;   ///< hidden cells, or by how many there are fewer
  std::int64_t rows = 0;  ///< behind hidden cells of the finest grouping set
  /// Information kept, in percent, rounded down: Σ log2(1 + rows) over the cells that are shown, of
  /// the same over those of the table that was asked for.
  int kept = 100;
};

/// Two values of a hidden cell that nobody can rule out, and the true one, in one unit.
/// Of rounding: the ends of what the count could have been.
struct CellProof {
  std::vector<Coordinate> cell;
  std::string statistic;
  std::string low, value, high;
};

/// A safe version.
struct Version {
  Way way = Way::suppress;
  Examination examination;         ///< of the version, waivers applied
  std::vector<CellStatus> status;  ///< by cell of its table
  std::vector<CellProof> proofs;   ///< of suppression: each primary cell and number, in order
  Loss loss;
  Message effect;  ///< what it hides or changes
  Message why;     ///< why it is safe
};

/// A version, or why there is none (protection.…).
using Proposal = std::variant<Version, Message>;

/// What a table is judged with; the referents must outlive it.
struct Bench {
  const Source& source;
  const policies::Codebook& codebook;
  const policies::Policy& policy;
  std::span<const Waiver> waivers = {};
  Cancelled cancelled = {};
};

/// The question's table as it is, waivers applied.
[[nodiscard]] Examination judged(const Question& question, const Bench& bench);

/// `original`: judged(question, bench). A table without findings is its own safe version: nothing
/// is hidden or changed. Throws DisclosureError.
[[nodiscard]] Proposal propose(Way way, const Question& question, const Examination& original,
                               const Bench& bench);

/// The judgement of a table of which a safe version was asked for and there is none: it fails.
[[nodiscard]] Judgement unprotected(Judgement judgement, const Message& reason);

}  // namespace sceau::disclosure
