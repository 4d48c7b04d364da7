// review export: a request in another tool's form. The client writes the folder, with its own
// rights; the centre gives it the files.

#include <nlohmann/json.hpp>

#include "audit/bytes.h"
#include "enclave/centre/acro_export.h"
#include "enclave/centre/binding.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/people.h"
#include "enclave/centre/review.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t piece_bytes = 4U << 20;  // well below what a frame of control.sock takes

std::string base64(const std::string& bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return audit::to_base64({data, bytes.size()});
}

}  // namespace

int review_export(const Call& call) {
  if (call.arguments.one("format") != "acro") {
    throw EnclaveError(Fault::usage, "acro.format", {call.arguments.one("format")});
  }
  const Held held(call.state.mutex);
  const auto id = call.arguments.one("REQUEST");
  const auto request = request_of(call.state, id);
  const auto by = require_reviewer(call.state, call.person, request);
  const auto outputs = call.state.registry.outputs(id);
  verify_request(call.state, request, outputs);
  for (const auto& output : outputs) {
    for (const char* own : {"results.json", "config.json", "checksums"}) {
      if (output.name == own) throw EnclaveError(Fault::refused, "acro.own_name", {output.name});
    }
  }
  record_view(call.state, request, by);
  const auto policy = policy_version(call.state, request.policy, request.policy_sha256).policy;
  Json files = Json::array();
  for (const auto& file : acro_folder(request, outputs, policy)) {
    files.push_back({{"name", file.name}, {"base64", base64(file.bytes)}});
  }
  const auto document =
      Json{{"format", 1}, {"request", id}, {"files", std::move(files)}}.dump() + "\n";
  for (std::size_t at = 0; at < document.size(); at += piece_bytes) {
    call.output.out(document.substr(at, piece_bytes));
  }
  return 0;
}

}  // namespace sceau::enclave
