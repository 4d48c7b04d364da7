// The installed policies: each version stands in the registry with all that it extends, so that it
// means the same years later.

#include <fstream>

#include "enclave/centre/people.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Documents = std::vector<std::pair<std::string, std::string>>;

ResolvedPolicy resolve(PolicyRow row) {
  const auto find = [&](std::string_view name) -> std::optional<std::string> {
    for (std::size_t i = 1; i < row.texts.size(); ++i) {
      if (row.texts[i].first == name) return row.texts[i].second;
    }
    return std::nullopt;
  };
  if (row.texts.empty()) throw EnclaveError(Fault::integrity, "centre.policy_changed", {row.name});
  auto policy = policies::parse_policy(row.texts.front().second, row.name, find);
  if (policy.sha256 != row.sha256 || policy.name != row.name) {
    throw EnclaveError(Fault::integrity, "centre.policy_changed", {row.name});
  }
  return {std::move(row), std::move(policy)};
}

/// The folder holds the same documents for people to read; the registry's are the ones that judge.
void write_document(const std::filesystem::path& folder, const std::string& name,
                    const std::string& text) {
  const auto file = folder / (name + ".toml");
  const auto part = folder / ("." + name + ".toml.part");
  {
    std::ofstream stream(part, std::ios::binary | std::ios::trunc);
    stream << text;
    if (!stream.flush())
      throw EnclaveError(Fault::unavailable, "centre.cannot_write", {file.string()});
  }
  std::filesystem::permissions(
      part, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::rename(part, file);
}

}  // namespace

PolicyRow install_policy(Centre::State& state, const std::string& by, const std::string& text,
                         const std::string& file_name) {
  Documents bases;
  const auto find = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = state.registry.policy(name);
    if (!found) return std::nullopt;
    for (const auto& base : found->texts) bases.push_back(base);
    return found->texts.front().second;
  };
  const auto policy = policies::parse_policy(text, file_name, find);
  check_name("policy", policy.name);
  auto change = state.registry.begin();
  const auto current = state.registry.policy(policy.name);
  if (current && current->sha256 == policy.sha256 && current->version == policy.version) {
    throw EnclaveError(Fault::already_there, "centre.policy_there", {policy.name, policy.version});
  }
  PolicyRow row{policy.name, policy.version, policy.sha256, {{policy.name, text}}, state.now()};
  for (auto& base : bases) row.texts.push_back(std::move(base));
  state.registry.add_policy(row, state.journal.size());
  write_document(state.home.policies(), policy.name, text);
  state.journal.record(
      "policy.installed", by,
      {{"name", policy.name}, {"policy", policy.sha256}, {"version", policy.version}});
  change.commit();
  return row;
}

ResolvedPolicy current_policy(const Centre::State& state, const std::string& name) {
  auto row = state.registry.policy(name);
  if (!row) throw EnclaveError(Fault::not_found, "centre.no_policy", {name});
  return resolve(std::move(*row));
}

ResolvedPolicy policy_version(const Centre::State& state, const std::string& name,
                              const std::string& sha256) {
  auto row = state.registry.policy(name, sha256);
  if (!row) throw EnclaveError(Fault::integrity, "centre.policy_changed", {name});
  return resolve(std::move(*row));
}

}  // namespace sceau::enclave
