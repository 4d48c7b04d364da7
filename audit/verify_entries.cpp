#include "audit/verify_entries.h"

#include <algorithm>

namespace sceau::audit {
namespace {

constexpr std::size_t most_open = 100'000;

std::string place(std::uint64_t seq) { return "entry " + std::to_string(seq); }

bool has_kind(const ScannedField& field, Kind kind) {
  switch (kind) {
    case Kind::number:
      return natural(field).has_value();
    case Kind::word:
      return field.is_string && is_word(field.raw);
    case Kind::digest:
      return field.is_string && is_digest(field.raw);
  }
  return false;
}

}  // namespace

IntentCheck::IntentCheck() : parts_(all_events().size()) {
  const auto place_of = [](std::string_view name) {
    return static_cast<std::size_t>(find_event(name) - all_events().data());
  };
  for (const Act& act : all_acts()) {
    parts_[place_of(act.intent)] = {&act, true};
    for (const std::string_view outcome : act.outcomes)
      if (!outcome.empty()) parts_[place_of(outcome)] = {&act, false};
  }
}

void IntentCheck::add(std::uint64_t seq, const Event& event, const ScannedEntry& entry) {
  const Part& part = parts_[static_cast<std::size_t>(&event - all_events().data())];
  if (part.act == nullptr) return;
  set_key(*part.act, entry);
  if (part.is_intent)
    begin(*part.act, seq, entry);
  else
    end(*part.act, seq);
}

void IntentCheck::set_key(const Act& act, const ScannedEntry& entry) {
  key_.assign(act.intent) += '\n';
  const std::size_t start = key_.size();
  for (const std::string_view name : act.id) {
    const ScannedField* field = name.empty() ? nullptr : entry.find(name);
    if (field == nullptr) continue;
    if (key_.size() > start) key_ += '/';
    key_ += field->raw;
  }
}

void IntentCheck::begin(const Act& act, std::uint64_t seq, const ScannedEntry& entry) {
  const ScannedField* count = act.count.empty() ? nullptr : entry.find(act.count);
  const std::uint64_t missing = count != nullptr ? natural(*count).value_or(1) : 1;
  const auto found = open_.find(key_);
  if (found != open_.end()) {
    if (abandoned_.size() < most_open)
      abandoned_.push_back(
          {found->second.seq, std::string(act.intent), key_.substr(act.intent.size() + 1)});
    else
      ++unlisted_;
    open_.erase(found);
  }
  if (missing == 0) return;
  if (open_.size() < most_open)
    open_.emplace(key_, Open{seq, missing});
  else
    ++unlisted_;
}

void IntentCheck::end(const Act& act, std::uint64_t seq) {
  const auto found = open_.find(key_);
  if (found == open_.end()) {
    if (act.outcome_needs_intent && without_intent_++ == 0) first_without_intent_ = seq;
    return;
  }
  if (--found->second.missing == 0) open_.erase(found);
}

void IntentCheck::report(Verification& verification) const {
  auto& intents = verification.intents;
  intents = abandoned_;
  for (const auto& [key, open] : open_) {
    const auto split = key.find('\n');
    intents.push_back({open.seq, key.substr(0, split), key.substr(split + 1)});
  }
  std::sort(intents.begin(), intents.end(),
            [](const OpenIntent& a, const OpenIntent& b) { return a.seq < b.seq; });
  const std::uint64_t unlisted =
      unlisted_ + (intents.size() > most_open ? intents.size() - most_open : 0);
  if (intents.size() > most_open) intents.resize(most_open);
  if (unlisted > 0)
    verification.notes.push_back(std::to_string(unlisted) +
                                 " more acts without an outcome are not listed");
  if (without_intent_ > 0)
    verification.notes.push_back(std::to_string(without_intent_) +
                                 " outcomes without an intent before them, first " +
                                 place(first_without_intent_));
}

void EntryCheck::add(std::string_view bytes, const Digest& leaf) {
  const std::uint64_t seq = next_++;
  if (const auto fault = scan_entry(bytes, entry_)) {
    entries_.fail(place(seq) + " is not canonical: " + std::string(fault->why) + ", at byte " +
                      std::to_string(fault->at),
                  seq);
    prev_ = hex_digest(leaf);
    return;
  }
  check_chain(leaf);
  const Event* event = find_event(entry_.event);
  if (event == nullptr) {
    if (unknown_events_++ == 0) first_unknown_ = seq;
    return;
  }
  check_data(*event);
  intents_.add(seq, *event, entry_);
  note_clock();
}

void EntryCheck::skip(const Digest& leaf) {
  ++next_;
  prev_ = hex_digest(leaf);
}

void EntryCheck::check_chain(const Digest& leaf) {
  const std::uint64_t seq = next_ - 1;
  if (entry_.seq != seq)
    chain_.fail(place(seq) + " says that it is number " + std::to_string(entry_.seq), seq);
  else if (entry_.prev != std::string_view(prev_.data(), prev_.size()))
    chain_.fail(place(seq) + " names another entry before it than the one that is there", seq);
  else if (entry_.time < time_)
    chain_.fail(place(seq) + " is earlier than the entry before it", seq);
  prev_ = hex_digest(leaf);
  time_.assign(entry_.time);
}

void EntryCheck::check_data(const Event& event) {
  const std::uint64_t seq = next_ - 1;
  for (const RequiredKey& key : event.required) {
    if (key.name.empty()) return;
    const ScannedField* field = entry_.find(key.name);
    if (field == nullptr || !has_kind(*field, key.kind))
      entries_.fail(
          place(seq) + ", " + std::string(event.name) + ", has no proper " + std::string(key.name),
          seq);
  }
}

void EntryCheck::note_clock() {
  const ScannedField* field = entry_.find(clock_key);
  if (field == nullptr) return;
  if (clock_steps_++ == 0) first_clock_step_ = next_ - 1;
  largest_step_us_ = std::max(largest_step_us_, natural(*field).value_or(0));
}

void EntryCheck::report(Verification& verification) const {
  const std::string all = std::to_string(next_) + " entries";
  verification.add(entries_.check(all + " in their canonical form, with the data they must carry"));
  verification.add(chain_.check(all + " numbered without a gap, each naming the one before"));
  if (unknown_events_ > 0)
    verification.add({"events",
                      CheckResult::undecided,
                      std::to_string(unknown_events_) +
                          " entries have events that this program doesn't know, first " +
                          place(first_unknown_) + ": a newer sceau-audit may",
                      {}});
  if (clock_steps_ > 0)
    verification.notes.push_back("the clock stood behind the log in " +
                                 std::to_string(clock_steps_) + " entries, first " +
                                 place(first_clock_step_) + ", by up to " +
                                 std::to_string(largest_step_us_) + " microseconds");
  intents_.report(verification);
}

}  // namespace sceau::audit
