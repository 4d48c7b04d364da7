#include "enclave/centre/waivers.h"

#include <algorithm>

#include "enclave/fault.h"
#include "policies/codebook.h"
#include "policies/spelling.h"

namespace sceau::enclave {
namespace {

/// The newest store of the data set says which variables there are.
policies::Codebook codebook_of(const Centre::State& state, const std::string& dataset) {
  std::optional<StoreRow> newest;
  for (auto& store : state.registry.stores()) {
    if (store.dataset == dataset && !store.superseded) newest = std::move(store);
  }
  if (!newest) throw EnclaveError(Fault::not_found, "centre.waiver_no_store", {dataset});
  return policies::parse_codebook(newest->codebook, dataset);
}

const policies::Variable* require_variable(const policies::Codebook& codebook,
                                           const std::string& dataset, const std::string& name) {
  const auto* variable = codebook.find(name);
  if (variable != nullptr && variable->role != policies::Role::hidden) return variable;
  std::vector<std::string> known;
  for (const auto& one : codebook.variables) {
    if (one.role != policies::Role::hidden) known.push_back(one.name);
  }
  throw EnclaveError(Fault::usage, "centre.unknown_column",
                     {dataset, name, policies::suggestion(name, known)});
}

void check_code(const policies::Variable& variable, const disclosure::Coordinate& part) {
  if (!part.code || variable.values.empty()) return;
  std::vector<std::string> known;
  for (const auto& value : variable.values) known.push_back(value.code);
  if (std::find(known.begin(), known.end(), *part.code) == known.end()) {
    throw EnclaveError(Fault::usage, "centre.waiver_no_code",
                       {variable.name, *part.code, policies::suggestion(*part.code, known)});
  }
}

void check_waiver(const Centre::State& state, const disclosure::Waiver& waiver) {
  if (!disclosure::can_be_waived(waiver.rule)) {
    throw EnclaveError(Fault::refused, "centre.waiver_never",
                       {std::string(policies::to_string(waiver.rule))});
  }
  if (waiver.variable.empty() && waiver.cell.empty()) {
    throw EnclaveError(Fault::usage, "centre.waiver_of_what");
  }
  const auto codebook = codebook_of(state, waiver.dataset);
  if (!waiver.variable.empty()) {
    (void)require_variable(codebook, waiver.dataset, waiver.variable);
  }
  for (const auto& part : waiver.cell) {
    check_code(*require_variable(codebook, waiver.dataset, part.dimension), part);
  }
}

void check_reason(const std::string& reason) {
  const bool blank = reason.find_first_not_of(" \t\r\n") == std::string::npos;
  if (blank || reason.size() > max_waiver_reason_bytes) {
    throw EnclaveError(Fault::usage, "centre.waiver_reason",
                       {std::to_string(max_waiver_reason_bytes)});
  }
}

[[noreturn]] void bad_cell(const std::string& text) {
  throw EnclaveError(Fault::usage, "centre.bad_cell", {text});
}

}  // namespace

std::vector<disclosure::Coordinate> parse_cell(const std::string& text) {
  std::vector<disclosure::Coordinate> cell;
  if (text.empty()) return cell;
  std::size_t from = 0;
  while (from <= text.size()) {
    const auto end = std::min(text.find(',', from), text.size());
    const auto part = text.substr(from, end - from);
    const auto equals = part.find('=');
    if (equals == std::string::npos || equals == 0) bad_cell(text);
    const auto code = part.substr(equals + 1);
    cell.push_back({part.substr(0, equals),
                    code == "NA" ? std::nullopt : std::optional<std::string>(code), false});
    from = end + 1;
  }
  const auto before = [](const auto& a, const auto& b) { return a.dimension < b.dimension; };
  std::sort(cell.begin(), cell.end(), before);
  const auto same = [](const auto& a, const auto& b) { return a.dimension == b.dimension; };
  if (std::adjacent_find(cell.begin(), cell.end(), same) != cell.end()) bad_cell(text);
  return cell;
}

std::string grant_waiver(Centre::State& state, const std::string& by, disclosure::Waiver waiver,
                         const std::string& reason, const std::string& until) {
  check_date("until", until);
  if (until < state.today()) {
    throw EnclaveError(Fault::usage, "centre.date_past", {"until", until});
  }
  check_reason(reason);
  check_waiver(state, waiver);
  auto change = state.registry.begin();
  waiver.id = state.registry.take_waiver_id();
  WaiverRow row;
  row.id = waiver.id;
  row.dataset = waiver.dataset;
  row.definition = disclosure::to_json(waiver);
  row.reason = reason;
  row.until = until;
  row.granted = state.now();
  row.by = by;
  row.seq = state.journal.size();
  state.registry.add_waiver(row);
  state.journal.record(
      "waiver.granted", by,
      {{"rule", std::string(policies::to_string(waiver.rule))},
       {"store", waiver.dataset},
       {"until", until},
       {"waiver", waiver.id}},
      {{"commitment", "waiver", waiver_texts(waiver.id), row.definition + "\n" + reason}});
  change.commit();
  return waiver.id;
}

void revoke_waiver(Centre::State& state, const std::string& by, const std::string& id) {
  auto change = state.registry.begin();
  const auto waiver = state.registry.waiver(id);
  if (!waiver) throw EnclaveError(Fault::not_found, "centre.no_waiver", {id});
  if (waiver->revoked_seq) {
    throw EnclaveError(Fault::refused, "centre.waiver_revoked_already", {id});
  }
  state.registry.revoke_waiver(id, state.journal.size());
  state.journal.record("waiver.revoked", by, {{"waiver", id}});
  change.commit();
}

std::string standing_of(const WaiverRow& row, const std::string& today) {
  if (row.revoked_seq) return "revoked";
  return row.until < today ? "expired" : "valid";
}

std::vector<disclosure::Waiver> waivers_for(
    const Centre::State& state, const std::vector<disclosure::Tabulation>& tabulations) {
  std::vector<disclosure::Waiver> waivers;
  const auto today = state.today();
  for (const auto& row : state.registry.waivers()) {
    const bool named =
        std::any_of(tabulations.begin(), tabulations.end(),
                    [&](const auto& tabulation) { return tabulation.dataset == row.dataset; });
    if (!named || standing_of(row, today) != "valid") continue;
    waivers.push_back(disclosure::waiver_from_json(row.definition));
  }
  return waivers;
}

}  // namespace sceau::enclave
