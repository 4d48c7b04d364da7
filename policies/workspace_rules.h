#pragma once
// What a policy says of workspaces: its table `[workspace]`, where it stands above the centre's own
// settings. It is part of the policy's hash where it says anything.
//
//   [workspace]
//   folder = "vanishing"      # gone at the end; "kept": sealed between sessions
//   ingress = "approved"      # a reviewer admits what is brought in; "logged": at once
//   hours = 8                 # after which a workspace ends, whatever runs in it

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sceau::policies {

enum class Folder { vanishing, kept };
enum class Ingress { approved, logged };
inline constexpr std::int64_t longest_workspace = std::int64_t{24} * 31;  ///< hours

/// What is left out is the centre's to say.
struct WorkspaceRules {
  std::optional<Folder> folder;
  std::optional<Ingress> ingress;
  std::optional<std::int64_t> hours;  ///< 1 … longest_workspace
};

/// Lines behind the policy's canonical text; empty where nothing is said.
[[nodiscard]] std::string canonical_text(const WorkspaceRules& rules);

/// One line, "workspace: …"; empty where nothing is said. `language`: "fr", else English.
[[nodiscard]] std::string explain(const WorkspaceRules& rules, std::string_view language);

}  // namespace sceau::policies
