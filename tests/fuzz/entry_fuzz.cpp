// The scanner of entries on any bytes, against a JSON parser in both directions: what it accepts,
// the parser calls canonical and reads as the same values; what it refuses, the parser calls
// otherwise. It never reads beyond the end.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "audit/scan.h"
#include "tests/audit/canonical.h"

namespace {

using namespace sceau::audit;

void compare(const std::string& text) {
  // A copy of exactly this size, so that the sanitizer sees a read behind it.
  const std::unique_ptr<char[]> copy(new char[text.size()]);
  std::copy(text.begin(), text.end(), copy.get());
  const std::string_view bytes(copy.get(), text.size());
  ScannedEntry entry;
  const bool accepted = !scan_entry(bytes, entry);
  if (accepted != test::parser_says_canonical(text)) std::abort();
  if (!accepted) return;
  const auto parsed = nlohmann::ordered_json::parse(bytes);
  if (parsed["seq"] != entry.seq || parsed["event"] != entry.event ||
      parsed["data"].size() != entry.data.size())
    std::abort();
  for (const ScannedField& field : entry.data) {
    const auto& value = parsed["data"][std::string(field.key)];
    if (field.is_string ? value != unescape(field.raw) : value.dump() != field.raw) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string head =
      R"({"v":1,"seq":17,"prev":"0000000000000000000000000000000000000000000000000000000000000001",)"
      R"("time":"2026-11-23T20:15:03.123456Z","event":"request.checked","actor":"u-7f3a","data":{)";
  const std::string text(reinterpret_cast<const char*>(data), size);
  compare(text);
  compare(head + text + "}}");  // most of what can go wrong stands in the data
  return 0;
}
