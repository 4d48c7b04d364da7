// verdict.json's "outputs" element.

#include <cmath>
#include <nlohmann/json.hpp>

#include "disclosure/examine.h"
#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  constexpr double exact_integers = 9007199254740992.0;
  if (std::floor(value) == value && std::fabs(value) < exact_integers) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

Json finding_json(const Finding& finding, std::string_view language, const Words& words) {
  Json cell = Json::object();
  for (const Coordinate& coordinate : finding.cell) {
    Json code;
    if (coordinate.is_total) {
      code = "Total";
    } else if (coordinate.code) {
      code = *coordinate.code;
    }
    cell[coordinate.dimension] = std::move(code);
  }
  Json json;
  json["rule"] = policies::to_string(finding.rule);
  json["verdict"] = to_string(finding.verdict);
  json["cell"] = std::move(cell);
  if (!finding.statistic.empty()) json["statistic"] = finding.statistic;
  if (finding.measured) json["measured"] = number(*finding.measured);
  if (finding.limit) json["limit"] = number(*finding.limit);
  if (!finding.earlier.empty()) json["earlier"] = finding.earlier;
  if (!finding.earlier_project.empty()) json["earlier_project"] = finding.earlier_project;
  if (!finding.waived.empty()) json["waived"] = finding.waived;
  json["message"] = words(finding.message, language);
  return json;
}

}  // namespace

std::string to_json(const Judgement& judgement, const std::string& output_name,
                    const Tabulation* tabulation, std::size_t cells, std::string_view language,
                    const Words& words) {
  Json json;
  json["name"] = output_name;
  json["kind"] = tabulation == nullptr ? "file" : "table";
  if (tabulation != nullptr) json["store"] = tabulation->dataset;
  json["verdict"] = to_string(judgement.verdict);
  if (tabulation != nullptr) {
    json["statistics"] = Json::array();
    for (const Column& column : tabulation->columns) {
      json["statistics"].push_back(describe(column));
    }
    json["cells"] = cells;
  }
  json["findings"] = Json::array();
  for (const Finding& finding : judgement.findings) {
    json["findings"].push_back(finding_json(finding, language, words));
  }
  try {
    return json.dump();
  } catch (const nlohmann::json::exception&) {
    throw DisclosureError(Fault::malformed, "a name or code is not UTF-8");
  }
}

}  // namespace sceau::disclosure
