#include "audit/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <set>
#include <system_error>

#include "audit/fault.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what) {
  const int error = errno;
  throw AuditError(Fault::io, what + ": " + std::system_category().message(error),
                   error == ENOSPC  ? "free space on the disk, then start again"
                   : error == EXDEV ? "keep the log and its state on one file system"
                                    : "");
}

// Makes the folder and those above it, down from `root`, which exists, and notes all of them: a
// folder that an earlier, interrupted run made may not be durable yet.
void make_folders(Disk& disk, const fs::path& root, const fs::path& folder,
                  std::set<fs::path>& noted) {
  if (!noted.insert(folder).second || folder == root) return;
  make_folders(disk, root, folder.parent_path(), noted);
  if (!fs::is_directory(folder)) disk.make_directory(folder);
}

}  // namespace

int Disk::open(const fs::path& path, bool truncate, mode_t mode) {
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (truncate ? O_TRUNC : 0);
  const int fd = ::open(path.c_str(), flags, mode);
  if (fd < 0) fail("cannot write " + path.string());
  return fd;
}

void Disk::write(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("writing the log failed");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Disk::sync(int fd) {
  if (::fsync(fd) != 0) fail("making the log durable failed");
}

void Disk::sync_data(int fd) {
  if (::fdatasync(fd) != 0) fail("making the log durable failed");
}

void Disk::close(int fd) noexcept { ::close(fd); }

void Disk::rename(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("cannot put " + to.string() + " in place");
}

void Disk::link(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) != 0) fail("cannot put " + to.string() + " in place");
}

void Disk::sync_directory(const fs::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail("cannot open " + directory.string());
  const int result = ::fsync(fd);
  const int error = errno;
  ::close(fd);
  errno = error;
  if (result != 0) fail("making " + directory.string() + " durable failed");
}

void Disk::make_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST)
    fail("cannot make " + directory.string());
}

void Disk::remove(const fs::path& path) {
  if (std::remove(path.c_str()) != 0 && errno != ENOENT) fail("cannot remove " + path.string());
}

void replace_file(Disk& disk, const fs::path& temporary, const NewFile& file) {
  DiskFile out(disk, temporary, true, file.mode);
  disk.write(out.fd(), file.bytes);
  disk.sync(out.fd());
  out.close();
  disk.rename(temporary, file.path);
  const fs::path folder = file.path.parent_path();
  disk.sync_directory(folder.empty() ? "." : folder);
}

void replace_files(Disk& disk, const fs::path& root, const fs::path& temporary_folder,
                   const std::vector<NewFile>& files) {
  std::set<fs::path> folders;
  std::size_t number = 0;
  for (const NewFile& file : files) {
    const fs::path temporary = temporary_folder / ("new-" + std::to_string(number++));
    make_folders(disk, root, file.path.parent_path(), folders);
    DiskFile out(disk, temporary, true, file.mode);
    disk.write(out.fd(), file.bytes);
    disk.sync(out.fd());
    out.close();
    disk.rename(temporary, file.path);
  }
  for (const fs::path& folder : folders) disk.sync_directory(folder);
}

}  // namespace sceau::audit
