#include "disclosure/sorted_system.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace sceau::disclosure {
namespace {

std::vector<std::uint32_t> order_of(const SumSystem& given) {
  std::vector<std::uint32_t> order(given.cells().size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](auto one, auto other) {
    return given.cells()[one].rank < given.cells()[other].rank;
  });
  return order;
}

std::vector<std::uint32_t> insiders_of(const SumSystem& given) {
  std::vector<std::uint32_t> order(given.insiders().size());
  std::iota(order.begin(), order.end(), 0U);
  const auto key = [&](std::uint32_t number) {
    const auto& insider = given.insiders()[number];
    return std::tuple(given.cells()[insider.cell].rank, insider.least, insider.most);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](auto one, auto other) { return key(one) < key(other); });
  return order;
}

}  // namespace

SortedSystem::SortedSystem(const SumSystem& given)
    : cells_(order_of(given)),
      insiders_(insiders_of(given)),
      system_(sorted(given, cells_, insiders_)) {}

SumSystem SortedSystem::sorted(const SumSystem& given, const std::vector<std::uint32_t>& cells,
                               const std::vector<std::uint32_t>& insiders) {
  std::vector<std::uint32_t> here(cells.size());  // by cell given
  std::vector<SumCell> moved;
  for (const auto cell : cells) {
    here[cell] = static_cast<std::uint32_t>(moved.size());
    moved.push_back(given.cells()[cell]);
  }
  std::vector<Sum> sums;
  for (std::size_t number = 0; number < given.sums(); ++number) {
    Sum sum;
    for (const auto& term : given.terms(number)) {
      sum.terms.push_back({here[term.cell], term.factor});
      sum.total += term.factor * given.cells()[term.cell].value;
    }
    std::sort(sum.terms.begin(), sum.terms.end(),
              [](const SumTerm& one, const SumTerm& other) { return one.cell < other.cell; });
    sums.push_back(std::move(sum));
  }
  std::stable_sort(sums.begin(), sums.end(), [](const Sum& one, const Sum& other) {
    return std::lexicographical_compare(one.terms.begin(), one.terms.end(), other.terms.begin(),
                                        other.terms.end(), [](const SumTerm& a, const SumTerm& b) {
                                          return std::pair(a.cell, a.factor) <
                                                 std::pair(b.cell, b.factor);
                                        });
  });
  std::vector<Insider> known;
  for (const auto number : insiders) {
    known.push_back(given.insiders()[number]);
    known.back().cell = here[known.back().cell];
  }
  return {std::move(moved), sums, std::move(known)};
}

Pattern SortedSystem::put_back(const Pattern& pattern) const {
  Pattern found(pattern.size());
  for (std::size_t cell = 0; cell < pattern.size(); ++cell) found[cells_[cell]] = pattern[cell];
  return found;
}

std::vector<CellAudit> SortedSystem::put_back(std::vector<CellAudit> audits) const {
  for (auto& audit : audits) {
    audit.cell = cells_[audit.cell];
    audit.certificate.cell = cells_[audit.certificate.cell];
    if (audit.insider) audit.insider = insiders_[*audit.insider];
    for (auto& proof : audit.certificate.proofs) {
      for (auto* point : {&proof.low, &proof.high}) {
        for (auto& change : *point) change.cell = cells_[change.cell];
        std::sort(point->begin(), point->end(),
                  [](const Change& one, const Change& other) { return one.cell < other.cell; });
      }
    }
  }
  std::sort(audits.begin(), audits.end(),
            [](const CellAudit& one, const CellAudit& other) { return one.cell < other.cell; });
  return audits;
}

}  // namespace sceau::disclosure
