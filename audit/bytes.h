// Bytes and the three spellings in which they stand in a log: hex, base64, decimal.
//
// Each decoder accepts exactly one spelling of a value, so that a signed text cannot be respelled:
//   from_hex("00ff")    -> {0, 255}      from_hex("00FF")    -> nothing (lower case only)
//   from_base64("AA==") -> {0}           from_base64("AB==") -> nothing (spare bits set)
//   parse_decimal("17") -> 17            parse_decimal("017") -> nothing (leading zero)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::audit {

using Bytes = std::vector<std::uint8_t>;
using Digest = std::array<std::uint8_t, 32>;  ///< a SHA-256 value

/// Lower-case hex, two digits a byte.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

/// The 64 hex digits of a digest, without taking memory.
using HexDigest = std::array<char, 64>;
[[nodiscard]] HexDigest hex_digest(const Digest& digest);

/// The bytes of lower-case hex; nothing for an odd length or any other character.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// Exactly 64 lower-case hex digits.
[[nodiscard]] std::optional<Digest> digest_from_hex(std::string_view text);

/// Standard base64 (RFC 4648 section 4) with padding.
[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);

/// The bytes of standard base64; nothing for missing padding, blanks, or spare bits that are set.
/// Working memory is cleansed, since private keys pass here; the caller cleanses the result.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

/// Exactly the 44 characters of a digest.
[[nodiscard]] std::optional<Digest> digest_from_base64(std::string_view text);

/// A whole number from 0 to 2^63 - 1 without sign or leading zeros.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// True when the bytes are well-formed UTF-8 (no overlong form, no surrogate, at most U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

[[nodiscard]] inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace sceau::audit
