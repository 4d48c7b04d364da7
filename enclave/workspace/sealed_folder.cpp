#include "enclave/workspace/sealed_folder.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "enclave/fault.h"
#include "enclave/keys/derivation.h"
#include "enclave/keys/descriptor.h"
#include "enclave/keys/lines.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view magic = "sceau folder 1\n";
constexpr std::size_t salt_bytes = 32;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t nonce_bytes = 12;

using Bytes = std::span<const std::uint8_t>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

[[noreturn]] void cannot_seal(const std::string& why) {
  throw EnclaveError(Fault::unavailable, "workspace.cannot_seal", {why});
}
[[noreturn]] void damaged(const std::filesystem::path& file) {
  throw EnclaveError(Fault::integrity, "workspace.folder_damaged", {file.string()});
}

KeyBytes file_key(const KeyBytes& key, Bytes salt, const std::string& project) {
  return hkdf_sha256(key.bytes(), salt, "sceau folder" + project, 32);
}

std::array<std::uint8_t, nonce_bytes> nonce_of(std::uint64_t number, bool last) {
  std::array<std::uint8_t, nonce_bytes> nonce{};
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[nonce_bytes - 2 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  nonce.back() = last ? 1 : 0;
  return nonce;
}

/// Fills as much of `into` as there is.
std::size_t read_piece(int fd, std::span<std::uint8_t> into) {
  std::size_t size = 0;
  while (size < into.size()) {
    const auto got = ::read(fd, into.data() + size, into.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  return size;
}

std::string digest_hex(EVP_MD_CTX* context) {
  std::array<std::uint8_t, 32> digest{};
  if (EVP_DigestFinal_ex(context, digest.data(), nullptr) != 1) cannot_seal("no digest");
  return to_hex_text(digest);
}

std::string sha256_of(int fd) {
  const Digest digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) != 1) {
    cannot_seal("no digest");
  }
  std::vector<std::uint8_t> piece(folder_piece);
  while (const auto size = read_piece(fd, piece)) {
    EVP_DigestUpdate(digest.get(), piece.data(), size);
  }
  ::lseek(fd, 0, SEEK_SET);
  return digest_hex(digest.get());
}

}  // namespace

struct FolderSealer::State {
  State(std::filesystem::path path, const KeyBytes& key, const std::string& project)
      : file(std::move(path)),
        out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (out.get() < 0) cannot_seal(std::strerror(errno));
    std::array<std::uint8_t, salt_bytes> salt{};
    const bool ready = cipher && digest && RAND_bytes(salt.data(), salt_bytes) == 1 &&
                       EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) == 1;
    if (!ready) cannot_seal("no cipher");
    const auto derived = file_key(key, salt, project);
    if (EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, derived.bytes().data(),
                           nullptr) != 1) {
      cannot_seal("no cipher");
    }
    write({reinterpret_cast<const std::uint8_t*>(magic.data()), magic.size()});
    write(salt);
    waiting.reserve(folder_piece);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    OPENSSL_cleanse(waiting.data(), waiting.size());
    if (!finished) ::unlink(file.c_str());
  }

  void write(Bytes bytes) {
    EVP_DigestUpdate(digest.get(), bytes.data(), bytes.size());
    while (!bytes.empty()) {
      const auto written = ::write(out.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) cannot_seal(std::strerror(errno));
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  void seal_piece(bool last) {
    const auto nonce = nonce_of(number++, last);
    std::vector<std::uint8_t> sealed(waiting.size() + tag_bytes);
    int size = 0;
    int rest = 0;
    const bool done =
        EVP_EncryptInit_ex(cipher.get(), nullptr, nullptr, nullptr, nonce.data()) == 1 &&
        EVP_EncryptUpdate(cipher.get(), sealed.data(), &size, waiting.data(),
                          static_cast<int>(waiting.size())) == 1 &&
        EVP_EncryptFinal_ex(cipher.get(), sealed.data() + size, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes,
                            sealed.data() + waiting.size()) == 1;
    if (!done) cannot_seal("the cipher failed");
    OPENSSL_cleanse(waiting.data(), waiting.size());
    waiting.clear();
    write(sealed);
  }

  std::filesystem::path file;
  Descriptor out;
  Cipher cipher{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  Digest digest{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  std::vector<std::uint8_t> waiting;
  std::uint64_t number = 0;
  bool finished = false;
};

FolderSealer::FolderSealer(std::filesystem::path file, const KeyBytes& key,
                           const std::string& project)
    : state_(std::make_unique<State>(std::move(file), key, project)) {}

FolderSealer::~FolderSealer() = default;

void FolderSealer::add(Bytes bytes) {
  while (!bytes.empty()) {
    // A full piece goes once it is known not to be the last.
    if (state_->waiting.size() == folder_piece) state_->seal_piece(false);
    const auto now = std::min(bytes.size(), folder_piece - state_->waiting.size());
    state_->waiting.insert(state_->waiting.end(), bytes.begin(),
                           bytes.begin() + static_cast<std::ptrdiff_t>(now));
    bytes = bytes.subspan(now);
  }
}

std::string FolderSealer::finish() {
  state_->seal_piece(true);
  if (::fsync(state_->out.get()) != 0) cannot_seal(std::strerror(errno));
  const Descriptor folder(
      ::open(state_->file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) cannot_seal(std::strerror(errno));
  state_->finished = true;
  return digest_hex(state_->digest.get());
}

void open_folder(const std::filesystem::path& path, const KeyBytes& key, const std::string& project,
                 const std::string& sha256, const std::function<void(Bytes)>& take) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0 || sha256_of(file.get()) != sha256) damaged(path);
  std::array<std::uint8_t, magic.size() + salt_bytes> head{};
  if (read_piece(file.get(), head) != head.size() ||
      std::memcmp(head.data(), magic.data(), magic.size()) != 0) {
    damaged(path);
  }
  const auto derived = file_key(key, Bytes(head).subspan(magic.size()), project);
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  if (!cipher || EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr,
                                    derived.bytes().data(), nullptr) != 1) {
    cannot_seal("no cipher");
  }
  // One byte ahead tells whether a piece is the last.
  constexpr std::size_t sealed_piece = folder_piece + tag_bytes;
  std::vector<std::uint8_t> sealed(sealed_piece + 1);
  std::vector<std::uint8_t> opened(folder_piece);
  std::size_t have = read_piece(file.get(), sealed);
  for (std::uint64_t number = 0;; ++number) {
    const bool last = have <= sealed_piece;
    const auto size = std::min(have, sealed_piece);
    if (size < tag_bytes) damaged(path);
    const auto nonce = nonce_of(number, last);
    int plain = 0;
    int rest = 0;
    const bool good =
        EVP_DecryptInit_ex(cipher.get(), nullptr, nullptr, nullptr, nonce.data()) == 1 &&
        EVP_DecryptUpdate(cipher.get(), opened.data(), &plain, sealed.data(),
                          static_cast<int>(size - tag_bytes)) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes,
                            sealed.data() + size - tag_bytes) == 1 &&
        EVP_DecryptFinal_ex(cipher.get(), opened.data() + plain, &rest) == 1;
    if (!good) damaged(path);
    take(Bytes(opened).first(static_cast<std::size_t>(plain)));
    OPENSSL_cleanse(opened.data(), opened.size());
    if (last) return;
    sealed[0] = sealed[sealed_piece];
    have = 1 + read_piece(file.get(), std::span(sealed).subspan(1));
  }
}

}  // namespace sceau::enclave
