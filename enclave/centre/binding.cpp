#include "enclave/centre/binding.h"

#include <nlohmann/json.hpp>

#include "audit/hash.h"
#include "audit/receipt.h"
#include "audit/scan.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

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
                    {"claim", texts.digest(session, output.claim)},
                    {"verdict", output.verdict}});
  }
  return list;
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
  return logged == stored && *commitment == logged_commitment(state.journal, request);
}

}  // namespace

std::string binding_text(const Centre::State& state, const std::string& session,
                         const std::vector<OutputRow>& outputs, const std::string& policy_sha256,
                         const std::vector<std::string>& compared) {
  return Json{{"outputs", bound_outputs(state, session, outputs)},
              {"policy", policy_sha256},
              {"compared", compared}}
      .dump();
}

void verify_request(Centre::State& state, const RequestRow& request,
                    const std::vector<OutputRow>& outputs) {
  bool whole = !outputs.empty();
  for (const auto& output : outputs) whole = whole && sha256_hex(output.file) == output.sha256;
  try {
    whole = whole && stands_in_log(state, request, outputs);
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
  if (!whole) throw EnclaveError(Fault::integrity, "centre.request_tampered", {request.id});
}

}  // namespace sceau::enclave
