#include "disclosure/restricted.h"

#include <algorithm>
#include <utility>

#include "disclosure/condition_json.h"
#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

using Change = std::function<void(Condition&)>;

void visit(Condition& condition, const Change& change) {
  switch (condition.kind) {
    case Condition::Kind::always:
    case Condition::Kind::unknown:
      return;
    case Condition::Kind::all_of:
    case Condition::Kind::any_of:
    case Condition::Kind::negation:
      for (Condition& part : condition.parts) visit(part, change);
      return;
    case Condition::Kind::compare:
    case Condition::Kind::in_list:
    case Condition::Kind::is_null:
      change(condition);
      return;
  }
}

void visit(Statistic& statistic, const Change& change) {
  visit(statistic.filter, change);
  if (auto* indicator = std::get_if<Condition>(&statistic.operand)) visit(*indicator, change);
}

using Renamed = std::function<std::string(const std::string&)>;

void rename(std::string& name, const Renamed& renamed) {
  if (!name.empty()) name = renamed(name);
}

void rename(Statistic& statistic, const Renamed& renamed) {
  if (auto* variable = std::get_if<std::string>(&statistic.operand)) rename(*variable, renamed);
  rename(statistic.second, renamed);
}

void rename(Column& column, const Renamed& renamed) {
  rename(column.statistic, renamed);
  if (column.denominator) rename(*column.denominator, renamed);
  if (!column.model) return;
  rename(column.model->response, renamed);
  for (std::string& term : column.model->terms) rename(term, renamed);
  rename(column.model->cluster, renamed);
}

void filter_references(Tabulation& tabulation, const RowFilters& filters) {
  std::map<std::string, std::string> prefixes;  // of joined names: before, after
  for (Reference& reference : tabulation.references) {
    if (joined_rows(reference.dataset).filter) {
      throw DisclosureError(Fault::malformed, "a reference is filtered already");
    }
    const auto filter = filters.find(reference.dataset);
    if (filter == filters.end()) continue;
    const std::string before = joined_name(reference, "");
    reference.dataset = name_of_rows(reference.dataset, filter->second);
    prefixes[before] = joined_name(reference, "");
  }
  if (prefixes.empty()) return;
  rename_variables(tabulation, [&](const std::string& name) {
    const auto dot = name.rfind('.');
    if (dot == std::string::npos) return name;
    const auto prefix = prefixes.find(name.substr(0, dot + 1));
    return prefix == prefixes.end() ? name : prefix->second + name.substr(dot + 1);
  });
  std::sort(tabulation.references.begin(), tabulation.references.end());
}

}  // namespace

JoinedRows joined_rows(std::string_view name) {
  const auto begin = name.find('[');
  if (begin == std::string_view::npos) return {std::string(name), std::nullopt};
  if (name.back() != ']') throw DisclosureError(Fault::malformed, "a row filter has no end");
  return {std::string(name.substr(0, begin)),
          condition_from_json(name.substr(begin + 1, name.size() - begin - 2))};
}

std::string name_of_rows(const std::string& dataset, const Condition& filter) {
  return dataset + "[" + to_json(filter) + "]";
}

Condition both(Condition a, Condition b) {
  if (a.kind == Condition::Kind::always) return b;
  if (b.kind == Condition::Kind::always) return a;
  Condition made;
  made.kind = Condition::Kind::all_of;
  for (Condition* one : {&a, &b}) {
    if (one->kind != Condition::Kind::all_of) {
      made.parts.push_back(std::move(*one));
      continue;
    }
    for (Condition& part : one->parts) made.parts.push_back(std::move(part));
  }
  return made;
}

Tabulation restricted(Tabulation tabulation, const RowFilters& filters) {
  filter_references(tabulation, filters);
  const auto own = filters.find(tabulation.dataset);
  if (own != filters.end()) {
    tabulation.where = both(own->second, std::move(tabulation.where));
  }
  return tabulation;
}

void for_each_leaf(Tabulation& tabulation, const Change& change) {
  visit(tabulation.where, change);
  for (Dimension& dimension : tabulation.dimensions) {
    auto* recode = std::get_if<Recode>(&dimension.from);
    if (recode == nullptr) continue;
    for (RecodeCase& one : recode->cases) visit(one.when, change);
  }
  for (Column& column : tabulation.columns) {
    visit(column.statistic, change);
    if (column.denominator) visit(*column.denominator, change);
  }
}

void rename_variables(Tabulation& tabulation, const Renamed& renamed) {
  for_each_leaf(tabulation, [&](Condition& leaf) { rename(leaf.variable, renamed); });
  for (Dimension& dimension : tabulation.dimensions) {
    if (auto* variable = std::get_if<std::string>(&dimension.from)) rename(*variable, renamed);
    if (auto* bucket = std::get_if<WidthBucket>(&dimension.from)) rename(bucket->variable, renamed);
  }
  for (Column& column : tabulation.columns) rename(column, renamed);
}

}  // namespace sceau::disclosure
