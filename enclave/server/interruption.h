#pragma once
// When a running statement must stop: a cancel request, its time-out, or nobody left to tell.

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "disclosure/table.h"

namespace sceau::enclave {

class Interruption {
 public:
  /// `cancel` is raised by a signal handler; `alone` tells whether client or broker has gone (asked
  /// ten times a second at most).
  Interruption(std::atomic<bool>& cancel, std::function<bool()> alone)
      : cancel_(cancel), alone_(std::move(alone)) {}

  /// A statement begins; 0: no limit. A cancel request that came while nothing ran is forgotten.
  void begin(std::chrono::milliseconds limit);
  /// Whether to stop now. Safe from several threads.
  [[nodiscard]] bool asked();
  /// For engines that take a function.
  [[nodiscard]] disclosure::Cancelled question() {
    return [this] { return asked(); };
  }
  /// Throws server.cancelled or server.out_of_time where asked() said yes.
  void raise() const;

 private:
  enum class Why { none, cancelled, out_of_time };
  std::atomic<bool>& cancel_;
  std::function<bool()> alone_;
  std::chrono::milliseconds limit_{0};
  std::chrono::steady_clock::time_point started_;
  std::atomic<std::int64_t> next_look_ms_{0};
  std::atomic<Why> why_{Why::none};
};

/// "1500", "1500ms", "2s", "1min", "1h" in milliseconds; nullopt: none of these.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_time_limit(std::string_view text);

}  // namespace sceau::enclave
