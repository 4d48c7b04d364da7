#include "audit/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "audit/fault.h"

namespace sceau::audit {

struct Hasher::State {
  EVP_MD* digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  State() {
    if (digest == nullptr || context == nullptr ||
        EVP_DigestInit_ex2(context, digest, nullptr) != 1)
      throw AuditError(Fault::crypto, "OpenSSL offers no SHA-256");
  }
  ~State() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(digest);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void begin() {
    if (EVP_DigestInit_ex2(context, nullptr, nullptr) != 1)
      throw AuditError(Fault::crypto, "SHA-256 could not be started");
  }
  void add(const void* bytes, std::size_t length) {
    if (EVP_DigestUpdate(context, bytes, length) != 1)
      throw AuditError(Fault::crypto, "SHA-256 failed");
  }
  Digest end() {
    Digest result;
    if (EVP_DigestFinal_ex(context, result.data(), nullptr) != 1)
      throw AuditError(Fault::crypto, "SHA-256 failed");
    return result;
  }
};

Hasher::Hasher() : state_(std::make_unique<State>()) {}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

Digest Hasher::leaf(std::string_view entry) {
  const std::uint8_t prefix = 0;
  state_->begin();
  state_->add(&prefix, 1);
  state_->add(entry.data(), entry.size());
  return state_->end();
}

Digest Hasher::node(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> input;
  input[0] = 1;
  std::copy(left.begin(), left.end(), input.begin() + 1);
  std::copy(right.begin(), right.end(), input.begin() + 33);
  return sha256(input);
}

Digest Hasher::sha256(std::span<const std::uint8_t> bytes) {
  state_->begin();
  state_->add(bytes.data(), bytes.size());
  return state_->end();
}

Digest Hasher::sha256_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path))
    throw AuditError(Fault::bad_input, "cannot read " + path.string());
  std::vector<char> buffer(1 << 16);
  state_->begin();
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    state_->add(buffer.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) throw AuditError(Fault::io, "reading " + path.string() + " failed");
  return state_->end();
}

Digest commitment(std::span<const std::uint8_t, 32> salt, std::string_view text) {
  Bytes input(salt.begin(), salt.end());
  const auto bytes = as_bytes(text);
  input.insert(input.end(), bytes.begin(), bytes.end());
  const Digest digest = Hasher().sha256(input);
  OPENSSL_cleanse(input.data(), input.size());
  return digest;
}

}  // namespace sceau::audit
