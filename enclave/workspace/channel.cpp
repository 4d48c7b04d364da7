#include "enclave/workspace/channel.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sceau::enclave {
namespace {

constexpr std::size_t word_bytes = 5;
constexpr std::size_t most_descriptors = 8;

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

}  // namespace

bool say_word(int socket, char letter, std::uint32_t number, const std::vector<int>& descriptors) {
  std::array<std::uint8_t, word_bytes> bytes = {
      static_cast<std::uint8_t>(letter), static_cast<std::uint8_t>(number >> 24U),
      static_cast<std::uint8_t>(number >> 16U), static_cast<std::uint8_t>(number >> 8U),
      static_cast<std::uint8_t>(number)};
  iovec piece{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * most_descriptors)> control{};
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors.size());
    auto* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * descriptors.size());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), sizeof(int) * descriptors.size());
  }
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(bytes.size());
}

std::optional<WorkspaceWord> hear_word(int socket, int wait_ms) {
  pollfd waiting{socket, POLLIN, 0};
  if (::poll(&waiting, 1, wait_ms) <= 0) return std::nullopt;
  std::array<std::uint8_t, word_bytes + 1> bytes{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * most_descriptors)> control{};
  iovec piece{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  WorkspaceWord word;
  take_descriptors(message, word.descriptors);
  if (got != static_cast<ssize_t>(word_bytes) || (message.msg_flags & MSG_CTRUNC) != 0) {
    for (const int fd : word.descriptors) ::close(fd);
    return std::nullopt;
  }
  word.letter = static_cast<char>(bytes[0]);
  word.number = std::uint32_t{bytes[1]} << 24U | std::uint32_t{bytes[2]} << 16U |
                std::uint32_t{bytes[3]} << 8U | bytes[4];
  return word;
}

}  // namespace sceau::enclave
