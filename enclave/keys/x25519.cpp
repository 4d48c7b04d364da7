#include "enclave/keys/x25519.h"

#include <openssl/evp.h>

#include <memory>

#include "enclave/fault.h"
#include "enclave/keys/lines.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view prefix = "x25519:";
constexpr std::size_t key_size = 32;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;

[[noreturn]] void fail(const char* what) {
  throw EnclaveError(Fault::internal, "keys.internal", {what});
}

Key private_of(const KeyBytes& bytes) {
  Key key(bytes.size() == key_size ? EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr,
                                                                  bytes.bytes().data(), key_size)
                                   : nullptr);
  if (!key) fail("not an X25519 private key");
  return key;
}

}  // namespace

PublicKey public_key_of(const KeyBytes& private_key) {
  const Key key = private_of(private_key);
  PublicKey bytes{};
  std::size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &size) != 1) fail("X25519 failed");
  return bytes;
}

std::optional<KeyBytes> agree(const KeyBytes& private_key, const PublicKey& other) {
  const Key own = private_of(private_key);
  const Key theirs(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, other.data(), other.size()));
  const std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_new(own.get(), nullptr));
  if (!theirs || !context || EVP_PKEY_derive_init(context.get()) != 1) fail("X25519 failed");
  KeyBytes secret(key_size);
  std::size_t size = secret.size();
  // Where all agree on zeros OpenSSL refuses: here, or already when it looks at the other key.
  if (EVP_PKEY_derive_set_peer(context.get(), theirs.get()) != 1 ||
      EVP_PKEY_derive(context.get(), secret.bytes().data(), &size) != 1 || size != key_size) {
    return std::nullopt;
  }
  return secret;
}

std::string to_text(const PublicKey& key) { return std::string(prefix) + to_base64(key); }

std::optional<PublicKey> parse_public_key(std::string_view text) {
  PublicKey key{};
  if (!text.starts_with(prefix) || !read_base64(text.substr(prefix.size()), key)) {
    return std::nullopt;
  }
  if (to_text(key) != text) return std::nullopt;
  return key;
}

}  // namespace sceau::enclave
