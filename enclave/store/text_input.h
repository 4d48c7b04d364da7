#pragma once
// A file's bytes as UTF-8 text, in chunks: gzip found by its magic bytes and unpacked (zlib), other
// encodings converted (iconv), a byte order mark dropped. Bytes that the encoding doesn't have come
// out as 0xff, which is not UTF-8, so that the CSV reader finds them with line and column.
//
// Throws EnclaveError(bad_input): import.utf16 (a UTF-16 mark without such an encoding in the
// codebook), import.not_csv (a zip or spreadsheet), import.gzip_damaged, import.bad_encoding (iconv
// doesn't know it), import.unreadable.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace sceau::enclave {

class TextInput {
 public:
  /// Reads `fd` from its position; `encoding` is iconv's name or empty for UTF-8. While a pipe
  /// gives nothing, `waiting` is called some fifty times a second, on the thread that made this
  /// object alone; what it throws ends the reading.
  TextInput(int fd, std::string name, const std::string& encoding,
            std::function<void()> waiting = {});
  TextInput(const TextInput&) = delete;
  TextInput& operator=(const TextInput&) = delete;
  ~TextInput();

  /// The next chunk, valid until the next call; empty at the end.
  [[nodiscard]] std::string_view next();
  /// From any thread: a `next` that waits for a pipe throws import.cancelled.
  void interrupt();
  /// Bytes read from the descriptor so far.
  [[nodiscard]] std::uint64_t bytes_read() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sceau::enclave
