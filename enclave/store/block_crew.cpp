#include "enclave/store/block_crew.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace sceau::enclave {

/// One file on its way. Threads stop and are joined when it goes.
struct BlockCrew::Work {
  RecordCutter& cutter;
  const FileColumns& file;
  char separator;
  std::vector<std::unique_ptr<Chunk>>& free;

  std::mutex source;  // held by whoever reads the file: blocks get their numbers in its order
  std::mutex mutex;   // of all below and of `free`
  std::condition_variable freed;
  std::condition_variable done;
  std::vector<std::unique_ptr<Chunk>> ready;  // by number modulo its size
  std::uint64_t taken = 0;
  bool ended = false;  // no further block will be taken
  bool stopped = false;
  std::vector<std::thread> threads;

  Work(RecordCutter& from, const FileColumns& columns, char between,
       std::vector<std::unique_ptr<Chunk>>& chunks)
      : cutter(from), file(columns), separator(between), free(chunks) {
    // All that threads need is made here: each number on its way has a chunk of its own.
    ready.resize(chunks.size() + 1);
    free.reserve(chunks.size() + 1);
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() {
    {
      const std::lock_guard lock(mutex);
      stopped = true;
    }
    cutter.interrupt();
    freed.notify_all();
    for (auto& thread : threads) thread.join();
    for (auto& chunk : ready) {
      if (chunk) free.push_back(std::move(chunk));
    }
  }

  /// A chunk with the next block in it; null where there is none.
  std::unique_ptr<Chunk> take(std::uint64_t& number) {
    const std::lock_guard reading(source);
    std::unique_ptr<Chunk> chunk;
    {
      std::unique_lock lock(mutex);
      freed.wait(lock, [&] { return stopped || ended || !free.empty(); });
      if (stopped || ended) return nullptr;
      chunk = std::move(free.back());
      free.pop_back();
    }
    const bool got = cutter.next(chunk->block);
    const std::lock_guard lock(mutex);
    if (got) {
      number = taken++;
      return chunk;
    }
    ended = true;
    free.push_back(std::move(chunk));
    return nullptr;
  }

  void run(BlockReader& reader) {
    std::uint64_t number = 0;
    while (auto chunk = take(number)) {
      reader.read(file, separator, *chunk);
      const std::lock_guard lock(mutex);
      ready[number % ready.size()] = std::move(chunk);
      done.notify_one();
    }
    freed.notify_all();
    done.notify_one();
  }

  /// The chunk of this number; null at the end, or where it isn't there yet.
  std::unique_ptr<Chunk> wait_for(std::uint64_t number, bool& at_end) {
    std::unique_lock lock(mutex);
    auto& place = ready[number % ready.size()];
    const auto there = [&] { return place || (ended && taken == number); };
    at_end = done.wait_for(lock, std::chrono::milliseconds(tick_ms), there) && !place;
    return std::move(place);
  }

  void give_back(std::unique_ptr<Chunk> chunk) {
    {
      const std::lock_guard lock(mutex);
      free.push_back(std::move(chunk));
    }
    freed.notify_one();
  }
};

BlockCrew::BlockCrew(const policies::Codebook& codebook, const VariableKeys& keys,
                     std::size_t threads)
    : codebook_(codebook),
      keys_(keys),
      threads_(std::clamp<std::size_t>(threads, 1, most_readers)) {
  readers_.push_back(std::make_unique<BlockReader>(codebook_, keys_, 0));
}

BlockCrew::~BlockCrew() = default;

std::uint64_t BlockCrew::memory(std::size_t block_size) const {
  constexpr std::uint64_t with_its_values = 3;
  const std::uint64_t blocks = threads_ * blocks_a_reader + 2;
  const std::uint64_t dictionaries = readers_.size() * codebook_.variables.size() * most_own_bytes;
  return blocks * block_size * with_its_values + dictionaries / 16;  // most stay far below
}

void BlockCrew::read(RecordCutter& cutter, const FileColumns& file, char separator,
                     const std::function<void(Chunk&)>& hand, const std::function<void()>& tick) {
  // The caller takes the first block, and for a file that is no longer no thread is started.
  auto first = chunks_.empty() ? std::make_unique<Chunk>() : std::move(chunks_.back());
  if (!chunks_.empty()) chunks_.pop_back();
  const bool any = cutter.next(first->block);
  if (!any || threads_ == 1 || first->block.last || first->block.error || first->block.overlong) {
    if (any) read_alone(*first, cutter, file, separator, hand, tick);
    chunks_.push_back(std::move(first));
    return;
  }
  while (chunks_.size() < threads_ * blocks_a_reader) chunks_.push_back(std::make_unique<Chunk>());
  while (readers_.size() <= threads_) {
    readers_.push_back(std::make_unique<BlockReader>(codebook_, keys_, readers_.size()));
  }
  Work work(cutter, file, separator, chunks_);
  try {
    for (std::size_t i = 1; i <= threads_; ++i) {
      work.threads.emplace_back([&work, reader = readers_[i].get()] { work.run(*reader); });
    }
  } catch (const std::system_error&) {
    // With those that there are.
  }
  if (work.threads.empty()) {
    read_alone(*first, cutter, file, separator, hand, tick);
    work.give_back(std::move(first));
    return;
  }
  readers_[0]->read(file, separator, *first);
  hand(*first);
  work.give_back(std::move(first));
  bool at_end = false;
  for (std::uint64_t number = 0; !at_end;) {
    tick();
    auto chunk = work.wait_for(number, at_end);
    if (!chunk) continue;
    hand(*chunk);
    work.give_back(std::move(chunk));
    ++number;
  }
}

/// `chunk` holds a block.
void BlockCrew::read_alone(Chunk& chunk, RecordCutter& cutter, const FileColumns& file,
                           char separator, const std::function<void(Chunk&)>& hand,
                           const std::function<void()>& tick) {
  do {
    readers_[0]->read(file, separator, chunk);
    hand(chunk);
    tick();
  } while (cutter.next(chunk.block));
}

}  // namespace sceau::enclave
