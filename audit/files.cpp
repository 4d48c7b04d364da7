#include "audit/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "audit/fault.h"

namespace sceau::audit {
namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw AuditError(Fault::io,
                   "cannot read " + path.string() + ": " + std::system_category().message(errno));
}

}  // namespace

std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    fail(path);
  }
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) fail(path);
  if (!S_ISREG(status.st_mode))
    throw AuditError(Fault::bad_input, path.string() + " is not a regular file");
  if (static_cast<std::uintmax_t>(status.st_size) > limit)
    throw AuditError(Fault::bad_input, path.string() + " is longer than the " +
                                           std::to_string(limit) + " bytes that it may have");
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path);
    if (count == 0) break;  // it shrank meanwhile
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace sceau::audit
