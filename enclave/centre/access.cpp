#include "enclave/centre/access.h"

#include <algorithm>

#include "policies/codebook.h"

namespace sceau::enclave {
namespace {

/// Why no permit of the project is valid: the newest one tells.
Refusal no_valid_permit(const std::vector<PermitRow>& permits, const std::string& project) {
  if (permits.empty()) return {"no_permit", "centre.session_no_permit", {project}};
  const auto& newest = permits.back();
  if (newest.revoked) {
    return {"permit_revoked", "centre.session_permit_revoked", {project, newest.id}};
  }
  return {"permit_expired", "centre.session_permit_expired", {project, newest.id, newest.until}};
}

std::optional<Refusal> unknown_column(const DatasetAccess& dataset) {
  if (!dataset.permit.columns) return std::nullopt;
  const auto codebook =
      policies::parse_codebook(dataset.stores.back().codebook, dataset.permit.dataset);
  for (const auto& column : *dataset.permit.columns) {
    const auto* variable = codebook.find(column);
    if (variable == nullptr || variable->role == policies::Role::hidden) {
      return Refusal{"unknown_column",
                     "centre.session_unknown_column",
                     {dataset.permit.id, dataset.permit.dataset, column}};
    }
  }
  return std::nullopt;
}

DatasetAccess dataset_access(const Centre::State& state, const PermitRow& permit) {
  DatasetAccess dataset;
  dataset.permit = permit;
  for (auto& store : state.registry.stores()) {
    const bool covered = store.dataset == permit.dataset && !store.superseded &&
                         covers(permit.vintages, store.vintage);
    if (!covered) continue;
    dataset.population = store.population;
    dataset.stores.push_back(std::move(store));
  }
  return dataset;
}

bool covers_all(const DatasetAccess& dataset, const std::vector<std::string>& vintages) {
  return std::all_of(vintages.begin(), vintages.end(), [&](const std::string& vintage) {
    return std::any_of(dataset.stores.begin(), dataset.stores.end(),
                       [&](const StoreRow& store) { return store.vintage == vintage; });
  });
}

bool shows(const DatasetAccess& dataset, const std::string& variable) {
  const auto& columns = dataset.permit.columns;
  return variable == "vintage" || !columns ||
         std::find(columns->begin(), columns->end(), variable) != columns->end();
}

}  // namespace

std::filesystem::path file_of(const Centre::State& state, const StoreRow& store) {
  return state.home.stores() / (store.dataset + "@" + store.vintage + ".store");
}

StoreAccess open_access(const Centre::State& state, const StoreRow& store) {
  StoreAccess access;
  access.name = {store.dataset, store.vintage};
  access.file = file_of(state, store);
  access.sealed = {store.id, store.size, store.sha256};
  verify_sealed(access.file, access.sealed, false);
  access.key = state.keyring.key(state.registry.store_key(store.id));
  return access;
}

std::variant<Access, Refusal> access_of(const Centre::State& state, const Person& person,
                                        const std::string& project) {
  const auto& registry = state.registry;
  const auto actor = registry.find_actor(person.user);
  const auto row = registry.project(project);
  // One sentence for both: whether a project exists is not a stranger's to learn.
  if (!row || !actor || !registry.is_member(project, *actor)) {
    return Refusal{
        row ? "not_member" : "no_project", "centre.session_not_member", {person.user, project}};
  }
  if (row->closed || row->until < state.today()) {
    return Refusal{"project_over", "centre.session_project_over", {project, row->until}};
  }
  const auto permits = registry.permits(project);
  std::vector<PermitRow> valid;
  std::copy_if(permits.begin(), permits.end(), std::back_inserter(valid),
               [&](const PermitRow& permit) { return is_valid(permit, state.today()); });
  if (valid.empty()) return no_valid_permit(permits, project);
  Access access{*row, current_policy(state, valid.front().policy), {}};
  for (const auto& permit : valid) {
    if (permit.policy != access.policy.row.name) {
      return Refusal{"two_policies", "centre.session_two_policies", {project}};
    }
    auto dataset = dataset_access(state, permit);
    if (dataset.stores.empty()) {
      return Refusal{"no_store", "centre.session_no_store", {permit.id, permit.dataset}};
    }
    if (auto refusal = unknown_column(dataset)) return *refusal;
    access.datasets.emplace(permit.dataset, std::move(dataset));
  }
  return access;
}

void check_within(const Access& access, const disclosure::Tabulation& tabulation) {
  const auto refuse = [&] {
    throw EnclaveError(Fault::not_permitted, "centre.outside_permit", {access.project.name});
  };
  const auto dataset = [&](const std::string& name) -> const DatasetAccess& {
    const auto found = access.datasets.find(name);
    if (found == access.datasets.end()) refuse();
    return found->second;
  };
  const auto& base = dataset(tabulation.dataset);
  if (tabulation.vintages.empty() || !covers_all(base, tabulation.vintages)) refuse();
  for (const auto& reference : tabulation.references) {
    const auto& other = dataset(reference.dataset);
    const bool whole = reference.vintage.empty() ? covers_all(other, tabulation.vintages)
                                                 : covers_all(other, {reference.vintage});
    if (!whole || !shows(base, reference.variable) || !shows(other, reference.key)) refuse();
  }
  for (const auto& variable : disclosure::variables_of(tabulation)) {
    const auto joined = disclosure::joined_variable(tabulation, variable);
    if (!(joined ? shows(dataset(joined->reference->dataset), joined->name)
                 : shows(base, variable))) {
      refuse();
    }
  }
}

}  // namespace sceau::enclave
