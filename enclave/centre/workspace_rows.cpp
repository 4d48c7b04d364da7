#include "enclave/centre/workspace_rows.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "audit/bytes.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::json;

constexpr const char* open_note = "open workspaces";
constexpr const char* folders_note = "kept folders";
constexpr const char* last_ingress_note = "last_ingress";

/// A note that the registry itself wrote: what can't be read is damage.
Json note(const Registry& registry, std::string_view name, const Json& otherwise) {
  const auto text = registry.meta(name);
  if (text.empty()) return otherwise;
  auto document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) throw EnclaveError(Fault::integrity, "centre.registry_damaged");
  return document;
}

std::string ingress_note(std::string_view id) { return "ingress " + std::string(id); }

std::string place(std::string_view what, std::string_view id) {
  return "ingress " + std::string(id) + " " + std::string(what);
}

std::string sealed(const Registry& registry, std::string_view id, std::string_view what,
                   std::string_view words) {
  const auto bytes = registry.texts().seal(ingress_texts(id), place(what, id), words);
  return audit::to_base64(audit::as_bytes(bytes));
}

std::string opened(const Registry& registry, std::string_view id, std::string_view what,
                   const Json& document) {
  const auto found = document.find(what);
  if (found == document.end()) return "";
  const auto bytes = audit::from_base64(found->get<std::string>());
  if (!bytes) throw EnclaveError(Fault::integrity, "centre.registry_damaged");
  return registry.texts()
      .open(ingress_texts(id), place(what, id),
            {reinterpret_cast<const char*>(bytes->data()), bytes->size()})
      .value_or("");
}

WorkspaceRow workspace_row(const Json& document) {
  return {document.at("id").get<std::string>(),      document.at("actor").get<std::string>(),
          document.at("project").get<std::string>(), document.at("kept").get<bool>(),
          document.at("opened").get<std::string>(),  document.at("uid").get<std::uint32_t>()};
}

long long last_ingress(const Registry& registry) {
  const auto last = registry.meta(last_ingress_note);
  return last.empty() ? 0 : std::atoll(last.c_str());
}

std::string ingress_id(long long number) {
  char id[32];
  std::snprintf(id, sizeof id, "I-%06lld", number);
  return id;
}

IngressRow ingress_row(const Registry& registry, std::string_view id, const Json& document) {
  IngressRow row;
  row.id = id;
  row.project = document.at("project").get<std::string>();
  row.actor = document.at("actor").get<std::string>();
  row.name = opened(registry, id, "name", document);
  row.comment = opened(registry, id, "comment", document);
  row.bytes = opened(registry, id, "bytes", document);
  row.size = document.at("size").get<std::uint64_t>();
  row.state = document.at("state").get<std::string>();
  row.brought = document.at("brought").get<std::string>();
  row.seq = document.at("seq").get<std::uint64_t>();
  row.decided_by = document.value("decided_by", "");
  row.answer = opened(registry, id, "answer", document);
  return row;
}

}  // namespace

void add_workspace(Registry& registry, const WorkspaceRow& row) {
  auto all = note(registry, open_note, Json::array());
  all.push_back({{"id", row.id},
                 {"actor", row.actor},
                 {"project", row.project},
                 {"kept", row.kept},
                 {"opened", row.opened},
                 {"uid", row.uid}});
  registry.set_meta(open_note, all.dump());
}

void remove_workspace(Registry& registry, std::string_view id) {
  auto all = note(registry, open_note, Json::array());
  all.erase(
      std::remove_if(all.begin(), all.end(), [&](const Json& one) { return one.at("id") == id; }),
      all.end());
  registry.set_meta(open_note, all.dump());
}

std::vector<WorkspaceRow> open_workspaces(const Registry& registry) {
  std::vector<WorkspaceRow> rows;
  for (const auto& one : note(registry, open_note, Json::array())) {
    rows.push_back(workspace_row(one));
  }
  return rows;
}

std::optional<WorkspaceRow> workspace(const Registry& registry, std::string_view id) {
  for (auto& row : open_workspaces(registry)) {
    if (row.id == id) return std::move(row);
  }
  return std::nullopt;
}

std::pair<std::string, std::string> folder_of(const Registry& registry, std::string_view project) {
  const auto all = note(registry, folders_note, Json::object());
  const auto found = all.find(project);
  if (found == all.end()) return {};
  return {found->at("sha256").get<std::string>(), found->at("workspace").get<std::string>()};
}

void set_folder(Registry& registry, std::string_view project, std::string_view sha256,
                std::string_view workspace) {
  auto all = note(registry, folders_note, Json::object());
  all[std::string(project)] = {{"sha256", sha256}, {"workspace", workspace}};
  registry.set_meta(folders_note, all.dump());
}

void drop_folder(Registry& registry, std::string_view project) {
  auto all = note(registry, folders_note, Json::object());
  all.erase(std::string(project));
  registry.set_meta(folders_note, all.dump());
}

std::vector<std::string> folder_workspaces(const Registry& registry) {
  std::vector<std::string> all;
  for (const auto& one : note(registry, folders_note, Json::object())) {
    all.push_back(one.at("workspace").get<std::string>());
  }
  return all;
}

std::string ingress_texts(std::string_view ingress) { return "ingress:" + std::string(ingress); }

std::string take_ingress_id(Registry& registry) {
  const auto number = last_ingress(registry) + 1;
  registry.set_meta(last_ingress_note, std::to_string(number));
  return ingress_id(number);
}

void add_ingress(Registry& registry, const IngressRow& row) {
  const Json document = {{"project", row.project},
                         {"actor", row.actor},
                         {"name", sealed(registry, row.id, "name", row.name)},
                         {"comment", sealed(registry, row.id, "comment", row.comment)},
                         {"bytes", sealed(registry, row.id, "bytes", row.bytes)},
                         {"size", row.size},
                         {"state", row.state},
                         {"brought", row.brought},
                         {"seq", row.seq}};
  registry.set_meta(ingress_note(row.id), document.dump());
}

void answer_ingress(Registry& registry, std::string_view id, std::string_view state,
                    std::string_view by, std::string_view answer) {
  auto document = note(registry, ingress_note(id), Json());
  if (!document.is_object()) return;
  document["state"] = state;
  document["decided_by"] = by;
  document["answer"] = sealed(registry, id, "answer", answer);
  registry.set_meta(ingress_note(id), document.dump());
}

std::optional<IngressRow> ingress(const Registry& registry, std::string_view id) {
  const auto document = note(registry, ingress_note(id), Json());
  if (!document.is_object()) return std::nullopt;
  return ingress_row(registry, id, document);
}

std::vector<IngressRow> ingresses(const Registry& registry, std::string_view project) {
  std::vector<IngressRow> rows;
  const auto last = last_ingress(registry);
  for (long long number = 1; number <= last; ++number) {
    const auto id = ingress_id(number);
    const auto document = note(registry, ingress_note(id), Json());
    if (!document.is_object()) continue;
    if (!project.empty() && document.at("project") != project) continue;  // stays sealed
    rows.push_back(ingress_row(registry, id, document));
  }
  return rows;
}

}  // namespace sceau::enclave
