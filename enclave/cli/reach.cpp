#include "enclave/cli/reach.h"

#include <unistd.h>

#include "enclave/centre/control.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/cli/credentials.h"
#include "enclave/cli/files.h"
#include "enclave/cli/terminal.h"
#include "enclave/fault.h"
#include "enclave/messages.h"
#include "enclave/server/serve.h"

namespace sceau::enclave {
namespace {

Command command_of(const Client& client, OpenedFiles& opened) {
  Command command;
  command.words = words_of(client.arguments);
  command.files = opened.files;
  command.json = client.json;
  command.language = client.language;
  return command;
}

/// What goes to a broker that is open already: nothing but for those commands that wrap for people.
std::vector<Credential> credentials_for(const Client& client) {
  const auto words = client.arguments.spec->words;
  if (words == "unlock") return credentials_of(client);
  if (words == "key rotate" || words == "key split") return everybodys_credentials(client);
  std::vector<Credential> found;
  if (words == "key add" && !client.arguments.has("public")) {
    found.push_back(new_passphrase(client));
  }
  return found;
}

int ask_broker(int socket, const Client& client) {
  OpenedFiles opened;
  open_files(client.arguments, opened);
  auto command = command_of(client, opened);
  command.credentials = credentials_for(client);
  const int code = ask(socket, command, client.arguments.one("as"), client.output, complain);
  ::close(socket);
  return code;
}

int run_here(const Client& client) {
  const auto words = client.arguments.spec->words;
  const auto config = read_config(client.home);
  if (words == "unlock") {
    throw EnclaveError(Fault::unavailable, "centre.not_serving", {client.home.run().string()});
  }
  if (words == "status" && !gives_credentials(client)) {
    return idle_status(client.home, client.json, client.output, client.language);
  }
  const auto person = acting_person(config, own_person(), client.arguments.one("as"));
  OpenedFiles opened;
  open_files(client.arguments, opened);
  read_documents(client.arguments, opened);
  const HomeLock lock(client.home);
  const bool of_all = words == "key rotate" || words == "key split";
  auto credentials = of_all ? everybodys_credentials(client) : credentials_of(client);
  Centre centre(client.home, open_keyring(client, client.home.keys(), credentials), client.clock);
  auto command = command_of(client, opened);
  command.credentials = of_all ? std::move(credentials) : credentials_for(client);
  return run_command(centre, person, command, process_examiner(), client.output);
}

}  // namespace

int reach_centre(const Client& client) {
  if (const auto socket = connect_control(client.home.control_socket())) {
    return ask_broker(*socket, client);
  }
  return run_here(client);
}

}  // namespace sceau::enclave
