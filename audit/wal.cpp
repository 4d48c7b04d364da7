#include "audit/wal.h"

#include <algorithm>

#include "audit/fault.h"

namespace sceau::audit {
namespace {

constexpr std::size_t block = 512;           // what a disk writes wholly or not at all
constexpr std::size_t longest_header = 128;  // more than any header has
constexpr std::size_t trailer_bytes = 4 + 64 + 1;

std::string header_check(std::string_view text) {
  const Digest digest = Hasher().sha256(as_bytes(text));
  return to_hex(std::span(digest).first(4));
}

struct Header {
  std::uint64_t first = 0, count = 0, bytes = 0;
  std::size_t length = 0;  // of the header line, newline included
};

// Nothing when `text` doesn't begin with a whole, right header line.
std::optional<Header> parse_header(std::string_view text) {
  const auto end = text.substr(0, longest_header).find('\n');
  if (end == std::string_view::npos || !text.starts_with("batch ")) return std::nullopt;
  const auto line = text.substr(0, end);
  const auto check = line.rfind(' ');
  if (check < 6 || header_check(line.substr(0, check)) != line.substr(check + 1))
    return std::nullopt;
  auto rest = line.substr(6, check - 6);
  Header header;
  header.length = end + 1;
  std::uint64_t* const numbers[] = {&header.first, &header.count, &header.bytes};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto blank = i < 2 ? rest.find(' ') : rest.size();
    if (blank == std::string_view::npos) return std::nullopt;
    const auto number = parse_decimal(rest.substr(0, blank));
    if (!number) return std::nullopt;
    *numbers[i] = *number;
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  return header;
}

// A frame that lies there in full length.
bool read_frame(Hasher& hasher, const Header& header, std::string_view body,
                std::optional<Digest>& last, WalFrame& frame) {
  std::string_view payload = body.substr(0, header.bytes);
  const std::string_view trailer = body.substr(header.bytes, trailer_bytes);
  std::optional<Digest> prev = last;
  frame.first = header.first;
  while (!payload.empty()) {
    const auto end = payload.find('\n');
    if (end == std::string_view::npos) return false;
    const auto entry = payload.substr(0, end);
    if (prev && !follows(entry, header.first + frame.entries.size(), *prev)) return false;
    prev = hasher.leaf(entry);
    frame.entries.emplace_back(entry);
    frame.leaves.push_back(*prev);
    payload.remove_prefix(end + 1);
  }
  if (frame.entries.empty() || frame.entries.size() != header.count) return false;
  if (trailer != "end " + to_hex(*prev) + "\n") return false;
  last = prev;
  return true;
}

// True when a block that this frame was to fill holds nothing but zeros. `at` is where the frame
// begins in the file.
bool has_empty_block(std::string_view bytes, std::size_t at) {
  while (at < bytes.size()) {
    const std::size_t end = std::min((at / block + 1) * block, bytes.size());
    const auto part = bytes.substr(at, end - at);
    if (std::all_of(part.begin(), part.end(), [](char c) { return c == '\0'; })) return true;
    at = end;
  }
  return false;
}

// True when another frame begins after `at`: then the one at `at` was acknowledged.
bool is_followed(std::string_view bytes, std::size_t at) {
  for (at = bytes.find("\nbatch ", at); at != std::string_view::npos;
       at = bytes.find("\nbatch ", at + 1))
    if (parse_header(bytes.substr(at + 1))) return true;
  return false;
}

// True when the bytes from `at` on can only be a frame whose writing was interrupted.
bool is_torn(std::string_view bytes, std::size_t at) {
  const auto rest = bytes.substr(at);
  if (is_followed(bytes, at)) return false;
  if (has_empty_block(bytes, at)) return true;
  if (const auto header = parse_header(rest))
    return rest.size() < header->length + header->bytes + trailer_bytes;
  // Less than a header: it must still be the beginning of one.
  return rest.size() < longest_header && rest.find('\n') == std::string_view::npos &&
         std::string_view("batch ").starts_with(rest.substr(0, 6)) &&
         std::all_of(
             rest.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(6, rest.size())),
             rest.end(),
             [](char c) { return c == ' ' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string format_frame(std::uint64_t first, std::size_t count, std::string_view payload,
                         const Digest& last_leaf) {
  std::string header = "batch " + std::to_string(first) + " " + std::to_string(count) + " " +
                       std::to_string(payload.size());
  const std::string check = header_check(header);
  header.append(" ").append(check).append("\n");
  std::string frame;
  frame.reserve(header.size() + payload.size() + trailer_bytes);
  frame.append(header).append(payload).append("end ").append(to_hex(last_leaf)).append("\n");
  return frame;
}

WalContent parse_wal(Hasher& hasher, std::string_view bytes, std::optional<Digest>& last) {
  WalContent content;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto rest = bytes.substr(at);
    const auto header = parse_header(rest);
    WalFrame frame;
    const bool whole = header && header->bytes <= rest.size() &&
                       rest.size() - header->bytes >= header->length + trailer_bytes &&
                       read_frame(hasher, *header, rest.substr(header->length), last, frame);
    if (!whole) {
      if (!is_torn(bytes, at))
        throw AuditError(Fault::tampered,
                         "the write-ahead record is damaged at byte " + std::to_string(at) +
                             ", where acknowledged entries stand",
                         "nothing was changed; keep a copy of log/ and log.state/, then restore "
                         "both from the same backup");
      content.torn_bytes = rest.size();
      return content;
    }
    content.frames.push_back(std::move(frame));
    at += header->length + header->bytes + trailer_bytes;
  }
  return content;
}

bool follows(std::string_view entry, std::uint64_t seq, const Digest& prev) {
  return entry.starts_with(R"({"v":1,"seq":)" + std::to_string(seq) + R"(,"prev":")" +
                           to_hex(prev) + R"(",)");
}

}  // namespace sceau::audit
