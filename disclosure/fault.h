#pragma once
// The one exception of storey `disclosure`: an answer that can't be computed. Verdicts and refusals
// to judge are values, never exceptions.

#include <stdexcept>
#include <string>

namespace sceau::disclosure {

enum class Fault {
  unknown_variable,  ///< a name that the source doesn't have
  wrong_kind,        ///< a statistic or comparison that the column's kind can't bear
  too_many_cells,    ///< the cross product of the observed categories passes max_cells
  overflow,          ///< an exact sum that doesn't fit 128 bits
  cancelled,         ///< the caller's `cancelled` said so
  malformed          ///< a serialised value that isn't one
};

class DisclosureError final : public std::runtime_error {
 public:
  DisclosureError(Fault fault, const std::string& what) : std::runtime_error(what), fault_(fault) {}
  [[nodiscard]] Fault fault() const { return fault_; }

 private:
  Fault fault_;
};

}  // namespace sceau::disclosure
