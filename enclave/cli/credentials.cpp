#include "enclave/cli/credentials.h"

#include "enclave/centre/lifecycle.h"
#include "enclave/cli/terminal.h"
#include "enclave/fault.h"
#include "enclave/keys/durable_file.h"
#include "enclave/keys/identity.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t most_identity = 64U << 10;

Credential identity_from(const std::string& file, const KeyBytes& passphrase) {
  const auto text = read_small_file(file, most_identity);
  if (!text) {
    throw EnclaveError(Fault::bad_input, "centre.cannot_read", {file, "no such file"});
  }
  return {CredentialKind::identity, open_identity(*text, passphrase.bytes(), file)};
}

KeyBytes asked(const Client& client, std::string_view id, const std::string& argument) {
  return ask_passphrase(text(id, {argument}, client.language));
}

}  // namespace

bool gives_credentials(const Client& client) {
  return client.arguments.has("passphrase-file") || client.arguments.has("identity");
}

std::vector<Credential> credentials_of(const Client& client) {
  return gives_credentials(client) ? credentials_of(client, "")
                                   : credentials_of(client, read_config(client.home).origin);
}

std::vector<Credential> credentials_of(const Client& client, const std::string& origin) {
  auto files = client.arguments.many("passphrase-file");
  std::vector<Credential> found;
  std::size_t next = 0;
  for (const auto& identity : client.arguments.many("identity")) {
    const auto passphrase = next < files.size() ? passphrase_from_file(files[next++])
                                                : asked(client, "shown.ask_identity", identity);
    found.push_back(identity_from(identity, passphrase));
  }
  for (; next < files.size(); ++next) {
    found.push_back({CredentialKind::passphrase, passphrase_from_file(files[next])});
  }
  if (found.empty()) {
    found.push_back({CredentialKind::passphrase, asked(client, "shown.ask_passphrase", origin)});
  }
  return found;
}

std::vector<Credential> everybodys_credentials(const Client& client) {
  auto found = credentials_of(client);
  if (gives_credentials(client)) return found;
  for (;;) {
    auto passphrase = asked(client, "shown.ask_next_passphrase", "");
    if (passphrase.empty()) return found;
    found.push_back({CredentialKind::passphrase, std::move(passphrase)});
  }
}

Keyring open_keyring(const Client& client, const std::filesystem::path& keys,
                     std::vector<Credential>& credentials) {
  for (;;) {
    try {
      return Keyring::unlock(keys, credentials);
    } catch (const EnclaveError& error) {
      if (error.id() != "keys.shares_missing" || gives_credentials(client)) throw;
      complain(error.what(), "");
      credentials.push_back(
          {CredentialKind::passphrase, asked(client, "shown.ask_next_passphrase", "")});
    }
  }
}

Credential new_passphrase(const Client& client) {
  const auto file = client.arguments.maybe("new-passphrase-file");
  return {CredentialKind::new_passphrase,
          file ? passphrase_from_file(*file) : ask_new_passphrase(client.language)};
}

}  // namespace sceau::enclave
