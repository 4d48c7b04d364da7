#include "enclave/store/project_form.h"

#include <openssl/evp.h>

#include <memory>
#include <optional>

#include "enclave/fault.h"
#include "enclave/store/dictionary.h"

namespace sceau::enclave {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

void require(bool done) {
  if (!done) throw EnclaveError(Fault::internal, "store.internal", {"AES failed"});
}

/// Each block by itself: that equal pseudonyms stay equal is what a form is for.
Bytes permuted(const KeyBytes& key, std::span<const std::uint8_t> blocks, bool forward) {
  require(blocks.size() % pseudonym_size == 0 && blocks.size() < (1U << 30));
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  Bytes out(blocks.size() + pseudonym_size);
  int written = 0;
  require(context && EVP_CipherInit_ex(context.get(), EVP_aes_256_ecb(), nullptr,
                                       key.bytes().data(), nullptr, forward ? 1 : 0) == 1);
  require(EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
  require(EVP_CipherUpdate(context.get(), out.data(), &written, blocks.data(),
                           static_cast<int>(blocks.size())) == 1);
  require(static_cast<std::size_t>(written) == blocks.size());
  out.resize(blocks.size());
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() != 2 * pseudonym_size) return std::nullopt;
  Bytes bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    std::uint8_t byte = 0;
    for (const char c : text.substr(i, 2)) {
      const bool digit = c >= '0' && c <= '9';
      if (!digit && !(c >= 'a' && c <= 'f')) return std::nullopt;
      byte = static_cast<std::uint8_t>(byte << 4U | (digit ? c - '0' : c - 'a' + 10));
    }
    bytes.push_back(byte);
  }
  return bytes;
}

std::string in_other_form(const KeyBytes& key, std::string_view text, bool forward) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto bytes = from_hex(text);
  if (!bytes) return std::string(text);
  std::string hex;
  for (const auto byte : permuted(key, *bytes, forward)) {
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return hex;
}

}  // namespace

ProjectForm::ProjectForm(const KeyBytes& key) : key_(key.copy()) { require(key.size() == 32); }

Bytes ProjectForm::shown(std::span<const std::uint8_t> stored) const {
  return permuted(key_, stored, true);
}

std::string ProjectForm::shown_text(std::string_view stored) const {
  return in_other_form(key_, stored, true);
}

std::string ProjectForm::stored_text(std::string_view shown) const {
  return in_other_form(key_, shown, false);
}

}  // namespace sceau::enclave
