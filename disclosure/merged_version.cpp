// A table in coarser categories: dimensions that climb the codebook's hierarchy, numbers in wider
// classes, dimensions left out; each candidate is a table of its own, tabulated and judged.

#include <algorithm>
#include <charconv>
#include <utility>

#include "disclosure/fault.h"
#include "disclosure/versions.h"

namespace sceau::disclosure {
namespace {

/// Tables that are tabulated and judged before the search gives up, and cells that they may have in
/// all if each is as large as the one that was asked for.
constexpr std::size_t most_candidates = 48;
constexpr std::size_t most_cells = 200'000;
/// How many neighbouring numbers become one class.
constexpr std::array<std::int64_t, 4> class_sizes = {2, 5, 10, 20};

/// Ever coarser forms of a dimension, the first as it was asked for; behind the last it is left
/// out.
using Ladder = std::vector<Dimension>;

std::optional<std::int64_t> whole(const std::string& text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

bool is_dimension(const Tabulation& tabulation, const std::string& variable) {
  return std::any_of(tabulation.dimensions.begin(), tabulation.dimensions.end(),
                     [&](const Dimension& one) {
                       const auto* name = std::get_if<std::string>(&one.from);
                       return name != nullptr && *name == variable;
                     });
}

/// The codebook's hierarchy above a variable, as far as no other dimension has it already.
void climb(const std::string& variable, const Tabulation& tabulation,
           const policies::Codebook& codebook, Ladder& ladder) {
  const policies::Variable* at = codebook.find(variable);
  while (at != nullptr && !at->parent.empty() && ladder.size() <= codebook.variables.size()) {
    const policies::Variable* above = codebook.find(at->parent);
    const bool usable = above != nullptr && above->role == policies::Role::classification &&
                        !is_dimension(tabulation, above->name);
    if (usable) ladder.push_back({above->name, above->name});
    at = above;
  }
}

/// Neighbouring numbers in classes of equal size, from the smallest that occurs.
void widen(const std::string& variable, const Domain& domain, Ladder& ladder) {
  std::optional<std::int64_t> low;
  std::optional<std::int64_t> high;
  for (const auto& code : domain.codes) {
    if (!code) continue;
    const auto number = whole(*code);
    if (!number) return;
    low = std::min(low.value_or(*number), *number);
    high = std::max(high.value_or(*number), *number);
  }
  if (!low || static_cast<Int128>(*high) - *low > 100'000) return;
  for (const std::int64_t size : class_sizes) {
    const std::int64_t classes = (*high - *low + size) / size;
    if (classes < 2) return;
    const WidthBucket bucket{
        variable, {*low, 0}, {*low + classes * size, 0}, static_cast<std::int32_t>(classes)};
    ladder.push_back({variable, bucket});
  }
}

Ladder ladder_of(std::size_t d, const Examination& original, const policies::Codebook& codebook) {
  const Tabulation& tabulation = original.table.tabulation;
  const Dimension& dimension = tabulation.dimensions[d];
  Ladder ladder = {dimension};
  if (const auto* bucket = std::get_if<WidthBucket>(&dimension.from)) {
    for (auto coarser = *bucket; coarser.buckets % 2 == 0 && coarser.buckets > 2;) {
      coarser.buckets /= 2;
      ladder.push_back({dimension.name, coarser});
    }
  }
  const auto* variable = std::get_if<std::string>(&dimension.from);
  const policies::Variable* known = variable == nullptr ? nullptr : codebook.find(*variable);
  if (known == nullptr) return ladder;
  climb(*variable, tabulation, codebook, ladder);
  if (known->type == policies::Type::integer) {
    widen(*variable, original.table.domains[d], ladder);
  }
  return ladder;
}

/// How far up each dimension's ladder.
using Steps = std::vector<std::size_t>;

/// Every way to share `left` steps among the ladders, the last dimension first.
void share(const std::vector<Ladder>& ladders, std::size_t left, Steps& so_far,
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
      ladders_.push_back(ladder_of(d, original, bench.codebook));
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
      if (steps[d] < ladders_[d].size()) made.dimensions.push_back(ladders_[d][steps[d]]);
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
                 (out ? "–" : describe(ladders_[d][steps[d]]));
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
  std::vector<Ladder> ladders_;
  std::size_t highest_ = 0;
  std::size_t most_ = most_candidates;
  std::size_t tried_ = 0;
};

}  // namespace

Proposal merged_version(const Question& question, const Examination& original, const Bench& bench) {
  return Merging(question, original, bench).run();
}

}  // namespace sceau::disclosure
