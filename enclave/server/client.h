#pragma once
// A worker's client: a connected Unix socket. Bytes in with a deadline, bytes out whole.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sceau::enclave {

class Client {
 public:
  explicit Client(int fd) : fd_(fd) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// Blocks until all is written. Throws server.client_gone.
  void send(std::string_view bytes);

  enum class Event { bytes, ended, out_of_time, broker };
  /// What comes first: bytes of the client (put into `into`), its end, the deadline, or anything
  /// on the broker's channel, which is silent unless asked: its end is the order to stop.
  Event receive(std::string& into, int broker,
                std::optional<std::chrono::steady_clock::time_point> deadline);

  /// Whether the other side has closed. Doesn't block.
  [[nodiscard]] static bool hung_up(int fd);
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace sceau::enclave
