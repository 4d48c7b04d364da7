#include <algorithm>

#include "enclave/centre/people.h"
#include "enclave/fault.h"
#include "policies/codebook.h"
#include "policies/spelling.h"

namespace sceau::enclave {
namespace {

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool part_covers(const std::string& part, const std::string& vintage) {
  if (part == vintage) return true;
  const auto dash = part.find('-');
  if (dash == std::string::npos) return false;
  const auto first = part.substr(0, dash);
  const auto last = part.substr(dash + 1);
  return first.size() == vintage.size() && last.size() == vintage.size() && first <= vintage &&
         vintage <= last;
}

void check_vintages(const std::string& list) {
  if (list.empty()) return;
  for (const auto& part : split(list)) {
    const auto dash = part.find('-');
    const bool reversed =
        dash != std::string::npos &&
        (dash != part.size() - dash - 1 || part.substr(0, dash) > part.substr(dash + 1));
    const bool odd = part.empty() || !std::all_of(part.begin(), part.end(), [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                              (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
                     });
    if (odd || reversed) throw EnclaveError(Fault::usage, "centre.bad_vintages", {list});
  }
}

/// The newest store of the data set says which columns there are.
void check_columns(const PermitRow& row, const std::vector<StoreRow>& stores) {
  if (!row.columns) return;
  const auto codebook = policies::parse_codebook(stores.back().codebook, row.dataset);
  std::vector<std::string> known;
  for (const auto& variable : codebook.variables) {
    if (variable.role != policies::Role::hidden) known.push_back(variable.name);
  }
  for (const auto& column : *row.columns) {
    if (std::find(known.begin(), known.end(), column) == known.end()) {
      throw EnclaveError(Fault::usage, "centre.unknown_column",
                         {row.dataset, column, policies::suggestion(column, known)});
    }
  }
}

std::vector<StoreRow> covered_stores(const Centre::State& state, const PermitRow& row) {
  std::vector<StoreRow> covered;
  for (auto& store : state.registry.stores()) {
    if (store.dataset == row.dataset && !store.superseded && covers(row.vintages, store.vintage)) {
      covered.push_back(std::move(store));
    }
  }
  return covered;
}

/// One session has one policy, and one set of columns a data set.
void check_beside_others(const Centre::State& state, const PermitRow& row) {
  for (const auto& other : state.registry.permits(row.project)) {
    if (!is_valid(other, state.today())) continue;
    if (other.dataset == row.dataset) {
      throw EnclaveError(Fault::already_there, "centre.permit_there",
                         {row.project, row.dataset, other.id});
    }
    if (other.policy != row.policy) {
      throw EnclaveError(Fault::refused, "centre.permit_policy_differs",
                         {row.project, other.policy, other.id});
    }
  }
}

}  // namespace

bool covers(const std::string& vintages, const std::string& vintage) {
  if (vintages.empty()) return true;
  const auto parts = split(vintages);
  return std::any_of(parts.begin(), parts.end(),
                     [&](const std::string& part) { return part_covers(part, vintage); });
}

bool is_valid(const PermitRow& permit, const std::string& today) {
  return !permit.revoked && permit.until >= today;
}

std::string grant_permit(Centre::State& state, const std::string& by, PermitRow row) {
  check_date("until", row.until);
  if (row.until < state.today()) {
    throw EnclaveError(Fault::usage, "centre.date_past", {"until", row.until});
  }
  check_vintages(row.vintages);
  auto change = state.registry.begin();
  const auto project = state.registry.project(row.project);
  if (!project) throw EnclaveError(Fault::not_found, "centre.no_project", {row.project});
  if (project->closed || project->until < state.today()) {
    throw EnclaveError(Fault::refused, "centre.project_over", {row.project, project->until});
  }
  if (row.dataset.find('@') != std::string::npos) {
    throw EnclaveError(Fault::usage, "centre.permit_vintage", {row.dataset});
  }
  const auto stores = covered_stores(state, row);
  if (stores.empty()) {
    throw EnclaveError(Fault::not_found, "centre.no_store_for_permit",
                       {row.dataset, row.vintages.empty() ? "any vintage" : row.vintages});
  }
  check_columns(row, stores);
  const auto policy = current_policy(state, row.policy);
  check_beside_others(state, row);
  row.id = state.registry.take_permit_id();
  row.granted = state.now();
  state.registry.add_permit(row, state.journal.size());
  Fields fields = {{"permit", row.id},
                   {"policy", policy.row.sha256},
                   {"project", row.project},
                   {"store", row.dataset},
                   {"until", row.until}};
  if (!row.vintages.empty()) fields["vintages"] = row.vintages;
  if (row.columns) fields["columns"] = static_cast<std::int64_t>(row.columns->size());
  state.journal.record("permit.granted", by, std::move(fields));
  change.commit();
  return row.id;
}

void revoke_permit(Centre::State& state, const std::string& by, const std::string& id) {
  auto change = state.registry.begin();
  const auto permit = state.registry.permit(id);
  if (!permit) throw EnclaveError(Fault::not_found, "centre.no_permit", {id});
  if (permit->revoked) throw EnclaveError(Fault::refused, "centre.permit_revoked_already", {id});
  state.registry.revoke_permit(id, state.journal.size());
  state.journal.record("permit.revoked", by, {{"permit", id}});
  change.commit();
}

}  // namespace sceau::enclave
