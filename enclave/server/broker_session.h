#pragma once
// The broker's side of one session: starts the worker, answers its questions, and decides from the
// socket's peer who it is. Of what a worker says, nothing is believed but what the protocol allows
// it to ask.

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "enclave/server/door.h"
#include "enclave/server/live.h"

namespace sceau::enclave {

struct BrokerContext {
  Door& door;
  LiveSessions& live;
  const std::atomic<bool>& stopping;
  std::function<void(const std::string&)> say;
  std::uint64_t memory = 0;     ///< as ServeOptions::memory
  std::string language = "en";  ///< as ServeOptions::language
};

/// Serves one client of the session socket until its worker ends. Closes `client`. Never throws.
void serve_client(int client, const BrokerContext& context) noexcept;

/// A client for whom there is no room hears 53300 (PostgreSQL's "too many connections").
void turn_away(int client, std::string_view language) noexcept;

}  // namespace sceau::enclave
