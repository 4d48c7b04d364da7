#include "disclosure/certificate.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sceau::disclosure {
namespace {

__extension__ typedef __int128 Wide;

/// What the sum alone says that its total is at least, where one of its parts is `least` at least;
/// nullopt: it isn't a total and parts of it.
std::optional<std::pair<std::uint32_t, Wide>> least_of_total(const SumSystem& system,
                                                             std::size_t sum, std::uint32_t part,
                                                             Wide least) {
  std::optional<std::uint32_t> total;
  Wide known = 0;
  Wide rest = 0;  // of the true values: what the sum adds up to
  for (const auto& term : system.terms(sum)) {
    const auto& cell = system.cells()[term.cell];
    rest += static_cast<Wide>(term.factor) * cell.value;
    if (term.factor < 0) {
      if (total || term.factor != -1) return std::nullopt;
      total = term.cell;
    } else {
      known += term.factor * (term.cell == part ? least : cell.least);
    }
  }
  if (!total || *total == part) return std::nullopt;
  return std::pair(*total, known - rest);
}

/// What the insider knows a cell to be at least, from their own cell up.
Wide least_known(const SumSystem& system, std::uint32_t cell, const Insider& insider) {
  std::map<std::uint32_t, Wide> known{{insider.cell, insider.least}};
  std::vector<std::uint32_t> waiting{insider.cell};
  while (!waiting.empty()) {
    const auto part = waiting.back();
    waiting.pop_back();
    for (const auto& place : system.places(part)) {
      const auto found = least_of_total(system, place.sum, part, known[part]);
      if (!found) continue;
      const auto [at, is_new] = known.try_emplace(found->first, found->second);
      if (!is_new && at->second >= found->second) continue;
      at->second = found->second;
      waiting.push_back(found->first);
    }
  }
  const auto at = known.find(cell);
  return at == known.end() ? system.cells()[cell].least : at->second;
}

}  // namespace

std::int64_t change_of(const Point& point, std::uint32_t cell) {
  const auto at = std::lower_bound(
      point.begin(), point.end(), cell,
      [](const Change& change, std::uint32_t number) { return change.cell < number; });
  return at != point.end() && at->cell == cell ? at->by : 0;
}

bool fits(const SumSystem& system, const Pattern& pattern, const Point& point) {
  const bool hidden = std::all_of(point.begin(), point.end(), [&](const Change& change) {
    return change.cell < pattern.size() && pattern[change.cell] != 0;
  });
  return hidden && balances(system, point);
}

bool balances(const SumSystem& system, const Point& point) {
  std::map<std::uint32_t, Wide> rests;  // by sum
  for (std::size_t i = 0; i < point.size(); ++i) {
    const auto& change = point[i];
    if (i != 0 && point[i - 1].cell >= change.cell) return false;
    if (change.cell >= system.cells().size()) return false;
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

Demand demand_against(const SumSystem& system, std::uint32_t cell, const Insider* insider) {
  const auto& known = system.cells()[cell];
  auto demand = known.demand;
  if (insider == nullptr || known.value - demand.below >= insider->least) return demand;
  const auto room = known.value - std::max<Wide>(least_known(system, cell, *insider), known.least);
  demand.below = static_cast<std::int64_t>(std::min<Wide>(demand.below, std::max<Wide>(room, 0)));
  return demand;
}

bool leaves_open(const SumSystem& system, const Insider& insider, const Point& point) {
  const auto seen = system.cells()[insider.cell].value + change_of(point, insider.cell);
  return seen >= insider.least && seen <= insider.most;
}

bool meets(const Demand& demand, std::uint32_t cell, const Proof& proof) {
  return meets(demand, change_of(proof.low, cell), change_of(proof.high, cell));
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
        const auto demand = demand_against(system, certificate.cell, &insider);
        const bool doubts = std::any_of(certificate.proofs.begin(), certificate.proofs.end(),
                                        [&](const Proof& proof) {
                                          return leaves_open(system, insider, proof.low) &&
                                                 leaves_open(system, insider, proof.high) &&
                                                 meets(demand, certificate.cell, proof);
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
  if (!meets(demand, certificate.cell, certificate.proofs.front())) return false;
  for (const auto& proof : certificate.proofs) {
    if (!fits(system, pattern, proof.low) || !fits(system, pattern, proof.high)) return false;
  }
  return undeceived(system, certificate).empty();
}

bool proves(const SumSystem& system, const Pattern& pattern, const Certificate& certificate) {
  return system.allows(pattern) && shelters(system, pattern, certificate);
}

}  // namespace sceau::disclosure
