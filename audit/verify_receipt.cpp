#include <algorithm>
#include <limits>

#include "audit/entries.h"
#include "audit/fault.h"
#include "audit/merkle.h"
#include "audit/receipt.h"
#include "audit/scan.h"
#include "audit/verify.h"
#include "audit/verify_chain.h"

namespace sceau::audit {
namespace {

std::string text_of(const ScannedEntry& entry, std::string_view key) {
  const ScannedField* field = entry.find(key);
  if (field == nullptr) return {};
  return field->is_string ? unescape(field->raw) : std::string(field->raw);
}

// The proved entry, read. False where it isn't canonical.
bool check_entry(Verification& result, const Receipt& receipt, ScannedEntry& entry) {
  const auto fault = scan_entry(receipt.entry, entry);
  if (fault || entry.seq != receipt.index) {
    result.add({"entry", CheckResult::failed,
                fault ? "the entry is not canonical: " + std::string(fault->why)
                      : "the entry says that it has another number",
                receipt.index, fault ? Failure::entry_form : Failure::chain_number});
    return false;
  }
  result.add({"entry",
              CheckResult::passed,
              "entry " + std::to_string(entry.seq) + " of " + std::string(entry.time) + ", " +
                  std::string(entry.event),
              {}});
  return true;
}

// What the proved entry says of the file.
void check_release(Verification& result, const Receipt& receipt, const Digest& file) {
  ScannedEntry entry;
  if (!check_entry(result, receipt, entry)) return;
  const bool closing = entry.event == "project.closed" && entry.find("sha256") != nullptr;
  if (closing) {
    const auto erased = text_of(entry, "erased") == "yes" ? ", and erased" : "";
    result.add({"release",
                CheckResult::passed,
                "project " + text_of(entry, "project") + " was closed" + erased,
                {}});
  } else if (entry.event != "release.made") {
    result.add({"release",
                CheckResult::undecided,
                "the receipt proves " + std::string(entry.event) + ", which is no release",
                {},
                Failure::release_other});
    return;
  } else {
    result.add({"release",
                CheckResult::passed,
                "output " + text_of(entry, "output") + " of request " + text_of(entry, "request") +
                    ", verdict " + text_of(entry, "verdict") + ", policy " +
                    text_of(entry, "policy"),
                {}});
  }
  if (text_of(entry, "sha256") == to_hex(file))
    result.add({"file", CheckResult::passed, "the file is the one that was released", {}});
  else
    result.add({"file",
                CheckResult::failed,
                "the file is not the one that was released: its SHA-256 is " + to_hex(file) +
                    ", the released file's " + text_of(entry, "sha256"),
                {},
                Failure::file_other});
}

// What the proved entry says of the store.
void check_erasure(Verification& result, const Receipt& receipt,
                   const std::optional<Digest>& copy) {
  ScannedEntry entry;
  if (!check_entry(result, receipt, entry)) return;
  if (entry.event != "store.erased") {
    result.add({"erasure",
                CheckResult::undecided,
                "the receipt proves " + std::string(entry.event) + ", which is no erasure",
                {},
                Failure::release_other});
    return;
  }
  result.add({"erasure",
              CheckResult::passed,
              "the key of " + text_of(entry, "store") + ", sealed file " +
                  text_of(entry, "sha256") + " of " + text_of(entry, "bytes") +
                  " bytes, was destroyed; reason: " + text_of(entry, "reason"),
              {}});
  if (!copy) return;
  if (text_of(entry, "sha256") == to_hex(*copy))
    result.add(
        {"file", CheckResult::passed, "the copy is of the file whose key was destroyed", {}});
  else
    result.add({"file",
                CheckResult::failed,
                "the copy is not of the file whose key was destroyed: its SHA-256 is " +
                    to_hex(*copy) + ", that file's " + text_of(entry, "sha256"),
                {},
                Failure::file_other});
}

// That the entry stands in a log that the trust file knows. False where it doesn't.
bool check_proof(Verification& result, const Receipt& receipt, const Trust& trust) {
  SignedCheckpoint opened;
  try {
    opened = open_checkpoint(receipt.checkpoint, trust);
  } catch (const AuditError& error) {
    result.add({"checkpoint",
                CheckResult::failed,
                error.what(),
                {},
                failure_of(receipt.checkpoint, trust)});
    if (!error.hint().empty()) result.notes.push_back(error.hint());
    return false;
  }
  result.origin = opened.checkpoint.origin;
  result.size = opened.checkpoint.size;
  result.root = opened.checkpoint.root;
  if (result.origin.starts_with("trial/"))
    result.notes.push_back("this is the log of a trial centre, where anybody may act as anybody");
  result.add({"checkpoint",
              CheckResult::passed,
              std::to_string(result.size) + " entries, signed by " + opened.log_key,
              {}});
  result.add(check_witnesses(opened, trust));
  Hasher hasher;
  if (!verify_inclusion(hasher, receipt.index, {0, result.size}, hasher.leaf(receipt.entry),
                        receipt.proof, result.root)) {
    result.add({"proof", CheckResult::failed,
                "the receipt's entry doesn't stand in the log at " + std::to_string(receipt.index),
                receipt.index, Failure::proof_other});
    return false;
  }
  result.add({"proof",
              CheckResult::passed,
              "the entry stands in the log at " + std::to_string(receipt.index),
              {}});
  return true;
}

// Whether the log's own files hold the receipt's entry in its place.
bool holds(const std::filesystem::path& log, const Receipt& receipt) {
  bool same = false;
  for_each_entry(log, receipt.index, receipt.index,
                 [&](std::uint64_t, std::string_view entry) { same = entry == receipt.entry; });
  return same;
}

// The entry that took the release back, in this log or in one that goes on from it.
std::optional<std::string> revocation_in(const ChainVerification& chain, std::size_t from,
                                         const ScannedEntry& released) {
  std::optional<std::string> found;
  ScannedEntry entry;
  for (std::size_t at = from; at < chain.logs.size() && !found; ++at) {
    for_each_entry(chain.paths[at], 0, std::numeric_limits<std::uint64_t>::max(),
                   [&](std::uint64_t seq, std::string_view bytes) {
                     if (found || scan_entry(bytes, entry)) return;
                     if (entry.event != "release.revoked") return;
                     if (text_of(entry, "request") != text_of(released, "request") ||
                         text_of(entry, "turn") != text_of(released, "turn")) {
                       return;
                     }
                     found = "entry " + std::to_string(seq) + " of " + std::string(entry.time);
                   });
  }
  return found;
}

}  // namespace

Verification verify_receipt(std::string_view text, const Digest& file, const Trust& trust) {
  Verification result;
  const Receipt receipt = parse_receipt(text);
  if (!check_proof(result, receipt, trust)) return result;
  check_release(result, receipt, file);
  result.notes.push_back(
      "a receipt can't tell whether the release was revoked later: a newer copy of the log can "
      "(--log)");
  return result;
}

Verification verify_erasure(std::string_view text, const std::optional<Digest>& copy,
                            const Trust& trust) {
  Verification result;
  const Receipt receipt = parse_receipt(text);
  if (!check_proof(result, receipt, trust)) return result;
  check_erasure(result, receipt, copy);
  result.notes.push_back(
      "a receipt proves what the centre said and when: that no copy of the key was kept elsewhere "
      "is for those who keep the backups to say");
  return result;
}

void check_revocation(Verification& result, std::string_view text,
                      const std::vector<std::filesystem::path>& logs, const Trust& trust) {
  if (result.outcome != Outcome::valid) return;
  const Receipt receipt = parse_receipt(text);
  ScannedEntry released;
  if (scan_entry(receipt.entry, released)) return;  // a valid receipt's entry is canonical
  const auto chain = verify_chain(logs, trust);
  const auto own = std::find_if(chain.logs.begin(), chain.logs.end(),
                                [&](const auto& log) { return log.origin == result.origin; });
  if (chain.outcome != Outcome::valid || own == chain.logs.end()) {
    result.add({"log",
                chain.outcome == Outcome::tampered ? CheckResult::failed : CheckResult::undecided,
                chain.outcome != Outcome::valid
                    ? "the log does not verify: sceau-audit verify says why"
                    : "the log is not the one that the receipt is from, " + result.origin,
                {},
                Failure::log_other});
    return;
  }
  const auto at = static_cast<std::size_t>(own - chain.logs.begin());
  if (own->size <= receipt.index || own->size < result.size) {
    result.add({"log",
                CheckResult::undecided,
                "this copy of the log is older than the receipt",
                {},
                Failure::log_other});
    return;
  }
  if (!holds(chain.paths[at], receipt)) {
    result.add({"log", CheckResult::failed, "the log holds another entry than the receipt",
                receipt.index, Failure::log_other});
    return;
  }
  result.notes.clear();
  const auto revoked = revocation_in(chain, at, released);
  if (revoked) {
    result.add({"revocation",
                CheckResult::undecided,
                "the release was revoked: " + *revoked,
                {},
                Failure::release_revoked});
    return;
  }
  const Verification& newest = chain.logs.back();
  result.add({"revocation",
              CheckResult::passed,
              "not revoked, as far as " + std::to_string(newest.size) + " entries of " +
                  newest.origin + " go",
              {}});
}

}  // namespace sceau::audit
