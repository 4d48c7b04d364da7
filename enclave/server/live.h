#pragma once
// The sessions that run now: for cancel requests, which name one by pid and key, and for the stop.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>

#include "enclave/server/crossing.h"
#include "enclave/server/process.h"

namespace sceau::enclave {

inline constexpr std::size_t max_sessions = 100;
/// Connections of the session socket: some room is left for those that only want to cancel.
inline constexpr std::size_t max_clients = max_sessions + 20;

class LiveSessions {
 public:
  /// While it lives, its session can be cancelled and stopped.
  class Entry {
   public:
    Entry(LiveSessions& all, Channel& channel, Child& child, std::uint32_t uid);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry();
    [[nodiscard]] const CancelKey& key() const { return key_; }
    /// Whether somebody asked to cancel since forget_cancel().
    [[nodiscard]] bool cancelled() const { return cancelled_; }
    void forget_cancel() { cancelled_ = false; }

   private:
    friend class LiveSessions;
    LiveSessions& all_;
    Channel& channel_;
    Child& child_;
    std::uint32_t uid_;
    CancelKey key_;
    std::atomic<bool> cancelled_ = false;
  };

  /// Interrupts the session with this handle if the same Unix user opened it; else nothing, and
  /// nobody is told which.
  void cancel(const CancelKey& key, std::uint32_t uid);
  void hang_up_all();  ///< each worker says goodbye and goes
  void kill_all();
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::uint32_t, Entry*> entries_;  ///< by the handle's pid
  std::uint32_t next_ = 1;
};

}  // namespace sceau::enclave
