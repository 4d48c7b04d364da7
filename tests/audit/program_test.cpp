// sceau-audit as a person runs it: arguments in, transcript and exit code out.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "audit/bytes.h"
#include "audit/checkpoint.h"
#include "audit/hash.h"
#include "audit/note.h"
#include "audit/rotation.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

struct Transcript {
  int code = -1;
  std::string out, err;
};

// A home with a log, a trust file and a release; sceau-audit is run in it.
class Home {
 public:
  Home() {
    Log::create(folder_.log(), folder_.state());
    const auto log = test::open_log(folder_);
    log->append("centre.started", "centre", {{"version", "0.1.0"}});
    log->append(std::vector<Draft>(3, test::draft(5)));
    const Digest hash = Hasher().sha256(as_bytes("a,n\nx,12\n"));
    const auto made = log->append("release.made", "u-2",
                                  {{"request", "R-1"},
                                   {"turn", std::int64_t{1}},
                                   {"output", std::int64_t{1}},
                                   {"sha256", to_hex(hash)},
                                   {"policy", std::string(64, '0')},
                                   {"verdict", "pass"}});
    test::spill(path("out.csv"), "a,n\nx,12\n");
    test::spill(path("out.csv.receipt"), log->receipt(made.seq));
    write_trust_file(path("log.trust"), test::test_signer().verifier_key());
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return folder_.path() / name; }

  [[nodiscard]] Transcript run(const std::string& arguments) const {
    const std::string command = "cd '" + folder_.path().string() +
                                "' && '" SCEAU_AUDIT_PROGRAM "' " + arguments +
                                " >out 2>err </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, test::slurp(path("out")),
            test::slurp(path("err"))};
  }

 private:
  test::Folder folder_;
};

}  // namespace

TEST_CASE("verify says what it checked, and what it could not") {
  const Home home;
  const auto [code, out, err] = home.run("verify log --trust log.trust");
  CHECK(code == 0);
  CHECK(err == "");
  CHECK(out ==
        "checkpoint  ok          5 entries, signed by " + test::test_signer().verifier_key() +
            "\n"
            "witnesses   not checked the trust file asks for no witness; a log that was signed "
            "anew as a whole would pass, unless it is compared with an earlier checkpoint "
            "(--since)\n"
            "entries     ok          5 entries in their canonical form, with the data they must "
            "carry\n"
            "chain       ok          5 entries numbered without a gap, each naming the one before\n"
            "tiles       ok          1 tiles hold the hashes of the entries\n"
            "root        ok          the entries have the root that was signed\n"
            "note                    1 outcomes without an intent before them, first entry 4\n"
            "open                    entry 0, centre.started has no outcome\n" +
            "valid: example.org/sceau, 5 entries, root " +
            nlohmann::json::parse(home.run("verify log --trust log.trust --json").out)["root"]
                .get<std::string>() +
            "\n");
}

TEST_CASE("verify --json is one document, and --key stands for a trust file") {
  const Home home;
  const auto run = home.run("verify log --key '" + test::test_signer().verifier_key() + "' --json");
  CHECK(run.code == 0);
  CHECK(run.err == "");
  const auto document = nlohmann::json::parse(run.out);
  CHECK(document["format"] == 1);
  CHECK(document["verdict"] == "valid");
  CHECK(document["size"] == 5);
  CHECK(document["first_bad"].is_null());
  CHECK(document["intents"][0]["event"] == "centre.started");
  CHECK(document["checks"][1]["result"] == "not_checked");
}

TEST_CASE("a changed byte: exit 4, the first bad entry, and what to do") {
  const Home home;
  const auto bundle = home.path("log/tile/entries/000.p/5");
  std::string bytes = test::slurp(bundle);
  bytes[bytes.find("R-2026") + 2] = '3';
  test::spill(bundle, bytes);
  const auto [code, out, err] = home.run("verify log --trust log.trust");
  CHECK(code == 4);
  CHECK(err.starts_with("sceau-audit: error: tampered, first bad entry 1: "));
  CHECK(err.find("\nsceau-audit: hint: keep this copy as it is") != std::string::npos);
  CHECK(out.find("FAILED") != std::string::npos);
  const auto json = home.run("verify log --trust log.trust --json");
  CHECK(json.code == 4);
  CHECK(nlohmann::json::parse(json.out)["first_bad"] == 1);
}

TEST_CASE("receipt: the file that was released, another file, another key") {
  const Home home;
  const auto good = home.run("receipt out.csv.receipt --file out.csv --trust log.trust");
  CHECK(good.code == 0);
  CHECK(good.out.find("file        ok          the file is the one that was released\n") !=
        std::string::npos);
  test::spill(home.path("out.csv"), "a,n\nx,13\n");
  const auto bad = home.run("receipt out.csv.receipt --file out.csv --trust log.trust");
  CHECK(bad.code == 4);
  CHECK(bad.err.starts_with(
      "sceau-audit: error: tampered: file: the file is not the one that was released"));
  CHECK(home.run("receipt out.csv.receipt --file out.csv --key '" +
                 test::test_signer(8).verifier_key() + "'")
            .code == 4);
  CHECK(home.run("receipt out.csv.receipt --file none.csv --trust log.trust").code == 2);
  CHECK(home.run("receipt out.csv --file out.csv --trust log.trust").code == 2);
}

TEST_CASE("prove gives the receipt of an entry, and consistency proofs") {
  const Home home;
  CHECK(home.run("prove log --index 4").out == test::slurp(home.path("out.csv.receipt")));
  CHECK(home.run("prove log --index 5").code == 2);
  const auto lines = home.run("prove log --consistency 3 5");
  CHECK(lines.code == 0);
  CHECK(std::count(lines.out.begin(), lines.out.end(), '\n') == 4);
  const auto document = nlohmann::json::parse(home.run("prove log --consistency 3 5 --json").out);
  CHECK(document["older"] == 3);
  CHECK(document["proof"].size() == 4);
  CHECK(home.run("prove log --consistency 3 6").code == 2);
  CHECK(home.run("prove log").code == 2);
}

TEST_CASE("show prints entries, filtered, and safe on a terminal") {
  const Home home;
  const auto one = home.run("show log --from 4 --to 4");
  CHECK(one.code == 0);
  CHECK(
      one.out.starts_with("4  2026-11-23T20:15:03.004000Z  release.made  u-2  output=1 policy=0"));
  const auto viewed = home.run("show log --event review.viewed --actor u-5");
  CHECK(std::count(viewed.out.begin(), viewed.out.end(), '\n') == 3);
  CHECK(home.run("show log --actor nobody").out == "");
  const auto document = nlohmann::json::parse(home.run("show log --json").out);
  CHECK(document["entries"].size() == 5);
  CHECK(document["entries"][4]["data"]["verdict"] == "pass");
  CHECK(nlohmann::json::parse(home.run("show log --from 9 --json").out)["entries"].empty());
}

TEST_CASE("since: a later log goes on, an older copy is exit 1") {
  const Home home;
  fs::copy(home.path("log"), home.path("earlier"), fs::copy_options::recursive);
  {
    const auto log =
        std::make_unique<Log>(home.path("log"), home.path("log.state"), std::string(test::origin),
                              test::test_signer(), test::test_clock(), test::quiet());
    log->append({test::draft(9)});
  }
  CHECK(home.run("verify log --trust log.trust --since earlier").code == 0);
  CHECK(home.run("verify log --trust log.trust --since earlier/checkpoint").code == 0);
  const auto older = home.run("verify earlier --trust log.trust --since log");
  CHECK(older.code == 1);
  CHECK(older.err ==
        "sceau-audit: error: undecided: since: this log has 5 entries, the earlier checkpoint 6: "
        "it is an older copy\n");
  CHECK(home.run("verify log --trust log.trust --since nowhere").code == 2);
}

TEST_CASE("cosign prints a signature line that goes under the checkpoint") {
  const Home home;
  const Signer witness = test::test_signer(50, "witness.example", KeyType::cosignature_v1);
  test::spill(home.path("w.key"), witness.private_key() + "\n");
  CHECK(home.run("cosign log --key w.key --state seen").code == 2);
  const auto run = home.run("cosign log --key w.key --state seen --trust log.trust");
  CHECK(run.code == 0);
  CHECK(run.out.starts_with("\xE2\x80\x94 witness.example "));
  const std::string trust = "log " + test::test_signer().verifier_key() + "\nwitness W " +
                            witness.verifier_key() + "\nquorum W\n";
  test::spill(home.path("witnessed.trust"), trust);
  CHECK(home.run("verify log --trust witnessed.trust").code == 1);
  test::spill(home.path("log/checkpoint"), test::slurp(home.path("log/checkpoint")) + run.out);
  CHECK(home.run("verify log --trust witnessed.trust").code == 0);
  CHECK(home.run("cosign log --key log.trust --state seen").code == 2);
}

TEST_CASE("a request is cosigned over a folder: answer, again, alarm, elsewhere") {
  const Home home;
  const Signer witness = test::test_signer(50, "witness.example", KeyType::cosignature_v1);
  test::spill(home.path("w.key"), witness.private_key() + "\n");
  test::spill(home.path("witnessed.trust"), "log " + test::test_signer().verifier_key() +
                                                "\nwitness ministry " + witness.verifier_key() +
                                                "\nquorum ministry\n");
  fs::create_directory(home.path("share"));
  const auto open = [&] {
    auto options = test::quiet();
    options.trust = read_trust_file(home.path("witnessed.trust"));
    return std::make_unique<Log>(home.path("log"), home.path("log.state"),
                                 std::string(test::origin), test::test_signer(), test::test_clock(),
                                 std::move(options));
  };
  const std::string cosign =
      "cosign --request share/ministry.request --answer share/ministry.answer --key w.key "
      "--state seen";
  CHECK(home.run(cosign + " --trust witnessed.trust").code == 2);  // no request yet
  open()->ask(home.path("share"));
  CHECK(home.run("verify log --trust witnessed.trust").code == 1);
  CHECK(home.run(cosign).code == 2);  // whose log?
  const auto run = home.run(cosign + " --trust witnessed.trust");
  CHECK(run.code == 0);
  CHECK(run.out == "");
  CHECK(run.err == "");
  CHECK(home.run(cosign).code == 0);
  {
    const auto log = open();
    CHECK(log->collect(home.path("share")).taken.size() == 1);
    log->append({test::draft(3)});
    log->publish();
  }
  const auto verified = home.run("verify log --trust witnessed.trust");
  CHECK(verified.code == 0);
  CHECK(verified.out.find("witnesses   ok          the quorum is met: witness.example, for the "
                          "first 5 entries") != std::string::npos);
  const auto document =
      nlohmann::json::parse(home.run("verify log --trust witnessed.trust --json").out);
  CHECK(document["witnesses"]["entries"] == 5);
  CHECK(document["witnesses"]["unwitnessed"] == 1);
  // A receipt made now is under the checkpoint that the ministry signed, and needs nothing else.
  test::spill(home.path("out.csv.receipt"), home.run("prove log --index 4").out);
  CHECK(home.run("receipt out.csv.receipt --file out.csv --trust witnessed.trust").code == 0);
  // An older state: the witness says where it stands.
  open()->ask(home.path("share"));
  fs::remove(home.path("seen"));
  const auto elsewhere = home.run(cosign + " --trust witnessed.trust");
  CHECK(elsewhere.code == 1);
  CHECK(test::slurp(home.path("share/ministry.answer")) == "0\n");
  // A smaller log under the same key.
  CHECK(home.run("cosign log --key w.key --state seen --trust witnessed.trust").code == 0);
  const Checkpoint shrunk{std::string(test::origin), 3, Digest{}, ""};
  test::spill(home.path("share/ministry.request"),
              "old 6\n\n" + sign_note(format_checkpoint(shrunk), test::test_signer()));
  const auto alarm = home.run(cosign);
  CHECK(alarm.code == 4);
  CHECK(alarm.err.find("hint: this is an alarm") != std::string::npos);
  CHECK(home.run("cosign log --request x --key w.key --state seen").code == 2);
  CHECK(home.run("cosign --key w.key --state seen").code == 2);
}

TEST_CASE("a folder of logs is verified as a chain, and a broken link is named") {
  const Home home;
  const auto next = [] { return test::test_signer(9, "example.org/sceau.2"); };
  {
    Log log(home.path("log"), home.path("log.state"), std::string(test::origin),
            test::test_signer(), test::test_clock(), test::quiet());
    log.seal(next().verifier(), "u-1");
  }
  begin_next_log(LogPlace(home.path("log")), test::test_signer().verifier(), next(),
                 test::test_clock(), "u-1", test::quiet());
  add_log_key(home.path("log.trust"), next().verifier_key());
  const auto whole = home.run("verify . --trust log.trust");
  CHECK(whole.code == 0);
  CHECK(
      whole.out.find("link        ok          example.org/sceau and example.org/sceau.2 name each "
                     "other") != std::string::npos);
  CHECK(whole.out.ends_with("valid: 2 logs, 7 entries\n"));
  const auto document = nlohmann::json::parse(home.run("verify . --trust log.trust --json").out);
  CHECK(document["verdict"] == "valid");
  CHECK(document["logs"][0]["origin"] == test::origin);
  CHECK(document["logs"][0]["next"]["origin"] == "example.org/sceau.2");
  CHECK(document["links"][0]["result"] == "passed");
  CHECK(home.run("verify log log.sealed/1 --trust log.trust").code == 0);
  const auto half = home.run("verify log --trust log.trust");
  CHECK(half.code == 0);
  CHECK(half.out.starts_with("link        not checked"));
  // The older log is cut before its seal by whoever holds its key.
  const auto old = home.path("log.sealed/1");
  auto entries = test::entries_of(old, 6);
  entries.pop_back();
  fs::remove_all(old);
  test::write_reference_log(old, entries, test::test_signer());
  const auto broken = home.run("verify . --trust log.trust --json");
  CHECK(broken.code == 4);
  CHECK(nlohmann::json::parse(broken.out)["links"][0]["failure"] == "link_missing");
  CHECK(home.run("verify share --trust log.trust").code == 2);
}

TEST_CASE("since takes a folder of checkpoints") {
  const Home home;
  fs::create_directory(home.path("kept"));
  fs::copy(home.path("log/checkpoint"), home.path("kept/monday"));
  {
    Log log(home.path("log"), home.path("log.state"), std::string(test::origin),
            test::test_signer(), test::test_clock(), test::quiet());
    log.append({test::draft(9)});
    log.publish();
    test::spill(home.path("kept/tuesday"), log.checkpoint());
    log.append({test::draft(9)});
  }
  const auto run = home.run("verify log --trust log.trust --since kept");
  CHECK(run.code == 0);
  CHECK(run.out.find("earlier checkpoint of 5 entries (monday)") != std::string::npos);
  CHECK(run.out.find("earlier checkpoint of 6 entries (tuesday)") != std::string::npos);
  test::spill(home.path("kept/forged"),
              sign_note(format_checkpoint({std::string(test::origin), 4, Digest{}, ""}),
                        test::test_signer()));
  const auto forged = home.run("verify log --trust log.trust --since kept --json");
  CHECK(forged.code == 4);
  CHECK(forged.out.find("since_root") != std::string::npos);
}

TEST_CASE("report: a period's figures from the log alone") {
  const Home home;
  const auto all = home.run("report log");
  CHECK(all.code == 0);
  CHECK(all.out ==
        "period        the beginning to the end\n"
        "entries       5, 2026-11-23T20:15:03.000000Z to 2026-11-23T20:15:03.004000Z\n"
        "sessions      opened 0, closed 0, refused 0\n"
        "statements    0\n"
        "requests      submitted 0, outputs 0, withdrawn 0\n"
        "verdicts      none\n"
        "decisions     none\n"
        "releases      0, of these without a reviewer 0; files 1 (pass 1), revoked 0\n");
  CHECK(nlohmann::json::parse(home.run("report log --json").out)["releases"]["files"] == 1);
  const auto empty = home.run("report log --from 2026-11-24 --to 2026-11-30 --json");
  CHECK(nlohmann::json::parse(empty.out)["entries"] == 0);
  CHECK(nlohmann::json::parse(
            home.run("report log --from 2026-11-23 --to 2026-11-23 --json").out)["entries"] == 5);
  CHECK(home.run("report log --from 2026-11-31").code == 2);
  CHECK(home.run("report log --from 2026-11-30 --to 2026-11-01").code == 2);
  CHECK(home.run("report").code == 2);
}

TEST_CASE("rebuild makes the same log from its entries, and says no to a used folder") {
  const Home home;
  std::string lines;
  const auto document = nlohmann::ordered_json::parse(home.run("show log --json").out);
  for (const auto& entry : document["entries"]) lines += entry.dump() + "\n";
  test::spill(home.path("entries"), lines);
  test::spill(home.path("log.key"), test::test_signer().private_key() + "\n");
  CHECK(home.run("rebuild --entries entries --key-file log.key --sizes 5 --out again").code == 0);
  CHECK(test::slurp(home.path("again/checkpoint")) == test::slurp(home.path("log/checkpoint")));
  CHECK(home.run("verify again --trust log.trust --since log").code == 0);
  CHECK(home.run("rebuild --entries entries --key-file log.key --sizes 5 --out again").code == 2);
  CHECK(home.run("rebuild --entries entries --key-file log.key --sizes x --out other").code == 2);
}

TEST_CASE("usage errors are exit 2 with a next step") {
  const Home home;
  for (const char* arguments :
       {"", "dance", "verify", "verify log", "verify nowhere --trust log.trust",
        "verify log --trust nowhere", "verify log --trust log.trust --key x", "verify log --loud",
        "verify log extra --trust log.trust", "report", "report nowhere",
        "verify log --trust out.csv", "show", "show log --from x", "show log --from 3 --to 2",
        "prove log --index -1", "prove log --index 1 --consistency 1 2",
        "receipt out.csv.receipt --trust log.trust"}) {
    const auto run = home.run(arguments);
    CHECK_MESSAGE(run.code == 2, arguments);
    CHECK(run.out == "");
    if (*arguments != '\0') CHECK(run.err.starts_with("sceau-audit: error: "));
  }
  for (const char* arguments :
       {"--help", "verify --help", "show --help", "receipt --help", "prove --help", "report --help",
        "cosign --help", "rebuild --help"}) {
    const auto run = home.run(arguments);
    CHECK(run.code == 0);
    CHECK(run.err == "");
    CHECK(run.out.starts_with("usage: sceau-audit "));
  }
}

}  // namespace sceau::audit
