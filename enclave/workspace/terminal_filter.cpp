#include "enclave/workspace/terminal_filter.h"

#include <algorithm>
#include <set>

namespace sceau::enclave {
namespace {

constexpr std::size_t longest = 64;  // of a sequence that draws

/// Final bytes of CSI sequences without prefix that draw, move, erase or scroll.
constexpr std::string_view drawing = "@ABCDEFGHIJKLMPSXZ`abdefgmrsu";
/// Modes with the prefix '?' that change what is drawn and nothing that is typed or reported.
const std::set<std::string, std::less<>>& screen_modes() {
  static const std::set<std::string, std::less<>> modes = {
      "1", "3", "5", "6", "7", "12", "25", "45", "47", "1047", "1048", "1049", "2004"};
  return modes;
}

bool all_screen_modes(std::string_view parameters) {
  while (true) {
    const auto end = std::min(parameters.find(';'), parameters.size());
    if (!screen_modes().contains(parameters.substr(0, end))) return false;
    if (end == parameters.size()) return true;
    parameters.remove_prefix(end + 1);
  }
}

/// `body` stands between ESC [ and the final byte.
bool draws(std::string_view body, char last) {
  const auto plain = body.find_first_not_of("0123456789;:") == std::string_view::npos;
  if (plain) {
    if (last == 'h' || last == 'l') return body == "4" || body == "20";
    return drawing.find(last) != std::string_view::npos;
  }
  if (body == "!" && last == 'p') return true;  // soft reset
  if (body.front() != '?') return false;
  const auto rest = body.substr(1);
  if (last == 'h' || last == 'l') return all_screen_modes(rest);
  return (last == 'J' || last == 'K') &&
         rest.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string TerminalFilter::pass(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char byte : bytes) take(static_cast<unsigned char>(byte), out);
  return out;
}

void TerminalFilter::in_text(unsigned char byte, std::string& out) {
  if (after_c2_) {
    after_c2_ = false;
    if (byte >= 0x80 && byte <= 0x9f) {
      // A C1 control: what begins a string or a sequence there begins it here.
      if (byte == 0x9b) {
        state_ = State::control;
      } else if (byte == 0x90 || byte == 0x98 || byte >= 0x9d) {
        state_ = State::string;
      }
      return;
    }
    out += '\xc2';
    following_ = 1;
  }
  const bool continues = byte >= 0x80 && byte <= 0xbf;
  const bool alone = continues && following_ == 0;
  if (continues && following_ > 0) --following_;
  if (!continues) following_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc3 ? 1 : 0;
  if (byte == 0xc2) {
    after_c2_ = true;
  } else if (byte == 0x1b) {
    state_ = State::escape;
  } else if (!alone && (byte >= 0x20 || (byte >= 0x07 && byte <= 0x0f))) {
    out += static_cast<char>(byte);
  }
}

/// The byte behind ESC.
void TerminalFilter::begin(unsigned char byte, std::string& out) {
  state_ = State::text;
  switch (byte) {
    case '[':
      state_ = State::control;
      return;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
      state_ = State::string;
      return;
    case '(':
    case ')':
      held_ = static_cast<char>(byte);
      state_ = State::charset;
      return;
    case 0x1b:
      state_ = State::escape;
      return;
    default:
      if (std::string_view("78=>MDEHc").find(static_cast<char>(byte)) != std::string_view::npos) {
        out += '\x1b';
        out += static_cast<char>(byte);
      }
  }
}

void TerminalFilter::end_control(unsigned char last, std::string& out) {
  if (held_.size() <= longest && draws(held_, static_cast<char>(last))) {
    out += "\x1b[" + held_ + static_cast<char>(last);
  }
  held_.clear();
  state_ = State::text;
}

void TerminalFilter::take(unsigned char byte, std::string& out) {
  // CAN and SUB end any sequence, for a terminal as here.
  if (state_ != State::text && (byte == 0x18 || byte == 0x1a)) {
    held_.clear();
    state_ = State::text;
    return;
  }
  switch (state_) {
    case State::text:
      in_text(byte, out);
      return;
    case State::escape:
      begin(byte, out);
      return;
    case State::charset:
      if (byte == 'B' || byte == '0' || byte == 'A') {
        out += "\x1b" + held_ + static_cast<char>(byte);
      }
      held_.clear();
      state_ = State::text;
      return;
    case State::control:
      if (byte == 0x1b) {
        held_.clear();
        state_ = State::escape;
      } else if (byte >= 0x40 && byte <= 0x7e) {
        end_control(byte, out);
      } else if (byte >= 0x20 && byte < 0x40 && held_.size() <= longest) {
        held_ += static_cast<char>(byte);
      } else if (byte >= 0x80) {
        held_.clear();  // no sequence holds such a byte: what it was is dropped
        state_ = State::text;
      }
      return;
    case State::string:
      if (byte == 0x07) state_ = State::text;
      if (byte == 0x1b) state_ = State::string_escape;
      return;
    case State::string_escape:
      state_ = byte == '\\' ? State::text : State::string;
      if (byte == 0x1b) state_ = State::string_escape;
      return;
  }
}

}  // namespace sceau::enclave
