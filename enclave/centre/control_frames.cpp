#include "enclave/centre/control_frames.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "enclave/centre/control.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t header_bytes = 5;
constexpr std::size_t max_passphrase = 4096;

[[noreturn]] void gone() { throw EnclaveError(Fault::unavailable, "centre.broker_gone"); }

[[noreturn]] void bad(const std::string& what) {
  throw EnclaveError(Fault::bad_input, "centre.bad_request", {what});
}

std::array<std::uint8_t, header_bytes> header_of(ControlKind kind, std::size_t size) {
  if (size > max_frame) bad("a frame is too long");
  return {static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
          static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size),
          static_cast<std::uint8_t>(kind)};
}

void send_all(int socket, const void* bytes, std::size_t size) {
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const auto sent = ::send(socket, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) gone();
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

void receive_all(int socket, void* bytes, std::size_t size) {
  auto* at = static_cast<char*>(bytes);
  while (size > 0) {
    const auto got = ::recv(socket, at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) gone();
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

void send_header(int socket, const std::array<std::uint8_t, header_bytes>& header,
                 const std::vector<int>& descriptors) {
  if (descriptors.empty()) return send_all(socket, header.data(), header.size());
  std::vector<char> control(CMSG_SPACE(sizeof(int) * descriptors.size()));
  auto copy = header;
  iovec bytes{copy.data(), copy.size()};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int) * descriptors.size());
  std::memcpy(CMSG_DATA(rights), descriptors.data(), sizeof(int) * descriptors.size());
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent <= 0) gone();
  send_all(socket, copy.data() + sent, copy.size() - static_cast<std::size_t>(sent));
}

void take_descriptors(msghdr& message, std::vector<int>& into) {
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const auto count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
      into.push_back(fd);
    }
  }
}

/// The header's first bytes come with the descriptors.
std::array<std::uint8_t, header_bytes> receive_header(int socket, std::vector<int>& descriptors) {
  std::array<std::uint8_t, header_bytes> header{};
  std::vector<char> control(CMSG_SPACE(sizeof(int) * (max_files + 1)));
  iovec bytes{header.data(), header.size()};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) gone();
  take_descriptors(message, descriptors);
  if ((message.msg_flags & MSG_CTRUNC) != 0 || descriptors.size() > max_files) {
    bad("too many descriptors");
  }
  receive_all(socket, header.data() + got, header.size() - static_cast<std::size_t>(got));
  return header;
}

std::size_t size_of(const std::array<std::uint8_t, header_bytes>& header) {
  const std::size_t size = (std::size_t{header[0]} << 24) | (std::size_t{header[1]} << 16) |
                           (std::size_t{header[2]} << 8) | header[3];
  if (size > max_frame) bad("a frame is too long");
  return size;
}

ControlKind kind_of(std::uint8_t byte) {
  for (const auto kind :
       {ControlKind::request, ControlKind::passphrase, ControlKind::out, ControlKind::err,
        ControlKind::progress, ControlKind::failure, ControlKind::streams, ControlKind::end}) {
    if (static_cast<std::uint8_t>(kind) == byte) return kind;
  }
  bad("a frame of no kind");
}

}  // namespace

void send_frame(int socket, ControlKind kind, std::string_view payload,
                const std::vector<int>& descriptors) {
  send_header(socket, header_of(kind, payload.size()), descriptors);
  send_all(socket, payload.data(), payload.size());
}

ControlFrame receive_frame(int socket) {
  ControlFrame frame;
  try {
    const auto header = receive_header(socket, frame.descriptors);
    frame.kind = kind_of(header[4]);
    // Memory grows with the bytes that come, not with the length that was claimed.
    auto left = size_of(header);
    std::array<char, 1U << 16> piece;
    while (left > 0) {
      const auto now = std::min(left, piece.size());
      receive_all(socket, piece.data(), now);
      frame.payload.append(piece.data(), now);
      left -= now;
    }
  } catch (...) {
    for (const int fd : frame.descriptors) ::close(fd);
    throw;
  }
  return frame;
}

KeyBytes receive_passphrase(int socket) {
  std::vector<int> descriptors;
  std::array<std::uint8_t, header_bytes> header{};
  try {
    header = receive_header(socket, descriptors);
  } catch (...) {
    for (const int fd : descriptors) ::close(fd);
    throw;
  }
  for (const int fd : descriptors) ::close(fd);
  if (kind_of(header[4]) != ControlKind::passphrase || size_of(header) > max_passphrase) {
    bad("a passphrase was announced and did not come");
  }
  KeyBytes passphrase(size_of(header));
  receive_all(socket, passphrase.bytes().data(), passphrase.size());
  return passphrase;
}

}  // namespace sceau::enclave
