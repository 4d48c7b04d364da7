// A chain of logs, whole and with each link broken.
#include <doctest/doctest.h>

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/note.h"
#include "audit/rotation.h"
#include "audit/verify_chain.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

std::string origin_of(int number) {
  return std::string(test::origin) + (number == 1 ? "" : "." + std::to_string(number));
}

// The key of the n-th log: the first is that of every other test.
Signer signer_of(int number) {
  return test::test_signer(static_cast<std::uint8_t>(6 + number), origin_of(number));
}

Trust trust_of(int logs) {
  std::string text;
  for (int i = 1; i <= logs; ++i) text += "log " + signer_of(i).verifier_key() + "\n";
  return parse_trust(text + "quorum none\n");
}

std::unique_ptr<Log> open_log_of(const test::Folder& folder, int number) {
  return std::make_unique<Log>(folder.log(), folder.state(), origin_of(number), signer_of(number),
                               test::test_clock(), test::quiet());
}

// Three logs of some entries, rotated as a centre does.
struct Home {
  test::Folder folder;

  Home() {
    Log::create(folder.log(), folder.state());
    for (int number = 1; number <= 3; ++number) {
      {
        const auto log = open_log_of(folder, number);
        log->append(std::vector<Draft>(4, test::draft(static_cast<std::uint64_t>(number))));
        if (number < 3) log->seal(signer_of(number + 1).verifier(), "u-1");
      }
      if (number < 3)
        begin_next_log(LogPlace(folder.log()), signer_of(number).verifier(), signer_of(number + 1),
                       test::test_clock(), "u-1", test::quiet());
    }
  }

  [[nodiscard]] fs::path log(int number) const {
    return number == 3 ? folder.log() : folder.path() / "log.sealed" / std::to_string(number);
  }
};

// The log again from its entries, changed, and signed by its own key.
void forge(const fs::path& log, int number,
           const std::function<void(std::vector<std::string>&)>& change) {
  const std::uint64_t size =
      parse_checkpoint(parse_note(test::slurp(log / "checkpoint")).text).size;
  std::vector<std::string> entries = test::entries_of(log, static_cast<unsigned>(size));
  change(entries);
  fs::remove_all(log);
  test::write_reference_log(log, entries, signer_of(number), origin_of(number));
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
}

Failure failure_in(const ChainVerification& chain) {
  CHECK(chain.outcome == Outcome::tampered);
  for (const Check& link : chain.links)
    if (link.result == CheckResult::failed) return link.failure;
  return Failure::none;
}

}  // namespace

TEST_CASE("three logs that go on from each other are found and verified as a chain") {
  const Home home;
  const auto logs = find_logs(home.folder.path());
  CHECK(logs.size() == 3);
  const auto chain = verify_chain(logs, trust_of(3));
  CHECK(chain.outcome == Outcome::valid);
  REQUIRE(chain.logs.size() == 3);
  for (int i = 0; i < 3; ++i)
    CHECK(chain.logs[static_cast<std::size_t>(i)].origin == origin_of(i + 1));
  REQUIRE(chain.links.size() == 2);
  for (const Check& link : chain.links) CHECK(link.result == CheckResult::passed);
}

TEST_CASE("part of a chain is valid, and says what it was not given") {
  const Home home;
  const auto middle = verify_chain({home.log(2)}, trust_of(3));
  CHECK(middle.outcome == Outcome::valid);
  REQUIRE(middle.links.size() == 2);
  for (const Check& link : middle.links) CHECK(link.result == CheckResult::not_checked);
  CHECK(middle.links[0].message ==
        origin_of(2) + " goes on from " + origin_of(1) + ", which was not given");
  CHECK(middle.links[1].message ==
        origin_of(2) + " is sealed; the log that goes on, " + origin_of(3) + ", was not given");
  CHECK(failure_in(verify_chain({home.log(3), home.log(1)}, trust_of(3))) == Failure::link_missing);
}

TEST_CASE("a key of the older log doesn't vouch for the newer one") {
  const Home home;
  const auto chain = verify_chain({home.log(1), home.log(2)}, trust_of(1));
  CHECK(chain.outcome == Outcome::tampered);
  bool found = false;
  for (const auto& log : chain.logs)
    for (const Check& check : log.checks) found = found || check.failure == Failure::key_unknown;
  CHECK(found);
}

TEST_CASE("each link that is broken is named") {
  const auto broken = [](int number, const std::function<void(std::vector<std::string>&)>& change) {
    const Home home;
    forge(home.log(number), number, change);
    return failure_in(verify_chain({home.log(1), home.log(2)}, trust_of(3)));
  };
  // The key's holder cut the older log's end, or the newer one's beginning.
  CHECK(broken(1, [](auto& entries) { entries.pop_back(); }) == Failure::link_missing);
  CHECK(broken(2, [](auto& entries) { entries.erase(entries.begin()); }) == Failure::link_missing);
  CHECK(broken(1, [](auto& entries) {
          replace(entries.back(), signer_of(2).verifier_key(), signer_of(3).verifier_key());
        }) == Failure::link_key);
  CHECK(broken(2, [](auto& entries) {
          replace(entries.front(), signer_of(1).verifier_key(), signer_of(3).verifier_key());
        }) == Failure::link_key);
  CHECK(broken(2, [](auto& entries) {
          const std::string other =
              sign_note(format_checkpoint({origin_of(1), 5, Digest{}, ""}), signer_of(1));
          const auto at = entries.front().find("\"checkpoint\":\"") + 14;
          const auto end = entries.front().find('"', at);
          entries.front().replace(at, end - at, to_base64(as_bytes(other)));
        }) == Failure::link_checkpoint);
  // An older log that grew after it was left, or was rewritten as a whole.
  CHECK(broken(1, [](auto& entries) { entries.insert(entries.begin(), entries.front()); }) ==
        Failure::link_checkpoint);
}

TEST_CASE("a log twice, and two that go on from one, are forks") {
  const Home home;
  CHECK(failure_in(verify_chain({home.log(1), home.log(2), home.log(2)}, trust_of(3))) ==
        Failure::link_double);
  const test::Folder fork;
  fs::copy(home.log(2), fork.log(), fs::copy_options::recursive);
  auto entries = test::entries_of(fork.log(), 6);
  replace(entries.front(), "\"origin\":\"" + origin_of(2), "\"origin\":\"" + origin_of(3));
  fs::remove_all(fork.log());
  test::write_reference_log(fork.log(), entries, signer_of(3), origin_of(3));
  CHECK(failure_in(verify_chain({home.log(1), home.log(2), fork.log()}, trust_of(3))) ==
        Failure::link_double);
}

TEST_CASE("entries behind a seal, and a beginning in the midst, are named") {
  const Home home;
  forge(home.log(1), 1, [](auto& entries) { std::swap(entries[3], entries[4]); });
  const auto chain = verify_chain({home.log(1)}, trust_of(3));
  CHECK(chain.outcome == Outcome::tampered);
  const Home other;
  forge(other.log(2), 2, [](auto& entries) { std::swap(entries[0], entries[1]); });
  const auto swapped = verify_log(other.log(2), trust_of(3));
  CHECK(swapped.outcome == Outcome::tampered);
}

TEST_CASE("earlier checkpoints go to the log of their origin") {
  const Home home;
  VerifyOptions options;
  for (int i = 1; i <= 3; ++i)
    options.since.push_back({std::to_string(i), test::slurp(home.log(i) / "checkpoint")});
  const auto chain = verify_chain(find_logs(home.folder.path()), trust_of(3), options);
  CHECK(chain.outcome == Outcome::valid);
  for (const Verification& log : chain.logs)
    CHECK(log.find("since")->result == CheckResult::passed);
  options.since.push_back(
      {"strange", sign_note(format_checkpoint({"other.example", 1, Digest{}, ""}),
                            test::test_signer(9, "other.example"))});
  CHECK(verify_chain(find_logs(home.folder.path()), trust_of(3), options).outcome ==
        Outcome::tampered);
}

TEST_CASE("a folder without logs is refused") {
  const test::Folder folder;
  CHECK_THROWS_AS((void)find_logs(folder.path()), AuditError);
  CHECK_THROWS_AS((void)find_logs(folder.path() / "none"), AuditError);
}

}  // namespace sceau::audit
