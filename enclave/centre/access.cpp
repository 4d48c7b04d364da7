#include "enclave/centre/access.h"

#include <algorithm>
#include <functional>
#include <map>

#include "disclosure/condition_json.h"
#include "enclave/centre/permits.h"
#include "enclave/centre/set_aside.h"
#include "enclave/store/project_form.h"
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

/// Of a permit that was believed before.
std::set<OutputKind> outputs_of(const PermitRow& permit) {
  const auto signed_part = permit.document.substr(0, permit.document.rfind("\n\n") + 1);
  const auto read = decode_permit(signed_part);
  return read ? read->outputs : std::set<OutputKind>();
}

/// With a clock that was set back, what is over would hold again. The log's own times never go
/// back.
std::optional<Refusal> clock_fault(const Centre::State& state) {
  const auto& last = state.journal.last_time();
  const auto now = state.now();
  if (now >= last) return std::nullopt;
  return Refusal{"clock_behind", "centre.clock_behind", {now, last}};
}

DatasetAccess dataset_access(const Centre::State& state, const PermitRow& permit) {
  DatasetAccess dataset;
  dataset.permit = permit;
  dataset.outputs = outputs_of(permit);
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

using Codebooks = std::map<std::string, policies::Codebook, std::less<>>;
using OtherForm = std::function<std::string(const disclosure::Condition&, const std::string&)>;

/// Each text that an identifier is compared with, in another form.
void change_pseudonyms(disclosure::Tabulation& tabulation, const Codebooks& codebooks,
                       const OtherForm& other) {
  const auto references = tabulation;  // joined names are read by the references that stand there
  disclosure::for_each_leaf(tabulation, [&](disclosure::Condition& leaf) {
    const auto joined = disclosure::joined_variable(references, leaf.variable);
    const auto book = codebooks.find(
        joined ? disclosure::joined_rows(joined->reference->dataset).dataset : references.dataset);
    if (book == codebooks.end()) return;
    const auto* variable = book->second.find(joined ? joined->name : leaf.variable);
    if (variable == nullptr || variable->role != policies::Role::identifier) return;
    for (auto& constant : leaf.constants) {
      if (auto* text = std::get_if<std::string>(&constant)) *text = other(leaf, *text);
    }
  });
}

}  // namespace

std::filesystem::path file_of(const Centre::State& state, const StoreRow& store) {
  return state.home.stores() / (name_of(store) + ".store");
}

std::optional<std::set<std::string>> columns_of(const PermitRow& permit) {
  if (!permit.columns) return std::nullopt;
  return std::set<std::string>(permit.columns->begin(), permit.columns->end());
}

DatasetGrant open_dataset(const Centre::State& state, const DatasetAccess& dataset) {
  DatasetGrant grant;
  grant.dataset = dataset.permit.dataset;
  for (const auto& store : dataset.stores) grant.vintages.push_back(open_access(state, store));
  grant.columns = columns_of(dataset.permit);
  return grant;
}

std::string name_of(const StoreRow& store) { return store.dataset + "@" + store.vintage; }

StoreAccess open_access(const Centre::State& state, const StoreRow& store) {
  check_not_aside(state, store);
  return suspect_access(state, store);
}

StoreAccess suspect_access(const Centre::State& state, const StoreRow& store) {
  StoreAccess access;
  access.name = {store.dataset, store.vintage};
  access.file = file_of(state, store);
  access.sealed = {store.id, store.size, store.sha256};
  verify_sealed(access.file, access.sealed, false);
  access.key = state.keyring.key(state.registry.store_key(store.id));
  return access;
}

std::variant<Access, Refusal> access_of(Centre::State& state, const Person& person,
                                        const std::string& project) {
  if (auto refusal = clock_fault(state)) return *refusal;
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
  if (auto refusal = revocations_fault(state)) return *refusal;
  if (valid.empty()) return no_valid_permit(permits, project);
  for (const auto& permit : valid) {
    if (auto refusal = why_not(state, permit, person)) return *refusal;
  }
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

disclosure::RowFilters row_filters(const Access& access) {
  disclosure::RowFilters filters;
  for (const auto& [name, dataset] : access.datasets) {
    if (dataset.permit.rows.empty()) continue;
    filters[name] = disclosure::condition_from_json(dataset.permit.rows);
  }
  return filters;
}

disclosure::Tabulation as_permitted(const Centre::State& state, const Access& access,
                                    disclosure::Tabulation tabulation) {
  check_within(access, tabulation);
  std::map<std::string, policies::Codebook, std::less<>> codebooks;
  for (const auto& [name, dataset] : access.datasets) {
    codebooks.emplace(name, policies::parse_codebook(dataset.stores.back().codebook, name));
  }
  const ProjectForm form(project_key(state, access.project.name));
  change_pseudonyms(
      tabulation, codebooks, [&](const disclosure::Condition& leaf, const std::string& shown) {
        const bool equality = leaf.kind == disclosure::Condition::Kind::in_list ||
                              leaf.comparison == disclosure::Comparison::equal ||
                              leaf.comparison == disclosure::Comparison::not_equal;
        if (!equality) {
          throw EnclaveError(Fault::refused, "centre.pseudonym_order", {leaf.variable});
        }
        return form.stored_text(shown);
      });
  return disclosure::restricted(std::move(tabulation), row_filters(access));
}

void put_into_project_form(const Centre::State& state, ExamineJob& job) {
  if (!state.keyring.has(project_key_name(job.project))) return;
  job.pseudonyms = project_key(state, job.project);
  const ProjectForm form(job.pseudonyms);
  std::map<std::string, policies::Codebook, std::less<>> codebooks;
  for (const auto& dataset : job.datasets) {
    if (dataset.vintages.empty()) continue;
    const auto& newest = dataset.vintages.back().name;
    const auto store = state.registry.store(newest.dataset, newest.vintage);
    if (store) {
      codebooks.emplace(dataset.dataset,
                        policies::parse_codebook(store->codebook, dataset.dataset));
    }
  }
  const auto change = [&](disclosure::Tabulation& tabulation) {
    change_pseudonyms(tabulation, codebooks,
                      [&](const disclosure::Condition&, const std::string& stored) {
                        return form.shown_text(stored);
                      });
  };
  for (auto& tabulation : job.tabulations) change(tabulation);
  for (auto& past : job.history) {
    if (!past.opaque) change(past.tabulation);
  }
}

}  // namespace sceau::enclave
