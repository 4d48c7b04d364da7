#include "enclave/centre/judgement_json.h"

#include <nlohmann/json.hpp>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::json;

Json finding_json(const disclosure::Finding& finding) {
  Json cell = Json::array();
  for (const auto& coordinate : finding.cell) {
    Json code = nullptr;
    if (coordinate.code) code = *coordinate.code;
    cell.push_back({coordinate.dimension, std::move(code), coordinate.is_total});
  }
  Json json = {{"rule", policies::to_string(finding.rule)},
               {"verdict", disclosure::to_string(finding.verdict)},
               {"cell", std::move(cell)},
               {"statistic", finding.statistic},
               {"earlier", finding.earlier},
               {"earlier_project", finding.earlier_project},
               {"message", finding.message.id},
               {"args", finding.message.args}};
  if (finding.measured) json["measured"] = *finding.measured;
  if (finding.limit) json["limit"] = *finding.limit;
  if (!finding.waived.empty()) json["waived"] = finding.waived;
  return json;
}

policies::Rule rule_of(const std::string& name) {
  if (const auto rule = policies::parse_rule(name)) return *rule;
  if (name == policies::to_string(policies::Rule::tabulation)) return policies::Rule::tabulation;
  throw EnclaveError(Fault::integrity, "centre.registry_damaged");
}

disclosure::Verdict verdict_of(const std::string& name) {
  if (const auto verdict = disclosure::parse_verdict(name)) return *verdict;
  throw EnclaveError(Fault::integrity, "centre.registry_damaged");
}

disclosure::Finding finding_of(const Json& json) {
  disclosure::Finding finding;
  finding.rule = rule_of(json.at("rule"));
  finding.verdict = verdict_of(json.at("verdict"));
  for (const auto& part : json.at("cell")) {
    disclosure::Coordinate coordinate;
    coordinate.dimension = part.at(0).get<std::string>();
    if (!part.at(1).is_null()) coordinate.code = part.at(1).get<std::string>();
    coordinate.is_total = part.at(2).get<bool>();
    finding.cell.push_back(std::move(coordinate));
  }
  finding.statistic = json.at("statistic").get<std::string>();
  finding.earlier = json.at("earlier").get<std::string>();
  finding.earlier_project = json.at("earlier_project").get<std::string>();
  finding.message.id = json.at("message").get<std::string>();
  finding.message.args = json.at("args").get<std::vector<std::string>>();
  if (json.contains("measured")) finding.measured = json["measured"].get<double>();
  if (json.contains("limit")) finding.limit = json["limit"].get<double>();
  finding.waived = json.value("waived", "");
  return finding;
}

bool names(std::string_view text, std::string_view name) {
  return !name.empty() && text.find(name) != std::string_view::npos;
}

/// An argument of a finding on another project's release. What is said of the output as a whole
/// tells of that release's own data: numbers alone are left of it.
std::string from_afar(std::string arg, const disclosure::Finding& finding) {
  if (names(arg, finding.earlier) || names(arg, finding.earlier_project)) return "another project";
  const bool number = arg.find_first_not_of("0123456789.-%") == std::string::npos;
  return finding.cell.empty() && !number ? "(not told)" : arg;
}

}  // namespace

std::string judgement_to_json(const disclosure::Judgement& judgement) {
  Json findings = Json::array();
  for (const auto& finding : judgement.findings) findings.push_back(finding_json(finding));
  Json applied = Json::array();
  for (const auto rule : judgement.applied) applied.push_back(policies::to_string(rule));
  const Json json = {{"format", 1},
                     {"verdict", disclosure::to_string(judgement.verdict)},
                     {"findings", std::move(findings)},
                     {"applied", std::move(applied)}};
  return json.dump();
}

disclosure::Judgement judgement_from_json(std::string_view text) {
  try {
    const auto json = Json::parse(text);
    disclosure::Judgement judgement;
    judgement.verdict = verdict_of(json.at("verdict"));
    for (const auto& finding : json.at("findings")) {
      judgement.findings.push_back(finding_of(finding));
    }
    for (const auto& rule : json.at("applied")) judgement.applied.push_back(rule_of(rule));
    return judgement;
  } catch (const Json::exception&) {
    throw EnclaveError(Fault::integrity, "centre.registry_damaged");
  }
}

disclosure::Judgement as_seen_from(disclosure::Judgement judgement, const std::string& project) {
  for (auto& finding : judgement.findings) {
    if (finding.earlier_project.empty() || finding.earlier_project == project) continue;
    for (auto& arg : finding.message.args) arg = from_afar(std::move(arg), finding);
    finding.earlier.clear();
    finding.earlier_project = "another project";
  }
  return judgement;
}

}  // namespace sceau::enclave
