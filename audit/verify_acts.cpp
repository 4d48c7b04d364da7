#include "audit/verify_acts.h"

#include <algorithm>

#include "audit/bytes.h"

namespace sceau::audit {
namespace {

constexpr std::size_t most_open = 100'000;
constexpr std::size_t most_listed = 1000;

std::string place(std::uint64_t seq) { return "entry " + std::to_string(seq); }

std::string field_of(const std::string& entry, std::string_view key) {
  ScannedEntry scanned;
  if (scan_entry(entry, scanned)) return {};
  const ScannedField* field = scanned.find(key);
  return field == nullptr ? std::string() : unescape(field->raw);
}

}  // namespace

void ActCheck::add(const Part& part) {
  for (const Mark& mark : part.marks)
    add(mark, std::string_view(part.text).substr(mark.at, mark.length));
  for (const ClockStep& step : part.clock_steps) {
    ++clock_count_;
    largest_step_us_ = std::max(largest_step_us_, step.behind_us);
    if (clock_steps_.size() < most_listed)
      clock_steps_.push_back(step);
    else
      ++unlisted_;
  }
}

void ActCheck::add(const Mark& mark, std::string_view text) {
  const std::string_view name = mark.event->name;
  if (name == "session.opened") {
    if (sessions_.size() < most_open)
      sessions_.insert_or_assign(std::string(text), Session{mark.seq});
  } else if (name == "session.closed") {
    last_session_ = nullptr;
    if (const auto found = sessions_.find(text); found != sessions_.end()) sessions_.erase(found);
  } else if (name == "log.sealed") {
    sealed_ = text;
    sealed_at_ = mark.seq;
  } else if (name == "key.rotated") {
    if (mark.seq == 0)
      rotated_ = text;
    else if (misplaced_++ == 0)
      first_misplaced_ = mark.seq;
  } else if (name == "log.cosigned") {
    if (cosigned_.size() < most_open) cosigned_.push_back(mark.seq);
  } else if (!text.empty() && !name.starts_with("session.")) {
    if (name == all_acts()[static_cast<std::size_t>(text.front() - 'A')].intent)
      begin(mark, text);
    else
      end(mark, text);
    if (name == "statement.started") statement(mark, text.substr(1));
    if (name.starts_with("centre.")) stopped_ = name == "centre.stopped";
  }
}

void ActCheck::begin(const Mark& mark, std::string_view text) {
  const auto found = open_.find(text);
  if (found != open_.end()) {
    if (abandoned_.size() < most_open)
      abandoned_.push_back(
          {found->second.seq, std::string(mark.event->name), std::string(text.substr(1))});
    else
      ++unlisted_intents_;
    found->second = {mark.seq, mark.count};
    if (mark.count == 0 || mark.ended) open_.erase(found);
    return;
  }
  if (mark.count == 0 || mark.ended) return;
  if (open_.size() < most_open)
    open_.emplace(text, Open{mark.seq, mark.count});
  else
    ++unlisted_intents_;
}

void ActCheck::end(const Mark& mark, std::string_view text) {
  const auto found = open_.find(text);
  if (found == open_.end()) {
    const Act& act = all_acts()[static_cast<std::size_t>(text.front() - 'A')];
    if (act.outcome_needs_intent && without_intent_++ == 0) first_without_intent_ = mark.seq;
    return;
  }
  if (--found->second.missing == 0) open_.erase(found);
}

// A statement's number is its entry's own, or counts from 1 in its session.
void ActCheck::statement(const Mark& mark, std::string_view id) {
  const auto slash = id.rfind('/');
  if (slash == std::string_view::npos) return;
  const auto session = id.substr(0, slash);
  const auto number = parse_decimal(id.substr(slash + 1));
  if (last_session_ == nullptr || last_session_->first != session) {
    const auto found = sessions_.find(session);
    last_session_ = found == sessions_.end() ? nullptr : &*found;
  }
  if (last_session_ == nullptr) {
    // A log that goes on from another may take over sessions that are open.
    if (rotated_.empty()) gap({mark.seq, std::string(session), SessionGap::Kind::outside, 0, 0});
    return;
  }
  if (!number || *number == mark.seq) return;
  std::uint64_t& last = last_session_->second.last;
  if (*number > last + 1)
    gap({mark.seq, std::string(session), SessionGap::Kind::numbers, last + 1, *number - 1});
  last = std::max(last, *number);
}

void ActCheck::gap(SessionGap gap) {
  if (gaps_.size() < most_listed)
    gaps_.push_back(std::move(gap));
  else
    ++unlisted_;
}

void ActCheck::list_intents(Verification& verification) const {
  auto& intents = verification.intents;
  intents = abandoned_;
  for (const auto& [key, open] : open_)
    intents.push_back({open.seq,
                       std::string(all_acts()[static_cast<std::size_t>(key.front() - 'A')].intent),
                       key.substr(1)});
  std::sort(intents.begin(), intents.end(),
            [](const OpenIntent& a, const OpenIntent& b) { return a.seq < b.seq; });
  std::uint64_t unlisted = unlisted_intents_;
  if (intents.size() > most_open) {
    unlisted += intents.size() - most_open;
    intents.resize(most_open);
  }
  if (unlisted > 0)
    verification.notes.push_back(std::to_string(unlisted) +
                                 " more acts without an outcome are not listed");
}

void ActCheck::report(Verification& verification, Findings& chain) const {
  if (clock_count_ > 0)
    verification.notes.push_back("the clock stood behind the log in " +
                                 std::to_string(clock_count_) + " entries, first " +
                                 place(clock_steps_.front().seq) + ", by up to " +
                                 std::to_string(largest_step_us_) + " microseconds");
  list_intents(verification);
  if (without_intent_ > 0)
    verification.notes.push_back(std::to_string(without_intent_) +
                                 " outcomes without an intent before them, first " +
                                 place(first_without_intent_));
  verification.gaps = gaps_;
  if (stopped_)
    for (const auto& [name, session] : sessions_)
      verification.gaps.push_back({session.opened, name, SessionGap::Kind::not_closed, 0, 0});
  std::sort(verification.gaps.begin(), verification.gaps.end(),
            [](const SessionGap& a, const SessionGap& b) { return a.seq < b.seq; });
  verification.unlisted = unlisted_;
  if (verification.gaps.size() > most_listed) {
    verification.unlisted += verification.gaps.size() - most_listed;
    verification.gaps.resize(most_listed);
  }
  verification.clock_steps = clock_steps_;
  if (misplaced_ > 0)
    chain.fail(Failure::chain_seal, "key.rotated stands in the midst of the log", first_misplaced_);
  if (!rotated_.empty()) {
    const auto note = from_base64(field_of(rotated_, "checkpoint"));
    verification.earlier = {note ? std::string(note->begin(), note->end()) : std::string(),
                            field_of(rotated_, "key"), field_of(rotated_, "origin")};
  }
  if (!sealed_.empty()) {
    verification.next = {field_of(sealed_, "origin"), field_of(sealed_, "key")};
    if (sealed_at_ + 1 < verification.size)
      chain.fail(Failure::chain_seal, "entries stand behind the seal, " + place(sealed_at_),
                 sealed_at_ + 1);
  }
  const auto beyond = static_cast<std::uint64_t>(
      std::count_if(cosigned_.begin(), cosigned_.end(),
                    [&](std::uint64_t seq) { return seq >= verification.witnessed; }));
  verification.unwitnessed = verification.size - verification.witnessed - beyond;
}

}  // namespace sceau::audit
