#include "enclave/server/door.h"

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

/// How long a share waits for the next: long enough to fetch somebody, short enough that nobody
/// leaves half of the key behind overnight.
constexpr std::chrono::minutes share_time(10);

}  // namespace

Door::Door(Home home, Config config, Clock clock)
    : home_(std::move(home)),
      config_(std::move(config)),
      clock_(std::move(clock)),
      shares_(home_.keys(), share_time) {}

std::shared_ptr<Centre> Door::centre() const {
  const std::lock_guard held(mutex_);
  return centre_;
}

Door::Knock Door::unlock(std::span<const Credential> credentials, const Person& person,
                         const Output& output) {
  const std::lock_guard alone(unlocking_);
  if (centre()) return {true, true};
  if (credentials.empty()) throw EnclaveError(Fault::usage, "keys.passphrase_empty");
  std::optional<Keyring> keyring;
  for (const auto& credential : credentials) {
    const auto now = std::chrono::steady_clock::now();
    if (shares_.standing(now).given == 0) givers_.clear();
    keyring = shares_.give(credential, now);
    givers_.push_back(person);
    if (keyring) break;
  }
  if (!keyring) {
    const auto standing = shares_.standing(std::chrono::steady_clock::now());
    return {false, false, standing.given, standing.needed};
  }
  const auto givers = std::exchange(givers_, {});
  auto centre = std::make_shared<Centre>(home_, std::move(*keyring), clock_);
  record_unlocked(*centre, givers);
  verify_stores(*centre, output);
  const std::lock_guard held(mutex_);
  centre_ = std::move(centre);
  return {true, false};
}

Unlocking::Standing Door::standing() {
  const std::unique_lock alone(unlocking_, std::try_to_lock);
  if (!alone) return {};  // somebody is unlocking: what they gave is being used
  return shares_.standing(std::chrono::steady_clock::now());
}

}  // namespace sceau::enclave
