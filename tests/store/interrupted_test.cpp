// An import that is cancelled, killed, or given no thread.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

constexpr const char* variables = R"(
[variables.academie]
type = "category"
role = "classification"
[variables.note]
type = "decimal"
role = "measure"
decimals = 2
[variables.ine]
type = "text"
role = "identifier"
)";

std::string many_rows(int rows) {
  std::string content = "academie;note;ine\n";
  for (int i = 0; i < rows; ++i) {
    content += "ACADEMIE-" + std::to_string(i % 30) + ";" + std::to_string(i % 20) + ".25;INE-" +
               std::to_string(i) + "\n";
  }
  return content;
}

}  // namespace

TEST_CASE("an import that is cancelled at any stage ends and leaves nothing") {
  const Folder folder;
  std::vector<Text> files;
  files.emplace_back("a.csv", many_rows(400'000));
  for (const std::size_t threads : {1U, 4U}) {
    for (const std::uint64_t after : {0U, 100'000U, 400'000U}) {
      for (const auto& text : files) ::lseek(text.file().fd, 0, SEEK_SET);
      auto job = options(codebook(variables), files);
      job.threads = threads;
      job.segment_rows = 1U << 14;
      std::uint64_t rows = 0;
      job.progress = [&](const ImportProgress& progress) { rows = progress.rows; };
      job.cancelled = [&] { return rows >= after; };
      CHECK(refusal([&] { (void)import_csv(job, folder / "t.store", key_of(1)); }) ==
            "import.cancelled");
      CHECK(std::filesystem::is_empty(folder.path()));
    }
  }
}

TEST_CASE("it is asked with every block that is read and every segment that is packed") {
  const Folder folder;
  std::vector<Text> files;
  const std::string content = many_rows(400'000);
  files.emplace_back("a.csv", content);
  auto job = options(codebook(variables), files);
  job.threads = 1;
  job.block_size = 1U << 16;
  job.segment_rows = 1U << 16;
  std::size_t reading = 0;
  std::size_t sealing = 0;
  bool all_read = false;
  job.progress = [&](const ImportProgress& progress) { all_read = progress.rows == 400'000; };
  job.cancelled = [&] {
    ++(all_read ? sealing : reading);
    return false;
  };
  (void)import_csv(job, folder / "t.store", key_of(1));
  CHECK(reading >= content.size() / job.block_size);
  CHECK(sealing >= job.codebook.variables.size() * (400'000 / job.segment_rows));
}

TEST_CASE("an import that waits for a pipe can be cancelled") {
  for (const std::size_t threads : {1U, 3U}) {
    for (const bool some : {false, true}) {
      int ends[2];
      REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
      if (some) {
        // More than a block, so that threads wait too.
        ::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        const std::string content = many_rows(8000);
        REQUIRE(::write(ends[1], content.data(), content.size()) ==
                static_cast<ssize_t>(content.size()));
      }
      auto job = options(codebook(variables), {});
      job.files = {{"a.csv", ends[0]}};
      job.threads = threads;
      job.block_size = 4096;
      int asked = 0;
      job.cancelled = [&] { return ++asked > 60; };
      ImportReport report;
      CHECK(refusal([&] { (void)read_csv(job, report); }) == "import.cancelled");
      ::close(ends[0]);
      ::close(ends[1]);
    }
  }
}

TEST_CASE("kill -9 at any moment leaves a whole store or none, and the next try makes one") {
  const Folder folder;
  const auto file = folder / "t.store";
  std::vector<Text> files;
  files.emplace_back("a.csv", many_rows(60'000));
  int killed = 0;
  for (int moment = 0; moment < 40; moment += 3) {
    for (const auto& text : files) ::lseek(text.file().fd, 0, SEEK_SET);
    auto job = options(codebook(variables), files);
    job.threads = 3;
    job.block_size = 64U << 10;
    job.segment_rows = 1U << 13;
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto tell = [&] { return ::write(ends[1], "x", 1) != 1; };
      job.cancelled = tell;
      try {
        (void)import_csv(job, file, key_of(1));
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    char byte = 0;
    for (int i = 0; i <= moment && ::read(ends[0], &byte, 1) == 1; ++i) {
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(ends[0]);
    killed += WIFSIGNALED(status) ? 1 : 0;
    if (std::filesystem::exists(file)) {
      Store::open(file, key_of(1)).check_all();
      std::filesystem::remove(file);
    }
    for (const auto& text : files) ::lseek(text.file().fd, 0, SEEK_SET);
    job.cancelled = {};
    CHECK(import_csv(job, file, key_of(1)).rows == 60'000);
    Store::open(file, key_of(1)).check_all();
    std::filesystem::remove(file);
    CHECK(std::filesystem::is_empty(folder.path()));
  }
  CHECK(killed > 5);
}

TEST_CASE("where the system gives no thread, the caller does it all") {
  std::vector<Text> files;
  files.emplace_back("a.csv", many_rows(5000));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // The limit doesn't hold for root.
    const rlimit none{0, 0};
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
    if (::setrlimit(RLIMIT_NPROC, &none) != 0) ::_exit(3);
    auto job = options(codebook(variables), files);
    job.threads = 4;
    job.block_size = 4096;
    ImportReport report;
    try {
      (void)read_csv(job, report);
    } catch (...) {
      ::_exit(4);
    }
    ::_exit(report.rows == 5000 ? 0 : 5);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
