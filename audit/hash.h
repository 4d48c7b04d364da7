// SHA-256 as RFC 6962 uses it. The only code that the writer and the verifier share beside the
// spellings of bytes.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "audit/bytes.h"

namespace sceau::audit {

/// Hashes leaves, nodes and plain bytes. Fetches the digest once, when it is made, because
/// fetching costs more than hashing. Not for two threads at once: each has its own.
class Hasher {
 public:
  Hasher();  ///< Throws AuditError (crypto) when OpenSSL has no SHA-256.
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  /// SHA-256(00 || entry): the leaf of an entry.
  [[nodiscard]] Digest leaf(std::string_view entry);
  /// SHA-256(01 || left || right): the root over two subtrees.
  [[nodiscard]] Digest node(const Digest& left, const Digest& right);
  /// SHA-256(bytes).
  [[nodiscard]] Digest sha256(std::span<const std::uint8_t> bytes);
  /// SHA-256 of a file's bytes, read in pieces. Throws AuditError (bad_input) when unreadable.
  [[nodiscard]] Digest sha256_file(const std::filesystem::path& path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The commitment under which a text stands in the log: SHA-256(salt || text). The salt is 32
/// random bytes that stay in the registry with the text; without it the text can't be guessed.
[[nodiscard]] Digest commitment(std::span<const std::uint8_t, 32> salt, std::string_view text);

}  // namespace sceau::audit
