// A small writer of a log that tests kill, and whose system calls they make fail.
//
//   audit_driver work DIR ENTRIES THREADS    appends to DIR/log (making it if it lacks), telling
//                                            on stdout what was acknowledged and published
//   audit_driver check DIR < what work told  opens the log again, publishes, and verifies that all
//                                            of it is there: exit 0; 4 when opening is an alarm
//
//   audit_driver rotate DIR                  seals DIR/log and begins the next, or goes on with it
//   audit_driver check-rotated DIR           exit 0 when the two logs are whole and make a chain
//   audit_driver key | private-key           the key of these logs
//
// With one thread it publishes by itself, so that one thread makes every call; it tells by writev,
// a call that tests leave alone, and access("/sceau-driver-begins") tells them where to begin.
#include <sys/uio.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/note.h"
#include "audit/prove.h"
#include "audit/rotation.h"
#include "audit/verify_chain.h"
#include "tests/audit/fixture.h"

namespace {

using namespace sceau::audit;
namespace fs = std::filesystem;

void tell(std::string line) {
  line += '\n';
  const iovec part{line.data(), line.size()};
  if (::writev(STDOUT_FILENO, &part, 1) != static_cast<ssize_t>(line.size())) std::abort();
}

std::unique_ptr<Log> open(const fs::path& dir, bool by_itself) {
  LogOptions options;
  options.publish_after = by_itself ? std::chrono::milliseconds(2) : std::chrono::hours(1);
  options.wal_limit = 3000;
  return std::make_unique<Log>(
      dir / "log", dir / "log.state", std::string(test::origin), test::test_signer(),
      [] { return std::chrono::system_clock::now(); }, std::move(options));
}

void tell_checkpoint(const std::string& note) { tell("checkpoint " + to_base64(as_bytes(note))); }

void append(Log& log, std::uint64_t number) {
  for (const Appended& entry : log.append(std::vector<Draft>(1 + number % 3, test::draft(number))))
    tell("entry " + std::to_string(entry.seq) + " " + to_hex(entry.leaf));
}

int work(const fs::path& dir, std::uint64_t entries, unsigned threads) {
  (void)::access("/sceau-driver-begins", F_OK);
  if (!fs::exists(dir / "log.state" / "signed")) {  // not made, or its making was cut off
    fs::remove_all(dir / "log");
    fs::remove_all(dir / "log.state");
    Log::create(dir / "log", dir / "log.state");
  }
  const auto log = open(dir, threads > 1);
  if (threads <= 1) {
    for (std::uint64_t i = 0; i < entries; ++i) {
      append(*log, i);
      if (i % 3 == 2) continue;
      log->publish();
      tell_checkpoint(log->checkpoint());
    }
    return 0;
  }
  std::vector<std::thread> workers;
  for (unsigned t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < entries; ++i) {
        append(*log, i + t);
        if (i % 16 == 0) tell_checkpoint(log->checkpoint());
      }
    });
  for (std::thread& worker : workers) worker.join();
  return 0;
}

// What a crashed writer left signed, or about to be: these sizes have their roots for ever.
void note_left_behind(const fs::path& dir, std::vector<Earlier>& promised) {
  const std::string text = test::slurp(dir / "log.state" / "signed");
  if (text.find('\n') != std::string::npos && text != "new\n")
    promised.push_back({"signed", sign_note(text, test::test_signer())});
  if (fs::exists(dir / "log" / "checkpoint"))
    promised.push_back({"checkpoint", test::slurp(dir / "log" / "checkpoint")});
}

int check(const fs::path& dir) {
  std::map<std::uint64_t, std::string> acknowledged;
  std::vector<Earlier> promised;
  for (std::string line; std::getline(std::cin, line) && !std::cin.eof();) {
    std::istringstream words(line);
    std::string kind, leaf;
    std::uint64_t seq = 0;
    words >> kind;
    if (kind == "entry") {
      words >> seq >> leaf;
      acknowledged[seq] = leaf;
    } else {
      words >> leaf;
      const auto bytes = from_base64(leaf);
      if (!bytes) throw std::runtime_error("a line that work didn't tell: " + line);
      promised.push_back({kind, std::string(bytes->begin(), bytes->end())});
    }
  }
  if (!fs::exists(dir / "log.state" / "signed")) {
    if (!acknowledged.empty()) throw std::runtime_error("the log is gone");
    return 0;  // it ended before the log was made
  }
  note_left_behind(dir, promised);
  std::uint64_t size = 0;
  {
    const auto log = open(dir, false);
    log->append({test::draft(7)});
    log->publish();
    size = log->published();
  }
  VerifyOptions options;
  options.since = promised;
  options.threads = 1;
  const Verification result = verify_log(dir / "log", test::test_trust(), options);
  if (result.outcome != Outcome::valid)
    for (const Check& one : result.checks)
      if (one.result != CheckResult::passed && one.name != "witnesses")
        throw std::runtime_error("not valid: " + one.name + ": " + one.message);
  LogFiles files(dir / "log", size);
  Hasher hasher;
  for (const auto& [seq, leaf] : acknowledged)
    if (seq >= size || to_hex(hasher.leaf(files.entry(seq))) != leaf)
      throw std::runtime_error("entry " + std::to_string(seq) + " was acknowledged and is gone");
  return 0;
}

constexpr const char* next_origin = "example.org/sceau.2";

// As a centre rotates its log, or goes on with a rotation that ended on the way.
int rotate(const fs::path& dir) {
  (void)::access("/sceau-driver-begins", F_OK);
  const LogPlace place(dir / "log");
  const auto clock = [] { return std::chrono::system_clock::now(); };
  finish_rotation(place);
  if (test::slurp(place.log / "checkpoint").starts_with(next_origin)) return 0;
  open(dir, false)->seal(test::test_signer(9, next_origin).verifier(), "u-1");
  begin_next_log(place, test::test_signer().verifier(), test::test_signer(9, next_origin), clock,
                 "u-1");
  return 0;
}

// Both logs are there, whole, and name each other.
int check_rotated(const fs::path& dir) {
  const Trust trust =
      parse_trust("log " + test::test_signer().verifier_key() + "\nlog " +
                  test::test_signer(9, next_origin).verifier_key() + "\nquorum none\n");
  const ChainVerification chain = verify_chain(find_logs(dir), trust);
  if (chain.outcome != Outcome::valid || chain.logs.size() != 2 || chain.links.size() != 1 ||
      chain.links[0].result != CheckResult::passed || chain.logs[1].size != 1)
    throw std::runtime_error("the two logs don't make a chain");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() == 4 && words[0] == "work")
      return work(words[1], std::strtoull(words[2].c_str(), nullptr, 10),
                  static_cast<unsigned>(std::strtoul(words[3].c_str(), nullptr, 10)));
    if (words.size() == 2 && words[0] == "check") return check(words[1]);
    if (words.size() == 2 && words[0] == "rotate") return rotate(words[1]);
    if (words.size() == 2 && words[0] == "check-rotated") return check_rotated(words[1]);
    if (words == std::vector<std::string>{"key"}) {
      std::cout << test::test_signer().verifier_key() << "\n";
      return 0;
    }
    if (words == std::vector<std::string>{"private-key"}) {
      std::cout << test::test_signer().private_key() << "\n";
      return 0;
    }
    std::cerr << "usage: audit_driver work DIR ENTRIES THREADS | check DIR | rotate DIR | "
                 "check-rotated DIR | key | private-key\n";
    return 2;
  } catch (const AuditError& error) {
    std::cerr << error.what() << "\n";
    return error.fault() == Fault::tampered ? 4 : 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 3;
  }
}
