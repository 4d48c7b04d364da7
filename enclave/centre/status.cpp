// What a centre says of itself.

#include <nlohmann/json.hpp>

#include "enclave/centre/handlers.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/print.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

void say_state(const Home& home, const std::string& state, bool json, const Output& output) {
  const auto config = read_config(home);
  if (json) {
    const Json document = {
        {"format", 1}, {"origin", config.origin}, {"trial", config.trial}, {"state", state}};
    output.out(document.dump() + "\n");
    return;
  }
  output.out("centre    " + config.origin + (config.trial ? " (a trial centre)" : "") +
             "\nstate     " + state + "\n");
}

}  // namespace

int locked_status(const Home& home, bool json, const Output& output) {
  say_state(home, "locked", json, output);
  return 0;
}

int idle_status(const Home& home, bool json, const Output& output) {
  say_state(home, "not serving", json, output);
  return 1;
}

int status(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"operator", "custodian", "reviewer", "auditor"});
  const auto& registry = call.state.registry;
  std::uint64_t waiting = 0;
  for (const auto& request : registry.requests("")) {
    waiting +=
        request.state == "checked" || request.state == "in_review" || request.state == "approved";
  }
  const auto sessions = registry.open_sessions().size();
  const auto size = call.state.journal.size();
  const auto published = call.state.journal.published();
  if (call.command.json) {
    const Json document = {{"format", 1},
                           {"origin", call.state.config.origin},
                           {"trial", call.state.config.trial},
                           {"state", "unlocked"},
                           {"stores", registry.stores().size()},
                           {"sessions", sessions},
                           {"waiting", waiting},
                           {"log", {{"size", size}, {"published", published}}}};
    call.output.out(document.dump() + "\n");
    return 0;
  }
  call.output.out("centre    " + call.state.config.origin +
                  (call.state.config.trial ? " (a trial centre)" : "") +
                  "\nstate     unlocked\nstores    " + grouped(registry.stores().size()) +
                  "\nsessions  " + grouped(sessions) + " open\nrequests  " + grouped(waiting) +
                  " waiting\nlog       " + grouped(size) + " entries, " + grouped(published) +
                  " published\n");
  return 0;
}

}  // namespace sceau::enclave
