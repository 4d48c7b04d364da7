#include "enclave/workspace/session_client.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::uint32_t protocol_3 = 196608;
constexpr std::uint32_t text_type = 25;
constexpr std::uint32_t bytea_type = 17;
constexpr std::size_t longest_message = 16U << 20;

[[noreturn]] void no_session(const std::string& why) {
  throw EnclaveError(Fault::unavailable, "workspace.no_session", {why});
}

void put32(std::string& out, std::size_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(value >> shift);
}
void put16(std::string& out, std::size_t value) {
  out += static_cast<char>(value >> 8U);
  out += static_cast<char>(value);
}
void put_text(std::string& out, std::string_view text) {
  out += text;
  out += '\0';
}

std::string message(char kind, const std::string& body) {
  std::string out;
  if (kind != '\0') out += kind;
  put32(out, body.size() + 4);
  return out + body;
}

std::string startup(const SessionPeer& peer) {
  std::string body;
  put32(body, protocol_3);
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"user", peer.user},
                                    {"database", peer.database},
                                    {"application_name", "sceau egress"},
                                    {"options", peer.options}}) {
    if (value.empty()) continue;
    put_text(body, name);
    put_text(body, value);
  }
  body += '\0';
  return message('\0', body);
}

std::string egress(const std::string& name, const std::string& title, const std::string& bytes) {
  std::string parse;
  put_text(parse, "");
  put_text(parse, "SELECT sceau.egress($1, $2, $3)");
  put16(parse, 3);
  for (const auto type : {text_type, text_type, bytea_type}) put32(parse, type);
  std::string bind;
  put_text(bind, "");
  put_text(bind, "");
  put16(bind, 3);
  for (const std::size_t binary : {0U, 0U, 1U}) put16(bind, binary);
  put16(bind, 3);
  for (const auto* value : {&name, &title, &bytes}) {
    put32(bind, value->size());
    bind += *value;
  }
  put16(bind, 0);
  std::string execute;
  put_text(execute, "");
  put32(execute, 0);
  return message('P', parse) + message('B', bind) + message('E', execute) + message('S', "");
}

class Line {
 public:
  explicit Line(const std::filesystem::path& path)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto text = path.string();
    if (fd_ < 0 || text.size() >= sizeof address.sun_path) no_session(text);
    std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      no_session(std::strerror(errno));
    }
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() { ::close(fd_); }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) no_session("it went away");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::string receive(std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t at = 0;
    while (at < size) {
      const auto got = ::recv(fd_, bytes.data() + at, size - at, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) no_session("it went away");
      at += static_cast<std::size_t>(got);
    }
    return bytes;
  }

 private:
  int fd_;
};

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

/// A field of an ErrorResponse or NoticeResponse.
std::string field(std::string_view body, char kind) {
  while (!body.empty() && body.front() != '\0') {
    const auto end = body.find('\0');
    if (end == std::string_view::npos) break;
    if (body.front() == kind) return std::string(body.substr(1, end - 1));
    body.remove_prefix(end + 1);
  }
  return "";
}

/// Everything up to ReadyForQuery, or to an error after which the session ends.
void hear(const Line& line, SessionAnswer& answer) {
  while (true) {
    const auto head = line.receive(5);
    const std::size_t size = number(std::string_view(head).substr(1));
    if (size < 4 || size > longest_message) no_session("it speaks another language");
    const auto body = line.receive(size - 4);
    switch (head[0]) {
      case 'Z':
        return;
      case 'E':
        answer.state = field(body, 'C');
        answer.message = field(body, 'M');
        answer.hint = field(body, 'H');
        if (field(body, 'V') == "FATAL") return;
        break;
      case 'N':
        answer.notices.push_back(field(body, 'M'));
        break;
      case 'D':
        if (body.size() >= 6 && number(body.substr(2, 4)) <= body.size() - 6) {
          answer.value = body.substr(6, number(body.substr(2, 4)));
        }
        break;
      default:
        break;
    }
  }
}

}  // namespace

SessionAnswer ask_egress(const SessionPeer& peer, const std::string& name, const std::string& title,
                         const std::string& bytes) {
  const Line line(peer.socket);
  SessionAnswer answer;
  line.send(startup(peer));
  hear(line, answer);
  if (!answer.state.empty()) return answer;
  line.send(egress(name, title, bytes));
  hear(line, answer);
  if (answer.state.empty()) line.send(message('X', ""));
  return answer;
}

}  // namespace sceau::enclave
