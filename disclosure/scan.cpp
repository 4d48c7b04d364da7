// One pass over a source by several workers, each with a run of segments of its own.

#include <algorithm>
#include <exception>
#include <system_error>
#include <thread>

#include "disclosure/fault.h"
#include "disclosure/scan_worker.h"

namespace sceau::disclosure {
namespace {

constexpr std::uint64_t rows_worth_a_thread = 100'000;
constexpr std::size_t most_threads = 16;

std::vector<std::size_t> segments_to_read(const Plan& plan, std::uint64_t& rows) {
  const Source& source = plan.columns.source();
  std::vector<std::size_t> segments;
  for (std::size_t segment = 0; segment < source.segments(); ++segment) {
    const std::string vintage = source.vintage(segment);
    if (std::find(plan.vintages.begin(), plan.vintages.end(), vintage) == plan.vintages.end())
      continue;
    if (!plan.where.may_hold(source, plan.columns, segment)) continue;
    segments.push_back(segment);
    rows += source.rows(segment);
  }
  return segments;
}

// How many workers share the segments. Doubles are added in one order, by one of them.
std::size_t workers_for(const Plan& plan, std::size_t segments, std::uint64_t rows, int threads) {
  if (plan.has_real || segments < 2) return 1;
  std::size_t wanted = static_cast<std::size_t>(std::max(threads, 1));
  if (threads == 0) {
    const std::uint64_t worth = std::max<std::uint64_t>(rows / rows_worth_a_thread, 1);
    wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(std::thread::hardware_concurrency(), worth));
  }
  return std::clamp<std::size_t>(wanted, 1, std::min(segments, most_threads));
}

// The workers of one scan: the first is the calling thread's.
class Crew {
 public:
  Crew(const Plan& plan, std::vector<std::size_t> segments, std::size_t count)
      : segments_(std::move(segments)), failures_(count) {
    for (std::size_t i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>(plan));
  }

  Growing run(const Cancelled& cancelled) {
    std::vector<std::thread> threads;
    std::vector<std::size_t> left;  // for want of a thread
    for (std::size_t i = 1; i < workers_.size(); ++i) {
      try {
        threads.emplace_back([this, i] { read_share(i, {}); });
      } catch (const std::system_error&) {  // a confined process may have no other thread
        left.push_back(i);
      }
    }
    read_share(0, cancelled);
    for (const std::size_t i : left) read_share(i, cancelled);
    for (std::thread& thread : threads) thread.join();
    for (const auto& failure : failures_) {
      if (failure) std::rethrow_exception(failure);
    }
    for (std::size_t i = 1; i < workers_.size(); ++i) {
      workers_[0]->result.join(workers_[i]->result, workers_[0]->plan());
      workers_[i].reset();
    }
    return std::move(workers_[0]->result);
  }

 private:
  void read_share(std::size_t worker, const Cancelled& cancelled) {
    const std::size_t begin = segments_.size() * worker / workers_.size();
    const std::size_t end = segments_.size() * (worker + 1) / workers_.size();
    try {
      for (std::size_t i = begin; i < end && !stop_; ++i) {
        workers_[worker]->read(segments_[i], stop_, cancelled);
      }
    } catch (...) {
      failures_[worker] = std::current_exception();
      stop_ = true;
    }
  }

  std::vector<std::size_t> segments_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::exception_ptr> failures_;
  std::atomic<bool> stop_ = false;
};

}  // namespace

Scan scan(const Plan& plan, const Cancelled& cancelled, int threads) {
  std::uint64_t rows = 0;
  auto segments = segments_to_read(plan, rows);
  const std::size_t workers = workers_for(plan, segments.size(), rows, threads);
  return Crew(plan, std::move(segments), workers).run(cancelled).finish();
}

struct Gatherer::Inside {
  explicit Inside(const Plan& plan) : worker(plan, true) {}
  Worker worker;
};

Gatherer::Gatherer(const Plan& plan, std::size_t groups) : inside_(std::make_unique<Inside>(plan)) {
  inside_->worker.result.groups = groups;
}

Gatherer::~Gatherer() = default;

void Gatherer::add(std::size_t segment, const std::vector<std::uint32_t>& groups) {
  inside_->worker.read_as(segment, groups);
}

Groups Gatherer::take() {
  Worker& worker = inside_->worker;
  return settled(std::move(worker.result).finish().groups, worker.plan());
}

}  // namespace sceau::disclosure
