// libFuzzer: any bytes as a client's stream, in pieces that the input itself chooses. The reader
// may refuse, and must neither crash nor keep more than one message and one piece.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "enclave/server/pgwire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace pg = sceau::enclave::pg;
  if (size == 0) return 0;
  const std::size_t piece = data[0] + 1U;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  pg::FrontendReader reader;
  try {
    while (!bytes.empty()) {
      const auto now = bytes.substr(0, piece);
      bytes.remove_prefix(now.size());
      reader.feed(now);
      while (reader.next()) {
      }
      if (reader.buffered() > pg::max_bind + piece) std::abort();
    }
  } catch (const pg::ProtocolError&) {
    if (reader.next()) std::abort();
  }
  return 0;
}
