#include "disclosure/waiver.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

using Json = nlohmann::ordered_json;
using policies::Rule;

/// The parts of the columns that a finding's statistic may name; all of them where two columns read
/// alike.
std::vector<const Statistic*> parts_named(const std::string& statistic,
                                          const Tabulation& tabulation) {
  std::vector<const Statistic*> parts;
  for (const Column& column : tabulation.columns) {
    const bool whole = describe(column) == statistic;
    if (whole || describe(column.statistic) == statistic) parts.push_back(&column.statistic);
    if (!column.denominator) continue;
    if (whole || describe(*column.denominator) == statistic) parts.push_back(&*column.denominator);
  }
  return parts;
}

/// Made of one operand and nothing else that says of whom or what it tells: whatever a statistic
/// may come to have beside these (a second variable, a weight) is not what was waived.
bool has_one_operand(const Statistic& statistic) {
  Statistic plain;
  plain.function = statistic.function;
  plain.operand = statistic.operand;
  plain.filter = statistic.filter;
  plain.fraction = statistic.fraction;
  plain.top = statistic.top;
  return plain == statistic;
}

bool is_made_of(const std::vector<const Statistic*>& parts, const std::string& variable) {
  return !parts.empty() && std::all_of(parts.begin(), parts.end(), [&](const Statistic* part) {
    const auto* operand = std::get_if<std::string>(&part->operand);
    return operand != nullptr && *operand == variable && has_one_operand(*part);
  });
}

/// The variable that a dimension of this name is; empty where it is recoded or not there.
std::string plain_variable(const Tabulation& tabulation, const std::string& dimension) {
  std::string variable;
  for (const Dimension& candidate : tabulation.dimensions) {
    if (candidate.name != dimension) continue;
    const auto* plain = std::get_if<std::string>(&candidate.from);
    if (plain == nullptr || !variable.empty()) return {};
    variable = *plain;
  }
  return variable;
}

bool broken_down_by(const Finding& finding, const Tabulation& tabulation,
                    const std::string& variable) {
  return std::any_of(finding.cell.begin(), finding.cell.end(), [&](const Coordinate& part) {
    return !part.is_total && plain_variable(tabulation, part.dimension) == variable;
  });
}

/// Nothing but how many there are.
bool counts_alone(const std::vector<const Statistic*>& parts) {
  return !parts.empty() && std::all_of(parts.begin(), parts.end(), [](const Statistic* part) {
    return part->function == Function::count_rows;
  });
}

/// The variable that a finding tells of: for group disclosure the sensitive one that it names (the
/// others only say of whom), else what its statistic is made of.
bool is_told_of(const std::string& variable, const Finding& finding,
                const std::vector<const Statistic*>& parts) {
  if (finding.rule == Rule::group_disclosure) {
    return !finding.message.args.empty() && finding.message.args[0] == variable;
  }
  return is_made_of(parts, variable);
}

bool is_on(const std::string& variable, const Finding& finding, const Tabulation& tabulation,
           const std::vector<const Statistic*>& parts) {
  if (is_told_of(variable, finding, parts)) return true;
  return finding.rule != Rule::group_disclosure && broken_down_by(finding, tabulation, variable);
}

bool is_cell(const Waiver& waiver, const Finding& finding, const Tabulation& tabulation,
             const std::vector<const Statistic*>& parts) {
  const bool narrowed = tabulation.where != Condition{} ||
                        std::any_of(parts.begin(), parts.end(),
                                    [](const auto* p) { return p->filter != Condition{}; });
  if (narrowed || (parts.empty() && !finding.statistic.empty())) return false;
  std::vector<Coordinate> cell;
  for (const Coordinate& part : finding.cell) {
    if (part.is_total) continue;
    auto variable = plain_variable(tabulation, part.dimension);
    if (variable.empty()) return false;
    cell.push_back({std::move(variable), part.code, false});
  }
  std::sort(cell.begin(), cell.end(),
            [](const Coordinate& a, const Coordinate& b) { return a.dimension < b.dimension; });
  return cell == waiver.cell;
}

[[noreturn]] void malformed() {
  throw DisclosureError(Fault::malformed, "not a waiver as to_json writes it");
}

bool is_well_formed(const Waiver& waiver) {
  std::set<std::string> seen;
  const bool ascending = std::is_sorted(
      waiver.cell.begin(), waiver.cell.end(),
      [](const Coordinate& a, const Coordinate& b) { return a.dimension < b.dimension; });
  for (const Coordinate& part : waiver.cell) {
    if (part.is_total || part.dimension.empty() || !seen.insert(part.dimension).second) {
      return false;
    }
  }
  const bool names_something = !waiver.variable.empty() || !waiver.cell.empty();
  return ascending && names_something && can_be_waived(waiver.rule) && !waiver.id.empty() &&
         !waiver.dataset.empty();
}

}  // namespace

bool can_be_waived(Rule rule) { return rule != Rule::history && rule != Rule::tabulation; }

bool covers(const Waiver& waiver, const Finding& finding, const Tabulation& tabulation) {
  if (!can_be_waived(waiver.rule) || waiver.rule != finding.rule) return false;
  if (waiver.dataset != tabulation.dataset || !finding.earlier.empty()) return false;
  if (waiver.variable.empty() && waiver.cell.empty()) return false;
  // On the output as a whole: there is no cell and no variable that it is on.
  if (finding.cell.empty() && finding.statistic.empty()) return false;
  const auto parts = parts_named(finding.statistic, tabulation);
  if (waiver.cell.empty()) return is_on(waiver.variable, finding, tabulation, parts);
  const bool fits =
      waiver.variable.empty() ? counts_alone(parts) : is_told_of(waiver.variable, finding, parts);
  return fits && is_cell(waiver, finding, tabulation, parts);
}

Judgement apply_waivers(Judgement judgement, const Tabulation& tabulation,
                        std::span<const Waiver> waivers) {
  bool marked = false;
  auto all = Verdict::pass;
  for (Finding& finding : judgement.findings) {
    all = worst(all, finding.verdict);
    for (const Waiver& waiver : waivers) {
      if (!finding.waived.empty() || !covers(waiver, finding, tabulation)) continue;
      finding.waived = waiver.id;
      marked = true;
    }
  }
  // A verdict that its findings don't account for has a reason that nobody waived.
  if (!marked || all != judgement.verdict) return judgement;
  auto rest = Verdict::pass;
  for (const Finding& finding : judgement.findings) {
    if (finding.waived.empty()) rest = worst(rest, finding.verdict);
  }
  judgement.verdict = rest;
  return judgement;
}

std::string to_json(const Waiver& waiver) {
  Json cell = Json::array();
  for (const Coordinate& part : waiver.cell) {
    cell.push_back({part.dimension, part.code ? Json(*part.code) : Json(nullptr)});
  }
  const Json json = {{"id", waiver.id},
                     {"dataset", waiver.dataset},
                     {"rule", policies::to_string(waiver.rule)},
                     {"variable", waiver.variable},
                     {"cell", std::move(cell)}};
  try {
    return json.dump();
  } catch (const nlohmann::json::exception&) {
    throw DisclosureError(Fault::malformed, "a name or code is not UTF-8");
  }
}

Waiver waiver_from_json(std::string_view text) {
  Waiver waiver;
  try {
    const auto json = Json::parse(text);
    waiver.id = json.at("id").get<std::string>();
    waiver.dataset = json.at("dataset").get<std::string>();
    const auto rule = policies::parse_rule(json.at("rule").get<std::string>());
    if (!rule) malformed();
    waiver.rule = *rule;
    waiver.variable = json.at("variable").get<std::string>();
    for (const auto& part : json.at("cell")) {
      Coordinate coordinate;
      coordinate.dimension = part.at(0).get<std::string>();
      if (!part.at(1).is_null()) coordinate.code = part.at(1).get<std::string>();
      waiver.cell.push_back(std::move(coordinate));
    }
  } catch (const nlohmann::json::exception&) {
    malformed();
  }
  if (!is_well_formed(waiver) || to_json(waiver) != text) malformed();
  return waiver;
}

}  // namespace sceau::disclosure
