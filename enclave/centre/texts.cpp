#include "enclave/centre/texts.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <vector>

#include "audit/bytes.h"
#include "enclave/fault.h"
#include "enclave/keys/wrap.h"

namespace sceau::enclave {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string key_header(std::string_view owner, std::string_view name) {
  return "sceau text key 1\n" + std::string(owner) + "\n" + std::string(name) + "\n";
}

std::string text_header(std::string_view owner, std::string_view place) {
  return "sceau text 1\n" + std::string(owner) + "\n" + std::string(place) + "\n";
}

/// nonce ‖ ciphertext ‖ tag
std::string wrapped(const KeyBytes& key, std::string_view header,
                    std::span<const std::uint8_t> content) {
  const auto nonce = random_nonce();
  const auto box = wrap(key, nonce, header, content);
  std::string out(nonce.begin(), nonce.end());
  out.append(box.begin(), box.end());
  return out;
}

std::optional<KeyBytes> unwrapped(const KeyBytes& key, std::string_view header,
                                  std::string_view box) {
  if (box.size() < nonce_size + tag_size) return std::nullopt;
  Nonce nonce{};
  std::copy_n(box.begin(), nonce_size, nonce.begin());
  return unwrap(key, nonce, header, bytes_of(box.substr(nonce_size)));
}

[[noreturn]] void damaged(std::string_view owner) {
  throw EnclaveError(Fault::integrity, "centre.text_damaged", {std::string(owner)});
}

}  // namespace

Texts::Texts(const RegistryFile& db, std::string name, KeyBytes key)
    : db_(db), name_(std::move(name)), key_(std::move(key)) {}

std::optional<KeyBytes> Texts::key_of(std::string_view owner) const {
  auto found = db_.prepare("SELECT wrapped FROM text_keys WHERE owner = ?").with(owner);
  if (!found.next() || found.null(0)) return std::nullopt;
  auto key = unwrapped(key_, key_header(owner, name_), found.text(0));
  if (!key || key->size() != 32) damaged(owner);
  return key;
}

std::string Texts::seal(std::string_view owner, std::string_view place,
                        std::string_view text) const {
  auto key = key_of(owner);
  if (!key) {
    if (erased(owner)) {
      throw EnclaveError(Fault::refused, "centre.texts_erased", {std::string(owner)});
    }
    key = random_key();
    const auto box = wrapped(key_, key_header(owner, name_), key->bytes());
    db_.prepare("INSERT INTO text_keys (owner, wrapped) VALUES (?, ?)")
        .with(owner, Blob{box})
        .run();
  }
  return wrapped(*key, text_header(owner, place), bytes_of(text));
}

std::optional<std::string> Texts::open(std::string_view owner, std::string_view place,
                                       std::string_view sealed) const {
  const auto key = key_of(owner);
  if (!key) {
    if (erased(owner)) return std::nullopt;
    damaged(owner);
  }
  const auto text = unwrapped(*key, text_header(owner, place), sealed);
  if (!text) damaged(owner);
  const auto bytes = text->bytes();
  return std::string(bytes.begin(), bytes.end());
}

std::string Texts::digest(std::string_view owner, std::string_view text) const {
  const auto key = key_of(owner);
  if (!key) return {};
  std::string message = "sceau text digest 1\n";
  message += text;
  std::array<std::uint8_t, 32> digest{};
  unsigned size = digest.size();
  if (HMAC(EVP_sha256(), key->bytes().data(), static_cast<int>(key->size()),
           bytes_of(message).data(), message.size(), digest.data(), &size) == nullptr) {
    throw EnclaveError(Fault::internal, "centre.internal", {"HMAC-SHA-256 is not available"});
  }
  return audit::to_hex(digest);
}

std::optional<ErasedTexts> Texts::erased(std::string_view owner) const {
  auto found = db_.prepare(
                      "SELECT erased_seq, erased FROM text_keys WHERE owner = ?"
                      " AND erased_seq IS NOT NULL")
                   .with(owner);
  if (!found.next()) return std::nullopt;
  return ErasedTexts{static_cast<std::uint64_t>(found.integer(0)), found.text(1)};
}

void Texts::erase(std::string_view owner, const ErasedTexts& when) const {
  // Zeros first: the row's old bytes go in place, whatever becomes of its page.
  db_.prepare("UPDATE text_keys SET wrapped = zeroblob(length(wrapped)) WHERE owner = ?")
      .with(owner)
      .run();
  db_.prepare(
         "INSERT INTO text_keys (owner, wrapped, erased_seq, erased) VALUES (?1, NULL, ?2, ?3)"
         " ON CONFLICT (owner) DO UPDATE SET wrapped = NULL, erased_seq = ?2, erased = ?3")
      .with(owner, when.seq, when.time)
      .run();
}

void Texts::rewrap(const std::string& name, const KeyBytes& key) const {
  std::vector<std::string> owners;
  auto found = db_.prepare("SELECT owner FROM text_keys WHERE wrapped IS NOT NULL");
  while (found.next()) owners.push_back(found.text(0));
  for (const auto& owner : owners) {
    const auto box = wrapped(key, key_header(owner, name), key_of(owner)->bytes());
    db_.prepare("UPDATE text_keys SET wrapped = ? WHERE owner = ?").with(Blob{box}, owner).run();
  }
}

void Texts::use(std::string name, KeyBytes key) {
  name_ = std::move(name);
  key_ = std::move(key);
}

}  // namespace sceau::enclave
