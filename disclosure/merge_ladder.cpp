#include "disclosure/merge_ladder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

/// How many neighbouring numbers become one class.
constexpr std::array<std::int64_t, 4> class_sizes = {2, 5, 10, 20};
constexpr std::size_t most_categories = 500;  // of a dimension that is merged in part
constexpr std::size_t most_named = 5;         // of the parents, in the text

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

/// Codes of a dimension that cells with a finding have.
std::set<std::string> failing(const std::string& dimension, const Judgement& judgement) {
  std::set<std::string> codes;
  for (const Finding& finding : judgement.findings) {
    if (finding.verdict != Verdict::fail || !finding.waived.empty()) continue;
    for (const Coordinate& one : finding.cell) {
      if (one.dimension == dimension && !one.is_total && one.code) codes.insert(*one.code);
    }
  }
  return codes;
}

/// Each code with its parent's, as the rows have it; nullopt: a code has none, or several.
std::optional<std::map<std::string, std::string>> parents(const std::string& variable,
                                                          const std::string& above,
                                                          const Tabulation& asked,
                                                          const Bench& bench) {
  Tabulation pairs = asked;
  pairs.dimensions = {{variable, variable}, {above, above}};
  pairs.grouping_sets = {3};
  pairs.having_minimum.reset();
  pairs.hidden.clear();
  pairs.rounded_to = 0;
  pairs.columns.resize(1);
  pairs.columns[0] = {};
  pairs.columns[0].name = "n";
  const Table table = tabulate(pairs, bench.source, bench.codebook, bench.cancelled);
  std::map<std::string, std::string> found;
  for (const Cell& cell : table.cells) {
    if (cell.rows == 0) continue;
    const auto& code = table.domains[0].codes[static_cast<std::size_t>(cell.key[0])];
    const auto& parent = table.domains[1].codes[static_cast<std::size_t>(cell.key[1])];
    if (!code || !parent || !found.emplace(*code, *parent).second) return std::nullopt;
  }
  return found;
}

/// Categories that fail with all others of their parent in one, which is called as the parent is;
/// nullopt: none fails, or all are merged, or a name would stand for two things.
std::optional<MergeRung> in_part(const Dimension& dimension, const std::string& variable,
                                 const std::string& above, const Examination& original,
                                 const Bench& bench) {
  const auto codes = failing(dimension.name, original.judgement);
  if (codes.empty()) return std::nullopt;
  const auto all = parents(variable, above, original.table.tabulation, bench);
  if (!all || all->size() > most_categories) return std::nullopt;
  std::set<std::string> merged;
  for (const auto& [code, parent] : *all) {
    if (codes.contains(code)) merged.insert(parent);
  }
  Recode recode;
  for (const auto& parent : merged) recode.cases.push_back({is_equal(above, parent), parent});
  for (const auto& [code, parent] : *all) {
    if (merged.contains(parent)) continue;
    if (merged.contains(code)) return std::nullopt;
    recode.cases.push_back({is_equal(variable, code), code});
  }
  const bool is_whole = recode.cases.size() == merged.size();
  const bool changes = recode.cases.size() < all->size();
  if (merged.empty() || is_whole || !changes) return std::nullopt;
  std::string text = above + " (";
  std::size_t named = 0;
  for (const auto& parent : merged) {
    if (named == most_named) break;
    text += (named++ == 0 ? "" : ", ") + parent;
  }
  text += merged.size() > named ? ", …)" : ")";
  return MergeRung{{dimension.name, std::move(recode)}, std::move(text)};
}

/// The codebook's hierarchy above a variable, as far as no other dimension has it already.
void climb(const std::string& variable, const Examination& original, std::size_t d,
           const Bench& bench, MergeLadder& ladder) {
  const Tabulation& tabulation = original.table.tabulation;
  const policies::Variable* at = bench.codebook.find(variable);
  while (at != nullptr && !at->parent.empty() &&
         ladder.size() <= bench.codebook.variables.size() + 1) {
    const policies::Variable* above = bench.codebook.find(at->parent);
    const bool usable = above != nullptr && above->role == policies::Role::classification &&
                        !is_dimension(tabulation, above->name);
    if (usable && ladder.size() == 1) {
      auto part = in_part(tabulation.dimensions[d], variable, above->name, original, bench);
      if (part) ladder.push_back(std::move(*part));
    }
    if (usable) ladder.push_back({{above->name, above->name}, above->name});
    at = above;
  }
}

void add(const Dimension& dimension, MergeLadder& ladder) {
  ladder.push_back({dimension, describe(dimension)});
}

/// Neighbouring numbers in classes of equal size, from the smallest that occurs.
void widen(const std::string& variable, const Domain& domain, MergeLadder& ladder) {
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
    add({variable, bucket}, ladder);
  }
}

}  // namespace

MergeLadder merge_ladder(std::size_t d, const Examination& original, const Bench& bench) {
  const Dimension& dimension = original.table.tabulation.dimensions[d];
  MergeLadder ladder;
  add(dimension, ladder);
  if (const auto* bucket = std::get_if<WidthBucket>(&dimension.from)) {
    for (auto coarser = *bucket; coarser.buckets % 2 == 0 && coarser.buckets > 2;) {
      coarser.buckets /= 2;
      add({dimension.name, coarser}, ladder);
    }
  }
  const auto* variable = std::get_if<std::string>(&dimension.from);
  const policies::Variable* known = variable == nullptr ? nullptr : bench.codebook.find(*variable);
  if (known == nullptr) return ladder;
  climb(*variable, original, d, bench, ladder);
  if (known->type == policies::Type::integer) {
    widen(*variable, original.table.domains[d], ladder);
  }
  return ladder;
}

}  // namespace sceau::disclosure
