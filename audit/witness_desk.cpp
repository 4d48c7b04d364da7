#include "audit/witness_desk.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "audit/fault.h"
#include "audit/files.h"
#include "audit/note.h"
#include "audit/witness_request.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_note = 1'000'000;
constexpr std::size_t largest_answer = 100'000;
constexpr std::size_t time_bytes = 8;

std::string id_of(const Verifier& key) {
  char id[16];
  std::snprintf(id, sizeof id, "%08x", key.id());
  // The log holds words: a name beyond ASCII gives way to the hash, which says whose key it is.
  const bool plain = std::all_of(key.name().begin(), key.name().end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '\\';
  });
  return (plain ? key.name() + "+" : std::string()) + id;
}

std::uint64_t time_of(const NoteSignature& line) {
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < time_bytes && i < line.signature.size(); ++i)
    time = time << 8 | line.signature[i];
  return time;
}

bool is_of(const NoteSignature& line, const Verifier& key) {
  return line.name == key.name() && line.key_id == key.id();
}

// Whether `next` says more than `held`: a quorum first, then the newer one; without a quorum the
// one that more have signed.
bool is_better(const CosignedCheckpoint& next, const std::optional<CosignedCheckpoint>& held) {
  if (next.by.empty()) return false;
  if (!held || held->by.empty()) return true;
  if (next.quorum != held->quorum) return next.quorum;
  const auto rank = [&](const CosignedCheckpoint& c) {
    return c.quorum ? std::pair<std::uint64_t, std::uint64_t>(c.checkpoint.size, c.by.size())
                    : std::pair<std::uint64_t, std::uint64_t>(c.by.size(), c.checkpoint.size);
  };
  return rank(next) > rank(*held);
}

bool holds(const Note& note, const NoteSignature& line) {
  return std::any_of(note.signatures.begin(), note.signatures.end(), [&](const auto& own) {
    return own.name == line.name && own.key_id == line.key_id;
  });
}

// The lines that `note` lacks of those in `other`, under the same text.
std::string missing_lines(const Note& note, const Note& other) {
  std::string lines;
  for (const NoteSignature& line : other.signatures)
    if (!holds(note, line)) lines += format_signature(line);
  return lines;
}

}  // namespace

std::string witness_name(const Trust& trust, std::size_t witness) {
  const auto node =
      std::find_if(trust.nodes.begin(), trust.nodes.end(), [&](const TrustNode& candidate) {
        return candidate.members.empty() && candidate.witness == witness;
      });
  return node == trust.nodes.end() ? trust.witnesses[witness].name() : node->name;
}

std::string witness_file_name(const Trust& trust, std::size_t witness) {
  const std::string name = witness_name(trust, witness);
  const bool plain =
      name.front() != '.' && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
      });
  if (plain) return name;
  char id[16];
  std::snprintf(id, sizeof id, "%08x", trust.witnesses[witness].id());
  return id;
}

WitnessDesk::WitnessDesk(fs::path log_dir, fs::path state_dir, Verifier log_key, Trust trust,
                         std::shared_ptr<Disk> disk)
    : log_dir_(std::move(log_dir)),
      state_dir_(std::move(state_dir)),
      log_key_(std::move(log_key)),
      trust_(std::move(trust)),
      disk_(disk ? std::move(disk) : std::make_shared<Disk>()),
      asked_(read(state_dir_ / "asked")),
      best_(read(log_dir_ / "checkpoint.cosigned")) {
  read_sizes();
}

std::optional<CosignedCheckpoint> WitnessDesk::read(const fs::path& file) const {
  const auto note = read_file(file, largest_note);
  if (!note) return std::nullopt;
  try {
    return open(*note);
  } catch (const AuditError& error) {
    throw AuditError(Fault::tampered, file.string() + " is not this log's: " + error.what(),
                     "remove it: the witnesses are asked again then; keep a copy for the auditors");
  }
}

CosignedCheckpoint WitnessDesk::open(const std::string& note) const {
  Trust trust = trust_;
  trust.logs = {log_key_};  // a rotated log's trust file names others as well
  const SignedCheckpoint opened = open_checkpoint(note, trust);
  CosignedCheckpoint result{opened.checkpoint, note, {}, false, 0};
  result.quorum = trust.quorum != Trust::none && opened.quorum;
  const Note parsed = parse_note(note);
  for (const std::size_t witness : opened.cosigned)
    for (const NoteSignature& line : parsed.signatures) {
      if (!is_of(line, trust.witnesses[witness])) continue;
      const std::uint64_t time = time_of(line);
      result.time_s = result.by.empty() ? time : std::min(result.time_s, time);
      result.by.push_back({id_of(trust.witnesses[witness]), witness_name(trust, witness),
                           result.checkpoint.size, time});
      break;
    }
  return result;
}

bool WitnessDesk::round_is_over() const {
  if (!asked_) return true;
  return trust_.quorum == Trust::none ? !asked_->by.empty() : asked_->quorum;
}

void WitnessDesk::begin(const std::string& note, bool renew) {
  if (!(renew || round_is_over()) || trust_.witnesses.empty()) return;
  CosignedCheckpoint current = open(note);
  const std::uint64_t last =
      std::max(asked_ && !renew ? asked_->checkpoint.size : 0, best_ ? best_->checkpoint.size : 0);
  if (current.checkpoint.size <= last) return;
  replace_file(*disk_, state_dir_ / "tmp" / "witness", {state_dir_ / "asked", note, 0600});
  asked_ = std::move(current);
}

Round WitnessDesk::ask(const fs::path& folder, const std::optional<std::string>& note, bool renew) {
  Round round;
  if (note) begin(*note, renew);
  if (!asked_) return round;
  round.size = asked_->checkpoint.size;
  for (std::size_t i = 0; i < trust_.witnesses.size(); ++i) {
    fs::path file = folder / witness_file_name(trust_, i);
    file += ".request";
    const bool answered = std::any_of(
        asked_->by.begin(), asked_->by.end(),
        [&](const Cosigner& cosigner) { return cosigner.witness == id_of(trust_.witnesses[i]); });
    if (answered) {
      disk_->remove(file);
      continue;
    }
    const std::string text = request_for(i);
    if (read_file(file, 2 * largest_note) != text) {
      fs::path temporary = file;
      temporary += ".new";
      replace_file(*disk_, temporary, {file, text, 0644});
    }
    round.files.push_back(file);
    round.waiting.push_back(witness_name(trust_, i));
  }
  return round;
}

std::string WitnessDesk::request_for(std::size_t witness) const {
  const auto known = sizes_.find(id_of(trust_.witnesses[witness]));
  const std::uint64_t old = known == sizes_.end() ? 0 : known->second;
  return format_request(
      make_request(log_dir_, std::min(old, asked_->checkpoint.size), asked_->note));
}

Answers WitnessDesk::collect(const fs::path& folder) {
  Answers answers;
  std::vector<fs::path> used;
  for (std::size_t i = 0; i < trust_.witnesses.size(); ++i) {
    fs::path file = folder / witness_file_name(trust_, i);
    file += ".answer";
    const std::size_t before = answers.unused.size();
    std::optional<std::string> text;
    try {
      text = read_file(file, largest_answer);
      if (!text) continue;
      if (const auto size = parse_decimal(text->substr(0, text->find('\n'))))
        take_size(i, *size, file, answers);
      else
        take(file, *text, answers);
    } catch (const AuditError& error) {
      answers.unused.push_back({file, error.what(), false});
    }
    if (answers.unused.size() == before) used.push_back(file);
  }
  keep();
  for (const fs::path& file : used) {
    std::error_code ignored;  // it is read again next time, and is not new then
    fs::remove(file, ignored);
  }
  return answers;
}

// A witness that was asked from the wrong place says where it stands.
void WitnessDesk::take_size(std::size_t witness, std::uint64_t size, const fs::path& file,
                            Answers& answers) {
  if (asked_ && size <= asked_->checkpoint.size) {
    sizes_[id_of(trust_.witnesses[witness])] = size;
    return;
  }
  answers.unused.push_back(
      {file,
       "the witness has seen " + std::to_string(size) + " entries, more than it was asked about",
       true});
}

void WitnessDesk::take(const fs::path& file, const std::string& lines, Answers& answers) {
  bool known = false;
  std::string why = "no round is under way";
  for (auto* held : {&asked_, &best_}) {
    if (!*held) continue;
    try {
      known = merge(*held, lines, answers) || known;
      if (known) return;
      why = "it holds no signature of a witness of the trust file";
    } catch (const AuditError& error) {
      why =
          "it doesn't sign what was asked, perhaps an earlier round: " + std::string(error.what());
    }
  }
  answers.unused.push_back({file, why, false});
}

// Puts the witnesses' lines under a checkpoint; false when there are none of a known witness.
bool WitnessDesk::merge(std::optional<CosignedCheckpoint>& into, std::string_view lines,
                        Answers& answers) {
  const Note own = parse_note(into->note);
  const Note offered = parse_note(own.text + "\n" + std::string(lines));
  Note wanted{own.text, {}};
  bool known = false;
  for (const NoteSignature& line : offered.signatures) {
    const bool of_witness =
        std::any_of(trust_.witnesses.begin(), trust_.witnesses.end(),
                    [&](const Verifier& key) { return is_of(line, key) && key.can_verify(); });
    if (!of_witness || holds(wanted, line)) continue;
    known = true;
    wanted.signatures.push_back(line);
  }
  CosignedCheckpoint next = open(into->note + missing_lines(own, wanted));
  for (const Cosigner& cosigner : next.by) {
    const bool old = std::any_of(into->by.begin(), into->by.end(), [&](const Cosigner& held) {
      return held.witness == cosigner.witness;
    });
    if (old) continue;
    answers.taken.push_back(cosigner);
    sizes_[cosigner.witness] = cosigner.size;
  }
  // A wrong signature of a known witness would have thrown, even where the right one is held.
  (void)verified_keys(wanted, trust_.witnesses);
  into = std::move(next);
  return known;
}

std::optional<std::string> WitnessDesk::merged(const std::string& published) const {
  const Note own = parse_note(published);
  std::string note = published;
  for (const auto* held : {&asked_, &best_}) {
    if (!*held) continue;
    const Note other = parse_note((*held)->note);
    if (other.text == own.text) note += missing_lines(parse_note(note), other);
  }
  if (note == published) return std::nullopt;
  return note;
}

// Makes what came in durable: the round first, since the rest follows from it.
void WitnessDesk::keep() {
  const auto put = [&](const fs::path& path, const std::string& text, mode_t mode) {
    if (read_file(path, largest_note) == text) return;
    replace_file(*disk_, state_dir_ / "tmp" / "witness", {path, text, mode});
  };
  if (asked_) put(state_dir_ / "asked", asked_->note, 0600);
  if (asked_ && is_better(*asked_, best_)) best_ = asked_;
  if (best_) put(log_dir_ / "checkpoint.cosigned", best_->note, 0644);
  std::string sizes;
  for (const auto& [witness, size] : sizes_) sizes += witness + " " + std::to_string(size) + "\n";
  if (!sizes.empty()) put(state_dir_ / "witnesses", sizes, 0600);
}

// A guess that saves a round trip: a witness that stands elsewhere says so.
void WitnessDesk::read_sizes() {
  for (const auto* held : {&best_, &asked_})
    if (*held)
      for (const Cosigner& cosigner : (*held)->by) sizes_[cosigner.witness] = cosigner.size;
  const auto text = read_file(state_dir_ / "witnesses", largest_note);
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto blank = line.rfind(' ');
    if (blank == std::string_view::npos) continue;
    if (const auto size = parse_decimal(line.substr(blank + 1)))
      sizes_[std::string(line.substr(0, blank))] = *size;
  }
}

}  // namespace sceau::audit
