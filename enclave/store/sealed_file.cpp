// A sealed file as a whole: its size and hash, and whether they are what the log says.
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "enclave/fault.h"
#include "enclave/store/store.h"

namespace sceau::enclave {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& file)
      : file_(file), fd_(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)) {
    struct stat status {};
    if (fd_ < 0 && errno == ENOENT) {
      throw EnclaveError(Fault::not_found, "store.missing", {file.string()});
    }
    if (fd_ < 0 || ::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) {
      if (fd_ >= 0) ::close(fd_);
      throw EnclaveError(Fault::unavailable, "store.unreadable", {file.string()});
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { ::close(fd_); }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::size_t read(std::vector<std::uint8_t>& buffer) const {
    ssize_t got = ::read(fd_, buffer.data(), buffer.size());
    while (got < 0 && errno == EINTR) got = ::read(fd_, buffer.data(), buffer.size());
    if (got < 0) throw EnclaveError(Fault::unavailable, "store.unreadable", {file_.string()});
    return static_cast<std::size_t>(got);
  }

 private:
  std::filesystem::path file_;
  int fd_;
  std::uint64_t size_ = 0;
};

std::string hash_of(const InputFile& file) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  std::vector<std::uint8_t> buffer(1U << 20);
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  bool done = context && EVP_DigestInit_ex2(context.get(), EVP_sha256(), nullptr) == 1;
  for (std::size_t got = 1; done && got > 0;) {
    got = file.read(buffer);
    done = EVP_DigestUpdate(context.get(), buffer.data(), got) == 1;
  }
  if (!done || EVP_DigestFinal_ex(context.get(), digest, &size) != 1) {
    throw EnclaveError(Fault::internal, "store.internal", {"SHA-256 failed"});
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 15U];
  }
  return hex;
}

}  // namespace

SealedFile measure(const std::filesystem::path& file, std::string id) {
  const InputFile input(file);
  return {std::move(id), input.size(), hash_of(input)};
}

void verify_sealed(const std::filesystem::path& file, const SealedFile& sealed, bool whole_hash) {
  const InputFile input(file);
  if (input.size() != sealed.size || (whole_hash && hash_of(input) != sealed.sha256)) {
    throw EnclaveError(Fault::integrity, "store.tampered", {file.string()});
  }
}

}  // namespace sceau::enclave
