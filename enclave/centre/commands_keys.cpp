// key status | add | remove | split | rotate: who opens the centre's keys.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audit/bytes.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/keyring_acts.h"
#include "enclave/centre/people.h"
#include "enclave/centre/print.h"
#include "enclave/fault.h"
#include "enclave/keys/centre_file.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t usual_cost = 1U << 17;

/// A new passphrase costs as much to guess as the dearest that is there.
std::uint64_t cost_beside(const CentreFile& file) {
  std::uint64_t cost = 0;
  for (const auto& recipient : file.recipients) cost = std::max(cost, recipient.scrypt_n);
  return cost == 0 ? usual_cost : cost;
}

Json recipient_json(const Recipient& recipient) {
  Json json = {{"name", recipient.name},
               {"id", recipient.id},
               {"kind", to_string(recipient.kind)},
               {"opens", recipient.share ? "share" : "alone"}};
  switch (recipient.kind) {
    case RecipientKind::passphrase:
      json["scrypt_n"] = recipient.scrypt_n;
      break;
    case RecipientKind::x25519:
      json["public"] = to_text(recipient.public_key);
      break;
  }
  if (recipient.share) json["share"] = recipient.share->index;
  return json;
}

Json status_json(const Call& call, const CentreFile& file) {
  const auto ways = ways_of(file);
  Json list = Json::array();
  for (const auto& recipient : file.recipients) list.push_back(recipient_json(recipient));
  Json json = {{"format", 1},
               {"keyring", file.id},
               {"generation", file.generation},
               {"folder", call.state.keyring.dir().string()},
               {"keys", call.state.keyring.names().size()},
               {"recipients", std::move(list)},
               {"alone", ways.alone},
               {"shares", nullptr}};
  if (ways.needed > 0) json["shares"] = {{"needed", ways.needed}, {"of", ways.shares}};
  return json;
}

std::string status_text(const Call& call, const CentreFile& file) {
  const auto ways = ways_of(file);
  std::vector<std::vector<std::string>> rows;
  for (const auto& recipient : file.recipients) {
    rows.push_back({recipient.name, recipient.id, std::string(to_string(recipient.kind)),
                    recipient.share ? "share " + std::to_string(recipient.share->index) : "alone"});
  }
  auto shown = line(call, "shown.keyring",
                    {std::to_string(file.generation), grouped(call.state.keyring.names().size()),
                     call.state.keyring.dir().string()}) +
               aligned(call.command.language, {"recipient", "id", "kind", "opens"}, rows);
  if (ways.needed > 0) {
    shown += line(call, "shown.keyring_shares",
                  {std::to_string(ways.needed), std::to_string(ways.shares)});
    if (ways.alone > 0) shown += line(call, "shown.keyring_alone", {grouped(ways.alone)});
  }
  return shown;
}

/// Says what holds now.
int done(const Call& call, std::string_view id, const std::vector<std::string>& args) {
  const auto file = call.state.keyring.recipients();
  say(call, status_json(call, file), line(call, id, args));
  return 0;
}

std::int64_t count_of(std::size_t number) { return static_cast<std::int64_t>(number); }

KeyringChange addition(const Call& call, const std::string& name) {
  const KeyringChanges changes(call.state.keyring);
  if (const auto word = call.arguments.maybe("public")) {
    const auto key = parse_public_key(*word);
    if (!key) throw EnclaveError(Fault::usage, "keys.bad_public_key", {*word});
    return changes.add_public_key(name, *key);
  }
  for (const auto& credential : call.command.credentials) {
    if (credential.kind != CredentialKind::new_passphrase) continue;
    return changes.add_passphrase(name, credential.bytes.bytes(),
                                  cost_beside(call.state.keyring.recipients()));
  }
  throw EnclaveError(Fault::usage, "keys.passphrase_empty");
}

int needed_of(const Call& call) {
  const auto written = call.arguments.one("needed");
  const auto number = audit::parse_decimal(written);
  if (!number || *number > most_shares) {
    throw EnclaveError(Fault::usage, "centre.bad_number", {"needed", written});
  }
  return static_cast<int>(*number);
}

}  // namespace

int key_status(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"custodian", "operator", "auditor"});
  const auto file = call.state.keyring.recipients();
  say(call, status_json(call, file), status_text(call, file));
  return 0;
}

int key_add(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto name = call.arguments.one("NAME");
  auto change = addition(call, name);
  const auto* added = change.file().find(name);
  const Fields about = {{"kind", std::string(to_string(added->kind))}, {"recipient", added->id}};
  change_keyring(call.state, by, "add", about, std::move(change));
  return done(call, "shown.recipient_added", {name});
}

int key_remove(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto name = call.arguments.one("NAME");
  auto change = KeyringChanges(call.state.keyring).remove(name);
  const Fields about = {{"recipient", call.state.keyring.recipients().find(name)->id}};
  change_keyring(call.state, by, "remove", about, std::move(change));
  return done(call, "shown.recipient_removed", {name});
}

int key_split(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto names = call.arguments.many("NAME");
  const int needed = needed_of(call);
  auto change = KeyringChanges(call.state.keyring).split(needed, names, call.command.credentials);
  const Fields about = {{"needed", std::int64_t{needed}}, {"of", count_of(names.size())}};
  change_keyring(call.state, by, "split", about, std::move(change));
  const auto alone = ways_of(call.state.keyring.recipients()).alone;
  return done(call, alone > 0 ? "shown.split_beside" : "shown.split_done",
              {std::to_string(needed), std::to_string(names.size()), std::to_string(alone)});
}

int key_rotate(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  auto change = KeyringChanges(call.state.keyring).rotate(call.command.credentials);
  const auto keys = call.state.keyring.names().size();
  change_keyring(call.state, by, "rotate", {{"keys", count_of(keys)}}, std::move(change));
  return done(call, "shown.keyring_rotated",
              {std::to_string(call.state.keyring.recipients().generation), grouped(keys)});
}

}  // namespace sceau::enclave
