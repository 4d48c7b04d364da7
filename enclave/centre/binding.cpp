#include "enclave/centre/binding.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "audit/hash.h"
#include "audit/receipt.h"
#include "audit/scan.h"
#include "enclave/centre/log_tail.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* version = SCEAU_VERSION;

Json bound_outputs(const Centre::State& state, const std::string& session,
                   const std::vector<OutputRow>& outputs) {
  const auto& texts = state.registry.texts();
  Json list = Json::array();
  for (const auto& output : outputs) {
    list.push_back({{"number", output.number},
                    {"sha256", sha256_hex(output.file)},
                    {"tabulation", sha256_hex(output.tabulation)},
                    {"judgement", sha256_hex(output.judgement)},
                    {"table", sha256_hex(output.table)},
                    {"name", texts.digest(session, output.name)},
                    {"exception", texts.digest(session, output.exception)},
                    {"chart", output.chart},
                    {"protection", sha256_hex(output.protection)},
                    {"claim", texts.digest(session, output.claim)},
                    {"verdict", output.verdict},
                    {"cells", output.cells},
                    {"statistics", output.statistics},
                    {"dataset", output.dataset},
                    {"population", output.population},
                    {"opaque", output.opaque}});
  }
  return list;
}

/// Whose request it is, under which policy.
Json bound_request(const RequestRow& request) {
  return {{"project", request.project}, {"session", request.session},
          {"actor", request.actor},     {"policy", request.policy},
          {"turn", request.turn},       {"submitted", request.submitted_seq}};
}

/// What was bound is what is stored. A text from before a field was bound doesn't have it; nobody
/// can take it from one that does, since the log holds the text's commitment.
bool same_as_bound(const Json& bound, const Json& stored) {
  if (bound.is_object()) {
    return std::all_of(bound.items().begin(), bound.items().end(), [&](const auto& item) {
      const auto at = stored.find(item.key());
      return at != stored.end() && *at == item.value();
    });
  }
  if (!bound.is_array() || bound.size() != stored.size()) return false;
  for (std::size_t i = 0; i < bound.size(); ++i) {
    if (!bound[i].is_object() || !same_as_bound(bound[i], stored[i])) return false;
  }
  return true;
}

Json input_json(const JobInputs& inputs) {
  Json stores = Json::array();
  for (const auto& store : inputs.stores) {
    stores.push_back({store.dataset, store.vintage, store.id, store.sha256});
  }
  Json waivers = Json::array();
  for (const auto& waiver : inputs.waivers) waivers.push_back(disclosure::to_json(waiver));
  Json superseded = Json::array();
  for (const auto& one : inputs.superseded) {
    superseded.push_back({one.dataset, one.vintage, one.by});
  }
  Json json = {{"population", inputs.population}, {"compared", inputs.compared},
               {"history", inputs.history},       {"stores", std::move(stores)},
               {"waivers", std::move(waivers)},   {"superseded", std::move(superseded)}};
  if (!inputs.columns.empty()) json["columns"] = inputs.columns;
  return json;
}

JobInputs inputs_of(const Json& json) {
  JobInputs inputs;
  inputs.population = json.at("population").get<std::string>();
  inputs.compared = json.at("compared").get<std::vector<std::string>>();
  inputs.history = json.at("history").get<std::string>();
  for (const auto& store : json.at("stores")) {
    inputs.stores.push_back({store.at(0).get<std::string>(), store.at(1).get<std::string>(),
                             store.at(2).get<std::string>(), store.at(3).get<std::string>()});
  }
  for (const auto& waiver : json.at("waivers")) {
    inputs.waivers.push_back(disclosure::waiver_from_json(waiver.get<std::string>()));
  }
  inputs.columns = json.value("columns", inputs.columns);
  for (const auto& one : json.at("superseded")) {
    inputs.superseded.push_back(
        {one.at(0).get<std::string>(), one.at(1).get<std::string>(), one.at(2).get<std::string>()});
  }
  return inputs;
}

/// What no longer can be known is not compared.
Json without_words(Json outputs) {
  if (!outputs.is_array()) return outputs;
  for (auto& output : outputs) {
    if (!output.is_object()) continue;
    output.erase("name");
    output.erase("exception");
    output.erase("claim");
  }
  return outputs;
}

/// The `commitment` of an entry, read back from the log's own files.
std::string logged_commitment(Journal& journal, const RequestRow& request) {
  const auto receipt = audit::parse_receipt(journal.receipt(request.checked_seq));
  audit::ScannedEntry entry;
  if (audit::scan_entry(receipt.entry, entry) || entry.event != "request.checked") return {};
  const auto* id = entry.find("request");
  const auto* policy = entry.find("policy");
  const auto* verdict = entry.find("verdict");
  const auto* commitment = entry.find("commitment");
  const auto* replaces = entry.find("replaces");
  if ((replaces ? std::string(replaces->raw) : std::string()) != request.replaces) return {};
  const bool same = id && policy && verdict && commitment && id->raw == request.id &&
                    policy->raw == request.policy_sha256 && verdict->raw == request.verdict;
  return same ? std::string(commitment->raw) : std::string();
}

bool stands_in_log(Centre::State& state, const RequestRow& request,
                   const std::vector<OutputRow>& outputs) {
  const auto rows = state.registry.commitments(request.checked_seq);
  const auto commitment = rows.size() == 1 ? commitment_to(rows[0]) : std::nullopt;
  if (!commitment) return false;
  const auto text = Json::parse(*rows[0].text, nullptr, false);
  if (!text.is_object() || text.value("policy", "") != request.policy_sha256) return false;
  auto logged = text.value("outputs", Json());
  auto stored = bound_outputs(state, request.session, outputs);
  if (state.registry.texts().erased(request.session)) {
    logged = without_words(std::move(logged));
    stored = without_words(std::move(stored));
  }
  if (text.contains("asked") && !same_as_bound(text["asked"], bound_request(request))) return false;
  return same_as_bound(logged, stored) && *commitment == logged_commitment(state.journal, request);
}

/// Each decision is its reviewer's, of this file under this policy, as the log says.
bool decisions_stand_in_log(Centre::State& state, const RequestRow& request) {
  const auto decisions = state.registry.decisions(request.id);
  return std::all_of(decisions.begin(), decisions.end(), [&](const DecisionRow& row) {
    if (row.seq >= state.journal.size()) return false;
    const auto entry = logged_entry(state.journal, row.seq);
    return entry.event == "review.decided" && entry.actor == row.reviewer &&
           entry.at("request") == row.request && entry.at("decision") == row.decision &&
           entry.number("output") == static_cast<std::uint64_t>(row.output) &&
           entry.number("turn") == static_cast<std::uint64_t>(row.turn) &&
           entry.at("sha256") == row.file_sha256 && entry.at("policy") == row.policy_sha256;
  });
}

}  // namespace

std::string policy_texts_digest(const PolicyRow& policy) {
  return sha256_hex(Json(policy.texts).dump());
}

std::string binding_text(const Centre::State& state, const RequestRow& request,
                         const std::vector<OutputRow>& outputs, const PolicyRow& policy,
                         const Inputs& inputs) {
  Json jobs = Json::array();
  for (const auto& one : inputs) jobs.push_back(input_json(one));
  return Json{{"asked", bound_request(request)},
              {"outputs", bound_outputs(state, request.session, outputs)},
              {"policy", policy.sha256},
              {"policy_texts", policy_texts_digest(policy)},
              {"program", version},
              {"jobs", std::move(jobs)}}
      .dump();
}

CheckedInputs checked_inputs(const Centre::State& state, const RequestRow& request) {
  const auto rows = state.registry.commitments(request.checked_seq);
  CheckedInputs checked;
  try {
    if (rows.size() != 1 || !rows[0].text) throw std::invalid_argument("no text");
    const auto json = Json::parse(*rows[0].text);
    checked.program = json.at("program").get<std::string>();
    checked.policy_texts = json.at("policy_texts").get<std::string>();
    for (const auto& job : json.at("jobs")) checked.jobs.push_back(inputs_of(job));
  } catch (const std::exception&) {
    throw EnclaveError(Fault::integrity, "centre.request_tampered", {request.id});
  }
  return checked;
}

void verify_request(Centre::State& state, const RequestRow& request,
                    const std::vector<OutputRow>& outputs) {
  bool whole = !outputs.empty();
  for (const auto& output : outputs) whole = whole && sha256_hex(output.file) == output.sha256;
  try {
    whole =
        whole && stands_in_log(state, request, outputs) && decisions_stand_in_log(state, request);
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
  if (!whole) throw EnclaveError(Fault::integrity, "centre.request_tampered", {request.id});
}

}  // namespace sceau::enclave
