// What a centre says of itself.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audit/entry.h"
#include "enclave/centre/access.h"
#include "enclave/centre/freshness.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/people.h"
#include "enclave/centre/print.h"
#include "enclave/centre/review_rules.h"
#include "enclave/centre/witnessing.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

std::string centre_line(const Config& config, std::string_view language) {
  return text(config.trial ? "shown.centre_trial" : "shown.centre", {config.origin}, language) +
         "\n";
}

void say_state(const Home& home, const std::string& state, bool json, const Output& output,
               std::string_view language) {
  const auto config = read_config(home);
  if (json) {
    const Json document = {
        {"format", 1}, {"origin", config.origin}, {"trial", config.trial}, {"state", state}};
    output.out(document.dump() + "\n");
    return;
  }
  output.out(centre_line(config, language) + text("shown.state", {state}, language) + "\n");
}

}  // namespace

int locked_status(const Home& home, bool json, const Output& output, std::string_view language) {
  say_state(home, "locked", json, output, language);
  return 0;
}

int idle_status(const Home& home, bool json, const Output& output, std::string_view language) {
  say_state(home, "not serving", json, output, language);
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
    if (why) item["why"] = said(call, why->id, why->args);
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
  auto shown =
      quorum == "none" ? said(call, "shown.no_quorum") : said(call, "shown.quorum", {quorum});
  if (status.time_s > 0) {
    const std::chrono::system_clock::time_point signed_at(
        std::chrono::seconds(static_cast<std::int64_t>(status.time_s)));
    shown += said(call, "shown.signed",
                  {grouped(status.size), time_text(signed_at),
                   age_text(latest_time(call.state) - signed_at)});
  } else {
    shown += said(call, "shown.nothing_signed");
  }
  shown += "\n" + said(call, "shown.unwitnessed", {grouped(status.unwitnessed)});
  if (status.unwitnessed_since) {
    shown += said(call, "shown.unwitnessed_since", {time_text(*status.unwitnessed_since)});
  }
  for (const auto& name : status.waiting) shown += said(call, "shown.waiting_for", {name});
  shown += "\n";
  for (const auto& policy : policies_in_use(call)) {
    if (const auto why = release_waits(call.state, policy)) {
      shown += said(call, "shown.releases_wait", {said(call, why->id, why->args)}) + "\n";
    } else if (goes_unwitnessed(call.state, policy)) {
      shown += said(call, "shown.unwitnessed_trial", {policy.name}) + "\n";
    }
  }
  return shown;
}

}  // namespace

namespace {

std::vector<std::string> stores_aside(const Centre::State& state) {
  std::vector<std::string> names;
  for (const auto& store : state.registry.stores()) {
    if (state.aside.contains(store.id)) names.push_back(name_of(store));
  }
  return names;
}

std::string aside_lines(const Call& call, const std::vector<std::string>& names) {
  std::string shown;
  for (const auto& name : names) shown += line(call, "shown.stores_aside", {name});
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
    waiting += is_on_its_way(request);
  }
  const auto aside = stores_aside(call.state);
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
                           {"set_aside", aside},
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
  auto shown =
      centre_line(call.state.config, call.command.language) +
      line(call, "shown.state", {"unlocked"}) +
      line(call, "shown.stores", {grouped(registry.stores().size())}) + aside_lines(call, aside) +
      line(call, "shown.sessions", {grouped(sessions)}) +
      (revoked > 0 ? line(call, "shown.requests_revoked", {grouped(waiting), grouped(revoked)})
                   : line(call, "shown.requests", {grouped(waiting)})) +
      line(call, "shown.log", {grouped(size), grouped(published)});
  if (!chain.sealed().empty()) {
    shown += line(call, "shown.log_chain",
                  {chain.origin(), grouped(chain.sealed().size()), grouped(journal.size())});
  }
  call.output.out(shown + witness_text(call, witnesses));
  return 0;
}

}  // namespace sceau::enclave
