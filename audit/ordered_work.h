// Work that several threads do and one takes up in order, with a bounded number of pieces at hand.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace sceau::audit {

/// Makes pieces 0, 1, … count - 1 on `threads` threads, each with a maker of its own from
/// `new_maker()`, and hands them to `use` in order, on the caller's thread. `use` returns false to
/// end early. At most about twice as many pieces as threads exist at a time. What a maker or `use`
/// throws is thrown here, after all threads have ended.
template <typename Piece>
void work_in_order(std::uint64_t count, unsigned threads,
                   const std::function<std::function<Piece(std::uint64_t)>()>& new_maker,
                   const std::function<bool(Piece&&)>& use) {
  if (threads <= 1 || count <= 1) {
    const auto make = new_maker();
    for (std::uint64_t i = 0; i < count; ++i)
      if (!use(make(i))) return;
    return;
  }
  std::mutex mutex;
  std::condition_variable made, taken;
  std::uint64_t next = 0, used = 0;
  bool ending = false;
  std::map<std::uint64_t, Piece> ready;
  std::map<std::uint64_t, std::exception_ptr> failed;

  const auto work = [&] {
    std::function<Piece(std::uint64_t)> make;
    while (true) {
      std::unique_lock held(mutex);
      taken.wait(held, [&] { return ending || next >= count || next < used + 2 * threads + 1; });
      if (ending || next >= count) return;
      const std::uint64_t number = next++;
      held.unlock();
      std::optional<Piece> piece;
      std::exception_ptr error;
      try {
        if (!make) make = new_maker();
        piece.emplace(make(number));
      } catch (...) {
        error = std::current_exception();
      }
      held.lock();
      if (piece)
        ready.emplace(number, std::move(*piece));
      else
        failed.emplace(number, error);
      made.notify_one();
    }
  };
  // Joins even when something is thrown.
  struct Team {
    std::vector<std::thread> members;
    std::mutex& mutex;
    std::condition_variable& taken;
    bool& ending;
    ~Team() {
      {
        const std::lock_guard held(mutex);
        ending = true;
      }
      taken.notify_all();
      for (std::thread& member : members) member.join();
    }
  } team{{}, mutex, taken, ending};
  for (unsigned i = 0; i < threads; ++i) team.members.emplace_back(work);

  for (std::uint64_t number = 0; number < count; ++number) {
    std::unique_lock held(mutex);
    made.wait(held, [&] { return ready.contains(number) || failed.contains(number); });
    if (const auto error = failed.find(number); error != failed.end())
      std::rethrow_exception(error->second);
    auto piece = ready.extract(number);
    ++used;
    held.unlock();
    taken.notify_all();
    if (!use(std::move(piece.mapped()))) return;
  }
}

}  // namespace sceau::audit
