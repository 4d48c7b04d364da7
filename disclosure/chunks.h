#pragma once
// Work in numbered parts, by as many threads as there are: the parts and what is made of them don't
// depend on who does them. Internal to the models.

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <system_error>
#include <thread>
#include <vector>

#include "disclosure/table.h"

namespace sceau::disclosure {

/// Does `work(part, cancelled)` for each part. The first failure is thrown once all have stopped.
/// `cancelled` is asked by the calling thread; the others stop with it.
template <typename Work>
void in_chunks(std::size_t parts, std::size_t threads, const Cancelled& cancelled, Work work) {
  std::exception_ptr failure;  // written by the one that stops the others
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> next = 0;
  const auto share = [&](const Cancelled& question) {
    try {
      for (std::size_t part = next++; part < parts && !stop; part = next++) work(part, question);
    } catch (...) {
      if (!stop.exchange(true)) failure = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads && i < parts; ++i) {
    try {
      others.emplace_back([&] { share([&stop] { return stop.load(); }); });
    } catch (const std::system_error&) {  // a confined process may have no other thread
      break;
    }
  }
  share(cancelled);
  for (std::thread& other : others) other.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace sceau::disclosure
