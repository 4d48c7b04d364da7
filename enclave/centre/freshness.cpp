#include "enclave/centre/freshness.h"

#include "audit/entry.h"

namespace sceau::enclave {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using Moment = std::chrono::system_clock::time_point;

/// A witness whose clock is ahead by more would make old signatures look fresh.
constexpr seconds tolerated_lead = hours(1);

Moment moment_of(std::uint64_t time_s) {
  return Moment(seconds(static_cast<std::int64_t>(time_s)));
}

}  // namespace

Moment latest_time(const Centre::State& state) {
  return audit::parse_time(state.latest()).value_or(state.clock());
}

bool goes_unwitnessed(Centre::State& state, const policies::Policy& policy) {
  return policy.witness.max_age_hours > 0 && state.config.trial &&
         !state.journal.witnesses().quorum;
}

std::optional<disclosure::Message> release_waits(Centre::State& state,
                                                 const policies::Policy& policy) {
  const auto most = policy.witness.max_age_hours;
  if (most == 0) return std::nullopt;
  const auto status = state.journal.witnesses();
  const auto limit = std::to_string(most);
  if (!status.quorum) {
    if (state.config.trial) return std::nullopt;
    return disclosure::Message{"centre.witness_none", {policy.name, limit}};
  }
  if (status.time_s == 0) return disclosure::Message{"centre.witness_never", {policy.name, limit}};
  const auto age = latest_time(state) - moment_of(status.time_s);
  if (age < -tolerated_lead) return disclosure::Message{"centre.witness_ahead", {policy.name}};
  if (age <= hours(most)) return std::nullopt;
  const auto old = std::to_string(std::chrono::floor<hours>(age).count());
  return disclosure::Message{"centre.witness_old",
                             {policy.name, limit, old, std::to_string(status.unwitnessed)}};
}

}  // namespace sceau::enclave
