#include "enclave/centre/workspaces.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "enclave/centre/access.h"
#include "enclave/centre/people.h"
#include "enclave/centre/workspace_rows.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t most_files = 200;             // of each kind, the newest
constexpr std::uint64_t most_bytes = 256ULL << 20;  // of both kinds together

/// A project's name may hold what a key's may not.
std::string folder_key_name(const std::string& project) {
  return "folder-" + sha256_hex(project).substr(0, 32);
}

[[noreturn]] void refuse(Centre::State& state, const Person& person, const std::string& project,
                         const Refusal& refusal) {
  auto change = state.registry.begin();
  Fields fields = {{"reason", refusal.reason}};
  if (state.registry.project(project)) fields["project"] = project;
  state.journal.record("workspace.refused", ensure_user(state, person.user), std::move(fields));
  change.commit();
  throw EnclaveError(Fault::not_permitted, refusal.id, refusal.args);
}

/// What the project was given out: files of releases that still stand.
void add_released(const Centre::State& state, const std::string& project,
                  std::vector<GivenFile>& into) {
  for (const auto& request : state.registry.requests(project)) {
    if (request.state != "released") continue;
    const auto outputs = state.registry.outputs(request.id);
    for (const auto& release : state.registry.releases(request.id)) {
      for (const auto& output : outputs) {
        if (output.number != release.output || output.sha256 != release.sha256) continue;
        into.push_back({"/released/" + request.id + "/" + release.file_name, output.file});
      }
    }
  }
  if (into.size() > most_files) into.erase(into.begin(), into.end() - most_files);
}

/// What was brought in and may be read. Of one name, the newest.
void add_brought(const Centre::State& state, const std::string& project,
                 std::vector<GivenFile>& into) {
  std::map<std::string, std::string> newest;
  for (auto& row : ingresses(state.registry, project)) {
    if (row.state == "admitted" && !row.name.empty()) newest[row.name] = std::move(row.bytes);
  }
  std::size_t count = 0;
  for (auto& [name, bytes] : newest) {
    if (count++ == most_files) break;
    into.push_back({"/ingress/" + name, std::move(bytes)});
  }
}

std::vector<GivenFile> files_for(const Centre::State& state, const std::string& project) {
  std::vector<GivenFile> files;
  add_released(state, project, files);
  add_brought(state, project, files);
  std::uint64_t bytes = 0;
  const auto fits = [&](const GivenFile& file) {
    return (bytes += file.bytes.size()) <= most_bytes;
  };
  files.erase(std::find_if_not(files.begin(), files.end(), fits), files.end());
  return files;
}

void check_folder_is_free(const Centre::State& state, const std::string& project) {
  for (const auto& row : open_workspaces(state.registry)) {
    if (row.kept && row.project == project) {
      throw EnclaveError(Fault::unavailable, "workspace.folder_taken",
                         {project, state.registry.name_of(row.actor)});
    }
  }
}

}  // namespace

WorkspaceSettings under(WorkspaceSettings settings, const policies::WorkspaceRules& rules) {
  if (rules.folder) settings.kept = *rules.folder == policies::Folder::kept;
  if (rules.ingress) settings.ingress_approved = *rules.ingress == policies::Ingress::approved;
  if (rules.hours) settings.hours = static_cast<std::uint32_t>(*rules.hours);
  return settings;
}

WorkspaceGrant open_workspace(Centre& centre, const Person& person, const std::string& project) {
  auto& state = centre.state();
  const Held held(state.mutex);
  const auto answer = access_of(state, person, project);
  if (const auto* refusal = std::get_if<Refusal>(&answer)) refuse(state, person, project, *refusal);
  const auto& access = std::get<Access>(answer);
  WorkspaceGrant grant;
  grant.workspace = "w-" + random_hex(16);
  grant.user = person.user;
  grant.uid = person.uid;
  grant.project = access.project.name;
  grant.settings = under(read_workspace_settings(state.home), access.policy.policy.workspace);
  if (grant.settings.kept) {
    check_folder_is_free(state, grant.project);
    std::tie(grant.folder_sha256, grant.folder_of) = folder_of(state.registry, grant.project);
  }
  grant.files = files_for(state, grant.project);
  const auto actor = *state.registry.find_actor(person.user);
  auto change = state.registry.begin();
  add_workspace(state.registry, {grant.workspace, actor, grant.project, grant.settings.kept,
                                 state.now(), person.uid});
  state.journal.record("workspace.opened", actor,
                       {{"folder", grant.settings.kept ? "kept" : "vanishing"},
                        {"policy", access.policy.row.sha256},
                        {"project", grant.project},
                        {"workspace", grant.workspace}});
  change.commit();
  return grant;
}

void end_workspace(Centre::State& state, const std::string& workspace, const std::string& reason,
                   int exit_code, const std::string& by, const std::string& sha256) {
  Fields fields = {
      {"exit", static_cast<std::int64_t>(exit_code)}, {"reason", reason}, {"workspace", workspace}};
  if (!sha256.empty()) fields["sha256"] = sha256;
  state.journal.record("workspace.closed", by, std::move(fields));
  remove_workspace(state.registry, workspace);
}

void close_workspace(Centre& centre, const std::string& workspace, const std::string& reason,
                     int exit_code, const std::string& sha256) {
  auto& state = centre.state();
  const Held held(state.mutex);
  const auto row = enclave::workspace(state.registry, workspace);
  if (!row) return;
  auto change = state.registry.begin();
  if (!sha256.empty()) set_folder(state.registry, row->project, sha256, workspace);
  end_workspace(state, workspace, reason, exit_code, row->actor, sha256);
  change.commit();
}

void enter_workspace(Centre& centre, const std::string& session, const std::string& workspace) {
  auto& state = centre.state();
  const Held held(state.mutex);
  const auto row = enclave::workspace(state.registry, workspace);
  if (!row) throw EnclaveError(Fault::not_permitted, "centre.session_closed");
  auto change = state.registry.begin();
  state.journal.record("workspace.entered", row->actor,
                       {{"session", session}, {"workspace", workspace}});
  change.commit();
}

bool still_permitted(Centre& centre, const std::string& workspace) {
  auto& state = centre.state();
  const Held held(state.mutex);
  const auto row = enclave::workspace(state.registry, workspace);
  if (!row) return false;
  const auto answer =
      access_of(state, {state.registry.name_of(row->actor), row->uid}, row->project);
  return std::holds_alternative<Access>(answer);
}

KeyBytes folder_key(Centre& centre, const std::string& project) {
  auto& state = centre.state();
  const Held held(state.mutex);
  if (state.registry.texts().erased(project_texts(project))) {
    throw EnclaveError(Fault::refused, "centre.folder_erased", {project});
  }
  const auto name = folder_key_name(project);
  return state.keyring.has(name) ? state.keyring.key(name) : state.keyring.create_key(name);
}

void erase_folder(Centre::State& state, const std::string& project) {
  if (const auto name = folder_key_name(project); state.keyring.has(name)) {
    state.keyring.destroy(name);
  }
  const auto workspace = folder_of(state.registry, project).second;
  if (workspace.empty()) return;
  std::error_code error;
  std::filesystem::remove(folder_file(state.home, workspace), error);  // noise without its key
  drop_folder(state.registry, project);
}

std::filesystem::path folder_file(const Home& home, const std::string& workspace) {
  return home.folders() / (workspace + ".folder");
}

void sweep_folders(Centre& centre) {
  auto& state = centre.state();
  const Held held(state.mutex);
  std::set<std::string> counted;
  for (const auto& name : folder_workspaces(state.registry)) {
    counted.insert(folder_file(state.home, name).filename().string());
  }
  for (const auto& row : open_workspaces(state.registry)) {
    counted.insert(folder_file(state.home, row.id).filename().string());
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(state.home.folders(), error)) {
    if (!counted.contains(entry.path().filename().string())) {
      std::filesystem::remove(entry.path(), error);
    }
  }
}

}  // namespace sceau::enclave
