#include "enclave/server/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "enclave/fault.h"

namespace sceau::enclave {

Client::~Client() { ::close(fd_); }

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw EnclaveError(Fault::unavailable, "server.client_gone");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

Client::Event Client::receive(std::string& into, int broker,
                              std::optional<std::chrono::steady_clock::time_point> deadline) {
  while (true) {
    int wait_ms = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(
          *deadline - std::chrono::steady_clock::now());
      wait_ms = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000));
    }
    std::array<pollfd, 2> waiting = {pollfd{fd_, POLLIN, 0}, pollfd{broker, POLLIN, 0}};
    const int ready = ::poll(waiting.data(), waiting.size(), wait_ms);
    if (ready == 0) return Event::out_of_time;
    if (ready < 0) continue;  // a cancel request while nothing runs
    if (waiting[1].revents != 0) return Event::broker;
    std::array<char, 64U << 10> bytes;
    const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Event::ended;
    into.assign(bytes.data(), static_cast<std::size_t>(got));
    return Event::bytes;
  }
}

bool Client::hung_up(int fd) {
  pollfd state = {fd, POLLRDHUP, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace sceau::enclave
