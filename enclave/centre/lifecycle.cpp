// The broker's days: unlocked, serving, stopped.

#include "enclave/centre/lifecycle.h"

#include "enclave/centre/access.h"
#include "enclave/centre/print.h"
#include "enclave/centre/sessions.h"
#include "enclave/centre/set_aside.h"
#include "enclave/centre/workspace_rows.h"
#include "enclave/centre/workspaces.h"
#include "enclave/fault.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr const char* version = SCEAU_VERSION;

}  // namespace

void record_unlocked(Centre& centre, const Person& person) {
  record_unlocked(centre, std::vector<Person>{person});
}

void record_unlocked(Centre& centre, const std::vector<Person>& people) {
  auto& state = centre.state();
  const Held held(state.mutex);
  std::optional<std::string> by;
  for (const auto& person : people) {
    const auto actor = state.registry.find_actor(person.user);
    const bool allowed = actor && (state.registry.has_role(*actor, "operator") ||
                                   person.uid == state.config.owner_uid);
    if (allowed) by = actor;
  }
  if (!by) {
    throw EnclaveError(Fault::not_permitted, "centre.role_needed",
                       {people.empty() ? std::string() : people.back().user, "operator"});
  }
  std::string recipients;
  for (const auto& id : state.keyring.opened_by()) {
    recipients += (recipients.empty() ? "" : ",") + id;
  }
  auto change = state.registry.begin();
  state.journal.record("centre.started", *by, {{"version", version}});
  state.journal.record("centre.unlocked", *by, {{"recipients", recipients}});
  state.registry.set_meta("serving", "yes");
  change.commit();
}

void record_stopped(Centre& centre) {
  auto& state = centre.state();
  const Held held(state.mutex);
  auto change = state.registry.begin();
  for (const auto& session : state.registry.open_sessions()) {
    end_session(state, session, "stopped", "centre");
  }
  for (const auto& workspace : open_workspaces(state.registry)) {
    end_workspace(state, workspace.id, "stopped", 0, "centre");
  }
  if (state.registry.meta("serving") == "yes") {
    state.journal.record("centre.stopped", "centre", {{"reason", "asked"}});
    state.registry.set_meta("serving", "");
  }
  change.commit();
  state.journal.publish();
}

void verify_stores(Centre& centre, const Output& output) {
  auto& state = centre.state();
  std::vector<StoreRow> rows;
  {
    const Held held(state.mutex);
    rows = state.registry.stores();
  }
  const auto say = [&](std::string_view id, std::vector<std::string> args) {
    if (output.err) output.err(text(id, args, output.language) + "\n");
  };
  for (const auto& row : rows) {
    const auto name = name_of(row);
    try {
      verify_sealed(file_of(state, row), {row.id, row.size, row.sha256}, true);
      say("shown.as_sealed_bytes", {name, grouped(row.size)});
    } catch (const EnclaveError& error) {
      const Held held(state.mutex);
      set_aside(state, row, "centre", error);
      say("shown.set_aside", {name, text(error.id(), error.args(), output.language)});
    }
  }
}

void publish_log(Centre& centre) { centre.state().journal.publish(); }

}  // namespace sceau::enclave
