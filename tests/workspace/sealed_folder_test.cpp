// A kept folder at rest: it opens as it was, for its project, or not at all.
#include "enclave/workspace/sealed_folder.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "enclave/fault.h"

using namespace sceau::enclave;

namespace {

namespace fs = std::filesystem;

struct Place {
  fs::path folder;
  Place() {
    std::string name = (fs::temp_directory_path() / "sceau-folder-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { fs::remove_all(folder); }
  [[nodiscard]] fs::path file(const std::string& name) const { return folder / name; }
};

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string seal(const fs::path& file, const KeyBytes& key, const std::string& text,
                 const std::string& project = "orientation") {
  FolderSealer sealer(file, key, project);
  for (std::size_t at = 0; at < text.size(); at += 10'007) {
    sealer.add(bytes_of(text.substr(at, 10'007)));
  }
  return sealer.finish();
}

std::string open(const fs::path& file, const KeyBytes& key, const std::string& sha256,
                 const std::string& project = "orientation") {
  std::string text;
  open_folder(file, key, project, sha256, [&](std::span<const std::uint8_t> piece) {
    text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  return text;
}

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The digest that the file has after all, as somebody would give it who could change registry and
/// log, too: sealed again under another key it is another's.
std::string digest_of(const fs::path& file) {
  // `sha256sum` is an independent witness of what the sealer said.
  const auto command = "sha256sum " + file.string();
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string line(64, ' ');
  REQUIRE(std::fread(line.data(), 1, 64, pipe) == 64);
  ::pclose(pipe);
  return line;
}

}  // namespace

TEST_CASE("a sealed folder opens as it was, at every size around a piece") {
  const Place place;
  const auto key = random_key();
  int number = 0;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, folder_piece - 1, folder_piece,
                                 folder_piece + 1, 2 * folder_piece, 3 * folder_piece + 17}) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 23);
    const auto file = place.file(std::to_string(number++));
    const auto sha256 = seal(file, key, text);
    CHECK(sha256 == digest_of(file));
    CHECK(open(file, key, sha256) == text);
    if (size > 50) CHECK(content(file).find(text.substr(10, 20)) == std::string::npos);
  }
}

TEST_CASE("a sealed folder that was changed, cut, lengthened or moved doesn't open") {
  const Place place;
  const auto key = random_key();
  const std::string text(2 * folder_piece + 5, 'x');
  const auto file = place.file("kept");
  const auto sha256 = seal(file, key, text);
  const auto whole = content(file);
  const auto refused = [&](const std::string& bytes, const std::string& digest) {
    const auto other = place.file("changed");
    std::ofstream(other, std::ios::binary) << bytes;
    CHECK_THROWS_AS((void)open(other, key, digest.empty() ? digest_of(other) : digest),
                    EnclaveError);
  };
  for (std::size_t at = 0; at < whole.size(); at += 4'001) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    refused(changed, sha256);
    refused(changed, "");  // even where the digest was changed as well
  }
  const std::size_t head = 15 + 32;
  const std::size_t piece = folder_piece + 16;
  refused(whole.substr(0, whole.size() - 1), "");
  refused(whole.substr(0, head + 2 * piece), "");  // without the last piece
  refused(whole.substr(0, head + piece), "");
  refused(whole.substr(0, head), "");
  refused("", "");
  refused(whole + "x", "");
  refused(whole.substr(0, head) + whole.substr(head + piece, piece) + whole.substr(head, piece) +
              whole.substr(head + 2 * piece),
          "");  // two pieces swapped
  CHECK_THROWS_AS((void)open(file, random_key(), sha256), EnclaveError);
  CHECK_THROWS_AS((void)open(file, key, sha256, "another"), EnclaveError);
  CHECK(open(file, key, sha256) == text);
}

TEST_CASE("a folder that isn't finished leaves nothing, and none is written over") {
  const Place place;
  const auto key = random_key();
  {
    FolderSealer sealer(place.file("half"), key, "orientation");
    sealer.add(bytes_of(std::string(folder_piece * 2, 'x')));
  }
  CHECK_FALSE(fs::exists(place.file("half")));
  (void)seal(place.file("kept"), key, "text");
  CHECK_THROWS_AS(FolderSealer(place.file("kept"), key, "orientation"), EnclaveError);
  CHECK(fs::file_size(place.file("kept")) == 15 + 32 + 4 + 16);
}
