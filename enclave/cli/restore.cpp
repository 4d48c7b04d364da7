// `sceau restore DIR`: a centre from a backup. What needs no key is checked before a passphrase
// is asked for; several who open together are asked in turn.

#include <nlohmann/json.hpp>

#include "enclave/centre/backup.h"
#include "enclave/centre/print.h"
#include "enclave/cli/credentials.h"
#include "enclave/cli/operation.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

std::optional<std::filesystem::path> path_of(const Client& client, std::string_view option) {
  const auto word = client.arguments.maybe(option);
  return word ? std::optional<std::filesystem::path>(*word) : std::nullopt;
}

}  // namespace

int restore_command(const Client& client) {
  Restoring restoring;
  restoring.backup = client.arguments.one("DIR");
  restoring.home = client.home;
  restoring.keys = path_of(client, "keys");
  restoring.trust = path_of(client, "trust");
  restoring.since = path_of(client, "since");
  const auto manifest = check_restorable(restoring);
  const auto config = read_config({restoring.backup});
  const auto person = acting_person(config, own_person(), client.arguments.one("as"));
  auto credentials = credentials_of(client, manifest.origin);
  const auto unlock = [&](const auto& keys) { return open_keyring(client, keys, credentials); };
  restore_backup(restoring, manifest, unlock, person, client.clock);
  const auto line = [&](std::string_view id, const std::vector<std::string>& args) {
    return text(id, args, client.language) + "\n";
  };
  const Json document = {{"format", 1},
                         {"backup", manifest.id},
                         {"made", manifest.made},
                         {"home", client.home.root.string()},
                         {"entries", manifest.entries}};
  auto shown = line("backup.restored", {client.home.root.string(), manifest.made}) +
               line("backup.restored_log", {grouped(manifest.entries)});
  if (!restoring.since) shown += line("backup.restored_unseen", {});
  client.output.out(client.json ? document.dump() + "\n" : shown);
  return 0;
}

}  // namespace sceau::enclave
