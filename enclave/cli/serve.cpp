// `sceau serve`: the broker, in the foreground, until SIGTERM.
#include "enclave/server/serve.h"

#include <cstdio>

#include "enclave/cli/credentials.h"
#include "enclave/cli/local.h"
#include "enclave/cli/terminal.h"

namespace sceau::enclave {

int serve_command(const Client& client) {
  ServeOptions options;
  options.home = client.home;
  options.clock = client.clock;
  if (gives_credentials(client)) options.credentials = credentials_of(client);
  options.language = client.language;
  options.memory = client.arguments.memory("memory");
  options.say = [](const std::string& line) {
    std::fprintf(stderr, "sceau: %s\n", line.c_str());
    std::fflush(stderr);
  };
  return run_broker(std::move(options));
}

}  // namespace sceau::enclave
