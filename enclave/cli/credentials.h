#pragma once
// What the client's person opens the centre with: passphrases and identities, from files or asked
// for on the terminal. They go to the process that holds the keyring, in locked memory on both
// sides, and nowhere else.

#include <vector>

#include "enclave/cli/local.h"
#include "enclave/keys/recipient.h"

namespace sceau::enclave {

/// Whether files are named, so that nobody is asked.
[[nodiscard]] bool gives_credentials(const Client& client);

/// From the named files, or one passphrase from the terminal. Each --identity takes the next
/// --passphrase-file for its own; where there is none, its passphrase is asked for.
[[nodiscard]] std::vector<Credential> credentials_of(const Client& client);

/// As that; and on a terminal passphrases of others, until an empty line: for what is to be wrapped
/// anew for them.
[[nodiscard]] std::vector<Credential> everybodys_credentials(const Client& client);

/// Of a new recipient.
[[nodiscard]] Credential new_passphrase(const Client& client);

}  // namespace sceau::enclave
