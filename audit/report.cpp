#include "audit/report.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "audit/bytes.h"
#include "audit/events.h"

namespace sceau::audit {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t name_width = 12;
constexpr std::size_t most_intents_in_text = 20;

std::string_view word_of(CheckResult result) {
  switch (result) {
    case CheckResult::passed:
      return "ok";
    case CheckResult::not_checked:
      return "not checked";
    case CheckResult::undecided:
      return "undecided";
    case CheckResult::failed:
      return "FAILED";
  }
  return {};
}

std::string_view json_word(CheckResult result) {
  switch (result) {
    case CheckResult::passed:
      return "passed";
    case CheckResult::not_checked:
      return "not_checked";
    case CheckResult::undecided:
      return "undecided";
    case CheckResult::failed:
      return "failed";
  }
  return {};
}

std::string_view word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::valid:
      return "valid";
    case Outcome::undecided:
      return "undecided";
    case Outcome::tampered:
      return "tampered";
  }
  return {};
}

// Messages may quote a log's own names; whatever a terminal could act on is spelled out.
std::string printable(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string safe;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      safe += c;
    } else {
      safe += "\\x";
      safe += digits[byte >> 4];
      safe += digits[byte & 15];
    }
  }
  return safe;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.resize(width, ' ');
  return out;
}

}  // namespace

std::string verdict_sentence(const Verification& result) {
  const auto first_of = [&](CheckResult kind) {
    for (const Check& check : result.checks)
      if (check.result == kind) return check.name + ": " + printable(check.message);
    return std::string();
  };
  switch (result.outcome) {
    case Outcome::valid:
      return "valid: " + printable(result.origin) + ", " + std::to_string(result.size) +
             " entries, root " + to_base64(result.root);
    case Outcome::undecided:
      return "undecided: " + first_of(CheckResult::undecided);
    case Outcome::tampered: {
      const auto first = result.first_bad();
      return "tampered" + (first ? ", first bad entry " + std::to_string(*first) : std::string()) +
             ": " + first_of(CheckResult::failed);
    }
  }
  return {};
}

void print_text(std::ostream& out, const Verification& result) {
  for (const Check& check : result.checks)
    out << padded(check.name, name_width) << padded(word_of(check.result), name_width)
        << printable(check.message) << "\n";
  for (const std::string& note : result.notes)
    out << padded("note", 2 * name_width) << printable(note) << "\n";
  for (std::size_t i = 0; i < result.intents.size() && i < most_intents_in_text; ++i) {
    const OpenIntent& intent = result.intents[i];
    out << padded("open", 2 * name_width) << "entry " << intent.seq << ", "
        << printable(intent.event) << " " << printable(intent.id) << (intent.id.empty() ? "" : " ")
        << "has no outcome\n";
  }
  if (result.intents.size() > most_intents_in_text)
    out << padded("open", 2 * name_width) << result.intents.size() - most_intents_in_text
        << " more (--json lists them)\n";
  out << verdict_sentence(result) << "\n";
}

void print_json(std::ostream& out, const Verification& result) {
  ordered_json document = {{"format", 1},
                           {"verdict", word_of(result.outcome)},
                           {"origin", result.origin},
                           {"size", result.size},
                           {"root", to_base64(result.root)},
                           {"first_bad", nullptr},
                           {"checks", ordered_json::array()},
                           {"notes", result.notes},
                           {"intents", ordered_json::array()}};
  if (const auto first = result.first_bad()) document["first_bad"] = *first;
  for (const Check& check : result.checks) {
    ordered_json line = {
        {"check", check.name}, {"result", json_word(check.result)}, {"message", check.message}};
    if (check.entry) line["entry"] = *check.entry;
    document["checks"].push_back(std::move(line));
  }
  for (const OpenIntent& intent : result.intents)
    document["intents"].push_back(
        {{"seq", intent.seq}, {"event", intent.event}, {"id", intent.id}});
  out << document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

std::string entry_line(const ScannedEntry& entry) {
  std::string line = std::to_string(entry.seq) + "  " + std::string(entry.time) + "  " +
                     std::string(entry.event) + "  " + std::string(entry.actor) + " ";
  for (const ScannedField& field : entry.data) {
    line.append(" ").append(field.key).append("=");
    if (!field.is_string || is_word(field.raw))
      line.append(field.raw);
    else
      line.append("\"").append(printable(field.raw)).append("\"");
  }
  return line;
}

void print_json(std::ostream& out, const ProofDocument& proof) {
  ordered_json document = {{"format", 1}};
  for (const auto& [name, number] : proof.numbers) document[name] = number;
  for (const auto& [name, hash] : proof.hashes) document[name] = to_base64(hash);
  document["proof"] = ordered_json::array();
  for (const Digest& hash : proof.proof) document["proof"].push_back(to_base64(hash));
  out << document.dump() << "\n";
}

}  // namespace sceau::audit
