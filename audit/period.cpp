#include "audit/period.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "audit/entry.h"
#include "audit/events.h"
#include "audit/fault.h"

namespace sceau::audit {
namespace {

using nlohmann::ordered_json;

std::string text_of(const ScannedEntry& entry, std::string_view key) {
  const ScannedField* field = entry.find(key);
  if (field == nullptr) return {};
  std::string text = unescape(field->raw);
  return is_word(text) ? text : "(no word)";  // nothing that a terminal could take for a command
}

void require_day(const std::string& day) {
  if (!day.empty() && !parse_time(day + "T00:00:00.000000Z"))
    throw AuditError(Fault::bad_input, day + " is no day", "for example 2026-11-30");
}

std::uint64_t sum(const Tally& tally) {
  std::uint64_t all = 0;
  for (const auto& [word, count] : tally) all += count;
  return all;
}

std::string line_of(const Tally& tally) {
  std::string line;
  for (const auto& [word, count] : tally)
    line += (line.empty() ? "" : ", ") + word + " " + std::to_string(count);
  return line;
}

std::string in_brackets(const Tally& tally) {
  return tally.empty() ? "" : " (" + line_of(tally) + ")";
}

}  // namespace

Period::Period(std::string from, std::string to) : from_(std::move(from)), to_(std::move(to)) {
  require_day(from_);
  require_day(to_);
  if (!from_.empty() && !to_.empty() && to_ < from_)
    throw AuditError(Fault::bad_input, "the period ends before it begins");
}

void Period::add(const ScannedEntry& entry) {
  const std::string_view event = entry.event;
  if (event == "review.decided")
    decided_.insert(text_of(entry, "request") + "/" + text_of(entry, "turn"));
  const std::string_view day = entry.time.substr(0, 10);
  if ((!from_.empty() && day < from_) || (!to_.empty() && day > to_)) return;
  ++entries_;
  if (first_.empty()) first_ = entry.time;
  last_ = entry.time;
  if (event == "session.opened") {
    ++opened_;
  } else if (event == "session.closed") {
    ++closed_;
  } else if (event == "session.refused") {
    ++refused_[text_of(entry, "reason")];
  } else if (event == "statement.started") {
    ++statements_;
  } else if (event == "statement.finished") {
    ++outcomes_[text_of(entry, "outcome")];
  } else {
    add_review(entry);
  }
}

void Period::add_review(const ScannedEntry& entry) {
  const std::string_view event = entry.event;
  if (event == "request.submitted") {
    ++submitted_;
    if (const ScannedField* outputs = entry.find("outputs"))
      outputs_ += natural(*outputs).value_or(0);
  } else if (event == "request.checked") {
    ++verdicts_[text_of(entry, "verdict")];
  } else if (event == "request.withdrawn") {
    ++withdrawn_[text_of(entry, "reason")];
  } else if (event == "review.decided") {
    const std::string decision = text_of(entry, "decision");
    ++decisions_[decision];
    ++decided_by_[std::string(entry.actor)][decision];
  } else {
    add_release(entry);
  }
}

void Period::add_release(const ScannedEntry& entry) {
  if (entry.event == "release.started") {
    ++released_;
    if (!decided_.contains(text_of(entry, "request") + "/" + text_of(entry, "turn"))) ++unreviewed_;
  } else if (entry.event == "release.made") {
    ++files_;
    ++files_by_verdict_[text_of(entry, "verdict")];
  } else if (entry.event == "release.revoked") {
    ++revoked_;
  }
}

void Period::print_text(std::ostream& out) const {
  const auto line = [&](const std::string& name, const std::string& text) {
    out << name << std::string(name.size() < 14 ? 14 - name.size() : 1, ' ') << text << "\n";
  };
  const auto number = [](std::uint64_t count) { return std::to_string(count); };
  line("period",
       (from_.empty() ? "the beginning" : from_) + " to " + (to_.empty() ? "the end" : to_));
  line("entries", number(entries_) + (entries_ > 0 ? ", " + first_ + " to " + last_ : ""));
  line("sessions", "opened " + number(opened_) + ", closed " + number(closed_) + ", refused " +
                       number(sum(refused_)) + in_brackets(refused_));
  line("statements", number(statements_) + in_brackets(outcomes_));
  line("requests", "submitted " + number(submitted_) + ", outputs " + number(outputs_) +
                       ", withdrawn " + number(sum(withdrawn_)) + in_brackets(withdrawn_));
  line("verdicts", verdicts_.empty() ? "none" : line_of(verdicts_));
  line("decisions", decisions_.empty() ? "none" : line_of(decisions_));
  for (const auto& [actor, tally] : decided_by_) line("decided by", actor + ": " + line_of(tally));
  line("releases", number(released_) + ", of these without a reviewer " + number(unreviewed_) +
                       "; files " + number(files_) + in_brackets(files_by_verdict_) + ", revoked " +
                       number(revoked_));
}

void Period::print_json(std::ostream& out) const {
  ordered_json document = {
      {"format", 1},
      {"from", from_},
      {"to", to_},
      {"entries", entries_},
      {"first", first_},
      {"last", last_},
      {"sessions", {{"opened", opened_}, {"closed", closed_}, {"refused", ordered_json(refused_)}}},
      {"statements", {{"started", statements_}, {"outcomes", ordered_json(outcomes_)}}},
      {"requests",
       {{"submitted", submitted_},
        {"outputs", outputs_},
        {"withdrawn", ordered_json(withdrawn_)},
        {"verdicts", ordered_json(verdicts_)}}},
      {"decisions", {{"count", ordered_json(decisions_)}, {"by", ordered_json(decided_by_)}}},
      {"releases",
       {{"requests", released_},
        {"unreviewed", unreviewed_},
        {"files", files_},
        {"verdicts", ordered_json(files_by_verdict_)},
        {"revoked", revoked_}}}};
  out << document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

}  // namespace sceau::audit
