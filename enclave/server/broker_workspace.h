#pragma once
// The broker's side of one workspace: opens it in the log, starts it, hands the outer ends of its
// streams to the client, serves the session socket that was made for it alone, and says how it
// ended. Who connects through that socket comes from inside, from that person and project and no
// other: the socket's name is gone from the host before the command runs.

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>

#include "enclave/centre/control.h"
#include "enclave/server/broker_session.h"
#include "enclave/workspace/settings.h"

namespace sceau::enclave {

inline constexpr std::size_t max_workspaces = 50;

/// The host's uids that workspaces run under, one each, where the broker may choose.
class UserPool {
 public:
  explicit UserPool(const WorkspaceSettings& settings)
      : first_(settings.first_user), count_(settings.users) {}
  /// nullopt: the broker may not choose, and they run under its own. Throws unavailable
  /// (workspace.no_user_left).
  [[nodiscard]] std::optional<std::uint32_t> take();
  void give_back(std::optional<std::uint32_t> user);

 private:
  std::uint32_t first_;
  std::uint32_t count_;
  std::mutex mutex_;
  std::set<std::uint32_t> taken_;
};

/// `sceau session`: to the command's end, whose exit code it returns. Ended before that when the
/// client goes, the centre stops, the permit ends, or the time is over.
int serve_workspace(int socket, const ControlRequest& request, const Person& person,
                    const BrokerContext& context, UserPool& users);

}  // namespace sceau::enclave
