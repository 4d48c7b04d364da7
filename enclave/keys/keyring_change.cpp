#include "enclave/keys/keyring_change.h"

#include <algorithm>
#include <memory>

#include "enclave/fault.h"
#include "enclave/keys/durable_file.h"
#include "enclave/keys/keyring_parts.h"
#include "enclave/keys/lines.h"

namespace sceau::enclave {
namespace {

/// Wraps for a recipient who stands in `before` already. Whoever has a passphrase must be present:
/// theirs is the credential that opens what was wrapped for them.
void wrap_again(Recipient& recipient, const CentreFile& before, const CentreFile& after,
                std::span<const std::uint8_t> content, std::span<const Credential> present) {
  switch (recipient.kind) {
    case RecipientKind::x25519:
      return wrap_for_public_key(recipient, file_head_of(after), content);
    case RecipientKind::passphrase:
      break;
  }
  const auto* old = before.find(recipient.name);
  for (const auto& credential : present) {
    if (credential.kind != CredentialKind::passphrase || credential.bytes.empty()) continue;
    const PassphraseOpener opener(credential.bytes.bytes());
    if (!opener.unwrap(*old, file_head_of(before))) continue;
    return wrap_for_passphrase(recipient, file_head_of(after), credential.bytes.bytes(), content);
  }
  throw EnclaveError(Fault::refused, "keys.passphrase_absent", {recipient.name});
}

void wrap_share(Recipient& recipient, const Share& share, const CentreFile& before,
                const CentreFile& after, std::span<const Credential> present) {
  recipient.share = share.label;
  const KeyBytes content = encode(share);
  wrap_again(recipient, before, after, content.bytes(), present);
}

}  // namespace

std::string KeyringChange::sha256() const { return sha256_text(render(file_)); }

CentreFile KeyringChanges::checked() const {
  auto file = keyring_.recipients();
  const auto& state = *keyring_.state_;
  if (file.generation != state.generation || !same_mac(mac_of(file, state.centre), file.mac)) {
    throw EnclaveError(Fault::integrity, "keys.list_changed",
                       {key_path(state.dir, centre_name).string()});
  }
  return file;
}

void KeyringChanges::check_new(const CentreFile& file, std::string_view name) const {
  if (!is_recipient_name(name)) {
    throw EnclaveError(Fault::usage, "keys.bad_recipient", {std::string(name)});
  }
  if (file.find(name) != nullptr) {
    throw EnclaveError(Fault::already_there, "keys.recipient_there", {std::string(name)});
  }
  if (file.recipients.size() == most_recipients) {
    throw EnclaveError(Fault::refused, "keys.recipients_full", {std::to_string(most_recipients)});
  }
}

KeyringChange KeyringChanges::finished(CentreFile file) const {
  if (!ways_of(file).any()) throw EnclaveError(Fault::refused, "keys.last_way");
  KeyringChange change;
  file.mac = mac_of(file, keyring_.state_->centre);
  change.file_ = std::move(file);
  return change;
}

KeyringChange KeyringChanges::add_passphrase(std::string_view name,
                                             std::span<const std::uint8_t> passphrase,
                                             std::uint64_t scrypt_n) const {
  auto file = checked();
  check_new(file, name);
  if (passphrase.empty()) throw EnclaveError(Fault::usage, "keys.passphrase_empty");
  if (!scrypt_n_is_allowed(scrypt_n)) throw EnclaveError(Fault::usage, "keys.cost");
  Recipient recipient;
  recipient.id = random_recipient_id();
  recipient.name = name;
  recipient.scrypt_n = scrypt_n;
  wrap_for_passphrase(recipient, file_head_of(file), passphrase, keyring_.state_->centre.bytes());
  file.recipients.push_back(std::move(recipient));
  return finished(std::move(file));
}

KeyringChange KeyringChanges::add_public_key(std::string_view name, const PublicKey& key) const {
  auto file = checked();
  check_new(file, name);
  Recipient recipient;
  recipient.id = random_recipient_id();
  recipient.name = name;
  recipient.kind = RecipientKind::x25519;
  recipient.public_key = key;
  wrap_for_public_key(recipient, file_head_of(file), keyring_.state_->centre.bytes());
  file.recipients.push_back(std::move(recipient));
  return finished(std::move(file));
}

KeyringChange KeyringChanges::remove(std::string_view name) const {
  auto file = checked();
  const auto* found = file.find(name);
  if (found == nullptr) {
    throw EnclaveError(Fault::not_found, "keys.recipient_unknown", {std::string(name)});
  }
  const bool held_share = found->share.has_value();
  std::erase_if(file.recipients, [&](const Recipient& one) { return one.name == name; });
  const auto ways = ways_of(file);
  if (!ways.any()) throw EnclaveError(Fault::refused, "keys.last_way");
  // Shares that no longer suffice would be taken for a way in that isn't there.
  if (held_share && ways.shares < static_cast<std::size_t>(ways.needed)) {
    throw EnclaveError(Fault::refused, "keys.share_needed",
                       {std::string(name), std::to_string(ways.needed)});
  }
  return finished(std::move(file));
}

KeyringChange KeyringChanges::split(int needed, const std::vector<std::string>& names,
                                    std::span<const Credential> present) const {
  const auto before = checked();
  for (const auto& name : names) {
    if (before.find(name) == nullptr) {
      throw EnclaveError(Fault::not_found, "keys.recipient_unknown", {name});
    }
    if (std::ranges::count(names, name) > 1) {
      throw EnclaveError(Fault::usage, "keys.recipient_twice", {name});
    }
  }
  const auto shares =
      enclave::split(keyring_.state_->centre, needed, static_cast<int>(names.size()));
  auto file = before;
  std::erase_if(file.recipients, [&](const Recipient& one) {
    return one.share && std::ranges::find(names, one.name) == names.end();
  });
  for (auto& recipient : file.recipients) {
    const auto at = std::ranges::find(names, recipient.name);
    if (at == names.end()) continue;
    const auto& share = shares[static_cast<std::size_t>(at - names.begin())];
    wrap_share(recipient, share, before, file, present);
  }
  return finished(std::move(file));
}

KeyringChange KeyringChanges::rotate(std::span<const Credential> present) const {
  const auto before = checked();
  KeyringChange change;
  change.fresh_ = random_key();
  auto file = before;
  ++file.generation;
  const auto ways = ways_of(file);
  std::vector<Share> shares;
  if (ways.shares > 0) {
    shares = enclave::split(change.fresh_, ways.needed, static_cast<int>(ways.shares));
  }
  std::size_t next = 0;
  for (auto& recipient : file.recipients) {
    if (recipient.share) {
      wrap_share(recipient, shares[next++], before, file, present);
    } else {
      wrap_again(recipient, before, file, change.fresh_.bytes(), present);
    }
  }
  file.mac = mac_of(file, change.fresh_);
  change.file_ = std::move(file);
  return change;
}

void Keyring::write_next(const KeyringChange& change) const {
  try {
    for (const auto& name : names()) {
      const auto content = key(name);
      const auto file = wrapped_key(name, change.file_.generation, change.fresh_, content.bytes());
      auto next = key_path(state_->dir, name);
      next += next_extension;
      replace_file(next, render(file));
    }
  } catch (...) {
    settle(state_->dir, state_->centre, state_->generation);  // none of them belongs to it
    throw;
  }
}

void Keyring::apply(KeyringChange change) {
  const bool rotates = !change.fresh_.empty();
  if (rotates) write_next(change);
  try {
    replace_file(key_path(state_->dir, centre_name), render(change.file_));
  } catch (...) {
    // Which of the two stands there is for the next unlocking to find out. Until then nothing may
    // be wrapped that only one of them opens.
    if (rotates) state_->centre = KeyBytes();
    throw;
  }
  if (!rotates) return;
  state_->centre = std::move(change.fresh_);
  state_->generation = change.file_.generation;
  settle(state_->dir, state_->centre, state_->generation);
}

}  // namespace sceau::enclave
