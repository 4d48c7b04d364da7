#include "disclosure/suppress.h"

#include <algorithm>
#include <utility>

#include "disclosure/cheapest_pattern.h"
#include "disclosure/first_pattern.h"
#include "disclosure/opening_search.h"
#include "disclosure/sorted_system.h"

namespace sceau::disclosure {
namespace {

constexpr int most_repairs = 12;            // of one cell
constexpr std::size_t small_block = 40;     // cells whose cases are told apart on the way
constexpr std::uint64_t few_cases = 4'000;  // and what that may take
constexpr std::size_t most_users = 400;     // certificates that are looked for anew for one cell
// Primary cells of a table that is worth several attempts.
constexpr std::size_t several_orders = 150;
constexpr std::uint64_t more_steps = 100;  // times as many, for a cell that is open at the end
constexpr int most_in_vain = 20;  // cells that are tried at any cost though nothing protects them

AuditBudget on_the_way(AuditBudget budget) {
  budget.largest_block = std::min(budget.largest_block, small_block);
  budget.cases = std::min(budget.cases, few_cases);
  budget.programme = 0;  // what a search for exchanges misses is repaired
  return budget;
}

class Suppressor {
 public:
  Suppressor(const SumSystem& system, const FirstPattern& start, const SuppressBudget& budget)
      : system_(system),
        budget_(budget),
        pattern_(start.pattern),
        certifier_(system, pattern_, on_the_way(budget.audit)),
        openings_(system, pattern_, budget.programme, budget.audit.programme),
        steps_(budget.steps),
        certificates_(system.cells().size()),
        users_(system.cells().size()) {
    for (const auto& unit : start.exchanges) {
      certifier_.learn({}, unit, unit.front().cell, nullptr, {});
    }
  }

  void secure_all(std::span<const std::uint32_t> order) {
    for (const auto cell : order) secure(cell);
  }

  /// Once more those that have no certificate, now that others' cells are hidden; and at any cost.
  void secure_rest(std::span<const std::uint32_t> order) {
    steps_ = more_steps * budget_.steps;
    for (const auto cell : order) {
      if (has_certificate(cell)) continue;
      secure(cell);
      if (!has_certificate(cell) && in_vain_ < most_in_vain) secure_at_any_cost(cell);
    }
  }

  void remove_needless() {
    std::vector<std::uint32_t> secondary;
    for (std::uint32_t cell = 0; cell < pattern_.size(); ++cell) {
      const auto& known = system_.cells()[cell];
      if (pattern_[cell] != 0 && !known.primary && known.handling == Handling::open) {
        secondary.push_back(cell);
      }
    }
    dearest_first(secondary);
    for (const auto cell : secondary) publish(cell);
  }

  [[nodiscard]] const Pattern& pattern() const { return pattern_; }

  /// Each primary cell's certificate, looked for once more with all that the budget allows where
  /// there is none.
  std::vector<CellAudit> audits() {
    Certifier thorough(system_, pattern_, budget_.audit);
    std::vector<CellAudit> found;
    for (std::uint32_t cell = 0; cell < pattern_.size(); ++cell) {
      if (!system_.cells()[cell].primary) continue;
      auto& certificate = certificates_[cell];
      if (has_certificate(cell)) {
        CellAudit answer;
        answer.cell = cell;
        answer.safety = Safety::certified;
        answer.certificate = std::move(certificate);
        found.push_back(std::move(answer));
      } else {
        found.push_back(thorough.certify(cell));
      }
    }
    return found;
  }

 private:
  [[nodiscard]] bool has_certificate(std::uint32_t cell) const {
    return shelters(system_, pattern_, certificates_[cell]);
  }

  /// Hides what a certificate rests on that would do if all that may be hidden were; then publishes
  /// what of that isn't needed. Without one, no pattern is known to protect the cell.
  void secure_at_any_cost(std::uint32_t cell) {
    Pattern all(pattern_.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = pattern_[i] != 0 || system_.cells()[i].handling == Handling::open ? 1 : 0;
    }
    auto answer = Certifier(system_, all, budget_.audit).certify(cell);
    if (answer.safety != Safety::certified) {
      ++in_vain_;
      return;
    }
    certificates_[cell] = answer.certificate;
    for (auto& proof : certificates_[cell].proofs) {
      for (auto* point : {&proof.low, &proof.high}) openings_.cheapen(cell, *point);
    }
    if (!shelters(system_, all, certificates_[cell]))
      certificates_[cell] = std::move(answer.certificate);
    std::vector<std::uint32_t> opened;
    for (const auto& proof : certificates_[cell].proofs) {
      for (const auto* point : {&proof.low, &proof.high}) {
        for (const auto& change : *point) {
          if (std::exchange(pattern_[change.cell], 1) == 0) opened.push_back(change.cell);
        }
      }
    }
    note_users(cell);
    dearest_first(opened);
    for (const auto one : opened) publish(one);
  }

  void dearest_first(std::vector<std::uint32_t>& cells) const {
    std::stable_sort(cells.begin(), cells.end(), [&](auto one, auto other) {
      return system_.cells()[one].cost > system_.cells()[other].cost;
    });
  }

  void secure(std::uint32_t cell) {
    certificates_[cell] = {cell, {}};
    if (!convince(cell, nullptr)) return;
    for (auto open = undeceived(system_, certificates_[cell]); !open.empty();
         open = undeceived(system_, certificates_[cell])) {
      if (!convince(cell, &system_.insiders()[open.front()])) break;
    }
    note_users(cell);
  }

  /// Hides what it takes to leave everybody, or this insider, in doubt.
  bool convince(std::uint32_t cell, const Insider* insider) {
    auto attempt = certifier_.recall(cell, insider);
    for (int i = 0; i < most_repairs && !attempt.proven; ++i) {
      auto found = openings_.cheapest(cell, insider, attempt.proof, steps_);
      if (!found) break;
      if (take(*found, cell, insider, attempt)) continue;
      // An exchange that could be had already, and doesn't help on.
      found = openings_.by_programme(cell, insider, attempt.proof);
      if (!found || !take(*found, cell, insider, attempt)) break;
    }
    if (!attempt.proven) attempt = certifier_.prove(cell, insider);
    if (attempt.proven) certificates_[cell].proofs.push_back(std::move(attempt.proof));
    return attempt.proven;
  }

  /// Whether that gets the attempt any farther.
  bool take(const Opening& opening, std::uint32_t cell, const Insider* insider,
            Certifier::Attempt& attempt) {
    const auto high = change_of(attempt.proof.high, cell);
    const auto low = change_of(attempt.proof.low, cell);
    for (const auto& change : opening.unit) pattern_[change.cell] = 1;
    attempt = certifier_.learn(opening.base, opening.unit, cell, insider, std::move(attempt));
    return change_of(attempt.proof.high, cell) != high || change_of(attempt.proof.low, cell) != low;
  }

  void note_users(std::uint32_t cell) {
    for (const auto& proof : certificates_[cell].proofs) {
      for (const auto* point : {&proof.low, &proof.high}) {
        for (const auto& change : *point) {
          auto& users = users_[change.cell];
          if (users.empty() || users.back() != cell) users.push_back(cell);
        }
      }
    }
  }

  [[nodiscard]] bool uses(std::uint32_t user, std::uint32_t cell) const {
    const auto& proofs = certificates_[user].proofs;
    return std::any_of(proofs.begin(), proofs.end(), [&](const Proof& proof) {
      return change_of(proof.low, cell) != 0 || change_of(proof.high, cell) != 0;
    });
  }

  void publish(std::uint32_t cell) {
    auto users = users_[cell];
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    std::erase_if(users, [&](std::uint32_t user) { return !uses(user, cell); });
    if (users.size() > most_users) return;
    pattern_[cell] = 0;
    std::vector<Certificate> fresh;
    for (const auto user : users) {
      auto answer = certifier_.certify(user);
      if (answer.safety != Safety::certified) {
        pattern_[cell] = 1;
        return;
      }
      fresh.push_back(std::move(answer.certificate));
    }
    for (auto& certificate : fresh) {
      const auto user = certificate.cell;
      certificates_[user] = std::move(certificate);
      note_users(user);
    }
  }

  const SumSystem& system_;
  const SuppressBudget& budget_;
  Pattern pattern_;
  Certifier certifier_;
  OpeningSearch openings_;
  int in_vain_ = 0;
  std::uint64_t steps_;                            // of one search for an exchange
  std::vector<Certificate> certificates_;          // by cell
  std::vector<std::vector<std::uint32_t>> users_;  // by cell: whose certificates may rest on it
};

/// Orders in which primary cells are seen to; each leads to another pattern.
std::vector<std::vector<std::uint32_t>> orders(const SumSystem& system) {
  std::vector<std::uint32_t> cells;
  for (std::uint32_t cell = 0; cell < system.cells().size(); ++cell) {
    if (system.cells()[cell].primary) cells.push_back(cell);
  }
  const auto by = [&](auto before) {
    auto sorted = cells;
    std::stable_sort(sorted.begin(), sorted.end(), before);
    return sorted;
  };
  const auto cost = [&](std::uint32_t cell) { return system.cells()[cell].cost; };
  std::vector<std::vector<std::uint32_t>> found;
  found.push_back(by([&](auto one, auto other) { return cost(one) > cost(other); }));
  if (cells.size() > several_orders) return found;
  found.push_back(by([&](auto one, auto other) { return cost(one) < cost(other); }));
  found.push_back(cells);
  found.emplace_back(cells.rbegin(), cells.rend());
  return found;
}

}  // namespace

bool Suppression::all_certified() const {
  return std::all_of(audits.begin(), audits.end(),
                     [](const CellAudit& audit) { return audit.safety == Safety::certified; });
}

std::int64_t cost_of(const SumSystem& system, const Pattern& pattern) {
  std::int64_t cost = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const auto& cell = system.cells()[i];
    if (pattern[i] != 0 && !cell.primary && cell.handling == Handling::open) cost += cell.cost;
  }
  return cost;
}

Suppression suppress(const SumSystem& given, const SuppressBudget& budget) {
  const SortedSystem sorted(given);
  const auto& system = sorted.system();
  const auto order = orders(system);
  std::optional<Suppression> best;
  const auto attempt = [&](const FirstPattern& start, std::span<const std::uint32_t> cells) {
    Suppressor suppressor(system, start, budget);
    suppressor.secure_all(cells);
    suppressor.remove_needless();
    suppressor.secure_rest(cells);
    Suppression found;
    found.pattern = suppressor.pattern();
    found.cost = cost_of(system, found.pattern);
    if (best && best->all_certified() && found.cost >= best->cost) return;  // whatever it proves
    found.audits = suppressor.audits();
    const bool better = !best || std::pair(!found.all_certified(), found.cost) <
                                     std::pair(!best->all_certified(), best->cost);
    if (better) best = std::move(found);
  };
  const auto first = first_pattern(system);
  for (const auto& cells : order) attempt(first, cells);
  if (order.size() > 1) {
    for (const auto& cells : order) attempt({system.least_pattern(), {}}, cells);
  }
  if (budget.nodes != 0) {
    best = cheapest(system, std::move(*best), budget.audit, budget.nodes);
  }
  best->pattern = sorted.put_back(best->pattern);
  best->audits = sorted.put_back(std::move(best->audits));
  return std::move(*best);
}

}  // namespace sceau::disclosure
