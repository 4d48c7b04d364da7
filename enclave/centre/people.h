#pragma once
// Who may do what: users, roles, projects, permits. Every change is permitted, logged and stored
// here, with the state's lock held by the caller.

#include <optional>
#include <string>
#include <vector>

#include "enclave/centre/state.h"
#include "policies/policy.h"

namespace sceau::enclave {

/// The actor of a name; made where there is none yet.
std::string ensure_user(Centre::State& state, const std::string& name);

/// The person's actor if they have this role; else not_permitted (centre.role_needed).
std::string require_role(Centre::State& state, const Person& person, const std::string& role);

void grant_role(Centre::State& state, const std::string& by, const std::string& user,
                const std::string& role);
void revoke_role(Centre::State& state, const std::string& by, const std::string& user,
                 const std::string& role);

void create_project(Centre::State& state, const std::string& by, ProjectRow row,
                    const std::vector<std::string>& users);

/// The key of a project's own form of pseudonyms (store/project_form.h), made with the project.
/// Throws integrity (keys.unknown): it was destroyed, or taken away.
[[nodiscard]] KeyBytes project_key(const Centre::State& state, const std::string& project);
/// Its name in the keyring.
[[nodiscard]] std::string project_key_name(const std::string& project);

/// "" covers all; "2019-2024", "2019,2021".
[[nodiscard]] bool covers(const std::string& vintages, const std::string& vintage);
[[nodiscard]] bool is_valid(const PermitRow& permit, const std::string& today);

// -- policies -----------------------------------------------------------------------------------

struct ResolvedPolicy {
  PolicyRow row;
  policies::Policy policy;
};

/// Validates, logs and stores; a policy that is there already with the same rules is left alone.
PolicyRow install_policy(Centre::State& state, const std::string& by, const std::string& text,
                         const std::string& file_name);
/// The current policy of that name; else not_found (centre.no_policy).
[[nodiscard]] ResolvedPolicy current_policy(const Centre::State& state, const std::string& name);
/// The version that judged; integrity (centre.policy_changed) where the registry has another text.
[[nodiscard]] ResolvedPolicy policy_version(const Centre::State& state, const std::string& name,
                                            const std::string& sha256);

}  // namespace sceau::enclave
