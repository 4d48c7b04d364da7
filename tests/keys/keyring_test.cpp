// The keyring: what goes in comes out, under the right passphrase alone, and no byte of a key file
// can change without a refusal.
#include "enclave/keys/keyring.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "enclave/keys/centre_file.h"
#include "enclave/keys/key_file.h"
#include "enclave/keys/wrap.h"
#include "tests/keys/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

const std::vector<std::uint8_t> passphrase = bytes_of("correct horse battery");

}  // namespace

TEST_CASE("what is sealed comes back after unlocking again") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  Keyring::create(dir, passphrase, cheap);
  KeyBytes key;
  {
    auto ring = Keyring::unlock(dir, passphrase);
    key = ring.create_key("store-1");
    ring.seal("log", bytes_of("any bytes"));
    ring.seal("nothing", {});
    CHECK(key.size() == 32);
  }
  const auto ring = Keyring::unlock(dir, passphrase);
  CHECK(same(ring.key("store-1"), key));
  CHECK(same(ring.key("log"), KeyBytes(bytes_of("any bytes"))));
  CHECK(ring.key("nothing").empty());
  CHECK(ring.names() == std::vector<std::string>{"log", "nothing", "store-1"});
  CHECK(ring.has("log"));
  CHECK_FALSE(ring.has("centre"));
  CHECK_FALSE(ring.has("other"));
}

TEST_CASE("folder and files are the owner's alone, and no part is left") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  Keyring::create(dir, passphrase, cheap);
  (void)Keyring::unlock(dir, passphrase).create_key("registry");
  CHECK(mode_of(dir) == 0700);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(dir)) {
    CHECK(mode_of(entry.path()) == 0600);
    CHECK(entry.path().extension() == ".key");
    ++files;
  }
  CHECK(files == 2);
}

TEST_CASE("each refusal has its own id") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  CHECK(refusal([&] { (void)Keyring::unlock(dir, passphrase); }) == "keys.missing");
  CHECK(hint("keys.missing", {}).find("sceau init") != std::string::npos);
  CHECK(refusal([&] { Keyring::create(dir, {}, cheap); }) == "keys.passphrase_empty");
  CHECK(refusal([&] { Keyring::create(dir, passphrase, 1U << 14); }) == "keys.cost");
  CHECK(refusal([&] { Keyring::create(dir, passphrase, cheap + 1); }) == "keys.cost");
  CHECK_FALSE(fs::exists(dir));
  Keyring::create(dir, passphrase, cheap);
  CHECK(refusal([&] { Keyring::create(dir, passphrase, cheap); }) == "keys.exists");
  CHECK(refusal([&] { (void)Keyring::unlock(dir, bytes_of("wrong")); }) == "keys.wrong_passphrase");
  CHECK(refusal([&] { (void)Keyring::unlock(dir, std::span<const std::uint8_t>()); }) ==
        "keys.passphrase_empty");
  auto ring = Keyring::unlock(dir, passphrase);
  CHECK(refusal([&] { (void)ring.key("absent"); }) == "keys.unknown");
  CHECK(refusal([&] { ring.destroy("absent"); }) == "keys.unknown");
  for (const char* name : {"", "centre", "Registry", "../log", "a b", "a/b", "."}) {
    CHECK(refusal([&] { (void)ring.create_key(name); }) == "keys.bad_name");
  }
  CHECK(refusal([&] { ring.seal("big", std::vector<std::uint8_t>(65537)); }) == "keys.too_long");
}

TEST_CASE("a key is never replaced, and a second keyring never takes the first one's place") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  Keyring::create(dir, passphrase, cheap);
  auto ring = Keyring::unlock(dir, passphrase);
  const KeyBytes key = ring.create_key("log");
  CHECK(refusal([&] { (void)ring.create_key("log"); }) == "keys.key_exists");
  CHECK(same(ring.key("log"), key));
}

TEST_CASE("a destroyed key is gone") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  Keyring::create(dir, passphrase, cheap);
  auto ring = Keyring::unlock(dir, passphrase);
  (void)ring.create_key("store-1");
  ring.destroy("store-1");
  CHECK_FALSE(ring.has("store-1"));
  CHECK(refusal([&] { (void)ring.key("store-1"); }) == "keys.unknown");
  (void)ring.create_key("store-1");
}

TEST_CASE("every changed, lost or added byte of a key file is refused as damage") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  Keyring::create(dir, passphrase, cheap);
  auto ring = Keyring::unlock(dir, passphrase);
  (void)ring.create_key("log");
  for (const char* name : {"log.key", "centre.key"}) {
    const auto file = dir / name;
    const std::string whole = read(file);
    const auto refused = [&](const std::string& content) {
      write(file, content);
      if (std::string(name) == "log.key") return refusal([&] { (void)ring.key("log"); });
      return refusal([&] { (void)Keyring::unlock(dir, passphrase); });
    };
    for (std::size_t i = 0; i < whole.size(); ++i) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      REQUIRE(refused(changed) == "keys.damaged");
      REQUIRE(refused(whole.substr(0, i)) == "keys.damaged");
    }
    CHECK(refused(whole + "\n") == "keys.damaged");
    CHECK(refused(whole + whole) == "keys.damaged");
    CHECK(refused(whole) == "");
  }
}

TEST_CASE(
    "who mends the check still changes nothing: every header field and wrapped byte is bound") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  Keyring::create(dir, passphrase, cheap);
  auto ring = Keyring::unlock(dir, passphrase);
  (void)ring.create_key("log");
  const auto file = parse_key_file(read(dir / "log.key"));
  REQUIRE(file);
  const auto refused = [&](const KeyFile& changed) {
    write(dir / "log.key", render(changed));
    return refusal([&] { (void)ring.key("log"); });
  };
  for (std::size_t bit = 0; bit < file->wrapped.size() * 8; ++bit) {
    KeyFile changed = *file;
    changed.wrapped[bit / 8] =
        static_cast<std::uint8_t>(changed.wrapped[bit / 8] ^ (1U << (bit % 8)));
    REQUIRE(refused(changed) == "keys.damaged");
  }
  for (std::size_t bit = 0; bit < nonce_size * 8; ++bit) {
    KeyFile changed = *file;
    changed.nonce[bit / 8] = static_cast<std::uint8_t>(changed.nonce[bit / 8] ^ (1U << (bit % 8)));
    REQUIRE(refused(changed) == "keys.damaged");
  }
  KeyFile short_one = *file;
  short_one.wrapped.resize(tag_size - 1);
  CHECK(refused(short_one) == "keys.damaged");
  CHECK(refused(*file) == "");
}

TEST_CASE("a key file under another key's name is refused") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  Keyring::create(dir, passphrase, cheap);
  auto ring = Keyring::unlock(dir, passphrase);
  (void)ring.create_key("store-1");
  (void)ring.create_key("store-2");
  fs::copy_file(dir / "store-1.key", dir / "store-2.key", fs::copy_options::overwrite_existing);
  CHECK(refusal([&] { (void)ring.key("store-2"); }) == "keys.damaged");
  // Also where header and check are rewritten for the new name.
  auto moved = parse_key_file(read(dir / "store-1.key"));
  REQUIRE(moved);
  moved->name = "store-2";
  write(dir / "store-2.key", render(*moved));
  CHECK(refusal([&] { (void)ring.key("store-2"); }) == "keys.damaged");
}

TEST_CASE("an scrypt cost out of bounds is refused before it is paid") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  Keyring::create(dir, passphrase, cheap);
  const auto file = parse_centre_file(read(dir / "centre.key"));
  REQUIRE(file);
  for (const std::uint64_t n :
       {std::uint64_t{1}, std::uint64_t{1} << 14, (std::uint64_t{1} << 15) + 1,
        std::uint64_t{1} << 21, std::uint64_t{1} << 63}) {
    CentreFile changed = *file;
    changed.recipients[0].scrypt_n = n;
    CHECK_FALSE(parse_centre_file(render(changed)));
    write(dir / "centre.key", render(changed));
    CHECK(refusal([&] { (void)Keyring::unlock(dir, passphrase); }) == "keys.damaged");
  }
  CentreFile dearer = *file;  // allowed, but not the cost it was wrapped under
  dearer.recipients[0].scrypt_n = cheap * 2;
  write(dir / "centre.key", render(dearer));
  CHECK(refusal([&] { (void)Keyring::unlock(dir, passphrase); }) == "keys.wrong_passphrase");
}

TEST_CASE("another centre's keyring opens none of our keys") {
  const Folder folder;
  Keyring::create(folder.path() / "a", passphrase, cheap);
  Keyring::create(folder.path() / "b", passphrase, cheap);
  auto a = Keyring::unlock(folder.path() / "a", passphrase);
  (void)a.create_key("log");
  fs::copy_file(folder.path() / "a/log.key", folder.path() / "b/log.key");
  const auto b = Keyring::unlock(folder.path() / "b", passphrase);
  CHECK(refusal([&] { (void)b.key("log"); }) == "keys.damaged");
}

TEST_CASE("a symbolic link is not followed") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  Keyring::create(dir, passphrase, cheap);
  fs::rename(dir / "centre.key", dir / "elsewhere");
  fs::create_symlink("elsewhere", dir / "centre.key");
  CHECK(refusal([&] { (void)Keyring::unlock(dir, passphrase); }) == "keys.unreadable");
}

TEST_CASE("neither key nor passphrase stands in the folder") {
  const Folder folder;
  const auto dir = folder.path() / "keys";
  Keyring::create(dir, passphrase, cheap);
  auto ring = Keyring::unlock(dir, passphrase);
  const KeyBytes key = ring.create_key("log");
  const std::string raw(key.bytes().begin(), key.bytes().end());
  const std::string hex = hex_of(key);
  for (const auto& entry : fs::directory_iterator(dir)) {
    const std::string content = read(entry.path());
    CHECK(content.find(raw) == std::string::npos);
    CHECK(content.find(hex) == std::string::npos);
    CHECK(content.find("correct horse") == std::string::npos);
  }
}

TEST_CASE("keys move, and a moved-from one is empty") {
  KeyBytes a(bytes_of("0123456789abcdef"));
  KeyBytes b(std::move(a));
  CHECK(a.empty());  // NOLINT(bugprone-use-after-move)
  CHECK(b.size() == 16);
  KeyBytes c;
  c = std::move(b);
  CHECK(same(c.copy(), c));
  CHECK(random_key().size() == 32);
  CHECK_FALSE(same(random_key(), random_key()));
}
