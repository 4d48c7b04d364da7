#include "audit/verify.h"

#include <algorithm>
#include <array>

#include "audit/fault.h"
#include "audit/files.h"
#include "audit/merkle.h"
#include "audit/verify_entries.h"
#include "audit/verify_files.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_note = 1'000'000;
constexpr std::uint64_t bundle_width = 256;

class Verifying {
 public:
  Verifying(const fs::path& dir, const Trust& trust, const VerifyOptions& options)
      : dir_(dir), trust_(trust), options_(options) {}

  Verification run() {
    if (!check_checkpoint()) return std::move(result_);
    check_since_signature();
    TileCheck tiles(dir_, result_.size);
    tiles_ = &tiles;
    has_entries_ = !options_.tree_only || fs::exists(dir_ / "tile" / "entries");
    const std::uint64_t size = result_.size;
    for (std::uint64_t index = 0; index * bundle_width < size && !lost_; ++index) {
      check_bundle(index,
                   static_cast<unsigned>(std::min(bundle_width, size - index * bundle_width)));
      if (options_.progress && index % 64 == 0) options_.progress(index * bundle_width, size);
    }
    if (!lost_) finish_levels();
    tiles.look_for_strangers();
    report();
    return std::move(result_);
  }

 private:
  bool check_checkpoint() {
    const auto note = read_file(dir_ / "checkpoint", largest_note);
    if (!note) {
      if (!fs::exists(dir_ / "tile"))
        throw AuditError(Fault::bad_input, dir_.string() + " holds no log",
                         "name the folder that has `checkpoint` and `tile` in it");
      result_.add({"checkpoint", CheckResult::failed, "the checkpoint is missing", {}});
      return false;
    }
    result_.checkpoint = *note;
    try {
      const SignedCheckpoint opened = open_checkpoint(*note, trust_);
      result_.origin = opened.checkpoint.origin;
      result_.size = opened.checkpoint.size;
      result_.root = opened.checkpoint.root;
      if (!options_.tree_only && !opened.checkpoint.extensions.empty()) {
        result_.add({"checkpoint", CheckResult::failed, "the checkpoint has lines too many", {}});
        return false;
      }
      result_.add({"checkpoint",
                   CheckResult::passed,
                   std::to_string(result_.size) + " entries, signed by " + opened.log_key,
                   {}});
      result_.add(check_witnesses(opened, trust_));
    } catch (const AuditError& error) {
      result_.add({"checkpoint", CheckResult::failed, error.what(), {}});
      if (!error.hint().empty()) result_.notes.push_back(error.hint());
      return false;
    }
    if (result_.origin.starts_with("trial/"))
      result_.notes.push_back(
          "this is the log of a trial centre, where anybody may act as anybody");
    return true;
  }

  void check_since_signature() {
    if (!options_.since) return;
    try {
      since_ = open_checkpoint(*options_.since, trust_).checkpoint;
    } catch (const AuditError& error) {
      result_.add({"since",
                   CheckResult::failed,
                   std::string("the earlier checkpoint can't be believed: ") + error.what(),
                   {}});
      return;
    }
    if (since_->origin != result_.origin) {
      result_.add({"since", CheckResult::failed, "the earlier checkpoint is of another log", {}});
      since_.reset();
    } else if (since_->size == 0) {
      compare_since(empty_root());
    }
  }

  void check_bundle(std::uint64_t index, unsigned width) {
    std::vector<Digest> leaves;
    leaves.reserve(width);
    if (has_entries_) read_entries(index, width, leaves);
    if (leaves.size() < width) fill_from_tile(index, width, leaves);
    if (leaves.size() < width) {
      lost_ = index * bundle_width + leaves.size();
      return;
    }
    const Accumulator::Completed completed = [this](unsigned height, const Digest& root) {
      if (height % 8 == 0) add_to_level(height / 8, root);
    };
    for (const Digest& leaf : leaves) {
      tree_.add(hasher_, leaf, completed);
      if (since_ && tree_.size() == since_->size) compare_since(tree_.root(hasher_));
    }
    tiles_->compare(0, index, leaves);
  }

  // Hashes the bundle's entries, and reads them unless only the tree is asked for.
  void read_entries(std::uint64_t index, unsigned width, std::vector<Digest>& leaves) {
    const auto files = tiles_->copies(-1, index, bundles_);
    const TileCopy* file = tiles_->choose(files, -1, index, width, bundles_);
    if (file == nullptr) return;
    std::size_t used = 0;
    const auto entries = split_bundle(file->bytes, width, used);
    for (const std::string_view entry : entries) {
      leaves.push_back(hasher_.leaf(entry));
      if (!options_.tree_only) entries_.add(entry, leaves.back());
    }
    if (entries.size() < width) {
      const std::uint64_t seq = index * bundle_width + entries.size();
      bundles_.fail(file->name + " ends within entry " + std::to_string(seq), seq);
    }
    for (const TileCopy& copy : files) compare_bundles(*file, copy, index, width);
  }

  // Every copy must hold exactly its width of entries, the same as far as both go.
  void compare_bundles(const TileCopy& file, const TileCopy& copy, std::uint64_t index,
                       unsigned width) {
    std::size_t used = 0;
    const auto entries = split_bundle(copy.bytes, copy.width, used);
    if (entries.size() < copy.width || used != copy.bytes.size())
      bundles_.fail(copy.name + " doesn't hold exactly " + std::to_string(copy.width) + " entries",
                    index * bundle_width + entries.size());
    if (copy.width > width) tiles_->note_tail(copy.name);
    const std::size_t common = std::min(file.bytes.size(), used);
    if (file.bytes.compare(0, common, copy.bytes, 0, common) != 0)
      bundles_.fail(copy.name + " says other than " + file.name);
  }

  // Where entries are lost, the tile's hashes let the rest be checked all the same.
  void fill_from_tile(std::uint64_t index, unsigned width, std::vector<Digest>& leaves) {
    Findings ignored("tiles");  // `compare` tells them
    const auto files = tiles_->copies(0, index, ignored);
    const TileCopy* file = tiles_->choose(files, 0, index, width, tiles_->findings());
    if (file == nullptr || file->bytes.size() < width * sizeof(Digest)) return;
    while (leaves.size() < width) {
      Digest leaf;
      std::copy_n(reinterpret_cast<const std::uint8_t*>(file->bytes.data()) +
                      leaves.size() * sizeof(Digest),
                  sizeof(Digest), leaf.begin());
      leaves.push_back(leaf);
      entries_.skip(leaf);
    }
  }

  void add_to_level(unsigned level, const Digest& root) {
    auto& hashes = levels_.at(level);
    hashes.push_back(root);
    if (hashes.size() < bundle_width) return;
    const std::uint64_t index = (tree_count(level) + 1) / bundle_width - 1;
    tiles_->compare(static_cast<int>(level), index, hashes);
    hashes.clear();
  }

  // Subtrees of 256^level entries that were complete before the leaf now being added.
  [[nodiscard]] std::uint64_t tree_count(unsigned level) const {
    return tree_.size() >> (8 * level);
  }

  void finish_levels() {
    for (unsigned level = 1; level < levels_.size(); ++level)
      if (!levels_[level].empty())
        tiles_->compare(static_cast<int>(level), tree_count(level) / bundle_width, levels_[level]);
  }

  void compare_since(const Digest& root) {
    if (root == since_->root)
      result_.add({"since",
                   CheckResult::passed,
                   "the log goes on from the earlier checkpoint of " +
                       std::to_string(since_->size) + " entries",
                   {}});
    else
      result_.add({"since",
                   CheckResult::failed,
                   "the first " + std::to_string(since_->size) +
                       " entries are not those of the earlier checkpoint: history was rewritten",
                   {}});
    since_.reset();
  }

  void report() {
    if (!has_entries_)
      result_.add({"entries", CheckResult::not_checked, "there are no entries in this log", {}});
    else if (bundles_.failed())
      result_.add(bundles_.check(""));
    if (!options_.tree_only) entries_.report(result_);
    report_tree();
    if (since_ && lost_)
      result_.add(
          {"since", CheckResult::undecided, "what is missing keeps it from being compared", {}});
    else if (since_)
      result_.add({"since",
                   CheckResult::undecided,
                   "this log has " + std::to_string(result_.size) +
                       " entries, the earlier checkpoint " + std::to_string(since_->size) +
                       ": it is an older copy",
                   {}});
    report_files();
  }

  void report_tree() {
    result_.add(tiles_->findings().check(std::to_string(tiles_->tiles()) +
                                         " tiles hold the hashes of the entries"));
    if (lost_) {
      result_.add({"root", CheckResult::failed,
                   "from entry " + std::to_string(*lost_) +
                       " on nothing could be checked, since neither entries nor hashes are there",
                   lost_});
      return;
    }
    const bool same = tree_.root(hasher_) == result_.root;
    result_.add({"root",
                 same ? CheckResult::passed : CheckResult::failed,
                 same ? "the entries have the root that was signed"
                      : "the entries don't have the root that was signed",
                 {}});
  }

  void report_files() {
    if (!tiles_->stranger().empty())
      result_.add({"files",
                   CheckResult::undecided,
                   tiles_->stranger() + " is not a file of a log, and was not checked",
                   {}});
    for (const auto& file : fs::directory_iterator(dir_)) {
      const std::string name = file.path().filename().string();
      if (name != "checkpoint" && name != "tile")
        result_.notes.push_back(name + " is not part of the log, and was not checked");
    }
    if (tiles_->tail().empty()) return;
    if (has_grown())
      result_.notes.push_back("the log grew while it was read; what came since was not checked");
    else
      result_.add({"files",
                   CheckResult::undecided,
                   tiles_->tail() + " goes beyond the " + std::to_string(result_.size) +
                       " entries that are signed: nobody vouches for it. A publication may have "
                       "been cut off; start the centre, then verify again",
                   {}});
  }

  // True when the centre has published meanwhile, so that newer tiles are only to be expected.
  bool has_grown() const {
    try {
      const auto note = read_file(dir_ / "checkpoint", largest_note);
      return note && *note != result_.checkpoint &&
             open_checkpoint(*note, trust_).checkpoint.size > result_.size;
    } catch (const AuditError&) {
      return false;
    }
  }

  fs::path dir_;
  const Trust& trust_;
  const VerifyOptions& options_;
  Verification result_;
  Hasher hasher_;
  Accumulator tree_;
  EntryCheck entries_;
  Findings bundles_{"bundles"};
  TileCheck* tiles_ = nullptr;
  std::array<std::vector<Digest>, 9> levels_;
  std::optional<Checkpoint> since_;
  std::optional<std::uint64_t> lost_;  // the first entry of which nothing is known
  bool has_entries_ = true;
};

}  // namespace

Verification verify_log(const fs::path& log_dir, const Trust& trust, const VerifyOptions& options) {
  return Verifying(log_dir, trust, options).run();
}

}  // namespace sceau::audit
