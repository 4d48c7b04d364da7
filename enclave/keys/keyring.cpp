#include "enclave/keys/keyring.h"

#include <openssl/rand.h>
#include <sys/stat.h>

#include <algorithm>

#include "enclave/fault.h"
#include "enclave/keys/durable_file.h"
#include "enclave/keys/key_file.h"
#include "enclave/keys/wrap.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view centre_name = "centre";
constexpr std::string_view extension = ".key";
constexpr std::size_t most_file = 256U << 10;
constexpr std::size_t most_content = 64U << 10;

std::filesystem::path file_of(const std::filesystem::path& dir, std::string_view name) {
  return dir / (std::string(name) + std::string(extension));
}

/// A damaged file, or one that stands under another key's name, is one and the same refusal.
std::optional<KeyFile> read_key_file(const std::filesystem::path& dir, std::string_view name) {
  const auto file = file_of(dir, name);
  const auto text = read_small_file(file, most_file);
  if (!text) return std::nullopt;
  auto parsed = parse_key_file(*text);
  const bool wrapped_by_passphrase = parsed && parsed->scrypt_n != 0;
  if (!parsed || parsed->name != name || wrapped_by_passphrase != (name == centre_name)) {
    throw EnclaveError(Fault::integrity, "keys.damaged", {file.string()});
  }
  return parsed;
}

void check_name(std::string_view name) {
  if (!is_key_name(name) || name == centre_name) {
    throw EnclaveError(Fault::usage, "keys.bad_name", {std::string(name)});
  }
}

void check_passphrase(std::span<const std::uint8_t> passphrase) {
  if (passphrase.empty()) throw EnclaveError(Fault::usage, "keys.passphrase_empty");
}

[[noreturn]] void already_there(const std::filesystem::path& dir, std::string_view name) {
  throw EnclaveError(Fault::already_there, name == centre_name ? "keys.exists" : "keys.key_exists",
                     {name == centre_name ? dir.string() : std::string(name)});
}

void write_key(const std::filesystem::path& dir, KeyFile file, const KeyBytes& wrapping,
               std::span<const std::uint8_t> content) {
  file.nonce = random_nonce();
  file.wrapped = wrap(wrapping, file.nonce, header_of(file), content);
  if (!write_new_file(file_of(dir, file.name), render(file))) already_there(dir, file.name);
}

}  // namespace

KeyBytes random_key() {
  KeyBytes key(32);
  if (RAND_priv_bytes(key.bytes().data(), static_cast<int>(key.size())) != 1) {
    throw EnclaveError(Fault::internal, "keys.internal", {"no random bytes"});
  }
  return key;
}

struct Keyring::State {
  std::filesystem::path dir;
  KeyBytes centre;
};

Keyring::Keyring(std::unique_ptr<State> state) : state_(std::move(state)) {}
Keyring::Keyring(Keyring&&) noexcept = default;
Keyring& Keyring::operator=(Keyring&&) noexcept = default;
Keyring::~Keyring() = default;

void Keyring::create(const std::filesystem::path& dir, std::span<const std::uint8_t> passphrase,
                     std::uint64_t scrypt_n) {
  check_passphrase(passphrase);
  if (!scrypt_n_is_allowed(scrypt_n)) throw EnclaveError(Fault::usage, "keys.cost");
  if (std::filesystem::exists(std::filesystem::symlink_status(file_of(dir, centre_name)))) {
    already_there(dir, centre_name);
  }
  if (::mkdir(dir.c_str(), 0700) == 0) {
    sync_folder(dir.parent_path());
  } else if (!std::filesystem::is_directory(dir) || ::chmod(dir.c_str(), 0700) != 0) {
    throw EnclaveError(Fault::unavailable, "keys.unwritable",
                       {dir.string(), "not a folder of ours"});
  }
  KeyFile file;
  file.name = centre_name;
  file.scrypt_n = scrypt_n;
  file.salt = random_salt();
  write_key(dir, file, derive_key(passphrase, file.salt, scrypt_n), random_key().bytes());
}

Keyring Keyring::unlock(const std::filesystem::path& dir,
                        std::span<const std::uint8_t> passphrase) {
  const auto file = read_key_file(dir, centre_name);
  if (!file) throw EnclaveError(Fault::not_found, "keys.missing", {dir.string()});
  check_passphrase(passphrase);
  auto centre = unwrap(derive_key(passphrase, file->salt, file->scrypt_n), file->nonce,
                       header_of(*file), file->wrapped);
  if (!centre || centre->size() != 32) {
    throw EnclaveError(Fault::integrity, "keys.wrong_passphrase", {dir.string()});
  }
  return Keyring(std::make_unique<State>(State{dir, std::move(*centre)}));
}

bool Keyring::has(std::string_view name) const {
  return is_key_name(name) && name != centre_name &&
         std::filesystem::exists(std::filesystem::symlink_status(file_of(state_->dir, name)));
}

KeyBytes Keyring::create_key(std::string_view name) {
  KeyBytes key = random_key();
  seal(name, key.bytes());
  return key;
}

void Keyring::seal(std::string_view name, std::span<const std::uint8_t> content) {
  check_name(name);
  if (content.size() > most_content) {
    throw EnclaveError(Fault::usage, "keys.too_long", {std::string(name)});
  }
  KeyFile file;
  file.name = name;
  write_key(state_->dir, std::move(file), state_->centre, content);
}

KeyBytes Keyring::key(std::string_view name) const {
  check_name(name);
  const auto file = read_key_file(state_->dir, name);
  if (!file) throw EnclaveError(Fault::not_found, "keys.unknown", {std::string(name)});
  auto content = unwrap(state_->centre, file->nonce, header_of(*file), file->wrapped);
  if (!content) {
    throw EnclaveError(Fault::integrity, "keys.damaged", {file_of(state_->dir, name).string()});
  }
  return std::move(*content);
}

void Keyring::destroy(std::string_view name) {
  check_name(name);
  if (!has(name)) throw EnclaveError(Fault::not_found, "keys.unknown", {std::string(name)});
  erase_file(file_of(state_->dir, name));
}

std::vector<std::string> Keyring::names() const {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(state_->dir)) {
    const auto name = entry.path().stem().string();
    if (entry.path().extension() == extension && is_key_name(name) && name != centre_name) {
      found.push_back(name);
    }
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace sceau::enclave
