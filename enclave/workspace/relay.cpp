#include "enclave/workspace/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>

#include "enclave/workspace/terminal_filter.h"

namespace sceau::enclave {
namespace {

/// The one thing that the signal handler touches.
std::atomic<bool> window_changed = false;
static_assert(std::atomic<bool>::is_always_lock_free);
void on_window_change(int) { window_changed = true; }

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) {
      pollfd room{fd, POLLOUT, 0};
      ::poll(&room, 1, 1000);
      continue;
    }
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void copy_window(int from, int to) {
  winsize size{};
  if (::ioctl(from, TIOCGWINSZ, &size) == 0) ::ioctl(to, TIOCSWINSZ, &size);
}

}  // namespace

struct RawTerminal::Saved {
  int fd;
  termios before;
};

RawTerminal::RawTerminal(int fd) {
  termios now{};
  if (fd < 0 || ::tcgetattr(fd, &now) != 0) return;
  saved_ = new Saved{fd, now};
  ::cfmakeraw(&now);
  ::tcsetattr(fd, TCSADRAIN, &now);
}

RawTerminal::~RawTerminal() {
  if (saved_ == nullptr) return;
  ::tcsetattr(saved_->fd, TCSADRAIN, &saved_->before);
  delete saved_;
}

/// One way: what is read here is written there.
struct Relay::State {
  struct Way {
    int from = -1;
    int to = -1;
    bool close_to = false;  ///< the command's stdin ends with the person's
    bool filtered = false;
    TerminalFilter filter = {};
  };
  std::vector<Way> ways;
  std::vector<int> owned;
  int terminal = -1;

  void end(Way& way) {
    way.from = -1;
    if (way.close_to) {
      for (auto& fd : owned) {
        if (fd == way.to) fd = -1;
      }
      ::close(way.to);
    }
  }
  void carry(Way& way) {
    std::array<char, 32U << 10> bytes;
    const auto got = ::read(way.from, bytes.data(), bytes.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) return end(way);
    const std::string_view read(bytes.data(), static_cast<std::size_t>(got));
    write_all(way.to, way.filtered ? way.filter.pass(read) : std::string(read));
  }
  /// One round; false where nothing came within `wait_ms`.
  bool step(int broker, bool inward, int wait_ms, bool& heard) {
    std::vector<pollfd> waiting = {pollfd{broker, POLLIN, 0}};
    std::vector<Way*> who;
    for (auto& way : ways) {
      const bool from_person = way.from == STDIN_FILENO;
      if (way.from < 0 || (from_person && !inward)) continue;
      waiting.push_back({way.from, POLLIN, 0});
      who.push_back(&way);
    }
    const int ready = ::poll(waiting.data(), waiting.size(), wait_ms);
    if (terminal >= 0 && window_changed.exchange(false)) copy_window(STDIN_FILENO, terminal);
    if (ready < 0) return true;  // a signal
    heard = waiting[0].revents != 0;
    bool carried = false;
    for (std::size_t i = 0; i < who.size(); ++i) {
      if (waiting[i + 1].revents == 0) continue;
      carry(*who[i]);
      carried = true;
    }
    return carried;
  }
};

Relay::Relay(std::vector<int> streams) : state_(new State) {
  state_->owned = streams;
  const bool screen = ::isatty(STDOUT_FILENO) == 1;
  if (streams.size() == 1) {
    state_->terminal = streams[0];
    state_->ways.push_back({STDIN_FILENO, streams[0], false, false});
    state_->ways.push_back({streams[0], STDOUT_FILENO, false, screen});
    std::signal(SIGWINCH, on_window_change);
    copy_window(STDIN_FILENO, streams[0]);
  } else if (streams.size() >= 3) {
    state_->ways.push_back({STDIN_FILENO, streams[0], true, false});
    state_->ways.push_back({streams[1], STDOUT_FILENO, false, screen});
    state_->ways.push_back({streams[2], STDERR_FILENO, false, ::isatty(STDERR_FILENO) == 1});
  }
}

Relay::~Relay() {
  for (const int fd : state_->owned) {
    if (fd >= 0) ::close(fd);
  }
  delete state_;
}

void Relay::until_heard(int broker) {
  bool heard = false;
  while (!heard) state_->step(broker, true, -1, heard);
}

void Relay::drain() {
  bool heard = false;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  // -1 is a broker that is never heard.
  while (state_->step(-1, false, 200, heard)) {
    if (std::chrono::steady_clock::now() > deadline) return;
  }
}

}  // namespace sceau::enclave
