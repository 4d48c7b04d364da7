// What verifications of logs and of receipts have in common.
#include <algorithm>

#include "audit/verify.h"

namespace sceau::audit {

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
  return {"witnesses", CheckResult::undecided, message, {}};
}

}  // namespace sceau::audit
