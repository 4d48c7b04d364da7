// libFuzzer: any bytes as a statement. It is read, or refused with a code of SQL; nothing falls
// over, and what is read is not too large.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "enclave/sql/fault.h"
#include "enclave/sql/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sceau::enclave::sql;
  try {
    const auto statements = parse({reinterpret_cast<const char*>(data), size});
    if (statements.size() > max_statements || size > max_text_bytes) std::abort();
  } catch (const SqlError&) {
  }
  return 0;
}
