#include "enclave/store/text_input.h"

#include <iconv.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t chunk_size = 128U << 10;
constexpr int wait_ms = 20;
constexpr std::string_view gzip_magic = "\x1f\x8b";
constexpr std::string_view zip_magic = "PK\x03\x04";
constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

/// The descriptor's bytes; the first chunk is as long as it can be, for the magic bytes' sake.
class RawInput {
 public:
  RawInput(int fd, std::string name, std::function<void()> waiting)
      : fd_(fd), name_(std::move(name)), waiting_(std::move(waiting)), buffer_(chunk_size) {
    struct stat status {};
    may_wait_ = ::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode);
  }

  std::string_view next() {
    std::size_t size = 0;
    while (size < buffer_.size()) {
      if (may_wait_) wait();
      const ssize_t got = ::read(fd_, buffer_.data() + size, buffer_.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw EnclaveError(Fault::bad_input, "import.unreadable", {name_});
      if (got == 0) break;
      size += static_cast<std::size_t>(got);
    }
    read_ += size;
    return {buffer_.data(), size};
  }
  [[nodiscard]] std::uint64_t read() const { return read_; }
  void interrupt() { interrupted_ = true; }

 private:
  void wait() {
    pollfd poll{fd_, POLLIN, 0};
    while (::poll(&poll, 1, wait_ms) == 0) {
      if (interrupted_) throw EnclaveError(Fault::refused, "import.cancelled");
      if (waiting_ && std::this_thread::get_id() == maker_) waiting_();
    }
  }

  int fd_;
  std::string name_;
  std::function<void()> waiting_;
  std::thread::id maker_ = std::this_thread::get_id();
  bool may_wait_ = false;
  std::atomic<bool> interrupted_ = false;
  std::vector<char> buffer_;
  std::uint64_t read_ = 0;
};

/// Unpacks gzip members one behind the other, as gzip itself does.
class Gunzip {
 public:
  explicit Gunzip(std::string name) : name_(std::move(name)), buffer_(chunk_size) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) fail();
  }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  ~Gunzip() { inflateEnd(&stream_); }

  std::string_view next(RawInput& raw, std::string_view& pending) {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_out = static_cast<uInt>(buffer_.size());
    while (stream_.avail_out == buffer_.size()) {
      if (pending.empty()) pending = raw.next();
      if (pending.empty() && between_members_) return {};
      if (pending.empty()) fail();  // the file ends inside a member
      step(pending);
    }
    return {buffer_.data(), buffer_.size() - stream_.avail_out};
  }

 private:
  void step(std::string_view& pending) {
    if (between_members_ && inflateReset(&stream_) != Z_OK) fail();
    between_members_ = false;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(pending.data()));
    stream_.avail_in = static_cast<uInt>(pending.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    pending.remove_prefix(pending.size() - stream_.avail_in);
    if (result == Z_STREAM_END) {
      between_members_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      fail();
    }
  }
  [[noreturn]] void fail() const {
    throw EnclaveError(Fault::bad_input, "import.gzip_damaged", {name_});
  }

  std::string name_;
  std::vector<char> buffer_;
  z_stream stream_{};
  bool between_members_ = false;
};

class Converter {
 public:
  Converter(const std::string& encoding, const std::string& name)
      : handle_(iconv_open("UTF-8", encoding.c_str())), buffer_(4 * chunk_size) {
    // iconv_open's failure is the pointer -1.
    if (reinterpret_cast<std::intptr_t>(handle_) == -1) {
      throw EnclaveError(Fault::bad_input, "import.bad_encoding", {name, encoding});
    }
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() { iconv_close(handle_); }

  /// All of `chunk` converted, but for a character that the next chunk completes.
  std::string_view convert(std::string_view chunk) {
    carried_.append(chunk);
    char* in = carried_.data();
    std::size_t in_left = carried_.size();
    buffer_.resize(std::max(buffer_.size(), carried_.size() * 4));
    char* out = buffer_.data();
    std::size_t out_left = buffer_.size();
    while (in_left > 0) {
      if (iconv(handle_, &in, &in_left, &out, &out_left) != static_cast<std::size_t>(-1)) break;
      if (errno == EINVAL && !chunk.empty()) break;
      *out++ = '\xff';  // no character of this encoding, or one that the end of the file cut
      --out_left;
      ++in;
      --in_left;
    }
    carried_.erase(0, carried_.size() - in_left);
    return {buffer_.data(), static_cast<std::size_t>(out - buffer_.data())};
  }

 private:
  iconv_t handle_;
  std::vector<char> buffer_;
  std::string carried_;
};

}  // namespace

struct TextInput::State {
  std::string name;
  RawInput raw;
  bool is_utf16 = false;  // the codebook says so
  std::unique_ptr<Converter> converter;
  std::unique_ptr<Gunzip> gunzip;
  std::string_view pending;  // read from the descriptor, not yet used
  bool started = false;

  State(int fd, const std::string& file, std::function<void()> waiting)
      : name(file), raw(fd, file, std::move(waiting)) {}

  std::string_view unpacked() {
    if (gunzip) return gunzip->next(raw, pending);
    if (pending.empty()) return raw.next();
    return std::exchange(pending, {});
  }

  /// The first chunk says what the file is.
  std::string_view first() {
    pending = raw.next();
    if (pending.starts_with(gzip_magic)) gunzip = std::make_unique<Gunzip>(name);
    const std::string_view chunk = unpacked();
    if (chunk.starts_with(zip_magic)) refuse("import.not_csv");
    if (!is_utf16 && (chunk.starts_with("\xff\xfe") || chunk.starts_with("\xfe\xff"))) {
      refuse("import.utf16");
    }
    // A file that says that it is UTF-8 is, whatever the codebook says of files of its name.
    if (chunk.starts_with(utf8_mark)) converter.reset();
    return chunk;
  }

  [[noreturn]] void refuse(const char* id) const {
    throw EnclaveError(Fault::bad_input, id, {name});
  }
};

TextInput::TextInput(int fd, std::string name, const std::string& encoding,
                     std::function<void()> waiting)
    : state_(std::make_unique<State>(fd, name, std::move(waiting))) {
  std::string plain;
  for (const char c : encoding) {
    if (c != '-' && c != '_') plain += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  state_->is_utf16 = plain.starts_with("UTF16") || plain.starts_with("UCS2");
  if (!plain.empty() && plain != "UTF8") {
    state_->converter = std::make_unique<Converter>(encoding, name);
  }
}

TextInput::~TextInput() = default;

void TextInput::interrupt() { state_->raw.interrupt(); }

std::uint64_t TextInput::bytes_read() const { return state_->raw.read(); }

std::string_view TextInput::next() {
  State& state = *state_;
  while (true) {
    const bool first = !std::exchange(state.started, true);
    std::string_view chunk = first ? state.first() : state.unpacked();
    const bool ended = chunk.empty();
    if (state.converter) chunk = state.converter->convert(chunk);
    if (first && chunk.starts_with(utf8_mark)) chunk.remove_prefix(utf8_mark.size());
    if (!chunk.empty() || ended) return chunk;
  }
}

}  // namespace sceau::enclave
