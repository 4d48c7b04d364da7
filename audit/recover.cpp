#include "audit/recover.h"

#include "audit/entry.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/prove.h"
#include "audit/trust.h"
#include "audit/wal.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_wal = std::size_t{1} << 34;
constexpr std::size_t largest_note = 1'000'000;
constexpr std::string_view restore =
    "nothing was changed; keep a copy of log/ and log.state/, then restore both from the same "
    "backup, or begin a new log";

[[noreturn]] void alarm(const std::string& what) {
  throw AuditError(Fault::tampered, what, std::string(restore));
}

class Recoverer {
 public:
  Recoverer(const fs::path& log_dir, const fs::path& state_dir, const std::string& origin,
            const Verifier& key)
      : log_dir_(log_dir), files_(state_dir), origin_(origin), key_(key) {}

  Recovered run() {
    read_signed();
    read_checkpoint();
    compare();
    if (published_) continue_tree();
    replay_wal();
    if (signed_ && signed_->size > result_.tree.size())
      alarm("the log once signed " + std::to_string(signed_->size) + " entries, and only " +
            std::to_string(result_.tree.size()) + " are left");
    result_.published = published_;
    return std::move(result_);
  }

 private:
  void read_signed() {
    const auto text = read_file(files_.signed_state, largest_note);
    if (!text)
      throw AuditError(Fault::bad_input,
                       "there is no log: " + files_.signed_state.string() + " is missing",
                       "sceau init makes one");
    if (*text == never_signed) return;
    try {
      signed_ = parse_checkpoint(*text);
    } catch (const AuditError&) {
      alarm("the note of what was signed last (log.state/signed) is damaged");
    }
    if (signed_->origin != origin_)
      throw AuditError(Fault::bad_input,
                       "this log's origin is " + signed_->origin + ", not " + origin_,
                       "check `origin` in centre.toml");
  }

  void read_checkpoint() {
    const auto note = read_file(log_dir_ / "checkpoint", largest_note);
    if (!note) return;
    Trust trust;
    trust.logs.push_back(key_);
    try {
      published_ = open_checkpoint(*note, trust).checkpoint;
    } catch (const AuditError& error) {
      alarm(std::string("the checkpoint is not this log's: ") + error.what());
    }
    result_.note = *note;
  }

  void compare() const {
    if (!published_) {
      // The empty tree is published before the first entry, so only that one may be missing.
      if (signed_ && signed_->size > 0) alarm("the checkpoint is missing");
      return;
    }
    if (!signed_) alarm("there is a checkpoint, and the state says that nothing was ever signed");
    if (published_->size > signed_->size)
      alarm("the checkpoint is newer than the writer's state: the state was rolled back");
    if (published_->size == signed_->size && published_->root != signed_->root)
      alarm("the checkpoint and the writer's state name two roots for one size");
  }

  // Takes up the tree at the checkpoint, after checking its right edge against the root.
  void continue_tree() {
    LogFiles files(log_dir_, published_->size);
    TreeEdge edge = files.edge();
    check_bundle(edge);
    result_.tree = Tree(std::move(edge));
    if (result_.tree.root() != published_->root)
      alarm("the tiles don't lead to the checkpoint's root");
    result_.head.seq = published_->size;
    if (published_->size == 0) return;
    const std::string last = files.entry(published_->size - 1);
    result_.head.prev = hasher_.leaf(last);
    if (result_.head.prev != files.node(0, published_->size - 1))
      alarm("the last entry is not the one in the tree");
    note_last(last);
  }

  // The partial bundle is written anew with the next entries: it must be what was signed.
  void check_bundle(const TreeEdge& edge) {
    std::string_view rest = edge.bundle;
    for (const Digest& leaf : edge.hashes[0]) {
      const std::size_t length =
          static_cast<std::size_t>(static_cast<unsigned char>(rest[0])) * 256 +
          static_cast<unsigned char>(rest[1]);
      if (hasher_.leaf(rest.substr(2, length)) != leaf)
        alarm("an entry of the newest bundle is not the one in the tree");
      rest.remove_prefix(2 + length);
    }
  }

  void replay_wal() {
    const auto newer = read_file(files_.wal, largest_wal);
    if (!newer) alarm("the write-ahead record (log.state/wal) is missing");
    std::optional<Digest> last;
    // Beginning a new record links the present one to wal.old first: a crash right then leaves
    // two names of one file.
    const auto older = read_file(files_.wal_old, largest_wal);
    if (older && !fs::equivalent(files_.wal, files_.wal_old)) {
      const WalContent content = parse_wal(hasher_, *older, last);
      if (content.torn_bytes > 0) alarm("the older write-ahead record ends early");
      for (const WalFrame& frame : content.frames) replay(frame);
    }
    const WalContent content = parse_wal(hasher_, *newer, last);
    for (const WalFrame& frame : content.frames) replay(frame);
    result_.torn_bytes = content.torn_bytes;
  }

  void replay(const WalFrame& frame) {
    if (next_ && frame.first != *next_)
      alarm("the write-ahead record goes from entry " + std::to_string(*next_) + " to " +
            std::to_string(frame.first));
    next_ = frame.first + frame.entries.size();
    Head& head = result_.head;
    if (*next_ <= head.seq) return;  // in the tiles already
    if (result_.seal) alarm("entries stand behind the seal of the log");
    if (frame.first != head.seq || !follows(frame.entries.front(), head.seq, head.prev))
      alarm("the write-ahead record doesn't go on where the checkpoint ends, at entry " +
            std::to_string(head.seq));
    for (std::size_t i = 0; i < frame.entries.size(); ++i) {
      result_.tree.add(frame.entries[i], frame.leaves[i]);
      ++head.seq;
      ++result_.entries;
      check_signed_root();
    }
    head.prev = frame.leaves.back();
    note_last(frame.entries.back());
  }

  // A size that was about to be signed when the crash came gets the same root again.
  void check_signed_root() const {
    if (signed_ && result_.tree.size() == signed_->size && result_.tree.root() != signed_->root)
      alarm("the write-ahead record leads to another root than the one signed for " +
            std::to_string(signed_->size) + " entries");
  }

  // Where the next entry goes depends on the last one.
  void note_last(std::string_view entry) {
    const auto time = time_in(entry);
    if (!time) alarm("the last entry has no time");
    result_.head.time = *time;
    result_.seal = seal_in(result_.head.seq - 1, entry);
  }

  fs::path log_dir_;
  StateFiles files_;
  std::string origin_;
  Verifier key_;
  Hasher hasher_;
  std::optional<Checkpoint> signed_;
  std::optional<Checkpoint> published_;
  std::optional<std::uint64_t> next_;  // the entry that the record must go on with
  Recovered result_;
};

}  // namespace

StateFiles::StateFiles(const fs::path& dir)
    : wal(dir / "wal"),
      wal_old(dir / "wal.old"),
      signed_state(dir / "signed"),
      lock(dir / "lock"),
      temporary(dir / "tmp") {}

Recovered recover(const fs::path& log_dir, const fs::path& state_dir, const std::string& origin,
                  const Verifier& key) {
  return Recoverer(log_dir, state_dir, origin, key).run();
}

}  // namespace sceau::audit
