#include "audit/verify.h"

#include <algorithm>
#include <array>
#include <thread>

#include "audit/fault.h"
#include "audit/files.h"
#include "audit/merkle.h"
#include "audit/ordered_work.h"
#include "audit/verify_acts.h"
#include "audit/verify_files.h"
#include "audit/verify_part.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_note = 1'000'000;
constexpr std::uint64_t bundle_width = 256;
constexpr unsigned bundle_height = 8;
constexpr std::uint64_t part_bundles = 16;  // what a thread takes at a time

// An earlier checkpoint that is yet to be compared.
struct Expected {
  Checkpoint checkpoint;
  std::string name;
  bool witnesses = false;  // it is the one that witnesses signed, not one of --since
};

class Verifying {
 public:
  Verifying(const fs::path& dir, const Trust& trust, const VerifyOptions& options)
      : dir_(dir), trust_(trust), options_(options) {}

  Verification run() {
    if (!check_checkpoint()) return std::move(result_);
    for (const Earlier& earlier : options_.since) expect_earlier(earlier);
    expect_cosigned();
    std::stable_sort(expected_.begin(), expected_.end(), [](const Expected& a, const Expected& b) {
      return a.checkpoint.size < b.checkpoint.size;
    });
    compare_expected();
    has_entries_ = !options_.tree_only || fs::exists(dir_ / "tile" / "entries");
    TileCheck tiles(dir_, result_.size);
    tiles_ = &tiles;
    read_parts();
    if (!lost_) finish_levels();
    tiles.look_for_strangers();
    report();
    return std::move(result_);
  }

 private:
  // Not for 2^62 at once: parts are made while there is something to read.
  void read_parts() {
    const std::uint64_t bundles = (result_.size + bundle_width - 1) / bundle_width;
    const std::uint64_t parts = (bundles + part_bundles - 1) / part_bundles;
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    work_in_order<Part>(
        parts, options_.threads > 0 ? options_.threads : cores,
        [&] {
          auto reader =
              std::make_shared<PartReader>(dir_, result_.size, has_entries_, options_.tree_only);
          return [reader, bundles](std::uint64_t number) {
            return reader->read(number * part_bundles,
                                std::min(bundles, (number + 1) * part_bundles));
          };
        },
        [&](Part&& part) {
          take(part);
          if (options_.progress)
            options_.progress(std::min(part.first + part.leaves.size(), result_.size),
                              result_.size);
          return !lost_;
        });
  }

  // Puts a part behind those before it.
  void take(const Part& part) {
    if (part.first_prev && *part.first_prev != std::string_view(prev_.data(), prev_.size()))
      chain_.fail(Failure::chain_prev,
                  "entry " + std::to_string(part.first) +
                      " names another entry before it than the one that is there",
                  part.first);
    if (!part.first_time.empty() && part.first_time < time_)
      chain_.fail(
          Failure::chain_time,
          "entry " + std::to_string(part.first_timed) + " is earlier than the entry before it",
          part.first_timed);
    chain_.merge(part.chain);
    entries_.merge(part.entries);
    bundles_.merge(part.bundles);
    if (part.unknown_events > 0 && unknown_events_ == 0) first_unknown_ = part.first_unknown;
    unknown_events_ += part.unknown_events;
    acts_.add(part);
    add_to_tree(part);
    tiles_->merge(part.tiles);
    if (!part.leaves.empty()) prev_ = hex_digest(part.leaves.back());
    if (!part.last_time.empty()) time_ = part.last_time;
    lost_ = part.lost;
  }

  void add_to_tree(const Part& part) {
    const Accumulator::Completed completed = [this](unsigned height, const Digest& root) {
      if (height % bundle_height == 0) add_to_level(height / bundle_height, root);
    };
    for (std::size_t at = 0; at < part.leaves.size(); at += bundle_width) {
      const std::size_t bundle = at / bundle_width;
      const bool within =
          !expected_.empty() && expected_.front().checkpoint.size < part.first + at + bundle_width;
      if (bundle < part.roots.size() && !within) {
        tree_.add_subtree(hasher_, part.roots[bundle], bundle_height, completed);
        compare_expected();
        continue;
      }
      const std::size_t end = std::min<std::size_t>(at + bundle_width, part.leaves.size());
      for (std::size_t i = at; i < end; ++i) {
        tree_.add(hasher_, part.leaves[i], completed);
        compare_expected();
      }
    }
  }

  bool check_checkpoint() {
    const auto note = read_file(dir_ / "checkpoint", largest_note);
    if (!note) {
      if (!fs::exists(dir_ / "tile"))
        throw AuditError(Fault::bad_input, dir_.string() + " holds no log",
                         "name the folder that has `checkpoint` and `tile` in it");
      fail("checkpoint", Failure::checkpoint_missing, "the checkpoint is missing");
      return false;
    }
    result_.checkpoint = *note;
    try {
      opened_ = open_checkpoint(*note, trust_);
    } catch (const AuditError& error) {
      fail("checkpoint", failure_of(*note, trust_), error.what());
      if (!error.hint().empty()) result_.notes.push_back(error.hint());
      return false;
    }
    result_.origin = opened_.checkpoint.origin;
    result_.log_key = opened_.log_key;
    result_.size = opened_.checkpoint.size;
    result_.root = opened_.checkpoint.root;
    if (!options_.tree_only && !opened_.checkpoint.extensions.empty()) {
      fail("checkpoint", Failure::checkpoint_form, "the checkpoint has lines too many");
      return false;
    }
    result_.add({"checkpoint", CheckResult::passed,
                 std::to_string(result_.size) + " entries, signed by " + opened_.log_key});
    if (result_.origin.starts_with("trial/"))
      result_.notes.push_back(
          "this is the log of a trial centre, where anybody may act as anybody");
    return true;
  }

  void expect_earlier(const Earlier& earlier) {
    const std::string name = earlier.name.empty() ? "" : " (" + earlier.name + ")";
    try {
      Expected next{open_checkpoint(earlier.note, trust_).checkpoint, name, false};
      if (next.checkpoint.origin == result_.origin)
        expected_.push_back(std::move(next));
      else
        fail("since", Failure::since_origin,
             "the earlier checkpoint" + name + " is of another log");
    } catch (const AuditError& error) {
      fail("since", Failure::since_untrusted,
           "the earlier checkpoint" + name + " can't be believed: " + error.what());
    }
  }

  // Where the newest checkpoint has no quorum, an earlier one may have it, and this log must go on
  // from that.
  void expect_cosigned() {
    const auto count = [&](const SignedCheckpoint& of) {
      result_.witnessed = trust_.quorum != Trust::none && of.quorum ? of.checkpoint.size : 0;
      for (const std::size_t witness : of.cosigned)
        result_.witnesses.push_back(trust_.witnesses[witness].name());
    };
    if (trust_.quorum == Trust::none || opened_.quorum) {
      count(opened_);
      result_.add(check_witnesses(opened_, trust_));
    }
    const auto note = read_file(dir_ / "checkpoint.cosigned", largest_note);
    if (!note) {
      if (trust_.quorum != Trust::none && !opened_.quorum)
        result_.add(check_witnesses(opened_, trust_));
      return;
    }
    try {
      const SignedCheckpoint earlier = open_checkpoint(*note, trust_);
      if (earlier.checkpoint.origin != result_.origin)
        throw AuditError(Fault::tampered, "it is of another log");
      expected_.push_back({earlier.checkpoint, "checkpoint.cosigned", true});
      if (trust_.quorum == Trust::none || opened_.quorum) return;
      if (!earlier.quorum) {
        result_.add(check_witnesses(
            earlier.cosigned.size() > opened_.cosigned.size() ? earlier : opened_, trust_));
        return;
      }
      count(earlier);
      Check check = check_witnesses(earlier, trust_);
      check.message += ", for the first " + std::to_string(earlier.checkpoint.size) +
                       " entries; no witness vouches yet for those after them";
      result_.add(std::move(check));
    } catch (const AuditError& error) {
      fail("witnesses", Failure::witnesses_other,
           std::string("checkpoint.cosigned can't be believed: ") + error.what());
    }
  }

  void add_to_level(unsigned level, const Digest& root) {
    auto& hashes = levels_.at(level);
    hashes.push_back(root);
    if (hashes.size() < bundle_width) return;
    tiles_->compare(static_cast<int>(level), tree_count(level) / bundle_width - 1, hashes);
    hashes.clear();
  }

  // Complete subtrees of 256^level entries, with the one that is being added.
  [[nodiscard]] std::uint64_t tree_count(unsigned level) const {
    return tree_.size() >> (bundle_height * level);
  }

  void finish_levels() {
    for (unsigned level = 1; level < levels_.size(); ++level)
      if (!levels_[level].empty())
        tiles_->compare(static_cast<int>(level), tree_count(level) / bundle_width, levels_[level]);
  }

  // Compares the earlier checkpoints whose size the tree has reached.
  void compare_expected() {
    while (!expected_.empty() && expected_.front().checkpoint.size == tree_.size()) {
      const Expected next = std::move(expected_.front());
      expected_.erase(expected_.begin());
      const bool same = tree_.root(hasher_) == next.checkpoint.root;
      const std::string size = std::to_string(next.checkpoint.size);
      if (next.witnesses && !same)
        fail("witnesses", Failure::witnesses_other,
             "the first " + size +
                 " entries are not those that witnesses signed: history was "
                 "rewritten");
      else if (!next.witnesses && same)
        result_.add(
            {"since", CheckResult::passed,
             "the log goes on from the earlier checkpoint of " + size + " entries" + next.name});
      else if (!next.witnesses)
        fail("since", Failure::since_root,
             "the first " + size + " entries are not those of the earlier checkpoint" + next.name +
                 ": history was rewritten");
    }
  }

  void fail(const char* name, Failure failure, std::string message,
            std::optional<std::uint64_t> entry = {}) {
    result_.add({name, CheckResult::failed, std::move(message), entry, failure});
  }
  void leave_open(const char* name, Failure failure, std::string message) {
    result_.add({name, CheckResult::undecided, std::move(message), {}, failure});
  }

  void report() {
    if (!has_entries_)
      result_.add({"entries", CheckResult::not_checked, "there are no entries in this log"});
    else if (bundles_.failed())
      result_.add(bundles_.check(""));
    if (!options_.tree_only) report_entries();
    report_tree();
    for (const Expected& missing : expected_) report_missing(missing);
    report_files();
  }

  void report_entries() {
    acts_.report(result_, chain_);
    const std::string all =
        std::to_string(lost_ ? std::min(*lost_, result_.size) : result_.size) + " entries";
    result_.add(entries_.check(all + " in their canonical form, with the data they must carry"));
    result_.add(chain_.check(all + " numbered without a gap, each naming the one before"));
    if (unknown_events_ > 0)
      leave_open("events", Failure::event_unknown,
                 std::to_string(unknown_events_) +
                     " entries have events that this program doesn't know, first entry " +
                     std::to_string(first_unknown_) + ": a newer sceau-audit may");
  }

  // An earlier checkpoint that the tree didn't reach.
  void report_missing(const Expected& missing) {
    const std::string size = std::to_string(missing.checkpoint.size);
    if (lost_)
      leave_open(missing.witnesses ? "witnesses" : "since", Failure::since_unknown,
                 "what is missing keeps the earlier checkpoint of " + size +
                     " entries from being compared");
    else if (missing.witnesses)
      fail("witnesses", Failure::witnesses_other,
           "witnesses signed " + size + " entries, and this log has " +
               std::to_string(result_.size) + ": it was cut");
    else
      leave_open("since", Failure::since_newer,
                 "this log has " + std::to_string(result_.size) +
                     " entries, the earlier checkpoint" + missing.name + " " + size +
                     ": it is an older copy");
  }

  void report_tree() {
    result_.add(tiles_->findings().check(std::to_string(tiles_->tiles()) +
                                         " tiles hold the hashes of the entries"));
    if (lost_)
      return fail("root", Failure::root_unknown,
                  "from entry " + std::to_string(*lost_) +
                      " on nothing could be checked, since neither entries nor hashes are there",
                  lost_);
    if (tree_.root(hasher_) == result_.root)
      result_.add({"root", CheckResult::passed, "the entries have the root that was signed"});
    else
      fail("root", Failure::root_other, "the entries don't have the root that was signed");
  }

  void report_files() {
    if (!tiles_->stranger().empty())
      leave_open("files", Failure::file_stranger,
                 tiles_->stranger() + " is not a file of a log, and was not checked");
    for (const auto& file : fs::directory_iterator(dir_)) {
      const std::string name = file.path().filename().string();
      if (name != "checkpoint" && name != "checkpoint.cosigned" && name != "tile")
        result_.notes.push_back(name + " is not part of the log, and was not checked");
    }
    if (tiles_->tail().empty()) return;
    if (has_grown())
      result_.notes.push_back("the log grew while it was read; what came since was not checked");
    else
      leave_open("files", Failure::file_tail,
                 tiles_->tail() + " goes beyond the " + std::to_string(result_.size) +
                     " entries that are signed: nobody vouches for it. A publication may have "
                     "been cut off; start the centre, then verify again");
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
  SignedCheckpoint opened_;
  Hasher hasher_;
  Accumulator tree_;
  ActCheck acts_;
  Findings entries_{"entries"}, chain_{"chain"}, bundles_{"bundles"};
  TileCheck* tiles_ = nullptr;
  std::array<std::vector<Digest>, 9> levels_;
  std::vector<Expected> expected_;         // by size
  HexDigest prev_ = hex_digest(Digest{});  // leaf hash of the last entry taken
  std::string time_;                       // and its time
  std::uint64_t unknown_events_ = 0, first_unknown_ = 0;
  std::optional<std::uint64_t> lost_;  // the first entry of which nothing is known
  bool has_entries_ = true;
};

}  // namespace

Verification verify_log(const fs::path& log_dir, const Trust& trust, const VerifyOptions& options) {
  return Verifying(log_dir, trust, options).run();
}

}  // namespace sceau::audit
