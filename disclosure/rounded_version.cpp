// A table of counts rounded to the policy's base.

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "disclosure/exact.h"
#include "disclosure/judge.h"
#include "disclosure/rounded_counts.h"
#include "disclosure/versions.h"

namespace sceau::disclosure {
namespace {

/// Two values could be plain; three leave doubt on either side of one of them.
constexpr std::int64_t least_width = 2;

/// Σ log2(1 + count) over all cells, the count told to within the base: a count that is rounded to
/// 0 tells nothing.
double information_to(const Table& table, std::int64_t base) {
  double bits = 0;
  for (const Cell& cell : table.cells) {
    bits += std::log2(1.0 + static_cast<double>(cell.rows) / static_cast<double>(base));
  }
  return bits;
}

struct Rounding {
  std::size_t changed = 0;    ///< cells
  std::int64_t farthest = 0;  ///< a count from its rounded one
  std::int64_t width = -1;    ///< of the narrowest interval of a cell that failed; -1: none did
  std::vector<CellProof> proofs;
};

Rounding look_at(const Table& table, const Judgement& original) {
  Rounding rounding;
  std::vector<std::string> failing;
  for (const Finding& finding : original.findings) {
    if (!finding.cell.empty() && finding.waived.empty()) failing.push_back(key_of(finding.cell));
  }
  std::sort(failing.begin(), failing.end());
  std::vector<bool> changed(table.cells.size(), false);
  for (std::size_t c = 0; c < table.tabulation.columns.size(); ++c) {
    const auto possible = possible_counts(table, c);
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
      const auto& result = table.cells[i].columns[c];
      const std::int64_t off = std::abs(to_int64(result.value) - result.evidence.rows);
      changed[i] = changed[i] || off != 0;
      rounding.farthest = std::max(rounding.farthest, off);
      const auto where = coordinates(table, table.cells[i]);
      if (!std::binary_search(failing.begin(), failing.end(), key_of(where))) continue;
      const std::int64_t width = possible[i].high - possible[i].low;
      rounding.width = rounding.width < 0 ? width : std::min(rounding.width, width);
      rounding.proofs.push_back(
          {where, describe(table.tabulation.columns[c]), std::to_string(possible[i].low),
           std::to_string(result.evidence.rows), std::to_string(possible[i].high)});
    }
  }
  rounding.changed = static_cast<std::size_t>(std::count(changed.begin(), changed.end(), true));
  return rounding;
}

}  // namespace

Proposal rounded_version(const Question& question, const Examination& original,
                         const Bench& bench) {
  const std::int64_t base = bench.policy.rounding.base;
  if (!can_be_rounded(question.tabulation)) return Message{"protection.not_counts", {}};
  if (possible_of(0, base).high < least_width) {
    return Message{"protection.narrow_base", {std::to_string(base)}};
  }
  Question again = question;
  again.tabulation.rounded_to = base;
  auto examination = judged(again, bench);
  if (examination.judgement.verdict >= original.judgement.verdict) {
    return Message{"protection.still_fails",
                   {std::string(policies::to_string(examination.judgement.findings[0].rule))}};
  }
  auto rounding = look_at(examination.table, original.judgement);
  if (rounding.width >= 0 && rounding.width < least_width) {
    return Message{"protection.narrow_base", {std::to_string(base)}};
  }
  Version version;
  version.way = Way::round;
  version.status = status_as_shown(examination.table);
  version.loss.cells = examination.table.cells.size();
  version.loss.kept =
      percent_kept(information_to(examination.table, base), information(original.table));
  version.effect = {"protection.rounds",
                    {std::to_string(base), std::to_string(rounding.changed),
                     std::to_string(version.loss.cells), std::to_string(rounding.farthest)}};
  version.why = {"protection.rounded", {std::to_string(std::max(rounding.width, least_width) + 1)}};
  version.proofs = std::move(rounding.proofs);
  version.examination = std::move(examination);
  return version;
}

}  // namespace sceau::disclosure
