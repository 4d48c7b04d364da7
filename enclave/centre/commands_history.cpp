// history show: what a new table of a population is compared with.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "enclave/centre/handlers.h"
#include "enclave/centre/print.h"
#include "enclave/fault.h"
#include "policies/spelling.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;
using disclosure::Tabulation;

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : std::string(between)) + part;
  return text;
}

std::vector<std::string> conditions_of(const Tabulation& tabulation) {
  std::vector<std::string> conditions;
  if (tabulation.where.kind != disclosure::Condition::Kind::always) {
    conditions.push_back(disclosure::describe(tabulation.where));
  }
  if (tabulation.having_minimum) {
    conditions.push_back("count(*) >= " + std::to_string(*tabulation.having_minimum));
  }
  return conditions;
}

Json entry_json(const HistoryRow& row) {
  Json json = {
      {"request", row.request},      {"output", row.output},       {"project", row.project},
      {"state", row.state},          {"seen", row.seen},           {"opaque", row.opaque},
      {"dataset", nullptr},          {"vintages", Json::array()},  {"dimensions", Json::array()},
      {"statistics", Json::array()}, {"conditions", Json::array()}};
  if (row.opaque) return json;
  const auto tabulation = disclosure::tabulation_from_json(row.tabulation);
  json["dataset"] = tabulation.dataset;
  if (!tabulation.hidden.empty()) json["hidden_cells"] = tabulation.hidden.size();
  if (tabulation.rounded_to != 0) json["rounded_to"] = tabulation.rounded_to;
  json["vintages"] = tabulation.vintages;
  for (const auto& dimension : tabulation.dimensions) {
    json["dimensions"].push_back(disclosure::describe(dimension));
  }
  for (const auto& column : tabulation.columns) {
    json["statistics"].push_back(disclosure::describe(column));
  }
  json["conditions"] = conditions_of(tabulation);
  return json;
}

std::string list_text(const Json& list, std::string_view between) {
  return joined(list.get<std::vector<std::string>>(), between);
}

std::vector<std::string> line_of(const Json& entry) {
  const auto name = entry["request"].get<std::string>() + "/" + entry["output"].dump();
  const auto project = entry["project"].get<std::string>();
  const auto state = entry["state"].get<std::string>();
  if (entry["opaque"].get<bool>()) return {name, project, state, "a file", "", "", ""};
  return {name,
          project,
          state,
          entry["dataset"].get<std::string>() + "@" + list_text(entry["vintages"], ","),
          list_text(entry["dimensions"], ", "),
          list_text(entry["statistics"], ", "),
          list_text(entry["conditions"], " AND ")};
}

/// Who looks at what every project asked for stands in the log, before it is shown.
void record_view(Centre::State& state, const std::string& by, const std::string& population) {
  auto change = state.registry.begin();
  state.journal.record("history.viewed", by, {{"population", population}});
  change.commit();
}

}  // namespace

int history_show(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_any_role(call.state, call.person, {"custodian", "reviewer", "auditor"});
  const auto population = call.arguments.one("POPULATION");
  const auto known = call.state.registry.populations();
  if (std::find(known.begin(), known.end(), population) == known.end()) {
    throw EnclaveError(Fault::not_found, "centre.no_population",
                       {population, policies::suggestion(population, known)});
  }
  record_view(call.state, by, population);
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : call.state.registry.history(population, "")) {
    list.push_back(entry_json(row));
    rows.push_back(line_of(list.back()));
  }
  say(call, {{"format", 1}, {"population", population}, {"outputs", std::move(list)}},
      aligned({"output", "project", "state", "data", "dimensions", "statistics", "conditions"},
              rows));
  return 0;
}

}  // namespace sceau::enclave
