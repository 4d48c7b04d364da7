#include "enclave/server/interruption.h"

#include <charconv>

#include "enclave/fault.h"

namespace sceau::enclave {

std::optional<std::chrono::milliseconds> parse_time_limit(std::string_view text) {
  std::int64_t amount = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, amount);
  if (error != std::errc() || amount < 0 || amount > 1'000'000'000) return std::nullopt;
  auto unit = std::string_view(at, static_cast<std::size_t>(end - at));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.empty() || unit == "ms") return std::chrono::milliseconds(amount);
  if (unit == "s") return std::chrono::seconds(amount);
  if (unit == "min") return std::chrono::minutes(amount);
  if (unit == "h") return std::chrono::hours(amount);
  return std::nullopt;
}

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
