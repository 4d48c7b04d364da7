#pragma once
// The text of a key file (FORMAT.md beside this): one key, wrapped by the centre key. One text a
// value: what parses is rendered to the same bytes again, so no byte of a file can change without a
// refusal.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/keys/wrap.h"

namespace sceau::enclave {

struct KeyFile {
  std::string name;              ///< the key's, also the file's name without ".key"
  std::uint64_t generation = 1;  ///< of the centre key that wraps it
  Nonce nonce{};
  std::vector<std::uint8_t> wrapped;
};

/// [a-z0-9-]+, at most 100 bytes.
[[nodiscard]] bool is_key_name(std::string_view name);

/// What the wrapping authenticates: every line above `wrapped`.
[[nodiscard]] std::string header_of(const KeyFile& file);
[[nodiscard]] std::string render(const KeyFile& file);

/// nullopt for any text that `render` would not write.
[[nodiscard]] std::optional<KeyFile> parse_key_file(std::string_view text);

}  // namespace sceau::enclave
