// permit …: drafted, signed, granted, revoked.

#include <nlohmann/json.hpp>

#include "disclosure/condition_json.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/people.h"
#include "enclave/centre/permits.h"
#include "enclave/centre/print.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == ',') {
      parts.emplace_back();
    } else if (c != ' ') {
      parts.back() += c;
    }
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

PermitRequest request_of(const Arguments& arguments) {
  PermitRequest request;
  request.project = arguments.one("project");
  request.dataset = arguments.one("store");
  request.vintages = arguments.one("vintages");
  if (const auto columns = arguments.maybe("columns")) request.columns = split_list(*columns);
  request.rows = arguments.one("where");
  request.policy = arguments.one("policy");
  request.from = arguments.one("from");
  request.until = arguments.one("until");
  request.persons = arguments.many("person");
  if (const auto outputs = arguments.maybe("outputs")) request.outputs = *outputs;
  request.place = arguments.one("place");
  return request;
}

int say_granted(const Call& call, const std::string& id) {
  const auto row = *call.state.registry.permit(id);
  say(call, {{"format", 1}, {"permit", id}, {"project", row.project}, {"store", row.dataset}},
      line(call, "shown.permit", {id, row.project, row.dataset, row.until, row.policy}));
  return 0;
}

int say_revoked(const Call& call, const std::vector<std::string>& ids) {
  // One is what is mostly revoked at a time; a list that was signed elsewhere may hold more.
  Json document = {{"format", 1}, {"permit", ids.front()}, {"state", "revoked"}};
  if (ids.size() > 1) document["permits"] = ids;
  std::string text;
  for (const auto& id : ids) text += line(call, "shown.permit_revoked", {id});
  say(call, document, text);
  return 0;
}

std::string text_of_rows(const PermitRow& permit) {
  if (permit.rows.empty()) return {};
  return disclosure::describe(disclosure::condition_from_json(permit.rows));
}

std::string state_of(const PermitRow& permit, const std::string& today) {
  if (permit.revoked) return "revoked";
  return permit.until < today ? "expired" : "valid";
}

}  // namespace

int permit_grant(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto text = encode(draft_permit(call.state, request_of(call.arguments)));
  return say_granted(call, install_permit(call.state, by, sign_in_trial(call.state, text)));
}

int permit_draft(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_role(call.state, call.person, "custodian");
  const auto text = encode(draft_permit(call.state, request_of(call.arguments)));
  say(call, {{"format", 1}, {"text", text}}, text);
  return 0;
}

int permit_draft_revocation(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_role(call.state, call.person, "custodian");
  const auto text = encode(draft_revocation(call.state, {call.arguments.one("PERMIT")}));
  say(call, {{"format", 1}, {"text", text}}, text);
  return 0;
}

int permit_install(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto& note = passed_document(call, "FILE").text;
  if (note.starts_with("sceau-revocations/")) {
    return say_revoked(call, install_revocations(call.state, by, note));
  }
  return say_granted(call, install_permit(call.state, by, note));
}

int permit_trust(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto key = call.arguments.one("KEY");
  register_permit_key(call.state, by, key);
  say(call, {{"format", 1}, {"key", key}}, line(call, "shown.permit_key", {printable(key)}));
  return 0;
}

int permit_distrust(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto key = call.arguments.one("KEY");
  const auto left = withdraw_permit_key(call.state, by, key);
  auto shown = line(call, "shown.permit_key_gone", {printable(key)});
  for (const auto& id : left) shown += line(call, "shown.permit_key_left", {id});
  say(call, {{"format", 1}, {"key", key}, {"permits", left}}, shown);
  return 0;
}

int permit_list(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"custodian", "reviewer", "operator", "auditor"});
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& permit : call.state.registry.permits(call.arguments.one("project"))) {
    const auto valid = state_of(permit, call.state.today());
    Json item = {
        {"permit", permit.id},         {"project", permit.project}, {"store", permit.dataset},
        {"vintages", permit.vintages}, {"columns", nullptr},        {"rows", nullptr},
        {"policy", permit.policy},     {"until", permit.until},     {"state", valid}};
    if (permit.columns) item["columns"] = *permit.columns;
    const auto which = text_of_rows(permit);
    if (!which.empty()) item["rows"] = which;
    item["document"] = permit.document;
    list.push_back(std::move(item));
    rows.push_back({permit.id, valid, permit.project, permit.dataset,
                    permit.vintages.empty() ? "all" : permit.vintages,
                    permit.columns ? joined(*permit.columns) : "all",
                    which.empty() ? "all" : printable(which), permit.policy, permit.until});
  }
  say(call, {{"format", 1}, {"permits", list}},
      aligned(
          call.command.language,
          {"permit", "state", "project", "store", "vintages", "columns", "rows", "policy", "until"},
          rows));
  return 0;
}

int permit_revoke(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto text = encode(draft_revocation(call.state, {call.arguments.one("PERMIT")}));
  return say_revoked(call, install_revocations(call.state, by, sign_in_trial(call.state, text)));
}

}  // namespace sceau::enclave
