#pragma once
// The policies that come with the program (policies/*.toml), built into it so that `sceau init`
// needs no file beside it.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sceau::enclave {

struct ShippedPolicy {
  std::string_view name;
  std::string_view text;
};

/// In the order in which they can be installed (one that extends comes after its base).
[[nodiscard]] std::span<const ShippedPolicy> shipped_policies();

/// By name, as policies::PolicyFinder wants it.
[[nodiscard]] std::optional<std::string> shipped_policy(std::string_view name);

}  // namespace sceau::enclave
