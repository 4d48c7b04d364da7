// A log's dealings with its witnesses, and what it knows of how far they vouch for it.
#include <algorithm>

#include "audit/entry.h"
#include "audit/log_state.h"
#include "audit/merkle.h"
#include "audit/prove.h"
#include "audit/site.h"

namespace sceau::audit {
namespace {

constexpr std::string_view cosigned_event = "log.cosigned";

// The value of a data key in an entry of our own making; keys and words hold no quotes.
std::string word_in(std::string_view entry, std::string_view key) {
  const std::string label = "\"" + std::string(key) + "\":";
  const auto at = entry.find(label, entry.find(R"("data":{)"));
  if (at == std::string_view::npos) return {};
  const auto value = entry.substr(at + label.size());
  if (value.starts_with('"')) return std::string(value.substr(1, value.find('"', 1) - 1));
  return std::string(value.substr(0, value.find_first_of(",}")));
}

bool is_event(std::string_view entry, std::string_view event) {
  return entry.find(R"(,"event":")" + std::string(event) + "\"") != std::string_view::npos;
}

}  // namespace

Fields cosigned_fields(const Cosigner& cosigner) {
  return {{"size", static_cast<std::int64_t>(cosigner.size)},
          {"time", static_cast<std::int64_t>(cosigner.time_s)},
          {"witness", cosigner.witness}};
}

std::optional<Seal> seal_in(std::uint64_t seq, std::string_view entry) {
  if (!is_event(entry, "log.sealed")) return std::nullopt;
  return Seal{seq, word_in(entry, "origin"), word_in(entry, "key")};
}

// A log that was rolled back or rewritten may still have what its witnesses signed beside it.
void Log::State::open_desk() {
  WitnessDesk found(log_dir, files.signed_state.parent_path(), signer.verifier(), trust, disk);
  LogFiles own(log_dir, published);
  for (const auto* held : {&found.best(), &found.asked()}) {
    if (!*held) continue;
    const Checkpoint& checkpoint = (*held)->checkpoint;
    if (checkpoint.size > published ||
        tree_root(hasher, checkpoint.size, own.reader()) != checkpoint.root)
      throw AuditError(Fault::tampered,
                       "a checkpoint of " + std::to_string(checkpoint.size) +
                           " entries was signed, and shown to witnesses, that is not the beginning "
                           "of this log: it was rolled back or rewritten",
                       "keep a copy of log/ and log.state/, and restore the newest backup");
  }
  recorded.clear();
  if (found.best())
    own.each_entry(found.best()->checkpoint.size,
                   [&](std::uint64_t seq, std::string_view entry) { note_cosigned(seq, entry); });
  desk.emplace(std::move(found));
  take_from_desk();
}

void Log::State::note_cosigned(std::uint64_t seq, std::string_view entry) {
  if (!is_event(entry, cosigned_event)) return;
  recorded.push_back(
      {seq, word_in(entry, "witness"), parse_decimal(word_in(entry, "size")).value_or(0)});
}

void Log::State::take_from_desk() {
  cosigned = desk->best();
  asked = desk->asked();
  if (cosigned)
    std::erase_if(recorded,
                  [&](const Recorded& entry) { return entry.seq < cosigned->checkpoint.size; });
}

std::uint64_t Log::State::unwitnessed() const {
  return tree.size() - vouched() - recorded_since(vouched());
}

std::uint64_t Log::State::vouched() const {
  return cosigned && (cosigned->quorum || trust.quorum == Trust::none) ? cosigned->checkpoint.size
                                                                       : 0;
}

std::uint64_t Log::State::recorded_since(std::uint64_t size) const {
  return static_cast<std::uint64_t>(std::count_if(
      recorded.begin(), recorded.end(), [&](const Recorded& entry) { return entry.seq >= size; }));
}

void Log::believe(Trust trust) {
  const std::lock_guard one(state_->publishing);
  const std::lock_guard held(state_->mutex);
  WitnessDesk next(state_->log_dir, state_->files.signed_state.parent_path(),
                   state_->signer.verifier(), trust, state_->disk);
  state_->trust = std::move(trust);
  state_->desk.emplace(std::move(next));
  state_->take_from_desk();
}

Round Log::ask(const std::filesystem::path& folder, bool renew) {
  publish();
  const std::lock_guard one(state_->publishing);
  std::unique_lock held(state_->mutex);
  std::optional<std::string> fresh;
  if (renew || state_->unwitnessed() > 0) fresh = state_->note;
  held.unlock();
  Round round = state_->desk->ask(folder, fresh, renew);
  held.lock();
  state_->take_from_desk();
  return round;
}

Answers Log::collect(const std::filesystem::path& folder) {
  const std::lock_guard one(state_->publishing);
  Answers answers = state_->desk->collect(folder);
  // Nobody else changes the note: that takes `publishing`.
  if (const auto merged = state_->desk->merged(checkpoint())) {
    write_checkpoint(*state_->disk, state_->log_dir, state_->files.temporary, *merged);
    const std::lock_guard held(state_->mutex);
    state_->note = *merged;
  }
  const std::lock_guard held(state_->mutex);
  state_->take_from_desk();
  return answers;
}

std::vector<Cosigner> Log::unrecorded() const {
  const std::lock_guard held(state_->mutex);
  std::vector<Cosigner> missing;
  if (state_->seal) return missing;  // a sealed log takes no entry
  for (const auto* source : {&state_->cosigned, &state_->asked}) {
    if (!*source) continue;
    for (const Cosigner& cosigner : (*source)->by) {
      const auto same = [&](const auto& other) {
        return other.witness == cosigner.witness && other.size == cosigner.size;
      };
      if (std::none_of(state_->recorded.begin(), state_->recorded.end(), same) &&
          std::none_of(missing.begin(), missing.end(), same))
        missing.push_back(cosigner);
    }
  }
  return missing;
}

WitnessStatus Log::witnesses() const {
  std::unique_lock held(state_->mutex);
  WitnessStatus status;
  status.size = state_->vouched();
  status.quorum = state_->trust.quorum != Trust::none;
  if (status.size > 0) {
    status.time_s = state_->cosigned->time_s;
    status.by = state_->cosigned->by;
  }
  status.unwitnessed = state_->unwitnessed();
  if (const auto& asked = state_->asked; asked && asked->checkpoint.size > status.size) {
    status.asked = asked->checkpoint.size;
    for (std::size_t i = 0; i < state_->trust.witnesses.size(); ++i)
      if (std::string name = witness_name(state_->trust, i);
          std::none_of(asked->by.begin(), asked->by.end(),
                       [&](const Cosigner& cosigner) { return cosigner.name == name; }))
        status.waiting.push_back(std::move(name));
  }
  if (status.unwitnessed == 0) return status;
  std::uint64_t oldest = status.size;
  for (const auto& entry : state_->recorded)  // ascending
    if (entry.seq == oldest) ++oldest;
  status.unwitnessed_since = state_->head.time;  // unless it is in the files already
  const std::uint64_t published = state_->published;
  held.unlock();
  if (oldest < published)
    status.unwitnessed_since = time_in(LogFiles(state_->log_dir, published).entry(oldest));
  return status;
}

}  // namespace sceau::audit
