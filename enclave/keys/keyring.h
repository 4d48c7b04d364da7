#pragma once
// The centre's keys. A random centre key is wrapped by a passphrase (scrypt, AES-256-GCM); every
// other key (one a store, the registry's, the log's seed, one a pseudonym domain) is wrapped by the
// centre key, one file a key under keys/, mode 0600. No key is ever in an argument, the
// environment, SQL text or a message.
//
//   Keyring::create("home/keys", passphrase);
//   auto keyring = Keyring::unlock("home/keys", passphrase);   // wrong passphrase: EnclaveError
//   KeyBytes key = keyring.create_key("store-4f2a…");
//
// File format (FORMAT.md beside this): text lines, format = 1, algorithm names, salt,
// nonce, wrapped bytes in base64; the header is the AEAD's additional data. scrypt's cost is
// bounded on both sides when read (2^15 <= N <= 2^20).

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::enclave {

/// Bytes that are cleansed when they go: locked memory where the system allows. Move only.
class KeyBytes {
 public:
  KeyBytes() = default;
  explicit KeyBytes(std::size_t size);  ///< zeros
  explicit KeyBytes(
      std::span<const std::uint8_t> bytes);  ///< a copy; cleanse the original yourself
  KeyBytes(KeyBytes&&) noexcept;
  KeyBytes& operator=(KeyBytes&&) noexcept;
  ~KeyBytes();

  [[nodiscard]] std::span<std::uint8_t> bytes() { return {data_, size_}; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {data_, size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] KeyBytes copy() const { return KeyBytes(bytes()); }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// 32 random bytes from the private generator.
[[nodiscard]] KeyBytes random_key();

class Keyring {
 public:
  /// Makes `dir` (0700) with a fresh centre key. Refuses an existing keyring (keys.exists) and an
  /// empty passphrase (keys.passphrase_empty). `scrypt_n` lower than 2^15 is refused; tests use
  /// 2^15.
  static void create(const std::filesystem::path& dir, std::span<const std::uint8_t> passphrase,
                     std::uint64_t scrypt_n = 1U << 17);

  /// EnclaveError: keys.missing (not_found), keys.wrong_passphrase (integrity),
  /// keys.damaged (integrity, names the file).
  [[nodiscard]] static Keyring unlock(const std::filesystem::path& dir,
                                      std::span<const std::uint8_t> passphrase);

  Keyring(Keyring&&) noexcept;
  Keyring& operator=(Keyring&&) noexcept;
  ~Keyring();

  /// Names: [a-z0-9-]+, e.g. "registry", "log", "store-<id>", "domain-ine".
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] KeyBytes create_key(std::string_view name);  ///< 32 random bytes, sealed
  void seal(std::string_view name,
            std::span<const std::uint8_t> content);         ///< any bytes; never overwrites
  [[nodiscard]] KeyBytes key(std::string_view name) const;  ///< keys.unknown, keys.damaged
  void destroy(std::string_view name);
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct State;
  explicit Keyring(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sceau::enclave
