#include "disclosure/history_findings.h"

#include <algorithm>

namespace sceau::disclosure {
namespace {

using policies::Rule;

std::string described(const Derived& derived) {
  std::string text = derived.other_statistic;
  if (derived.of_many) return text;
  std::string_view before = " at ";
  for (const Coordinate& at : derived.other_cell) {
    text += before;
    text += at.dimension + " = " + (at.is_total ? "Total" : at.code.value_or("NULL"));
    before = ", ";
  }
  return text;
}

// "threshold", or "dominance ecole" where the breach is of one kind of contributor.
std::string kind_of(const Breach& breach) {
  std::string kind = breach.message.id.substr(0, breach.message.id.find('.'));
  if (breach.message.id == "p_percent.negatives") kind = "negatives";
  const bool by_kind = breach.rule != Rule::threshold && !breach.message.args.empty();
  return by_kind ? kind + " " + breach.message.args[0] : kind;
}

Finding finding_of(const Breach& breach) {
  Finding finding;
  finding.rule = Rule::history;
  finding.verdict = breach.verdict;
  finding.measured = breach.measured;
  finding.limit = breach.limit;
  return finding;
}

}  // namespace

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

Finding out_of_budget(std::string id, std::vector<std::string> args) {
  Finding finding;
  finding.rule = Rule::history;
  finding.verdict = Verdict::review;
  finding.message = {std::move(id), std::move(args)};
  return finding;
}

bool is_out_of_budget(const Finding& finding) {
  const auto& id = finding.message.id;
  return id == "history.budget" || id == "history.budget_together" || id == "history.in_doubt";
}

std::size_t HistoryFindings::place_of(std::size_t grouping_set,
                                      const std::vector<Coordinate>& cell) {
  if (places_.empty()) {
    for (std::size_t i = 0; i < table_->cells.size(); ++i) {
      const Cell& one = table_->cells[i];
      places_[{one.grouping_set, key_of(coordinates(*table_, one))}] = i + 1;
    }
  }
  return places_[{static_cast<std::uint32_t>(grouping_set), key_of(cell)}];
}

void HistoryFindings::add(const Derived& derived, const Remembered* earlier) {
  if (derived.of_many) {
    waiting_.emplace_back(derived, earlier);
  } else {
    say(derived, earlier);
  }
}

void HistoryFindings::end_of_pairs() {
  for (const auto& [derived, earlier] : waiting_) say(derived, earlier);
  waiting_.clear();
}

void HistoryFindings::say(const Derived& derived, const Remembered* earlier) {
  const std::size_t place = place_of(derived.grouping_set, derived.cell);
  for (const Breach& breach : derived.breaches) {
    const std::string kind = kind_of(breach);
    const bool of_rows = !said_of_rows_.emplace(derived.rows, kind).second;
    if (derived.of_many && of_rows) continue;  // two cells tell it already
    const std::string said = derived.of_many ? "all parts " + kind : kind;
    if (!said_.insert({place, said, derived.statistic}).second) continue;
    Finding finding = finding_of(breach);
    finding.cell = derived.cell;
    finding.statistic = derived.statistic;
    std::string other = described(derived);
    if (earlier != nullptr) {
      finding.earlier = name_of(*earlier);
      finding.earlier_project = earlier->project;
      const bool own = earlier->project == question_->project;
      other = own ? finding.earlier + ", " + other : finding.earlier;
    }
    finding.message = {"history." + kind.substr(0, kind.find(' ')), {std::move(other)}};
    finding.message.args.insert(finding.message.args.end(), breach.message.args.begin(),
                                breach.message.args.end());
    if (derived.of_many) {
      const bool few = breach.rule == Rule::threshold;
      finding.message.id = few ? "history.all_parts" : "history.all_parts_rule";
      if (!few)
        finding.message.args = {finding.message.args[0], std::string(to_string(breach.rule))};
    }
    all_.push_back({place, std::move(finding)});
  }
}

// The newest release is the finding's, and up to two more are named behind it. Of another project
// one release alone is named, as that of the finding, which is how it is kept from a researcher.
void HistoryFindings::name_releases(const std::vector<const Remembered*>& releases,
                                    Finding& finding) const {
  const auto foreign = [&](const Remembered* one) { return one->project != question_->project; };
  const auto last_foreign = std::find_if(releases.rbegin(), releases.rend(), foreign);
  const Remembered* first = last_foreign != releases.rend() ? *last_foreign : releases.back();
  finding.earlier = name_of(*first);
  finding.earlier_project = first->project;
  std::string more;
  int named = 1;
  for (auto one = releases.rbegin(); one != releases.rend(); ++one) {
    if (*one == first) continue;
    if (foreign(*one) || named == 3) {
      if (!more.ends_with(", …")) more += ", …";
      continue;
    }
    more = ", " + name_of(**one) + more;
    ++named;
  }
  finding.message.args = {finding.earlier, std::move(more)};
}

void HistoryFindings::add(const Combined& combined) {
  const std::uint64_t rows = rows_digest(*combined.profiles);
  const std::size_t place = place_of(combined.grouping_set, combined.cell);
  for (const Breach& breach : combined.judged->breaches) {
    const std::string kind = kind_of(breach);
    if (!said_of_rows_.emplace(rows, kind).second) continue;
    if (!said_.insert({place, "together " + kind, combined.statistic}).second) continue;
    Finding finding = finding_of(breach);
    if (combined.narrowed) finding.measured.reset();  // nobody is told more than follows
    finding.cell = combined.cell;
    finding.statistic = combined.statistic;
    const bool alone = combined.releases.empty();
    if (!alone) name_releases(combined.releases, finding);
    auto& args = finding.message.args;
    if (combined.narrowed) {
      finding.message.id = std::string("history.") + (alone ? "own" : "together");
      finding.message.id += combined.cell_is_hidden ? "_suppressed_narrowed" : "_narrowed";
      if (!combined.cell_is_hidden) args.push_back(breach.message.args.back());  // the least
    } else if (combined.cell_is_hidden) {
      finding.message.id = alone ? "history.suppressed" : "history.suppressed_together";
    } else if (breach.rule == Rule::threshold) {
      finding.message.id = alone ? "history.own_threshold" : "history.together_threshold";
      args.insert(args.end(), breach.message.args.begin(), breach.message.args.end());
    } else {
      finding.message.id = alone ? "history.own" : "history.together";
      args.emplace_back(to_string(breach.rule));
    }
    all_.push_back({place, std::move(finding)});
  }
}

}  // namespace sceau::disclosure
