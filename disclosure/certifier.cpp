#include "disclosure/certifier.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

constexpr int most_pushes = 24;  // exchanges that are put one on another in one direction

bool allows(const SumSystem& system, const Insider* insider, const Point& point) {
  return insider == nullptr || leaves_open(system, *insider, point);
}

std::int64_t farthest(const Demand& demand) {
  return std::max({demand.width, demand.above, demand.below, std::int64_t{1}});
}

}  // namespace

std::vector<std::pair<std::int64_t, std::int64_t>> amounts(const Demand& demand) {
  const auto up = std::max(demand.above, demand.width - demand.below);
  const auto down = std::max(demand.below, demand.width - demand.above);
  std::vector<std::pair<std::int64_t, std::int64_t>> found{{up, demand.below},
                                                           {demand.above, down}};
  const auto half = std::max(demand.above, demand.width / 2);
  found.emplace_back(half, std::max(demand.below, demand.width - half));
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Point shifted(const Point& point, const Point& unit, std::int64_t times) {
  Point sum;
  auto one = point.begin();
  for (const auto& change : unit) {
    while (one != point.end() && one->cell < change.cell) sum.push_back(*one++);
    auto by = change.by * times;
    if (one != point.end() && one->cell == change.cell) by += (one++)->by;
    if (by != 0) sum.push_back({change.cell, by});
  }
  sum.insert(sum.end(), one, point.end());
  return sum;
}

Certifier::Certifier(const SumSystem& system, const Pattern& pattern, AuditBudget budget)
    : system_(system),
      pattern_(pattern),
      budget_(budget),
      moves_(system, pattern),
      programmes_(system, pattern),
      points_(1),
      best_(system.cells().size()) {}

bool Certifier::usable(const Point& point, const Insider* insider) const {
  return allows(system_, insider, point) &&
         std::all_of(point.begin(), point.end(),
                     [&](const Change& change) { return pattern_[change.cell] != 0; });
}

void Certifier::remember(Point point) {
  const auto number = static_cast<std::uint32_t>(points_.size());
  bool better = false;
  for (const auto& change : point) {
    auto& end = change.by > 0 ? best_[change.cell].high : best_[change.cell].low;
    const auto held = change_of(points_[end], change.cell);
    if (std::abs(held) >= std::abs(change.by) && usable(points_[end], nullptr)) continue;
    end = number;
    better = true;
  }
  if (better) points_.push_back(std::move(point));
}

void Certifier::prefer(Point point, std::uint32_t cell, const Insider* insider, Proof& proof) {
  if (!allows(system_, insider, point)) return;
  const auto by = change_of(point, cell);
  if (by > change_of(proof.high, cell)) {
    proof.high = std::move(point);
  } else if (by < change_of(proof.low, cell)) {
    proof.low = std::move(point);
  }
}

void Certifier::extend(const Point& base, const Point& unit, std::uint32_t cell,
                       const Insider* insider, Proof& proof) {
  const auto most = farthest(demand_against(system_, cell, insider));
  moves_.set_base(base);
  auto high = shifted(base, unit, moves_.room(unit, true, most));
  auto low = shifted(base, unit, -moves_.room(unit, false, most));
  prefer(high, cell, insider, proof);
  prefer(low, cell, insider, proof);
  remember(std::move(high));
  remember(std::move(low));
}

Certifier::Attempt Certifier::learn(const Point& base, const Point& unit, std::uint32_t cell,
                                    const Insider* insider, Attempt attempt) {
  auto known = recall(cell, insider);  // other points may be of use now
  prefer(std::move(known.proof.low), cell, insider, attempt.proof);
  prefer(std::move(known.proof.high), cell, insider, attempt.proof);
  extend(base, unit, cell, insider, attempt.proof);
  attempt.proven = meets(demand_against(system_, cell, insider), cell, attempt.proof);
  return attempt;
}

Certifier::Attempt Certifier::recall(std::uint32_t cell, const Insider* insider) const {
  Attempt attempt;
  const auto& low = points_[best_[cell].low];
  const auto& high = points_[best_[cell].high];
  if (usable(low, insider)) attempt.proof.low = low;
  if (usable(high, insider)) attempt.proof.high = high;
  attempt.proven = meets(demand_against(system_, cell, insider), cell, attempt.proof);
  return attempt;
}

// The exchange that the wish asks for, from the true table, as far as it goes both ways. Whether
// there is one.
bool Certifier::take(std::uint32_t cell, const Insider* insider, const MoveSearch::Wish& wish,
                     Proof& proof) {
  moves_.set_base({});
  const auto found = moves_.find(wish);
  if (!found) return false;
  extend({}, found->unit, cell, insider, proof);
  return true;
}

// One exchange upon another, each as large as can be had, until the demand is met or none is left.
void Certifier::push(std::uint32_t cell, const Insider* insider, bool up, Proof& proof) {
  const auto demand = demand_against(system_, cell, insider);
  auto& end = up ? proof.high : proof.low;
  const auto wanted = up ? std::max(demand.above, demand.width + change_of(proof.low, cell))
                         : std::max(demand.below, demand.width - change_of(proof.high, cell));
  MoveSearch::Wish wish;
  wish.cell = cell;
  wish.steps = budget_.steps;
  if (insider != nullptr) wish.frozen = insider->cell;
  const auto tried = amounts(demand);  // by exchange(), from the true table
  std::int64_t amount = wanted;
  for (int i = 0; i < most_pushes; ++i) {
    const auto left = wanted - std::abs(change_of(end, cell));
    amount = std::min(amount, left);
    if (amount <= 0) break;
    wish.up = up ? amount : 0;
    wish.down = up ? 0 : amount;
    if (end.empty() && std::ranges::find(tried, std::pair(wish.up, wish.down)) != tried.end()) {
      amount /= 2;
      continue;
    }
    moves_.set_base(end);
    const auto found = moves_.find(wish);
    if (!found) {
      amount /= 2;
      continue;
    }
    const auto times = moves_.room(found->unit, up, left);
    end = shifted(end, found->unit, up ? times : -times);
    remember(end);
  }
}

void Certifier::exchange(std::uint32_t cell, const Insider* insider, Proof& proof) {
  const auto demand = demand_against(system_, cell, insider);
  MoveSearch::Wish wish;
  wish.cell = cell;
  wish.steps = budget_.steps;
  if (insider != nullptr) wish.frozen = insider->cell;
  for (const auto& [up, down] : amounts(demand)) {
    wish.up = up;
    wish.down = down;
    if (take(cell, insider, wish, proof) && meets(demand, cell, proof)) return;
  }
  push(cell, insider, true, proof);
  if (!meets(demand, cell, proof)) push(cell, insider, false, proof);
}

// Both ends by linear programmes, split as an exchange would be.
void Certifier::solve(std::uint32_t cell, const Insider* insider, Proof& proof) {
  const auto demand = demand_against(system_, cell, insider);
  ProgramSearch::Wish wish;
  wish.cell = cell;
  wish.insider = insider;
  wish.most_cells = budget_.programme;
  auto too_high = unlimited;  // what there was no answer for
  auto too_low = unlimited;
  const auto reach = [&](std::int64_t by, std::int64_t& too_far, Point& end) {
    if (std::abs(change_of(end, cell)) >= std::abs(by)) return true;
    if (std::abs(by) >= too_far) return false;
    wish.by = by;
    auto found = programmes_.find(wish);
    if (!found) {
      too_far = std::abs(by);
      return false;
    }
    end = found->point;
    remember(std::move(found->point));
    return true;
  };
  for (const auto& [up, down] : amounts(demand)) {
    if (reach(up, too_high, proof.high) && reach(-down, too_low, proof.low)) return;
  }
}

// All that there is: the farthest end above that is of use, then the end below that it asks for.
Reach Certifier::look_at_cases(std::uint32_t cell, const Insider* insider, Proof& proof) {
  const auto demand = demand_against(system_, cell, insider);
  auto block = HiddenBlock::around(system_, pattern_, cell, budget_.largest_block);
  if (!block) return Reach::out_of_budget;
  auto left = budget_.cases;
  Point point;
  const auto reach = [&](std::int64_t amount) {
    const auto answer = block->reach(cell, amount, insider, left, point);
    if (answer == Reach::possible) remember(point);
    return answer;
  };
  auto above = change_of(proof.high, cell);
  auto beyond = std::max(demand.above, demand.width - demand.below) + 1;  // more is of no use
  while (above + 1 < beyond) {
    // The whole first: mostly it is there.
    const auto middle =
        beyond - above > 2 && above == 0 ? beyond - 1 : above + (beyond - above) / 2;
    const auto answer = reach(middle);
    if (answer == Reach::out_of_budget) return answer;
    if (answer == Reach::possible) {
      proof.high = point;
      above = change_of(point, cell);
    } else {
      beyond = middle;
    }
  }
  if (above < demand.above) return Reach::impossible;
  const auto below = std::max(demand.below, demand.width - above);
  if (change_of(proof.low, cell) <= -below) return Reach::possible;
  const auto answer = reach(-below);
  if (answer == Reach::possible) proof.low = point;
  return answer;
}

Certifier::Attempt Certifier::prove(std::uint32_t cell, const Insider* insider) {
  const auto demand = demand_against(system_, cell, insider);
  auto attempt = recall(cell, insider);
  if (attempt.proven) return attempt;
  exchange(cell, insider, attempt.proof);
  attempt.proven = meets(demand, cell, attempt.proof);
  if (attempt.proven) return attempt;
  if (budget_.programme != 0) solve(cell, insider, attempt.proof);
  attempt.proven = meets(demand, cell, attempt.proof);
  if (attempt.proven) return attempt;
  const auto answer = look_at_cases(cell, insider, attempt.proof);
  attempt.refuted = answer == Reach::impossible;
  attempt.proven = answer == Reach::possible && meets(demand, cell, attempt.proof);
  return attempt;
}

CellAudit Certifier::certify(std::uint32_t cell) {
  CellAudit answer;
  answer.cell = cell;
  auto attempt = prove(cell, nullptr);
  if (!attempt.proven) {
    if (attempt.refuted) answer.safety = Safety::unsafe;
    if (attempt.refuted) answer.ground = Ground::cases;
    return answer;
  }
  answer.certificate = {cell, {std::move(attempt.proof)}};
  for (auto open = undeceived(system_, answer.certificate); !open.empty();
       open = undeceived(system_, answer.certificate)) {
    auto again = prove(cell, &system_.insiders()[open.front()]);
    if (!again.proven) {
      answer.insider = open.front();
      if (again.refuted) answer.safety = Safety::unsafe;
      if (again.refuted) answer.ground = Ground::cases;
      return answer;
    }
    answer.certificate.proofs.push_back(std::move(again.proof));
  }
  if (shelters(system_, pattern_, answer.certificate)) answer.safety = Safety::certified;
  return answer;
}

}  // namespace sceau::disclosure
