// What verifications of logs and of receipts have in common.
#include <algorithm>

#include "audit/fault.h"
#include "audit/note.h"
#include "audit/verify.h"

namespace sceau::audit {

std::string_view name_of(Failure failure) {
  static constexpr std::string_view names[] = {
      // in the order of the enumerators
      "none",
      "checkpoint_missing",
      "checkpoint_form",
      "key_unknown",
      "key_other",
      "checkpoint_signature",
      "checkpoint_origin",
      "witnesses_missing",
      "witnesses_other",
      "entry_form",
      "entry_data",
      "event_unknown",
      "chain_number",
      "chain_prev",
      "chain_time",
      "chain_seal",
      "bundle_missing",
      "bundle_form",
      "bundle_copy",
      "tile_missing",
      "tile_length",
      "tile_hash",
      "file_unreadable",
      "root_other",
      "root_unknown",
      "since_untrusted",
      "since_origin",
      "since_root",
      "since_newer",
      "since_unknown",
      "file_tail",
      "file_stranger",
      "link_missing",
      "link_key",
      "link_checkpoint",
      "link_double",
      "proof_other",
      "release_other",
      "file_other",
      "log_other",
      "release_revoked",
  };
  static_assert(std::size(names) == static_cast<std::size_t>(Failure::release_revoked) + 1);
  return names[static_cast<std::size_t>(failure)];
}

Failure failure_of(std::string_view bytes, const Trust& trust) {
  Note note;
  std::string origin;
  try {
    note = parse_note(bytes);
    origin = parse_checkpoint(note.text).origin;
  } catch (const AuditError&) {
    return Failure::checkpoint_form;
  }
  const auto is_signed_as = [&](const Verifier& key, bool same_key) {
    return std::any_of(note.signatures.begin(), note.signatures.end(), [&](const auto& line) {
      return line.name == key.name() && (!same_key || line.key_id == key.id());
    });
  };
  const auto some_log = [&](bool same_key) {
    return std::any_of(trust.logs.begin(), trust.logs.end(),
                       [&](const Verifier& key) { return is_signed_as(key, same_key); });
  };
  if (!some_log(false)) return Failure::key_unknown;
  if (!some_log(true)) return Failure::key_other;
  try {
    (void)verified_keys(note, trust.logs);
    (void)verified_keys(note, trust.witnesses);
  } catch (const AuditError&) {
    return Failure::checkpoint_signature;
  }
  return Failure::checkpoint_origin;
}

std::optional<std::uint64_t> Verification::first_bad() const {
  std::optional<std::uint64_t> first;
  for (const Check& check : checks)
    if (check.result == CheckResult::failed && check.entry && (!first || *check.entry < *first))
      first = check.entry;
  return first;
}

const Check* Verification::find(std::string_view name) const {
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const Check& check) { return check.name == name; });
  return found == checks.end() ? nullptr : &*found;
}

void Verification::add(Check check) {
  switch (check.result) {
    case CheckResult::passed:
    case CheckResult::not_checked:
      break;
    case CheckResult::undecided:
      outcome = std::max(outcome, Outcome::undecided);
      break;
    case CheckResult::failed:
      outcome = Outcome::tampered;
      break;
  }
  checks.push_back(std::move(check));
}

Check check_witnesses(const SignedCheckpoint& opened, const Trust& trust) {
  std::string names;
  for (const std::size_t i : opened.cosigned)
    names += (names.empty() ? "" : ", ") + trust.witnesses[i].name();
  if (trust.quorum == Trust::none)
    return {"witnesses",
            CheckResult::not_checked,
            "the trust file asks for no witness; a log that was signed anew as a whole would pass, "
            "unless it is compared with an earlier checkpoint (--since)",
            {}};
  if (opened.quorum) return {"witnesses", CheckResult::passed, "the quorum is met: " + names, {}};
  std::string message = "the trust file's quorum is not met; cosigned by ";
  message += names.empty() ? "nobody" : names;
  if (!opened.unchecked.empty())
    message += "; " + std::to_string(opened.unchecked.size()) +
               " cosignatures are of a type that this program can't check";
  return {"witnesses", CheckResult::undecided, message, {}, Failure::witnesses_missing};
}

}  // namespace sceau::audit
