#include "audit/verify_chain.h"

#include <algorithm>

#include "audit/fault.h"
#include "audit/files.h"
#include "audit/note.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t nowhere = SIZE_MAX;
constexpr std::size_t most_logs = 1000;

bool is_log(const fs::path& path) {
  return fs::exists(path / "checkpoint") || fs::exists(path / "tile");
}

// The origin of a note's checkpoint, unverified; empty when it has none.
std::string origin_of(const std::string& note) {
  try {
    return parse_checkpoint(parse_note(note).text).origin;
  } catch (const AuditError&) {
    return {};
  }
}

class Chain {
 public:
  explicit Chain(ChainVerification& result) : result_(result) {}

  void link() {
    const std::vector<std::size_t> before = find_before();
    order(before);
    for (std::size_t i = 0; i < result_.logs.size(); ++i) {
      const Verification& log = result_.logs[i];
      if (i == 0)
        check_beginning(log);
      else
        check_link(result_.logs[i - 1], log);
    }
    if (const Verification& last = result_.logs.back(); last.next)
      add({"link", CheckResult::not_checked,
           last.origin + " is sealed; the log that goes on, " + last.next->origin +
               ", was not given"});
  }

 private:
  void add(Check check) {
    if (check.result == CheckResult::failed) result_.outcome = Outcome::tampered;
    result_.links.push_back(std::move(check));
  }
  void fail(Failure failure, std::string message) {
    add({"link", CheckResult::failed, std::move(message), {}, failure});
  }

  // For each log the one that it goes on from.
  std::vector<std::size_t> find_before() {
    const auto& logs = result_.logs;
    std::vector<std::size_t> before(logs.size(), nowhere);
    for (std::size_t i = 0; i < logs.size(); ++i) {
      for (std::size_t other = 0; other < i; ++other)
        if (!logs[i].origin.empty() && logs[i].origin == logs[other].origin)
          fail(Failure::link_double, "the log " + logs[i].origin + " is there twice");
      if (!logs[i].earlier) continue;
      const std::string origin = origin_of(logs[i].earlier->checkpoint);
      for (std::size_t other = 0; other < logs.size(); ++other)
        if (other != i && logs[other].origin == origin) before[i] = other;
      if (before[i] == nowhere) continue;
      for (std::size_t other = 0; other < i; ++other)
        if (before[other] == before[i])
          fail(Failure::link_double, logs[other].origin + " and " + logs[i].origin +
                                         " both go on from " + origin + ": one was forked");
    }
    return before;
  }

  // Puts the logs in the order in which they follow each other; what follows nothing comes last.
  void order(const std::vector<std::size_t>& before) {
    std::vector<std::size_t> sequence;
    const auto follow = [&](std::size_t from) {
      while (from != nowhere &&
             std::find(sequence.begin(), sequence.end(), from) == sequence.end()) {
        sequence.push_back(from);
        const auto next = std::find(before.begin(), before.end(), from);
        from = next == before.end() ? nowhere : static_cast<std::size_t>(next - before.begin());
      }
    };
    for (std::size_t i = 0; i < before.size(); ++i)
      if (before[i] == nowhere) follow(i);
    for (std::size_t i = 0; i < before.size(); ++i) follow(i);  // a circle has no beginning
    std::vector<Verification> logs;
    std::vector<fs::path> paths;
    for (const std::size_t i : sequence) {
      logs.push_back(std::move(result_.logs[i]));
      paths.push_back(std::move(result_.paths[i]));
    }
    result_.logs = std::move(logs);
    result_.paths = std::move(paths);
  }

  void check_beginning(const Verification& first) {
    if (!first.earlier) return;
    const std::string origin = origin_of(first.earlier->checkpoint);
    add({"link", CheckResult::not_checked,
         first.origin + " goes on from " + (origin.empty() ? "a log" : origin) +
             ", which was not given"});
  }

  void check_link(const Verification& older, const Verification& newer) {
    const std::string names = older.origin + " and " + newer.origin;
    if (!newer.earlier || origin_of(newer.earlier->checkpoint) != older.origin)
      return fail(Failure::link_missing,
                  newer.origin + " doesn't begin by naming " + older.origin + " before it");
    if (!older.next)
      return fail(Failure::link_missing,
                  older.origin + " ends without a seal, and " + newer.origin + " goes on from it");
    if (older.next->origin != newer.origin || older.next->key != newer.log_key)
      return fail(Failure::link_key, "the seal of " + older.origin +
                                         " names another log or key than that of " + newer.origin);
    if (newer.earlier->origin != newer.origin || newer.earlier->key != older.log_key)
      return fail(Failure::link_key, "the beginning of " + newer.origin +
                                         " names another log or key than that of " + older.origin);
    if (const std::string why = compare_checkpoint(older, *newer.earlier); !why.empty())
      return fail(Failure::link_checkpoint, why);
    add({"link", CheckResult::passed,
         names + " name each other, and the checkpoint between them is the same"});
  }

  static std::string compare_checkpoint(const Verification& older, const EarlierLog& earlier) {
    try {
      const Checkpoint held =
          open_checkpoint(earlier.checkpoint, trust_of_key(older.log_key)).checkpoint;
      if (held.size == older.size && held.root == older.root) return {};
      return "the log that goes on holds a checkpoint of " + std::to_string(held.size) +
             " entries of " + older.origin + ", and it is not the one that this log ends with";
    } catch (const AuditError& error) {
      return "the checkpoint of " + older.origin +
             " that the log after it holds can't be believed: " + error.what();
    }
  }

  ChainVerification& result_;
};

}  // namespace

std::vector<fs::path> find_logs(const fs::path& path) {
  if (is_log(path)) return {path};
  std::vector<fs::path> logs;
  std::error_code error;
  const auto look = [&](const fs::path& folder, const auto& self, int steps) -> void {
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (!entry.is_directory(error) || logs.size() >= most_logs) continue;
      if (is_log(entry.path()))
        logs.push_back(entry.path());
      else if (steps > 1)
        self(entry.path(), self, steps - 1);
    }
  };
  look(path, look, 2);
  std::sort(logs.begin(), logs.end());
  if (logs.empty())
    throw AuditError(Fault::bad_input, path.string() + " holds no log",
                     "name the folder that has `checkpoint` and `tile` in it, or one above");
  return logs;
}

ChainVerification verify_chain(const std::vector<fs::path>& logs, const Trust& trust,
                               const VerifyOptions& options) {
  ChainVerification result;
  std::vector<Earlier> homeless = options.since;
  for (const fs::path& path : logs) {
    VerifyOptions own = options;
    if (logs.size() > 1) {
      const auto note = read_file(path / "checkpoint", 1'000'000);
      const std::string origin = note ? origin_of(*note) : std::string();
      const auto of_other = [&](const Earlier& earlier) {
        return origin_of(earlier.note) != origin;
      };
      std::erase_if(own.since, of_other);
      std::erase_if(homeless, [&](const Earlier& earlier) { return !of_other(earlier); });
    }
    result.logs.push_back(verify_log(path, trust, own));
    result.paths.push_back(path);
    result.outcome = std::max(result.outcome, result.logs.back().outcome);
  }
  if (logs.empty()) throw AuditError(Fault::bad_input, "no log was given");
  Chain(result).link();
  if (logs.size() == 1) return result;
  for (const Earlier& earlier : homeless) {
    result.links.push_back({"since",
                            CheckResult::failed,
                            "the earlier checkpoint " + earlier.name + " is of none of these logs",
                            {},
                            Failure::since_origin});
    result.outcome = Outcome::tampered;
  }
  return result;
}

}  // namespace sceau::audit
