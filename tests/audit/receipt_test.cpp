#include "audit/receipt.h"

#include <doctest/doctest.h>

#include "audit/fault.h"
#include "audit/hash.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

const std::string output = "academie,n\nparis,120\n";

Digest hash_of(std::string_view bytes) { return Hasher().sha256(as_bytes(bytes)); }

// A log with a release in the middle, and that release's receipt.
std::string make_release(const test::Folder& folder, std::string_view event = "release.made") {
  Log::create(folder.log(), folder.state());
  const auto log = test::open_log(folder);
  log->append(std::vector<Draft>(5, test::draft(1)));
  Fields data = {{"request", "R-2026-000001"}, {"turn", std::int64_t{1}},
                 {"output", std::int64_t{1}},  {"policy", std::string(64, 'b')},
                 {"verdict", "pass"},          {"sha256", to_hex(hash_of(output))}};
  if (event == "review.decided") data["decision"] = "approve";
  const auto made = log->append(event, "u-3", data);
  log->append(std::vector<Draft>(7, test::draft(2)));
  return log->receipt(made.seq);
}

Outcome outcome_of(const std::string& receipt) {
  try {
    return verify_receipt(receipt, hash_of(output), test::test_trust()).outcome;
  } catch (const AuditError& error) {
    CHECK(error.fault() == Fault::bad_input);
    return Outcome::tampered;
  }
}

}  // namespace

TEST_CASE("a release's receipt proves the file that was released, and no other") {
  const test::Folder folder;
  const std::string receipt = make_release(folder);
  CHECK(receipt.starts_with("c2sp.org/tlog-proof@v1\nextra "));
  const auto result = verify_receipt(receipt, hash_of(output), test::test_trust());
  CHECK(result.outcome == Outcome::valid);
  CHECK(result.find("release")->message ==
        "output 1 of request R-2026-000001, verdict pass, policy " + std::string(64, 'b'));
  const auto other = verify_receipt(receipt, hash_of(output + "x"), test::test_trust());
  CHECK(other.outcome == Outcome::tampered);
  CHECK(other.find("file")->message.starts_with("the file is not the one that was released"));
  CHECK(verify_receipt(receipt, hash_of(output), trust_of_key(test::test_signer(8).verifier_key()))
            .outcome == Outcome::tampered);
}

TEST_CASE("each byte of a receipt, changed, and each length, cut, is found") {
  const test::Folder folder;
  const std::string receipt = make_release(folder);
  CHECK(outcome_of(receipt) == Outcome::valid);
  for (std::size_t at = 0; at < receipt.size(); ++at) {
    for (const int bit : {0x01, 0x04, 0x80}) {
      std::string bad = receipt;
      bad[at] = static_cast<char>(bad[at] ^ bit);
      CHECK_MESSAGE(outcome_of(bad) == Outcome::tampered, "byte " << at);
    }
    CHECK_MESSAGE(outcome_of(receipt.substr(0, at)) == Outcome::tampered, "cut at " << at);
  }
  CHECK(outcome_of(receipt + "\n") == Outcome::tampered);
}

TEST_CASE("a receipt of anything else than a release is none") {
  const test::Folder folder;
  const auto result =
      verify_receipt(make_release(folder, "review.decided"), hash_of(output), test::test_trust());
  CHECK(result.outcome == Outcome::undecided);
  CHECK(result.find("release")->message ==
        "the receipt proves review.decided, which is no release");
}

TEST_CASE(
    "an erasure's receipt proves which file's key was destroyed, and each changed byte is found") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  std::string text;
  const Trust trust = test::test_trust();
  {
    const auto log = test::open_log(folder);
    log->append(std::vector<Draft>(3, test::draft(1)));
    const auto made = log->append("store.erased", "u-3",
                                  {{"bytes", std::int64_t{17}},
                                   {"id", std::string(32, 'a')},
                                   {"reason", "retention"},
                                   {"sha256", to_hex(hash_of(output))},
                                   {"store", "eleves@2019"}});
    text = log->receipt(made.seq);
  }
  CHECK(verify_erasure(text, std::nullopt, trust).outcome == Outcome::valid);
  CHECK(verify_erasure(text, hash_of(output), trust).outcome == Outcome::valid);
  CHECK(verify_erasure(text, hash_of("another"), trust).outcome == Outcome::tampered);
  CHECK(verify_receipt(text, hash_of(output), trust).outcome == Outcome::undecided);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    bool valid = false;
    try {
      valid = verify_erasure(changed, std::nullopt, trust).outcome == Outcome::valid;
    } catch (const AuditError&) {
      valid = false;  // refused as text: found as well
    }
    REQUIRE_FALSE(valid);
  }
}

TEST_CASE("a receipt beside a newer log says whether the release was revoked") {
  const test::Folder folder;
  const std::string receipt = make_release(folder);
  test::on_copy(folder.log(), [&](const std::filesystem::path& older) {
    const auto judged = [&](const std::filesystem::path& log) {
      auto result = verify_receipt(receipt, hash_of(output), test::test_trust());
      check_revocation(result, receipt, {log}, test::test_trust());
      return result;
    };
    CHECK(judged(folder.log()).outcome == Outcome::valid);
    {
      const auto log = test::open_log(folder);
      // Of another request, and of another turn: not this release.
      log->append("release.revoked", "u-3",
                  {{"request", "R-2026-000002"}, {"turn", std::int64_t{1}}});
      log->append("release.revoked", "u-3",
                  {{"request", "R-2026-000001"}, {"turn", std::int64_t{2}}});
      log->publish();
    }
    CHECK(judged(folder.log()).outcome == Outcome::valid);
    {
      const auto log = test::open_log(folder);
      log->append("release.revoked", "u-3",
                  {{"request", "R-2026-000001"}, {"turn", std::int64_t{1}}});
      log->publish();
    }
    const auto revoked = judged(folder.log());
    CHECK(revoked.outcome == Outcome::undecided);
    REQUIRE(revoked.find("revocation") != nullptr);
    CHECK(revoked.find("revocation")
              ->message.starts_with("the release was revoked: entry 15 of 2026-11-23T"));
    CHECK(judged(older).outcome == Outcome::valid);  // it can't know
    const test::Folder other;
    (void)make_release(other, "review.decided");
    CHECK(judged(other.log()).outcome == Outcome::tampered);
    std::filesystem::remove_all(older / "tile" / "entries");
    CHECK(judged(older).find("log")->result != CheckResult::passed);
    auto bad = verify_receipt(receipt, hash_of("x"), test::test_trust());
    check_revocation(bad, receipt, {folder.log()}, test::test_trust());
    CHECK(bad.find("revocation") == nullptr);
  });
}

TEST_CASE("a receipt whose extra line holds another entry proves nothing") {
  const test::Folder folder;
  Receipt receipt = parse_receipt(make_release(folder));
  receipt.entry.replace(receipt.entry.find("pass"), 4, "fail");
  CHECK(outcome_of(format_receipt(receipt)) == Outcome::tampered);
  Receipt moved = parse_receipt(make_release(test::Folder()));
  moved.index += 1;
  CHECK(outcome_of(format_receipt(moved)) == Outcome::tampered);
}

TEST_CASE("receipts go to text and back, and hostile ones are refused") {
  const test::Folder folder;
  const std::string text = make_release(folder);
  CHECK(format_receipt(parse_receipt(text)) == text);
  std::string many = "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 1\n";
  for (int i = 0; i < 64; ++i) many += to_base64(Digest{}) + "\n";
  CHECK_THROWS_AS((void)parse_receipt(many + "\nx\n"), AuditError);
  for (const char* bad : {"", "c2sp.org/tlog-proof@v2\n", "c2sp.org/tlog-proof@v1\nindex 1\n\nx",
                          "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 01\n\nx",
                          "c2sp.org/tlog-proof@v1\nextra AA\nindex 1\n\nx"})
    CHECK_THROWS_AS((void)parse_receipt(bad), AuditError);
}

TEST_CASE("receipts from damaged files are not given out") {
  const test::Folder folder;
  test::make_log(folder, {5});
  std::string bundle = test::slurp(folder.log() / "tile/entries/000.p/5");
  bundle[40] = static_cast<char>(bundle[40] ^ 1);
  const auto log = test::open_log(folder);
  test::spill(folder.log() / "tile/entries/000.p/5", bundle);
  CHECK_THROWS_AS((void)log->receipt(0), AuditError);
}

TEST_CASE("proofs from the files of a log are those of the tree, across tiles") {
  const test::Folder folder;
  std::vector<std::string> entries;
  std::vector<Digest> leaves;
  Hasher hasher;
  for (int i = 0; i < 66000; ++i) {
    entries.push_back("entry " + std::to_string(i));
    leaves.push_back(hasher.leaf(entries.back()));
  }
  test::write_reference_log(folder.log(), entries, test::test_signer());
  LogFiles files(folder.log(), 66000);
  const Digest root = tree_root(hasher, 66000, files.reader());
  CHECK(root == test::naive_root(leaves));
  for (const std::uint64_t seq : {0, 255, 256, 65535, 65536, 65999}) {
    CHECK(files.entry(seq) == entries[seq]);
    const auto proof = inclusion_proof(hasher, seq, 66000, files.reader());
    CHECK(verify_inclusion(hasher, seq, {0, 66000}, leaves[seq], proof, root));
  }
  for (const std::uint64_t older : {1, 256, 257, 65535, 65536, 65537, 66000}) {
    const Digest part =
        test::naive_root({leaves.begin(), leaves.begin() + static_cast<long>(older)});
    const auto proof = consistency_proof(hasher, older, 66000, files.reader());
    CHECK(verify_consistency(hasher, {0, older}, 66000, part, root, proof));
    CHECK(tree_root(hasher, older, files.reader()) == part);
  }
}

}  // namespace sceau::audit
