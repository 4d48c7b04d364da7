#include "enclave/server/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "enclave/fault.h"

namespace sceau::enclave {

Listener::Listener(std::filesystem::path path, unsigned mode) : path_(std::move(path)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = path_.string();
  if (text.size() >= sizeof(address.sun_path)) {
    throw EnclaveError(Fault::unavailable, "server.path_too_long", {text});
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  const bool listens =
      fd_ >= 0 && ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::chmod(text.c_str(), mode) == 0 && ::listen(fd_, 128) == 0;
  if (listens) return;
  if (fd_ >= 0) ::close(fd_);
  throw EnclaveError(Fault::unavailable, "server.no_listener", {text});
}

Listener::~Listener() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  ::close(fd_);
}

int Listener::accept() const {
  const int client = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  // Out of descriptors: the client stays in the queue, and asking again at once would only spin.
  if (client < 0 && (errno == EMFILE || errno == ENFILE)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return client;
}

}  // namespace sceau::enclave
