#include "audit/fault.h"
#include "audit/merkle.h"
#include "audit/receipt.h"
#include "audit/scan.h"
#include "audit/verify.h"

namespace sceau::audit {
namespace {

std::string text_of(const ScannedEntry& entry, std::string_view key) {
  const ScannedField* field = entry.find(key);
  if (field == nullptr) return {};
  return field->is_string ? unescape(field->raw) : std::string(field->raw);
}

// What the proved entry says of the file.
void check_release(Verification& result, const Receipt& receipt, const Digest& file) {
  ScannedEntry entry;
  const auto fault = scan_entry(receipt.entry, entry);
  if (fault || entry.seq != receipt.index) {
    result.add({"entry", CheckResult::failed,
                fault ? "the entry is not canonical: " + std::string(fault->why)
                      : "the entry says that it has another number",
                receipt.index, fault ? Failure::entry_form : Failure::chain_number});
    return;
  }
  result.add({"entry",
              CheckResult::passed,
              "entry " + std::to_string(entry.seq) + " of " + std::string(entry.time) + ", " +
                  std::string(entry.event),
              {}});
  if (entry.event != "release.made") {
    result.add({"release",
                CheckResult::undecided,
                "the receipt proves " + std::string(entry.event) + ", which is no release",
                {},
                Failure::release_other});
    return;
  }
  result.add({"release",
              CheckResult::passed,
              "output " + text_of(entry, "output") + " of request " + text_of(entry, "request") +
                  ", verdict " + text_of(entry, "verdict") + ", policy " + text_of(entry, "policy"),
              {}});
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

}  // namespace

Verification verify_receipt(std::string_view text, const Digest& file, const Trust& trust) {
  Verification result;
  const Receipt receipt = parse_receipt(text);
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
    return result;
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
    return result;
  }
  result.add({"proof",
              CheckResult::passed,
              "the entry stands in the log at " + std::to_string(receipt.index),
              {}});
  check_release(result, receipt, file);
  result.notes.push_back("a receipt can't tell whether the release was revoked later");
  return result;
}

}  // namespace sceau::audit
