// The closed list of what a log can say: each event, the data it must carry, and which events
// are the two ends of one act. FORMAT.md says the same in words; a test compares the two.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace sceau::audit {

/// What a data value must look like.
enum class Kind : std::uint8_t {
  number,  ///< an integer of at least 0
  word,    ///< 1 to 4096 printable ASCII characters without blank, quote or backslash
  digest   ///< 64 lower-case hex digits
};

struct RequiredKey {
  std::string_view name;  ///< empty: no further key
  Kind kind = Kind::number;
};

struct Event {
  std::string_view name;
  std::array<RequiredKey, 8> required;  ///< further keys are allowed
};

/// All events, in the order of the interface document.
[[nodiscard]] std::span<const Event> all_events();

/// The event of that name, or null.
[[nodiscard]] const Event* find_event(std::string_view name);

/// An act: an intent, and the outcomes that can end it. An intent and its outcome carry equal
/// values under `id`.
struct Act {
  std::string_view intent;
  std::array<std::string_view, 2> outcomes;
  std::array<std::string_view, 2> id;
  std::string_view count;  ///< the intent's key that says how many outcomes there must be; or empty
  bool outcome_needs_intent;  ///< an outcome without an intent before it is worth telling
};

[[nodiscard]] std::span<const Act> all_acts();

[[nodiscard]] bool is_word(std::string_view text);
[[nodiscard]] bool is_digest(std::string_view text);

/// True for an actor: 1 to 64 of A-Z a-z 0-9 . _ -
[[nodiscard]] bool is_actor(std::string_view text);

/// True for a data key: 1 to 64 of a-z 0-9 _
[[nodiscard]] bool is_data_key(std::string_view text);

/// The key under which the writer notes by how many microseconds the clock stood behind the entry
/// before. Nobody else may use it.
inline constexpr std::string_view clock_key = "clock_behind_us";

}  // namespace sceau::audit
