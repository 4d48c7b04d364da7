#include "enclave/centre/permits.h"

#include <pwd.h>

#include <algorithm>
#include <cstdlib>

#include "audit/bytes.h"
#include "disclosure/condition_json.h"
#include "enclave/centre/people.h"
#include "enclave/centre/permit_rows.h"
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
void check_columns(const Permit& permit, const std::vector<StoreRow>& stores) {
  if (!permit.columns) return;
  const auto codebook = policies::parse_codebook(stores.back().codebook, permit.store);
  std::vector<std::string> known;
  for (const auto& variable : codebook.variables) {
    if (variable.role != policies::Role::hidden) known.push_back(variable.name);
  }
  for (const auto& column : *permit.columns) {
    if (std::find(known.begin(), known.end(), column) == known.end()) {
      throw EnclaveError(Fault::usage, "centre.unknown_column",
                         {permit.store, column, policies::suggestion(column, known)});
    }
  }
}

/// The newest store says what there is to choose by.
std::string rows_of(const std::string& sql, const std::vector<StoreRow>& stores) {
  std::vector<std::string> vintages;
  for (const auto& store : stores) vintages.push_back(store.vintage);
  return disclosure::to_json(read_permit_rows(sql, stores.back().codebook, vintages));
}

/// What was signed elsewhere is held against the same.
void check_rows(const std::string& rows, const std::vector<StoreRow>& stores) {
  if (rows.empty()) return;
  check_permit_rows(disclosure::condition_from_json(rows), stores.back().codebook);
}

std::vector<StoreRow> covered_stores(const Centre::State& state, const std::string& dataset,
                                     const std::string& vintages) {
  std::vector<StoreRow> covered;
  for (auto& store : state.registry.stores()) {
    if (store.dataset == dataset && !store.superseded && covers(vintages, store.vintage)) {
      covered.push_back(std::move(store));
    }
  }
  return covered;
}

/// One session has one policy, and one set of columns a data set.
void check_beside_others(const Centre::State& state, const Permit& permit) {
  for (const auto& other : state.registry.permits(permit.project)) {
    if (!is_valid(other, state.today())) continue;
    if (other.dataset == permit.store) {
      throw EnclaveError(Fault::already_there, "centre.permit_there",
                         {permit.project, permit.store, other.id});
    }
    if (other.policy != permit.policy) {
      throw EnclaveError(Fault::refused, "centre.permit_policy_differs",
                         {permit.project, other.policy, other.id});
    }
  }
}

/// All that a permit names is there; the stores that it covers.
std::vector<StoreRow> check_what(const Centre::State& state, const Permit& permit) {
  check_date("from", permit.from);
  check_date("until", permit.until);
  if (permit.until < state.today()) {
    throw EnclaveError(Fault::usage, "centre.date_past", {"until", permit.until});
  }
  if (permit.until < permit.from) {
    throw EnclaveError(Fault::usage, "centre.permit_dates", {permit.from, permit.until});
  }
  check_vintages(permit.vintages);
  const auto project = state.registry.project(permit.project);
  if (!project) throw EnclaveError(Fault::not_found, "centre.no_project", {permit.project});
  if (project->closed || project->until < state.today()) {
    throw EnclaveError(Fault::refused, "centre.project_over", {permit.project, project->until});
  }
  if (permit.store.find('@') != std::string::npos) {
    throw EnclaveError(Fault::usage, "centre.permit_vintage", {permit.store});
  }
  auto stores = covered_stores(state, permit.store, permit.vintages);
  if (stores.empty()) {
    throw EnclaveError(Fault::not_found, "centre.no_store_for_permit",
                       {permit.store, permit.vintages.empty() ? "any vintage" : permit.vintages});
  }
  check_columns(permit, stores);
  (void)current_policy(state, permit.policy);
  check_beside_others(state, permit);
  return stores;
}

std::uint64_t serial_of(const std::string& id) {
  return id.size() > 2 ? std::strtoull(id.c_str() + 2, nullptr, 10) : 0;
}

/// In a trial centre one Unix user plays everybody, so that no uid belongs to a name.
std::optional<std::uint32_t> uid_of(const Centre::State& state, const std::string& name) {
  if (state.config.trial) return std::nullopt;
  std::vector<char> buffer(1U << 14);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found) {
    throw EnclaveError(Fault::not_found, "centre.person_unknown", {name});
  }
  return found->pw_uid;
}

std::vector<PermittedPerson> persons_of(const Centre::State& state, const PermitRequest& request) {
  auto named = request.persons;
  const auto members = state.registry.members(request.project);
  if (named.empty()) {
    for (const auto& actor : members) named.push_back(state.registry.name_of(actor));
  }
  std::vector<PermittedPerson> persons;
  for (const auto& one : named) {
    const auto at = one.find('=');
    PermittedPerson person{one.substr(0, at), std::nullopt};
    check_user(person.name);
    const auto actor = state.registry.find_actor(person.name);
    if (!actor || !state.registry.is_member(request.project, *actor)) {
      throw EnclaveError(Fault::usage, "centre.person_no_member", {person.name, request.project});
    }
    if (at == std::string::npos) {
      person.uid = uid_of(state, person.name);
    } else {
      const auto number = audit::parse_decimal(one.substr(at + 1));
      if (!number || *number > 0xffffffffU) {
        throw EnclaveError(Fault::usage, "centre.bad_uid", {one});
      }
      person.uid = static_cast<std::uint32_t>(*number);
    }
    persons.push_back(std::move(person));
  }
  std::sort(persons.begin(), persons.end());
  persons.erase(std::unique(persons.begin(), persons.end()), persons.end());
  return persons;
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

Permit draft_permit(Centre::State& state, const PermitRequest& request) {
  const auto change = state.registry.begin();  // ends without a commit: the id stays free
  Permit permit;
  permit.centre = state.journal.chain().origin();
  permit.project = request.project;
  permit.store = request.dataset;
  permit.vintages = request.vintages;
  permit.columns = request.columns;
  permit.policy = request.policy;
  permit.outputs = parse_outputs(request.outputs);
  permit.place = request.place;
  permit.from = request.from.empty() ? state.today() : request.from;
  permit.until = request.until;
  const auto stores = check_what(state, permit);
  if (!request.rows.empty()) permit.rows = rows_of(request.rows, stores);
  permit.policy_sha256 = current_policy(state, permit.policy).row.sha256;
  permit.persons = persons_of(state, request);
  permit.id = state.registry.take_permit_id();
  permit.serial = serial_of(permit.id);
  if (decode_permit(encode(permit)) != permit) {
    throw EnclaveError(Fault::usage, "centre.bad_permit", {permit.id});
  }
  return permit;
}

std::string install_permit(Centre::State& state, const std::string& by, const std::string& note) {
  const auto permit = decode_permit(signed_by_custodian(state, note));
  if (!permit) throw EnclaveError(Fault::bad_input, "centre.not_a_permit");
  auto change = state.registry.begin();
  const auto stores = check_what(state, *permit);
  check_rows(permit->rows, stores);
  const bool ours = permit->centre == state.journal.chain().origin() &&
                    permit->id == state.registry.take_permit_id() &&
                    permit->serial == serial_of(permit->id) &&
                    permit->policy_sha256 == current_policy(state, permit->policy).row.sha256;
  if (!ours) throw EnclaveError(Fault::refused, "centre.permit_moved", {permit->id});
  PermitRow row{permit->id,   permit->project, permit->store, permit->vintages, permit->columns,
                permit->rows, permit->policy,  permit->until, state.now(),      false,
                note};
  state.registry.add_permit(row, state.journal.size());
  Fields fields = {{"permit", row.id},
                   {"policy", permit->policy_sha256},
                   {"project", row.project},
                   {"store", row.dataset},
                   {"until", row.until}};
  if (!row.vintages.empty()) fields["vintages"] = row.vintages;
  if (row.columns) fields["columns"] = static_cast<std::int64_t>(row.columns->size());
  state.journal.record("permit.granted", by, std::move(fields), {{"document", "permit", "", note}});
  change.commit();
  return row.id;
}

}  // namespace sceau::enclave
