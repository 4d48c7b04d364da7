#pragma once
// Threads that come and go, each with its duty; those that are done are joined now and then.

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <thread>

namespace sceau::enclave {

/// Used from one thread.
class Crew {
 public:
  ~Crew() { join_all(); }

  /// `duty` must not throw.
  void start(std::function<void()> duty) {
    auto done = std::make_shared<std::atomic<bool>>(false);
    members_.push_back({done, std::thread([done, duty = std::move(duty)] {
                          duty();
                          *done = true;
                        })});
  }
  void join_done() {
    for (auto member = members_.begin(); member != members_.end();) {
      if (!*member->done) {
        ++member;
        continue;
      }
      member->thread.join();
      member = members_.erase(member);
    }
  }
  void join_all() {
    for (auto& member : members_) member.thread.join();
    members_.clear();
  }
  [[nodiscard]] std::size_t size() const { return members_.size(); }

 private:
  struct Member {
    std::shared_ptr<std::atomic<bool>> done;
    std::thread thread;
  };
  std::list<Member> members_;
};

}  // namespace sceau::enclave
