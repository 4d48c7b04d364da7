#pragma once
// A Unix socket that listens at a path. A stale one of an earlier broker is replaced: whoever makes
// a Listener holds the home's lock. The path goes when the Listener goes.

#include <filesystem>

namespace sceau::enclave {

class Listener {
 public:
  /// Throws server.path_too_long (a socket's path has 107 bytes at most), server.no_socket.
  Listener(std::filesystem::path path, unsigned mode);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  /// The next client, close-on-exec; -1 where there is none after all.
  [[nodiscard]] int accept() const;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace sceau::enclave
