#pragma once
// The processes of a serving centre, as main() starts them. One program plays all parts: the hidden
// first words `--worker` and `--examiner` are how the broker starts its children from
// /proc/self/exe, so that a child inherits no key and no open file.
//
//   broker    sceau serve       keys, registry, log, control socket; parses nothing of researchers
//   worker    sceau --worker    one session: fd 3 the broker, fd 4 the client
//   examiner  sceau --examiner  one job: fd 3 the broker; never sees SQL

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/centre/centre.h"
#include "enclave/centre/exchange.h"
#include "enclave/keys/recipient.h"

namespace sceau::enclave {

struct ServeOptions {
  Home home;
  Clock clock;
  std::vector<Credential> credentials;               ///< given: unlocks at once
  std::function<void(const std::string& line)> say;  ///< what an operator should read
  std::string language = "en";  ///< of what the operator reads, and of sessions that name none
  std::uint64_t memory = 0;     ///< bytes that each child may take; 0: half of the machine's
};

/// Serves until SIGTERM or SIGINT; returns the exit code. Takes the home's lock: throws
/// centre.locked_by_other where somebody else holds it. Starts locked, unless credentials are
/// given that open it.
int run_broker(ServeOptions options);

/// Children: never return into main's ordinary way, never throw. Exit code 0 or 70.
inline constexpr std::string_view worker_word = "--worker";
inline constexpr std::string_view examiner_word = "--examiner";
int run_worker() noexcept;
int run_examiner() noexcept;

struct ExaminerLimits {
  std::chrono::milliseconds timeout = std::chrono::minutes(10);
  std::function<bool()> cancelled = {};  ///< asked several times a second; true kills the examiner
  std::uint64_t memory = 0;              ///< bytes that it may take; 0: half of the machine's
};

/// An Examiner that runs each job in a fresh process of this program. The job's keys leave only by
/// the channel to that process. Its faults: server.examiner_lost (it died or broke the protocol),
/// server.examiner_timeout, and those that it met itself (a store that is tampered with, a table
/// of too many cells).
[[nodiscard]] Examiner process_examiner(ExaminerLimits limits = {});

}  // namespace sceau::enclave
