#include "disclosure/cheapest_pattern.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace sceau::disclosure {
namespace {

using Cut = std::vector<std::uint32_t>;  // cells of which one must be hidden, cheapest first

/// The cheapest set of cells that meets every cut, by branching on the cells of a cut.
class CheapestSet {
 public:
  CheapestSet(const SumSystem& system, const std::vector<Cut>& cuts, std::uint64_t& nodes)
      : system_(system), cuts_(cuts), nodes_(nodes), state_(system.cells().size(), undecided) {}

  /// nullopt: none costs less than `below`, or the nodes are used up (`nodes` is 0 then).
  std::optional<std::vector<std::uint32_t>> find(std::int64_t below) {
    below_ = below;
    branch(0);
    return std::move(best_);
  }

 private:
  static constexpr std::uint8_t undecided = 0;
  static constexpr std::uint8_t taken = 1;
  static constexpr std::uint8_t left_out = 2;

  [[nodiscard]] std::int64_t cost(std::uint32_t cell) const { return system_.cells()[cell].cost; }

  /// The open cut with the fewest cells left, and what cuts without a common cell cost together.
  const Cut* next(std::int64_t& at_least, bool& hopeless) const {
    const Cut* chosen = nullptr;
    std::size_t fewest = 0;
    std::vector<std::uint8_t> used(state_.size(), 0);
    for (const auto& cut : cuts_) {
      std::size_t left = 0;
      bool met = false;
      bool apart = true;
      std::optional<std::int64_t> least;
      for (const auto cell : cut) {
        met = met || state_[cell] == taken;
        if (state_[cell] != undecided) continue;
        ++left;
        apart = apart && used[cell] == 0;
        if (!least) least = cost(cell);
      }
      if (met) continue;
      if (left == 0) {
        hopeless = true;
        return nullptr;
      }
      if (chosen == nullptr || left < fewest) {
        chosen = &cut;
        fewest = left;
      }
      if (!apart) continue;
      at_least += *least;
      for (const auto cell : cut) used[cell] = 1;
    }
    return chosen;
  }

  void branch(std::int64_t spent) {
    if (nodes_ == 0) return;
    --nodes_;
    std::int64_t at_least = 0;
    bool hopeless = false;
    const auto* cut = next(at_least, hopeless);
    if (hopeless || spent + at_least >= below_) return;
    if (cut == nullptr) {
      below_ = spent;
      best_ = chosen_;
      return;
    }
    std::vector<std::uint32_t> barred;
    for (const auto cell : *cut) {
      if (state_[cell] != undecided) continue;
      state_[cell] = taken;
      chosen_.push_back(cell);
      branch(spent + cost(cell));
      chosen_.pop_back();
      state_[cell] = left_out;  // sets with it have been looked at
      barred.push_back(cell);
    }
    for (const auto cell : barred) state_[cell] = undecided;
  }

  const SumSystem& system_;
  const std::vector<Cut>& cuts_;
  std::uint64_t& nodes_;
  std::vector<std::uint8_t> state_;
  std::vector<std::uint32_t> chosen_;
  std::optional<std::vector<std::uint32_t>> best_;
  std::int64_t below_ = 0;
};

class Cheapest {
 public:
  Cheapest(const SumSystem& system, const AuditBudget& budget) : system_(system), budget_(budget) {
    for (std::uint32_t cell = 0; cell < system.cells().size(); ++cell) {
      const auto& known = system.cells()[cell];
      if (known.primary) primary_.push_back(cell);
      if (!known.primary && known.handling == Handling::open) candidates_.push_back(cell);
    }
    std::stable_sort(candidates_.begin(), candidates_.end(), [&](auto one, auto other) {
      return system.cells()[one].cost < system.cells()[other].cost;
    });
  }

  Suppression improve(Suppression found, std::uint64_t nodes) {
    // What is no solution may cost anything.
    auto limit = found.all_certified() ? found.cost : unlimited * 64;
    while (nodes != 0) {
      auto set = CheapestSet(system_, cuts_, nodes).find(limit);
      if (nodes == 0) break;  // the set may not be the cheapest
      if (!set) {
        // None is cheaper; where even the dearest wouldn't do, no pattern protects the table.
        if (found.all_certified()) found.bound = found.cost;
        return found;
      }
      auto pattern = system_.least_pattern();
      for (const auto cell : *set) pattern[cell] = 1;
      const auto cost = cost_of(system_, pattern);
      found.bound = std::max(found.bound, cost);
      const auto answer = look_at(pattern, nodes);
      if (answer == Safety::certified) {
        return {pattern, std::move(audits_), cost, cost};
      }
      if (answer == Safety::not_certified) return found;
    }
    return found;
  }

 private:
  Safety safety(const Pattern& pattern, std::uint32_t cell, std::uint64_t& nodes) const {
    nodes -= std::min<std::uint64_t>(nodes, 1);
    return Certifier(system_, pattern, budget_).certify(cell).safety;
  }

  /// Adds a cut for each primary cell that the pattern leaves unsafe.
  Safety look_at(const Pattern& pattern, std::uint64_t& nodes) {
    audits_.clear();
    Certifier certifier(system_, pattern, budget_);
    bool doubt = false;
    bool unsafe = false;
    for (const auto cell : primary_) {
      audits_.push_back(certifier.certify(cell));
      const auto answer = audits_.back().safety;
      doubt = doubt || answer == Safety::not_certified;
      if (answer != Safety::unsafe) continue;
      unsafe = true;
      auto most = pattern;
      Cut cut;
      for (const auto candidate : candidates_) {
        if (most[candidate] != 0) continue;
        most[candidate] = 1;
        if (safety(most, cell, nodes) == Safety::unsafe) continue;
        most[candidate] = 0;
        cut.push_back(candidate);
      }
      cuts_.push_back(std::move(cut));
    }
    if (unsafe) return Safety::unsafe;
    return doubt ? Safety::not_certified : Safety::certified;
  }

  const SumSystem& system_;
  const AuditBudget& budget_;
  std::vector<std::uint32_t> primary_;
  std::vector<std::uint32_t> candidates_;  // cheapest first
  std::vector<Cut> cuts_;
  std::vector<CellAudit> audits_;
};

}  // namespace

Suppression cheapest(const SumSystem& system, Suppression found, const AuditBudget& budget,
                     std::uint64_t nodes) {
  return Cheapest(system, budget).improve(std::move(found), nodes);
}

}  // namespace sceau::disclosure
