#include "disclosure/history_bounds.h"

#include <algorithm>
#include <set>

#include "disclosure/certifier.h"
#include "disclosure/circuit_proofs.h"
#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

constexpr std::size_t most_told = 50;    // a table that does more is refused for these
constexpr std::size_t most_trials = 64;  // of leaving out releases, for one part
// Programmes over more cells than this settled nothing more in 100 tables of each of four files.
constexpr AuditBudget near_by{.programme = 2'400};
constexpr AuditBudget proofs_alone{.programme = 0};  // programmes find certificates alone

using Seen = std::vector<std::uint8_t>;  // by table

// Numbers of the targets that are one of these cells.
std::vector<std::size_t> targets_of(const Neighbourhood& one,
                                    const std::vector<std::uint32_t>& cells) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < one.targets.size(); ++i) {
    if (std::ranges::binary_search(cells, one.targets[i].cell)) numbers.push_back(i);
  }
  return numbers;
}

class Search {
 public:
  Search(const Neighbourhoods& all, const Asking& asking, const BoundsBudget& budget)
      : all_(&all), asking_(&asking), budget_(&budget), everything_(asking.table + 1, 1) {}

  BoundsAnswer run() {
    for (const Neighbourhood& one : all_->touched()) look_at(one);
    return std::move(answer_);
  }

 private:
  void stop_if_cancelled() const {
    if (asking_->cancelled && asking_->cancelled()) {
      throw DisclosureError(Fault::cancelled, "cancelled");
    }
  }

  // In the order of cells.
  std::vector<CellAudit> audited(const Neighbourhood& one, const Seen& seen,
                                 const std::vector<std::size_t>& chosen,
                                 const AuditBudget& budget) const {
    stop_if_cancelled();
    const SumSystem system = one.system(seen, chosen);
    return audit(system, system.least_pattern(), budget);
  }

  // Whether a proof says that those who have seen these tables narrow the target too far.
  bool unsafe(const Neighbourhood& one, const Seen& seen, std::size_t number) const {
    return audited(one, seen, {number}, proofs_alone).front().safety == Safety::unsafe;
  }

  void look_at(const Neighbourhood& one) {
    auto open = without_circuits(one);
    const std::size_t left = budget_->audits - audits_;
    if (open.size() > left) {
      answer_.in_doubt += open.size() - left;
      open.resize(left);
    }
    if (open.empty()) return;
    audits_ += open.size();
    for (const CellAudit& cell : audited(one, everything_, targets_of(one, open), near_by)) {
      switch (cell.safety) {
        case Safety::certified:
          ++answer_.certified;
          break;
        case Safety::not_certified:
          ++answer_.in_doubt;
          break;
        case Safety::unsafe:  // what follows exactly is level 2's
          if (cell.ground == Ground::linear) break;
          for (const std::size_t number : targets_of(one, {cell.cell})) tell(one, number);
          break;
      }
    }
  }

  // Targets' cells that no circuit proves, ascending.
  std::vector<std::uint32_t> without_circuits(const Neighbourhood& one) {
    stop_if_cancelled();
    std::vector<std::uint32_t> cells;
    for (const auto& target : one.targets) cells.push_back(target.cell);
    std::ranges::sort(cells);
    cells.erase(std::ranges::unique(cells).begin(), cells.end());
    const SumSystem system = one.system(everything_, targets_of(one, cells));
    const CircuitAnswer found = circuit_proofs(system, system.least_pattern(), cells,
                                               budget_->multiplications, multiplications_);
    std::vector<std::uint32_t> open;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (found.exact[i] != 0) continue;  // level 2's
      const Proof& proof = found.proofs[i];
      const auto& demand = system.cells()[cells[i]].demand;
      if (meets(demand, cells[i], proof)) {
        ++answer_.certified;
      } else {
        open.push_back(cells[i]);
      }
    }
    return open;
  }

  void tell(const Neighbourhood& one, std::size_t number) {
    if (answer_.sets.size() == most_told) return;
    const auto& target = one.targets[number];
    const Neighbourhood before = all_->before(target);
    if (unsafe(before, everything_, 0)) return;
    Narrowed found;
    found.profiles = all_->profiles(target);
    if (target.is_hidden) found.hidden = target.number;
    found.tables = needed(one, number);
    found.named = nearest(one, target.cell);
    answer_.sets.push_back(std::move(found));
  }

  // Releases are left out by halves, then by quarters, …, as long as the part stays as narrow.
  std::vector<std::uint32_t> needed(const Neighbourhood& one, std::size_t number) const {
    std::set<std::uint32_t> taking_part;
    for (const auto& source : one.sources) taking_part.insert(source.table);
    for (const auto& limit : one.limits) taking_part.insert(limit.table);
    taking_part.erase(asking_->table);
    taking_part.erase(Neighbourhood::Source::everybody);
    std::vector<std::uint32_t> tables(taking_part.begin(), taking_part.end());
    Seen seen(everything_.size(), 0);
    for (const std::uint32_t table : tables) seen[table] = 1;
    seen[asking_->table] = 1;
    std::size_t trials = 0;
    for (std::size_t size = tables.size(); size > 0; size /= 2) {
      for (std::size_t from = 0; from < tables.size() && trials < most_trials; from += size) {
        ++trials;
        const Seen whole = seen;
        const auto to = std::min(from + size, tables.size());
        for (std::size_t i = from; i < to; ++i) seen[tables[i]] = 0;
        if (!unsafe(one, seen, number)) seen = whole;
      }
      std::erase_if(tables, [&](std::uint32_t table) { return seen[table] == 0; });
    }
    return tables;
  }

  // Of the new table's cells those that hold the part come first, and of those the smallest.
  std::optional<ReleasedCell> nearest(const Neighbourhood& one, std::uint32_t cell) const {
    const auto rank = [&](std::size_t sum) {
      const bool holds =
          std::ranges::find(one.sums[sum].terms, cell, &SumTerm::cell) != one.sums[sum].terms.end();
      return std::pair(!holds, one.sources[sum].released->atoms);
    };
    std::optional<std::size_t> best;
    for (std::size_t sum = 0; sum < one.sums.size(); ++sum) {
      if (one.sources[sum].table != asking_->table) continue;
      if (!best || rank(sum) < rank(*best)) best = sum;
    }
    if (!best) return std::nullopt;
    return one.sources[*best].released;
  }

  const Neighbourhoods* all_;
  const Asking* asking_;
  const BoundsBudget* budget_;
  Seen everything_;
  std::uint64_t multiplications_ = 0;
  std::size_t audits_ = 0;
  BoundsAnswer answer_;
};

}  // namespace

BoundsAnswer what_is_narrowed(const Neighbourhoods& all, const Asking& asking,
                              const BoundsBudget& budget) {
  return Search(all, asking, budget).run();
}

}  // namespace sceau::disclosure
