#pragma once
// Children of the broker: this very program again, by posix_spawn of /proc/self/exe, with a word
// that says which part it plays, at most two open descriptors and no environment but its language
// and time zone. A plain fork would inherit every key; an exec inherits nothing.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "enclave/server/frames.h"

namespace sceau::enclave {

inline constexpr int broker_fd = 3;  ///< a child's channel to the broker
inline constexpr int client_fd = 4;  ///< a worker's client

/// How a child ended: its exit code, or the signal that killed it.
struct ChildEnd {
  int exit_code = 0;
  int signal = 0;
};

class Child {
 public:
  /// `channel` and `client` stay the caller's. `memory`: the bytes that it may take, 0: half of the
  /// machine's and at least 1 GiB; what passes them gets std::bad_alloc, which a session reports as
  /// 53200. Throws server.no_child.
  static Child start(std::string_view word, const Channel& channel, std::optional<int> client,
                     std::uint64_t memory = 0);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  ///< kills and reaps what still runs

  void signal(int number);  ///< from any thread; nothing where it has been reaped
  void kill();
  /// nullopt where it still runs after `patience`.
  std::optional<ChildEnd> wait(std::chrono::milliseconds patience);
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  explicit Child(pid_t pid, int pidfd) : pid_(pid), pidfd_(pidfd) {}
  pid_t pid_ = -1;
  int pidfd_ = -1;
  std::optional<ChildEnd> end_;
};

/// What a child does first: dies with the broker, makes no core file, can't be traced or read by
/// others of its user, has no capability but to lock memory and gains none by exec, closes every
/// descriptor from `first_closed` on. Returns false where the broker is gone already.
[[nodiscard]] bool harden_child(int first_closed);

/// What the broker does first: no core file, not traceable.
void harden_broker();

/// Bounds the memory of a process, its own (0) or a child's, as `Child::start` does. False where
/// the system doesn't let it. (Memory that is reserved and not yet written to doesn't count.)
[[nodiscard]] bool limit_memory(pid_t process, std::uint64_t bytes);

/// The bound of this process; 0: none.
[[nodiscard]] std::uint64_t memory_limit();

}  // namespace sceau::enclave
