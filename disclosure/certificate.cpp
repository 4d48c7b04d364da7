#include "disclosure/certificate.h"

#include <algorithm>
#include <map>

namespace sceau::disclosure {
namespace {

__extension__ typedef __int128 Wide;

}  // namespace

std::int64_t change_of(const Point& point, std::uint32_t cell) {
  const auto at = std::lower_bound(
      point.begin(), point.end(), cell,
      [](const Change& change, std::uint32_t number) { return change.cell < number; });
  return at != point.end() && at->cell == cell ? at->by : 0;
}

bool fits(const SumSystem& system, const Pattern& pattern, const Point& point) {
  std::map<std::uint32_t, Wide> rests;  // by sum
  for (std::size_t i = 0; i < point.size(); ++i) {
    const auto& change = point[i];
    if (i != 0 && point[i - 1].cell >= change.cell) return false;
    if (change.cell >= system.cells().size() || pattern[change.cell] == 0) return false;
    const auto& cell = system.cells()[change.cell];
    const Wide now = static_cast<Wide>(cell.value) + change.by;
    if (now < cell.least || now > cell.most) return false;
    for (const auto& place : system.places(change.cell)) {
      rests[place.sum] += static_cast<Wide>(place.factor) * change.by;
    }
  }
  // Sums of which no cell changes hold as they hold in the true table.
  return std::all_of(rests.begin(), rests.end(), [](const auto& rest) { return rest.second == 0; });
}

bool meets(const Demand& demand, std::int64_t low, std::int64_t high) {
  return low <= -demand.below && high >= demand.above && high - low >= demand.width;
}

bool leaves_open(const SumSystem& system, const Insider& insider, const Point& point) {
  const auto seen = system.cells()[insider.cell].value + change_of(point, insider.cell);
  return seen >= insider.least && seen <= insider.most;
}

std::vector<std::uint32_t> undeceived(const SumSystem& system, const Certificate& certificate) {
  std::vector<std::uint32_t> found;
  // Whoever knows a cell that the first proof leaves as it is finds both its points possible.
  const auto& first = certificate.proofs.front();
  for (const auto* point : {&first.low, &first.high}) {
    for (const auto& change : *point) {
      if (change.cell == certificate.cell) continue;
      for (const auto number : system.insiders_of(change.cell)) {
        const auto& insider = system.insiders()[number];
        const bool doubts = std::any_of(certificate.proofs.begin(), certificate.proofs.end(),
                                        [&](const Proof& proof) {
                                          return leaves_open(system, insider, proof.low) &&
                                                 leaves_open(system, insider, proof.high);
                                        });
        if (!doubts) found.push_back(number);
      }
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

bool shelters(const SumSystem& system, const Pattern& pattern, const Certificate& certificate) {
  if (certificate.proofs.empty() || certificate.cell >= system.cells().size()) return false;
  const auto& demand = system.cells()[certificate.cell].demand;
  for (const auto& proof : certificate.proofs) {
    if (!fits(system, pattern, proof.low) || !fits(system, pattern, proof.high)) return false;
    if (!meets(demand, change_of(proof.low, certificate.cell),
               change_of(proof.high, certificate.cell))) {
      return false;
    }
  }
  return undeceived(system, certificate).empty();
}

bool proves(const SumSystem& system, const Pattern& pattern, const Certificate& certificate) {
  return system.allows(pattern) && shelters(system, pattern, certificate);
}

}  // namespace sceau::disclosure
