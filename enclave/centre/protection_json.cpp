#include "enclave/centre/protection_json.h"

#include <nlohmann/json.hpp>

#include "disclosure/fault.h"
#include "disclosure/judge.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

Json message_json(const disclosure::Message& message) { return {message.id, message.args}; }

Json cell_json(const std::vector<disclosure::Coordinate>& cell) {
  Json json = Json::object();
  for (const auto& part : cell) {
    json[part.dimension] = part.is_total ? Json("Total") : part.code ? Json(*part.code) : Json();
  }
  return json;
}

void add_version(const disclosure::Version& version, Json& json) {
  const auto& table = version.examination.table;
  json["verdict"] = disclosure::to_string(version.examination.judgement.verdict);
  json["effect"] = message_json(version.effect);
  json["why"] = message_json(version.why);
  json["kept_percent"] = version.loss.kept;
  Json hidden = Json::array();
  for (std::size_t i = 0; i < version.status.size(); ++i) {
    if (version.status[i] == disclosure::CellStatus::published) continue;
    hidden.push_back({{"cell", cell_json(disclosure::coordinates(table, table.cells[i]))},
                      {"status", disclosure::to_string(version.status[i])}});
  }
  json["hidden"] = std::move(hidden);
  Json proofs = Json::array();
  for (const auto& proof : version.proofs) {
    proofs.push_back({{"cell", cell_json(proof.cell)},
                      {"statistic", proof.statistic},
                      {"low", proof.low},
                      {"value", proof.value},
                      {"high", proof.high}});
  }
  json["proofs"] = std::move(proofs);
}

}  // namespace

std::string protection_json(disclosure::Way way, const disclosure::Tabulation& asked,
                            const std::string& original, const disclosure::Proposal& proposal) {
  Json json = {{"format", 1},
               {"way", disclosure::to_string(way)},
               {"asked", Json::parse(disclosure::to_json(asked))}};
  if (const auto* reason = std::get_if<disclosure::Message>(&proposal)) {
    json["why"] = message_json(*reason);
  } else {
    add_version(std::get<disclosure::Version>(proposal), json);
  }
  // Put in as it is: a million cells as one tree would need gigabytes.
  auto text = json.dump();
  text.pop_back();
  return text + ",\"original\":" + original + "}";
}

AskedVersion asked_of(const std::string& protection) {
  try {
    const auto all_but_original = [](int depth, Json::parse_event_t event, const Json& parsed) {
      return event != Json::parse_event_t::key || depth != 1 || parsed != "original";
    };
    const auto json = Json::parse(protection, all_but_original);
    const auto way = disclosure::parse_way(json.at("way").get<std::string>());
    if (way) return {*way, disclosure::tabulation_from_json(json.at("asked").dump())};
  } catch (const nlohmann::json::exception&) {
  } catch (const disclosure::DisclosureError&) {
  }
  throw EnclaveError(Fault::integrity, "centre.registry_damaged");
}

}  // namespace sceau::enclave
