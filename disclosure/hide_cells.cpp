#include "disclosure/hide_cells.h"

#include <algorithm>
#include <map>
#include <utility>

#include "disclosure/fault.h"
#include "disclosure/judge.h"
#include "disclosure/suppress.h"

namespace sceau::disclosure {
namespace {

/// How often cells without a certificate get their margins hidden, too.
constexpr int most_loosened = 4;

/// A number's system with the certificates that were found for it.
struct Solved {
  const ToldNumber* number = nullptr;
  std::vector<std::size_t> places;
  SumSystem system;
  std::vector<CellAudit> audits;
};

/// What the table's pattern means to one number. To hide more than its certificates were found for
/// never harms; what it always shows counts as shown.
Pattern pattern_in(const Solved& solved, const std::vector<std::uint8_t>& hidden) {
  Pattern pattern = solved.system.least_pattern();
  for (std::size_t i = 0; i < solved.places.size(); ++i) {
    const bool open = solved.system.cells()[i].handling == Handling::open;
    if (open && hidden[solved.places[i]] != 0) pattern[i] = 1;
  }
  return pattern;
}

std::string amount(std::int64_t value, int scale) { return to_string(exact(value, scale), scale); }

std::vector<CellProof> proofs_of(const Table& table, const std::vector<Solved>& all) {
  std::vector<CellProof> proofs;
  for (const Solved& solved : all) {
    const int scale = solved.number->scale;
    for (const CellAudit& audit : solved.audits) {
      const SumCell& cell = solved.system.cells()[audit.cell];
      if (cell.demand.width == 0) continue;  // hidden for another number's sake
      const Proof& proof = audit.certificate.proofs.front();
      proofs.push_back(
          {coordinates(table, table.cells[solved.places[audit.cell]]), solved.number->statistic,
           amount(cell.value + change_of(proof.low, audit.cell), scale), amount(cell.value, scale),
           amount(cell.value + change_of(proof.high, audit.cell), scale)});
    }
  }
  return proofs;
}

using Places = std::map<std::pair<std::uint32_t, std::vector<Member>>, std::size_t>;

Places places_of(const Table& table) {
  Places places;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const std::uint32_t set = table.tabulation.grouping_sets[table.cells[i].grouping_set];
    places.try_emplace({set, table.cells[i].key}, i);
  }
  return places;
}

/// Hides the margins right above a cell: a search that found no exchange for it has more to choose
/// from then. Whether any was not hidden.
bool loosen(const Table& table, const Places& places, std::size_t cell, Marked& marked) {
  bool more = false;
  for (std::size_t d = 0; d < table.domains.size(); ++d) {
    auto key = table.cells[cell].key;
    if (key[d] == total) continue;
    key[d] = total;
    const std::uint32_t set = table.tabulation.grouping_sets[table.cells[cell].grouping_set];
    const auto at = places.find({set & ~(std::uint32_t{1} << d), std::move(key)});
    if (at == places.end()) continue;
    more = more || marked.hidden[at->second] == 0;
    marked.hidden[at->second] = 1;
  }
  return more;
}

/// Hides more of the marked cells, as this number needs it.
std::variant<Solved, Message> solve(const Table& table, const Places& places,
                                    const ToldNumber& number, Marked& marked) {
  for (int round = 0;; ++round) {
    NumberCells made = cells_of(table, number, marked);
    auto bound = bind(made.cells);
    if (std::holds_alternative<TableFault>(bound)) {
      return Message{"protection.not_additive", {number.statistic}};
    }
    Solved solved{&number, std::move(made.places), std::move(std::get<SumSystem>(bound)), {}};
    Suppression found = suppress(solved.system, {});
    for (std::size_t i = 0; i < solved.places.size(); ++i) {
      if (found.pattern[i] != 0) marked.hidden[solved.places[i]] = 1;
    }
    std::size_t open = 0;
    bool more = false;
    for (const CellAudit& audit : found.audits) {
      if (audit.safety == Safety::certified) continue;
      ++open;
      more = loosen(table, places, solved.places[audit.cell], marked) || more;
    }
    if (open == 0) {
      solved.audits = std::move(found.audits);
      return solved;
    }
    if (!more || round == most_loosened) {
      return Message{"protection.not_certified", {std::to_string(open), number.statistic}};
    }
  }
}

std::variant<Hiding, Message> hide(const Table& table, const std::vector<ToldNumber>& numbers,
                                   std::span<const CellFaults> faults,
                                   const policies::Policy& policy, Marked marked) {
  std::vector<Solved> all;
  const Places places = places_of(table);
  for (const ToldNumber& number : numbers) {
    marked.demands = demands_of(table, number, faults, policy);
    auto solved = solve(table, places, number, marked);
    if (auto* reason = std::get_if<Message>(&solved)) return std::move(*reason);
    all.push_back(std::move(std::get<Solved>(solved)));
  }
  for (const Solved& solved : all) {
    const Pattern pattern = pattern_in(solved, marked.hidden);
    for (const CellAudit& audit : solved.audits) {
      if (proves(solved.system, pattern, audit.certificate)) continue;
      return Message{"protection.not_certified", {"1", solved.number->statistic}};
    }
  }
  return Hiding{std::move(marked.hidden), proofs_of(table, all)};
}

}  // namespace

std::variant<Hiding, Message> hide_cells(const Table& table,
                                         const std::vector<std::uint8_t>& primary,
                                         const std::vector<std::uint8_t>& before,
                                         std::span<const CellFaults> faults,
                                         const policies::Policy& policy) {
  if (!shows_its_leaves(table.tabulation)) return Message{"protection.no_leaves", {}};
  const auto told = told_numbers(table);
  if (const auto* reason = std::get_if<Message>(&told)) return *reason;
  Marked marked;
  marked.primary = primary;
  marked.hidden = primary;
  for (std::size_t i = 0; i < before.size(); ++i) marked.hidden[i] |= before[i];
  const bool zeros_fail = policy.enforces(policies::Rule::threshold) &&
                          policy.threshold.zeros == policies::Zeros::disclosive;
  marked.zeros_published = !zeros_fail && !table.tabulation.having_minimum;
  try {
    return hide(table, std::get<std::vector<ToldNumber>>(told), faults, policy, std::move(marked));
  } catch (const DisclosureError& error) {
    if (error.fault() != Fault::malformed) throw;
    return Message{"protection.large", {describe(table.tabulation.columns.front())}};
  }
}

}  // namespace sceau::disclosure
