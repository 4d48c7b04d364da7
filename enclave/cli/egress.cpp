// `sceau egress FILE --title …`, inside a workspace: any file goes to the gate through the session.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "enclave/centre/print.h"
#include "enclave/cli/local.h"
#include "enclave/cli/terminal.h"
#include "enclave/fault.h"
#include "enclave/messages.h"
#include "enclave/workspace/session_client.h"

namespace sceau::enclave {
namespace {

constexpr std::uintmax_t most_bytes = 64U << 20;  // as the gate takes

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string read_file(const std::string& name) {
  std::error_code error;
  const auto size = std::filesystem::file_size(name, error);
  std::ifstream stream(name, std::ios::binary);
  if (error || !stream) {
    throw EnclaveError(Fault::bad_input, "centre.cannot_read",
                       {name, error ? error.message() : "open"});
  }
  if (size > most_bytes) {
    throw EnclaveError(Fault::bad_input, "server.output_too_large",
                       {std::to_string(most_bytes >> 20U)});
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

int egress_command(const Client& client) {
  const auto folder = environment("PGHOST");
  if (environment("SCEAU_WORKSPACE").empty() || folder.empty()) {
    throw EnclaveError(Fault::usage, "workspace.not_inside");
  }
  const auto file = client.arguments.one("FILE");
  const auto answer =
      ask_egress({std::filesystem::path(folder) / ".s.PGSQL.5432", environment("PGUSER"),
                  environment("PGDATABASE"), environment("PGOPTIONS")},
                 std::filesystem::path(file).filename().string(), client.arguments.one("title"),
                 read_file(file));
  for (const auto& notice : answer.notices) client.output.err(notice + "\n");
  if (!answer.state.empty()) {
    complain(answer.message, answer.hint);
    return exit_code(answer.state == "42501" ? Fault::not_permitted : Fault::refused);
  }
  client.output.out(answer.value + "\n");
  return 0;
}

}  // namespace sceau::enclave
