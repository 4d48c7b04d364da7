#include "enclave/keys/keyring.h"

#include <openssl/rand.h>
#include <sys/stat.h>

#include <algorithm>

#include "enclave/fault.h"
#include "enclave/keys/durable_file.h"
#include "enclave/keys/keyring_parts.h"
#include "enclave/keys/lines.h"
#include "enclave/keys/unlocking.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t most_content = 64U << 10;
constexpr std::string_view first_recipient = "custodian";

void check_key_name(std::string_view name) {
  if (!is_key_name(name) || name == centre_name) {
    throw EnclaveError(Fault::usage, "keys.bad_name", {std::string(name)});
  }
}

void make_folder(const std::filesystem::path& dir) {
  if (::mkdir(dir.c_str(), 0700) == 0) {
    sync_folder(dir.parent_path());
  } else if (!std::filesystem::is_directory(dir) || ::chmod(dir.c_str(), 0700) != 0) {
    throw EnclaveError(Fault::unavailable, "keys.unwritable",
                       {dir.string(), "not a folder of ours"});
  }
}

void check_usable(const KeyBytes& centre, const std::filesystem::path& dir) {
  if (centre.empty()) throw EnclaveError(Fault::unavailable, "keys.unfinished", {dir.string()});
}

std::string random_id() {
  const Salt bytes = random_salt();
  return to_hex_text(bytes);
}

}  // namespace

KeyBytes random_key() {
  KeyBytes key(32);
  if (RAND_priv_bytes(key.bytes().data(), static_cast<int>(key.size())) != 1) {
    throw EnclaveError(Fault::internal, "keys.internal", {"no random bytes"});
  }
  return key;
}

Keyring::Keyring(std::unique_ptr<State> state) : state_(std::move(state)) {}
Keyring::Keyring(Keyring&&) noexcept = default;
Keyring& Keyring::operator=(Keyring&&) noexcept = default;
Keyring::~Keyring() = default;

void Keyring::create(const std::filesystem::path& dir, std::span<const std::uint8_t> passphrase,
                     std::uint64_t scrypt_n) {
  if (passphrase.empty()) throw EnclaveError(Fault::usage, "keys.passphrase_empty");
  if (!scrypt_n_is_allowed(scrypt_n)) throw EnclaveError(Fault::usage, "keys.cost");
  const auto path = key_path(dir, centre_name);
  if (std::filesystem::exists(std::filesystem::symlink_status(path))) {
    throw EnclaveError(Fault::already_there, "keys.exists", {dir.string()});
  }
  make_folder(dir);
  const KeyBytes centre = random_key();
  CentreFile file;
  file.id = random_id();
  Recipient recipient;
  recipient.id = random_recipient_id();
  recipient.name = first_recipient;
  recipient.scrypt_n = scrypt_n;
  wrap_for_passphrase(recipient, file_head_of(file), passphrase, centre.bytes());
  file.recipients.push_back(std::move(recipient));
  file.mac = mac_of(file, centre);
  if (!write_new_file(path, render(file))) {
    throw EnclaveError(Fault::already_there, "keys.exists", {dir.string()});
  }
}

Keyring Keyring::unlock(const std::filesystem::path& dir,
                        std::span<const std::uint8_t> passphrase) {
  Credential credential;
  credential.bytes = KeyBytes(passphrase);
  return unlock(dir, {&credential, 1});
}

Keyring Keyring::unlock(const std::filesystem::path& dir, std::span<const Credential> credentials) {
  Unlocking unlocking(dir, std::chrono::hours(1));
  const auto now = std::chrono::steady_clock::now();
  for (const auto& credential : credentials) {
    if (auto opened = unlocking.give(credential, now)) return std::move(*opened);
  }
  const auto standing = unlocking.standing(now);
  throw EnclaveError(Fault::unavailable, "keys.shares_missing",
                     {std::to_string(standing.given), std::to_string(standing.needed)});
}

Keyring Keyring::open(std::filesystem::path dir, KeyBytes centre, const CentreFile& file,
                      std::vector<std::string> by) {
  if (centre.size() != 32 || !same_mac(mac_of(file, centre), file.mac)) {
    throw EnclaveError(Fault::integrity, "keys.list_changed",
                       {key_path(dir, centre_name).string()});
  }
  settle(dir, centre, file.generation);
  return Keyring(std::make_unique<State>(
      State{std::move(dir), std::move(centre), file.generation, std::move(by)}));
}

bool Keyring::has(std::string_view name) const {
  return is_key_name(name) && name != centre_name &&
         std::filesystem::exists(std::filesystem::symlink_status(key_path(state_->dir, name)));
}

KeyBytes Keyring::create_key(std::string_view name) {
  KeyBytes key = random_key();
  seal(name, key.bytes());
  return key;
}

void Keyring::seal(std::string_view name, std::span<const std::uint8_t> content) {
  check_key_name(name);
  check_usable(state_->centre, state_->dir);
  if (content.size() > most_content) {
    throw EnclaveError(Fault::usage, "keys.too_long", {std::string(name)});
  }
  const auto file = wrapped_key(name, state_->generation, state_->centre, content);
  if (!write_new_file(key_path(state_->dir, name), render(file))) {
    throw EnclaveError(Fault::already_there, "keys.key_exists", {std::string(name)});
  }
}

KeyBytes Keyring::key(std::string_view name) const {
  check_key_name(name);
  check_usable(state_->centre, state_->dir);
  const auto path = key_path(state_->dir, name);
  const auto file = read_key_file(path, name);
  if (!file) {
    // A medium that was taken away looks like a key that never was.
    if (!std::filesystem::exists(key_path(state_->dir, centre_name))) {
      throw EnclaveError(Fault::not_found, "keys.missing", {state_->dir.string()});
    }
    throw EnclaveError(Fault::not_found, "keys.unknown", {std::string(name)});
  }
  if (file->generation != state_->generation) {
    throw EnclaveError(
        Fault::integrity, "keys.other_generation",
        {path.string(), std::to_string(file->generation), std::to_string(state_->generation)});
  }
  auto content = unwrap(state_->centre, file->nonce, header_of(*file), file->wrapped);
  if (!content) throw EnclaveError(Fault::integrity, "keys.damaged", {path.string()});
  return std::move(*content);
}

void Keyring::destroy(std::string_view name) {
  check_key_name(name);
  if (!has(name)) throw EnclaveError(Fault::not_found, "keys.unknown", {std::string(name)});
  erase_file(key_path(state_->dir, name));
}

std::vector<std::string> Keyring::names() const {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(state_->dir)) {
    const auto name = entry.path().stem().string();
    if (entry.path().extension() == key_extension && is_key_name(name) && name != centre_name) {
      found.push_back(name);
    }
  }
  std::ranges::sort(found);
  return found;
}

CentreFile Keyring::recipients() const { return read_centre_file(state_->dir); }

std::string Keyring::file_sha256() const {
  const auto text = read_small_file(key_path(state_->dir, centre_name), most_key_file);
  if (!text) throw EnclaveError(Fault::not_found, "keys.missing", {state_->dir.string()});
  return sha256_text(*text);
}

const std::vector<std::string>& Keyring::opened_by() const { return state_->by; }

const std::filesystem::path& Keyring::dir() const { return state_->dir; }

}  // namespace sceau::enclave
