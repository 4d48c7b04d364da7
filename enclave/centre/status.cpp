// What a centre says of itself.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audit/entry.h"
#include "enclave/centre/freshness.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/people.h"
#include "enclave/centre/print.h"
#include "enclave/centre/witnessing.h"
#include "enclave/messages.h"

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

namespace {

std::string time_text(std::chrono::system_clock::time_point time) {
  return audit::format_time(time).substr(0, 19) + "Z";
}

/// "26 h", "3 min": how long ago.
std::string age_text(std::chrono::system_clock::duration age) {
  using namespace std::chrono;
  if (age >= hours(2)) return grouped(static_cast<std::uint64_t>(floor<hours>(age).count())) + " h";
  const auto minutes_old = std::max<std::int64_t>(floor<minutes>(age).count(), 0);
  return grouped(static_cast<std::uint64_t>(minutes_old)) + " min";
}

/// Policies that some valid permit names.
std::vector<policies::Policy> policies_in_use(const Call& call) {
  std::vector<policies::Policy> used;
  for (const auto& permit : call.state.registry.permits("")) {
    if (!is_valid(permit, call.state.today())) continue;
    auto policy = current_policy(call.state, permit.policy).policy;
    const bool known = std::any_of(used.begin(), used.end(),
                                   [&](const auto& one) { return one.name == policy.name; });
    if (!known) used.push_back(std::move(policy));
  }
  return used;
}

Json policies_json(const Call& call) {
  Json list = Json::array();
  for (const auto& policy : policies_in_use(call)) {
    const auto why = release_waits(call.state, policy);
    Json item = {{"policy", policy.name},
                 {"max_age_hours", policy.witness.max_age_hours},
                 {"releases", why ? "wait" : "go"},
                 {"unwitnessed", goes_unwitnessed(call.state, policy)},
                 {"why", nullptr}};
    if (why) item["why"] = text(why->id, why->args);
    list.push_back(std::move(item));
  }
  return list;
}

Json witness_json(const Call& call, const audit::WitnessStatus& status) {
  using std::chrono::seconds;
  Json json = {{"quorum", quorum_word(call.state.journal.chain().trust())},
               {"witnessed", status.size},
               {"time", nullptr},
               {"age_s", nullptr},
               {"unwitnessed", status.unwitnessed},
               {"unwitnessed_since", nullptr},
               {"asked", status.asked},
               {"waiting", status.waiting},
               {"policies", policies_json(call)}};
  if (status.time_s > 0) {
    const std::chrono::system_clock::time_point signed_at(
        seconds(static_cast<std::int64_t>(status.time_s)));
    json["time"] = audit::format_time(signed_at);
    json["age_s"] = std::chrono::floor<seconds>(latest_time(call.state) - signed_at).count();
  }
  if (status.unwitnessed_since) {
    json["unwitnessed_since"] = audit::format_time(*status.unwitnessed_since);
  }
  return json;
}

std::string witness_text(const Call& call, const audit::WitnessStatus& status) {
  const auto quorum = quorum_word(call.state.journal.chain().trust());
  std::string shown = "witnesses " + (quorum == "none" ? "no quorum (log.trust)" : quorum);
  if (status.time_s > 0) {
    const std::chrono::system_clock::time_point signed_at(
        std::chrono::seconds(static_cast<std::int64_t>(status.time_s)));
    shown += ", " + grouped(status.size) + " entries signed " + time_text(signed_at) + ", " +
             age_text(latest_time(call.state) - signed_at) + " ago";
  } else {
    shown += ", nothing signed yet";
  }
  shown += "\n          " + grouped(status.unwitnessed) + " entries not witnessed";
  if (status.unwitnessed_since) shown += " since " + time_text(*status.unwitnessed_since);
  for (const auto& name : status.waiting) shown += ", waiting for " + name;
  shown += "\n";
  for (const auto& policy : policies_in_use(call)) {
    if (const auto why = release_waits(call.state, policy)) {
      shown += "          releases wait: " + text(why->id, why->args) + "\n";
    } else if (goes_unwitnessed(call.state, policy)) {
      shown += "          " + policy.name +
               " asks for a witness; this trial centre has none and "
               "releases all the same\n";
    }
  }
  return shown;
}

}  // namespace

int status(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"operator", "custodian", "reviewer", "auditor"});
  const auto& registry = call.state.registry;
  std::uint64_t waiting = 0;
  std::uint64_t revoked = 0;
  for (const auto& request : registry.requests("")) {
    revoked += request.state == "revoked";
    waiting +=
        request.state == "checked" || request.state == "in_review" || request.state == "approved";
  }
  const auto sessions = registry.open_sessions().size();
  auto& journal = call.state.journal;
  const auto& chain = journal.chain();
  const auto witnesses = journal.witnesses();
  const auto size = chain.current().size();
  const auto published = chain.current().published();
  if (call.command.json) {
    const Json document = {{"format", 1},
                           {"origin", call.state.config.origin},
                           {"trial", call.state.config.trial},
                           {"state", "unlocked"},
                           {"stores", registry.stores().size()},
                           {"sessions", sessions},
                           {"waiting", waiting},
                           {"revoked", revoked},
                           {"log",
                            {{"origin", chain.origin()},
                             {"size", size},
                             {"published", published},
                             {"sealed", chain.sealed().size()},
                             {"entries", journal.size()}}},
                           {"witness", witness_json(call, witnesses)}};
    call.output.out(document.dump() + "\n");
    return 0;
  }
  std::string shown =
      "centre    " + call.state.config.origin +
      (call.state.config.trial ? " (a trial centre)" : "") + "\nstate     unlocked\nstores    " +
      grouped(registry.stores().size()) + "\nsessions  " + grouped(sessions) + " open\nrequests  " +
      grouped(waiting) + " waiting" +
      (revoked > 0 ? ", " + grouped(revoked) + " released and revoked" : "") + "\nlog       " +
      grouped(size) + " entries, " + grouped(published) + " published\n";
  if (!chain.sealed().empty()) {
    shown += "          " + chain.origin() + " goes on from " + grouped(chain.sealed().size()) +
             " sealed, " + grouped(journal.size()) + " entries in all\n";
  }
  call.output.out(shown + witness_text(call, witnesses));
  return 0;
}

}  // namespace sceau::enclave
