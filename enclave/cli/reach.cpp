#include "enclave/cli/reach.h"

#include <unistd.h>

#include <cstdio>

#include "enclave/centre/control.h"
#include "enclave/centre/lifecycle.h"
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

KeyBytes passphrase_for(const Client& client) {
  if (const auto file = client.arguments.maybe("passphrase-file")) {
    return passphrase_from_file(*file);
  }
  return ask_passphrase(
      text("shown.ask_passphrase", {read_config(client.home).origin}, client.language));
}

int ask_broker(int socket, const Client& client) {
  OpenedFiles opened;
  open_files(client.arguments, opened);
  const bool unlocking = client.arguments.spec->words == "unlock";
  const auto passphrase = unlocking ? passphrase_for(client) : KeyBytes();
  const int code = ask(socket, command_of(client, opened), client.arguments.one("as"), passphrase,
                       client.output, complain);
  ::close(socket);
  return code;
}

int run_here(const Client& client) {
  const auto words = client.arguments.spec->words;
  const auto config = read_config(client.home);
  if (words == "unlock") {
    throw EnclaveError(Fault::unavailable, "centre.not_serving", {client.home.run().string()});
  }
  if (words == "status" && !client.arguments.has("passphrase-file")) {
    return idle_status(client.home, client.json, client.output, client.language);
  }
  const auto person = acting_person(config, own_person(), client.arguments.one("as"));
  OpenedFiles opened;
  open_files(client.arguments, opened);
  read_documents(client.arguments, opened);
  const HomeLock lock(client.home);
  const auto passphrase = passphrase_for(client);
  Centre centre(client.home, Keyring::unlock(client.home.keys(), passphrase.bytes()), client.clock);
  return run_command(centre, person, command_of(client, opened), process_examiner(), client.output);
}

}  // namespace

void complain(const std::string& what, const std::string& advice) {
  std::fprintf(stderr, "sceau: error: %s\n", what.c_str());
  if (!advice.empty()) std::fprintf(stderr, "sceau: hint: %s\n", advice.c_str());
}

int reach_centre(const Client& client) {
  if (const auto socket = connect_control(client.home.control_socket())) {
    return ask_broker(*socket, client);
  }
  return run_here(client);
}

}  // namespace sceau::enclave
