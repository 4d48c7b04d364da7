// Results as sceau-audit prints them: for people on a line each, or as one JSON document.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "audit/scan.h"
#include "audit/verify.h"
#include "audit/verify_chain.h"

namespace sceau::audit {

/// A chain of logs: one after another, then the links. One log is printed as itself.
void print_text(std::ostream& out, const ChainVerification& chain);
/// One log: its document, with the links that were not checked among its `checks`. More:
/// {"format":1, "verdict":…,"logs":[documents, the oldest first],"links":[checks]}
void print_json(std::ostream& out, const ChainVerification& chain);
[[nodiscard]] std::string verdict_sentence(const ChainVerification& chain);

/// One line a check, then notes, acts without an outcome, and the verdict.
void print_text(std::ostream& out, const Verification& result);

/// {"format":1,"verdict":"valid|undecided|tampered","origin":…,"size":…,"root":…,"first_bad":…,
///  "checks":[{"check":…,"result":…,"message":…,"entry":…,"failure":…}],"notes":[…],
///  "intents":[{"seq":…,"event":…,"id":…}],"gaps":[{"seq":…,"session":…,"kind":…}],
///  "clock_steps":[{"seq":…,"behind_us":…}],"unlisted":N,
///  "witnesses":{"entries":N,"unwitnessed":N,"names":[…]},"next":…,"earlier":…}
void print_json(std::ostream& out, const Verification& result);

/// The verdict in one sentence.
[[nodiscard]] std::string verdict_sentence(const Verification& result);

/// `17  2026-11-23T20:15:03.123456Z  request.checked  u-7f3a  request=R-1 turn=1`, with nothing
/// in it that a terminal could take for a command.
[[nodiscard]] std::string entry_line(const ScannedEntry& entry);

/// {"format":1, …} for a proof; roots and hashes in base64.
struct ProofDocument {
  std::vector<std::pair<std::string, std::uint64_t>> numbers;
  std::vector<std::pair<std::string, Digest>> hashes;
  std::vector<Digest> proof;
};
void print_json(std::ostream& out, const ProofDocument& document);

}  // namespace sceau::audit
