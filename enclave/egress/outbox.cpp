#include "enclave/egress/outbox.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const fs::path& path) {
  throw EnclaveError(Fault::unavailable, "centre.cannot_write", {path.string()});
}

void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) cannot_write(folder);
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (!synced) cannot_write(folder);
}

bool write_all(int fd, const std::string& bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto written = ::write(fd, bytes.data() + at, bytes.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += static_cast<std::size_t>(written);
  }
  return ::fsync(fd) == 0;
}

/// A file that is new, of mode 0600, synced.
void write_file(const fs::path& file, const std::string& bytes) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) cannot_write(file);
  const bool written = write_all(fd, bytes);
  const bool closed = ::close(fd) == 0;
  if (!written || !closed) cannot_write(file);
}

}  // namespace

OutboxFolder::OutboxFolder(const fs::path& outbox, const std::string& request)
    : outbox_(outbox), hidden_(outbox / ("." + request + ".part")), visible_(outbox / request) {
  std::error_code error;
  fs::remove_all(hidden_, error);
  if (!fs::create_directory(hidden_, error) || error) cannot_write(hidden_);
  fs::permissions(hidden_, fs::perms::owner_all, error);
  if (error) cannot_write(hidden_);
}

void OutboxFolder::add(const std::string& name, const std::string& bytes) {
  const auto file = hidden_ / name;
  if (file.parent_path() != hidden_ || name.empty()) cannot_write(file);
  write_file(file, bytes);
}

void OutboxFolder::publish() {
  sync_folder(hidden_);
  std::error_code error;
  if (fs::exists(visible_, error)) {
    fs::remove_all(hidden_, error);
    return;
  }
  fs::rename(hidden_, visible_, error);
  if (error) cannot_write(visible_);
  sync_folder(outbox_);
}

void put_in_folder(const fs::path& folder, const std::string& name, const std::string& bytes) {
  const auto part = folder / ("." + name + ".part");
  std::error_code error;
  fs::remove(part, error);
  write_file(part, bytes);
  fs::rename(part, folder / name, error);
  if (error) cannot_write(folder / name);
  sync_folder(folder);
}

void sweep_outbox(const fs::path& outbox) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(outbox, error)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(".") && name.ends_with(".part")) fs::remove_all(entry.path(), error);
  }
}

}  // namespace sceau::enclave
