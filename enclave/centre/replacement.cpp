#include "enclave/centre/replacement.h"

#include "enclave/centre/review_rules.h"
#include "enclave/fault.h"

namespace sceau::enclave {
std::optional<RequestRow> request_to_replace(const Centre::State& state, const SessionRow& session,
                                             const std::vector<OutputDraft>& drafts) {
  std::string named;
  for (const auto& draft : drafts) {
    if (draft.replaces.empty()) continue;
    if (!named.empty() && named != draft.replaces) {
      throw EnclaveError(Fault::bad_input, "server.replaces_two");
    }
    named = draft.replaces;
  }
  if (named.empty()) return std::nullopt;
  return check_replaceable(state, session, named);
}

RequestRow check_replaceable(const Centre::State& state, const SessionRow& session,
                             const std::string& id) {
  const auto request = state.registry.request(id);
  if (!request || request->project != session.project) {
    throw EnclaveError(Fault::not_found, "centre.no_request", {id});
  }
  if (request->state == "released" || (request->state == "approved" && request->release_seq)) {
    throw EnclaveError(Fault::refused, "centre.replaces_released", {id});
  }
  if (const auto newer = state.registry.replaced_by(id)) {
    throw EnclaveError(Fault::refused, "centre.replaced_already", {id, *newer});
  }
  if (is_on_its_way(*request) && request->actor != session.actor) {
    throw EnclaveError(Fault::not_permitted, "centre.replaces_other", {id, request->state});
  }
  return *request;
}

void retire_replaced(Centre::State& state, const RequestRow& by) {
  const auto old = state.registry.request(by.replaces);
  if (!old || !is_on_its_way(*old)) return;
  set_states(state, *old, next_of(*old, disclosure::Act::withdraw, disclosure::Party::author));
  state.journal.record("request.withdrawn", by.actor,
                       {{"reason", "replaced"},
                        {"replaced_by", by.id},
                        {"request", old->id},
                        {"turn", std::int64_t{old->turn}}});
}

}  // namespace sceau::enclave
