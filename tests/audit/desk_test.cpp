// Witnessing over a folder of files: requests, answers, rounds, and what the log knows of them.
#include <doctest/doctest.h>

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/note.h"
#include "audit/receipt.h"
#include "audit/witness.h"
#include "audit/witness_desk.h"
#include "audit/witness_request.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t day = 86400;
constexpr std::uint64_t now_s = 1'795'000'000;

Signer witness_key(std::uint8_t number) {
  return test::test_signer(static_cast<std::uint8_t>(50 + number),
                           "w" + std::to_string(number) + ".example", KeyType::cosignature_v1);
}

std::string trust_text(const std::string& quorum = "group two 2 W1 W2 W3\nquorum two\n") {
  std::string text = "log " + test::test_signer().verifier_key() + "\n";
  for (std::uint8_t i = 1; i <= 3; ++i)
    text += "witness W" + std::to_string(i) + " " + witness_key(i).verifier_key() + "\n";
  return text + quorum;
}

// A log with three witnesses, of whom two make a quorum.
struct World {
  test::Folder folder;
  fs::path share;

  World() : share(folder.path() / "share") {
    Log::create(folder.log(), folder.state());
    fs::create_directories(share);
  }

  [[nodiscard]] std::unique_ptr<Log> open(const std::string& trust = trust_text()) const {
    auto options = test::quiet();
    options.trust = parse_trust(trust);
    return test::open_log(folder, std::move(options));
  }

  // The witness's machine: answers the request if there is one.
  std::optional<Fault> answer(std::uint8_t number, std::uint64_t time_s = now_s) const {
    const std::string name = "W" + std::to_string(number);
    if (!fs::exists(share / (name + ".request"))) return std::nullopt;
    try {
      const auto made =
          cosign_request(test::slurp(share / (name + ".request")), witness_key(number),
                         folder.path() / ("seen-" + name), parse_trust(trust_text()), time_s);
      test::spill(share / (name + ".answer"), made.text());
    } catch (const AuditError& error) {
      return error.fault();
    }
    return std::nullopt;
  }

  [[nodiscard]] Verification verify() const {
    return verify_log(folder.log(), parse_trust(trust_text()));
  }
};

void record(Log& log) {
  for (const Cosigner& cosigner : log.unrecorded())
    log.append("log.cosigned", "centre", cosigned_fields(cosigner));
}

}  // namespace

TEST_CASE("a round of witnesses: asked, answered, merged, recorded, and then there is peace") {
  const World world;
  const auto log = world.open();
  log->append(std::vector<Draft>(5, test::draft(1)));
  CHECK(log->witnesses().size == 0);
  CHECK(log->witnesses().unwitnessed == 5);
  CHECK(log->witnesses().quorum);

  const Round round = log->ask(world.share);
  CHECK(round.size == 5);
  CHECK(round.waiting == std::vector<std::string>{"W1", "W2", "W3"});
  CHECK(world.verify().outcome == Outcome::undecided);
  CHECK(log->collect(world.share).taken.empty());
  world.answer(1);
  const Answers first = log->collect(world.share);
  REQUIRE(first.taken.size() == 1);
  CHECK(first.unused.empty());
  CHECK(first.taken[0].name == "W1");
  CHECK(first.taken[0].size == 5);
  CHECK(first.taken[0].time_s == now_s);
  CHECK(log->witnesses().size == 0);  // one is no quorum
  CHECK(log->witnesses().waiting == std::vector<std::string>{"W2", "W3"});

  world.answer(2, now_s + day);
  CHECK(log->collect(world.share).taken.size() == 1);
  CHECK(log->collect(world.share).taken.empty());
  const WitnessStatus status = log->witnesses();
  CHECK(status.size == 5);
  CHECK(status.by.size() == 2);
  CHECK(status.time_s == now_s);  // the earlier of the two
  CHECK(status.unwitnessed == 0);
  CHECK(world.verify().outcome == Outcome::valid);

  // Two entries record the answers; they ask for no further round.
  record(*log);
  CHECK(log->size() == 7);
  CHECK(log->unrecorded().empty());
  CHECK(log->witnesses().unwitnessed == 0);
  CHECK(log->ask(world.share).size == 5);
  CHECK_FALSE(fs::exists(world.share / "W1.request"));
  CHECK(fs::exists(world.share / "W3.request"));  // W3 may still sign what the others did
  CHECK(world.verify().outcome == Outcome::valid);

  log->append({test::draft(2)});
  CHECK(log->witnesses().unwitnessed == 1);
  CHECK(log->ask(world.share).size == 8);
  world.answer(1);
  world.answer(2);
  CHECK(log->collect(world.share).taken.size() == 2);
  CHECK(log->witnesses().size == 8);
  record(*log);
  CHECK(log->witnesses().unwitnessed == 0);
  CHECK(world.verify().outcome == Outcome::valid);
}

TEST_CASE("what witnesses signed outlives a crash, and is recorded after it") {
  const World world;
  {
    const auto log = world.open();
    log->append(std::vector<Draft>(5, test::draft(1)));
    log->ask(world.share);
    world.answer(1);
    world.answer(3);
    CHECK(log->collect(world.share).taken.size() == 2);
  }  // it ended before the entries were written
  const auto log = world.open();
  CHECK(log->witnesses().size == 5);
  REQUIRE(log->unrecorded().size() == 2);
  record(*log);
  CHECK(log->unrecorded().empty());
  CHECK(parse_note(test::slurp(world.folder.log() / "checkpoint.cosigned")).signatures.size() == 3);
  // Found again in the entries of the log itself.
  log->publish();
  const auto again = [&] {
    const test::Folder copy;
    fs::copy(world.folder.path(), copy.path(), fs::copy_options::recursive);
    auto options = test::quiet();
    options.trust = parse_trust(trust_text());
    const auto opened = test::open_log(copy, std::move(options));
    return opened->unrecorded().size() + opened->witnesses().unwitnessed;
  };
  CHECK(again() == 0);
}

TEST_CASE("a receipt is under the newest checkpoint that enough witnesses signed") {
  const World world;
  const auto log = world.open();
  log->append(std::vector<Draft>(5, test::draft(1)));
  const auto under = [&](std::uint64_t seq) {
    const Note note = parse_note(parse_receipt(log->receipt(seq)).checkpoint);
    return std::pair(parse_checkpoint(note.text).size, note.signatures.size());
  };
  CHECK(under(2) == std::pair<std::uint64_t, std::size_t>(5, 1));
  log->ask(world.share);
  world.answer(1);
  world.answer(2);
  log->collect(world.share);
  CHECK(under(2) == std::pair<std::uint64_t, std::size_t>(5, 3));
  log->append(std::vector<Draft>(4, test::draft(2)));
  CHECK(under(2) == std::pair<std::uint64_t, std::size_t>(5, 3));
  CHECK(under(7) == std::pair<std::uint64_t, std::size_t>(9, 1));
}

TEST_CASE("with `quorum none`, the first answer ends the round") {
  const World world;
  const auto log = world.open(trust_text("quorum none\n"));
  log->append(std::vector<Draft>(5, test::draft(1)));
  log->ask(world.share);
  world.answer(2);
  log->collect(world.share);
  CHECK(log->witnesses().size == 5);
  CHECK_FALSE(log->witnesses().quorum);
  record(*log);
  CHECK(log->witnesses().unwitnessed == 0);
  log->append({test::draft(2)});
  CHECK(log->ask(world.share).size == 7);
}

TEST_CASE("a witness that stands elsewhere says so, and is asked from there") {
  const World world;
  const auto log = world.open();
  log->append(std::vector<Draft>(5, test::draft(1)));
  log->ask(world.share);
  world.answer(1);
  world.answer(2);
  log->collect(world.share);
  log->append(std::vector<Draft>(5, test::draft(1)));
  // The centre forgets how far its witnesses are, and a witness restores an older state.
  fs::remove(world.folder.path() / "seen-W1");
  log->ask(world.share);
  CHECK(parse_request(test::slurp(world.share / "W1.request")).old_size == 5);
  CHECK(world.answer(1) == std::nullopt);
  CHECK(test::slurp(world.share / "W1.answer") == "0\n");
  CHECK(log->collect(world.share).taken.empty());
  log->ask(world.share);
  CHECK(parse_request(test::slurp(world.share / "W1.request")).old_size == 0);
  world.answer(1);
  CHECK(log->collect(world.share).taken.size() == 1);
}

TEST_CASE("answers that are wrong are told apart, and change nothing") {
  const World world;
  const auto log = world.open();
  log->append(std::vector<Draft>(5, test::draft(1)));
  log->ask(world.share);
  const auto unused = [&](const std::string& text) {
    test::spill(world.share / "W1.answer", text);
    const Answers answers = log->collect(world.share);
    CHECK(answers.taken.empty());
    CHECK(log->witnesses().waiting.size() == 3);
    return answers.unused.empty() ? UnusedAnswer{} : answers.unused[0];
  };
  CHECK(unused("nonsense\n").why.find("not a signed note") != std::string::npos);
  CHECK_FALSE(unused("").why.empty());
  const auto rolled_back = unused("6\n");
  CHECK(rolled_back.alarm);
  CHECK(rolled_back.why.starts_with("the witness has seen 6 entries"));
  // A stranger's signature, and a witness's under something else.
  const Checkpoint other{std::string(test::origin), 5, Digest{}, ""};
  const std::string text = format_checkpoint(other);
  const auto stranger = test::test_signer(99, "stranger.example");
  CHECK(unused(signature_line(stranger.verifier(), stranger.sign(text))).why ==
        "it holds no signature of a witness of the trust file");
  const auto wrong =
      cosign_request("old 0\n\n" + sign_note(text, test::test_signer()), witness_key(1),
                     world.folder.path() / "elsewhere", parse_trust(trust_text()), now_s);
  CHECK(unused(wrong.text()).why.find("doesn't sign what was asked") != std::string::npos);
  CHECK(fs::exists(world.share / "W1.answer"));  // kept for people to look at
  // A big file, a folder, a pipe: none is read into memory or waited for.
  CHECK(unused(std::string(200'000, 'x')).why.find("is longer than") != std::string::npos);
  fs::remove(world.share / "W1.answer");
  fs::create_directory(world.share / "W1.answer");
  CHECK(log->collect(world.share).unused.size() == 1);
}

TEST_CASE("a log that was rolled back behind what witnesses signed doesn't start") {
  const World world;
  test::Folder backup;
  {
    const auto log = world.open();
    log->append(std::vector<Draft>(5, test::draft(1)));
  }
  fs::copy(world.folder.path(), backup.path(), fs::copy_options::recursive);
  {
    const auto log = world.open();
    log->append(std::vector<Draft>(5, test::draft(1)));
    log->ask(world.share);
    world.answer(1);
    world.answer(2);
    log->collect(world.share);
  }
  fs::copy(world.folder.log() / "checkpoint.cosigned", backup.log() / "checkpoint.cosigned");
  try {
    (void)test::open_log(backup);
    FAIL("it started");
  } catch (const AuditError& error) {
    CHECK(error.fault() == Fault::tampered);
    CHECK(std::string(error.what()).find("rolled back or rewritten") != std::string::npos);
  }
}

TEST_CASE("a witness refuses a request that shrinks, forks or has a wrong proof, and signs again") {
  const World world;
  const auto log = world.open();
  log->append(std::vector<Draft>(5, test::draft(1)));
  log->ask(world.share);
  const std::string request = test::slurp(world.share / "W1.request");
  CHECK(world.answer(1) == std::nullopt);
  const std::string state = test::slurp(world.folder.path() / "seen-W1");
  CHECK(world.answer(1, now_s + 1) == std::nullopt);  // the same again
  CHECK(test::slurp(world.folder.path() / "seen-W1") == state);

  const auto refusal = [&](const std::string& text) {
    std::optional<Fault> fault;
    try {
      (void)cosign_request(text, witness_key(1), world.folder.path() / "seen-W1", std::nullopt,
                           now_s);
    } catch (const AuditError& error) {
      fault = error.fault();
    }
    CHECK(test::slurp(world.folder.path() / "seen-W1") == state);
    return fault;
  };
  const Signer key = test::test_signer();
  const auto signed_checkpoint = [&](std::uint64_t size, std::uint8_t fill) {
    Digest root;
    root.fill(fill);
    return sign_note(format_checkpoint({std::string(test::origin), size, root, ""}), key);
  };
  CHECK(refusal("old 5\n\n" + signed_checkpoint(4, 1)) == Fault::tampered);
  CHECK(refusal("old 0\n\n" + signed_checkpoint(4, 1)) == Fault::tampered);
  CHECK(refusal("old 5\n\n" + signed_checkpoint(5, 1)) == Fault::tampered);
  CHECK(refusal("old 5\n" + to_base64(Digest{}) + "\n\n" + signed_checkpoint(9, 1)) ==
        Fault::tampered);
  CHECK(refusal("old 5\n\n" + signed_checkpoint(9, 1)) == Fault::tampered);
  CHECK(refusal("old 5\n\n" + signed_checkpoint(std::uint64_t{1} << 62, 1)) == Fault::tampered);
  CHECK(refusal("old 5\n\nnonsense") == Fault::bad_input);
  CHECK(refusal("new 5\n\n" + signed_checkpoint(9, 1)) == Fault::bad_input);
  CHECK(refusal("old 05\n\n" + signed_checkpoint(9, 1)) == Fault::bad_input);
  CHECK(refusal("old 5\nxx\n\n" + signed_checkpoint(9, 1)) == Fault::bad_input);
  const auto other = test::test_signer(8);
  CHECK(refusal("old 5\n\n" +
                sign_note(format_checkpoint({std::string(test::origin), 9, Digest{}, ""}),
                          other)) == Fault::tampered);
  for (std::size_t length = 0; length < request.size(); length += 7)
    CHECK(refusal(request.substr(0, length)).has_value());
}

TEST_CASE("one folder keeps a witness's states of several logs apart") {
  const World world;
  const auto log = world.open();
  log->append(std::vector<Draft>(5, test::draft(1)));
  log->ask(world.share);
  const auto states = world.folder.path() / "states";
  fs::create_directory(states);
  const auto made = cosign_request(test::slurp(world.share / "W1.request"), witness_key(1), states,
                                   parse_trust(trust_text()), now_s);
  CHECK(made.cosignature->size == 5);
  CHECK(cosign_log(world.folder.log(), witness_key(1), states, std::nullopt, now_s).size == 5);
  std::size_t files = 0;
  for (const auto& name : test::list_files(states))
    if (!name.ends_with(".lock")) ++files;
  CHECK(files == 1);
}

TEST_CASE("witnesses whose names are no file names are asked by their key's hash") {
  const Trust trust = parse_trust(
      "log " + test::test_signer().verifier_key() + "\nwitness ../../etc/x " +
      witness_key(1).verifier_key() + "\nwitness ministry-2 " + witness_key(2).verifier_key() +
      "\nwitness .hidden " + witness_key(3).verifier_key() + "\nquorum none\n");
  CHECK(witness_file_name(trust, 0).size() == 8);
  CHECK(witness_file_name(trust, 1) == "ministry-2");
  CHECK(witness_file_name(trust, 2).size() == 8);
}

TEST_CASE("requests go to text and back") {
  const World world;
  const auto log = world.open();
  log->append(std::vector<Draft>(300, test::draft(1)));
  log->publish();
  for (const std::uint64_t old : {0, 1, 5, 255, 256, 300}) {
    const auto made = make_request(world.folder.log(), old, log->checkpoint());
    const auto read = parse_request(format_request(made));
    CHECK(read.old_size == old);
    CHECK(read.proof == made.proof);
    CHECK(read.checkpoint == log->checkpoint());
  }
  CHECK_THROWS_AS((void)make_request(world.folder.log(), 301, log->checkpoint()), AuditError);
}

}  // namespace sceau::audit
