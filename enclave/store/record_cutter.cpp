#include "enclave/store/record_cutter.h"

#include <algorithm>
#include <utility>

namespace sceau::enclave {

RecordCutter::RecordCutter(TextInput& input, std::string head, char separator,
                           std::size_t block_size)
    : input_(input),
      separator_(separator),
      block_size_(std::max<std::size_t>(block_size, 1)),
      head_(std::move(head)),
      chunk_(head_) {}

bool RecordCutter::next(Block& block) noexcept {
  block.size = 0;
  block.last = block.overlong = false;
  block.error = nullptr;
  if (done_) return false;
  try {
    while (!ended_ && !block.overlong && (boundary_ == 0 || pending_.size() < block_size_)) {
      block.overlong = boundary_ == 0 && pending_.size() > longest_record;
      if (!block.overlong) read_more();
    }
  } catch (...) {
    block.error = std::current_exception();
  }
  try {
    cut(block);
  } catch (...) {
    block.size = 0;
    block.error = std::current_exception();
    done_ = true;
  }
  return true;
}

void RecordCutter::cut(Block& block) {
  const bool rest_goes_too = ended_ || block.overlong;
  const std::size_t size = rest_goes_too ? pending_.size() : boundary_;
  block.bytes.swap(pending_);
  pending_.assign(block.bytes, size);
  block.bytes.resize(size);
  block.bytes.append(readable_behind, '\0');
  block.size = size;
  block.last = ended_;
  block.bytes_read = input_.bytes_read();
  at_ -= std::min(at_, size);
  boundary_ = 0;
  done_ = rest_goes_too || block.error != nullptr;
}

void RecordCutter::read_more() {
  if (chunk_.empty()) {
    chunk_ = input_.next();
    ended_ = chunk_.empty();
    if (ended_) return;
  }
  const std::size_t wanted =
      pending_.size() < block_size_ ? block_size_ - pending_.size() : block_size_ / 4 + 1;
  const std::string_view taken = chunk_.substr(0, wanted);
  pending_ += taken;
  chunk_.remove_prefix(taken.size());
  scan();
}

void RecordCutter::scan() {
  waiting_ = false;
  while (at_ < pending_.size() && !waiting_) {
    switch (state_) {
      case State::plain:
        scan_plain();
        break;
      case State::quoted:
        scan_quoted();
        break;
      case State::spoiled:
        scan_spoiled();
        break;
    }
  }
}

void RecordCutter::scan_plain() {
  const std::size_t from = at_;
  const std::size_t quote = std::min(pending_.find('"', from), pending_.size());
  note_end(from, quote);
  at_ = quote;
  if (quote == pending_.size()) {
    // The other half of a line end may follow.
    waiting_ = pending_.back() == '\r';
    if (waiting_) --at_;
    return;
  }
  const char before = quote == 0 ? '\n' : pending_[quote - 1];
  const bool opens = before == separator_ || before == '\n' || before == '\r';
  state_ = opens ? State::quoted : State::spoiled;
  at_ += opens ? 1 : 0;
}

void RecordCutter::scan_quoted() {
  const std::size_t quote = pending_.find('"', at_);
  at_ = std::min(quote, pending_.size());
  if (quote == std::string::npos) return;
  if (quote + 1 == pending_.size()) {
    waiting_ = true;
    return;
  }
  const char behind = pending_[quote + 1];
  if (behind == '"') {
    at_ = quote + 2;
    return;
  }
  at_ = quote + 1;
  const bool closes = behind == separator_ || behind == '\n' || behind == '\r';
  state_ = closes ? State::plain : State::spoiled;
}

void RecordCutter::scan_spoiled() {
  const std::size_t end = pending_.find_first_of("\r\n", at_);
  at_ = std::min(end, pending_.size());
  if (end != std::string::npos) state_ = State::plain;
}

/// The last record's end between `from` and `to`, where no quote stands. A CR at the very end is
/// none yet: its LF may follow.
void RecordCutter::note_end(std::size_t from, std::size_t to) {
  const std::string_view text = std::string_view(pending_).substr(from, to - from);
  if (const auto feed = text.rfind('\n'); feed != std::string_view::npos) {
    boundary_ = from + feed + 1;
    return;
  }
  const auto end = text.rfind('\r');
  if (end == std::string_view::npos) return;
  const std::size_t behind = from + end + 1;
  if (behind < pending_.size() && pending_[behind] != '\n') boundary_ = behind;
}

}  // namespace sceau::enclave
