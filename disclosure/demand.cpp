#include "disclosure/demand.h"

#include <algorithm>
#include <cmath>

#include "disclosure/exact.h"
#include "disclosure/rules.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;

constexpr double usual_share = 0.10;  // where the policy has no p_percent: the UK safe defaults
constexpr double rounding = 1e-9;     // the safe side of what doubles can't tell

void widen(Demand& demand, std::int64_t below, std::int64_t above) {
  demand.below = std::max(demand.below, below);
  demand.above = std::max(demand.above, above);
  demand.width = std::max<std::int64_t>(demand.width, 2);
}

class Demands {
 public:
  Demands(const Table& table, const ToldNumber& number, const policies::Policy& policy)
      : number_(number), policy_(policy) {
    minimum_ = policy.enforces(Rule::threshold) ? policy.threshold.minimum : 0;
    minimum_ = std::max(minimum_, table.tabulation.having_minimum.value_or(0));
    const double declared = policies::to_double(policy.p_percent.share);
    share_ = policy.enforces(Rule::p_percent) && declared > 0 ? declared : usual_share;
  }

  [[nodiscard]] Demand of(std::size_t cell, const CellFaults& faults) const {
    const Evidence& evidence = *number_.evidence[cell];
    Demand demand;
    if (faults.is_small) small(cell, evidence, demand);
    if (faults.group_share > 0 && number_.is_count) group(cell, faults.group_share, demand);
    if (number_.has_shares) shares(evidence, demand);
    return demand;
  }

 private:
  void small(std::size_t cell, const Evidence& evidence, Demand& demand) const {
    if (number_.is_count) {
      const bool empty = evidence.rows == 0;
      widen(demand, 0, empty ? 0 : std::max<std::int64_t>(0, minimum_ - evidence.units));
      return;
    }
    const double value = std::fabs(static_cast<double>(number_.values[cell]));
    const auto way = static_cast<std::int64_t>(std::ceil(share_ * value - rounding));
    widen(demand, std::max<std::int64_t>(1, way), std::max<std::int64_t>(1, way));
  }

  /// held' < limit · all, where all = held / measured.
  void group(std::size_t cell, double measured, Demand& demand) const {
    const auto held = static_cast<double>(number_.values[cell]);
    if (held <= 0) return;
    const double all = held / measured;
    const double limit = policies::to_double(policy_.group_disclosure.share) * all;
    const auto most = static_cast<std::int64_t>(std::ceil(limit - rounding)) - 1;
    widen(demand, std::max<std::int64_t>(0, number_.values[cell] - most), 0);
  }

  void shares(const Evidence& evidence, Demand& demand) const {
    for (const Contributions& kind : evidence.contributions) {
      if (kind.largest.empty() || (number_.is_count && kind.kind == "row")) continue;
      double way = 0;
      if (policy_.enforces(Rule::dominance)) {
        for (const auto& rule : policy_.dominance) way = std::max(way, dominance_way(kind, rule));
      }
      if (policy_.enforces(Rule::p_percent) && p_percent(kind, policy_.p_percent.share)) {
        const double rest = to_double(kind.total) - top(kind, 2);
        way = std::max(way, policies::to_double(policy_.p_percent.share) * top(kind, 1) - rest);
      }
      if (way <= 0) continue;
      const double scaled = way * std::pow(10.0, number_.scale);
      const auto whole = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(scaled)));
      widen(demand, whole, whole);
    }
  }

  static double top(const Contributions& kind, std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n && i < kind.largest.size(); ++i) {
      sum += to_double(kind.largest[i]);
    }
    return sum;
  }

  /// At least a little, where it fails at the limit itself.
  static double dominance_way(const Contributions& kind, const policies::DominanceRule& rule) {
    if (!dominance(kind, rule)) return 0;
    const double share = policies::to_double(rule.share);
    const double way = top(kind, static_cast<std::size_t>(rule.n)) / share - to_double(kind.total);
    return std::max(way, rounding);
  }

  const ToldNumber& number_;
  const policies::Policy& policy_;
  std::int64_t minimum_ = 0;
  double share_ = usual_share;
};

}  // namespace

std::vector<Demand> demands_of(const Table& table, const ToldNumber& number,
                               std::span<const CellFaults> faults, const policies::Policy& policy) {
  const Demands demands(table, number, policy);
  std::vector<Demand> found;
  for (std::size_t i = 0; i < faults.size(); ++i) found.push_back(demands.of(i, faults[i]));
  return found;
}

}  // namespace sceau::disclosure
