#pragma once
// What the keyring's own files share.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/keys/centre_file.h"
#include "enclave/keys/key_file.h"
#include "enclave/keys/keyring.h"

namespace sceau::enclave {

inline constexpr std::string_view centre_name = "centre";
inline constexpr std::string_view key_extension = ".key";
inline constexpr std::string_view next_extension = ".next";
inline constexpr std::size_t most_key_file = 256U << 10;

struct Keyring::State {
  std::filesystem::path dir;
  KeyBytes centre;
  std::uint64_t generation = 1;
  std::vector<std::string> by;
};

[[nodiscard]] std::filesystem::path key_path(const std::filesystem::path& dir,
                                             std::string_view name);
/// Throws keys.missing where there is none, keys.other_format, keys.damaged.
[[nodiscard]] CentreFile read_centre_file(const std::filesystem::path& dir);
/// nullopt where there is none; keys.damaged for one that stands under another key's name.
[[nodiscard]] std::optional<KeyFile> read_key_file(const std::filesystem::path& file,
                                                   std::string_view name);
/// A key's file with fresh nonce and wrapping.
[[nodiscard]] KeyFile wrapped_key(std::string_view name, std::uint64_t generation,
                                  const KeyBytes& centre, std::span<const std::uint8_t> content);

/// After a rotation that was cut off: files NAME.key.next that belong to this generation take their
/// names, others go.
void settle(const std::filesystem::path& dir, const KeyBytes& centre, std::uint64_t generation);

}  // namespace sceau::enclave
