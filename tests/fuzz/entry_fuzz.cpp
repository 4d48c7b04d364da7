// The scanner of entries on any bytes: what it accepts, a JSON parser reads as the same values and
// prints as the same bytes; what it refuses, it refuses without reading beyond the end.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "audit/scan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sceau::audit;
  // A copy of exactly this size, so that the sanitizer sees a read behind it.
  const std::unique_ptr<char[]> copy(new char[size]);
  std::copy(data, data + size, copy.get());
  const std::string_view bytes(copy.get(), size);
  ScannedEntry entry;
  if (scan_entry(bytes, entry)) return 0;
  const auto parsed = nlohmann::ordered_json::parse(bytes, nullptr, false);
  if (parsed.is_discarded() || parsed.dump() != bytes || parsed["seq"] != entry.seq ||
      parsed["event"] != entry.event || parsed["data"].size() != entry.data.size())
    std::abort();
  for (const ScannedField& field : entry.data) {
    const auto& value = parsed["data"][std::string(field.key)];
    if (field.is_string ? value != unescape(field.raw) : value.dump() != field.raw) std::abort();
  }
  return 0;
}
