#include "enclave/keys/wrap.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <bit>
#include <memory>

#include "enclave/fault.h"
#include "enclave/keys/derivation.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t key_size = 32;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

[[noreturn]] void fail(const char* what) {
  throw EnclaveError(Fault::internal, "keys.internal", {what});
}

template <std::size_t size>
std::array<std::uint8_t, size> random_bytes() {
  std::array<std::uint8_t, size> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) fail("no random bytes");
  return bytes;
}

const std::uint8_t* as_bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

Context cipher(const KeyBytes& key, const Nonce& nonce, std::string_view header, bool encrypt) {
  if (key.size() != key_size) fail("a wrapping key has another size than 32 bytes");
  Context context(EVP_CIPHER_CTX_new());
  int written = 0;
  if (!context ||
      EVP_CipherInit_ex2(context.get(), EVP_aes_256_gcm(), key.bytes().data(), nonce.data(),
                         encrypt ? 1 : 0, nullptr) != 1 ||
      EVP_CipherUpdate(context.get(), nullptr, &written, as_bytes(header),
                       static_cast<int>(header.size())) != 1) {
    fail("AES-256-GCM could not start");
  }
  return context;
}

}  // namespace

bool scrypt_n_is_allowed(std::uint64_t n) {
  return std::has_single_bit(n) && n >= least_scrypt_n && n <= most_scrypt_n;
}

Salt random_salt() { return random_bytes<salt_size>(); }
Nonce random_nonce() { return random_bytes<nonce_size>(); }

KeyBytes derive_key(std::span<const std::uint8_t> passphrase, const Salt& salt, std::uint64_t n) {
  return scrypt(passphrase, salt, {n, 8, 1}, key_size);
}

std::vector<std::uint8_t> wrap(const KeyBytes& key, const Nonce& nonce, std::string_view header,
                               std::span<const std::uint8_t> content) {
  const Context context = cipher(key, nonce, header, true);
  std::vector<std::uint8_t> wrapped(content.size() + tag_size);
  int written = 0;
  int last = 0;
  if (EVP_CipherUpdate(context.get(), wrapped.data(), &written, content.data(),
                       static_cast<int>(content.size())) != 1 ||
      EVP_CipherFinal_ex(context.get(), wrapped.data() + written, &last) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_size,
                          wrapped.data() + content.size()) != 1) {
    fail("AES-256-GCM could not wrap");
  }
  return wrapped;
}

std::optional<KeyBytes> unwrap(const KeyBytes& key, const Nonce& nonce, std::string_view header,
                               std::span<const std::uint8_t> wrapped) {
  if (wrapped.size() < tag_size) return std::nullopt;
  const Context context = cipher(key, nonce, header, false);
  KeyBytes content(wrapped.size() - tag_size);
  std::vector<std::uint8_t> tag(wrapped.end() - tag_size, wrapped.end());
  int written = 0;
  int last = 0;
  if (EVP_CipherUpdate(context.get(), content.bytes().data(), &written, wrapped.data(),
                       static_cast<int>(content.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) != 1) {
    fail("AES-256-GCM could not unwrap");
  }
  std::uint8_t none = 0;
  if (EVP_CipherFinal_ex(context.get(), &none, &last) != 1) return std::nullopt;
  return content;
}

}  // namespace sceau::enclave
