#pragma once
// From values to places on the drawing, with round numbers to read them by.

#include <string>
#include <string_view>
#include <vector>

namespace sceau::disclosure {

struct Scale {
  double low = 0, high = 1;   ///< values at the ends
  double from = 0, to = 1;    ///< places of the ends
  std::vector<double> ticks;  ///< within the ends, ascending
  int decimals = 0;           ///< digits that tell ticks apart

  [[nodiscard]] double at(double value) const {
    return from + (value - low) / (high - low) * (to - from);
  }
  [[nodiscard]] std::string label(double tick, std::string_view language) const;
};

/// Ends at multiples of 1, 2 or 5 times a power of ten, some six ticks; `least` may equal `most`.
[[nodiscard]] Scale round_scale(double least, double most, double from, double to);

}  // namespace sceau::disclosure
