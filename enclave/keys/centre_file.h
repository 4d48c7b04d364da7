#pragma once
// The text of centre.key (FORMAT.md beside this): who can open the centre key, what is wrapped for
// each, and a MAC under the centre key over all of it. As with key files, one text a value: what
// parses is rendered to the same bytes again.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/keys/derivation.h"
#include "enclave/keys/recipient.h"

namespace sceau::enclave {

inline constexpr std::size_t most_recipients = 64;

struct CentreFile {
  std::string id;                ///< 32 hex digits, for good
  std::uint64_t generation = 1;  ///< one more with each rotation
  std::vector<Recipient> recipients;
  Mac mac{};

  [[nodiscard]] const Recipient* find(std::string_view name) const;
};

/// What every recipient's wrapping authenticates.
[[nodiscard]] std::string file_head_of(const CentreFile& file);
/// What the MAC covers: every line above it.
[[nodiscard]] std::string text_above_mac(const CentreFile& file);
/// HMAC-SHA-256 over that, under HKDF of the centre key: it also commits to the key, which
/// AES-GCM alone doesn't.
[[nodiscard]] Mac mac_of(const CentreFile& file, const KeyBytes& centre);
[[nodiscard]] std::string render(const CentreFile& file);

/// nullopt for any text that `render` would not write: an scrypt cost out of bounds, a name or id
/// that stands twice, no recipient or more than most_recipients among them.
[[nodiscard]] std::optional<CentreFile> parse_centre_file(std::string_view text);

/// How a keyring can be opened.
struct Ways {
  std::size_t alone = 0;  ///< recipients that need nobody else
  std::size_t shares = 0;
  int needed = 0;  ///< of the shares; 0: there are none
  [[nodiscard]] bool any() const {
    return alone > 0 || (needed > 0 && shares >= static_cast<std::size_t>(needed));
  }
};
[[nodiscard]] Ways ways_of(const CentreFile& file);

}  // namespace sceau::enclave
