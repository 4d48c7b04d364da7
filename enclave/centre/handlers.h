#pragma once
// The commands behind run_command(), one function each. A handler checks the role, acts under the
// state's lock, prints a text or a JSON document, and returns the exit code.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "enclave/centre/commands.h"
#include "enclave/centre/grammar.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

struct Call {
  Centre& centre;
  Centre::State& state;
  const Person& person;
  const Arguments& arguments;
  const Command& command;
  const Examiner& examiner;
  const Output& output;
};

/// The result: a document for programs, or a text for people.
void say(const Call& call, const nlohmann::ordered_json& document, const std::string& text);

/// A text of the catalogue in the reader's language, and as a line of its own.
[[nodiscard]] std::string said(const Call& call, std::string_view id,
                               const std::vector<std::string>& args = {});
[[nodiscard]] std::string line(const Call& call, std::string_view id,
                               const std::vector<std::string>& args = {});

using Handler = int (*)(const Call&);

int role_grant(const Call&);
int role_revoke(const Call&);
int role_list(const Call&);
int project_create(const Call&);
int project_close(const Call&);
int project_list(const Call&);
int permit_grant(const Call&);
int permit_draft(const Call&);
int permit_draft_revocation(const Call&);
int permit_install(const Call&);
int permit_trust(const Call&);
int permit_distrust(const Call&);
int permit_list(const Call&);
int permit_revoke(const Call&);
int policy_install(const Call&);
int policy_list(const Call&);
int store_create(const Call&);
int store_list(const Call&);
int store_show(const Call&);
int store_verify(const Call&);
int store_rejects(const Call&);
int store_rekey(const Call&);
int store_erase(const Call&);
int status(const Call&);
int key_status(const Call&);
int key_add(const Call&);
int key_remove(const Call&);
int key_split(const Call&);
int key_rotate(const Call&);
int review_list(const Call&);
int review_next(const Call&);
int review_show(const Call&);
int review_export(const Call&);
int review_approve(const Call&);
int review_return(const Call&);
int review_reject(const Call&);
int review_release(const Call&);
int review_revoke(const Call&);
int waiver_grant(const Call&);
int waiver_list(const Call&);
int waiver_revoke(const Call&);
int replay(const Call&);
int history_show(const Call&);
int log_reveal(const Call&);
int log_erase(const Call&);
int log_witness_add(const Call&);
int log_witness_remove(const Call&);
int log_witness_quorum(const Call&);
int log_witness_list(const Call&);
int log_request(const Call&);
int log_collect(const Call&);
int log_rotate(const Call&);

/// The person's actor where they have one of these roles; else not_permitted naming the first.
std::string require_any_role(Centre::State& state, const Person& person,
                             std::initializer_list<const char*> roles);

/// The one document that came with `option`; usage where there is none.
const PassedFile& passed_document(const Call& call, std::string_view option);

}  // namespace sceau::enclave
