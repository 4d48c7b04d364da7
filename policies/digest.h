#pragma once
// The SHA-256 of a text: of a policy's canonical form, and of whatever must give the same numbers
// years later.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sceau::policies {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest digest_of(std::string_view text);
[[nodiscard]] std::string to_hex(const Digest& digest);

}  // namespace sceau::policies
