#include "tests/keys/world.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sceau::enclave::test {

namespace fs = std::filesystem;

Folder::Folder() {
  std::string pattern = (fs::temp_directory_path() / "sceau-keys-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

std::vector<std::uint8_t> from_hex(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string hex_of(const KeyBytes& bytes) {
  std::string hex;
  for (const auto byte : bytes.bytes()) {
    hex += "0123456789abcdef"[byte >> 4U];
    hex += "0123456789abcdef"[byte & 15U];
  }
  return hex;
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

bool same(const KeyBytes& a, const KeyBytes& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.bytes().data(), b.bytes().data(), a.size()) == 0;
}

Credential passphrase_credential(std::string_view words) {
  return {CredentialKind::passphrase, KeyBytes(bytes_of(words))};
}

Credential identity_credential(const KeyBytes& private_key) {
  return {CredentialKind::identity, private_key.copy()};
}

}  // namespace sceau::enclave::test
