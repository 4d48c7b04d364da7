#pragma once
// Which cells a table has: the cross product of the observed categories, within the hierarchies
// that the codebook declares, for each grouping set; and where each group of rows belongs.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/groups.h"
#include "disclosure/table.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

/// Each group's members in its table's domains.
struct Keys {
  std::vector<Domain> domains;
  std::size_t width = 0;
  std::vector<Member> members;  ///< group · width + dimension

  [[nodiscard]] const Member* of(std::size_t group) const { return members.data() + group * width; }
};

/// Domains as observed among the groups, codes bytewise ascending, NULL last.
[[nodiscard]] Keys observed_keys(const Tabulation& tabulation, const Plan& plan, const Scan& scan);

/// Empty cells of every grouping set in canonical order. Throws DisclosureError(too_many_cells).
[[nodiscard]] std::vector<Cell> possible_cells(const Tabulation& tabulation, const Keys& keys,
                                               const policies::Codebook& codebook);

/// Those that occur alone, and the one of everything: for looking, where empty cells are not shown.
/// Throws DisclosureError(too_many_cells).
[[nodiscard]] std::vector<Cell> observed_cells(const Tabulation& tabulation, const Keys& keys);

/// For each group, the number of its cell among `cells` of one grouping set.
[[nodiscard]] std::vector<std::uint32_t> cells_of_groups(const Keys& keys, std::uint32_t kept,
                                                         const std::vector<const Cell*>& cells);

/// Pairs of dimensions (ancestor or the same variable, descendant): only observed pairs are cells.
struct Nesting {
  std::size_t upper;
  std::size_t lower;
};
[[nodiscard]] std::vector<Nesting> nestings(const Tabulation& tabulation,
                                            const policies::Codebook& codebook);

}  // namespace sceau::disclosure
