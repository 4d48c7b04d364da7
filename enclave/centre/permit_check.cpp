// Whether a permit holds: for this person, here, now.

#include <algorithm>

#include "enclave/centre/people.h"
#include "enclave/centre/permits.h"

namespace sceau::enclave {
namespace {

/// What the row says and what was signed must be one: the row is not what is believed.
bool is_of(const Centre::State& state, const Permit& permit, const PermitRow& row) {
  const auto origin = permit.centre;
  const auto& sealed = state.journal.chain().sealed();
  const bool ours = origin == state.journal.chain().origin() ||
                    std::any_of(sealed.begin(), sealed.end(),
                                [&](const auto& log) { return log.origin == origin; });
  return ours && permit.id == row.id && permit.project == row.project &&
         permit.store == row.dataset && permit.vintages == row.vintages &&
         permit.columns == row.columns && permit.rows == row.rows && permit.policy == row.policy &&
         permit.until == row.until;
}

std::optional<Permit> believed(const Centre::State& state, const PermitRow& row,
                               std::optional<Refusal>& why) {
  const auto read = read_signed(row.document, known_keys(state));
  if (!read.good) {
    switch (read.why) {
      case Disbelief::damaged:
      case Disbelief::bad_signature:
        why = Refusal{"permit_damaged", "centre.session_permit_damaged", {row.id}};
        return std::nullopt;
      case Disbelief::unknown_key:
        why = Refusal{"permit_unknown_key", "centre.session_permit_key", {row.id}};
        return std::nullopt;
    }
  }
  auto permit = decode_permit(read.good->text);
  if (!permit || !is_of(state, *permit, row)) {
    why = Refusal{"permit_damaged", "centre.session_permit_damaged", {row.id}};
    return std::nullopt;
  }
  return permit;
}

OutputKind kind_of(const OutputDraft& draft) {
  if (!draft.tabulation) return OutputKind::files;
  if (draft.chart) return OutputKind::figures;
  const auto& columns = draft.tabulation->columns;
  const bool model = std::any_of(columns.begin(), columns.end(),
                                 [](const auto& column) { return column.model.has_value(); });
  return model ? OutputKind::models : OutputKind::tables;
}

}  // namespace

std::optional<Refusal> why_not(const Centre::State& state, const PermitRow& row,
                               const Person& person) {
  std::optional<Refusal> why;
  const auto permit = believed(state, row, why);
  if (!permit) return why;
  if (permit->from > state.today()) {
    return Refusal{"permit_not_yet", "centre.session_permit_not_yet", {row.id, permit->from}};
  }
  const auto is_named = [&](const PermittedPerson& one) { return one.name == person.user; };
  const auto named = std::find_if(permit->persons.begin(), permit->persons.end(), is_named);
  if (named == permit->persons.end()) {
    return Refusal{"permit_other_person", "centre.session_permit_person", {row.id, person.user}};
  }
  const bool same_uid =
      std::any_of(permit->persons.begin(), permit->persons.end(), [&](const PermittedPerson& one) {
        return is_named(one) && (one.uid ? *one.uid == person.uid : state.config.trial);
      });
  if (!same_uid) {
    return Refusal{"permit_other_uid",
                   "centre.session_permit_uid",
                   {row.id, person.user, std::to_string(person.uid)}};
  }
  if (!permit->place.empty() && permit->place != state.place) {
    return Refusal{
        "permit_other_place", "centre.session_permit_place", {row.id, permit->place, state.place}};
  }
  const auto policy = state.registry.policy(permit->policy);
  if (!policy || policy->sha256 != permit->policy_sha256) {
    return Refusal{"permit_policy_moved", "centre.session_permit_policy", {row.id, permit->policy}};
  }
  return std::nullopt;
}

void check_declared(const Access& access, const OutputDraft& draft) {
  const auto kind = kind_of(draft);
  for (const auto& [name, dataset] : access.datasets) {
    // A file can be made of anything that the session sees.
    if (draft.tabulation && name != draft.tabulation->dataset) continue;
    const auto& outputs = dataset.outputs;
    if (outputs.contains(kind)) continue;
    throw EnclaveError(
        Fault::not_permitted, "centre.output_undeclared",
        {draft.name, std::string(to_string(kind)), dataset.permit.id, to_string(outputs)});
  }
}

}  // namespace sceau::enclave
