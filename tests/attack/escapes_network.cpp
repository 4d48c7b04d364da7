// Sockets of each kind.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>

#include "tests/attack/escapes_parts.h"

namespace escapes {
namespace {

constexpr int mptcp = 262;

bool gets_socket(int domain, int type, int protocol = 0) {
  return ::socket(domain, type, protocol) >= 0;
}

sockaddr_in local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool connects(int type, int protocol, int port) {
  const int fd = ::socket(AF_INET, type, protocol);
  const auto address = local(port);
  return fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool sends_to(int type, int flags, int port) {
  const int fd = ::socket(AF_INET, type, 0);
  const auto address = local(port);
  return fd >= 0 && ::sendto(fd, "x", 1, flags | MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), sizeof address) == 1;
}

bool asks_a_name_server() {
  std::array<unsigned char, 17> question = {0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1};
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  const auto address = local(53);
  return fd >= 0 && ::sendto(fd, question.data(), question.size(), 0,
                             reinterpret_cast<const sockaddr*>(&address), sizeof address) > 0;
}

bool reaches_file_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  return fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool reaches_abstract_socket(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  return fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0;
}

bool listens(const std::string& path, bool abstract) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path + (abstract ? 1 : 0), path.c_str(), sizeof address.sun_path - 2);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  return fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
         ::listen(fd, 1) == 0;
}

bool has_an_interface() {
  std::ifstream devices("/proc/net/dev");
  for (std::string line; std::getline(devices, line);) {
    const auto colon = line.find(':');
    if (colon != std::string::npos && line.find("lo:") == std::string::npos) return true;
  }
  return false;
}

}  // namespace

void add_network(std::vector<Attempt>& all) {
  const auto add = [&all](std::string name, std::function<bool(const Ground&)> reaches,
                          Without without = Without::everything, bool possible = true) {
    all.push_back({std::move(name), without, std::move(reaches), possible});
  };
  const auto kind = [&add](std::string name, int domain, int type, int protocol = 0) {
    // Whether this kernel knows such a socket is asked here, where nothing is in the way.
    add(
        std::move(name), [=](const Ground&) { return gets_socket(domain, type, protocol); },
        Without::calls, gets_socket(domain, type, protocol));
  };
  add("connect by TCP", [](const Ground& g) { return connects(SOCK_STREAM, 0, g.port); });
  add(
      "connect by MPTCP", [](const Ground& g) { return connects(SOCK_STREAM, mptcp, g.port); },
      Without::everything, gets_socket(AF_INET, SOCK_STREAM, mptcp));
  add("send by TCP fast open",
      [](const Ground& g) { return sends_to(SOCK_STREAM, MSG_FASTOPEN, g.port); });
  add("send by UDP", [](const Ground& g) { return sends_to(SOCK_DGRAM, 0, g.port); });
  add("ask a name server", [](const Ground&) { return asks_a_name_server(); });
  add(
      "have a network interface", [](const Ground&) { return has_an_interface(); },
      Without::everything, has_an_interface());
  kind("a TCP socket", AF_INET, SOCK_STREAM);
  kind("an IPv6 socket", AF_INET6, SOCK_STREAM);
  kind("a netlink socket", AF_NETLINK, SOCK_RAW);
  kind("a vsock socket", AF_VSOCK, SOCK_STREAM);
  kind("a socket of the kernel's ciphers", AF_ALG, SOCK_SEQPACKET);
  kind("a Unix datagram socket", AF_UNIX, SOCK_DGRAM);
  kind("a Unix packet socket", AF_UNIX, SOCK_SEQPACKET);
  add(
      "a packet socket", [](const Ground&) { return gets_socket(AF_PACKET, SOCK_RAW); },
      Without::everything, may(CAP_NET_RAW) && gets_socket(AF_PACKET, SOCK_RAW));
  add(
      "a raw socket", [](const Ground&) { return gets_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); },
      Without::everything, may(CAP_NET_RAW));
  add(
      "a pair of sockets",
      [](const Ground&) {
        std::array<int, 2> pair{};
        return ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0;
      },
      Without::calls);
  add("connect to the broker's control socket",
      [](const Ground& g) { return reaches_file_socket(g.folder + "/control.sock"); });
  add("connect to another session's socket",
      [](const Ground& g) { return reaches_file_socket(g.folder + "/other"); });
  add("connect to an abstract socket",
      [](const Ground& g) { return reaches_abstract_socket(g.abstract); });
  add("listen on a socket in the folder",
      [](const Ground& g) { return listens(g.writable + "/listener", false); });
  add(
      "listen on an abstract socket",
      [](const Ground& g) { return listens("escapes-" + std::to_string(g.port), true); },
      Without::calls);
}

}  // namespace escapes
