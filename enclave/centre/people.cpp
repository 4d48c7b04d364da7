#include "enclave/centre/people.h"

#include <algorithm>
#include <array>

#include "enclave/fault.h"
#include "enclave/store/manifest.h"
#include "policies/spelling.h"

namespace sceau::enclave {
namespace {

const std::array<std::string, 4> role_names = {"custodian", "reviewer", "operator", "auditor"};

void check_role(const std::string& role) {
  if (std::find(role_names.begin(), role_names.end(), role) == role_names.end()) {
    throw EnclaveError(Fault::usage, "centre.unknown_role",
                       {role, policies::suggestion(role, role_names)});
  }
}

}  // namespace

std::string ensure_user(Centre::State& state, const std::string& name) {
  check_user(name);
  if (const auto actor = state.registry.find_actor(name)) return *actor;
  const auto actor = "u-" + random_hex(8);
  state.registry.add_user({actor, name});
  return actor;
}

std::string require_role(Centre::State& state, const Person& person, const std::string& role) {
  const auto actor = state.registry.find_actor(person.user);
  if (!actor || !state.registry.has_role(*actor, role)) {
    throw EnclaveError(Fault::not_permitted, "centre.role_needed", {person.user, role});
  }
  return *actor;
}

void grant_role(Centre::State& state, const std::string& by, const std::string& user,
                const std::string& role) {
  check_role(role);
  auto change = state.registry.begin();
  const auto actor = ensure_user(state, user);
  if (state.registry.has_role(actor, role)) {
    throw EnclaveError(Fault::already_there, "centre.role_there", {user, role});
  }
  state.registry.add_role(actor, role, state.journal.size());
  state.journal.record("role.granted", by, {{"role", role}, {"user", actor}});
  change.commit();
}

void revoke_role(Centre::State& state, const std::string& by, const std::string& user,
                 const std::string& role) {
  check_role(role);
  auto change = state.registry.begin();
  const auto actor = state.registry.find_actor(user);
  if (!actor || !state.registry.has_role(*actor, role)) {
    throw EnclaveError(Fault::not_found, "centre.role_not_there", {user, role});
  }
  const auto roles = state.registry.roles();
  const auto holders = std::count_if(roles.begin(), roles.end(),
                                     [&](const auto& held) { return held.second == role; });
  if (role == "custodian" && holders == 1) {
    throw EnclaveError(Fault::refused, "centre.last_custodian", {user});
  }
  (void)state.registry.remove_role(*actor, role);
  state.journal.record("role.revoked", by, {{"role", role}, {"user", *actor}});
  change.commit();
}

void create_project(Centre::State& state, const std::string& by, ProjectRow row,
                    const std::vector<std::string>& users) {
  check_name("project", row.name);
  check_date("until", row.until);
  if (row.until < state.today()) {
    throw EnclaveError(Fault::usage, "centre.date_past", {"until", row.until});
  }
  auto change = state.registry.begin();
  if (state.registry.project(row.name)) {
    throw EnclaveError(Fault::already_there, "centre.project_there", {row.name});
  }
  row.created = state.now();
  std::vector<std::string> actors;
  for (const auto& user : users) {
    const auto actor = ensure_user(state, user);
    if (std::find(actors.begin(), actors.end(), actor) == actors.end()) actors.push_back(actor);
  }
  state.registry.add_project(row, actors);
  // A key whose project was never committed belongs to nobody: it serves the next of that name.
  const auto key = project_key_name(row.name);
  if (!state.keyring.has(key)) (void)state.keyring.create_key(key);
  Fields fields = {{"project", row.name},
                   {"until", row.until},
                   {"members", static_cast<std::int64_t>(actors.size())}};
  state.journal.record(
      "project.created", by, std::move(fields),
      {{"commitment", "project", project_texts(row.name), row.title + "\n" + row.purpose}});
  change.commit();
}

std::string project_key_name(const std::string& project) {
  // A project's name may hold characters that a key's can't.
  return "project-" + sha256_hex(project).substr(0, 32);
}

KeyBytes project_key(const Centre::State& state, const std::string& project) {
  return state.keyring.key(project_key_name(project));
}

}  // namespace sceau::enclave
