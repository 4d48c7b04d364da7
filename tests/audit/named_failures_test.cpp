// Each kind of tampering, by hand, and the name under which the verifier tells it. The names are a
// promise to scripts.
#include <doctest/doctest.h>

#include <set>

#include "audit/checkpoint.h"
#include "audit/hash.h"
#include "audit/note.h"
#include "audit/verify.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* what;
  std::set<std::string> names;  // of the failures that must be told
  Outcome outcome;
  std::function<void(const fs::path& log)> damage;
};

void change(const fs::path& file, const std::function<void(std::string&)>& how) {
  std::string bytes = test::slurp(file);
  how(bytes);
  test::spill(file, bytes);
}

void flip(const fs::path& file, std::size_t at) {
  change(file, [at](std::string& bytes) { bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1); });
}

// Signs a checkpoint of our own making in place of the log's.
void resign(const fs::path& log, const std::function<void(Checkpoint&)>& how,
            const Signer& signer = test::test_signer()) {
  Checkpoint checkpoint = parse_checkpoint(parse_note(test::slurp(log / "checkpoint")).text);
  how(checkpoint);
  test::spill(log / "checkpoint", sign_note(format_checkpoint(checkpoint), signer));
}

// The log anew from changed entries, signed by the key's holder.
void rewrite(const fs::path& log, const std::function<void(std::vector<std::string>&)>& how) {
  auto entries = test::entries_of(log, 6);
  how(entries);
  fs::remove_all(log);
  test::write_reference_log(log, entries, test::test_signer());
}

void put_bundle(const fs::path& log, const std::function<void(std::vector<std::string>&)>& how) {
  auto entries = test::entries_of(log, 6);
  how(entries);
  test::spill(log / "tile/entries/000.p/6", test::bundle_of(entries));
}

std::set<std::string> names_in(const Verification& result) {
  std::set<std::string> names;
  for (const Check& check : result.checks)
    if (check.failure != Failure::none) names.insert(std::string(name_of(check.failure)));
  return names;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"the checkpoint is gone",
       {"checkpoint_missing"},
       Outcome::tampered,
       [](const fs::path& log) { fs::remove(log / "checkpoint"); }},
      {"the checkpoint is cut",
       {"checkpoint_form"},
       Outcome::tampered,
       [](const fs::path& log) {
         change(log / "checkpoint", [](std::string& bytes) { bytes.resize(bytes.size() / 2); });
       }},
      {"the checkpoint's size is changed",
       {"checkpoint_signature"},
       Outcome::tampered,
       [](const fs::path& log) {
         change(log / "checkpoint",
                [](std::string& bytes) { bytes.replace(bytes.find("\n6\n"), 3, "\n5\n"); });
       }},
      {"an unknown key signed",
       {"key_unknown"},
       Outcome::tampered,
       [](const fs::path& log) {
         resign(
             log, [](Checkpoint&) {}, test::test_signer(9, "other.example"));
       }},
      {"another key of the same name signed",
       {"key_other"},
       Outcome::tampered,
       [](const fs::path& log) {
         resign(
             log, [](Checkpoint&) {}, test::test_signer(9));
       }},
      {"the checkpoint is of another origin",
       {"checkpoint_origin"},
       Outcome::tampered,
       [](const fs::path& log) {
         resign(log, [](Checkpoint& checkpoint) { checkpoint.origin = "other.example"; });
       }},
      {"the signed size is 2^62",
       {"bundle_missing", "tile_missing", "root_unknown"},
       Outcome::tampered,
       [](const fs::path& log) {
         resign(log, [](Checkpoint& checkpoint) { checkpoint.size = std::uint64_t{1} << 62; });
       }},
      {"the signed root is another",
       {"root_other"},
       Outcome::tampered,
       [](const fs::path& log) {
         resign(log, [](Checkpoint& checkpoint) { checkpoint.root[0] ^= 1; });
       }},
      {"an older checkpoint is put back",
       {"file_tail"},
       Outcome::undecided,
       [](const fs::path& log) {
         const auto entries = test::entries_of(log, 6);
         const test::Folder older;
         test::write_reference_log(older.log(), {entries.begin(), entries.begin() + 4},
                                   test::test_signer());
         fs::copy(older.log(), log,
                  fs::copy_options::recursive | fs::copy_options::overwrite_existing);
       }},
      {"a byte of an entry is changed",
       {"tile_hash", "root_other", "chain_prev"},
       Outcome::tampered,
       [](const fs::path& log) {
         put_bundle(log, [](auto& entries) {
           entries[2].replace(entries[2].find("R-2026"), 6, "R-2027");
         });
       }},
      {"an entry is dropped from the bundle",
       {"bundle_form", "chain_number", "root_other", "tile_hash"},
       Outcome::tampered,
       [](const fs::path& log) {
         put_bundle(log, [](auto& entries) { entries.erase(entries.begin() + 2); });
       }},
      {"an entry is doubled in the bundle",
       {"bundle_form", "chain_number", "tile_hash", "root_other"},
       Outcome::tampered,
       [](const fs::path& log) {
         put_bundle(log, [](auto& entries) { entries.insert(entries.begin() + 2, entries[2]); });
       }},
      {"two entries are swapped in the bundle",
       {"chain_number", "tile_hash", "root_other"},
       Outcome::tampered,
       [](const fs::path& log) {
         put_bundle(log, [](auto& entries) { std::swap(entries[1], entries[3]); });
       }},
      {"the bundle is cut",
       {"bundle_form"},
       Outcome::tampered,
       [](const fs::path& log) {
         change(log / "tile/entries/000.p/6", [](std::string& bytes) { bytes.pop_back(); });
       }},
      {"the bundle is gone",
       {"bundle_missing"},
       Outcome::tampered,
       [](const fs::path& log) { fs::remove_all(log / "tile/entries"); }},
      {"a leftover partial bundle says other",
       {"bundle_copy"},
       Outcome::tampered,
       [](const fs::path& log) { flip(log / "tile/entries/000.p/2", 40); }},
      {"a leftover partial tile says other",
       {"tile_hash"},
       Outcome::tampered,
       [](const fs::path& log) { flip(log / "tile/0/000.p/2", 40); }},
      {"a tile is forged",
       {"tile_hash"},
       Outcome::tampered,
       [](const fs::path& log) { flip(log / "tile/0/000.p/6", 70); }},
      {"a tile is cut",
       {"tile_length"},
       Outcome::tampered,
       [](const fs::path& log) {
         change(log / "tile/0/000.p/6", [](std::string& bytes) { bytes.pop_back(); });
       }},
      {"a tile is gone",
       {"tile_missing"},
       Outcome::tampered,
       [](const fs::path& log) { fs::remove(log / "tile/0/000.p/6"); }},
      {"a folder stands in a tile's place",
       {"file_unreadable"},
       Outcome::tampered,
       [](const fs::path& log) {
         fs::remove(log / "tile/0/000.p/6");
         fs::create_directory(log / "tile/0/000.p/6");
       }},
      {"a tile beyond the size",
       {"file_tail"},
       Outcome::undecided,
       [](const fs::path& log) { test::spill(log / "tile/0/003", "x"); }},
      {"a file that is no tile",
       {"file_stranger"},
       Outcome::undecided,
       [](const fs::path& log) { test::spill(log / "tile/0/abc", "x"); }},
      {"an entry is respelled, and all signed anew",
       {"entry_form", "chain_prev"},
       Outcome::tampered,
       [](const fs::path& log) {
         rewrite(log, [](auto& entries) { entries[2].insert(entries[2].size() - 1, " "); });
       }},
      {"an event without its data, signed anew",
       {"entry_data", "chain_prev"},
       Outcome::tampered,
       [](const fs::path& log) {
         rewrite(log, [](auto& entries) {
           entries[2].replace(entries[2].find("\"turn\""), 6, "\"tour\"");
         });
       }},
      {"an event that nobody knows",
       {"event_unknown", "chain_prev"},
       Outcome::tampered,
       [](const fs::path& log) {
         rewrite(log,
                 [](auto& entries) { entries[2].replace(entries[2].find("viewed"), 6, "danced"); });
       }},
      {"the last entry's event is unknown",
       {"event_unknown"},
       Outcome::undecided,
       [](const fs::path& log) {
         rewrite(log, [](auto& entries) {
           entries.back().replace(entries.back().find("viewed"), 6, "danced");
         });
       }},
      {"an entry is dropped, and all signed anew",
       {"chain_number"},
       Outcome::tampered,
       [](const fs::path& log) {
         rewrite(log, [](auto& entries) { entries.erase(entries.begin() + 2); });
       }},
      {"an entry is changed, and all signed anew",
       {"chain_prev"},
       Outcome::tampered,
       [](const fs::path& log) {
         rewrite(log,
                 [](auto& entries) { entries[2].replace(entries[2].find("R-2026"), 6, "R-2027"); });
       }},
      {"the last entry's time is set back, and all signed anew",
       {"chain_time"},
       Outcome::tampered,
       [](const fs::path& log) {
         rewrite(log, [](auto& entries) {
           entries.back().replace(entries.back().find("20:15:03"), 8, "19:15:03");
         });
       }},
      {"a log's beginning stands in its midst",
       {"chain_seal"},
       Outcome::tampered,
       [](const fs::path& log) {
         rewrite(log, [](auto& entries) {
           auto& last = entries.back();
           last.replace(last.find("review.viewed"), 13, "key.rotated");
           const auto data = last.find("\"data\":{") + 8;
           last.replace(data, last.size() - 2 - data, R"("checkpoint":"x","key":"x","origin":"x")");
         });
       }},
  };
  return all;
}

}  // namespace

TEST_CASE("every kind of tampering is told under its name") {
  for (const Case& one : cases()) {
    CAPTURE(one.what);
    const test::Folder folder;
    test::make_log(folder, {2, 6});
    one.damage(folder.log());
    const auto result = test::verify(folder.log());
    CHECK(result.outcome == one.outcome);
    const auto found = names_in(result);
    std::string told;
    for (const auto& name : found) told += name + " ";
    for (const std::string& name : one.names)
      CHECK_MESSAGE(found.contains(name), name << " is not among " << told);
  }
}

TEST_CASE("forged tiles of levels 1 and 2 are told under their name, wherever they lie") {
  const test::Folder folder;
  std::vector<std::string> entries;
  for (int i = 0; i < 66000; ++i) entries.push_back("entry " + std::to_string(i));
  test::write_reference_log(folder.log(), entries, test::test_signer());
  for (const char* name : {"tile/0/256", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"}) {
    flip(folder.log() / name, 3);
    const auto result = test::verify(folder.log(), true);
    CHECK(result.outcome == Outcome::tampered);
    CHECK(names_in(result) == std::set<std::string>{"tile_hash"});
    flip(folder.log() / name, 3);
  }
}

TEST_CASE("what a checkpoint from elsewhere exposes is told under its name") {
  const test::Folder older, newer, fork;
  test::make_log(older, {4});
  test::make_log(newer, {4, 6});
  Log::create(fork.log(), fork.state());
  test::open_log(fork)->append(std::vector<Draft>(6, test::draft(77)));
  const auto since = [](const fs::path& log, const std::string& note) {
    VerifyOptions options;
    options.since = {{"", note}};
    return names_in(verify_log(log, test::test_trust(), options));
  };
  const auto note = [](const test::Folder& folder) {
    return test::slurp(folder.log() / "checkpoint");
  };
  using Names = std::set<std::string>;
  CHECK(since(newer.log(), note(older)) == Names{});
  CHECK(since(older.log(), note(newer)) == Names{"since_newer"});
  CHECK(since(fork.log(), note(newer)) == Names{"since_root"});
  CHECK(since(fork.log(), note(older)) == Names{"since_root"});
  CHECK(since(newer.log(), "nonsense") == Names{"since_untrusted"});
  CHECK(since(newer.log(), sign_note(format_checkpoint({"other.example", 1, Digest{}, ""}),
                                     test::test_signer(9, "other.example"))) ==
        Names{"since_untrusted"});
}

TEST_CASE("every failure has a name of its own") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Failure::file_other); ++i)
    names.insert(name_of(static_cast<Failure>(i)));
  CHECK(names.size() == static_cast<std::size_t>(Failure::file_other) + 1);
  CHECK(name_of(Failure::tile_hash) == "tile_hash");
  CHECK(name_of(Failure::file_other) == "file_other");
}

TEST_CASE("any number of threads finds the same") {
  const test::Folder folder;
  test::make_log(folder, {300, 20'000});
  flip(folder.log() / "tile/entries/055", 300);
  flip(folder.log() / "tile/0/070", 5);
  const auto told = [&](unsigned threads) {
    VerifyOptions options;
    options.threads = threads;
    const auto result = verify_log(folder.log(), test::test_trust(), options);
    std::string text;
    for (const Check& check : result.checks) text += check.name + ": " + check.message + "\n";
    return text;
  };
  const std::string one = told(1);
  CHECK(one.find("entry 1408") != std::string::npos);
  CHECK(told(2) == one);
  CHECK(told(7) == one);
}

}  // namespace sceau::audit
