#pragma once
// A file's text in blocks that begin and end between records, so that each can be read without the
// others. Whether a line end is a record's end depends on the quotes before it; these are followed
// as libcsv follows them, faulty ones too: a quote where none may stand spoils the rest of its
// line, and no more.
//
//   a,b\n"x\ny",1\nz,2\n        may be cut behind line 1, 3 and 4; not behind line 2
//
// Memory: a block, and at most a record of longest_record bytes.

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include "enclave/store/csv_reader.h"
#include "enclave/store/field_table.h"
#include "enclave/store/text_input.h"

namespace sceau::enclave {

/// Any record whose fields and separators fit `longest_line` is shorter, quotes and all.
inline constexpr std::size_t longest_record = 4 * longest_line;

struct Block {
  std::string bytes;             ///< the text and `readable_behind` bytes behind it
  std::size_t size = 0;          ///< of the text
  bool last = false;             ///< of its file
  bool overlong = false;         ///< the text is the beginning of a record that is too long
  std::uint64_t bytes_read = 0;  ///< of the file so far, as it is stored
  std::exception_ptr error;      ///< what ended the reading behind this block

  [[nodiscard]] std::string_view text() const { return {bytes.data(), size}; }
};

class RecordCutter {
 public:
  /// `head`: read already, in front of what `input` still gives.
  RecordCutter(TextInput& input, std::string head, char separator, std::size_t block_size);

  /// The next block, of `block_size` bytes or the few more that end a record. False behind the last
  /// one; what reading throws comes with the last block, behind all whole records before it.
  [[nodiscard]] bool next(Block& block) noexcept;
  /// From any thread: the input ends soon (TextInput::interrupt).
  void interrupt() { input_.interrupt(); }

 private:
  enum class State { plain, quoted, spoiled };
  void cut(Block& block);
  void read_more();
  void scan();
  void scan_plain();
  void scan_quoted();
  void scan_spoiled();
  void note_end(std::size_t from, std::size_t to);

  TextInput& input_;
  char separator_;
  std::size_t block_size_;
  std::string pending_;  // the next block and what is read behind it
  std::string head_;
  std::string_view chunk_;    // of the input, not yet in pending_
  std::size_t at_ = 0;        // scanned up to here
  std::size_t boundary_ = 0;  // behind the last record that is whole; 0: none is
  State state_ = State::plain;
  bool waiting_ = false;  // for a byte that tells what the one at at_ means
  bool ended_ = false;
  bool done_ = false;
};

}  // namespace sceau::enclave
