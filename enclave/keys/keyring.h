#pragma once
// The centre's keys. A random centre key is wrapped for its recipients (recipient.h): people with a
// passphrase or a key of their own, each of whom opens it alone or gives one share of it. Every
// other key (one a store, the registry's, the log's seed, one a pseudonym domain) is wrapped by the
// centre key, one file a key under keys/, mode 0600. No key is ever in an argument, the
// environment, SQL text or a message.
//
//   Keyring::create("home/keys", passphrase);
//   auto keyring = Keyring::unlock("home/keys", passphrase);   // wrong passphrase: EnclaveError
//   KeyBytes key = keyring.create_key("store-4f2a…");
//
// FORMAT.md beside this is the files' form. scrypt's cost is bounded on both sides when read
// (2^15 <= N <= 2^20). Who opens and how is changed in two steps, so that the log can be told
// before it holds: keyring_change.h. Shares that come one after another: unlocking.h.

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

/// Sets OpenSSL's secure heap up, once a process and before its first key: guard pages, locked,
/// left out of core files. False where the system gives no locked memory for it; keys then lie in
/// plain memory that is locked as far as it goes, and cleansed all the same.
bool keep_keys_in_secure_heap();

struct CentreFile;
struct Credential;
class KeyringChange;

class Keyring {
 public:
  /// Makes `dir` (0700) with a fresh centre key and one recipient, "custodian", who opens it alone
  /// by this passphrase. Refuses an existing keyring (keys.exists) and an empty passphrase
  /// (keys.passphrase_empty). `scrypt_n` lower than 2^15 is refused; tests use 2^15.
  static void create(const std::filesystem::path& dir, std::span<const std::uint8_t> passphrase,
                     std::uint64_t scrypt_n = 1U << 17);

  /// EnclaveError: keys.missing (not_found), keys.wrong_passphrase (integrity), keys.damaged
  /// (integrity, names the file), keys.list_changed (integrity: recipients were added, taken away
  /// or changed without the centre key), keys.shares_missing (unavailable: it needs more people).
  [[nodiscard]] static Keyring unlock(const std::filesystem::path& dir,
                                      std::span<const std::uint8_t> passphrase);
  /// With everything that was brought; as many shares among it as are needed.
  [[nodiscard]] static Keyring unlock(const std::filesystem::path& dir,
                                      std::span<const Credential> credentials);

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

  /// Who can open, as centre.key has it now. Throws keys.missing, keys.damaged.
  [[nodiscard]] CentreFile recipients() const;
  /// SHA-256 of centre.key as it is now, 64 hex digits: the log binds it.
  [[nodiscard]] std::string file_sha256() const;
  /// Ids of the recipients that this keyring was opened by.
  [[nodiscard]] const std::vector<std::string>& opened_by() const;
  [[nodiscard]] const std::filesystem::path& dir() const;

  /// Writes what was prepared (keyring_change.h). A crash leaves what was or what was to be; the
  /// next unlocking finishes it.
  void apply(KeyringChange change);

 private:
  friend class KeyringChanges;
  friend class Unlocking;
  struct State;
  explicit Keyring(std::unique_ptr<State> state);
  /// The centre key, checked against the list's MAC; finishes what a rotation left.
  static Keyring open(std::filesystem::path dir, KeyBytes centre, const CentreFile& file,
                      std::vector<std::string> by);
  void write_next(const KeyringChange& change) const;
  std::unique_ptr<State> state_;
};

}  // namespace sceau::enclave
