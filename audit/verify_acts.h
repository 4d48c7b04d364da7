// What the entries of a log say together: acts and their outcomes, sessions, the clock, and where
// the log begins and ends. Sees the marks of all parts in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "audit/verify.h"
#include "audit/verify_part.h"

namespace sceau::audit {

/// So that a view finds its place without becoming a string first.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

class ActCheck {
 public:
  void add(const Part& part);
  /// Moves what was found into the verification; failures into `chain`.
  void report(Verification& verification, Findings& chain) const;

 private:
  struct Open {
    std::uint64_t seq;
    std::uint64_t missing;  // outcomes yet to come
  };
  struct Session {
    std::uint64_t opened;
    std::uint64_t last = 0;  // number of the last statement
  };

  void add(const Mark& mark, std::string_view text);
  void begin(const Mark& mark, std::string_view text);
  void end(const Mark& mark, std::string_view text);
  void statement(const Mark& mark, std::string_view id);
  void gap(SessionGap gap);
  void list_intents(Verification& verification) const;

  TextMap<Open> open_;                 // by act letter and id
  std::vector<OpenIntent> abandoned_;  // begun again under the same id
  std::uint64_t unlisted_intents_ = 0;
  std::uint64_t without_intent_ = 0, first_without_intent_ = 0;

  TextMap<Session> sessions_;
  TextMap<Session>::value_type* last_session_ = nullptr;  // of the last statement
  std::vector<SessionGap> gaps_;
  bool stopped_ = false;  // the centre's last word

  std::vector<ClockStep> clock_steps_;
  std::uint64_t clock_count_ = 0, largest_step_us_ = 0;
  std::uint64_t unlisted_ = 0;

  std::string sealed_, rotated_;  // the entries
  std::uint64_t sealed_at_ = 0;
  std::uint64_t misplaced_ = 0, first_misplaced_ = 0;  // key.rotated that begins no log
  std::vector<std::uint64_t> cosigned_;
};

}  // namespace sceau::audit
