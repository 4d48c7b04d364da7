#include "enclave/centre/closing.h"

#include <nlohmann/json.hpp>

#include "enclave/centre/erasure.h"
#include "enclave/centre/people.h"
#include "enclave/centre/permits.h"
#include "enclave/centre/review_rules.h"
#include "enclave/centre/sessions.h"
#include "enclave/centre/workspaces.h"
#include "enclave/egress/outbox.h"
#include "enclave/fault.h"
#include "enclave/store/manifest.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto reason = "project_closed";

void check_closable(const Centre::State& state, const std::string& project) {
  const auto row = state.registry.project(project);
  if (!row) throw EnclaveError(Fault::not_found, "centre.no_project", {project});
  if (row->closed) {
    throw EnclaveError(Fault::refused, "centre.project_closed_already", {project});
  }
  for (const auto& intent : state.registry.intents()) {
    if (intent.event == "request.submitted") {
      throw EnclaveError(Fault::refused, "centre.close_busy", {intent.subject});
    }
  }
}

std::vector<std::string> permits_left(const Centre::State& state, const std::string& project) {
  std::vector<std::string> ids;
  for (const auto& permit : state.registry.permits(project)) {
    if (!permit.revoked) ids.push_back(permit.id);
  }
  return ids;
}

void revoke_permits(Centre::State& state, const std::string& by, const std::string& project) {
  const auto ids = permits_left(state, project);
  if (ids.empty()) return;
  if (!state.config.trial) {
    throw EnclaveError(Fault::refused, "centre.close_permits", {project, ids.front()});
  }
  const auto list = encode(draft_revocation(state, ids));
  (void)install_revocations(state, by, sign_in_trial(state, list));
}

Json withdraw_pending(Centre::State& state, const std::string& by, const std::string& project) {
  Json withdrawn = Json::array();
  for (const auto& request : state.registry.requests(project)) {
    if (!is_on_its_way(request)) continue;
    if (request.release_seq) {
      throw EnclaveError(Fault::refused, "centre.close_busy", {request.id});
    }
    set_states(state, request,
               next_of(request, disclosure::Act::withdraw, disclosure::Party::author));
    state.journal.record("request.withdrawn", by,
                         {{"reason", std::string(reason)},
                          {"request", request.id},
                          {"turn", std::int64_t{request.turn}}});
    withdrawn.push_back(request.id);
  }
  return withdrawn;
}

Json erase_sessions(Centre::State& state, const std::string& by, const std::string& project) {
  Json erased = Json::array();
  for (const auto& session : state.registry.sessions(project)) {
    erased.push_back(session.id);
    if (state.registry.texts().erased(session.id)) continue;
    const auto seq = state.journal.size();
    erase_as_logged(state, session.id, seq);
    state.journal.record("log.erased", by,
                         {{"reason", std::string(reason)}, {"session", session.id}});
  }
  return erased;
}

Json released(const Centre::State& state, const std::string& project) {
  Json files = Json::array();
  for (const auto& request : state.registry.requests(project)) {
    for (const auto& release : state.registry.releases(request.id)) {
      files.push_back({{"request", request.id},
                       {"name", release.file_name},
                       {"sha256", release.sha256},
                       {"state", request.state}});
    }
  }
  return files;
}

}  // namespace

void erase_project(Centre::State& state, const std::string& project, std::uint64_t seq) {
  const auto owner = project_texts(project);
  if (!state.registry.texts().erased(owner)) erase_as_logged(state, owner, seq);
  const auto key = project_key_name(project);
  if (state.keyring.has(key)) state.keyring.destroy(key);
  erase_folder(state, project);
}

std::filesystem::path close_project(Centre::State& state, const std::string& by,
                                    const std::string& project, bool erase) {
  check_closable(state, project);
  revoke_permits(state, by, project);
  auto change = state.registry.begin();
  Json permits = Json::array();
  for (const auto& permit : state.registry.permits(project)) permits.push_back(permit.id);
  for (const auto& session : state.registry.open_sessions()) {
    if (session.project == project) end_session(state, session, reason, by);
  }
  auto withdrawn = withdraw_pending(state, by, project);
  auto erased = erase ? erase_sessions(state, by, project) : Json::array();
  const Json document = {{"format", 1},
                         {"project", project},
                         {"state", "closed"},
                         {"time", state.now()},
                         {"permits_revoked", std::move(permits)},
                         {"requests_withdrawn", std::move(withdrawn)},
                         {"erased", erase},
                         {"sessions_erased", std::move(erased)},
                         {"files_released", released(state, project)}};
  const auto text = document.dump(2) + "\n";
  const auto seq = state.journal.size();
  state.registry.close_project(project);
  // The key is no part of the transaction: it goes once the log says that it is gone.
  if (erase) erase_as_logged(state, project_texts(project), seq);
  state.journal.record("project.closed", by,
                       {{"erased", std::string(erase ? "yes" : "no")},
                        {"project", project},
                        {"sha256", sha256_hex(text)}});
  change.commit();
  if (erase) {
    erase_project(state, project, seq);
    finish_erasing(state);
  }
  OutboxFolder folder(state.home.outbox(), project + ".closed");
  folder.add("closed.json", text);
  folder.add("closed.receipt", state.journal.receipt(seq));
  folder.publish();
  return state.home.outbox() / (project + ".closed");
}

}  // namespace sceau::enclave
