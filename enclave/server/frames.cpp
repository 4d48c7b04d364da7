#include "enclave/server/frames.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t small = 64U << 10;      // names, ids, counts
constexpr std::size_t statement = 2U << 20;   // a text that psql may send, and its overhead
constexpr std::size_t many_rows = 64U << 20;  // views, grants, findings
constexpr std::size_t drafts = max_opaque_bytes + (16U << 20);
constexpr std::size_t large = 1U << 30;  // a table of a million cells with its evidence
constexpr std::size_t step = 1U << 20;   // memory is added in steps of this much

[[noreturn]] void gone() { throw EnclaveError(Fault::internal, "server.peer_gone"); }

}  // namespace

std::size_t payload_cap(FrameKind kind) {
  switch (kind) {
    case FrameKind::hello:
    case FrameKind::cancel:
    case FrameKind::statement_finished:
    case FrameKind::withdraw:
    case FrameKind::comment:
    case FrameKind::requests_view:
    case FrameKind::findings_view:
    case FrameKind::comments_view:
    case FrameKind::closing:
    case FrameKind::started:
    case FrameKind::done:
    case FrameKind::failed:
      return small;
    case FrameKind::statement_started:
      return statement;
    case FrameKind::grant:
    case FrameKind::rows:
      return many_rows;
    case FrameKind::explain:
    case FrameKind::submit:
    case FrameKind::see:
      return drafts;
    case FrameKind::judged:
    case FrameKind::submission:
    case FrameKind::seen:
    case FrameKind::job:
    case FrameKind::examined:
      return large;
  }
  return 0;
}

bool is_frame_kind(std::uint8_t byte) {
  return byte >= static_cast<std::uint8_t>(FrameKind::hello) &&
         byte <= static_cast<std::uint8_t>(FrameKind::examined);
}

std::optional<FrameHead> parse_frame_head(std::span<const std::uint8_t, 5> bytes) {
  const std::size_t size = static_cast<std::size_t>(bytes[0]) << 24 |
                           static_cast<std::size_t>(bytes[1]) << 16 |
                           static_cast<std::size_t>(bytes[2]) << 8 | bytes[3];
  if (!is_frame_kind(bytes[4])) return std::nullopt;
  const auto kind = static_cast<FrameKind>(bytes[4]);
  if (size > payload_cap(kind)) return std::nullopt;
  return FrameHead{kind, size};
}

Channel::Channel(Channel&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Channel& Channel::operator=(Channel&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Channel::~Channel() {
  if (fd_ >= 0) ::close(fd_);
}

void Channel::shut() { ::shutdown(fd_, SHUT_RDWR); }

void Channel::send(FrameKind kind, const WireBytes& payload) {
  if (payload.size() > payload_cap(kind)) {
    throw EnclaveError(Fault::unavailable, "server.frame_too_large",
                       {std::to_string(payload.size())});
  }
  const auto size = static_cast<std::uint32_t>(payload.size());
  const std::array<std::uint8_t, 5> head = {
      static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
      static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size),
      static_cast<std::uint8_t>(kind)};
  const auto write_all = [this](const std::uint8_t* from, std::size_t left) {
    while (left > 0) {
      const auto written = ::send(fd_, from, left, MSG_NOSIGNAL);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) gone();
      from += written;
      left -= static_cast<std::size_t>(written);
    }
  };
  write_all(head.data(), head.size());
  write_all(payload.data(), payload.size());
}

std::size_t Channel::read_some(std::uint8_t* into, std::size_t most, const Deadline& deadline) {
  while (true) {
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(
          *deadline - std::chrono::steady_clock::now());
      pollfd waiting = {fd_, POLLIN, 0};
      const auto wait_ms = std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000);
      const int ready = ::poll(&waiting, 1, static_cast<int>(wait_ms));
      if (ready == 0) throw EnclaveError(Fault::unavailable, "server.timeout");
      if (ready < 0 && errno == EINTR) continue;
    }
    const auto got = ::recv(fd_, into, most, 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) gone();
  }
}

std::optional<Frame> Channel::read_frame(const Deadline& deadline) {
  std::array<std::uint8_t, 5> bytes{};
  for (std::size_t have = 0; have < bytes.size();) {
    const auto got = read_some(bytes.data() + have, bytes.size() - have, deadline);
    if (got == 0 && have == 0) return std::nullopt;
    if (got == 0) gone();
    have += got;
  }
  const auto head = parse_frame_head(bytes);
  if (!head) WireReader::refuse();
  Frame frame;
  frame.kind = head->kind;
  std::size_t have = 0;
  while (have < head->size) {
    if (have == frame.payload.size()) {
      frame.payload.resize(std::min(head->size, have + std::max(step, have)));
    }
    const auto got = read_some(frame.payload.data() + have, frame.payload.size() - have, deadline);
    if (got == 0) gone();
    have += got;
  }
  return frame;
}

Frame Channel::receive(std::optional<std::chrono::milliseconds> timeout) {
  Deadline deadline;
  if (timeout) deadline = std::chrono::steady_clock::now() + *timeout;
  auto frame = read_frame(deadline);
  if (!frame) gone();
  return std::move(*frame);
}

std::optional<Frame> Channel::receive_or_end() { return read_frame(std::nullopt); }

std::pair<Channel, Channel> channel_pair() {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw EnclaveError(Fault::unavailable, "server.no_socket");
  }
  return {Channel(ends[0]), Channel(ends[1])};
}

}  // namespace sceau::enclave
