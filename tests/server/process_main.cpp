// Children as processes of their own: this program plays the examiner too, well or badly, as the
// job's project says.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

#include "enclave/server/frames.h"
#include "enclave/server/process.h"
#include "enclave/server/serve.h"
#include "tests/server/sealed.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

constexpr std::string_view confess_word = "--confess";

ExamineJob job_named(const std::string& behaviour, const SealedLycees& store) {
  ExamineJob job;
  job.project = behaviour;
  job.policy = SealedLycees::policy();
  job.datasets = store.grants();
  job.tabulations = {count_by_academie()};
  return job;
}

/// The job's first field, without taking it from the channel.
std::string peek_behaviour() {
  std::array<char, 32> bytes{};
  std::size_t got = 0;
  while (got < bytes.size()) {
    const auto seen = ::recv(broker_fd, bytes.data(), bytes.size(), MSG_PEEK);
    if (seen <= 0) return "";
    got = static_cast<std::size_t>(seen);
  }
  return std::string(bytes.data() + 9, static_cast<std::size_t>(bytes[5]));
}

int play_examiner() {
  const auto behaviour = peek_behaviour();
  if (behaviour == "crash") std::abort();
  if (behaviour == "silent") ::pause();
  if (behaviour == "leave") return 0;
  if (behaviour == "garbage") {
    constexpr std::string_view garbage = "\xff\xff\xff\xff\xff and more";
    return ::write(broker_fd, garbage.data(), garbage.size()) < 0;
  }
  if (behaviour == "too few") {
    Channel broker(broker_fd);
    WireWriter none;
    none.count(0);
    broker.send(FrameKind::examined, none.bytes());
    return 0;
  }
  return run_examiner();
}

/// Kilobytes of this process that can't be swapped out.
long locked_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmLck:", 0) == 0) return std::stol(line.substr(6));
  }
  return 0;
}

/// Whether all memory may be locked: asked of the system by doing it.
bool may_lock_all() {
#if defined(__SANITIZE_ADDRESS__)
  return false;
#else
  rlimit most{};
  ::getrlimit(RLIMIT_MEMLOCK, &most);
  if (most.rlim_cur == RLIM_INFINITY) return true;
  // More than the bound can be locked only by who isn't bound.
  const auto size = static_cast<std::size_t>(most.rlim_cur) + (1U << 20);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const bool may = memory != MAP_FAILED && ::mlock(memory, size) == 0;
  ::munmap(memory, size);
  return may;
#endif
}

/// What a child finds when it starts, as text.
int confess() {
  Channel broker(broker_fd);
  WireWriter out;
  const bool may_lock = may_lock_all();
  const bool hardened = harden_child(broker_fd + 1);
  std::string open;
  for (int fd = 0; fd < 1024; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) open += std::to_string(fd) + " ";
  }
  std::string environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment += std::string(*variable) + " ";
  }
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  out.text(open);
  out.text(environment);
#if defined(__SANITIZE_ADDRESS__)
  constexpr int readable = 1;  // the leak sanitizer reads its own process
#else
  constexpr int readable = 0;
#endif
  out.boolean(hardened && core.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE) == readable &&
              ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
  out.boolean((locked_kilobytes() > 1000) == may_lock);
  broker.send(FrameKind::examined, out.bytes());
  return 0;
}

}  // namespace

TEST_CASE("a fresh process examines and answers") {
  const SealedLycees store(pupils(12, 12));
  const auto examined = process_examiner()(job_named("honest", store));
  REQUIRE(examined.size() == 1);
  CHECK(examined[0].judgement.verdict == disclosure::Verdict::pass);
}

TEST_CASE("an examiner's own refusal comes through by its id") {
  const SealedLycees store(pupils(12, 12));
  auto job = job_named("honest", store);
  job.datasets[0].vintages[0].sealed.size += 1;
  CHECK(refusal([&] { (void)process_examiner()(std::move(job)); }) == "store.tampered");
}

TEST_CASE("an examiner that dies, leaves, babbles or answers too little decides nothing") {
  const SealedLycees store(pupils(12, 12));
  for (const auto* behaviour : {"crash", "leave", "garbage", "too few"}) {
    CAPTURE(behaviour);
    CHECK(refusal([&] { (void)process_examiner()(job_named(behaviour, store)); }) ==
          "server.examiner_lost");
  }
}

TEST_CASE("a silent examiner is killed when its time is up, or when the broker stops") {
  const SealedLycees store(pupils(12, 12));
  ExaminerLimits limits;
  limits.timeout = std::chrono::milliseconds(300);
  CHECK(refusal([&] { (void)process_examiner(limits)(job_named("silent", store)); }) ==
        "server.examiner_timeout");
  limits.timeout = std::chrono::minutes(1);
  limits.cancelled = [] { return true; };
  CHECK(refusal([&] { (void)process_examiner(limits)(job_named("silent", store)); }) ==
        "server.cancelled");
}

TEST_CASE("a child inherits its channel and nothing else") {
  ::setenv("SCEAU_TEST_PASSPHRASE", "open sesame", 1);
  const int leaked = ::open("/dev/null", O_RDONLY);  // not close-on-exec, as a library might
  REQUIRE(leaked >= 0);
  auto [ours, theirs] = channel_pair();
  auto child = Child::start(confess_word, theirs, std::nullopt);
  const auto frame = ours.receive(std::chrono::seconds(20));
  ::close(leaked);
  WireReader in(frame.payload);
  CHECK(in.text() == "0 1 2 3 ");
  CHECK(in.text() == "LC_ALL=C.UTF-8 TZ=UTC GLIBC_TUNABLES=glibc.malloc.hugetlb=1 ");
  CHECK(in.boolean());
  CHECK(in.boolean());  // in the swap is nothing, where the system lets it
  const auto end = child.wait(std::chrono::seconds(20));
  REQUIRE(end.has_value());
  CHECK(end->exit_code == 0);
}

int main(int argc, char** argv) {
  if (argc > 1 && argv[1] == examiner_word) return play_examiner();
  if (argc > 1 && argv[1] == confess_word) return confess();
  doctest::Context context(argc, argv);
  return context.run();
}
