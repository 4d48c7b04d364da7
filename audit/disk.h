// The system calls by which a log becomes durable, one virtual function each, so that a test can
// make any of them fail or be the last.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sceau::audit {

/// Every function throws AuditError (io) when the system call fails.
class Disk {
 public:
  virtual ~Disk() = default;

  /// Opens for writing at the end; makes the file, or empties it when `truncate`.
  [[nodiscard]] virtual int open(const std::filesystem::path& path, bool truncate, mode_t mode);
  virtual void write(int fd, std::string_view bytes);
  virtual void sync(int fd);       ///< fsync
  virtual void sync_data(int fd);  ///< fdatasync
  virtual void close(int fd) noexcept;
  virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to);
  virtual void link(const std::filesystem::path& from, const std::filesystem::path& to);
  virtual void sync_directory(const std::filesystem::path& directory);
  virtual void make_directory(const std::filesystem::path& directory);  ///< its parent exists
  virtual void remove(const std::filesystem::path& path);  ///< a file or an empty folder; may lack
};

/// A descriptor that its Disk closes.
class DiskFile {
 public:
  DiskFile() = default;
  DiskFile(Disk& disk, const std::filesystem::path& path, bool truncate, mode_t mode)
      : disk_(&disk), fd_(disk.open(path, truncate, mode)) {}
  ~DiskFile() { close(); }
  DiskFile(DiskFile&& other) noexcept
      : disk_(std::exchange(other.disk_, nullptr)), fd_(std::exchange(other.fd_, -1)) {}
  DiskFile& operator=(DiskFile&& other) noexcept {
    close();
    disk_ = std::exchange(other.disk_, nullptr);
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }

  [[nodiscard]] int fd() const { return fd_; }
  void close() noexcept {
    if (disk_ != nullptr) std::exchange(disk_, nullptr)->close(std::exchange(fd_, -1));
  }

 private:
  Disk* disk_ = nullptr;
  int fd_ = -1;
};

/// A file to be put in place, all or nothing.
struct NewFile {
  std::filesystem::path path;
  std::string bytes;
  mode_t mode = 0644;
};

/// Puts a file in place durably: temporary file, fsync, rename, fsync of the folder. The temporary
/// path must be on the same file system.
void replace_file(Disk& disk, const std::filesystem::path& temporary, const NewFile& file);

/// The same for many files, with one fsync for each folder at the end. Folders under `root` are
/// made as needed (`root` exists); temporary files lie in `temporary_folder`.
void replace_files(Disk& disk, const std::filesystem::path& root,
                   const std::filesystem::path& temporary_folder,
                   const std::vector<NewFile>& files);

}  // namespace sceau::audit
