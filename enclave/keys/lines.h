#pragma once
// What the texts of this room share: "key = value" lines in a fixed order, base64 and hex with one
// spelling each, and the check line that tells damage from a wrong passphrase.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::enclave {

[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

template <typename Array>
[[nodiscard]] bool read_base64(std::string_view text, Array& out) {
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() != out.size()) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

[[nodiscard]] std::string to_hex_text(std::span<const std::uint8_t> bytes);
[[nodiscard]] bool is_hex(std::string_view text, std::size_t digits);

/// The value of "key = value", and the text behind that line; nullopt where another line stands.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& text,
                                                        std::string_view key);
/// Removes `line` and its end from the front; false where something else stands there.
[[nodiscard]] bool take_words(std::string_view& text, std::string_view line);

/// A decimal number in its shortest form.
[[nodiscard]] std::optional<std::uint64_t> read_number(std::string_view text);

/// 64 hex digits.
[[nodiscard]] std::string sha256_text(std::string_view text);
/// The first 16 of them. Anybody can compute it: it protects nothing.
[[nodiscard]] std::string check_of(std::string_view text);

}  // namespace sceau::enclave
