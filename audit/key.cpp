#include "audit/key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "audit/fault.h"
#include "audit/hash.h"

namespace sceau::audit {
namespace {

constexpr std::size_t seed_bytes = 32;
constexpr std::size_t ed25519_public_bytes = 32;
constexpr std::size_t ed25519_signature_bytes = 64;
constexpr std::size_t ml_dsa_44_public_bytes = 1312;
constexpr std::string_view private_prefix = "PRIVATE+KEY+";

// Bytes that held a private key and must not stay in memory.
struct Cleansed {
  Bytes bytes;
  ~Cleansed() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

// The code points with Unicode's White_Space property, beyond ASCII.
bool is_wide_blank(std::string_view text, std::size_t at) {
  static constexpr std::array<std::string_view, 5> starts = {"\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80",
                                                             "\xE2\x81\x9F", "\xE3\x80\x80"};
  const std::string_view rest = text.substr(at);
  if (std::any_of(starts.begin(), starts.end(), [&](auto s) { return rest.starts_with(s); }))
    return true;
  if (!rest.starts_with("\xE2\x80") || rest.size() < 3) return false;
  const auto third = static_cast<std::uint8_t>(rest[2]);  // U+2000..U+200A, U+2028, U+2029, U+202F
  return (third >= 0x80 && third <= 0x8A) || third == 0xA8 || third == 0xA9 || third == 0xAF;
}

std::uint32_t key_id(const std::string& name, KeyType type, const Bytes& public_key) {
  Bytes input(name.begin(), name.end());
  input.push_back('\n');
  input.push_back(static_cast<std::uint8_t>(type));
  input.insert(input.end(), public_key.begin(), public_key.end());
  const Digest digest = Hasher().sha256(input);
  return static_cast<std::uint32_t>(digest[0]) << 24 | static_cast<std::uint32_t>(digest[1]) << 16 |
         static_cast<std::uint32_t>(digest[2]) << 8 | digest[3];
}

std::string id_text(std::uint32_t id) {
  std::array<char, 9> text;
  std::snprintf(text.data(), text.size(), "%08x", id);
  return text.data();
}

// The three parts of `name+hash+base64`; base64 may itself hold plus signs.
struct KeyLine {
  std::string_view name, id, data;
};

bool split_key(std::string_view line, KeyLine& key) {
  const auto first = line.find('+');
  if (first == std::string_view::npos) return false;
  const auto second = line.find('+', first + 1);
  if (second == std::string_view::npos) return false;
  key = {line.substr(0, first), line.substr(first + 1, second - first - 1),
         line.substr(second + 1)};
  return is_key_name(key.name) && key.id.size() == 8;
}

KeyHandle ed25519_public(const Bytes& public_key) {
  return KeyHandle(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
}

bool ed25519_verify(const Bytes& public_key, std::string_view message,
                    std::span<const std::uint8_t> signature) {
  const KeyHandle key = ed25519_public(public_key);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  if (!key || !context ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1)
    throw AuditError(Fault::crypto, "OpenSSL offers no Ed25519");
  const auto bytes = as_bytes(message);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes.data(),
                          bytes.size()) == 1;
}

KeyHandle ed25519_private(std::span<const std::uint8_t> seed) {
  KeyHandle key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  if (!key) throw AuditError(Fault::crypto, "OpenSSL could not make an Ed25519 key");
  return key;
}

Bytes public_half(EVP_PKEY* key) {
  Bytes bytes(ed25519_public_bytes);
  std::size_t length = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, bytes.data(), &length) != 1 || length != bytes.size())
    throw AuditError(Fault::crypto, "OpenSSL could not give a public key");
  return bytes;
}

bool signs_with_ed25519(KeyType type) {
  return type == KeyType::ed25519 || type == KeyType::cosignature_v1;
}

}  // namespace

void FreeKey::operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }

bool is_key_name(std::string_view name) {
  if (name.empty() || !is_utf8(name)) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<std::uint8_t>(name[i]);
    if (c <= 0x20 || c == 0x7F || c == '+' || is_wide_blank(name, i)) return false;
  }
  return true;
}

Verifier::Verifier(std::string name, KeyType type, Bytes public_key)
    : name_(std::move(name)),
      type_(type),
      public_key_(std::move(public_key)),
      id_(key_id(name_, type_, public_key_)) {}

std::string Verifier::line() const {
  Bytes data{static_cast<std::uint8_t>(type_)};
  data.insert(data.end(), public_key_.begin(), public_key_.end());
  return name_ + "+" + id_text(id_) + "+" + to_base64(data);
}

bool Verifier::verify(std::string_view text, std::span<const std::uint8_t> signature) const {
  switch (type_) {
    case KeyType::ed25519:
      return signature.size() == ed25519_signature_bytes &&
             ed25519_verify(public_key_, text, signature);
    case KeyType::cosignature_v1: {
      if (signature.size() != 8 + ed25519_signature_bytes) return false;
      std::uint64_t time = 0;
      for (const std::uint8_t byte : signature.first(8)) time = time << 8 | byte;
      if (time > static_cast<std::uint64_t>(INT64_MAX)) return false;
      return ed25519_verify(
          public_key_, "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(text),
          signature.subspan(8));
    }
    case KeyType::ml_dsa_44:
      return false;
  }
  return false;
}

Verifier parse_verifier_key(std::string_view line) {
  const std::string hint = "a verifier key is one line: NAME+HASH+BASE64";
  KeyLine key;
  if (line.starts_with(private_prefix))
    throw AuditError(Fault::bad_input, "this is a private key, not a verifier key",
                     "keep it where it was; " + hint);
  if (!split_key(line, key)) throw AuditError(Fault::bad_input, "not a verifier key", hint);
  auto data = from_base64(key.data);
  if (!data || data->empty())
    throw AuditError(Fault::bad_input, "the verifier key's base64 is damaged", hint);
  const auto type = static_cast<KeyType>(data->front());
  data->erase(data->begin());
  const bool sized = (signs_with_ed25519(type) && data->size() == ed25519_public_bytes) ||
                     (type == KeyType::ml_dsa_44 && data->size() == ml_dsa_44_public_bytes);
  if (!sized)
    throw AuditError(Fault::bad_input, "the verifier key has an unknown type or a wrong length",
                     "known types are 01 (log), 04 (cosignature/v1) and 06 (ML-DSA-44)");
  Verifier verifier(std::string(key.name), type, std::move(*data));
  if (id_text(verifier.id()) != key.id)
    throw AuditError(Fault::bad_input,
                     "the verifier key's name, hash and key don't belong together",
                     "copy the whole line again");
  return verifier;
}

Signer::Signer(std::string name, KeyType type, std::span<const std::uint8_t> seed)
    : key_(ed25519_private(seed)), public_(std::move(name), type, public_half(key_.get())) {}

Signer Signer::generate(std::string name, const Random& random, KeyType type) {
  if (!is_key_name(name))
    throw AuditError(Fault::bad_input, "not a name for a key",
                     "a name has no blanks and no plus sign, for example example.org/log");
  if (!signs_with_ed25519(type))
    throw AuditError(Fault::bad_input, "this program can't sign with a key of that type");
  Cleansed seed{Bytes(seed_bytes)};
  random(seed.bytes);
  return Signer(std::move(name), type, seed.bytes);
}

Signer Signer::from_private_key(std::string_view line) {
  const auto damaged = [] {
    return AuditError(Fault::bad_input, "not a signer key, or a damaged one",
                      "it is one line: PRIVATE+KEY+NAME+HASH+BASE64");
  };
  KeyLine key;
  if (!line.starts_with(private_prefix) || !split_key(line.substr(private_prefix.size()), key))
    throw damaged();
  auto decoded = from_base64(key.data);
  if (!decoded) throw damaged();
  const Cleansed data{std::move(*decoded)};
  if (data.bytes.size() != 1 + seed_bytes) throw damaged();
  const auto type = static_cast<KeyType>(data.bytes.front());
  if (!signs_with_ed25519(type)) throw damaged();
  Signer signer(std::string(key.name), type, std::span(data.bytes).subspan(1));
  if (id_text(signer.public_.id()) != key.id) throw damaged();
  return signer;
}

std::string Signer::private_key() const {
  Cleansed data{Bytes(1 + seed_bytes)};
  data.bytes[0] = static_cast<std::uint8_t>(public_.type());
  std::size_t length = seed_bytes;
  if (!key_ || EVP_PKEY_get_raw_private_key(key_.get(), data.bytes.data() + 1, &length) != 1)
    throw AuditError(Fault::crypto, "the signer holds no key");
  std::string encoded = to_base64(data.bytes);
  std::string line;
  line.reserve(private_prefix.size() + name().size() + 10 + encoded.size());  // no stale copies
  line.append(private_prefix).append(name()).append("+").append(id_text(public_.id()));
  line.append("+").append(encoded);
  OPENSSL_cleanse(encoded.data(), encoded.size());
  return line;
}

Bytes Signer::sign(std::string_view message) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  const auto bytes = as_bytes(message);
  Bytes signature(ed25519_signature_bytes);
  std::size_t length = signature.size();
  if (!key_ || !context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &length, bytes.data(), bytes.size()) != 1 ||
      length != signature.size())
    throw AuditError(Fault::crypto, "signing failed");
  return signature;
}

}  // namespace sceau::audit
