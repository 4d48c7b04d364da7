#include "disclosure/history.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "disclosure/compare.h"
#include "disclosure/fault.h"
#include "disclosure/profiles.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;

std::string name_of(const Remembered& earlier) {
  return earlier.request + "/" + std::to_string(earlier.output);
}

Finding incomparable(const Remembered& earlier, std::string id, std::vector<std::string> more) {
  Finding finding;
  finding.rule = Rule::history;
  finding.verdict = Verdict::review;
  finding.earlier = name_of(earlier);
  finding.earlier_project = earlier.project;
  finding.message.id = std::move(id);
  finding.message.args = {finding.earlier};
  finding.message.args.insert(finding.message.args.end(), more.begin(), more.end());
  return finding;
}

bool share_a_vintage(const Tabulation& a, const Tabulation& b) {
  return std::any_of(a.vintages.begin(), a.vintages.end(), [&](const std::string& vintage) {
    return std::find(b.vintages.begin(), b.vintages.end(), vintage) != b.vintages.end();
  });
}

// Which earlier tables can be compared, and findings on those that can't.
class Selection {
 public:
  Selection(const Question& question, const Source& source, const policies::Policy& policy)
      : source_(&source),
        opaque_counts_(policy.history.opaque == policies::OpaqueReleases::review) {
    for (const ColumnInfo& column : source.columns()) columns_.insert(column.name);
    columns_.insert("vintage");
    for (const Remembered& earlier : question.history) {
      const bool own = earlier.project == question.project;
      if (policy.history.scope == policies::HistoryScope::project && !own) continue;
      sort(earlier, question.tabulation);
    }
  }

  std::vector<const Remembered*> comparable;
  std::vector<Finding> findings;

 private:
  void sort(const Remembered& earlier, const Tabulation& now) {
    const Tabulation& then = earlier.tabulation;
    if (earlier.opaque) {
      if (!opaque_counts_) return;
      findings.push_back(incomparable(earlier, "history.opaque", {}));
      return;
    }
    if (then.dataset != now.dataset) {
      findings.push_back(incomparable(earlier, "history.other_data", {then.dataset}));
      return;
    }
    if (!share_a_vintage(then, now)) return;  // disjoint rows never hold one another
    const auto known = source_->vintages();
    for (const std::string& vintage : then.vintages) {
      if (std::find(known.begin(), known.end(), vintage) == known.end()) {
        findings.push_back(incomparable(earlier, "history.missing_vintage", {vintage}));
        return;
      }
    }
    for (const Reference& reference : then.references) {
      const bool joined =
          std::all_of(then.vintages.begin(), then.vintages.end(),
                      [&](const auto& vintage) { return source_->joins(reference, vintage); });
      if (joined) continue;
      findings.push_back(incomparable(earlier, "history.missing_reference", {reference.dataset}));
      return;
    }
    const auto variables = variables_of(then);
    const bool all_known = std::all_of(variables.begin(), variables.end(),
                                       [&](const auto& name) { return columns_.contains(name); });
    if (!all_known || !can_tabulate(then)) {
      findings.push_back(incomparable(earlier, "history.unreadable", {}));
      return;
    }
    comparable.push_back(&earlier);
  }

  const Source* source_;
  bool opaque_counts_;
  std::set<std::string> columns_;
};

std::string key_of(const std::vector<Coordinate>& cell) {
  std::string key;
  for (const Coordinate& at : cell) {
    key += at.is_total ? "T"
           : at.code   ? "C" + std::to_string(at.code->size()) + ":" + *at.code
                       : "N";
  }
  return key;
}

std::string described(const Derived& derived) {
  std::string text = derived.other_statistic;
  std::string_view before = " at ";
  for (const Coordinate& at : derived.other_cell) {
    text += before;
    text += at.dimension + " = " + (at.is_total ? "Total" : at.code.value_or("NULL"));
    before = ", ";
  }
  return text;
}

// Findings of one kind on one cell and statistic are said once, of the oldest table that gives
// rise.
class Findings {
 public:
  Findings(const Table& table, const Question& question) : table_(&table), question_(&question) {}

  void add(const Derived& derived, const Remembered* earlier) {
    for (const Breach& breach : derived.breaches) {
      std::string id = "history." + breach.message.id.substr(0, breach.message.id.find('.'));
      if (breach.message.id == "p_percent.negatives") id = "history.negatives";
      const std::size_t place = place_of(derived);
      const bool by_kind = breach.rule != Rule::threshold && !breach.message.args.empty();
      const std::string kind = by_kind ? breach.message.args[0] : "";
      if (!said_.insert({place, id + " " + kind, derived.statistic}).second) continue;
      Finding finding;
      finding.rule = Rule::history;
      finding.verdict = breach.verdict;
      finding.cell = derived.cell;
      finding.statistic = derived.statistic;
      finding.measured = breach.measured;
      finding.limit = breach.limit;
      std::string other = described(derived);
      if (earlier != nullptr) {
        finding.earlier = name_of(*earlier);
        finding.earlier_project = earlier->project;
        const bool own = earlier->project == question_->project;
        other = own ? finding.earlier + ", " + other : finding.earlier;
      }
      finding.message = {std::move(id), {std::move(other)}};
      finding.message.args.insert(finding.message.args.end(), breach.message.args.begin(),
                                  breach.message.args.end());
      all.push_back({place, std::move(finding)});
    }
  }

  std::vector<Placed> all;

 private:
  std::size_t place_of(const Derived& derived) {
    if (places_.empty()) {
      for (std::size_t i = 0; i < table_->cells.size(); ++i) {
        const Cell& cell = table_->cells[i];
        places_[{cell.grouping_set, key_of(coordinates(*table_, cell))}] = i + 1;
      }
    }
    return places_[{static_cast<std::uint32_t>(derived.grouping_set), key_of(derived.cell)}];
  }

  const Table* table_;
  const Question* question_;
  std::map<std::pair<std::uint32_t, std::string>, std::size_t> places_;
  std::set<std::tuple<std::size_t, std::string, std::string>> said_;
};

}  // namespace

std::vector<Placed> judge_history(const Table& table, const Question& question,
                                  const Source& source, const policies::Codebook& codebook,
                                  const policies::Policy& policy, const Cancelled& cancelled,
                                  HistoryBudget budget) {
  if (!policy.enforces(Rule::history) || question.tabulation.columns.empty()) return {};
  Selection selection(question, source, policy);
  Findings findings(table, question);
  for (Finding& finding : selection.findings) findings.all.push_back({0, std::move(finding)});
  Named named;
  named.add(question.tabulation, codebook);
  for (const Remembered* earlier : selection.comparable) named.add(earlier->tabulation, codebook);
  const Profiles profiles(source, named, cancelled);
  TableComparison comparison(question.tabulation, source, codebook, policy, profiles, cancelled);
  std::uint64_t steps = 0;
  for (const Derived& derived : comparison.within(steps)) findings.add(derived, nullptr);
  std::set<std::string> compared;
  std::size_t done = 0;
  for (const Remembered* earlier : selection.comparable) {
    if (cancelled && cancelled()) throw DisclosureError(Fault::cancelled, "cancelled");
    if (steps > budget.steps) break;
    ++done;
    if (!compared.insert(rows_signature(earlier->tabulation)).second) continue;
    try {
      for (const Derived& derived : comparison.with(earlier->tabulation, steps)) {
        findings.add(derived, earlier);
      }
    } catch (const DisclosureError& error) {
      if (error.fault() == Fault::cancelled) throw;
      findings.all.push_back({0, incomparable(*earlier, "history.unreadable", {})});
    }
  }
  if (done < selection.comparable.size()) {
    Finding finding;
    finding.rule = Rule::history;
    finding.verdict = Verdict::review;
    finding.message = {"history.budget",
                       {std::to_string(done), std::to_string(selection.comparable.size())}};
    findings.all.push_back({0, std::move(finding)});
  }
  return std::move(findings.all);
}

}  // namespace sceau::disclosure
