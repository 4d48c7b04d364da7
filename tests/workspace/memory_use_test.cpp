#include "enclave/workspace/memory_use.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <vector>

using namespace sceau::enclave;

namespace {

constexpr std::size_t piece = 64 << 20;

/// Memory with something in it.
void* taken(int how) {
  void* memory = ::mmap(nullptr, piece, PROT_READ | PROT_WRITE, how | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  std::memset(memory, 1, piece);
  return memory;
}

/// Children that say that they are ready, wait, and end with this object.
class Children {
 public:
  Children(int count, bool take_more) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    for (int i = 0; i < count; ++i) {
      const auto pid = ::fork();
      REQUIRE(pid >= 0);
      if (pid == 0) {
        if (take_more) {
          void* memory =
              ::mmap(nullptr, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          if (memory != MAP_FAILED) std::memset(memory, 2, piece);
        }
        (void)!::write(ready[1], "r", 1);
        ::pause();
        ::_exit(0);
      }
      pids_.push_back(pid);
    }
    char letter = 0;
    for (int i = 0; i < count; ++i) REQUIRE(::read(ready[0], &letter, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  ~Children() {
    for (const auto pid : pids_) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }

 private:
  std::vector<pid_t> pids_;
};

}  // namespace

TEST_CASE("what children take counts with their parent's, and what they share counts once") {
  const auto before = memory_of_family(::getpid());
  CHECK(before > 0);
  for (const int how : {MAP_PRIVATE, MAP_SHARED}) {
    void* memory = taken(how);
    const auto alone = memory_of_family(::getpid());
    CHECK(alone >= before + piece * 9 / 10);
    {
      const Children shared(3, false);
      const auto with = memory_of_family(::getpid());
      CHECK(with >= before + piece * 9 / 10);
      CHECK(with < before + 2 * piece);
    }
    {
      const Children hungry(3, true);
      CHECK(memory_of_family(::getpid()) >= before + piece * 9 / 10 * 4);
    }
    ::munmap(memory, piece);
  }
}

TEST_CASE("a process that is gone takes nothing") {
  const auto pid = ::fork();
  if (pid == 0) ::_exit(0);
  ::waitpid(pid, nullptr, 0);
  CHECK(memory_of_family(pid) == 0);
}
