#pragma once
// The end of a project: its permits are revoked, its sessions ended, what is pending withdrawn.
// What stays is what others rest on: releases, the history, the log. Erased, its words and its form
// of pseudonyms go too, and the log goes on proving that they were there.
//
//   outbox/PROJECT.closed/closed.json, closed.receipt
//   sceau-audit receipt closed.receipt --file closed.json --trust log.trust

#include <filesystem>
#include <string>

#include "enclave/centre/state.h"

namespace sceau::enclave {

/// Returns the folder with what proves it. Throws refused: centre.project_closed_already,
/// centre.close_permits (a custodian must revoke its permits first, where the centre can't sign),
/// centre.close_busy (an output is being judged).
std::filesystem::path close_project(Centre::State& state, const std::string& by,
                                    const std::string& project, bool erase);

/// What the log says was erased at the project's end: its title and purpose, its keys and its
/// folder. Its sessions' words have entries of their own. Inside a registry transaction.
void erase_project(Centre::State& state, const std::string& project, std::uint64_t seq);

}  // namespace sceau::enclave
