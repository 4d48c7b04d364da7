// A sealed file that is not what was sealed is refused, each way with its own words; nothing of the
// data or the key stands in it or beside it in clear; a full disk leaves nothing.
#include <sched.h>
#include <sqlite3.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t page = 65536;
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
  std::string content = "academie;note;ine;autre\n";
  for (int i = 0; i < rows; ++i) {
    content += "ACADEMIE-DE-LYON-" + std::to_string(i % 30) + ";" + std::to_string(i % 20) + "." +
               std::to_string(i % 100) + ";INE-" + std::to_string(i) + ";PASSED-OVER\n";
  }
  return content + "REJECTED-LINE;not a number;INE-X;\n";
}

/// A store of a few pages, with a rejected line in it.
void seal(const fs::path& file, const KeyBytes& key, const std::vector<Text>& files) {
  auto import = options(codebook(variables), files);
  import.on_error = OnError::skip;
  (void)import_csv(import, file, key);
}

void seal(const fs::path& file, const KeyBytes& key, int rows = 20000) {
  std::vector<Text> files;
  files.emplace_back("a.csv", many_rows(rows));
  seal(file, key, files);
}

/// Another program's database, keyed the way it would be.
void make_database(const fs::path& file, const char* settings, bool keyed) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  if (keyed) {
    const std::string text = "x'" + std::string(64, '1') + "'";
    REQUIRE(sqlite3_key_v2(handle, "main", text.data(), static_cast<int>(text.size())) ==
            SQLITE_OK);
  }
  REQUIRE(sqlite3_exec(handle, settings, nullptr, nullptr, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_exec(handle, "CREATE TABLE t(x); INSERT INTO t VALUES (1)", nullptr, nullptr,
                       nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

std::string opening(const fs::path& file, std::uint8_t key = 0x11) {
  return refusal([&] { (void)Store::open(file, key_of(key)); });
}

/// Whether opening or checking refuses.
bool is_caught(const fs::path& file) {
  try {
    Store::open(file, key_of(0x11)).check_all();
  } catch (const EnclaveError& error) {
    CHECK(error.fault() == Fault::integrity);
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("each file that is not this store is refused in its own words") {
  const Folder folder;
  seal(folder / "t.store", key_of(0x11));
  CHECK(opening(folder / "t.store") == "");
  CHECK(opening(folder / "t.store", 0x12) == "store.wrong_key");
  CHECK(opening(folder / "absent.store") == "store.missing");
  CHECK_FALSE(fs::exists(folder / "absent.store"));

  make_database(folder / "plain.store", "PRAGMA page_size=65536", false);
  CHECK(opening(folder / "plain.store") == "store.plaintext");
  make_database(folder / "three.store",
                "PRAGMA cipher_log_level=NONE; PRAGMA cipher_compatibility=3", true);
  CHECK(opening(folder / "three.store") == "store.sqlcipher3");
  make_database(folder / "four.store", "PRAGMA cipher_log_level=NONE", true);
  CHECK(opening(folder / "four.store") == "store.foreign");

  write_file(folder / "empty.store", "");
  CHECK(opening(folder / "empty.store") == "store.cut");
  write_file(folder / "noise.store", std::string(2 * page, 'x'));
  CHECK(opening(folder / "noise.store") == "store.wrong_key");
  fs::create_directory(folder / "folder.store");
  CHECK(opening(folder / "folder.store") == "store.unreadable");
  fs::create_symlink(folder / "t.store", folder / "link.store");
  CHECK(opening(folder / "link.store") == "store.unreadable");
  REQUIRE(::mkfifo((folder / "pipe.store").c_str(), 0600) == 0);
  CHECK(opening(folder / "pipe.store") == "store.unreadable");  // and nobody waits for a writer
  for (const std::size_t size : {0U, 1U, 16U, 31U, 33U, 64U, 67U}) {
    CAPTURE(size);
    CHECK(refusal([&] { (void)Store::open(folder / "t.store", KeyBytes(size)); }) ==
          "store.internal");
  }
}

TEST_CASE("a journal beside a store is refused") {
  for (const char* suffix : {"-journal", "-wal"}) {
    const Folder folder;
    seal(folder / "t.store", key_of(0x11), 10);
    write_file(folder / (std::string("t.store") + suffix), "");
    CHECK(opening(folder / "t.store") == "store.journal");
  }
}

TEST_CASE("a store that is shorter or longer by anything is refused") {
  const Folder folder;
  seal(folder / "t.store", key_of(0x11));
  const std::string whole = read_file(folder / "t.store");
  REQUIRE(whole.size() % page == 0);
  REQUIRE(whole.size() / page > 4);
  const SealedFile sealed = measure(folder / "t.store", "id");
  for (std::size_t pages = 1; pages < whole.size() / page; ++pages) {
    for (const std::size_t size : {pages * page - 1, pages * page, pages * page + 1}) {
      write_file(folder / "cut.store", whole.substr(0, size));
      CAPTURE(size);
      CHECK(opening(folder / "cut.store") == "store.cut");
      CHECK(refusal([&] { verify_sealed(folder / "cut.store", sealed, false); }) ==
            "store.tampered");
    }
  }
  for (const std::string& more :
       {std::string("x"), std::string(page, '\0'), whole.substr(whole.size() - page)}) {
    write_file(folder / "long.store", whole + more);
    CHECK(opening(folder / "long.store") == "store.cut");
    CHECK(refusal([&] { verify_sealed(folder / "long.store", sealed, false); }) ==
          "store.tampered");
  }
}

TEST_CASE("one changed byte anywhere is caught when all is checked, and by the hash") {
  const Folder folder;
  seal(folder / "t.store", key_of(0x11), 3000);
  const auto file = folder / "t.store";
  const std::string whole = read_file(file);
  const SealedFile sealed = measure(file, "id");
  CHECK(sealed.size == whole.size());
  CHECK_FALSE(is_caught(file));
  verify_sealed(file, sealed, true);
  std::FILE* const out = std::fopen(file.c_str(), "r+b");
  REQUIRE(out != nullptr);
  const auto put = [&](std::size_t at, char byte) {
    REQUIRE(std::fseek(out, static_cast<long>(at), SEEK_SET) == 0);
    REQUIRE(std::fputc(static_cast<unsigned char>(byte), out) != EOF);
    REQUIRE(std::fflush(out) == 0);
  };
  // Both ends of every page (salt and header; initial vector and HMAC) and a walk through its
  // middle.
  std::vector<std::size_t> places;
  for (std::size_t start = 0; start < whole.size(); start += page) {
    for (std::size_t i = 0; i < 20; ++i) places.push_back(start + i);
    for (std::size_t i = 20; i < page - 50; i += 4999) places.push_back(start + i);
    for (std::size_t i = page - 50; i < page; ++i) places.push_back(start + i);
  }
  for (const std::size_t at : places) {
    put(at, static_cast<char>(whole[at] ^ 1));
    CAPTURE(at);
    CHECK(is_caught(file));
    CHECK(refusal([&] { verify_sealed(file, sealed, true); }) == "store.tampered");
    put(at, whole[at]);
  }
  std::fclose(out);
  CHECK(places.size() > 500);
  CHECK_FALSE(is_caught(file));
}

TEST_CASE("pages of two stores under one key can't be mixed unseen") {
  const Folder folder;
  seal(folder / "a.store", key_of(0x11), 3000);
  seal(folder / "b.store", key_of(0x11), 3100);
  const std::string a = read_file(folder / "a.store");
  const std::string b = read_file(folder / "b.store");
  for (std::size_t at = 0; at < std::min(a.size(), b.size()); at += page) {
    write_file(folder / "mixed.store", a.substr(0, at) + b.substr(at, page) + a.substr(at + page));
    CHECK(is_caught(folder / "mixed.store"));
  }
}

TEST_CASE("neither data nor key stands in the file in clear") {
  const Folder folder;
  seal(folder / "t.store", key_of(0x11));
  const std::string whole = read_file(folder / "t.store");
  for (const std::string& clear :
       {std::string("ACADEMIE"), std::string("INE-1"), std::string("REJECTED"),
        std::string("PASSED"), std::string("academie"), std::string("CREATE TABLE"),
        std::string("SQLite"), std::string("format = 1"), std::string(16, 0x11),
        std::string("1111111111111111")}) {
    CAPTURE(clear);
    CHECK(whole.find(clear) == std::string::npos);
  }
  CHECK((fs::status(folder / "t.store").permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("the import makes one file and no temporary ones") {
  const Folder folder;
  const Folder temporary;
  ::setenv("SQLITE_TMPDIR", temporary.path().c_str(), 1);
  ::setenv("TMPDIR", temporary.path().c_str(), 1);
  const int events = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  REQUIRE(events >= 0);
  for (const fs::path& watched : {temporary.path(), folder.path(), fs::path("/var/tmp")}) {
    REQUIRE(::inotify_add_watch(events, watched.c_str(), IN_CREATE | IN_MOVED_TO) >= 0);
  }
  seal(folder / "t.store", key_of(0x11));
  Store::open(folder / "t.store", key_of(0x11)).check_all();
  std::vector<std::string> made;
  alignas(inotify_event) std::array<char, 16384> buffer;
  for (ssize_t got = 0; (got = ::read(events, buffer.data(), buffer.size())) > 0;) {
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      const std::string name = event->len > 0 ? event->name : "";
      if (name.find("t.store") != std::string::npos || name.find("etilqs") != std::string::npos) {
        made.push_back(name);
      }
      at += static_cast<ssize_t>(sizeof(inotify_event)) + event->len;
    }
  }
  ::close(events);
  ::unsetenv("SQLITE_TMPDIR");
  ::unsetenv("TMPDIR");
  CHECK(made == std::vector<std::string>{"t.store.part", "t.store"});
  CHECK(fs::is_empty(temporary.path()));
}

namespace {

/// Runs `act` in a child process and gives its exit status; 99: it threw.
template <typename Act>
int in_child(Act act) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int status = 99;
    try {
      status = act();
    } catch (...) {
      status = 99;
    }
    ::_exit(status);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// 0: refused as a full disk with nothing left; 1: it fitted; 2: another refusal; 3: something
/// left.
int import_into(const fs::path& folder, const std::vector<Text>& files) {
  try {
    seal(folder / "t.store", key_of(0x11), files);
    return 1;
  } catch (const EnclaveError& error) {
    if (error.id() != "store.disk_full" || error.fault() != Fault::unavailable) return 2;
  }
  return fs::is_empty(folder) ? 0 : 3;
}

constexpr int not_possible = 77;

int on_a_small_disk(const fs::path& folder, const std::vector<Text>& files, const char* size) {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", folder.c_str(), "tmpfs", 0, size) != 0) {
    return not_possible;
  }
  return import_into(folder, files);
}

}  // namespace

TEST_CASE("a full disk is said so, and nothing is left") {
  const Folder folder;
  std::vector<Text> files;
  files.emplace_back("a.csv", many_rows(60000));
  bool mounted = true;
  for (const char* size : {"size=64k", "size=192k", "size=512k"}) {
    const int status = in_child([&] { return on_a_small_disk(folder.path(), files, size); });
    mounted = mounted && status != not_possible;
    if (status != not_possible) CHECK(status == 0);
  }
  if (!mounted) std::puts("skipped: a small disk, for want of the right to mount one");
  for (const rlim_t most : {1000U, 100'000U, 300'000U, 600'000U}) {
    const int status = in_child([&] {
      const rlimit limit{most, most};
      std::signal(SIGXFSZ, SIG_IGN);
      return ::setrlimit(RLIMIT_FSIZE, &limit) == 0 ? import_into(folder.path(), files)
                                                    : not_possible;
    });
    CHECK(status == 0);
  }
  CHECK(in_child([&] { return import_into(folder.path(), files); }) == 1);
}

TEST_CASE("a part that a killed import left does not stand in the way") {
  const Folder folder;
  write_file(folder / "t.store.part", "half of something");
  seal(folder / "t.store", key_of(0x11), 10);
  CHECK(opening(folder / "t.store") == "");
  CHECK_FALSE(fs::exists(folder / "t.store.part"));
}
