#pragma once
// `sceau replay`: a request judged again from the inputs that its check committed to: the same
// questions, the policy by its hash, what counted in the history then, the waivers of that day, the
// stores by id and hash. The same program says the same; a newer one may not, and then it is named.

#include <cstdint>
#include <string>
#include <vector>

#include "enclave/centre/examination.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

enum class Sameness { same, other, not_made };  ///< not_made: it could not be made again

struct ReplayedOutput {
  int number = 1;
  bool opaque =
      false;  ///< a file that nobody can compute: its bytes are the ones that were checked
  std::string verdict_then, verdict_now;  ///< now is "" where it was not made
  Sameness file = Sameness::not_made;
  Sameness findings = Sameness::not_made;
  Sameness evidence = Sameness::not_made;
  /// Findings by rule, where their numbers differ.
  struct RuleCount {
    std::string rule;
    std::uint64_t then = 0, now = 0;
  };
  std::vector<RuleCount> rules;
};

struct Replay {
  std::string request;
  std::string program_then, program_now;
  std::string policy, policy_sha256;
  bool policy_superseded = false;  ///< another version of it is installed now
  /// What this program makes of the policy's text: "same" rules, "other" ones, or "none".
  std::string policy_reading = "same";
  struct Store {
    std::string name, sha256;
    std::string state;  ///< "same", "superseded", "gone", "changed"
  };
  std::vector<Store> stores;
  std::uint64_t compared = 0;  ///< earlier outputs that counted
  struct AppliedWaiver {
    std::string id, rule, state;  ///< "valid", "expired", "revoked"
  };
  std::vector<AppliedWaiver> waivers;  ///< those that counted then
  std::vector<ReplayedOutput> outputs;

  [[nodiscard]] bool same() const;
};

/// Takes the lock itself. Throws integrity (centre.request_tampered) where registry and log don't
/// say the same of the request or of its inputs; what the examiner throws.
[[nodiscard]] Replay replay_request(Centre::State& state, const std::string& id,
                                    const Examiner& examiner);

}  // namespace sceau::enclave
