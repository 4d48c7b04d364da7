// role, project, policy.

#include <nlohmann/json.hpp>

#include "enclave/centre/closing.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/people.h"
#include "enclave/centre/print.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

}  // namespace

int role_grant(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto user = call.arguments.one("user");
  const auto role = call.arguments.one("role");
  grant_role(call.state, by, user, role);
  say(call, {{"format", 1}, {"user", user}, {"role", role}},
      line(call, "shown.role_granted", {user, role}));
  return 0;
}

int role_revoke(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto user = call.arguments.one("user");
  const auto role = call.arguments.one("role");
  revoke_role(call.state, by, user, role);
  say(call, {{"format", 1}, {"user", user}, {"role", role}},
      line(call, "shown.role_revoked", {user, role}));
  return 0;
}

int role_list(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"custodian", "operator", "auditor"});
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& [user, role] : call.state.registry.roles()) {
    list.push_back({{"user", user.name}, {"role", role}, {"actor", user.actor}});
    rows.push_back({user.name, role, user.actor});
  }
  say(call, {{"format", 1}, {"roles", list}},
      aligned(call.command.language, {"user", "role", "actor"}, rows));
  return 0;
}

int project_create(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  ProjectRow row;
  row.name = call.arguments.one("PROJECT");
  row.title = call.arguments.one("title");
  row.purpose = call.arguments.one("purpose");
  row.until = call.arguments.one("until");
  create_project(call.state, by, row, call.arguments.many("member"));
  say(call, {{"format", 1}, {"project", row.name}, {"until", row.until}},
      line(call, "shown.project_open", {row.name, row.until}));
  return 0;
}

int project_close(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto name = call.arguments.one("PROJECT");
  const auto folder = close_project(call.state, by, name, call.arguments.has("erase"));
  say(call, {{"format", 1}, {"project", name}, {"state", "closed"}, {"folder", folder.string()}},
      line(call, "shown.project_closed", {name, folder.string()}));
  return 0;
}

int project_list(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"custodian", "reviewer", "operator", "auditor"});
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& project : call.state.registry.projects()) {
    std::vector<std::string> members;
    for (const auto& actor : call.state.registry.members(project.name)) {
      members.push_back(call.state.registry.name_of(actor));
    }
    const bool over = project.closed || project.until < call.state.today();
    list.push_back({{"project", project.name},
                    {"title", project.title},
                    {"purpose", project.purpose},
                    {"until", project.until},
                    {"state", over ? "over" : "open"},
                    {"members", members}});
    rows.push_back(
        {project.name, over ? "over" : "open", project.until, joined(members), project.title});
  }
  say(call, {{"format", 1}, {"projects", list}},
      aligned(call.command.language, {"project", "state", "until", "members", "title"}, rows));
  return 0;
}

int policy_install(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto& file = passed_document(call, "FILE");
  const auto row = install_policy(call.state, by, file.text, file.name);
  say(call, {{"format", 1}, {"policy", row.name}, {"version", row.version}, {"sha256", row.sha256}},
      line(call, "shown.policy_installed", {row.name, row.version}));
  return 0;
}

int policy_list(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"custodian", "reviewer", "operator", "auditor"});
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& policy : call.state.registry.policies()) {
    list.push_back({{"policy", policy.name},
                    {"version", policy.version},
                    {"sha256", policy.sha256},
                    {"installed", policy.installed}});
    rows.push_back(
        {policy.name, policy.version, policy.sha256.substr(0, 16), policy.installed.substr(0, 10)});
  }
  say(call, {{"format", 1}, {"policies", list}},
      aligned(call.command.language, {"policy", "version", "sha256", "installed"}, rows));
  return 0;
}

}  // namespace sceau::enclave
