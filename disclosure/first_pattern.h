#pragma once
// A cheap pattern in which no primary cell follows from what is published, by linear algebra alone:
// where suppression begins. (Langsrud, GaussSuppression, R package of Statistics Norway, 2021, asks
// the same question of the leaves; asked of the sums, rows stay short.)
//
// Cells are taken from the cheapest on. One that the sums bind to cheaper ones closes a circuit: a
// change of it and of them that fits all sums. Once every primary cell is in a circuit, no dearer
// cell is needed. Then, from the dearest down, each cell is published unless a primary cell would
// follow.
//
//   3 7 | 10, 9 6 | 15, 3 primary: taken 3, 6, 7, 9: 9 closes the circuit 3 -7 -9 +6; none of the
//   margins is looked at.

#include <vector>

#include "disclosure/certificate.h"
#include "disclosure/sum_system.h"

namespace sceau::disclosure {

struct FirstPattern {
  Pattern pattern;
  /// Changes of hidden cells that fit every sum, bounds aside: those of a basis that have small
  /// whole numbers.
  std::vector<Point> exchanges;
};

/// Modulo a prime drawn from a fixed seed. Where a primary cell follows whatever is hidden, the
/// others are cared for. A cell whose value an insider knows is no shelter for a primary cell.
[[nodiscard]] FirstPattern first_pattern(const SumSystem& system);

}  // namespace sceau::disclosure
