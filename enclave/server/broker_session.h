#pragma once
// The broker's side of one session: starts the worker, answers its questions, and decides from the
// socket's peer who it is. Of what a worker says, nothing is believed but what the protocol allows
// it to ask.

#include <cstdint>
#include <functional>
#include <optional>
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

/// The workspace that a client comes from: it has its own socket, so this is known, not claimed.
struct Inside {
  std::string workspace;
  std::string user;
  std::string project;
  std::uint32_t uid = 0;         ///< that its processes have on the host
  std::uint32_t person_uid = 0;  ///< of who asked for it, as permits name them
};

/// Serves one client of the session socket, or of a workspace's, until its worker ends. Closes
/// `client`. Never throws.
void serve_client(int client, const BrokerContext& context,
                  const std::optional<Inside>& inside = std::nullopt) noexcept;

/// A client for whom there is no room hears 53300 (PostgreSQL's "too many connections").
void turn_away(int client, std::string_view language) noexcept;

}  // namespace sceau::enclave
