#pragma once
// A broker's centre: locked, until somebody brings the passphrase.

#include <memory>
#include <mutex>

#include "enclave/centre/centre.h"
#include "enclave/centre/commands.h"
#include "enclave/centre/lifecycle.h"

namespace sceau::enclave {

class Door {
 public:
  Door(Home home, Config config, Clock clock)
      : home_(std::move(home)), config_(std::move(config)), clock_(std::move(clock)) {}

  /// Opens keyring, registry and log, checks every store's whole hash, logs it. Where any of that
  /// fails the door stays locked. False: it was open already.
  bool unlock(std::span<const std::uint8_t> passphrase, const Person& person, const Output& output);

  /// Null: locked.
  [[nodiscard]] std::shared_ptr<Centre> centre() const;
  [[nodiscard]] const Home& home() const { return home_; }
  [[nodiscard]] const Config& config() const { return config_; }

 private:
  Home home_;
  Config config_;
  Clock clock_;
  std::mutex unlocking_;
  mutable std::mutex mutex_;
  std::shared_ptr<Centre> centre_;
};

}  // namespace sceau::enclave
