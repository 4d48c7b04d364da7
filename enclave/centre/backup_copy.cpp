#include "enclave/centre/backup_copy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "enclave/fault.h"
#include "enclave/keys/descriptor.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const fs::path& path) {
  throw EnclaveError(Fault::unavailable, "centre.cannot_write", {path.string()});
}

[[noreturn]] void cannot_read(const fs::path& path) {
  throw EnclaveError(Fault::unavailable, "centre.cannot_read",
                     {path.string(), std::strerror(errno)});
}

void write_all(int fd, std::string_view bytes, const fs::path& to) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) cannot_write(to);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

int open_new(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) cannot_write(file);
  return fd;
}

void sync_one(const fs::path& path) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) cannot_write(path);
}

}  // namespace

void make_private_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) cannot_write(folder);
}

void copy_private(const fs::path& from, const fs::path& to) {
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (source.get() < 0 || ::fstat(source.get(), &status) != 0) cannot_read(from);
  if (!S_ISREG(status.st_mode)) {
    throw EnclaveError(Fault::integrity, "backup.strange_file", {from.filename().string()});
  }
  if (!fs::exists(to.parent_path())) make_private_folder(to.parent_path());
  const Descriptor target(open_new(to));
  std::array<char, 1U << 16> buffer{};
  while (true) {
    const auto got = ::read(source.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) cannot_read(from);
    if (got == 0) break;
    write_all(target.get(), {buffer.data(), static_cast<std::size_t>(got)}, to);
  }
}

void copy_private_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::exists(from, error)) return;
  make_private_folder(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    const auto name = entry.path().filename();
    if (name == "lock" || name == "tmp") continue;
    if (entry.symlink_status().type() == fs::file_type::directory) {
      copy_private_folder(entry.path(), to / name);
    } else {
      copy_private(entry.path(), to / name);
    }
  }
}

void write_file(const fs::path& file, std::string_view bytes) {
  const Descriptor descriptor(open_new(file));
  write_all(descriptor.get(), bytes, file);
  if (::fsync(descriptor.get()) != 0) cannot_write(file);
}

void sync_tree(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) sync_one(entry.path());
  sync_one(folder);
  sync_one(folder.parent_path());
}

}  // namespace sceau::enclave
