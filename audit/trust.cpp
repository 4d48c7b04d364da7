#include "audit/trust.h"

#include <algorithm>
#include <optional>

#include "audit/disk.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/note.h"

namespace sceau::audit {
namespace {

constexpr std::size_t longest_trust_file = 1'000'000;
constexpr std::size_t most_nodes = 1024;

std::vector<std::string_view> split_words(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) return words;
    line.remove_prefix(start);
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

class TrustParser {
 public:
  Trust parse(std::string_view text) {
    if (text.size() > longest_trust_file) fail("the file is longer than 1 MB");
    while (!text.empty()) {
      ++line_;
      const auto end = text.find('\n');
      if (end == std::string_view::npos) fail("the last line has no end: the file may be cut");
      read_line(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    if (!has_quorum_) fail("there is no quorum line (write `quorum none` for no witnesses)");
    return std::move(trust_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw AuditError(Fault::bad_input, "trust file, line " + std::to_string(line_) + ": " + why,
                     "it holds lines like `log VKEY`, `witness NAME VKEY`, `group NAME 2 A B C`, "
                     "`quorum NAME`");
  }

  void read_line(std::string_view line) {
    const auto is_bad = [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7F; };
    if (std::any_of(line.begin(), line.end(), is_bad)) fail("a control character");
    const auto words = split_words(line);
    if (words.empty() || words[0].front() == '#') return;
    if (words[0] == "log" && (words.size() == 2 || words.size() == 3)) return add_log(words[1]);
    if (words[0] == "witness" && (words.size() == 3 || words.size() == 4))
      return add_witness(words[1], words[2]);
    if (words[0] == "group" && words.size() >= 4) return add_group(words);
    if (words[0] == "quorum" && words.size() == 2) return set_quorum(words[1]);
    fail("not a log, witness, group or quorum line");
  }

  Verifier key(std::string_view line) const {
    try {
      return parse_verifier_key(line);
    } catch (const AuditError& error) {
      fail(error.what());
    }
  }

  static void refuse_twice(const std::vector<Verifier>& keys, const Verifier& key,
                           const TrustParser& parser) {
    const bool twice = std::any_of(keys.begin(), keys.end(), [&](const Verifier& known) {
      return known.public_key() == key.public_key();
    });
    if (twice) parser.fail("this public key stands in the file already");
  }

  void add_log(std::string_view line) {
    Verifier verifier = key(line);
    if (verifier.type() != KeyType::ed25519) fail("a log's key has type 01 (Ed25519)");
    refuse_twice(trust_.logs, verifier, *this);
    trust_.logs.push_back(std::move(verifier));
  }

  void add_witness(std::string_view name, std::string_view line) {
    Verifier verifier = key(line);
    if (verifier.type() == KeyType::ed25519) fail("a witness's key has type 04 or 06");
    refuse_twice(trust_.witnesses, verifier, *this);
    TrustNode& node = add_node(name);
    node.witness = trust_.witnesses.size();
    trust_.witnesses.push_back(std::move(verifier));
  }

  void add_group(const std::vector<std::string_view>& words) {
    std::vector<std::size_t> members;
    for (std::size_t i = 3; i < words.size(); ++i) {
      const auto member = find(words[i]);
      if (!member) fail("a group's member is not defined above");
      // Each name is a member once at most, so that no witness counts twice.
      if (std::find(used_.begin(), used_.end(), *member) != used_.end())
        fail("a name is a member twice");
      used_.push_back(*member);
      members.push_back(*member);
    }
    std::optional<std::uint64_t> threshold = parse_decimal(words[2]);
    if (words[2] == "any") threshold = 1;
    if (words[2] == "all") threshold = members.size();
    if (!threshold || *threshold < 1 || *threshold > members.size())
      fail("a group needs all, any, or a number from 1 to the number of its members");
    TrustNode& node = add_node(words[1]);
    node.members = std::move(members);
    node.threshold = *threshold;
  }

  void set_quorum(std::string_view name) {
    if (has_quorum_) fail("a second quorum line");
    has_quorum_ = true;
    if (name == "none") return;
    const auto node = find(name);
    if (!node) fail("the quorum is not defined above");
    trust_.quorum = *node;
  }

  TrustNode& add_node(std::string_view name) {
    if (name == "none") fail("`none` can't be a name");
    if (find(name)) fail("a name is defined twice");
    if (trust_.nodes.size() == most_nodes) fail("more than 1024 names");
    trust_.nodes.push_back({std::string(name), {}, 0, 0});
    return trust_.nodes.back();
  }

  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const {
    for (std::size_t i = 0; i < trust_.nodes.size(); ++i)
      if (trust_.nodes[i].name == name) return i;
    return std::nullopt;
  }

  Trust trust_;
  std::vector<std::size_t> used_;
  std::size_t line_ = 0;
  bool has_quorum_ = false;
};

}  // namespace

bool Trust::is_quorum(const std::vector<std::size_t>& cosigned) const {
  if (quorum == none) return true;
  std::vector<bool> met(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {  // members stand before their groups
    const TrustNode& node = nodes[i];
    if (node.members.empty()) {
      met[i] = std::find(cosigned.begin(), cosigned.end(), node.witness) != cosigned.end();
      continue;
    }
    const auto count = std::count_if(node.members.begin(), node.members.end(),
                                     [&](std::size_t member) { return met[member]; });
    met[i] = static_cast<std::size_t>(count) >= node.threshold;
  }
  return met[quorum];
}

Trust parse_trust(std::string_view text) { return TrustParser().parse(text); }

Trust read_trust_file(const std::filesystem::path& path) {
  const auto text = read_file(path, longest_trust_file);
  if (!text) throw AuditError(Fault::bad_input, "there is no trust file " + path.string());
  return parse_trust(*text);
}

Trust trust_of_key(std::string_view verifier_key) {
  Trust trust;
  trust.logs.push_back(parse_verifier_key(verifier_key));
  if (trust.logs.front().type() != KeyType::ed25519)
    throw AuditError(Fault::bad_input, "this is a witness's key, not a log's");
  return trust;
}

void write_trust_file(const std::filesystem::path& path, std::string_view verifier_key) {
  const Trust trust = trust_of_key(verifier_key);
  const std::string text =
      "# Whom to believe about this log. For sceau-audit, and for any reader of the tlog-policy\n"
      "# format. Witnesses are added as `witness NAME VKEY`, and named in the quorum.\n"
      "log " +
      trust.logs.front().line() + "\nquorum none\n";
  auto temporary = path;
  temporary += ".new";
  Disk disk;
  replace_file(disk, temporary, {path, text, 0644});
}

void add_log_key(const std::filesystem::path& path, std::string_view verifier_key) {
  auto text = read_file(path, longest_trust_file);
  if (!text) throw AuditError(Fault::bad_input, "there is no trust file " + path.string());
  const Verifier key = parse_verifier_key(verifier_key);
  const Trust trust = parse_trust(*text);
  if (std::any_of(trust.logs.begin(), trust.logs.end(),
                  [&](const Verifier& log) { return log.line() == key.line(); }))
    return;
  std::size_t at = 0;  // behind the last line that begins with `log`
  for (std::size_t line = 0; line < text->size(); line = text->find('\n', line) + 1)
    if (const auto words =
            split_words(std::string_view(*text).substr(line, text->find('\n', line) - line));
        !words.empty() && words[0] == "log")
      at = text->find('\n', line) + 1;
  text->insert(at, "log " + key.line() + "\n");
  (void)parse_trust(*text);
  auto temporary = path;
  temporary += ".new";
  Disk disk;
  replace_file(disk, temporary, {path, *text, 0644});
}

SignedCheckpoint open_checkpoint(std::string_view note, const Trust& trust) {
  const Note parsed = parse_note(note);
  SignedCheckpoint result;
  result.checkpoint = parse_checkpoint(parsed.text);
  const auto logs = verified_keys(parsed, trust.logs);
  // A key's name is its log's origin: a key signs for no other log.
  const auto own = std::find_if(logs.begin(), logs.end(), [&](std::size_t i) {
    return trust.logs[i].name() == result.checkpoint.origin;
  });
  if (logs.empty())
    throw AuditError(Fault::tampered, "no key of the trust file signed the checkpoint",
                     "is this the trust file of the log that calls itself " +
                         parsed.signatures.front().name + "?");
  if (own == logs.end())
    throw AuditError(Fault::tampered,
                     "the checkpoint's origin is not the name of the key that signed it");
  result.log_key = trust.logs[*own].line();
  result.cosigned = verified_keys(parsed, trust.witnesses);
  for (std::size_t i = 0; i < trust.witnesses.size(); ++i) {
    const Verifier& witness = trust.witnesses[i];
    const bool present =
        std::any_of(parsed.signatures.begin(), parsed.signatures.end(), [&](const auto& line) {
          return line.name == witness.name() && line.key_id == witness.id();
        });
    if (present && !witness.can_verify()) result.unchecked.push_back(i);
  }
  result.quorum = trust.is_quorum(result.cosigned);
  return result;
}

}  // namespace sceau::audit
