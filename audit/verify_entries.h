// The verifier's look at entries, one after another.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "audit/bytes.h"
#include "audit/events.h"
#include "audit/findings.h"
#include "audit/scan.h"
#include "audit/verify.h"

namespace sceau::audit {

/// Pairs intents with their outcomes.
class IntentCheck {
 public:
  IntentCheck();
  void add(std::uint64_t seq, const Event& event, const ScannedEntry& entry);
  /// Moves what is open, and notes about it, into the verification.
  void report(Verification& verification) const;

 private:
  struct Open {
    std::uint64_t seq;
    std::uint64_t missing;  // outcomes yet to come
  };

  // What an event is to an act.
  struct Part {
    const Act* act = nullptr;
    bool is_intent = false;
  };

  void begin(const Act& act, std::uint64_t seq, const ScannedEntry& entry);
  void end(const Act& act, std::uint64_t seq);
  void set_key(const Act& act, const ScannedEntry& entry);

  std::vector<Part> parts_;                     // by the event's place in all_events()
  std::string key_;                             // intent, newline, id: of the entry at hand
  std::unordered_map<std::string, Open> open_;  // by such a key
  std::vector<OpenIntent> abandoned_;           // begun again under the same id
  std::uint64_t unlisted_ = 0;
  std::uint64_t without_intent_ = 0;
  std::uint64_t first_without_intent_ = 0;
};

/// Checks canonical form, events, data, numbering, chain and time.
class EntryCheck {
 public:
  /// The next entry with its leaf hash.
  void add(std::string_view bytes, const Digest& leaf);
  /// Passes over an entry of which only the leaf hash is known.
  void skip(const Digest& leaf);
  void report(Verification& verification) const;

 private:
  void check_data(const Event& event);
  void check_chain(const Digest& leaf);
  void note_clock();

  std::uint64_t next_ = 0;
  HexDigest prev_ = hex_digest(Digest{});  // leaf hash of the entry before
  std::string time_;
  ScannedEntry entry_;
  Findings entries_{"entries"};
  Findings chain_{"chain"};
  IntentCheck intents_;
  std::uint64_t unknown_events_ = 0;
  std::uint64_t first_unknown_ = 0;
  std::uint64_t clock_steps_ = 0;
  std::uint64_t first_clock_step_ = 0;
  std::uint64_t largest_step_us_ = 0;
};

}  // namespace sceau::audit
