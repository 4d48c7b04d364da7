#include "enclave/centre/commands.h"

#include <map>
#include <nlohmann/json.hpp>

#include "audit/bytes.h"
#include "enclave/centre/backup.h"
#include "enclave/centre/commands_ingress.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/people.h"
#include "enclave/fault.h"
#include "enclave/messages.h"

namespace sceau::enclave {

void say(const Call& call, const nlohmann::ordered_json& document, const std::string& text) {
  call.output.out(call.command.json ? document.dump() + "\n" : text);
}

std::string said(const Call& call, std::string_view id, const std::vector<std::string>& args) {
  return text(id, args, call.command.language);
}

std::string line(const Call& call, std::string_view id, const std::vector<std::string>& args) {
  return said(call, id, args) + "\n";
}

namespace {

const std::map<std::string_view, Handler>& handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"role grant", role_grant},
      {"role revoke", role_revoke},
      {"role list", role_list},
      {"project create", project_create},
      {"project close", project_close},
      {"project list", project_list},
      {"permit grant", permit_grant},
      {"permit draft", permit_draft},
      {"permit draft-revocation", permit_draft_revocation},
      {"permit install", permit_install},
      {"permit trust", permit_trust},
      {"permit distrust", permit_distrust},
      {"permit list", permit_list},
      {"permit revoke", permit_revoke},
      {"policy install", policy_install},
      {"policy list", policy_list},
      {"status", status},
      {"key status", key_status},
      {"key add", key_add},
      {"key remove", key_remove},
      {"key split", key_split},
      {"key rotate", key_rotate},
      {"store create", store_create},
      {"store list", store_list},
      {"store show", store_show},
      {"store verify", store_verify},
      {"store rejects", store_rejects},
      {"store rekey", store_rekey},
      {"store erase", store_erase},
      {"review list", review_list},
      {"review next", review_next},
      {"review show", review_show},
      {"review export", review_export},
      {"review approve", review_approve},
      {"review return", review_return},
      {"review reject", review_reject},
      {"review release", review_release},
      {"review revoke", review_revoke},
      {"waiver grant", waiver_grant},
      {"waiver list", waiver_list},
      {"waiver revoke", waiver_revoke},
      {"replay", replay},
      {"history show", history_show},
      {"backup", backup},
      {"ingress", ingress_bring},
      {"review ingress list", review_ingress_list},
      {"review ingress show", review_ingress_show},
      {"review ingress admit", review_ingress_admit},
      {"review ingress refuse", review_ingress_refuse},
      {"log reveal", log_reveal},
      {"log erase", log_erase},
      {"log witness add", log_witness_add},
      {"log witness remove", log_witness_remove},
      {"log witness quorum", log_witness_quorum},
      {"log witness list", log_witness_list},
      {"log request", log_request},
      {"log collect", log_collect},
      {"log rotate", log_rotate},
  };
  return table;
}

}  // namespace

int run_command(Centre& centre, const Person& person, const Command& command,
                const Examiner& examiner, const Output& output) {
  for (const auto& word : command.words) {
    if (!audit::is_utf8(word)) throw EnclaveError(Fault::usage, "centre.not_utf8");
  }
  const auto& spec = find_command(command.words);
  const auto arguments = parse_arguments(spec, command.words);
  const auto found = handlers().find(spec.words);
  if (found == handlers().end()) {
    throw EnclaveError(Fault::usage, "centre.not_here", {std::string(spec.words)});
  }
  return found->second({centre, centre.state(), person, arguments, command, examiner, output});
}

bool needs_centre(const std::vector<std::string>& words) {
  return find_command(words).needs_centre;
}

std::string require_any_role(Centre::State& state, const Person& person,
                             std::initializer_list<const char*> roles) {
  const auto actor = state.registry.find_actor(person.user);
  for (const auto* role : roles) {
    if (actor && state.registry.has_role(*actor, role)) return *actor;
  }
  throw EnclaveError(Fault::not_permitted, "centre.role_needed", {person.user, *roles.begin()});
}

const PassedFile& passed_document(const Call& call, std::string_view option) {
  for (const auto& file : call.command.files) {
    if (file.option == option) return file;
  }
  throw EnclaveError(Fault::usage, "centre.option_missing",
                     {std::string(option), std::string(call.arguments.spec->words)});
}

}  // namespace sceau::enclave
