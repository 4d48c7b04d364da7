// `sceau session PROJECT`: the person's end of a workspace. The broker starts it and hands over the
// outer ends of its streams; nothing of this process goes in.

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "enclave/centre/control.h"
#include "enclave/cli/local.h"
#include "enclave/cli/terminal.h"
#include "enclave/fault.h"
#include "enclave/workspace/relay.h"

namespace sceau::enclave {
namespace {

/// The request's words: with the terminal's kind where this is a terminal on both sides.
std::vector<std::string> words_for(const Client& client, bool terminal) {
  auto arguments = client.arguments;
  if (terminal && !arguments.has("terminal")) {
    const char* kind = std::getenv("TERM");
    arguments.values["terminal"] = {kind != nullptr && *kind != '\0' ? kind : "dumb"};
  }
  return words_of(arguments);
}

}  // namespace

int session_command(const Client& client) {
  const auto socket = connect_control(client.home.control_socket());
  if (!socket) {
    throw EnclaveError(Fault::unavailable, "centre.not_serving", {client.home.run().string()});
  }
  const bool terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  Command command;
  command.words = words_for(client, terminal);
  command.language = client.language;
  send_request(*socket, command, client.arguments.one("as"));
  std::vector<int> streams;
  std::optional<int> code;
  while (!code && streams.empty()) {
    code = hear_reply(*socket, client.output, complain, streams);
  }
  if (!code) {
    const RawTerminal raw(streams.size() == 1 ? STDIN_FILENO : -1);
    Relay relay(std::move(streams));
    std::vector<std::pair<std::string, std::string>> errors;
    std::vector<int> none;
    while (!code) {
      relay.until_heard(*socket);
      const auto later = [&](const std::string& what, const std::string& advice) {
        errors.emplace_back(what, advice);
      };
      code = hear_reply(*socket, client.output, later, none);
    }
    relay.drain();
    for (const auto& [what, advice] : errors) complain(what, advice);
  }
  ::close(*socket);
  return *code;
}

}  // namespace sceau::enclave
