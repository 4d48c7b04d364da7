#include "enclave/keys/derivation.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>
#include <string>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

[[noreturn]] void fail(const char* what) {
  throw EnclaveError(Fault::internal, "keys.internal", {what});
}

struct FreeKdf {
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

/// OpenSSL's parameters take bytes that they don't change.
OSSL_PARAM octets(const char* name, const void* bytes, std::size_t size) {
  // A null pointer would be "no value"; an empty one is a value.
  return OSSL_PARAM_construct_octet_string(name, const_cast<void*>(size == 0 ? "" : bytes), size);
}

}  // namespace

KeyBytes scrypt(std::span<const std::uint8_t> passphrase, std::span<const std::uint8_t> salt,
                const ScryptCost& cost, std::size_t size) {
  KeyBytes key(size);
  const std::uint64_t memory = 128 * cost.r * (cost.n + cost.p) + (1U << 20);
  if (EVP_PBE_scrypt(reinterpret_cast<const char*>(passphrase.data()), passphrase.size(),
                     salt.data(), salt.size(), cost.n, cost.r, cost.p, memory, key.bytes().data(),
                     key.size()) != 1) {
    fail("scrypt failed; is there memory for it");
  }
  return key;
}

KeyBytes hkdf_sha256(std::span<const std::uint8_t> input, std::span<const std::uint8_t> salt,
                     std::string_view info, std::size_t size) {
  const std::unique_ptr<EVP_KDF, FreeKdf> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
  std::string digest = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      octets(OSSL_KDF_PARAM_KEY, input.data(), input.size()),
      octets(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
      octets(OSSL_KDF_PARAM_INFO, info.data(), info.size()), OSSL_PARAM_construct_end()};
  KeyBytes key(size);
  if (!context || EVP_KDF_derive(context.get(), key.bytes().data(), size, parameters) != 1) {
    fail("HKDF failed");
  }
  return key;
}

Mac hmac_sha256(std::span<const std::uint8_t> key, std::string_view text) {
  Mac mac{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), mac.data(),
           &size) == nullptr ||
      size != mac.size()) {
    fail("HMAC failed");
  }
  return mac;
}

bool same_mac(const Mac& a, const Mac& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sceau::enclave
