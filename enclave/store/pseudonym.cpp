#include "enclave/store/pseudonym.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t block_size = 64;
constexpr std::size_t digest_size = 32;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeDigest {
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

void require(bool done) {
  if (!done) throw EnclaveError(Fault::internal, "store.internal", {"SHA-256 failed"});
}

}  // namespace

// HMAC by its definition: the states behind the two padded keys are made once and copied for each
// identifier, which costs a third of EVP_MAC's set-up for texts of a few bytes.
struct Pseudonymiser::State {
  std::unique_ptr<EVP_MD, FreeDigest> digest{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  Context inner{EVP_MD_CTX_new()};
  Context outer{EVP_MD_CTX_new()};
  Context work{EVP_MD_CTX_new()};

  void start(const Context& context, const KeyBytes& key, std::uint8_t pad) const {
    KeyBytes block(block_size);
    std::copy(key.bytes().begin(), key.bytes().end(), block.bytes().begin());
    for (auto& byte : block.bytes()) byte ^= pad;
    require(EVP_DigestInit_ex2(context.get(), digest.get(), nullptr) == 1 &&
            EVP_DigestUpdate(context.get(), block.bytes().data(), block.size()) == 1);
  }
};

Pseudonymiser::Pseudonymiser(const KeyBytes& key) : state_(std::make_unique<State>()) {
  require(state_->digest && state_->inner && state_->outer && state_->work && key.size() == 32);
  state_->start(state_->inner, key, 0x36);
  state_->start(state_->outer, key, 0x5c);
}

Pseudonymiser::Pseudonymiser(Pseudonymiser&&) noexcept = default;
Pseudonymiser& Pseudonymiser::operator=(Pseudonymiser&&) noexcept = default;
Pseudonymiser::~Pseudonymiser() = default;

Pseudonym Pseudonymiser::pseudonym(std::string_view identifier) {
  EVP_MD_CTX* const work = state_->work.get();
  std::array<std::uint8_t, digest_size> digest;
  require(EVP_MD_CTX_copy_ex(work, state_->inner.get()) == 1 &&
          EVP_DigestUpdate(work, identifier.data(), identifier.size()) == 1 &&
          EVP_DigestFinal_ex(work, digest.data(), nullptr) == 1 &&
          EVP_MD_CTX_copy_ex(work, state_->outer.get()) == 1 &&
          EVP_DigestUpdate(work, digest.data(), digest.size()) == 1 &&
          EVP_DigestFinal_ex(work, digest.data(), nullptr) == 1);
  Pseudonym pseudonym;
  std::memcpy(pseudonym.data(), digest.data(), pseudonym.size());
  return pseudonym;
}

}  // namespace sceau::enclave
