// What one check has found so far: the first failure is told, the rest are counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audit/verify.h"

namespace sceau::audit {

class Findings {
 public:
  explicit Findings(std::string name) : name_(std::move(name)) {}

  void fail(Failure failure, std::string message, std::optional<std::uint64_t> entry = {}) {
    if (count_++ > 0) return;
    failure_ = failure;
    message_ = std::move(message);
    entry_ = entry;
  }
  /// Adds what was found in a later part of the log.
  void merge(const Findings& later) {
    if (count_ == 0) {
      failure_ = later.failure_;
      message_ = later.message_;
      entry_ = later.entry_;
    }
    count_ += later.count_;
  }
  [[nodiscard]] bool failed() const { return count_ > 0; }

  /// The check: failed, or passed with this message.
  [[nodiscard]] Check check(std::string passed) const {
    if (count_ == 0) return {name_, CheckResult::passed, std::move(passed), {}};
    std::string message = message_;
    if (count_ > 1) message += " (and " + std::to_string(count_ - 1) + " more)";
    return {name_, CheckResult::failed, message, entry_, failure_};
  }

 private:
  std::string name_;
  std::uint64_t count_ = 0;
  Failure failure_ = Failure::none;
  std::string message_;
  std::optional<std::uint64_t> entry_;
};

}  // namespace sceau::audit
