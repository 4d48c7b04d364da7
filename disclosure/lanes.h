#pragma once
// Adding to few places, many times each: a processor waits for one addition before it can begin the
// next to the same place. So the terms go to four copies in turn, which are put together at the
// end. Internal to the measure tables.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sceau::disclosure {

template <typename Place>
class Lanes {
 public:
  /// Whether so many places are few enough for so many terms.
  [[nodiscard]] static bool pay(std::size_t places, std::size_t terms) {
    return places <= 512 && terms >= 16 * places;
  }

  /// Calls add(place, i) for each i < terms with a copy of places[of(i)], then adds the copies.
  template <typename Of, typename Add>
  void run(std::vector<Place>& places, std::size_t terms, Of of, Add add) {
    const std::size_t size = places.size();
    copies_.assign(4 * size, Place{});
    Place* const first = copies_.data();
    Place* const lanes[4] = {first, first + size, first + 2 * size, first + 3 * size};
    std::size_t i = 0;
    for (; i + 4 <= terms; i += 4) {
      for (std::size_t lane = 0; lane < 4; ++lane) add(lanes[lane][of(i + lane)], i + lane);
    }
    for (; i < terms; ++i) add(first[of(i)], i);
    for (std::size_t at = 0; at < copies_.size(); ++at) places[at % size] += copies_[at];
  }

 private:
  std::vector<Place> copies_;
};

}  // namespace sceau::disclosure
