#include "enclave/server/live.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <csignal>
#include <cstring>

namespace sceau::enclave {
namespace {

std::uint32_t random_handle() {
  std::array<std::uint8_t, 4> bytes{};
  if (RAND_priv_bytes(bytes.data(), bytes.size()) != 1) {
    throw EnclaveError(Fault::internal, "server.internal", {"no random bytes"});
  }
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

}  // namespace

LiveSessions::Entry::Entry(LiveSessions& all, Channel& channel, Child& child, std::uint32_t uid)
    : all_(all), channel_(channel), child_(child), uid_(uid) {
  key_.key = random_handle();
  const std::lock_guard held(all_.mutex_);
  key_.pid = all_.next_++;
  all_.entries_[key_.pid] = this;
}

LiveSessions::Entry::~Entry() {
  const std::lock_guard held(all_.mutex_);
  all_.entries_.erase(key_.pid);
}

void LiveSessions::cancel(const CancelKey& key, std::uint32_t uid) {
  const std::lock_guard held(mutex_);
  const auto found = entries_.find(key.pid);
  if (found == entries_.end()) return;
  auto& entry = *found->second;
  const bool same_key = CRYPTO_memcmp(&entry.key_.key, &key.key, sizeof(key.key)) == 0;
  if (!same_key || entry.uid_ != uid) return;
  entry.cancelled_ = true;  // the broker may be examining for it
  entry.child_.signal(SIGUSR1);
}

void LiveSessions::hang_up_all() {
  const std::lock_guard held(mutex_);
  for (const auto& [pid, entry] : entries_) entry->channel_.shut();
}

void LiveSessions::kill_all() {
  const std::lock_guard held(mutex_);
  for (const auto& [pid, entry] : entries_) entry->child_.kill();
}

std::size_t LiveSessions::size() const {
  const std::lock_guard held(mutex_);
  return entries_.size();
}

}  // namespace sceau::enclave
