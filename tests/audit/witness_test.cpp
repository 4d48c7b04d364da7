// Being a witness, and making a log again.
#include "audit/witness.h"

#include <doctest/doctest.h>

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/note.h"
#include "audit/rebuild.h"
#include "audit/verify_files.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

Signer witness_key() { return test::test_signer(50, "witness.example", KeyType::cosignature_v1); }

struct Witness {
  test::Folder folder;
  [[nodiscard]] fs::path state() const { return folder.path() / "seen"; }
  [[nodiscard]] Cosignature look(const test::Folder& log, bool with_trust = false) const {
    return cosign_log(log.log(), witness_key(), state(),
                      with_trust ? std::optional(test::test_trust()) : std::nullopt, 1700000000);
  }
  [[nodiscard]] std::optional<Fault> refusal(const test::Folder& log) const {
    try {
      (void)look(log);
    } catch (const AuditError& error) {
      return error.fault();
    }
    return std::nullopt;
  }
};

std::vector<std::string> all_entries(const fs::path& log, std::uint64_t size) {
  std::vector<std::string> entries;
  for (std::uint64_t index = 0; index * 256 < size; ++index) {
    std::string path = full_tile_name(-1, index);
    const std::uint64_t width = std::min<std::uint64_t>(256, size - index * 256);
    if (width < 256) path += ".p/" + std::to_string(width);
    const std::string bundle = test::slurp(log / path);
    std::size_t used = 0;
    for (const auto entry : split_bundle(bundle, 256, used)) entries.emplace_back(entry);
  }
  return entries;
}

}  // namespace

TEST_CASE("a witness signs what goes on from what it saw, and the quorum counts it") {
  const test::Folder log;
  const Witness witness;
  test::make_log(log, {3});
  CHECK(witness.refusal(log) == Fault::bad_input);  // whose log? nobody has said
  CHECK_FALSE(fs::exists(witness.state()));
  CHECK(witness.look(log, true).size == 3);
  test::make_log(log, {3, 9});
  const Cosignature made = witness.look(log);
  CHECK(made.size == 9);
  CHECK(made.origin == test::origin);
  const std::string note = test::slurp(log.log() / "checkpoint");
  CHECK(test::slurp(witness.state()) == test::test_signer().verifier_key() + "\n" + note);

  const Trust trust = parse_trust("log " + test::test_signer().verifier_key() + "\nwitness W " +
                                  witness_key().verifier_key() + "\nquorum W\n");
  CHECK(verify_log(log.log(), trust).outcome == Outcome::undecided);
  test::spill(log.log() / "checkpoint", note + made.line);
  CHECK(verify_log(log.log(), trust).outcome == Outcome::valid);
  CHECK(witness.look(log).line == made.line);  // Ed25519: the same time, the same line
}

TEST_CASE("a log that shrank, forked, was damaged or changed its key is an alarm, and not signed") {
  const Witness witness;
  const test::Folder log, shorter, fork;
  test::make_log(log, {9});
  test::make_log(shorter, {5});
  Log::create(fork.log(), fork.state());
  test::open_log(fork)->append(std::vector<Draft>(12, test::draft(77)));
  CHECK(witness.look(log, true).size == 9);
  const std::string before = test::slurp(witness.state());
  CHECK(witness.refusal(shorter) == Fault::tampered);
  CHECK(witness.refusal(fork) == Fault::tampered);
  test::on_copy(log.log(), [&](const fs::path& copy) {
    std::string tile = test::slurp(copy / "tile/0/000.p/9");
    tile[5] = static_cast<char>(tile[5] ^ 1);
    test::spill(copy / "tile/0/000.p/9", tile);
    CHECK_THROWS_AS((void)cosign_log(copy, witness_key(), witness.state(), std::nullopt, 1),
                    AuditError);
  });
  const Trust other = trust_of_key(test::test_signer(8).verifier_key());
  CHECK_THROWS_AS((void)cosign_log(log.log(), witness_key(), witness.state(), other, 1),
                  AuditError);
  CHECK_THROWS_AS((void)cosign_log(log.log(), test::test_signer(), witness.state(), {}, 1),
                  AuditError);  // a log's key is no witness's
  CHECK(test::slurp(witness.state()) == before);
}

TEST_CASE("a log made again from its entries is the same bytes") {
  const test::Folder log;
  Log::create(log.log(), log.state());
  {
    const auto writer = test::open_log(log);
    for (const std::uint64_t size : {5, 255, 256, 300, 600}) {
      std::vector<Draft> drafts;
      for (std::uint64_t i = writer->size(); i < size; ++i) drafts.push_back(test::draft(i));
      writer->append(std::move(drafts));
      writer->publish();
    }
  }
  std::string lines;
  for (const std::string& entry : all_entries(log.log(), 600)) lines += entry + "\n";
  const auto entries = log.path() / "entries";
  test::spill(entries, lines);
  rebuild_log(entries, test::test_signer(), {5, 255, 256, 300, 600}, log.path() / "again");
  CHECK(test::list_files(log.path() / "again") == test::list_files(log.log()));
  for (const std::string& name : test::list_files(log.log()))
    CHECK_MESSAGE(test::slurp(log.path() / "again" / name) == test::slurp(log.log() / name), name);

  // The same behind lengths of two bytes, as any other implementation takes them.
  std::string prefixed;
  for (const std::string& entry : all_entries(log.log(), 600)) prefixed += test::bundle_of({entry});
  test::spill(log.path() / "prefixed", prefixed);
  rebuild_log(log.path() / "prefixed", test::test_signer(), {5, 255, 256, 300, 600},
              log.path() / "prefixed-log");
  CHECK(test::list_files(log.path() / "prefixed-log") == test::list_files(log.log()));
  for (const std::string& name : test::list_files(log.log()))
    CHECK(test::slurp(log.path() / "prefixed-log" / name) == test::slurp(log.log() / name));
  // Entries of any bytes, empty ones and newlines too.
  const std::vector<std::string> odd = {"", "\n", std::string("\0a\n", 3), std::string(65535, 'x')};
  test::spill(log.path() / "odd", test::bundle_of(odd));
  rebuild_log(log.path() / "odd", test::test_signer(), {4}, log.path() / "odd-log");
  test::write_reference_log(log.path() / "odd-reference", odd, test::test_signer());
  CHECK(test::slurp(log.path() / "odd-log/checkpoint") ==
        test::slurp(log.path() / "odd-reference/checkpoint"));
  CHECK(test::slurp(log.path() / "odd-log/tile/entries/000.p/4") == test::bundle_of(odd));

  const auto refused = [&](const std::vector<std::uint64_t>& sizes) {
    fs::remove_all(log.path() / "again");
    CHECK_THROWS_AS(rebuild_log(entries, test::test_signer(), sizes, log.path() / "again"),
                    AuditError);
  };
  refused({});
  refused({5, 5});
  refused({600, 601});
  refused({599});
  test::spill(entries, lines.substr(0, lines.size() - 1));
  refused({600});
  test::spill(log.path() / "again" / "x", "x");
  CHECK_THROWS_AS(rebuild_log(entries, test::test_signer(), {600}, log.path() / "again"),
                  AuditError);
}

TEST_CASE("a log of 70000 numbered entries, rebuilt, has the known root and tiles") {
  const test::Folder folder;
  std::string lines;
  std::vector<std::string> entries;
  for (int i = 0; i < 70000; ++i) {
    entries.push_back("entry " + std::to_string(i));
    lines += entries.back() + "\n";
  }
  test::spill(folder.path() / "entries", lines);
  rebuild_log(folder.path() / "entries", test::test_signer(), {70000}, folder.log());
  CHECK(
      to_base64(parse_checkpoint(parse_note(test::slurp(folder.log() / "checkpoint")).text).root) ==
      "o5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao=");
  // The tests' own maker of logs agrees in every byte.
  test::write_reference_log(folder.path() / "other", entries, test::test_signer());
  CHECK(test::list_files(folder.log()) == test::list_files(folder.path() / "other"));
  for (const std::string& name : test::list_files(folder.log()))
    CHECK_MESSAGE(test::slurp(folder.log() / name) == test::slurp(folder.path() / "other" / name),
                  name);
  CHECK(test::verify(folder.log(), true).outcome == Outcome::valid);
}

}  // namespace sceau::audit
