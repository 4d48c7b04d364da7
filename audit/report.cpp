#include "audit/report.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "audit/bytes.h"
#include "audit/events.h"

namespace sceau::audit {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t name_width = 12;
constexpr std::size_t most_in_text = 20;

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

namespace {

std::string_view word_of(SessionGap::Kind kind) {
  switch (kind) {
    case SessionGap::Kind::numbers:
      return "numbers";
    case SessionGap::Kind::outside:
      return "outside";
    case SessionGap::Kind::not_closed:
      return "not_closed";
  }
  return {};
}

std::string sentence_of(const SessionGap& gap) {
  const std::string session = "session " + printable(gap.session);
  switch (gap.kind) {
    case SessionGap::Kind::numbers:
      return session + " lacks its statements " + std::to_string(gap.first) + " to " +
             std::to_string(gap.last);
    case SessionGap::Kind::outside:
      return session + " has a statement, and is not open";
    case SessionGap::Kind::not_closed:
      return session + " was never closed, though the centre has stopped";
  }
  return {};
}

std::ostream& label(std::ostream& out, std::string_view text) {
  return out << padded(text, 2 * name_width);
}

void print_check(std::ostream& out, const Check& check) {
  out << padded(check.name, name_width) << padded(word_of(check.result), name_width)
      << printable(check.message) << "\n";
}

// The first of a list, and how many more there are.
template <typename Item, typename Print>
void print_some(std::ostream& out, std::string_view name, const std::vector<Item>& items,
                Print print) {
  for (std::size_t i = 0; i < items.size() && i < most_in_text; ++i)
    label(out, name) << print(items[i]) << "\n";
  if (items.size() > most_in_text)
    label(out, name) << items.size() - most_in_text << " more (--json lists them)\n";
}

ordered_json document_of(const Check& check) {
  ordered_json line = {
      {"check", check.name}, {"result", json_word(check.result)}, {"message", check.message}};
  if (check.entry) line["entry"] = *check.entry;
  if (check.failure != Failure::none) line["failure"] = name_of(check.failure);
  return line;
}

ordered_json document_of(const Verification& result) {
  ordered_json document = {{"format", 1},
                           {"verdict", word_of(result.outcome)},
                           {"origin", result.origin},
                           {"size", result.size},
                           {"root", to_base64(result.root)},
                           {"first_bad", nullptr},
                           {"checks", ordered_json::array()},
                           {"notes", result.notes},
                           {"intents", ordered_json::array()},
                           {"gaps", ordered_json::array()},
                           {"clock_steps", ordered_json::array()},
                           {"unlisted", result.unlisted},
                           {"witnesses",
                            {{"entries", result.witnessed},
                             {"unwitnessed", result.unwitnessed},
                             {"names", result.witnesses}}},
                           {"next", nullptr},
                           {"earlier", nullptr}};
  if (const auto first = result.first_bad()) document["first_bad"] = *first;
  for (const Check& check : result.checks) document["checks"].push_back(document_of(check));
  for (const OpenIntent& intent : result.intents)
    document["intents"].push_back(
        {{"seq", intent.seq}, {"event", intent.event}, {"id", intent.id}});
  for (const SessionGap& gap : result.gaps) {
    ordered_json line = {{"seq", gap.seq}, {"session", gap.session}, {"kind", word_of(gap.kind)}};
    if (gap.kind == SessionGap::Kind::numbers)
      line.update({{"first", gap.first}, {"last", gap.last}});
    document["gaps"].push_back(std::move(line));
  }
  for (const ClockStep& step : result.clock_steps)
    document["clock_steps"].push_back({{"seq", step.seq}, {"behind_us", step.behind_us}});
  if (result.next) document["next"] = {{"origin", result.next->origin}, {"key", result.next->key}};
  if (result.earlier)
    document["earlier"] = {{"checkpoint", result.earlier->checkpoint},
                           {"key", result.earlier->key}};
  return document;
}

void print_document(std::ostream& out, const ordered_json& document) {
  out << document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

}  // namespace

void print_text(std::ostream& out, const Verification& result) {
  for (const Check& check : result.checks) print_check(out, check);
  for (const std::string& note : result.notes) label(out, "note") << printable(note) << "\n";
  print_some(out, "open", result.intents, [](const OpenIntent& intent) {
    return "entry " + std::to_string(intent.seq) + ", " + printable(intent.event) + " " +
           printable(intent.id) + (intent.id.empty() ? "" : " ") + "has no outcome";
  });
  print_some(out, "gap", result.gaps, [](const SessionGap& gap) {
    return "entry " + std::to_string(gap.seq) + ": " + sentence_of(gap);
  });
  print_some(out, "clock", result.clock_steps, [](const ClockStep& step) {
    return "entry " + std::to_string(step.seq) + ": the clock was " +
           std::to_string(step.behind_us) + " microseconds behind the entry before";
  });
  out << verdict_sentence(result) << "\n";
}

void print_json(std::ostream& out, const Verification& result) {
  print_document(out, document_of(result));
}

std::string verdict_sentence(const ChainVerification& chain) {
  if (chain.logs.size() == 1) return verdict_sentence(chain.logs.front());
  for (const CheckResult kind : {CheckResult::failed, CheckResult::undecided}) {
    for (std::size_t i = 0; i < chain.logs.size(); ++i)
      for (const Check& check : chain.logs[i].checks)
        if (check.result == kind)
          return "log " + printable(chain.paths[i].string()) + ": " +
                 verdict_sentence(chain.logs[i]);
    for (const Check& check : chain.links)
      if (check.result == kind)
        return std::string(word_of(chain.outcome)) + ": " + check.name + ": " +
               printable(check.message);
  }
  std::uint64_t entries = 0;
  for (const Verification& log : chain.logs) entries += log.size;
  return "valid: " + std::to_string(chain.logs.size()) + " logs, " + std::to_string(entries) +
         " entries";
}

void print_text(std::ostream& out, const ChainVerification& chain) {
  if (chain.logs.size() == 1) {
    for (const Check& link : chain.links) print_check(out, link);
    return print_text(out, chain.logs.front());
  }
  for (std::size_t i = 0; i < chain.logs.size(); ++i) {
    out << printable(chain.paths[i].string()) << ":\n";
    print_text(out, chain.logs[i]);
    out << "\n";
  }
  for (const Check& link : chain.links) print_check(out, link);
  out << verdict_sentence(chain) << "\n";
}

void print_json(std::ostream& out, const ChainVerification& chain) {
  ordered_json links = ordered_json::array();
  for (const Check& link : chain.links) links.push_back(document_of(link));
  if (chain.logs.size() == 1) {
    ordered_json document = document_of(chain.logs.front());
    for (ordered_json& link : links) document["checks"].push_back(std::move(link));
    return print_document(out, document);
  }
  ordered_json logs = ordered_json::array();
  for (std::size_t i = 0; i < chain.logs.size(); ++i) {
    ordered_json document = document_of(chain.logs[i]);
    document["path"] = chain.paths[i].string();
    logs.push_back(std::move(document));
  }
  print_document(out, {{"format", 1},
                       {"verdict", word_of(chain.outcome)},
                       {"logs", std::move(logs)},
                       {"links", std::move(links)}});
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
