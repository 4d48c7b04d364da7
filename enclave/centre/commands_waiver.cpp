// waiver grant | list | revoke.

#include <nlohmann/json.hpp>

#include "enclave/centre/handlers.h"
#include "enclave/centre/people.h"
#include "enclave/centre/print.h"
#include "enclave/centre/waivers.h"
#include "enclave/fault.h"
#include "policies/spelling.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

policies::Rule rule_named(const std::string& name) {
  if (const auto rule = policies::parse_rule(name)) return *rule;
  if (name == policies::to_string(policies::Rule::tabulation)) return policies::Rule::tabulation;
  std::vector<std::string> known;
  for (int at = 0; at < static_cast<int>(policies::Rule::tabulation); ++at) {
    const auto rule = static_cast<policies::Rule>(at);
    if (disclosure::can_be_waived(rule)) known.emplace_back(policies::to_string(rule));
  }
  throw EnclaveError(Fault::usage, "centre.bad_choice",
                     {"rule", name, policies::suggestion(name, known)});
}

std::string cell_text(const disclosure::Waiver& waiver) {
  std::string text;
  for (const auto& part : waiver.cell) {
    text += (text.empty() ? "" : ",") + part.dimension + "=" + part.code.value_or("NA");
  }
  return text;
}

std::string covered(const Call& call, const disclosure::Waiver& waiver) {
  const auto cell = cell_text(waiver);
  if (cell.empty()) return said(call, "shown.waived_variable", {waiver.variable});
  if (waiver.variable.empty()) return said(call, "shown.waived_cell", {cell});
  return said(call, "shown.waived_cell_of", {cell, waiver.variable});
}

Json waiver_json(const Call& call, const WaiverRow& row) {
  const auto waiver = disclosure::waiver_from_json(row.definition);
  Json cell = Json::object();
  for (const auto& part : waiver.cell) {
    cell[part.dimension] = part.code ? Json(*part.code) : Json(nullptr);
  }
  return {{"waiver", row.id},
          {"store", row.dataset},
          {"rule", policies::to_string(waiver.rule)},
          {"variable", waiver.variable.empty() ? Json(nullptr) : Json(waiver.variable)},
          {"cell", std::move(cell)},
          {"until", row.until},
          {"state", standing_of(row, call.state.today())},
          {"by", call.state.registry.name_of(row.by)},
          {"granted", row.granted},
          {"reason", row.reason}};
}

}  // namespace

int waiver_grant(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  disclosure::Waiver waiver;
  waiver.dataset = call.arguments.one("store");
  waiver.rule = rule_named(call.arguments.one("rule"));
  waiver.variable = call.arguments.one("variable");
  waiver.cell = parse_cell(call.arguments.one("cell"));
  const auto until = call.arguments.one("until");
  const auto id = grant_waiver(call.state, by, waiver, call.arguments.one("reason"), until);
  const std::string rule(policies::to_string(waiver.rule));
  say(call, {{"format", 1}, {"waiver", id}, {"store", waiver.dataset}, {"rule", rule}},
      line(call, "shown.waiver",
           {id, rule, printable(covered(call, waiver)), waiver.dataset, until}));
  return 0;
}

int waiver_list(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"custodian", "reviewer", "operator", "auditor"});
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : call.state.registry.waivers()) {
    list.push_back(waiver_json(call, row));
    const auto waiver = disclosure::waiver_from_json(row.definition);
    rows.push_back({row.id, standing_of(row, call.state.today()), row.dataset,
                    std::string(policies::to_string(waiver.rule)), waiver.variable,
                    cell_text(waiver), row.until, row.reason});
  }
  say(call, {{"format", 1}, {"waivers", list}},
      aligned(call.command.language,
              {"waiver", "state", "store", "rule", "variable", "cell", "until", "reason"}, rows));
  return 0;
}

int waiver_revoke(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto id = call.arguments.one("WAIVER");
  revoke_waiver(call.state, by, id);
  say(call, {{"format", 1}, {"waiver", id}, {"state", "revoked"}},
      line(call, "shown.waiver_revoked", {id}));
  return 0;
}

}  // namespace sceau::enclave
