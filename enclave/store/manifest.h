#pragma once
// The manifest as the JSON document that is sealed inside the store.

#include <optional>
#include <string>
#include <string_view>

#include "enclave/store/store.h"

namespace sceau::enclave {

[[nodiscard]] std::string to_json(const Manifest& manifest);
/// nullopt where the text is not such a document.
[[nodiscard]] std::optional<Manifest> manifest_from_json(std::string_view json);

/// Lower-case hex of SHA-256.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace sceau::enclave
