#pragma once
// What the keyring's tests share: a folder of their own, bytes of texts, and which refusal it was.

#include <doctest/doctest.h>
#include <openssl/crypto.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/fault.h"
#include "enclave/keys/keyring.h"
#include "enclave/keys/recipient.h"
#include "enclave/messages.h"

namespace sceau::enclave::test {

inline constexpr std::uint64_t cheap = 1U << 15;

/// Removed with all that is in it.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] std::vector<std::uint8_t> bytes_of(std::string_view text);
[[nodiscard]] std::vector<std::uint8_t> from_hex(std::string_view hex);
[[nodiscard]] std::string hex_of(const KeyBytes& bytes);
[[nodiscard]] std::string read(const std::filesystem::path& file);
void write(const std::filesystem::path& file, const std::string& content);
[[nodiscard]] bool same(const KeyBytes& a, const KeyBytes& b);

[[nodiscard]] Credential passphrase_credential(std::string_view words);
[[nodiscard]] Credential identity_credential(const KeyBytes& private_key);

/// The id of the EnclaveError that `act` throws; "" where it throws none.
template <typename Act>
std::string refusal(Act act) {
  try {
    act();
  } catch (const EnclaveError& error) {
    CHECK(text(error.id(), {}) != error.id());  // a text stands in the catalogue
    return error.id();
  }
  return "";
}

}  // namespace sceau::enclave::test
