// libFuzzer: any bytes as a text that we read back from where others could have written it: a
// tabulation (registry, frames), a condition of a permit, a permit and a list of revocations. What
// is accepted is what would be written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "disclosure/fault.h"
#include "disclosure/tabulation.h"
#include "enclave/centre/permit_document.h"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sceau;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto tabulation = disclosure::tabulation_from_json(text);
    must(disclosure::to_json(tabulation) == text);
  } catch (const disclosure::DisclosureError& error) {
    must(error.fault() == disclosure::Fault::malformed);
  }
  if (const auto permit = enclave::decode_permit(text)) must(enclave::encode(*permit) == text);
  if (const auto list = enclave::decode_revocations(text)) must(enclave::encode(*list) == text);
  return 0;
}
