// The verifier's reader of entries. It takes the one canonical form and nothing else, byte by
// byte, and shares no code with the writer.
//
//   {"v":1,"seq":0,...}      accepted
//   {"v":1, "seq":0,...}     refused at byte 7: a blank
//   {"v":1,"seq":00,...}     refused: a leading zero
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::audit {

struct ScannedField {
  std::string_view key;
  std::string_view raw;  ///< a number's digits, or a string's bytes between the quotes, escaped
  bool is_string = false;
};

/// Views into the bytes that were scanned.
struct ScannedEntry {
  std::uint64_t seq = 0;
  std::string_view prev;   ///< 64 lower-case hex digits
  std::string_view time;   ///< 27 characters, a time that exists
  std::string_view event;  ///< like `word.word`; whether it is known is not looked at here
  std::string_view actor;
  std::vector<ScannedField> data;  ///< ascending keys, each once

  /// The field of that key, or null.
  [[nodiscard]] const ScannedField* find(std::string_view key) const;
};

/// Where and why bytes are not canonical. `why` completes "is not canonical: ...".
struct ScanFault {
  std::string_view why;
  std::size_t at = 0;  ///< byte offset
};

/// Reads one entry into `entry`, whose memory is reused. Nothing when all is well; on a fault,
/// `entry` is unspecified.
[[nodiscard]] std::optional<ScanFault> scan_entry(std::string_view bytes, ScannedEntry& entry);

/// A scanned string's text, escapes undone.
[[nodiscard]] std::string unescape(std::string_view raw);

/// A scanned number's value, when it is a number of at least 0.
[[nodiscard]] std::optional<std::uint64_t> natural(const ScannedField& field);

}  // namespace sceau::audit
