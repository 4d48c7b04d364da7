#pragma once
// A pattern for a whole table: the same cells hidden in every number that it tells.

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "disclosure/demand.h"
#include "disclosure/proposal.h"
#include "policies/policy.h"

namespace sceau::disclosure {

struct Hiding {
  std::vector<std::uint8_t> hidden;  ///< by cell of the table
  std::vector<CellProof> proofs;
};

/// `primary`: by cell; `before`: by cell, hidden whatever else is; `faults`: why, by cell. Or why
/// there is no pattern (protection.…): a number that can't be protected, a table that doesn't add
/// up, a cell without a certificate.
[[nodiscard]] std::variant<Hiding, Message> hide_cells(const Table& table,
                                                       const std::vector<std::uint8_t>& primary,
                                                       const std::vector<std::uint8_t>& before,
                                                       std::span<const CellFaults> faults,
                                                       const policies::Policy& policy);

}  // namespace sceau::disclosure
