#pragma once
// A broker's centre: locked, until somebody brings the passphrase, or as many people as it takes
// have brought their shares.

#include <memory>
#include <mutex>

#include "enclave/centre/centre.h"
#include "enclave/centre/commands.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/keys/unlocking.h"

namespace sceau::enclave {

class Door {
 public:
  Door(Home home, Config config, Clock clock);

  struct Knock {
    bool open = false;
    bool already = false;   ///< it was open before
    std::size_t given = 0;  ///< shares, where it is not open yet
    std::size_t needed = 0;
  };
  /// Opens keyring, registry and log, checks every store's whole hash, logs it. Where any of that
  /// fails the door stays locked, and the shares that were given are forgotten.
  Knock unlock(std::span<const Credential> credentials, const Person& person, const Output& output);
  /// The shares that wait for others; drops those that are too old. Call it now and then.
  Unlocking::Standing standing();

  /// Null: locked.
  [[nodiscard]] std::shared_ptr<Centre> centre() const;
  [[nodiscard]] const Home& home() const { return home_; }
  [[nodiscard]] const Config& config() const { return config_; }

 private:
  Home home_;
  Config config_;
  Clock clock_;
  std::mutex unlocking_;
  Unlocking shares_;
  std::vector<Person> givers_;  ///< of the shares that wait
  mutable std::mutex mutex_;
  std::shared_ptr<Centre> centre_;
};

}  // namespace sceau::enclave
