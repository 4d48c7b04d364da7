// A table with cells hidden: pattern, judgement of what is left, and again where the judgement
// finds more.

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "disclosure/fault.h"
#include "disclosure/hide_cells.h"
#include "disclosure/judge.h"
#include "disclosure/versions.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;

constexpr int most_rounds = 6;
/// More are not searched for a pattern while somebody waits at a session: a table in which so much
/// fails has too many categories.
constexpr std::ptrdiff_t most_primary = 1000;

bool is_share_rule(Rule rule) { return rule == Rule::dominance || rule == Rule::p_percent; }

/// Whether two tables have the same cells, so that what one hides the other hides too.
bool same_cells(const Tabulation& a, const Tabulation& b) {
  const bool same_rows = a.dataset == b.dataset && a.vintages == b.vintages &&
                         a.references == b.references && a.where == b.where;
  return same_rows && std::equal(a.dimensions.begin(), a.dimensions.end(), b.dimensions.begin(),
                                 b.dimensions.end(), [](const auto& one, const auto& other) {
                                   return one.from == other.from;
                                 });
}

class Suppressing {
 public:
  Suppressing(const Question& question, const Examination& original, const Bench& bench)
      : question_(question), original_(original), bench_(bench) {
    const auto& cells = original.table.cells;
    primary_.assign(cells.size(), 0);
    before_.assign(cells.size(), 0);
    faults_.resize(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      place_[{cells[i].grouping_set, key_of(coordinates(original.table, cells[i]))}] = i;
      if (cells[i].suppressed) mark(i);
    }
  }

  Proposal run() {
    take(original_.judgement);
    hide_as_before();
    for (int round = 0; round < most_rounds; ++round) {
      const auto count = std::count(primary_.begin(), primary_.end(), 1);
      if (count > most_primary) {
        return Message{"protection.many_cells",
                       {std::to_string(count), std::to_string(most_primary)}};
      }
      auto made = hide_cells(original_.table, primary_, before_, faults_, bench_.policy);
      if (auto* reason = std::get_if<Message>(&made)) return std::move(*reason);
      auto& hiding = std::get<Hiding>(made);
      Question again = question_;
      again.tabulation.hidden = places(hiding.hidden);
      if (!can_be_written(again.tabulation)) return Message{"protection.large_pattern", {}};
      auto examination = judged(again, bench_);
      if (!take(examination.judgement)) return finish(std::move(hiding), std::move(examination));
    }
    return Message{"protection.no_end", {std::to_string(most_rounds)}};
  }

 private:
  using Key = std::pair<std::uint32_t, std::string>;

  void mark(std::size_t cell) {
    primary_[cell] = 1;
    faults_[cell].is_small = true;
  }

  /// Cells with findings become primary. Whether any was not.
  bool take(const Judgement& judgement) {
    bool more = false;
    for (const Finding& finding : judgement.findings) {
      if (finding.cell.empty() || !finding.waived.empty()) continue;
      for (std::uint32_t set = 0; set < question_.tabulation.grouping_sets.size(); ++set) {
        const auto at = place_.find({set, key_of(finding.cell)});
        if (at == place_.end()) continue;
        more = more || primary_[at->second] == 0;
        primary_[at->second] = 1;
        note(finding, faults_[at->second]);
      }
    }
    return more;
  }

  static void note(const Finding& finding, CellFaults& faults) {
    const bool group = finding.rule == Rule::group_disclosure && finding.measured &&
                       finding.message.id == "group_disclosure.share";
    if (group) faults.group_share = std::max(faults.group_share, *finding.measured);
    if (!is_share_rule(finding.rule)) faults.is_small = true;
  }

  /// What an earlier table of the same cells hides stays hidden: another pattern beside it could
  /// give its cells back.
  void hide_as_before() {
    const Tabulation& now = question_.tabulation;
    for (const Remembered& earlier : question_.history) {
      const Tabulation& then = earlier.tabulation;
      if (earlier.opaque || then.hidden.empty() || !same_cells(now, then)) continue;
      for (std::size_t i = 0; i < primary_.size(); ++i) {
        const HiddenCell here = place_of(original_.table, original_.table.cells[i]);
        for (std::uint32_t set = 0; set < then.grouping_sets.size(); ++set) {
          if (then.grouping_sets[set] != now.grouping_sets[here.grouping_set]) continue;
          if (hides(then, {set, here.codes})) before_[i] = 1;
        }
      }
    }
  }

  [[nodiscard]] std::vector<HiddenCell> places(const std::vector<std::uint8_t>& hidden) const {
    std::vector<HiddenCell> found;
    for (std::size_t i = 0; i < hidden.size(); ++i) {
      if (hidden[i] != 0) found.push_back(place_of(original_.table, original_.table.cells[i]));
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

  /// A tabulation is remembered as text, of bounded length.
  static bool can_be_written(const Tabulation& tabulation) {
    try {
      return tabulation_from_json(to_json(tabulation)) == tabulation;
    } catch (const DisclosureError&) {
      return false;
    }
  }

  Proposal finish(Hiding hiding, Examination examination) const {
    if (examination.judgement.verdict == Verdict::fail) {
      return Message{"protection.still_fails",
                     {std::string(policies::to_string(examination.judgement.findings[0].rule))}};
    }
    Version version;
    version.way = Way::suppress;
    std::size_t primary = 0;
    const std::uint32_t finest = shown_dimensions(question_.tabulation);
    for (std::size_t i = 0; i < hiding.hidden.size(); ++i) {
      const Cell& cell = original_.table.cells[i];
      const bool hidden = hiding.hidden[i] != 0;
      version.status.push_back(primary_[i] != 0 ? CellStatus::primary
                               : hidden         ? CellStatus::secondary
                                                : CellStatus::published);
      primary += primary_[i];
      version.loss.gone += hidden ? 1 : 0;
      const bool leaf = question_.tabulation.grouping_sets[cell.grouping_set] == finest;
      if (hidden && leaf) version.loss.rows += cell.rows;
    }
    version.loss.cells = hiding.hidden.size();
    version.loss.kept = percent_kept(information(examination.table), information(original_.table));
    version.effect = {"protection.hides",
                      {std::to_string(version.loss.gone), std::to_string(version.loss.cells),
                       std::to_string(primary), std::to_string(version.loss.gone - primary),
                       std::to_string(version.loss.rows)}};
    version.why = {"protection.certified", {std::to_string(primary)}};
    version.proofs = std::move(hiding.proofs);
    version.examination = std::move(examination);
    return version;
  }

  const Question& question_;
  const Examination& original_;
  const Bench& bench_;
  std::map<Key, std::size_t> place_;
  std::vector<std::uint8_t> primary_;
  std::vector<std::uint8_t> before_;  // by an earlier table of the same cells
  std::vector<CellFaults> faults_;
};

}  // namespace

double information(const Table& table) {
  double bits = 0;
  for (const Cell& cell : table.cells) {
    if (!cell.suppressed) bits += std::log2(1.0 + static_cast<double>(cell.rows));
  }
  return bits;
}

int percent_kept(double kept, double of) {
  return of <= 0 ? 100 : static_cast<int>(std::floor(100 * kept / of + 1e-9));
}

Proposal suppressed_version(const Question& question, const Examination& original,
                            const Bench& bench) {
  return Suppressing(question, original, bench).run();
}

}  // namespace sceau::disclosure
