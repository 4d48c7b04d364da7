#include "audit/trust.h"

#include <doctest/doctest.h>

#include "audit/fault.h"
#include "audit/note.h"
#include "audit/verify.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

Signer witness(std::uint8_t seed) {
  return test::test_signer(static_cast<std::uint8_t>(100 + seed), "w" + std::to_string(seed),
                           KeyType::cosignature_v1);
}

std::string base() {
  std::string text = "log " + test::test_signer().verifier_key() + "\n";
  for (std::uint8_t i = 1; i <= 4; ++i)
    text += "witness W" + std::to_string(i) + " " + witness(i).verifier_key() + "\n";
  return text;
}

std::string refusal(const std::string& text) {
  try {
    (void)parse_trust(text);
  } catch (const AuditError& error) {
    CHECK(error.fault() == Fault::bad_input);
    return error.what();
  }
  return "accepted";
}

// A cosignature line at 2023-11-14T22:13:20Z.
std::string cosign(const Signer& key, const std::string& text) {
  const Bytes signature = key.sign("cosignature/v1\ntime 1700000000\n" + text);
  Bytes blob{0, 0, 0, 0, 0x65, 0x53, 0xF1, 0x00};
  blob.insert(blob.end(), signature.begin(), signature.end());
  return signature_line(key.verifier(), blob);
}

}  // namespace

TEST_CASE("a written trust file is read back") {
  const test::Folder folder;
  const auto path = folder.path() / "log.trust";
  write_trust_file(path, test::test_signer().verifier_key());
  const Trust trust = read_trust_file(path);
  REQUIRE(trust.logs.size() == 1);
  CHECK(trust.logs[0].line() == test::test_signer().verifier_key());
  CHECK(trust.quorum == Trust::none);
  write_trust_file(path, test::test_signer(8).verifier_key());  // replaces
  CHECK(read_trust_file(path).logs[0].line() == test::test_signer(8).verifier_key());
  CHECK_THROWS_AS((void)read_trust_file(folder.path() / "none"), AuditError);
  CHECK_THROWS_AS(write_trust_file(path, "nonsense"), AuditError);
  CHECK_THROWS_AS(write_trust_file(path, witness(1).verifier_key()), AuditError);
}

TEST_CASE("groups in groups count as the policy format says") {
  const Trust trust = parse_trust("# who\n\n  # is believed\n" + base() +
                                  "group\tA 2 W1 W2 W3\ngroup B any W4\n"
                                  "group both all A B\nquorum both\n");
  CHECK(trust.witnesses.size() == 4);
  for (unsigned mask = 0; mask < 16; ++mask) {
    std::vector<std::size_t> cosigned;
    for (std::size_t i = 0; i < 4; ++i)
      if ((mask >> i & 1) != 0) cosigned.push_back(i);
    const int first_three = static_cast<int>((mask & 1) + (mask >> 1 & 1) + (mask >> 2 & 1));
    CHECK(trust.is_quorum(cosigned) == (first_three >= 2 && (mask & 8) != 0));
  }
  CHECK(parse_trust(base() + "quorum W2\n").is_quorum({1}));
  CHECK_FALSE(parse_trust(base() + "quorum W2\n").is_quorum({0}));
  CHECK(parse_trust(base() + "quorum none\n").is_quorum({}));
  CHECK(parse_trust("quorum none\n").logs.empty());
  CHECK(parse_trust("log " + test::test_signer().verifier_key() + " https://x/\nquorum none\n")
            .logs.size() == 1);
}

TEST_CASE("a trust file that could be misread is refused, with the line") {
  CHECK(refusal(base()).find("there is no quorum line") != std::string::npos);
  const auto refused = [](const std::string& line, const char* why) {
    const std::string said = refusal(base() + line);
    CHECK_MESSAGE(said.find(std::string("trust file, line 6: ") + why) == 0, said);
  };
  refused("quorum W9\n", "the quorum is not defined above");
  refused("quorum none", "the last line has no end");
  refused("group A 3 W1 W2\nquorum A\n", "a group needs");
  refused("group A 0 W1\nquorum A\n", "a group needs");
  refused("group A some W1\nquorum A\n", "a group needs");
  refused("group A all\nquorum A\n", "not a log, witness, group or quorum line");
  refused("group A all W1 W1\n", "a name is a member twice");
  refused("group A all A\n", "a group's member is not defined above");
  refused("group none all W1\n", "`none` can't be a name");
  refused("group W1 all W2\n", "a name is defined twice");
  refused("log nonsense\n", "not a verifier key");
  refused("log " + witness(9).verifier_key() + "\n", "a log's key has type 01");
  refused("witness W9 " + test::test_signer(9).verifier_key() + "\n", "a witness's key has type");
  refused("witness W9 " + witness(1).verifier_key() + "\n", "this public key stands in the file");
  refused("log " + test::test_signer().verifier_key() + "\n", "this public key stands in the file");
  refused("lgo x\n", "not a log, witness, group or quorum line");
  refused("log \x01\n", "a control character");
  CHECK(refusal(base() + "quorum none\nquorum none\n").find("line 7: a second quorum") !=
        std::string::npos);
  CHECK(refusal(base() + "group A all W1\ngroup B all W1\nquorum B\n")
            .find("a name is a member twice") != std::string::npos);
}

TEST_CASE("cosignatures make a quorum; too few leave the verification undecided") {
  const test::Folder folder;
  test::make_log(folder, {3});
  const std::string note = test::slurp(folder.log() / "checkpoint");
  const std::string text = parse_note(note).text;
  const Trust trust = parse_trust(base() + "group two 2 W1 W2 W3\nquorum two\n");
  const auto verify = [&](const std::string& lines) {
    test::spill(folder.log() / "checkpoint", note + lines);
    return verify_log(folder.log(), trust);
  };
  const auto nobody = verify("");
  CHECK(nobody.outcome == Outcome::undecided);
  CHECK(nobody.find("witnesses")->message ==
        "the trust file's quorum is not met; cosigned by nobody");
  CHECK(verify(cosign(witness(1), text)).outcome == Outcome::undecided);
  CHECK(verify(cosign(witness(1), text) + cosign(witness(1), text)).outcome == Outcome::undecided);
  CHECK(verify(cosign(witness(1), text) + cosign(witness(4), text)).outcome == Outcome::undecided);
  const auto met = verify(cosign(witness(1), text) + cosign(witness(3), text));
  CHECK(met.outcome == Outcome::valid);
  CHECK(met.find("witnesses")->message == "the quorum is met: w1, w3");
  CHECK(verify(cosign(witness(9), text)).outcome == Outcome::undecided);  // unknown: ignored
  CHECK(verify(cosign(witness(1), "another text\n")).outcome == Outcome::tampered);
}

TEST_CASE("sixteen signatures and more are accepted") {
  std::string text = "log " + test::test_signer().verifier_key() + "\n";
  std::string members;
  const std::string body = "example.org/sceau\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
  std::string note = sign_note(body, test::test_signer());
  for (std::uint8_t i = 1; i <= 40; ++i) {
    text += "witness W" + std::to_string(i) + " " + witness(i).verifier_key() + "\n";
    members += " W" + std::to_string(i);
    note += cosign(witness(i), body);
  }
  const Trust trust =
      parse_trust(text + "group all-of-them all" + members + "\nquorum all-of-them\n");
  const auto opened = open_checkpoint(note, trust);
  CHECK(opened.cosigned.size() == 40);
  CHECK(opened.quorum);
}

}  // namespace sceau::audit
