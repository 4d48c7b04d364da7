#pragma once
// Level 3 of the release history: small parts that follow from nothing exactly and are yet known
// to within one, since nobody can be less than nought of a kind, nor more of a hidden cell than its
// table shows. Asked of each small part in a neighbourhood (neighbourhoods.h) that the new table
// adds something to, and of each small cell that a HAVING hides:
//
//   certified   two explicit populations that fit everything and are `least_width` apart in it
//   unsafe      a proof that there are none; told where it wasn't so before the new table
//   in doubt    neither was found within the budget
//
// Certificates come from circuits (circuit_proofs.h) for nearly all parts, from the audit of hidden
// cells (certifier.h) for the others.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "disclosure/neighbourhoods.h"

namespace sceau::disclosure {

/// The same on every machine.
struct BoundsBudget {
  std::uint64_t multiplications = 2'000'000'000;
  std::size_t audits = 50;  ///< cells that circuits don't certify; each looks at 200,000 cases
};

struct Narrowed {
  std::vector<std::uint32_t> profiles;  ///< ascending
  std::optional<std::size_t> hidden;    ///< it is this one of the hidden cells
  std::vector<std::uint32_t> tables;    ///< earlier ones without which it isn't so, ascending
  std::optional<ReleasedCell> named;    ///< the smallest of the new cells that is nearest to it
};

struct BoundsAnswer {
  std::vector<Narrowed> sets;
  std::size_t certified = 0;
  std::size_t in_doubt = 0;
};

[[nodiscard]] BoundsAnswer what_is_narrowed(const Neighbourhoods& all, const Asking& asking,
                                            const BoundsBudget& budget);

}  // namespace sceau::disclosure
