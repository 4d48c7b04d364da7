#include "disclosure/narrower.h"

#include <algorithm>
#include <utility>

#include "disclosure/plan.h"

namespace sceau::disclosure {
namespace {

bool is_presence(const Condition& condition) {
  return condition.kind == Condition::Kind::negation &&
         condition.parts.at(0).kind == Condition::Kind::is_null;
}

void take_apart(const Condition& condition, std::vector<Condition>& parts) {
  if (condition.kind == Condition::Kind::always) return;
  if (condition.kind != Condition::Kind::all_of) return parts.push_back(condition);
  for (const Condition& part : condition.parts) take_apart(part, parts);
}

// What a dimension's code says, spelled as a WHERE would say it where that is possible.
std::string said_by(const Dimension& dimension, const std::optional<std::string>& code) {
  Condition condition;
  condition.kind = code ? Condition::Kind::compare : Condition::Kind::is_null;
  if (code) condition.constants = {*code};
  if (const auto* variable = std::get_if<std::string>(&dimension.from)) {
    condition.variable = *variable;
    return describe(condition);
  }
  Tabulation alone;  // its bytes are the recode's, whatever its name
  alone.dimensions = {dimension};
  alone.dimensions[0].name.clear();
  return to_json(alone) + (code ? "=" + *code : " IS NULL");
}

}  // namespace

Restrictions::Restrictions(const Tabulation& tabulation, const Family& family,
                           const policies::Codebook& codebook)
    : tabulation_(&tabulation), kept_(family.kept) {
  std::set<std::string> names;
  std::vector<Condition> parts;
  take_apart(tabulation.where, parts);
  take_apart(family.valid, parts);
  for (const Condition& part : parts) {
    always_.insert(describe(part));
    if (!is_presence(part)) names.merge(variables_of(part));
  }
  for (std::size_t d = 0; d < tabulation.dimensions.size(); ++d) {
    if (((kept_ >> d) & 1U) != 0) names.merge(variables_of(tabulation.dimensions[d]));
  }
  for (std::string& name : sensitive_of(names, codebook)) sensitive_.insert(std::move(name));
  std::string vintages = "vintages";
  for (const std::string& vintage : tabulation.vintages) vintages += " " + vintage;
  always_.insert(std::move(vintages));
}

std::set<std::string> Restrictions::of(const std::vector<std::optional<std::string>>& codes) const {
  std::set<std::string> all = always_;
  for (std::size_t d = 0; d < codes.size(); ++d) {
    if (((kept_ >> d) & 1U) != 0) all.insert(said_by(tabulation_->dimensions[d], codes[d]));
  }
  return all;
}

std::optional<std::string> tells_of_all(const Side& a, const Side& b) {
  const bool a_is_narrower = a.holds.size() > b.holds.size();
  const Side& narrow = a_is_narrower ? a : b;
  const Side& wide = a_is_narrower ? b : a;
  if (narrow.holds.size() == wide.holds.size()) return std::nullopt;
  if (!std::ranges::includes(narrow.holds, wide.holds)) return std::nullopt;
  for (const std::string& name : narrow.restrictions->sensitive()) {
    if (!wide.restrictions->sensitive().contains(name)) return name;
  }
  return std::nullopt;
}

std::optional<Narrowing> narrowing(const Condition& narrow, const Condition& wide) {
  std::vector<Condition> parts;
  take_apart(wide, parts);
  std::set<std::string> of_wide;
  for (const Condition& part : parts) of_wide.insert(describe(part));
  parts.clear();
  take_apart(narrow, parts);
  std::set<std::string> names;
  Narrowing found;
  for (const Condition& part : parts) {
    if (of_wide.erase(describe(part)) > 0) continue;
    names.merge(variables_of(part));
    if (!is_presence(part)) found.by.insert(describe(part));
  }
  if (names.size() != 1 || found.by.empty()) return std::nullopt;
  found.variable = *names.begin();
  of_wide.erase(describe(is_known(found.variable)));
  if (!of_wide.empty()) return std::nullopt;
  return found;
}

}  // namespace sceau::disclosure
