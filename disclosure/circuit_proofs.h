#pragma once
// Certificates for many hidden cells at once. One elimination of the sums gives, for each cell that
// they leave free, the exchange of that cell with cells that they bind: a circuit. Cells with much
// room are bound first, so that a small cell is exchanged with cells that have at least as much.
//
//   a + b = 40, c + d = 20, a + c = 21:  d is exchanged by  d +1, c -1, a +1, b -1.
//
// Targets that this leaves open are tried again with other cells bound, themselves free where they
// can be. What is found is proven by addition (certificate.h); what isn't found may be there all
// the same.

#include <cstdint>
#include <span>
#include <vector>

#include "disclosure/certificate.h"
#include "disclosure/sum_system.h"

namespace sceau::disclosure {

struct CircuitAnswer {
  /// By target: the farthest two points that circuits give; both fit. A cell is proven where they
  /// meet its demand.
  std::vector<Proof> proofs;
  std::vector<std::uint8_t> exact;  ///< by target, 1: it follows, modulo a prime
};

/// `steps` grows by the multiplications that were made; beyond `most_steps` no more circuits are
/// looked at.
[[nodiscard]] CircuitAnswer circuit_proofs(const SumSystem& system, const Pattern& pattern,
                                           std::span<const std::uint32_t> targets,
                                           std::uint64_t most_steps, std::uint64_t& steps);

}  // namespace sceau::disclosure
