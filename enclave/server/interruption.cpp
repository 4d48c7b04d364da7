#include "enclave/server/interruption.h"

#include "enclave/fault.h"

namespace sceau::enclave {

void Interruption::begin(std::chrono::milliseconds limit) {
  limit_ = limit;
  started_ = std::chrono::steady_clock::now();
  next_look_ms_ = 0;
  why_ = Why::none;
  cancel_ = false;
}

bool Interruption::asked() {
  if (why_ != Why::none) return true;
  if (cancel_) {
    why_ = Why::cancelled;
    return true;
  }
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started_);
  if (limit_.count() > 0 && elapsed >= limit_) {
    why_ = Why::out_of_time;
    return true;
  }
  auto look = next_look_ms_.load();
  const bool turn =
      elapsed.count() >= look && next_look_ms_.compare_exchange_strong(look, elapsed.count() + 100);
  if (turn && alone_ && alone_()) {
    why_ = Why::cancelled;
    return true;
  }
  return false;
}

void Interruption::raise() const {
  switch (why_.load()) {
    case Why::none:
      return;
    case Why::cancelled:
      throw EnclaveError(Fault::refused, "server.cancelled");
    case Why::out_of_time:
      throw EnclaveError(Fault::refused, "server.out_of_time", {std::to_string(limit_.count())});
  }
}

}  // namespace sceau::enclave
