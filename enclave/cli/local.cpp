#include "enclave/cli/local.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "enclave/centre/lifecycle.h"
#include "enclave/centre/shipped.h"
#include "enclave/cli/files.h"
#include "enclave/cli/terminal.h"
#include "enclave/fault.h"
#include "enclave/messages.h"
#include "policies/explain.h"
#include "policies/policy.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

Home find_home(const Arguments& arguments) {
  // Assigned, not `return {absolute(…)}`: g++ 12 leaks the temporary of such an aggregate.
  Home home = system_home();
  if (const auto named = arguments.maybe("home")) {
    home = Home{};
    home.root = std::filesystem::absolute(*named);
  } else if (const char* variable = std::getenv("SCEAU_HOME");
             variable != nullptr && *variable != '\0') {
    home = Home{};
    home.root = std::filesystem::absolute(variable);
  }
  return home;
}

int init_command(const Client& client) {
  const auto file = client.arguments.maybe("passphrase-file");
  const auto passphrase = file ? passphrase_from_file(*file) : ask_new_passphrase(client.language);
  const bool trial = client.arguments.has("trial");
  Centre::create(client.home, passphrase.bytes(), client.arguments.one("origin"), trial,
                 client.clock);
  const auto config = read_config(client.home);
  const auto line = [&](std::string_view id, const std::string& arg = {}) {
    return text(id, {arg}, client.language) + "\n";
  };
  auto shown = line("shown.made", client.home.root.string()) +
               line("shown.made_log", config.origin) +
               line("shown.made_trust", client.home.trust().string()) +
               line("shown.made_owner", config.owner) + line("shown.made_keep");
  shown += line(trial ? "shown.made_trial" : "shown.made_unwitnessed");
  client.output.out(shown);
  return 0;
}

int policy_check_command(const Client& client) {
  OpenedFiles opened;
  open_files(client.arguments, opened);
  read_documents(client.arguments, opened);
  std::string text;
  std::string name;
  std::optional<std::string> base;
  for (const auto& file : opened.files) {
    if (file.option == "base") {
      base = file.text;
    } else {
      text = file.text;
      name = file.name;
    }
  }
  const policies::PolicyFinder find = [&](std::string_view extended) {
    return base ? base : shipped_policy(extended);
  };
  const auto policy = policies::parse_policy(text, name, find);
  const auto lines = policies::explain(policy, client.language);
  if (client.json) {
    const Json document = {{"format", 1},
                           {"policy", policy.name},
                           {"version", policy.version},
                           {"sha256", policy.sha256},
                           {"rules", lines}};
    client.output.out(document.dump() + "\n");
    return 0;
  }
  std::string shown = policy.name + " " + policy.version + " (" + policy.sha256 + ")\n";
  for (const auto& line : lines) shown += "  " + line + "\n";
  client.output.out(shown);
  return 0;
}

}  // namespace sceau::enclave
