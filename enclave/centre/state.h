#pragma once
// What a Centre holds, for the files of this room alone.

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "enclave/centre/centre.h"
#include "enclave/centre/journal.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/registry.h"

namespace sceau::enclave {

struct Centre::State {
  State(Home home_in, Keyring keyring_in, Clock clock_in);

  Home home;
  Config config;
  Keyring keyring;
  Clock clock;
  Registry registry;
  Journal journal;
  std::string place;  ///< this machine's name, which a permit may ask for

  /// Registry, journal and keyring are used under it; examiners run outside it.
  mutable std::mutex mutex;
  /// Ids of stores that are set aside (set_aside.h).
  std::set<std::string> aside;
  /// One a population: check and reservation are one step.
  std::map<std::string, std::shared_ptr<std::mutex>> populations;
  /// By actor and project: when answers told of rows without showing them (aggregates.h).
  std::map<std::string, std::vector<std::chrono::system_clock::time_point>> refusals;

  [[nodiscard]] std::string now() const;  ///< "2026-11-23T20:15:03.123456Z"
  /// The same, or the newest entry's time where that is later: a clock that was set back brings
  /// nothing back that was over.
  [[nodiscard]] std::string latest() const;
  [[nodiscard]] std::string today() const;  ///< of latest(): "2026-11-23", UTC
};

using Held = std::unique_lock<std::mutex>;

/// "2026-11-23" that exists, from year 2000 to 9999; else bad_input (centre.bad_date).
void check_date(const std::string& option, const std::string& text);
/// [a-z0-9][a-z0-9_-]*, at most 63 bytes: projects and policies; else usage (centre.bad_name).
void check_name(const std::string& what, const std::string& text);
/// A Unix user's name; else usage (centre.bad_user).
void check_user(const std::string& text);

}  // namespace sceau::enclave
