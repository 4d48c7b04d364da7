#pragma once
// The broker against workers that have been taken over: a test program that uses this plays those
// workers itself (argv[1] is worker_word) and is told by the client's first line what to try.

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "enclave/server/broker_session.h"
#include "enclave/server/crossing.h"
#include "tests/centre/world.h"

namespace sceau::enclave::test {

/// What comes back for a frame: the id of a refusal, "granted", "started N", "answered", or
/// "cut off".
[[nodiscard]] std::string ask(Channel& broker, FrameKind kind, const WireBytes& payload);
/// The answer to what was sent already.
[[nodiscard]] std::string heard_from(Channel& broker);

/// A count over the data set's vintage 2024.
[[nodiscard]] OutputDraft draft_over(const std::string& dataset);

/// The client's first line; "" where there is none.
[[nodiscard]] std::string first_line();
/// Tells the client; the exit code.
[[nodiscard]] int tell(const std::string& said);

/// An unlocked trial centre with orientation's alix, and workers that try things.
class Desk {
 public:
  Desk();

  /// What a worker that tries this hears.
  [[nodiscard]] std::string hears(const std::string& what);
  /// A client whose worker goes on until this end of its socket is closed.
  class Held;
  [[nodiscard]] std::unique_ptr<Held> holds(const std::string& what);

  void lock();
  void unlock();
  /// Publishes the log and hands the home back to the world, for a look from outside.
  World& outside();
  [[nodiscard]] Centre& centre() { return *door_->centre(); }

 private:
  [[nodiscard]] BrokerContext context();
  World world_;
  LiveSessions live_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<Door> door_;
};

/// One that stays: the worker has said its first words.
class Desk::Held {
 public:
  Held(Desk& desk, const std::string& what);
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held();  ///< the client leaves
  [[nodiscard]] const std::string& first_words() const { return words_; }

 private:
  int client_ = -1;
  BrokerContext context_;
  std::thread broker_;
  std::string words_;
};

}  // namespace sceau::enclave::test
