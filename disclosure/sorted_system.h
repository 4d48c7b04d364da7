#pragma once
// The same system with its cells, sums and insiders in an order that depends on `SumCell::rank` and
// not on how they were given, so that a table whose lines were shuffled gets the same pattern. What
// was found for it is put back into the order given.

#include <cstdint>
#include <vector>

#include "disclosure/certifier.h"
#include "disclosure/sum_system.h"

namespace sceau::disclosure {

class SortedSystem {
 public:
  explicit SortedSystem(const SumSystem& given);

  [[nodiscard]] const SumSystem& system() const { return system_; }

  /// Of this system's pattern, and of its audits: the same for the system given; audits in the
  /// order of its cells.
  [[nodiscard]] Pattern put_back(const Pattern& pattern) const;
  [[nodiscard]] std::vector<CellAudit> put_back(std::vector<CellAudit> audits) const;

 private:
  [[nodiscard]] static SumSystem sorted(const SumSystem& given,
                                        const std::vector<std::uint32_t>& cells,
                                        const std::vector<std::uint32_t>& insiders);

  std::vector<std::uint32_t> cells_;     // by cell here: the cell given
  std::vector<std::uint32_t> insiders_;  // by insider here: the insider given
  SumSystem system_;
};

}  // namespace sceau::disclosure
