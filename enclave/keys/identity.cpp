#include "enclave/keys/identity.h"

#include "enclave/fault.h"
#include "enclave/keys/lines.h"
#include "enclave/keys/wrap.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view first_line = "sceau identity";
constexpr std::string_view cipher_line = "cipher = aes-256-gcm";

struct IdentityFile {
  PublicKey public_key{};
  std::uint64_t scrypt_n = 0;
  Salt salt{};
  Nonce nonce{};
  std::vector<std::uint8_t> wrapped;
};

std::string header_of(const IdentityFile& file) {
  return std::string(first_line) + "\nformat = 1\npublic = " + to_text(file.public_key) +
         "\nscrypt-n = " + std::to_string(file.scrypt_n) + "\nsalt = " + to_base64(file.salt) +
         "\n" + std::string(cipher_line) + "\nnonce = " + to_base64(file.nonce) + "\n";
}

std::string render(const IdentityFile& file) {
  const std::string text = header_of(file) + "wrapped = " + to_base64(file.wrapped) + "\n";
  return text + "check = " + check_of(text) + "\n";
}

std::optional<IdentityFile> parse(std::string_view text) {
  IdentityFile file;
  std::string_view rest = text;
  if (!take_words(rest, first_line) || !take_words(rest, "format = 1")) return std::nullopt;
  const auto shown = take_line(rest, "public");
  const auto cost = take_line(rest, "scrypt-n");
  const auto salt = take_line(rest, "salt");
  const auto public_key = shown ? parse_public_key(*shown) : std::nullopt;
  const auto n = cost ? read_number(*cost) : std::nullopt;
  if (!public_key || !n || !scrypt_n_is_allowed(*n)) return std::nullopt;
  if (!salt || !read_base64(*salt, file.salt) || !take_words(rest, cipher_line)) {
    return std::nullopt;
  }
  const auto nonce = take_line(rest, "nonce");
  const auto wrapped = take_line(rest, "wrapped");
  const auto bytes = wrapped ? from_base64(*wrapped) : std::nullopt;
  if (!nonce || !read_base64(*nonce, file.nonce) || !bytes) return std::nullopt;
  file.public_key = *public_key;
  file.scrypt_n = *n;
  file.wrapped = *bytes;
  if (render(file) != text) return std::nullopt;
  return file;
}

}  // namespace

NewIdentity new_identity(std::span<const std::uint8_t> passphrase, std::uint64_t scrypt_n) {
  if (passphrase.empty()) throw EnclaveError(Fault::usage, "keys.passphrase_empty");
  if (!scrypt_n_is_allowed(scrypt_n)) throw EnclaveError(Fault::usage, "keys.cost");
  const KeyBytes private_key = random_key();
  IdentityFile file;
  file.public_key = public_key_of(private_key);
  file.scrypt_n = scrypt_n;
  file.salt = random_salt();
  file.nonce = random_nonce();
  file.wrapped = wrap(derive_key(passphrase, file.salt, scrypt_n), file.nonce, header_of(file),
                      private_key.bytes());
  return {render(file), file.public_key};
}

KeyBytes open_identity(std::string_view text, std::span<const std::uint8_t> passphrase,
                       const std::string& name) {
  const auto file = parse(text);
  if (!file) throw EnclaveError(Fault::integrity, "keys.identity_damaged", {name});
  if (passphrase.empty()) throw EnclaveError(Fault::usage, "keys.passphrase_empty");
  auto key = unwrap(derive_key(passphrase, file->salt, file->scrypt_n), file->nonce,
                    header_of(*file), file->wrapped);
  if (!key || key->size() != 32) {
    throw EnclaveError(Fault::integrity, "keys.identity_passphrase", {name});
  }
  // Else somebody has put another public key above the same wrapped one, and mended nothing else.
  if (public_key_of(*key) != file->public_key) {
    throw EnclaveError(Fault::integrity, "keys.identity_damaged", {name});
  }
  return std::move(*key);
}

}  // namespace sceau::enclave
