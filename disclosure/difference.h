#pragma once
// Evidence of what is left when one cell is subtracted from another that holds it. A derived cell
// is a cell: its evidence is gathered by the same tables as that of any other, from the profiles
// that are left. Since thousands of differences can follow from two tables, and nearly all are
// large, each is judged first on evidence that is worse than the true one and cheap to have; what
// passes so passes, what doesn't is gathered exactly.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "disclosure/groups.h"
#include "disclosure/plan.h"
#include "disclosure/profiles.h"
#include "disclosure/released_sets.h"

namespace sceau::disclosure {

/// `cell` of the outer family less `part` of the inner one, which it holds; or less all parts that
/// it holds.
struct Difference {
  static constexpr std::uint32_t all_parts = 0xfffffffeU;

  std::uint32_t cell = 0;
  std::uint32_t part = 0;
};

/// Of each cell of an inner family the cell of the outer one that holds it; `nowhere`: none does.
using Holders = std::vector<std::uint32_t>;
/// The cells of the inner family that are taken away.
using Parts = std::vector<std::uint32_t>;

/// A family's cells by measure, without contributors: sums and the largest rows.
using Totals = std::vector<std::vector<Evidence>>;

class DifferenceEvidence {
 public:
  /// `known`: the operands whose sums can matter. The references must outlive it.
  DifferenceEvidence(const Source& rows, const policies::Codebook& codebook,
                     const Profiles& profiles, std::vector<Known> known,
                     const Cancelled& cancelled);

  [[nodiscard]] Totals totals(const Family& family);

  /// Never better than the true evidence: contributors and units are fewer or as many, shares
  /// larger or equal, values all one where they could be. `known` null: of the rows.
  [[nodiscard]] Evidence pessimistic(const Totals& outer, const Totals& inner, std::uint32_t cell,
                                     const Parts& parts, const Known* known);

  /// The true evidence, by difference and measure. `steps` grows by what was read.
  [[nodiscard]] std::vector<std::vector<Evidence>> exact(const Family& outer, const Family& inner,
                                                         const Holders& holders,
                                                         const std::vector<Difference>& differences,
                                                         std::uint64_t& steps);

  /// The true evidence of sets of profiles, by set and measure.
  [[nodiscard]] std::vector<std::vector<Evidence>> of_sets(
      const std::vector<std::vector<std::uint32_t>>& sets, std::uint64_t& steps);

  /// The most rows that one unit has; 1 where rows are units.
  [[nodiscard]] std::int64_t most_rows_of_a_unit();
  /// The operands that were given.
  [[nodiscard]] const std::vector<Known>& known() const { return known_; }

  /// The measure of an operand, 0 (rows) where there is none.
  [[nodiscard]] std::size_t measure_of(const Known* known) const;

 private:
  struct Tables {  // a plan, and what it gathered over all rows
    Plan plan;
    Groups groups;
  };
  enum class Grouping { all_rows, by_profile };

  [[nodiscard]] std::unique_ptr<Tables> gather(bool with_kinds, Grouping grouping) const;
  [[nodiscard]] const Tables& by_profile();  // without contributors
  [[nodiscard]] const Tables& with_contributors();
  [[nodiscard]] const std::vector<Evidence>& of_all_rows();  // by measure
  // Evidence of `count` groups of profiles, appended to those of `numbers`.
  void gather_sets(const std::vector<std::uint32_t>& to, const std::vector<std::size_t>& numbers,
                   std::vector<std::vector<Evidence>>& found, std::uint64_t& steps);

  const Source* rows_;
  const policies::Codebook* codebook_;
  const Profiles* profiles_;
  std::vector<Known> known_;
  const Cancelled* cancelled_;
  std::unique_ptr<Tables> by_profile_;
  std::unique_ptr<Tables> with_contributors_;
  std::vector<Evidence> of_all_rows_;
};

}  // namespace sceau::disclosure
