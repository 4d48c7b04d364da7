#pragma once
// The door into workspaces: scripts and small reference files, text alone. Each has an id, stands
// in the log with its size and a commitment to name, comment and SHA-256, and lies in the registry
// sealed under a key of its own. It is read-only in workspaces that begin after it was admitted.
//
//   modele.R, 4 KiB of UTF-8          admitted, or waiting where the policy wants a reviewer
//   modele.rds, a program, an archive refused: not text
//   ../x, .Rprofile                   refused: not a plain name

#include <string>
#include <vector>

#include "enclave/centre/state.h"
#include "enclave/centre/workspace_rows.h"

namespace sceau::enclave {

inline constexpr std::size_t max_ingress_bytes = 10U << 20;    ///< of one file
inline constexpr std::size_t max_ingress_project = 64U << 20;  ///< of all that a project has
inline constexpr std::size_t max_ingress_files = 200;          ///< of a project
inline constexpr std::size_t max_ingress_comment = 10'000;     ///< bytes

struct BroughtFile {
  std::string name;
  std::string bytes;
};

/// Whether these bytes are text: UTF-8 without control characters but tab and ends of lines.
[[nodiscard]] bool is_plain_text(std::string_view bytes);

/// All or none. A member of the project under a valid permit brings them in; else not_permitted.
/// Refused: centre.ingress_name, centre.ingress_not_text, centre.ingress_too_much,
/// centre.ingress_comment. The rows as they stand afterwards.
[[nodiscard]] std::vector<IngressRow> bring_in(Centre::State& state, const Person& person,
                                               const std::string& project,
                                               const std::vector<BroughtFile>& files,
                                               const std::string& comment);

/// A reviewer or custodian who is no member of its project admits or refuses what waits.
void decide_ingress(Centre::State& state, const Person& person, const std::string& id, bool admit,
                    const std::string& comment);

/// Throws not_found (centre.no_ingress).
[[nodiscard]] IngressRow require_ingress(const Centre::State& state, const std::string& id);

}  // namespace sceau::enclave
