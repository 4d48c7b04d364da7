// The audit of a pattern: linear algebra, bounds, and then certificates, cheapest first.

#include <algorithm>
#include <optional>

#include "disclosure/certifier.h"
#include "disclosure/fault.h"
#include "disclosure/hidden_block.h"
#include "disclosure/prime_field.h"
#include "disclosure/row_space.h"

namespace sceau::disclosure {
namespace {

constexpr std::uint64_t seed = 0x5ceau;
constexpr std::uint32_t none = 0xffffffffU;

bool excludes(const Demand& demand, const HiddenBlock::Interval& interval) {
  return !meets(demand, interval.low, interval.high);
}

/// Blocks of hidden cells, each made once.
class Blocks {
 public:
  Blocks(const SumSystem& system, const Pattern& pattern, const AuditBudget& budget)
      : system_(system), pattern_(pattern), budget_(budget), number_(pattern.size(), none) {}

  /// Whether bounds alone narrow the cell too far.
  bool unsafe(std::uint32_t cell) {
    if (number_[cell] == none) {
      auto block = *HiddenBlock::around(system_, pattern_, cell, pattern_.size());
      for (const auto member : block.members()) {
        number_[member] = static_cast<std::uint32_t>(blocks_.size());
      }
      blocks_.push_back(std::move(block));
      bounds_.push_back(blocks_.back().all_bounds(budget_.cases));
    }
    const auto& bounds = bounds_[number_[cell]];
    if (bounds.empty()) return false;
    const auto members = blocks_[number_[cell]].members();
    const auto at = std::lower_bound(members.begin(), members.end(), cell) - members.begin();
    return excludes(system_.cells()[cell].demand, bounds[static_cast<std::size_t>(at)]);
  }

 private:
  const SumSystem& system_;
  const Pattern& pattern_;
  const AuditBudget& budget_;
  std::vector<std::uint32_t> number_;  // by cell: its block
  std::vector<HiddenBlock> blocks_;
  std::vector<std::vector<HiddenBlock::Interval>> bounds_;
};

}  // namespace

std::vector<std::uint8_t> determined(const SumSystem& system, const Pattern& pattern) {
  std::uint64_t state = seed;
  const PrimeField field(state);
  std::vector<std::uint32_t> column(pattern.size(), none);
  std::vector<std::uint32_t> holders;
  for (std::size_t cell = 0; cell < pattern.size(); ++cell) {
    if (pattern[cell] == 0) continue;
    column[cell] = static_cast<std::uint32_t>(holders.size());
    holders.push_back(static_cast<std::uint32_t>(system.places(cell).size()));
  }
  RowSpace known(field, holders);
  std::vector<RowSpace::Term> row;
  std::uint64_t steps = 0;
  for (std::size_t sum = 0; sum < system.sums(); ++sum) {
    row.clear();
    for (const auto& term : system.terms(sum)) {
      if (pattern[term.cell] != 0) row.push_back({column[term.cell], term.factor});
    }
    if (!row.empty()) known.add_terms(row, steps);
  }
  const auto change = known.orthogonal(state);
  std::vector<std::uint8_t> found(pattern.size(), 0);
  for (std::size_t cell = 0; cell < pattern.size(); ++cell) {
    found[cell] = pattern[cell] != 0 && change[column[cell]] == 0 ? 1 : 0;
  }
  return found;
}

std::vector<CellAudit> audit(const SumSystem& system, const Pattern& pattern,
                             const AuditBudget& budget) {
  if (!system.allows(pattern)) {
    throw DisclosureError(Fault::malformed, "a pattern that its table doesn't allow");
  }
  const auto exact = determined(system, pattern);
  Blocks blocks(system, pattern, budget);
  Certifier certifier(system, pattern, budget);
  std::vector<CellAudit> answers;
  for (std::uint32_t cell = 0; cell < pattern.size(); ++cell) {
    const auto& known = system.cells()[cell];
    if (!known.primary) continue;
    CellAudit answer;
    answer.cell = cell;
    if (exact[cell] != 0 && !meets(known.demand, 0, 0)) {
      answer.safety = Safety::unsafe;
      answer.ground = Ground::linear;
    } else if (blocks.unsafe(cell)) {
      answer.safety = Safety::unsafe;
      answer.ground = Ground::bounds;
    } else {
      answer = certifier.certify(cell);
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace sceau::disclosure
