#include "disclosure/review.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace sceau::disclosure {
namespace {

constexpr std::array all_states = {
    State::draft,    State::submitted, State::checked,  State::in_review, State::approved,
    State::released, State::returned,  State::rejected, State::withdrawn, State::revoked};
constexpr std::array all_acts = {Act::submit,  Act::check,     Act::open,
                                 Act::approve, Act::send_back, Act::reject,
                                 Act::release, Act::withdraw,  Act::revoke};
constexpr std::array all_parties = {Party::author, Party::reviewer, Party::system};

// The design, written a second time as sentences: "who act from > to".
const std::map<std::string, std::string> allowed = {
    {"author submit draft", "submitted"},       {"author submit returned", "submitted"},
    {"author withdraw draft", "withdrawn"},     {"author withdraw submitted", "withdrawn"},
    {"author withdraw checked", "withdrawn"},   {"author withdraw in_review", "withdrawn"},
    {"author withdraw approved", "withdrawn"},  {"author withdraw returned", "withdrawn"},
    {"system withdraw submitted", "withdrawn"}, {"system check submitted", "checked"},
    {"system approve checked", "approved"},     {"system return checked", "returned"},
    {"system return approved", "returned"},     {"system release approved", "released"},
    {"reviewer open checked", "in_review"},     {"reviewer approve in_review", "approved"},
    {"reviewer return in_review", "returned"},  {"reviewer reject in_review", "rejected"},
    {"reviewer release approved", "released"},  {"reviewer revoke released", "revoked"},
};

const Subject subject{"R-2026-000001", 2, 1, "f1", "p1"};
Decision says(const std::string& reviewer, Act act, Subject about = subject) {
  return {std::move(about), reviewer, act};
}

}  // namespace

TEST_CASE("each act by each party from each state leads where the design says, or nowhere") {
  for (const State state : all_states) {
    for (const Act act : all_acts) {
      for (const Party party : all_parties) {
        const std::string sentence = std::string(to_string(party)) + " " +
                                     std::string(to_string(act)) + " " +
                                     std::string(to_string(state));
        const auto expected = allowed.find(sentence);
        const auto next = next_state(state, act, party);
        CAPTURE(sentence);
        CHECK(next.has_value() == (expected != allowed.end()));
        if (next && expected != allowed.end()) CHECK(to_string(*next) == expected->second);
      }
    }
  }
  CHECK(transitions().size() == allowed.size());
}

TEST_CASE("rejected, withdrawn and revoked are ends, and nothing else is") {
  for (const State state : all_states) {
    const bool end =
        state == State::rejected || state == State::withdrawn || state == State::revoked;
    CHECK(is_end(state) == end);
  }
  CHECK(leads(State::checked, State::returned));
  CHECK_FALSE(leads(State::submitted, State::released));
}

TEST_CASE("words for states and acts are read back") {
  for (const State state : all_states) CHECK(parse_state(to_string(state)) == state);
  for (const Act act : all_acts) CHECK(parse_act(to_string(act)) == act);
  CHECK_FALSE(parse_state("done"));
  CHECK_FALSE(parse_act("send_back"));
}

TEST_CASE("decisions count when they are independent and about this file, turn and policy") {
  const std::set<std::string> involved = {"author", "member"};
  const auto come_to = [&](int needed, std::vector<Decision> decisions) {
    return tally(subject, needed, decisions, involved);
  };
  CHECK(come_to(0, {}) == Outcome::approved);
  CHECK(come_to(1, {}) == Outcome::undecided);
  CHECK(come_to(1, {says("r1", Act::approve)}) == Outcome::approved);
  CHECK(come_to(2, {says("r1", Act::approve)}) == Outcome::undecided);
  CHECK(come_to(2, {says("r1", Act::approve), says("r1", Act::approve)}) == Outcome::undecided);
  CHECK(come_to(2, {says("r1", Act::approve), says("r2", Act::approve)}) == Outcome::approved);
  CHECK(come_to(1, {says("member", Act::approve)}) == Outcome::undecided);
  CHECK(come_to(1, {says("author", Act::approve)}) == Outcome::undecided);
  CHECK(come_to(1, {says("member", Act::reject)}) == Outcome::undecided);
  CHECK(come_to(1, {says("r1", Act::approve), says("r2", Act::send_back)}) == Outcome::returned);
  CHECK(come_to(0, {says("r2", Act::reject)}) == Outcome::rejected);
  CHECK(come_to(1, {says("r1", Act::reject), says("r1", Act::approve)}) == Outcome::approved);
  CHECK(come_to(2, {says("r1", Act::send_back), says("r2", Act::reject)}) == Outcome::rejected);
}

TEST_CASE("a decision about another request, turn, output, file or policy doesn't count") {
  const std::vector<Subject> others = {{"R-2026-000002", 2, 1, "f1", "p1"},
                                       {"R-2026-000001", 1, 1, "f1", "p1"},
                                       {"R-2026-000001", 2, 2, "f1", "p1"},
                                       {"R-2026-000001", 2, 1, "f2", "p1"},
                                       {"R-2026-000001", 2, 1, "f1", "p2"}};
  for (const Subject& other : others) {
    const std::vector<Decision> decisions = {says("r1", Act::approve, other),
                                             says("r2", Act::reject, other)};
    CHECK(tally(subject, 1, decisions, {}) == Outcome::undecided);
  }
}

TEST_CASE("the policy says how many decisions each verdict needs, and a request takes the worst") {
  policies::Policy policy;
  policy.reviewers = {0, 1, 2};
  CHECK(decisions_needed(policy, Verdict::pass) == 0);
  CHECK(decisions_needed(policy, Verdict::review) == 1);
  CHECK(decisions_needed(policy, Verdict::fail) == 2);
  const auto worst_outcome = [](std::vector<Outcome> outputs) { return worst_of(outputs); };
  CHECK(worst_outcome({}) == Outcome::undecided);
  CHECK(worst_outcome({Outcome::approved, Outcome::approved}) == Outcome::approved);
  CHECK(worst_outcome({Outcome::approved, Outcome::undecided}) == Outcome::undecided);
  CHECK(worst_outcome({Outcome::returned, Outcome::undecided}) == Outcome::returned);
  CHECK(worst_outcome({Outcome::returned, Outcome::rejected}) == Outcome::rejected);
}

}  // namespace sceau::disclosure
