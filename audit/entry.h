// An entry as the writer makes it: one line of JSON in its one canonical form.
//
//   {"v":1,"seq":17,"prev":"<64 hex>","time":"2026-11-23T20:15:03.123456Z",
//    "event":"request.checked","actor":"u-7f3a","data":{"request":"R-2026-000001","turn":1}}
//
// (on one line, without blanks). Keys stand in this order; data keys in ascending order of their
// bytes; values are integers and strings. The verifier has its own reader, scan.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "audit/bytes.h"

namespace sceau::audit {

using FieldValue = std::variant<std::int64_t, std::string>;
using Fields = std::map<std::string, FieldValue>;

struct Entry {
  std::uint64_t seq = 0;  ///< its place in the log, from 0
  Digest prev{};          ///< leaf hash of the entry before; zeros for entry 0
  std::string time;       ///< UTC, never earlier than the entry before: see format_time
  std::string event;      ///< one of events.h
  std::string actor;      ///< an id; its name stands in the registry alone
  Fields data;
};

/// The longest entry, in bytes: its length stands in two bytes of a bundle.
inline constexpr std::size_t longest_entry = 65535;

/// The canonical line, without a newline. Throws AuditError (refused) for an entry that the log
/// doesn't take, see check_entry.
[[nodiscard]] std::string format_entry(const Entry& entry);

/// What the writer demands: a known event with its required data, an actor's id, data keys of
/// a-z 0-9 _, and strings that are words (events.h). So no name, title or SQL text can be logged
/// by mistake. `{"title": "Two words"}` is refused, `{"project": "P-17"}` passes.
/// Throws AuditError (refused); the message names event and key, never the value.
void check_entry(std::string_view event, std::string_view actor, const Fields& data);

/// `2026-11-23T20:15:03.123456Z`: UTC with microseconds, 27 characters, years 1970 to 2261.
[[nodiscard]] std::string format_time(std::chrono::system_clock::time_point time);

/// The inverse of format_time; nothing for any other form.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_time(
    std::string_view text);

/// The time that an entry of the writer's own carries; nothing when there is none.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> time_in(std::string_view entry);

/// The line's end, from `,"event":` on: what doesn't depend on the place in the log.
[[nodiscard]] std::string format_tail(std::string_view event, std::string_view actor,
                                      const Fields& data);
/// The line's beginning, up to and without `,"event":`.
[[nodiscard]] std::string format_head(std::uint64_t seq, const Digest& prev, std::string_view time);

}  // namespace sceau::audit
