#include "enclave/centre/ingress.h"

#include <algorithm>

#include "audit/bytes.h"
#include "enclave/centre/access.h"
#include "enclave/centre/people.h"
#include "enclave/centre/workspaces.h"
#include "enclave/fault.h"
#include "enclave/store/manifest.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t longest_name = 120;

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && name.front() != '.' &&
         audit::is_utf8(name) && std::none_of(name.begin(), name.end(), [](char c) {
           return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

[[noreturn]] void too_much() {
  throw EnclaveError(
      Fault::refused, "centre.ingress_too_much",
      {std::to_string(max_ingress_bytes >> 20U), std::to_string(max_ingress_project >> 20U),
       std::to_string(max_ingress_files)});
}

void check_files(const std::vector<BroughtFile>& files) {
  for (const auto& file : files) {
    if (!is_plain_name(file.name)) {
      throw EnclaveError(Fault::bad_input, "centre.ingress_name", {std::to_string(longest_name)});
    }
    if (file.bytes.size() > max_ingress_bytes) too_much();
    if (!is_plain_text(file.bytes)) {
      throw EnclaveError(Fault::refused, "centre.ingress_not_text", {file.name});
    }
  }
}

void check_comment(const std::string& comment) {
  const bool blank = comment.find_first_not_of(" \t\r\n") == std::string::npos;
  if (blank || comment.size() > max_ingress_comment || !is_plain_text(comment)) {
    throw EnclaveError(Fault::usage, "centre.ingress_comment",
                       {std::to_string(max_ingress_comment)});
  }
}

/// With what is there already.
void check_room(const Centre::State& state, const std::string& project,
                const std::vector<BroughtFile>& files) {
  std::uint64_t bytes = 0;
  std::size_t count = files.size();
  for (const auto& file : files) bytes += file.bytes.size();
  for (const auto& row : ingresses(state.registry, project)) {
    if (row.state == "refused") continue;
    bytes += row.size;
    ++count;
  }
  if (bytes > max_ingress_project || count > max_ingress_files) too_much();
}

}  // namespace

bool is_plain_text(std::string_view bytes) {
  return audit::is_utf8(bytes) && std::none_of(bytes.begin(), bytes.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f;
         });
}

std::vector<IngressRow> bring_in(Centre::State& state, const Person& person,
                                 const std::string& project, const std::vector<BroughtFile>& files,
                                 const std::string& comment) {
  const auto answer = access_of(state, person, project);
  if (const auto* refusal = std::get_if<Refusal>(&answer)) {
    throw EnclaveError(Fault::not_permitted, refusal->id, refusal->args);
  }
  check_files(files);
  check_comment(comment);
  check_room(state, project, files);
  const auto& rules = std::get<Access>(answer).policy.policy.workspace;
  const bool waits = under(read_workspace_settings(state.home), rules).ingress_approved;
  const auto actor = *state.registry.find_actor(person.user);
  std::vector<IngressRow> rows;
  auto change = state.registry.begin();
  for (const auto& file : files) {
    IngressRow row;
    row.id = take_ingress_id(state.registry);
    row.project = project;
    row.actor = actor;
    row.name = file.name;
    row.comment = comment;
    row.bytes = file.bytes;
    row.size = file.bytes.size();
    row.state = waits ? "waiting" : "admitted";
    row.brought = state.now();
    row.seq = state.journal.size();
    add_ingress(state.registry, row);
    state.journal.record("ingress.brought", actor,
                         {{"bytes", static_cast<std::int64_t>(row.size)},
                          {"ingress", row.id},
                          {"project", project},
                          {"state", row.state}},
                         {{"commitment", "ingress", ingress_texts(row.id),
                           row.name + "\n" + sha256_hex(row.bytes) + "\n" + comment}});
    rows.push_back(std::move(row));
  }
  change.commit();
  return rows;
}

IngressRow require_ingress(const Centre::State& state, const std::string& id) {
  auto row = ingress(state.registry, id);
  if (!row) throw EnclaveError(Fault::not_found, "centre.no_ingress", {id});
  return *row;
}

void decide_ingress(Centre::State& state, const Person& person, const std::string& id, bool admit,
                    const std::string& comment) {
  check_comment(comment);
  const auto row = require_ingress(state, id);
  const auto actor = *state.registry.find_actor(person.user);
  if (state.registry.is_member(row.project, actor)) {
    throw EnclaveError(Fault::not_permitted, "centre.ingress_own", {row.project});
  }
  if (row.state != "waiting") {
    throw EnclaveError(Fault::refused, "centre.ingress_decided", {id, row.state});
  }
  auto change = state.registry.begin();
  answer_ingress(state.registry, id, admit ? "admitted" : "refused", actor, comment);
  state.journal.record("ingress.decided", actor,
                       {{"decision", admit ? "admit" : "refuse"}, {"ingress", id}},
                       {{"commitment", "ingress decision", ingress_texts(id), comment}});
  change.commit();
}

}  // namespace sceau::enclave
