#include "enclave/cli/terminal.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "enclave/centre/print.h"
#include "enclave/fault.h"
#include "enclave/keys/descriptor.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t longest_passphrase = 1024;

/// Reads up to the first line's end into locked memory.
KeyBytes read_line(int fd) {
  KeyBytes buffer(longest_passphrase + 1);
  std::size_t size = 0;
  while (size < buffer.size()) {
    const auto got = ::read(fd, buffer.bytes().data() + size, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || buffer.bytes()[size] == '\n') break;
    ++size;
  }
  if (size > longest_passphrase) throw EnclaveError(Fault::usage, "centre.passphrase_long");
  if (size > 0 && buffer.bytes()[size - 1] == '\r') --size;
  return KeyBytes(std::span<const std::uint8_t>(buffer.bytes()).first(size));
}

/// Echo off while it lives.
class Quiet {
 public:
  explicit Quiet(int fd) : fd_(fd) {
    if (::tcgetattr(fd_, &before_) != 0)
      throw EnclaveError(Fault::unavailable, "centre.no_terminal");
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(fd_, TCSAFLUSH, &quiet);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() { ::tcsetattr(fd_, TCSAFLUSH, &before_); }

 private:
  int fd_;
  termios before_{};
};

void write_all(int fd, const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto written = ::write(fd, text.data() + at, text.size() - at);
    if (written <= 0) return;
    at += static_cast<std::size_t>(written);
  }
}

}  // namespace

KeyBytes passphrase_from_file(const std::filesystem::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (opened.get() < 0 || ::fstat(opened.get(), &status) != 0) {
    throw EnclaveError(Fault::bad_input, "centre.cannot_read",
                       {file.string(), std::strerror(errno)});
  }
  const bool plain = S_ISREG(status.st_mode);
  if (plain && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    throw EnclaveError(Fault::not_permitted, "centre.passphrase_file_open", {file.string()});
  }
  return read_line(opened.get());
}

KeyBytes ask_passphrase(const std::string& prompt) {
  const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (terminal.get() < 0) throw EnclaveError(Fault::unavailable, "centre.no_terminal");
  const Quiet quiet(terminal.get());
  write_all(terminal.get(), prompt);
  auto line = read_line(terminal.get());
  write_all(terminal.get(), "\n");
  return line;
}

KeyBytes ask_new_passphrase(std::string_view language) {
  auto first = ask_passphrase(text("shown.ask_new_passphrase", {}, language));
  const auto second = ask_passphrase(text("shown.ask_again", {}, language));
  const bool equal = first.size() == second.size() &&
                     CRYPTO_memcmp(first.bytes().data(), second.bytes().data(), first.size()) == 0;
  if (!equal) throw EnclaveError(Fault::usage, "centre.passphrases_differ");
  return first;
}

void complain(const std::string& what, const std::string& advice) {
  std::fprintf(stderr, "sceau: error: %s\n", what.c_str());
  if (!advice.empty()) std::fprintf(stderr, "sceau: hint: %s\n", advice.c_str());
}

ProgressBar::ProgressBar() : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::show(const std::string& json) {
  if (!terminal_) return;
  const auto progress = nlohmann::json::parse(json, nullptr, false);
  if (!progress.is_object()) return;
  const auto done = progress.value("bytes", std::uint64_t{0});
  const auto total = progress.value("total_bytes", std::uint64_t{0});
  std::string line = "\r\x1b[K";
  if (total > 0) {
    constexpr std::uint64_t width = 30;
    const auto filled = std::min(width, done * width / total);
    line += "[" + std::string(filled, '#') + std::string(width - filled, '.') + "] " +
            std::to_string(std::min<std::uint64_t>(100, done * 100 / total)) + " %  ";
  }
  line += grouped(progress.value("rows", std::uint64_t{0})) + " rows";
  write_all(STDERR_FILENO, line);
  shown_ = true;
}

void ProgressBar::clear() {
  if (shown_) write_all(STDERR_FILENO, "\r\x1b[K");
  shown_ = false;
}

}  // namespace sceau::enclave
