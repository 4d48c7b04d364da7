// What a researcher sees of requests: rows of sceau.requests and sceau.findings.

#include <nlohmann/json.hpp>

#include "enclave/centre/aggregates.h"
#include "enclave/centre/judgement_json.h"
#include "enclave/centre/sessions.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Field = std::optional<std::string>;

std::string number(double value) {
  const nlohmann::json json = value;
  auto text = json.dump();
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

Field maybe_number(const std::optional<double>& value) {
  if (!value) return std::nullopt;
  return number(*value);
}

/// {"academie":"01","sexe":null}, as in verdict.json.
std::string cell_text(const std::vector<disclosure::Coordinate>& cell) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& coordinate : cell) {
    if (coordinate.is_total) {
      json[coordinate.dimension] = "Total";
    } else if (coordinate.code) {
      json[coordinate.dimension] = *coordinate.code;
    } else {
      json[coordinate.dimension] = nullptr;
    }
  }
  return json.dump();
}

Field unless_empty(const std::string& text) { return text.empty() ? Field() : Field(text); }

}  // namespace

Centre::Rows Centre::requests_view(const std::string& session) {
  const Held held(state_->mutex);
  const auto row = open_session_row(*state_, session);
  Rows rows;
  for (const auto& request : state_->registry.requests(row.project)) {
    rows.push_back({request.id, request.state, request.verdict,
                    std::to_string(state_->registry.outputs(request.id).size()), request.submitted,
                    unless_empty(request.decided)});
  }
  return rows;
}

Centre::Rows Centre::findings_view(const std::string& session) {
  const Held held(state_->mutex);
  const auto row = open_session_row(*state_, session);
  const auto policy = policy_version(*state_, row.policy, row.policy_sha256).policy;
  const bool aggregates = policy.exploration == policies::Exploration::aggregates;
  Rows rows;
  for (const auto& request : state_->registry.requests(row.project)) {
    for (const auto& output : state_->registry.outputs(request.id)) {
      auto judgement = as_seen_from(judgement_from_json(output.judgement), row.project);
      if (aggregates && !output.opaque) judgement = without_cells(judgement);
      for (const auto& finding : judgement.findings) {
        rows.push_back(
            {request.id, output.name, std::string(policies::to_string(finding.rule)),
             std::string(disclosure::to_string(finding.verdict)), cell_text(finding.cell),
             unless_empty(finding.statistic), maybe_number(finding.measured),
             maybe_number(finding.limit),
             finding_text(finding.message, row.language) +
                 (finding.waived.empty() ? ""
                                         : " (" + text("server.waived", {finding.waived}) + ")"),
             disclosure::remedy(finding, row.language)});
      }
    }
  }
  return rows;
}

}  // namespace sceau::enclave
