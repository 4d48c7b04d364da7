#include "disclosure/superseded.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "disclosure/fault.h"
#include "disclosure/history.h"
#include "disclosure/history_findings.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;

constexpr int sum_digits = 6;  // of sums of doubles, which are compared as text

/// Which vintages are versions of one another.
class Versions {
 public:
  explicit Versions(const Question& question) {
    for (const Supersession& one : question.superseded) {
      if (one.dataset == question.tabulation.dataset) by_[one.vintage] = one.by;
    }
  }

  [[nodiscard]] bool none() const { return by_.empty(); }

  /// The vintages of one table, each as the version that stands in another; nullopt: they share no
  /// two versions.
  [[nodiscard]] std::optional<std::vector<std::string>> as_in(
      const std::vector<std::string>& vintages, const std::vector<std::string>& other) const {
    bool moved = false;
    std::set<std::string> all;
    for (const std::string& vintage : vintages) {
      const bool there = std::find(other.begin(), other.end(), vintage) != other.end();
      const auto version = std::find_if(other.begin(), other.end(), [&](const std::string& one) {
        return newest(one) == newest(vintage);
      });
      const bool moves = !there && version != other.end();
      moved = moved || moves;
      all.insert(moves ? *version : vintage);
    }
    if (!moved) return std::nullopt;
    return std::vector<std::string>(all.begin(), all.end());
  }

 private:
  [[nodiscard]] std::string newest(std::string vintage) const {
    for (std::size_t steps = 0; steps <= by_.size(); ++steps) {
      const auto found = by_.find(vintage);
      if (found == by_.end()) break;
      vintage = found->second;
    }
    return vintage;
  }

  std::map<std::string, std::string> by_;
};

struct Affected {
  const Remembered* earlier;
  std::vector<std::string> as_ours;  ///< its vintages in the question's versions
};

class Judge {
 public:
  Judge(const Table& table, const Question& question, const Source& source,
        const policies::Codebook& codebook, const policies::Policy& policy,
        const Cancelled& cancelled, const HistoryBudget& budget)
      : table_(table),
        question_(question),
        source_(source),
        codebook_(codebook),
        policy_(policy),
        cancelled_(cancelled),
        budget_(budget),
        versions_(question) {}

  std::vector<Placed> judge() {
    if (versions_.none()) return {};
    std::map<std::vector<std::string>, std::vector<Affected>> by_theirs;
    for (const Remembered& earlier : question_.history) {
      if (auto affected = look_at(earlier)) {
        const auto theirs =
            versions_.as_in(question_.tabulation.vintages, earlier.tabulation.vintages);
        by_theirs[theirs.value_or(question_.tabulation.vintages)].push_back(std::move(*affected));
      }
    }
    for (const auto& [theirs, list] : by_theirs) {
      on_our_rows(list);
      on_their_rows(theirs, list);
    }
    return std::move(found_);
  }

 private:
  /// nullopt: nothing to compare, or what stands in the way is said.
  std::optional<Affected> look_at(const Remembered& earlier) {
    const bool own = earlier.project == question_.project;
    const bool counts = own || policy_.history.scope == policies::HistoryScope::population;
    if (!counts || earlier.opaque || earlier.tabulation.dataset != question_.tabulation.dataset) {
      return std::nullopt;
    }
    const auto& vintages = earlier.tabulation.vintages;
    auto as_ours = versions_.as_in(vintages, question_.tabulation.vintages);
    if (!as_ours) return std::nullopt;
    const auto here = source_.vintages();
    for (const std::string& vintage : vintages) {
      if (std::find(here.begin(), here.end(), vintage) != here.end()) continue;
      say(incomparable(earlier, "history.missing_vintage", {vintage}));
      return std::nullopt;
    }
    if (codebook_.unit == "row" || !source_.column(codebook_.unit)) {
      say(incomparable(earlier, "history.superseded_rows", {}));
      return std::nullopt;
    }
    return Affected{&earlier, std::move(*as_ours)};
  }

  void on_our_rows(const std::vector<Affected>& list) {
    Question question = question_;
    question.history.clear();
    for (const Affected& one : list) {
      Remembered moved = *one.earlier;
      moved.tabulation.vintages = one.as_ours;
      question.history.push_back(std::move(moved));
    }
    keep(judge_history(table_, question, source_, codebook_, policy_, cancelled_, budget_), true);
  }

  void on_their_rows(const std::vector<std::string>& vintages, const std::vector<Affected>& list) {
    Question question = question_;
    question.tabulation.vintages = vintages;
    question.history.clear();
    for (const Affected& one : list) question.history.push_back(*one.earlier);
    try {
      for (const Reference& reference : question.tabulation.references) {
        for (const std::string& vintage : vintages) {
          if (source_.joins(reference, vintage)) continue;
          say(incomparable(*list.front().earlier, "history.missing_reference",
                           {reference.dataset}));
          return;
        }
      }
      const Table table = tabulate(question.tabulation, source_, codebook_, cancelled_);
      keep(judge_history(table, question, source_, codebook_, policy_, cancelled_, budget_), false);
      if (changes(table)) say(incomparable(*list.front().earlier, "history.superseded_change", {}));
    } catch (const DisclosureError& error) {
      if (error.fault() == Fault::cancelled) throw;
      say(incomparable(*list.front().earlier, "history.unreadable", {}));
    }
  }

  /// Findings against earlier tables: those of the table with itself are said elsewhere. Cells of
  /// another version's table have no place in this one.
  void keep(std::vector<Placed> findings, bool placed) {
    for (Placed& one : findings) {
      if (one.finding.earlier.empty() && !is_out_of_budget(one.finding)) continue;
      const bool said = std::any_of(found_.begin(), found_.end(), [&](const Placed& other) {
        return other.finding.message.id == one.finding.message.id &&
               other.finding.cell == one.finding.cell &&
               other.finding.statistic == one.finding.statistic &&
               other.finding.earlier == one.finding.earlier &&
               other.finding.verdict == one.finding.verdict;
      });
      if (said) continue;
      if (!placed) one.place = 0;
      found_.push_back(std::move(one));
    }
  }

  void say(Finding finding) { found_.push_back({0, std::move(finding)}); }

  /// Whether a cell tells the two versions apart by few units, or by values alone.
  [[nodiscard]] bool changes(const Table& other) const {
    std::map<std::pair<std::uint32_t, std::string>, const Cell*> theirs;
    for (const Cell& cell : other.cells) theirs[place_of(other, cell)] = &cell;
    for (const Cell& cell : table_.cells) {
      const auto found = theirs.find(place_of(table_, cell));
      const Cell* counterpart = found == theirs.end() ? nullptr : found->second;
      if (tells_apart(cell, counterpart)) return true;
      if (found != theirs.end()) theirs.erase(found);
    }
    return std::any_of(theirs.begin(), theirs.end(),
                       [&](const auto& one) { return tells_apart(*one.second, nullptr); });
  }

  static std::pair<std::uint32_t, std::string> place_of(const Table& table, const Cell& cell) {
    return {cell.grouping_set, key_of(coordinates(table, cell))};
  }

  [[nodiscard]] bool tells_apart(const Cell& ours, const Cell* theirs) const {
    for (std::size_t i = 0; i < ours.columns.size(); ++i) {
      const ColumnResult& column = ours.columns[i];
      const ColumnResult* other = theirs == nullptr ? nullptr : &theirs->columns.at(i);
      if (tells_apart(column.evidence, other == nullptr ? nullptr : &other->evidence)) return true;
      if (column.denominator &&
          tells_apart(*column.denominator, other == nullptr ? nullptr : &*other->denominator)) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] bool tells_apart(const Evidence& ours, const Evidence* theirs) const {
    static const Evidence nobody;
    const Evidence& other = theirs == nullptr ? nobody : *theirs;
    const auto units = std::llabs(ours.units - other.units);
    if (units >= policy_.history.minimum) return false;
    if (units > 0 || ours.rows != other.rows) return true;
    return ours.rows > 0 &&
           (to_string(ours.sum, sum_digits) != to_string(other.sum, sum_digits) ||
            to_string(ours.squares, sum_digits) != to_string(other.squares, sum_digits));
  }

  const Table& table_;
  const Question& question_;
  const Source& source_;
  const policies::Codebook& codebook_;
  const policies::Policy& policy_;
  const Cancelled& cancelled_;
  const HistoryBudget& budget_;
  Versions versions_;
  std::vector<Placed> found_;
};

}  // namespace

std::vector<Placed> judge_superseded(const Table& table, const Question& question,
                                     const Source& source, const policies::Codebook& codebook,
                                     const policies::Policy& policy, const Cancelled& cancelled,
                                     HistoryBudget budget) {
  if (!policy.enforces(Rule::history) || question.tabulation.columns.empty()) return {};
  return Judge(table, question, source, codebook, policy, cancelled, budget).judge();
}

}  // namespace sceau::disclosure
