#include "disclosure/opening_search.h"

#include <algorithm>
#include <utility>

#include "disclosure/certifier.h"

namespace sceau::disclosure {

OpeningSearch::OpeningSearch(const SumSystem& system, const Pattern& pattern, std::size_t programme,
                             std::size_t far_programme)
    : system_(system),
      pattern_(pattern),
      moves_(system, pattern),
      programmes_(system, pattern),
      programme_(programme),
      far_programme_(far_programme) {}

std::optional<Opening> OpeningSearch::by_programme(std::uint32_t cell, const Insider* insider,
                                                   const Proof& proof) {
  std::optional<Opening> found;
  solve(cell, insider, proof, 1, found);
  return found;
}

void OpeningSearch::cheapen(std::uint32_t cell, Point& point) {
  ProgramSearch::Wish wish;
  wish.cell = cell;
  wish.by = change_of(point, cell);
  wish.opens = true;
  wish.most_cells = far_programme_;
  wish.thorough = true;
  wish.below_cost = 0;
  for (const auto& change : point) {
    if (pattern_[change.cell] == 0) wish.below_cost += system_.cells()[change.cell].cost;
  }
  for (const bool is_near : {true, false}) {
    if (wish.below_cost == 0) return;
    if (is_near) wish.seeds = point;
    auto found = programmes_.find(wish);
    wish.seeds.clear();
    if (!found) continue;
    wish.below_cost = found->cost;
    point = std::move(found->point);
  }
}

std::optional<Opening> OpeningSearch::cheapest(std::uint32_t cell, const Insider* insider,
                                               const Proof& proof, std::uint64_t steps) {
  const auto demand = demand_against(system_, cell, insider);
  const auto whole = std::max({demand.width, demand.above, demand.below});
  std::optional<Opening> found;
  for (std::int64_t scale = 1; !found && scale <= 2 * whole; scale *= 2) {
    exchange(cell, insider, proof, scale, steps, found);
  }
  if (!found || found->cost > 0) solve(cell, insider, proof, 1, found);
  for (std::int64_t scale = 2; !found && scale <= 2 * whole; scale *= 2) {
    solve(cell, insider, proof, scale, found);
  }
  return found;
}

void OpeningSearch::solve(std::uint32_t cell, const Insider* insider, const Proof& proof,
                          std::int64_t scale, std::optional<Opening>& best) {
  const auto demand = demand_against(system_, cell, insider);
  const auto high = change_of(proof.high, cell);
  const auto low = change_of(proof.low, cell);
  ProgramSearch::Wish wish;
  wish.cell = cell;
  wish.insider = insider;
  wish.opens = true;
  wish.most_cells = programme_;
  if (best) {
    wish.below_cost = best->cost;
    wish.seeds = best->unit;
  }
  const auto attempt = [&](std::int64_t have, std::int64_t want, int sign) {
    if (have >= want) return;
    wish.by = sign * (have + std::max<std::int64_t>(1, (want - have) / scale));
    auto found = programmes_.find(wish);
    if (!found) return;
    wish.below_cost = found->cost;
    best = {std::move(found->point), {}, found->cost};
  };
  attempt(high, std::max(demand.above, demand.width + low), 1);
  attempt(-low, std::max(demand.below, demand.width - high), -1);
}

void OpeningSearch::exchange(std::uint32_t cell, const Insider* insider, const Proof& proof,
                             std::int64_t scale, std::uint64_t steps,
                             std::optional<Opening>& best) {
  const auto demand = demand_against(system_, cell, insider);
  MoveSearch::Wish wish;
  wish.cell = cell;
  wish.opens = true;
  wish.steps = steps;
  if (insider != nullptr) wish.frozen = insider->cell;
  if (best) wish.below_cost = best->cost;
  const auto attempt = [&](const Point& base, std::int64_t up, std::int64_t down) {
    wish.up = up > 0 ? std::max<std::int64_t>(1, up / scale) : 0;
    wish.down = down > 0 ? std::max<std::int64_t>(1, down / scale) : 0;
    if (wish.up == 0 && wish.down == 0) return;
    moves_.set_base(base);
    auto found = moves_.find(wish);
    if (!found) return;
    wish.below_cost = found->cost;  // one that costs nothing ends the search, and helps on
    best = {std::move(found->unit), base, found->cost};
  };
  for (const auto& [up, down] : amounts(demand)) attempt({}, up, down);
  const auto high = change_of(proof.high, cell);
  const auto low = change_of(proof.low, cell);
  attempt(proof.high, std::max(demand.above, demand.width + low) - high, 0);
  attempt(proof.low, 0, std::max(demand.below, demand.width - high) + low);
}

}  // namespace sceau::disclosure
