// Which way a session's statement goes: engine, engine and SQLite, SQLite; and that the gate takes
// none but whole tabulations for one.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>

#include "enclave/server/drafts.h"
#include "enclave/server/workbench.h"
#include "tests/server/sealed.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

/// A workbench over 12 pupils of PARIS and 4 of CORSE.
class Desk {
 public:
  Desk() : interruption(cancel, {}), workbench_(store_.session(), {}) {}

  std::atomic<bool> cancel = false;
  Interruption interruption;

  sql::Statement statement(const std::string& text) {
    return sql::prepare(text, workbench_.catalog(), {}).at(0);
  }
  sql::Plan plan(const std::string& text) {
    return sql::plan_select(statement(text), workbench_.catalog(), {});
  }
  /// "a|b c|d"
  std::string rows(const std::string& text) {
    const auto source = workbench_.run(plan(text), interruption);
    std::string shown;
    for (sql::Row row; source->next(row);) shown += (shown.empty() ? "" : " ") + line(row);
    return shown;
  }
  std::string explained(const std::string& text) {
    std::string shown;
    for (const auto& row : workbench_.explain(plan(text))) shown += line(row) + "\n";
    return shown;
  }
  CopyDraft copied(const std::string& text) {
    return draft_of_copy(statement(text), plan(text), workbench_, interruption);
  }

 private:
  static std::string line(const sql::Row& row) {
    std::string text;
    for (const auto& value : row) text += (&value == row.data() ? "" : "|") + value.value_or("");
    return text;
  }

  SealedLycees store_{pupils(12, 4)};
  Workbench workbench_;
};

constexpr auto largest = "SELECT academie, count(*) FROM lycees GROUP BY 1 ORDER BY 2 DESC LIMIT 1";

}  // namespace

TEST_CASE("a statement around a tabulation is answered from the sealed store") {
  Desk desk;
  CHECK(desk.rows(largest) == "PARIS|12");
  CHECK(desk.rows("SELECT avg(n) FROM (SELECT academie, count(*) AS n FROM lycees GROUP BY 1) q") ==
        "8.0000000000000000");
  CHECK(desk.rows(
            "SELECT l.academie, count(*) FROM lycees l JOIN (SELECT academie FROM lycees GROUP "
            "BY 1 HAVING count(*) < 10) few ON few.academie = l.academie GROUP BY 1") == "CORSE|4");
}

TEST_CASE("a cancelled statement ends while the engine computes its parts") {
  Desk desk;
  desk.interruption.begin(std::chrono::milliseconds(0));
  desk.cancel = true;
  CHECK_THROWS_AS(static_cast<void>(desk.rows(largest)), const EnclaveError&);
}

TEST_CASE("COPY takes a statement around a tabulation for what it is: rows for a reviewer") {
  Desk desk;
  const auto mixed = desk.copied(std::string("COPY (") + largest + ") TO 'a.csv' WITH (title 'A')");
  CHECK(!mixed.draft.tabulation);
  CHECK(mixed.draft.reason.id == "tabulation.limit");
  CHECK(mixed.draft.opaque == "academie,count\r\nPARIS,12\r\n");
  const auto whole = desk.copied(
      "COPY (SELECT academie, count(*) FROM lycees GROUP BY 1) TO 'a.csv' WITH (title 'A')");
  CHECK(whole.draft.tabulation);
  CHECK(whole.draft.opaque.empty());
}

TEST_CASE("EXPLAIN SELECT names the way") {
  Desk desk;
  CHECK(
      desk.explained("SELECT count(*) FROM lycees").starts_with("engine: a tabulation of lycees"));
  CHECK(desk.explained(largest).starts_with("engine and sqlite: "));
  CHECK(desk.explained("SELECT note FROM lycees WHERE note > 3") ==
        "sqlite: explored, because it shows rows, not groups\n  reads lycees: note\n"
        "    chosen before SQLite by note >\n");
}
