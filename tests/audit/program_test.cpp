// sceau-audit as a person runs it: arguments in, transcript and exit code out.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "audit/bytes.h"
#include "audit/hash.h"
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
        "verify log extra --trust log.trust", "verify log --trust out.csv", "show",
        "show log --from x", "show log --from 3 --to 2", "prove log --index -1",
        "prove log --index 1 --consistency 1 2", "receipt out.csv.receipt --trust log.trust"}) {
    const auto run = home.run(arguments);
    CHECK_MESSAGE(run.code == 2, arguments);
    CHECK(run.out == "");
    if (*arguments != '\0') CHECK(run.err.starts_with("sceau-audit: error: "));
  }
  for (const char* arguments : {"--help", "verify --help", "show --help", "receipt --help",
                                "prove --help", "cosign --help", "rebuild --help"}) {
    const auto run = home.run(arguments);
    CHECK(run.code == 0);
    CHECK(run.err == "");
    CHECK(run.out.starts_with("usage: sceau-audit "));
  }
}

}  // namespace sceau::audit
