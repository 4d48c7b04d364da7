// review list | next | approve | return | reject | release | revoke. `review show` stands in
// review_show.cpp.

#include <nlohmann/json.hpp>

#include "enclave/centre/handlers.h"
#include "enclave/centre/people.h"
#include "enclave/centre/print.h"
#include "enclave/centre/review.h"
#include "enclave/centre/revocation.h"
#include "enclave/fault.h"
#include "policies/spelling.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

struct Filter {
  bool mine = false;
  std::string state, project;
};

Filter filter_of(const Call& call) {
  Filter filter{call.arguments.has("mine"), call.arguments.one("state"),
                call.arguments.one("project")};
  if (!filter.state.empty() && !disclosure::parse_state(filter.state)) {
    std::vector<std::string> known;
    for (const auto& step : disclosure::transitions()) {
      known.emplace_back(disclosure::to_string(step.to));
    }
    throw EnclaveError(Fault::usage, "centre.bad_choice",
                       {"state", filter.state, policies::suggestion(filter.state, known)});
  }
  return filter;
}

std::vector<RequestRow> filtered(const Call& call, const std::string& actor, const Filter& filter) {
  std::vector<RequestRow> rows;
  for (auto& request : call.state.registry.requests(filter.project)) {
    if (!filter.state.empty() && request.state != filter.state) continue;
    if (filter.mine && !waits_for(call.state, request, actor)) continue;
    rows.push_back(std::move(request));
  }
  return rows;
}

Json request_json(const Call& call, const RequestRow& request) {
  return {{"request", request.id},
          {"state", request.state},
          {"verdict", request.verdict},
          {"project", request.project},
          {"by", call.state.registry.name_of(request.actor)},
          {"policy", request.policy},
          {"turn", request.turn},
          {"replaces", request.replaces.empty() ? Json(nullptr) : Json(request.replaces)},
          {"outputs", call.state.registry.outputs(request.id).size()},
          {"submitted", request.submitted},
          {"decided", request.decided}};
}

std::string comment_of(const Call& call) {
  auto comment = call.arguments.one("comment");
  if (comment.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw EnclaveError(Fault::usage, "centre.comment_empty");
  }
  return comment;
}

int ruled(const Call& call, disclosure::Act act) {
  const Held held(call.state.mutex);
  const auto id = call.arguments.one("REQUEST");
  const auto request = request_of(call.state, id);
  const auto by = require_reviewer(call.state, call.person, request);
  const Ruling ruling{act, call.arguments.one("output"), comment_of(call),
                      call.arguments.one("note")};
  const auto state = decide(call.state, request, by, ruling);
  auto shown = line(call, "shown.request_is", {id, state});
  if (state == "in_review") shown += line(call, "shown.another_needed");
  if (state == "approved") shown += line(call, "shown.next_release", {id});
  say(call, {{"format", 1}, {"request", id}, {"state", state}}, shown);
  return 0;
}

}  // namespace

int review_list(const Call& call) {
  const Held held(call.state.mutex);
  const auto actor = require_role(call.state, call.person, "reviewer");
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& request : filtered(call, actor, filter_of(call))) {
    list.push_back(request_json(call, request));
    rows.push_back({request.id, request.state, request.verdict, request.project,
                    call.state.registry.name_of(request.actor),
                    std::to_string(call.state.registry.outputs(request.id).size()),
                    request.submitted.substr(0, 16)});
  }
  say(call, {{"format", 1}, {"requests", list}},
      aligned(call.command.language,
              {"request", "state", "verdict", "project", "by", "outputs", "submitted"}, rows));
  return 0;
}

int review_next(const Call& call) {
  const Held held(call.state.mutex);
  const auto actor = require_role(call.state, call.person, "reviewer");
  const auto waiting = filtered(call, actor, {true, "", ""});
  if (waiting.empty()) {
    say(call, {{"format", 1}, {"request", nullptr}}, line(call, "shown.nothing_waits"));
    return 1;
  }
  say(call, {{"format", 1}, {"request", waiting.front().id}}, waiting.front().id + "\n");
  return 0;
}

int review_approve(const Call& call) { return ruled(call, disclosure::Act::approve); }

int review_return(const Call& call) { return ruled(call, disclosure::Act::send_back); }

int review_reject(const Call& call) { return ruled(call, disclosure::Act::reject); }

int review_revoke(const Call& call) {
  const Held held(call.state.mutex);
  const auto id = call.arguments.one("REQUEST");
  const auto request = request_of(call.state, id);
  const auto by = require_reviewer(call.state, call.person, request);
  revoke_release(call.state, request, by, comment_of(call));
  Json files = Json::array();
  auto shown = line(call, "shown.release_revoked", {id});
  for (const auto& release : call.state.registry.releases(id)) {
    files.push_back({{"name", release.file_name}, {"sha256", release.sha256}});
    shown += "  " + release.file_name + "  " + release.sha256 + "\n";
  }
  say(call, {{"format", 1}, {"request", id}, {"state", "revoked"}, {"files", files}}, shown);
  return 0;
}

int review_release(const Call& call) {
  const auto id = call.arguments.one("REQUEST");
  review_and_release(call.state, call.person, id, call.examiner);
  const Held held(call.state.mutex);
  Json files = Json::array();
  auto shown = line(call, "shown.released", {id, (call.state.home.outbox() / id).string()});
  for (const auto& release : call.state.registry.releases(id)) {
    files.push_back({{"name", release.file_name},
                     {"sha256", release.sha256},
                     {"receipt", release.file_name + ".receipt"}});
    shown += "  " + release.file_name + "  " + release.sha256 + "\n";
  }
  say(call, {{"format", 1}, {"request", id}, {"state", "released"}, {"files", files}}, shown);
  return 0;
}

}  // namespace sceau::enclave
