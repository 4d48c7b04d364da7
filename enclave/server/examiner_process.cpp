// The broker's side of an examiner: a fresh process a job, watched until it answers.
#include <poll.h>

#include <algorithm>

#include "enclave/server/crossing.h"
#include "enclave/server/process.h"
#include "enclave/server/serve.h"

namespace sceau::enclave {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds between_questions(100);

[[noreturn]] void lost() { throw EnclaveError(Fault::unavailable, "server.examiner_lost"); }

/// Returns once the channel has something to say.
void await_answer(const Channel& channel, const ExaminerLimits& limits,
                  SteadyClock::time_point deadline) {
  while (true) {
    pollfd waiting = {channel.fd(), POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(between_questions.count())) > 0) return;
    if (limits.cancelled && limits.cancelled()) {
      throw EnclaveError(Fault::refused, "server.cancelled");
    }
    if (SteadyClock::now() >= deadline) {
      throw EnclaveError(Fault::refused, "server.examiner_timeout",
                         {std::to_string(limits.timeout.count() / 1000)});
    }
  }
}

Frame run_job(Channel& channel, const ExamineJob& job, const ExaminerLimits& limits) {
  const auto deadline = SteadyClock::now() + limits.timeout;
  try {
    channel.send(FrameKind::job, pack(job));
    await_answer(channel, limits, deadline);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
    return channel.receive(std::max(left, between_questions));
  } catch (const EnclaveError& error) {
    const bool broken = error.id() == "server.peer_gone" || error.id() == "server.bad_frame" ||
                        error.id() == "server.timeout";
    if (broken) lost();
    throw;
  }
}

}  // namespace

Examiner process_examiner(ExaminerLimits limits) {
  return [limits = std::move(limits)](ExamineJob job) {
    const auto asked = job.tabulations.size();
    auto [ours, theirs] = channel_pair();
    const auto child = Child::start(examiner_word, theirs, std::nullopt, limits.memory);
    { const Channel closed = std::move(theirs); }  // else its death would not end our channel
    const auto answer = run_job(ours, job, limits);
    if (answer.kind == FrameKind::failed) rethrow(unpack<Failure>(answer.payload));
    if (answer.kind != FrameKind::examined) lost();
    auto examined = unpack<std::vector<Examined>>(answer.payload);
    if (examined.size() != asked) lost();
    return examined;
  };
}

}  // namespace sceau::enclave
