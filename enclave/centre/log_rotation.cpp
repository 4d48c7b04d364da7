#include "enclave/centre/log_rotation.h"

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr const char* version = SCEAU_VERSION;

/// What would have its beginning in one log and its end in the next.
std::string open_acts(const Centre::State& state) {
  if (const auto sessions = state.registry.open_sessions(); !sessions.empty()) {
    return "session " + sessions.front().id;
  }
  if (const auto intents = state.registry.intents(); !intents.empty()) {
    return intents.front().event + " " + intents.front().subject;
  }
  for (const auto& request : state.registry.requests("")) {
    if (request.release_seq && request.state == "approved") return "release " + request.id;
  }
  return {};
}

}  // namespace

void rotate_log(Centre::State& state, const std::string& by) {
  if (const auto open = open_acts(state); !open.empty()) {
    throw EnclaveError(Fault::refused, "centre.rotate_busy", {open});
  }
  const bool serving = state.registry.meta("serving") == "yes";
  if (serving) {
    auto change = state.registry.begin();
    state.registry.set_meta("serving", "");
    state.journal.record("centre.stopped", by, {{"reason", "rotated"}});
    change.commit();
  }
  state.journal.rotate(state.keyring, by);
  auto change = state.registry.begin();
  state.registry.set_log_size(state.journal.size());
  if (serving) {
    state.registry.set_meta("serving", "yes");
    state.journal.record("centre.started", by, {{"version", version}});
  }
  change.commit();
  state.journal.publish();
}

}  // namespace sceau::enclave
