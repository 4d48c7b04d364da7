// The keys that sign permits, and the list of those that were revoked.

#include <openssl/crypto.h>

#include <algorithm>

#include "audit/fault.h"
#include "audit/note.h"
#include "enclave/centre/log_tail.h"
#include "enclave/centre/permits.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view trial_key = "permit-trial";
constexpr std::string_view list_meta = "revocations";
constexpr std::string_view withdrawn_meta = "withdrawn_permit_keys";

/// Lines, each ended by a line feed: no key's line holds one.
bool is_withdrawn(const Registry& registry, const std::string& key) {
  const auto all = registry.meta(withdrawn_meta);
  return ("\n" + all).find("\n" + key + "\n") != std::string::npos;
}

void add_key(Centre::State& state, const std::string& by, const audit::Verifier& key) {
  const auto line = key.line();
  auto change = state.registry.begin();
  for (const auto& known : state.registry.permit_keys()) {
    if (known.key == line) throw EnclaveError(Fault::already_there, "centre.permit_key_there");
  }
  state.registry.add_permit_key({line, by, state.journal.size()});
  state.journal.record("key.registered", by, {{"key", line}, {"user", by}});
  change.commit();
}

/// The list that counts; number 0 and nothing on it where there was none yet. nullopt: what stands
/// there isn't believed.
std::optional<Revocations> current_list(const Centre::State& state) {
  const auto note = state.registry.meta(list_meta);
  if (note.empty()) return Revocations{state.journal.chain().origin(), 0, {}};
  const auto read = read_signed(note, known_keys(state));
  return read.good ? decode_revocations(read.good->text) : std::nullopt;
}

Revocations demanded_list(const Centre::State& state) {
  auto list = current_list(state);
  if (!list) throw EnclaveError(Fault::integrity, "centre.revocations_damaged");
  return std::move(*list);
}

}  // namespace

std::vector<std::string> known_keys(const Centre::State& state) {
  std::vector<std::string> keys;
  for (const auto& key : state.registry.permit_keys()) keys.push_back(key.key);
  return keys;
}

std::string signed_by_custodian(const Centre::State& state, const std::string& note) {
  std::vector<std::string> keys;
  for (const auto& key : state.registry.permit_keys()) {
    // Who is no custodian any more signs nothing new, nor does a key that was taken back.
    const bool signs =
        state.registry.has_role(key.actor, "custodian") && !is_withdrawn(state.registry, key.key);
    if (signs) keys.push_back(key.key);
  }
  const auto read = read_signed(note, keys);
  if (!read.good) throw EnclaveError(Fault::not_permitted, "centre.permit_signature");
  return read.good->text;
}

void register_permit_key(Centre::State& state, const std::string& by, const std::string& key) {
  std::optional<audit::Verifier> read;
  try {
    read = audit::parse_verifier_key(key);
  } catch (const audit::AuditError&) {
    throw EnclaveError(Fault::bad_input, "centre.bad_permit_key", {key});
  }
  if (read->type() != audit::KeyType::ed25519 || read->line() != key) {
    throw EnclaveError(Fault::bad_input, "centre.bad_permit_key", {key});
  }
  add_key(state, by, *read);
}

void note_withdrawn_key(Registry& registry, const std::string& key) {
  if (!is_withdrawn(registry, key)) {
    registry.set_meta(withdrawn_meta, registry.meta(withdrawn_meta) + key + "\n");
  }
}

std::vector<std::string> withdraw_permit_key(Centre::State& state, const std::string& by,
                                             const std::string& key) {
  const auto known = known_keys(state);
  if (std::find(known.begin(), known.end(), key) == known.end()) {
    throw EnclaveError(Fault::not_found, "centre.no_permit_key", {key});
  }
  if (is_withdrawn(state.registry, key)) {
    throw EnclaveError(Fault::already_there, "centre.permit_key_gone", {key});
  }
  auto change = state.registry.begin();
  note_withdrawn_key(state.registry, key);
  state.journal.record("key.withdrawn", by, {{"key", key}, {"user", by}});
  change.commit();
  std::vector<std::string> left;
  for (const auto& permit : state.registry.permits("")) {
    const bool holds = is_valid(permit, state.today());
    if (holds && read_signed(permit.document, {key}).good) left.push_back(permit.id);
  }
  return left;
}

void make_trial_key(Centre::State& state, const std::string& by) {
  try {
    const auto signer = audit::Signer::generate(state.config.origin + "/permits", fill_random);
    auto line = signer.private_key();
    state.keyring.seal(trial_key, audit::as_bytes(line));
    OPENSSL_cleanse(line.data(), line.size());
    add_key(state, by, signer.verifier());
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
}

std::string sign_in_trial(const Centre::State& state, const std::string& text) {
  if (!state.config.trial || !state.keyring.has(trial_key)) {
    throw EnclaveError(Fault::refused, "centre.permit_unsigned");
  }
  const auto key = state.keyring.key(trial_key);
  std::string line(key.bytes().begin(), key.bytes().end());
  try {
    const auto signer = audit::Signer::from_private_key(line);
    OPENSSL_cleanse(line.data(), line.size());
    return audit::sign_note(text, signer);
  } catch (const audit::AuditError& error) {
    OPENSSL_cleanse(line.data(), line.size());
    rethrow(error);
  }
}

Revocations draft_revocation(const Centre::State& state, const std::vector<std::string>& ids) {
  auto list = demanded_list(state);
  list.centre = state.journal.chain().origin();
  ++list.number;
  for (const auto& id : ids) {
    const auto permit = state.registry.permit(id);
    if (!permit) throw EnclaveError(Fault::not_found, "centre.no_permit", {id});
    if (permit->revoked) throw EnclaveError(Fault::refused, "centre.permit_revoked_already", {id});
    list.permits.push_back(id);
  }
  std::sort(list.permits.begin(), list.permits.end());
  return list;
}

std::vector<std::string> install_revocations(Centre::State& state, const std::string& by,
                                             const std::string& note) {
  const auto list = decode_revocations(signed_by_custodian(state, note));
  if (!list) throw EnclaveError(Fault::bad_input, "centre.not_a_permit");
  auto change = state.registry.begin();
  const auto before = demanded_list(state);
  const bool next = list->number == before.number + 1 &&
                    list->centre == state.journal.chain().origin() &&
                    std::includes(list->permits.begin(), list->permits.end(),
                                  before.permits.begin(), before.permits.end());
  std::vector<std::string> fresh;
  std::set_difference(list->permits.begin(), list->permits.end(), before.permits.begin(),
                      before.permits.end(), std::back_inserter(fresh));
  if (!next || fresh.empty()) {
    throw EnclaveError(Fault::refused, "centre.revocations_old",
                       {std::to_string(list->number), std::to_string(before.number)});
  }
  state.registry.set_meta(list_meta, note);
  for (const auto& id : fresh) {
    if (!state.registry.permit(id)) throw EnclaveError(Fault::not_found, "centre.no_permit", {id});
    state.registry.revoke_permit(id, state.journal.size());
    state.journal.record("permit.revoked", by,
                         {{"number", static_cast<std::int64_t>(list->number)}, {"permit", id}},
                         {{"document", "revocations", "", note}});
  }
  state.registry.set_meta("revocations_seq", std::to_string(state.journal.size() - 1));
  change.commit();
  return fresh;
}

std::optional<Refusal> revocations_fault(Centre::State& state) {
  const auto list = current_list(state);
  const auto damaged = Refusal{"revocations_damaged", "centre.revocations_damaged", {}};
  // A row alone revokes, too: its list may have been lost in a crash, and the log says so.
  const auto revoked = state.registry.revoked_permits();
  if (!list ||
      !std::includes(revoked.begin(), revoked.end(), list->permits.begin(), list->permits.end())) {
    return damaged;
  }
  const auto written = state.registry.meta("revocations_seq");
  if (written.empty()) {
    return list->number == 0 ? std::nullopt : std::optional(damaged);
  }
  const auto seq = audit::parse_decimal(written);
  if (!seq) return damaged;
  // The log is what can't be set back: it knows which list was the last.
  const auto entry = logged_entry(state.journal, *seq);
  if (entry.event != "permit.revoked" || entry.number("number") != list->number) return damaged;
  return std::nullopt;
}

}  // namespace sceau::enclave
