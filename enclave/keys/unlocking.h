#pragma once
// How a keyring that needs several people comes open: each gives what they have, in turn, and what
// was given is forgotten after a while.
//
//   Unlocking unlocking(dir, 10min);
//   unlocking.give(marie, now)       // nullopt: a share; standing() says 1 of 2
//   unlocking.give(marie, now)       // refused: keys.share_twice
//   unlocking.give(paul, now)        // the keyring
//
// Who opens alone opens at once, whatever was given before. Not thread-safe.

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

#include "enclave/keys/keyring.h"
#include "enclave/keys/recipient.h"

namespace sceau::enclave {

class Unlocking {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Unlocking(std::filesystem::path dir, std::chrono::seconds patience)
      : dir_(std::move(dir)), patience_(patience) {}

  /// nullopt: a share was taken, and more are needed. Throws as Keyring::unlock does, and integrity
  /// keys.share_twice. Shares that give another key than the list was made under are
  /// keys.list_changed, and forgotten.
  [[nodiscard]] std::optional<Keyring> give(const Credential& credential, Time now);

  struct Standing {
    std::size_t given = 0;
    std::size_t needed = 0;  ///< 0: no share was given
  };
  [[nodiscard]] Standing standing(Time now);
  /// Drops, and wipes, the shares that are older than the patience.
  void forget_old(Time now);

 private:
  struct Given {
    Share share;
    std::string recipient;
    Time at;
  };
  [[nodiscard]] std::optional<Keyring> take_share(Share share, const CentreFile& file,
                                                  const Recipient& recipient, Time now);

  std::filesystem::path dir_;
  std::chrono::seconds patience_;
  std::vector<Given> given_;
};

}  // namespace sceau::enclave
