// audit/FORMAT.md says what the code does: the table of events, and an example of real bytes.
#include <doctest/doctest.h>

#include "audit/bytes.h"
#include "audit/events.h"
#include "audit/hash.h"
#include "audit/verify.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

bool says(const std::string& text) {
  static const std::string document =
      test::slurp(std::filesystem::path(SCEAU_SOURCE_DIR) / "audit" / "FORMAT.md");
  return document.find(text) != std::string::npos;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::number:
      return "number";
    case Kind::word:
      return "word";
    case Kind::digest:
      return "digest";
  }
  return {};
}

}  // namespace

TEST_CASE("FORMAT.md lists every event with its data, as the table has it") {
  for (const Event& event : all_events()) {
    std::string keys;
    for (const RequiredKey& key : event.required) {
      if (key.name.empty()) break;
      if (!keys.empty()) keys += ", ";
      keys += "`" + std::string(key.name) + "` " + std::string(name_of(key.kind));
    }
    const std::string row =
        "| `" + std::string(event.name) + "` | " + (keys.empty() ? "none" : keys) + " |";
    CHECK_MESSAGE(says(row), row);
  }
  CHECK(all_events().size() == 58);
}

TEST_CASE("FORMAT.md lists every failure by its name") {
  for (int i = 1; i <= static_cast<int>(Failure::file_other); ++i) {
    const std::string name = "`" + std::string(name_of(static_cast<Failure>(i))) + "`";
    CHECK_MESSAGE(says(name), name);
  }
}

TEST_CASE("FORMAT.md's example is what the writer makes") {
  const test::Folder folder;
  Log::create(folder.log(), folder.state());
  const auto log = test::open_log(folder);
  const auto entries =
      log->append({{"centre.created", "centre", {{"origin", std::string(test::origin)}}},
                   {"centre.started", "centre", {{"version", "0.1.0"}}},
                   {"centre.stopped", "centre", {{"reason", "signal"}}}});
  log->publish();
  for (const Appended& entry : entries) {
    CHECK_MESSAGE(says(entry.bytes), entry.bytes);
    CHECK_MESSAGE(says(to_hex(entry.leaf)), to_hex(entry.leaf));
  }
  CHECK_MESSAGE(says(log->checkpoint()), log->checkpoint());
  CHECK_MESSAGE(says(log->receipt(1)), log->receipt(1));
  CHECK_MESSAGE(says(test::test_signer().verifier_key()), test::test_signer().verifier_key());
  const std::string wal = test::slurp(folder.state() / "wal");
  CHECK_MESSAGE(says(wal.substr(0, wal.find('\n'))), wal);
}

}  // namespace sceau::audit
