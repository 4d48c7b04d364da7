// `sceau key identity`: a person's key file, made where the person is; no centre takes part.
#include "enclave/keys/identity.h"

#include <nlohmann/json.hpp>

#include "enclave/cli/local.h"
#include "enclave/cli/terminal.h"
#include "enclave/fault.h"
#include "enclave/keys/durable_file.h"
#include "enclave/messages.h"

namespace sceau::enclave {

int key_identity_command(const Client& client) {
  const auto file = client.arguments.one("FILE");
  const auto given = client.arguments.maybe("passphrase-file");
  const auto passphrase =
      given ? passphrase_from_file(*given) : ask_new_passphrase(client.language);
  const auto made = new_identity(passphrase.bytes());
  if (!write_new_file(file, made.text)) {
    throw EnclaveError(Fault::already_there, "keys.identity_there", {file});
  }
  const auto shown = to_text(made.public_key);
  if (client.json) {
    client.output.out(nlohmann::ordered_json{{"format", 1}, {"public", shown}}.dump() + "\n");
  } else {
    client.output.out(shown + "\n");
    client.output.err(text("shown.identity_made", {file}, client.language) + "\n");
  }
  return 0;
}

}  // namespace sceau::enclave
