#pragma once
// What the client's person opens the centre with: passphrases and identities, from files or asked
// for on the terminal. They go to the process that holds the keyring, in locked memory on both
// sides, and nowhere else.

#include <filesystem>
#include <string>
#include <vector>

#include "enclave/cli/local.h"
#include "enclave/keys/keyring.h"
#include "enclave/keys/recipient.h"

namespace sceau::enclave {

/// Whether files are named, so that nobody is asked.
[[nodiscard]] bool gives_credentials(const Client& client);

/// From the named files, or one passphrase from the terminal. Each --identity takes the next
/// --passphrase-file for its own; where there is none, its passphrase is asked for.
[[nodiscard]] std::vector<Credential> credentials_of(const Client& client);
/// As that, of a centre whose home isn't there yet: it is asked for by its origin.
[[nodiscard]] std::vector<Credential> credentials_of(const Client& client,
                                                     const std::string& origin);

/// The keyring in this folder. On a terminal the next of those who open together is asked in turn.
[[nodiscard]] Keyring open_keyring(const Client& client, const std::filesystem::path& keys,
                                   std::vector<Credential>& credentials);

/// As that; and on a terminal passphrases of others, until an empty line: for what is to be wrapped
/// anew for them.
[[nodiscard]] std::vector<Credential> everybodys_credentials(const Client& client);

/// Of a new recipient.
[[nodiscard]] Credential new_passphrase(const Client& client);

}  // namespace sceau::enclave
