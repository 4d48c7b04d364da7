// `sceau restore DIR`: a centre from a backup. What needs no key is checked before the passphrase
// is asked for.

#include <nlohmann/json.hpp>

#include "enclave/centre/backup.h"
#include "enclave/centre/print.h"
#include "enclave/cli/operation.h"
#include "enclave/cli/terminal.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

std::optional<std::filesystem::path> path_of(const Client& client, std::string_view option) {
  const auto word = client.arguments.maybe(option);
  return word ? std::optional<std::filesystem::path>(*word) : std::nullopt;
}

KeyBytes passphrase_for(const Client& client, const BackupManifest& manifest) {
  if (const auto file = client.arguments.maybe("passphrase-file")) {
    return passphrase_from_file(*file);
  }
  return ask_passphrase(text("shown.ask_passphrase", {manifest.origin}, client.language));
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
  const auto passphrase = passphrase_for(client, manifest);
  restore_backup(restoring, manifest, passphrase.bytes(), person, client.clock);
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
