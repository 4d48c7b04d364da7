#include "enclave/keys/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "enclave/fault.h"
#include "enclave/keys/descriptor.h"

namespace sceau::enclave {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    throw EnclaveError(Fault::unavailable, "keys.disk_full", {file.string()});
  }
  throw EnclaveError(Fault::unavailable, "keys.unwritable", {file.string(), std::strerror(error)});
}

/// 0 or an errno.
int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int create_and_sync(const std::filesystem::path& file, std::string_view content) {
  const Descriptor out(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (out.get() < 0) return errno;
  if (const int error = write_all(out.get(), content)) return error;
  return ::fsync(out.get()) == 0 ? 0 : errno;
}

/// The whole content beside its place, synced; of a failure nothing is left.
std::filesystem::path write_part(const std::filesystem::path& file, std::string_view content) {
  std::filesystem::path part = file;
  part += ".part";
  ::unlink(part.c_str());  // of a write that a crash cut short
  if (const int error = create_and_sync(part, content)) {
    ::unlink(part.c_str());
    fail(file, error);
  }
  return part;
}

/// Not a promise: file systems that copy on write keep the old blocks until they need them.
int overwrite(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return errno;
  const std::string zeros(static_cast<std::size_t>(status.st_size), '\0');
  if (const int error = write_all(fd, zeros)) return error;
  return ::fsync(fd) == 0 ? 0 : errno;
}

}  // namespace

bool write_new_file(const std::filesystem::path& file, std::string_view content) {
  const auto part = write_part(file, content);
  // link, unlike rename, never takes the place of a file that is there.
  const int error = ::link(part.c_str(), file.c_str()) == 0 ? 0 : errno;
  ::unlink(part.c_str());
  if (error == EEXIST) return false;
  if (error != 0) fail(file, error);
  sync_folder(file.parent_path());
  return true;
}

std::optional<std::string> read_small_file(const std::filesystem::path& file, std::size_t most) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (in.get() < 0 && errno == ENOENT) return std::nullopt;
  struct stat status {};
  if (in.get() < 0 || ::fstat(in.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw EnclaveError(Fault::unavailable, "keys.unreadable", {file.string()});
  }
  std::string content(most + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(in.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw EnclaveError(Fault::unavailable, "keys.unreadable", {file.string()});
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > most) throw EnclaveError(Fault::integrity, "keys.damaged", {file.string()});
  content.resize(size);
  return content;
}

void erase_file(const std::filesystem::path& file) {
  const Descriptor out(::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (out.get() < 0) fail(file, errno);
  if (const int error = overwrite(out.get())) fail(file, error);
  if (::unlink(file.c_str()) != 0) fail(file, errno);
  sync_folder(file.parent_path());
}

void replace_file(const std::filesystem::path& file, std::string_view content) {
  move_over(write_part(file, content), file);
}

void move_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  const Descriptor old(::open(to.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, errno);
  sync_folder(to.parent_path());
  // The new file holds: what can't be overwritten now is no reason to say that it doesn't.
  if (old.get() >= 0) (void)overwrite(old.get());
}

void sync_folder(const std::filesystem::path& folder) {
  const auto& name = folder.empty() ? std::filesystem::path(".") : folder;
  const Descriptor fd(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) fail(folder, errno);
}

}  // namespace sceau::enclave
