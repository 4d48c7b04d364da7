#include "enclave/centre/recovery.h"

#include "enclave/centre/erasure.h"
#include "enclave/centre/keyring_acts.h"
#include "enclave/centre/release.h"
#include "enclave/centre/revocation.h"
#include "enclave/centre/sessions.h"
#include "enclave/centre/store_erasure.h"
#include "enclave/centre/store_rekey.h"
#include "enclave/centre/stores.h"
#include "enclave/centre/witnessing.h"
#include "enclave/centre/workspace_rows.h"
#include "enclave/centre/workspaces.h"
#include "enclave/egress/outbox.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

void withdraw_unchecked(Centre::State& state, const IntentRow& intent) {
  const auto turn = logged_entry(state.journal, intent.seq).number("turn");
  state.journal.record("request.withdrawn", "centre",
                       {{"reason", "crash"},
                        {"request", intent.subject},
                        {"turn", static_cast<std::int64_t>(turn)}});
  state.registry.end_intent(intent.event, intent.subject);
}

void drop_import(Centre::State& state, const IntentRow& intent) {
  const auto blank = intent.subject.find(' ');
  drop_unsealed(state, intent.subject.substr(0, blank), intent.subject.substr(blank + 1));
  state.registry.end_intent(intent.event, intent.subject);
}

/// Announced acts, sessions and a serving centre that ended without a word.
void close_what_is_open(Centre::State& state) {
  auto change = state.registry.begin();
  for (const auto& intent : state.registry.intents()) {
    if (intent.event == "request.submitted") withdraw_unchecked(state, intent);
    if (intent.event == "store.started") drop_import(state, intent);
    if (intent.event == "erasure.started") finish_store_erasure(state, intent);
    if (intent.event == "rekey.started") drop_rekeying(state, intent, "crash");
    if (intent.event == "keyring.started") end_keyring_change(state, intent, "crash");
  }
  for (const auto& session : state.registry.open_sessions()) {
    end_session(state, session, "crash", "centre");
  }
  for (const auto& workspace : open_workspaces(state.registry)) {
    end_workspace(state, workspace.id, "crash", 0, "centre");
  }
  if (state.registry.meta("serving") == "yes") {
    state.journal.record("centre.stopped", "centre", {{"reason", "crash"}});
    state.registry.set_meta("serving", "");
  }
  change.commit();
}

/// Everything that is over with in the log is over with in the registry.
void catch_up(Centre::State& state) {
  const auto known = state.registry.log_size();
  const auto size = state.journal.size();
  if (known > size) {
    throw EnclaveError(Fault::integrity, "centre.log_behind",
                       {std::to_string(size), std::to_string(known)});
  }
  const auto tail = log_tail(state.journal, known);
  if (tail.empty()) return;
  auto change = state.registry.begin();
  state.registry.set_log_size(size);
  reconcile(state, tail);
  change.commit();
}

}  // namespace

void recover(Centre::State& state) {
  sweep_outbox(state.home.outbox());
  catch_up(state);
  finish_erasing(state);
  finish_trust(state);
  close_what_is_open(state);
  check_keyring(state);
  finish_rekeying(state);
  finish_erasure_receipts(state);
  finish_releases(state);
  finish_revocations(state);
  state.journal.record_cosignatures();
  if (state.journal.published() < state.journal.size()) state.journal.publish();
}

}  // namespace sceau::enclave
