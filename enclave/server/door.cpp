#include "enclave/server/door.h"

namespace sceau::enclave {

std::shared_ptr<Centre> Door::centre() const {
  const std::lock_guard held(mutex_);
  return centre_;
}

bool Door::unlock(std::span<const std::uint8_t> passphrase, const Person& person,
                  const Output& output) {
  const std::lock_guard alone(unlocking_);
  if (centre()) return false;
  auto centre = std::make_shared<Centre>(home_, Keyring::unlock(home_.keys(), passphrase), clock_);
  verify_stores(*centre, output);
  record_unlocked(*centre, person);
  const std::lock_guard held(mutex_);
  centre_ = std::move(centre);
  return true;
}

}  // namespace sceau::enclave
