#pragma once
// Workspaces, their kept folders and what was brought in, as the registry remembers them: documents
// under names of their own among its notes (Registry::meta). Words and bytes of people are sealed
// under a key of the file that was brought in, as all texts are (texts.h).
//
// Used inside a registry change, as the registry's own functions are.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "enclave/centre/registry.h"

namespace sceau::enclave {

struct WorkspaceRow {
  std::string id;  ///< "w-" + 16 hex digits
  std::string actor, project;
  bool kept = false;      ///< its folder is sealed at the end
  std::string opened;     ///< time
  std::uint32_t uid = 0;  ///< of the person, as permits name them
};

/// A file that was brought in (ingress.h).
struct IngressRow {
  std::string id;  ///< "I-000001"
  std::string project, actor, name, comment, bytes;
  std::uint64_t size = 0;
  std::string state;    ///< "waiting", "admitted", "refused"
  std::string brought;  ///< time
  std::uint64_t seq = 0;
  std::string decided_by;  ///< actor; empty: nobody had to
  std::string answer;      ///< the reviewer's words
};

/// The open ones alone: of one that has ended the log tells.
void add_workspace(Registry& registry, const WorkspaceRow& row);
void remove_workspace(Registry& registry, std::string_view id);
[[nodiscard]] std::optional<WorkspaceRow> workspace(const Registry& registry, std::string_view id);
[[nodiscard]] std::vector<WorkspaceRow> open_workspaces(const Registry& registry);

/// Of a kept folder: SHA-256 of the sealed file as it was left, and the workspace that left it;
/// both empty where there is none yet.
[[nodiscard]] std::pair<std::string, std::string> folder_of(const Registry& registry,
                                                            std::string_view project);
void set_folder(Registry& registry, std::string_view project, std::string_view sha256,
                std::string_view workspace);
void drop_folder(Registry& registry, std::string_view project);
/// The workspaces that left the folders that count.
[[nodiscard]] std::vector<std::string> folder_workspaces(const Registry& registry);

/// The owner of the words and bytes of a file that was brought in.
[[nodiscard]] std::string ingress_texts(std::string_view ingress);
[[nodiscard]] std::string take_ingress_id(Registry& registry);  ///< ids are given once
void add_ingress(Registry& registry, const IngressRow& row);
void answer_ingress(Registry& registry, std::string_view id, std::string_view state,
                    std::string_view by, std::string_view answer);
[[nodiscard]] std::optional<IngressRow> ingress(const Registry& registry, std::string_view id);
/// Oldest first; of one project, or of all where `project` is empty.
[[nodiscard]] std::vector<IngressRow> ingresses(const Registry& registry, std::string_view project);

}  // namespace sceau::enclave
