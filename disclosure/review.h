#pragma once
// A request's states, who moves it, and when enough independent people have decided. One table in
// review.cpp drives everything; this is it.
//
//   draft --submit--> submitted --check--> checked --open--> in_review --approve--> approved
//   approved --release--> released --revoke--> revoked
//   in_review --return--> returned --submit--> submitted (the next turn: in a centre a request of
//                                              its own, which names the one that it replaces)
//   in_review --reject--> rejected
//
//   Short cuts of the system, where no person has to decide:
//   checked --approve--> approved --release--> released   the verdict needs no decision
//   checked --return--> returned                          it fails and asks for no exception
//   approved --return--> returned                         checked again at release, and it failed
//   submitted --withdraw--> withdrawn                     a crash left it half done
//
//   Its author may withdraw it from draft, submitted, checked, in_review, approved and returned.
//   rejected, withdrawn and revoked are ends.
//
//   author     submit, withdraw
//   reviewer   open, approve, return, reject, release, revoke; never on a project of their own
//   system     check, and the short cuts
//
// Approving moves a request only when each of its outputs has as many independent approvals as its
// verdict needs; sending back and rejecting take one reviewer.

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/verdict.h"
#include "policies/policy.h"

namespace sceau::disclosure {

enum class State {
  draft,
  submitted,
  checked,
  in_review,
  approved,
  released,
  returned,
  rejected,
  withdrawn,
  revoked
};
enum class Act { submit, check, open, approve, send_back, reject, release, withdraw, revoke };
enum class Party { author, reviewer, system };

[[nodiscard]] std::string_view to_string(State state);
[[nodiscard]] std::string_view to_string(Act act);
[[nodiscard]] std::string_view to_string(Party party);
[[nodiscard]] std::optional<State> parse_state(std::string_view text);
[[nodiscard]] std::optional<Act> parse_act(std::string_view text);

/// One step that exists.
struct Transition {
  State from;
  Act act;
  Party by;
  State to;
};
[[nodiscard]] std::span<const Transition> transitions();

/// Where an act by a party leads; nullopt: it may not be done.
[[nodiscard]] std::optional<State> next_state(State state, Act act, Party by);

/// Whether some act of somebody leads from one to the other.
[[nodiscard]] bool leads(State from, State to);

/// Whether nothing more can happen.
[[nodiscard]] bool is_end(State state);

/// What a decision is about: exactly this file, checked under exactly this policy, in this turn.
struct Subject {
  std::string request;        ///< "R-2026-000001"
  int turn = 1;               ///< 1 at the first submission, one more at each further one
  int output = 1;             ///< 1-based
  std::string file_sha256;    ///< hex
  std::string policy_sha256;  ///< hex
  friend bool operator==(const Subject&, const Subject&) = default;
};

struct Decision {
  Subject subject;
  std::string reviewer;
  Act act = Act::approve;  ///< approve, send_back or reject
};

/// Ordered by what a whole takes from its parts: the worst.
enum class Outcome { approved, undecided, returned, rejected };

/// How many independent approvals an output with this verdict needs.
[[nodiscard]] int decisions_needed(const policies::Policy& policy, Verdict verdict);

/// What the decisions (oldest first) come to on one output. A decision counts when it is bound to
/// the subject as it stands now and its reviewer isn't one of `involved` (author and members of the
/// project); of each reviewer the last one counts, and a person counts once.
[[nodiscard]] Outcome tally(const Subject& subject, int needed, std::span<const Decision> decisions,
                            const std::set<std::string>& involved);

/// A request takes the worst of its outputs; one without outputs is undecided.
[[nodiscard]] Outcome worst_of(std::span<const Outcome> outputs);

}  // namespace sceau::disclosure
