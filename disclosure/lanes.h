#pragma once
// Adding to few places, many times each: a processor waits for one addition before it can begin the
// next to the same place. So the terms go to four copies in turn, which are put together at the
// end. Internal to the measure tables.
//
// The rows of a block often share a few neighbouring places of a large table: those of a school, in
// a file that is ordered by schools.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "disclosure/kernels.h"

namespace sceau::disclosure {

/// The places of a table that some terms go to.
struct Window {
  std::size_t first = 0;
  std::size_t size = 0;

  static Window of(const std::uint32_t* places, std::size_t terms) {
    const kernels::Span span = kernels::span_of(places, terms);
    if (span.low > span.high) return {};
    return {span.low, static_cast<std::size_t>(span.high) - span.low + 1};
  }
};

template <typename Place>
class Lanes {
 public:
  /// Whether a window is small enough for so many terms.
  [[nodiscard]] static bool pay(const Window& window, std::size_t terms) {
    return window.size * sizeof(Place) <= 8192 && terms >= 16 * window.size;
  }

  /// Calls add(place, i) for each i < terms with a copy of places[of(i)], which the window holds,
  /// then adds the copies.
  template <typename Of, typename Add>
  void run(std::vector<Place>& places, const Window& window, std::size_t terms, Of of, Add add) {
    const std::size_t size = window.size;
    copies_.assign(4 * size, Place{});
    Place* const first = copies_.data();
    Place* const lanes[4] = {first, first + size, first + 2 * size, first + 3 * size};
    std::size_t i = 0;
    for (; i + 4 <= terms; i += 4) {
      for (std::size_t lane = 0; lane < 4; ++lane) {
        add(lanes[lane][of(i + lane) - window.first], i + lane);
      }
    }
    for (; i < terms; ++i) add(first[of(i) - window.first], i);
    Place* const to = places.data() + window.first;
    for (std::size_t at = 0; at < copies_.size(); ++at) to[at % size] += copies_[at];
  }

 private:
  std::vector<Place> copies_;
};

}  // namespace sceau::disclosure
