#pragma once
// What the broker tells the centre about itself, and what it must hold before it opens its doors.

#include <string>
#include <vector>

#include "enclave/centre/centre.h"
#include "enclave/centre/commands.h"

namespace sceau::enclave {

/// Holds a home's lock (flock on `lock`) until it goes: one writer a centre. A home that somebody
/// else holds: unavailable (centre.locked_by_other).
class HomeLock {
 public:
  explicit HomeLock(const Home& home);
  HomeLock(HomeLock&& other) noexcept;
  HomeLock& operator=(HomeLock&&) = delete;
  ~HomeLock();

 private:
  int fd_ = -1;
};

/// centre.toml. Throws bad_input (centre.bad_config) naming the key, not_found (centre.no_home).
struct Config {
  std::string origin;
  bool trial = false;
  std::uint32_t owner_uid = 0;
  std::string owner;
  std::string keys = "keys";
};
[[nodiscard]] Config read_config(const Home& home);

/// The system's paths: /etc/sceau, /var/lib/sceau, /run/sceau.
[[nodiscard]] Home system_home();

/// This process's user. Throws not_permitted (centre.nameless_uid).
[[nodiscard]] Person own_person();

/// Who acts, after `--as`: allowed to the owner of a trial centre alone, else not_permitted.
[[nodiscard]] Person acting_person(const Config& config, const Person& peer, const std::string& as);

/// Logs centre.started and centre.unlocked (the log's key is under the passphrase: before it there
/// is nobody to sign). The person must be operator, or the owner that init wrote; else
/// not_permitted.
void record_unlocked(Centre& centre, const Person& person);
/// Of several who opened it together one must be.
void record_unlocked(Centre& centre, const std::vector<Person>& people);
/// Closes what is still open with reason "stopped", logs centre.stopped, publishes.
void record_stopped(Centre& centre);

/// The whole hash of every store that the log knows; one that differs is set aside, logged and
/// said.
void verify_stores(Centre& centre, const Output& output);

/// Publishes what is newer than the last checkpoint; call it at least once a second.
void publish_log(Centre& centre);

/// What `sceau status` says of a broker that is still locked. Exit code 0.
int locked_status(const Home& home, bool json, const Output& output,
                  std::string_view language = "en");
/// What it says where nobody serves. Exit code 1.
int idle_status(const Home& home, bool json, const Output& output,
                std::string_view language = "en");

}  // namespace sceau::enclave
