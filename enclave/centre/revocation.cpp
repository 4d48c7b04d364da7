#include "enclave/centre/revocation.h"

#include <nlohmann/json.hpp>

#include "enclave/centre/review_rules.h"
#include "enclave/egress/outbox.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

std::string revoked_json(const Centre::State& state, const RequestRow& request,
                         const RevocationRow& revocation) {
  const auto place = state.journal.chain().place_of(revocation.seq);
  Json files = Json::array();
  for (const auto& release : state.registry.releases(request.id)) {
    files.push_back({{"name", release.file_name}, {"sha256", release.sha256}});
  }
  const Json document = {{"format", 1},        {"request", request.id},    {"turn", request.turn},
                         {"state", "revoked"}, {"time", revocation.time},  {"log", place.origin},
                         {"entry", place.seq}, {"files", std::move(files)}};
  return document.dump(2) + "\n";
}

/// Every step may have been done before a crash. A folder that somebody has taken away is not made
/// again.
void mark_outbox(Centre::State& state, const RequestRow& request, const RevocationRow& revocation) {
  const auto folder = state.home.outbox() / request.id;
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return;
  state.journal.publish();
  put_in_folder(folder, "revoked.json", revoked_json(state, request, revocation));
  put_in_folder(folder, "revoked.receipt", state.journal.receipt(revocation.seq));
  for (const auto& release : state.registry.releases(request.id)) {
    std::filesystem::remove(folder / release.file_name, error);
    if (error) {
      throw EnclaveError(Fault::unavailable, "centre.cannot_write",
                         {(folder / release.file_name).string()});
    }
  }
}

bool is_marked(const Centre::State& state, const RequestRow& request) {
  const auto folder = state.home.outbox() / request.id;
  std::error_code error;
  if (!std::filesystem::exists(folder / "revoked.receipt", error)) return false;
  for (const auto& release : state.registry.releases(request.id)) {
    if (std::filesystem::exists(folder / release.file_name, error)) return false;
  }
  return true;
}

}  // namespace

void revoke_release(Centre::State& state, const RequestRow& request, const std::string& by,
                    const std::string& comment) {
  const auto next = next_of(request, disclosure::Act::revoke, disclosure::Party::reviewer);
  // The words about an erased session's request have a key of their own.
  const bool erased = state.registry.texts().erased(request.session).has_value();
  RevocationRow row;
  row.request = request.id;
  row.owner = erased ? "revocation:" + request.id : request.session;
  row.actor = by;
  row.comment = comment;
  row.time = state.now();
  auto change = state.registry.begin();
  row.seq = state.journal.record("release.revoked", by,
                                 {{"request", request.id}, {"turn", std::int64_t{request.turn}}},
                                 {{"commitment", "comment", row.owner, comment}});
  state.registry.add_revocation(row);
  set_states(state, request, next);
  change.commit();
  mark_outbox(state, request, row);
}

void finish_revocations(Centre::State& state) {
  for (const auto& request : state.registry.requests("")) {
    if (request.state != "revoked" || is_marked(state, request)) continue;
    if (const auto revocation = state.registry.revocation(request.id)) {
      mark_outbox(state, request, *revocation);
    }
  }
}

}  // namespace sceau::enclave
