// A table in coarser categories: ways up each dimension's ladder (merge_ladder.h), and dimensions
// left out; each candidate is a table of its own, tabulated and judged.

#include <algorithm>
#include <utility>

#include "disclosure/fault.h"
#include "disclosure/merge_ladder.h"
#include "disclosure/versions.h"

namespace sceau::disclosure {
namespace {

/// Tables that are tabulated and judged before the search gives up, and cells that they may have in
/// all if each is as large as the one that was asked for.
constexpr std::size_t most_candidates = 48;
constexpr std::size_t most_cells = 200'000;
/// How far up each dimension's ladder.
using Steps = std::vector<std::size_t>;

/// Every way to share `left` steps among the ladders, the last dimension first.
void share(const std::vector<MergeLadder>& ladders, std::size_t left, Steps& so_far,
           std::vector<Steps>& out) {
  const std::size_t d = so_far.size();
  if (out.size() >= most_candidates) return;
  if (d == ladders.size()) {
    if (left == 0) out.push_back(so_far);
    return;
  }
  for (std::size_t step = 0; step <= std::min(left, ladders[d].size()); ++step) {
    so_far.push_back(step);
    share(ladders, left - step, so_far, out);
    so_far.pop_back();
  }
}

class Merging {
 public:
  Merging(const Question& question, const Examination& original, const Bench& bench)
      : question_(question), original_(original), bench_(bench) {
    for (std::size_t d = 0; d < question.tabulation.dimensions.size(); ++d) {
      ladders_.push_back(merge_ladder(d, original, bench));
      highest_ += ladders_.back().size();
    }
    const std::size_t cells = std::max<std::size_t>(1, original.table.cells.size());
    most_ = std::clamp<std::size_t>(most_cells / cells, 4, most_candidates);
  }

  /// Fewest steps first; of as many, what keeps most.
  Proposal run() {
    for (std::size_t steps = 1; steps <= highest_; ++steps) {
      std::vector<Steps> all;
      Steps none;
      share(ladders_, steps, none, all);
      std::optional<Version> best;
      for (const Steps& one : all) {
        if (tried_ == most_) return best ? Proposal(std::move(*best)) : gave_up();
        ++tried_;
        look_at(one, best);
      }
      if (best) return std::move(*best);
    }
    return gave_up();
  }

 private:
  [[nodiscard]] Message gave_up() const {
    return {"protection.no_merge", {std::to_string(tried_)}};
  }

  [[nodiscard]] Tabulation merged(const Steps& steps) const {
    const Tabulation& asked = question_.tabulation;
    Tabulation made = asked;
    made.dimensions.clear();
    made.grouping_sets.clear();
    for (std::size_t d = 0; d < steps.size(); ++d) {
      if (steps[d] < ladders_[d].size()) made.dimensions.push_back(ladders_[d][steps[d]].dimension);
    }
    for (const std::uint32_t set : asked.grouping_sets) {
      std::uint32_t kept = 0;
      std::uint32_t place = 0;
      for (std::size_t d = 0; d < steps.size(); ++d) {
        if (steps[d] == ladders_[d].size()) continue;
        kept |= ((set >> d) & 1U) << place++;
      }
      const auto& sets = made.grouping_sets;
      if (std::find(sets.begin(), sets.end(), kept) == sets.end()) {
        made.grouping_sets.push_back(kept);
      }
    }
    return made;
  }

  void look_at(const Steps& steps, std::optional<Version>& best) {
    Question again = question_;
    again.tabulation = merged(steps);
    try {
      auto examination = judged(again, bench_);
      if (examination.judgement.verdict >= original_.judgement.verdict) return;
      auto version = version_of(steps, std::move(examination));
      const bool better =
          !best || std::pair(version.examination.judgement.verdict, -version.loss.kept) <
                       std::pair(best->examination.judgement.verdict, -best->loss.kept);
      if (better) best = std::move(version);
    } catch (const DisclosureError& error) {
      if (error.fault() == Fault::cancelled) throw;  // else this one can't be tabulated
    }
  }

  [[nodiscard]] Version version_of(const Steps& steps, Examination examination) const {
    Version version;
    version.way = Way::merge;
    const auto& table = examination.table;
    version.status = status_as_shown(table);
    version.loss.cells = table.cells.size();
    const std::size_t before = original_.table.cells.size();
    version.loss.gone = before - std::min(before, table.cells.size());
    version.loss.kept = percent_kept(information(table), information(original_.table));
    std::string changes;
    for (std::size_t d = 0; d < steps.size(); ++d) {
      if (steps[d] == 0) continue;
      const bool out = steps[d] == ladders_[d].size();
      changes += (changes.empty() ? "" : ", ") + question_.tabulation.dimensions[d].name + " → " +
                 (out ? "–" : ladders_[d][steps[d]].text);
    }
    version.effect = {
        "protection.merges",
        {std::move(changes), std::to_string(table.cells.size()), std::to_string(before)}};
    version.why = {"protection.judged", {}};
    version.examination = std::move(examination);
    return version;
  }

  const Question& question_;
  const Examination& original_;
  const Bench& bench_;
  std::vector<MergeLadder> ladders_;
  std::size_t highest_ = 0;
  std::size_t most_ = most_candidates;
  std::size_t tried_ = 0;
};

}  // namespace

Proposal merged_version(const Question& question, const Examination& original, const Bench& bench) {
  return Merging(question, original, bench).run();
}

}  // namespace sceau::disclosure
