#include "disclosure/review.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace sceau::disclosure {
namespace {

constexpr std::array table = {
    Transition{State::draft, Act::submit, Party::author, State::submitted},
    Transition{State::draft, Act::withdraw, Party::author, State::withdrawn},
    Transition{State::submitted, Act::check, Party::system, State::checked},
    Transition{State::submitted, Act::withdraw, Party::author, State::withdrawn},
    Transition{State::submitted, Act::withdraw, Party::system, State::withdrawn},
    Transition{State::checked, Act::open, Party::reviewer, State::in_review},
    Transition{State::checked, Act::approve, Party::system, State::approved},
    Transition{State::checked, Act::send_back, Party::system, State::returned},
    Transition{State::checked, Act::withdraw, Party::author, State::withdrawn},
    Transition{State::in_review, Act::approve, Party::reviewer, State::approved},
    Transition{State::in_review, Act::send_back, Party::reviewer, State::returned},
    Transition{State::in_review, Act::reject, Party::reviewer, State::rejected},
    Transition{State::in_review, Act::withdraw, Party::author, State::withdrawn},
    Transition{State::approved, Act::release, Party::reviewer, State::released},
    Transition{State::approved, Act::release, Party::system, State::released},
    Transition{State::approved, Act::send_back, Party::system, State::returned},
    Transition{State::approved, Act::withdraw, Party::author, State::withdrawn},
    Transition{State::returned, Act::submit, Party::author, State::submitted},
    Transition{State::returned, Act::withdraw, Party::author, State::withdrawn},
    Transition{State::released, Act::revoke, Party::reviewer, State::revoked},
};

constexpr std::array<std::pair<State, std::string_view>, 10> states = {{
    {State::draft, "draft"},
    {State::submitted, "submitted"},
    {State::checked, "checked"},
    {State::in_review, "in_review"},
    {State::approved, "approved"},
    {State::released, "released"},
    {State::returned, "returned"},
    {State::rejected, "rejected"},
    {State::withdrawn, "withdrawn"},
    {State::revoked, "revoked"},
}};

constexpr std::array<std::pair<Act, std::string_view>, 9> acts = {{
    {Act::submit, "submit"},
    {Act::check, "check"},
    {Act::open, "open"},
    {Act::approve, "approve"},
    {Act::send_back, "return"},
    {Act::reject, "reject"},
    {Act::release, "release"},
    {Act::withdraw, "withdraw"},
    {Act::revoke, "revoke"},
}};

template <typename Names, typename Value>
std::string_view name_of(const Names& names, Value value) {
  const auto at = std::find_if(names.begin(), names.end(),
                               [&](const auto& named) { return named.first == value; });
  return at->second;
}

template <typename Value, typename Names>
std::optional<Value> value_of(const Names& names, std::string_view text) {
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(State state) { return name_of(states, state); }
std::string_view to_string(Act act) { return name_of(acts, act); }
std::string_view to_string(Party party) {
  switch (party) {
    case Party::author:
      return "author";
    case Party::reviewer:
      return "reviewer";
    case Party::system:
      return "system";
  }
  return "system";
}
std::optional<State> parse_state(std::string_view text) { return value_of<State>(states, text); }
std::optional<Act> parse_act(std::string_view text) { return value_of<Act>(acts, text); }

std::span<const Transition> transitions() { return table; }

std::optional<State> next_state(State state, Act act, Party by) {
  for (const Transition& step : table) {
    if (step.from == state && step.act == act && step.by == by) return step.to;
  }
  return std::nullopt;
}

bool leads(State from, State to) {
  return std::any_of(table.begin(), table.end(), [from, to](const Transition& step) {
    return step.from == from && step.to == to;
  });
}

bool is_end(State state) {
  return std::none_of(table.begin(), table.end(),
                      [state](const Transition& step) { return step.from == state; });
}

int decisions_needed(const policies::Policy& policy, Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return policy.reviewers.pass;
    case Verdict::review:
      return policy.reviewers.review;
    case Verdict::fail:
      return policy.reviewers.fail;
  }
  return policy.reviewers.fail;
}

Outcome tally(const Subject& subject, int needed, std::span<const Decision> decisions,
              const std::set<std::string>& involved) {
  std::map<std::string, Act> last;
  for (const Decision& decision : decisions) {
    if (decision.subject != subject || involved.contains(decision.reviewer)) continue;
    last[decision.reviewer] = decision.act;
  }
  const auto says = [&last](Act act) {
    return std::count_if(last.begin(), last.end(),
                         [act](const auto& one) { return one.second == act; });
  };
  if (says(Act::reject) > 0) return Outcome::rejected;
  if (says(Act::send_back) > 0) return Outcome::returned;
  return says(Act::approve) >= needed ? Outcome::approved : Outcome::undecided;
}

Outcome worst_of(std::span<const Outcome> outputs) {
  if (outputs.empty()) return Outcome::undecided;
  return *std::max_element(outputs.begin(), outputs.end());
}

}  // namespace sceau::disclosure
