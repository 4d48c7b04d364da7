#include "enclave/keys/unlocking.h"

#include <algorithm>

#include "enclave/fault.h"
#include "enclave/keys/keyring_parts.h"

namespace sceau::enclave {
namespace {

[[noreturn]] void opens_nothing(CredentialKind kind, const std::filesystem::path& dir) {
  const bool identity = kind == CredentialKind::identity;
  throw EnclaveError(Fault::integrity, identity ? "keys.wrong_identity" : "keys.wrong_passphrase",
                     {dir.string()});
}

}  // namespace

std::optional<Keyring> Unlocking::give(const Credential& credential, Time now) {
  forget_old(now);
  const auto file = read_centre_file(dir_);
  const auto opener = opener_of(credential);
  const auto head = file_head_of(file);
  for (const auto& recipient : file.recipients) {
    if (recipient.kind != opener->kind()) continue;
    auto content = opener->unwrap(recipient, head);
    if (!content) continue;
    if (!recipient.share) return Keyring::open(dir_, std::move(*content), file, {recipient.id});
    auto share = decode_share(*content);
    if (!share || share->label != *recipient.share) {
      throw EnclaveError(Fault::integrity, "keys.share_damaged");
    }
    return take_share(std::move(*share), file, recipient, now);
  }
  opens_nothing(credential.kind, dir_);
}

std::optional<Keyring> Unlocking::take_share(Share share, const CentreFile& file,
                                             const Recipient& recipient, Time now) {
  // A set that was split anew meanwhile makes the earlier shares worthless.
  std::erase_if(given_, [&](const Given& one) { return one.share.label.set != share.label.set; });
  for (const auto& one : given_) {
    if (one.share.label.index == share.label.index) {
      throw EnclaveError(Fault::integrity, "keys.share_twice", {std::to_string(share.label.index)});
    }
  }
  given_.push_back({std::move(share), recipient.id, now});
  const auto needed = static_cast<std::size_t>(given_.back().share.label.needed);
  if (given_.size() < needed) return std::nullopt;
  std::vector<Share> shares;
  std::vector<std::string> by;
  for (auto& one : given_) {
    shares.push_back(std::move(one.share));
    by.push_back(std::move(one.recipient));
  }
  given_.clear();
  return Keyring::open(dir_, combine(shares), file, std::move(by));
}

Unlocking::Standing Unlocking::standing(Time now) {
  forget_old(now);
  if (given_.empty()) return {};
  return {given_.size(), static_cast<std::size_t>(given_.front().share.label.needed)};
}

void Unlocking::forget_old(Time now) {
  std::erase_if(given_, [&](const Given& one) { return now - one.at > patience_; });
}

}  // namespace sceau::enclave
