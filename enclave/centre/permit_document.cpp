#include "enclave/centre/permit_document.h"

#include <algorithm>
#include <charconv>

#include "audit/fault.h"
#include "audit/note.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view permit_title = "sceau-permit/v1";
constexpr std::string_view revocations_title = "sceau-revocations/v1";

/// A value that fills a line to its end, or one word of several.
void check_value(const std::string& value, bool word) {
  const bool odd = value.empty() || std::any_of(value.begin(), value.end(), [&](char c) {
                     const auto byte = static_cast<unsigned char>(c);
                     return byte < 0x20 || byte == 0x7f || (word && c == ' ');
                   });
  if (odd) throw EnclaveError(Fault::usage, "centre.bad_permit", {value});
}

class Lines {
 public:
  explicit Lines(std::string_view title) : text_(std::string(title) + "\n") {}
  void line(std::string_view key, const std::string& value, bool word = true) {
    check_value(value, word);
    text_ += std::string(key) + " " + value + "\n";
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// Reads what Lines wrote; after the first thing that isn't there nothing is.
class LineReader {
 public:
  LineReader(std::string_view text, std::string_view title) : left_(text) {
    good_ = next() == title;
  }
  std::string value(std::string_view key) {
    const auto line = next();
    const bool ours = line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ';
    good_ = good_ && ours;
    return ours ? std::string(line.substr(key.size() + 1)) : std::string();
  }
  [[nodiscard]] bool has(std::string_view key) const {
    return left_.starts_with(std::string(key) + " ");
  }
  [[nodiscard]] bool at_end() const { return left_.empty(); }
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::string_view next() {
    const auto end = left_.find('\n');
    if (end == std::string_view::npos) {
      good_ = false;
      left_ = {};
      return {};
    }
    const auto line = left_.substr(0, end);
    left_.remove_prefix(end + 1);
    return line;
  }

  std::string_view left_;
  bool good_ = true;
};

template <typename Number>
std::optional<Number> number_of(const std::string& text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::vector<std::string> split(const std::string& list, char by) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == by) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts, char by) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : std::string(1, by)) + part;
  return text;
}

std::string or_word(const std::string& value, const char* word) {
  return value.empty() ? word : value;
}

std::string unless_word(std::string value, std::string_view word) {
  return value == word ? std::string() : value;
}

}  // namespace

std::string_view to_string(OutputKind kind) {
  switch (kind) {
    case OutputKind::tables:
      return "tables";
    case OutputKind::figures:
      return "figures";
    case OutputKind::models:
      return "models";
    case OutputKind::files:
      return "files";
  }
  return "";
}

std::set<OutputKind> parse_outputs(const std::string& list) {
  std::set<OutputKind> kinds;
  if (list == "all") {
    kinds.insert(std::begin(all_output_kinds), std::end(all_output_kinds));
    return kinds;
  }
  for (const auto& word : split(list, ',')) {
    const auto found = std::find_if(std::begin(all_output_kinds), std::end(all_output_kinds),
                                    [&](OutputKind kind) { return to_string(kind) == word; });
    if (found == std::end(all_output_kinds)) {
      throw EnclaveError(Fault::usage, "centre.bad_outputs", {word});
    }
    kinds.insert(*found);
  }
  return kinds;
}

std::string to_string(const std::set<OutputKind>& kinds) {
  if (kinds.size() == std::size(all_output_kinds)) return "all";
  std::string text;
  for (const auto kind : kinds) {
    text += (text.empty() ? "" : ",") + std::string(to_string(kind));
  }
  return text;
}

std::string encode(const Permit& permit) {
  Lines lines(permit_title);
  lines.line("centre", permit.centre);
  lines.line("permit", permit.id);
  lines.line("serial", std::to_string(permit.serial));
  lines.line("project", permit.project);
  for (const auto& person : permit.persons) {
    check_value(person.name, true);
    lines.line("person", person.name + " " + (person.uid ? std::to_string(*person.uid) : "-"),
               false);
  }
  lines.line("store", permit.store);
  lines.line("vintages", or_word(permit.vintages, "all"));
  lines.line("columns", permit.columns ? joined(*permit.columns, ',') : "all");
  lines.line("rows", or_word(permit.rows, "all"), false);
  check_value(permit.policy, true);
  lines.line("policy", permit.policy + " " + permit.policy_sha256, false);
  lines.line("outputs", to_string(permit.outputs));
  lines.line("place", or_word(permit.place, "any"));
  lines.line("from", permit.from);
  lines.line("until", permit.until);
  return lines.take();
}

std::string encode(const Revocations& list) {
  Lines lines(revocations_title);
  lines.line("centre", list.centre);
  lines.line("number", std::to_string(list.number));
  for (const auto& permit : list.permits) lines.line("permit", permit);
  return lines.take();
}

std::optional<Permit> decode_permit(std::string_view text) {
  try {
    LineReader lines(text, permit_title);
    Permit permit;
    permit.centre = lines.value("centre");
    permit.id = lines.value("permit");
    permit.serial = number_of<std::uint64_t>(lines.value("serial")).value_or(0);
    permit.project = lines.value("project");
    while (lines.has("person")) {
      const auto words = split(lines.value("person"), ' ');
      if (words.size() != 2) return std::nullopt;
      PermittedPerson person{words[0], std::nullopt};
      if (words[1] != "-") person.uid = number_of<std::uint32_t>(words[1]);
      permit.persons.push_back(std::move(person));
    }
    permit.store = lines.value("store");
    permit.vintages = unless_word(lines.value("vintages"), "all");
    const auto columns = lines.value("columns");
    if (columns != "all") permit.columns = split(columns, ',');
    permit.rows = unless_word(lines.value("rows"), "all");
    const auto policy = split(lines.value("policy"), ' ');
    if (policy.size() != 2) return std::nullopt;
    permit.policy = policy[0];
    permit.policy_sha256 = policy[1];
    permit.outputs = parse_outputs(lines.value("outputs"));
    permit.place = unless_word(lines.value("place"), "any");
    permit.from = lines.value("from");
    permit.until = lines.value("until");
    const bool sorted = std::is_sorted(permit.persons.begin(), permit.persons.end());
    if (!lines.good() || !lines.at_end() || permit.persons.empty() || !sorted) return std::nullopt;
    if (encode(permit) != text) return std::nullopt;
    return permit;
  } catch (const EnclaveError&) {
    return std::nullopt;
  }
}

std::optional<Revocations> decode_revocations(std::string_view text) {
  try {
    LineReader lines(text, revocations_title);
    Revocations list;
    list.centre = lines.value("centre");
    list.number = number_of<std::uint64_t>(lines.value("number")).value_or(0);
    while (lines.has("permit")) list.permits.push_back(lines.value("permit"));
    const bool ascending =
        std::is_sorted(list.permits.begin(), list.permits.end()) &&
        std::adjacent_find(list.permits.begin(), list.permits.end()) == list.permits.end();
    if (!lines.good() || !lines.at_end() || !ascending || encode(list) != text) {
      return std::nullopt;
    }
    return list;
  } catch (const EnclaveError&) {
    return std::nullopt;
  }
}

ReadSigned read_signed(std::string_view note, const std::vector<std::string>& keys) {
  try {
    const auto parsed = audit::parse_note(note);
    if (parsed.signatures.size() != 1) return {std::nullopt, Disbelief::damaged};
    const auto& signature = parsed.signatures[0];
    if (parsed.text + "\n" + audit::format_signature(signature) != note) {
      return {std::nullopt, Disbelief::damaged};
    }
    for (const auto& line : keys) {
      const auto key = audit::parse_verifier_key(line);
      if (key.name() != signature.name || key.id() != signature.key_id) continue;
      if (!key.can_verify() || !key.verify(parsed.text, signature.signature)) {
        return {std::nullopt, Disbelief::bad_signature};
      }
      return {SignedText{parsed.text, line}, {}};
    }
    return {std::nullopt, Disbelief::unknown_key};
  } catch (const audit::AuditError&) {
    return {std::nullopt, Disbelief::damaged};
  }
}

}  // namespace sceau::enclave
