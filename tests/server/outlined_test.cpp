// A session that may name data but read none: what its own engines find, and how what the gate gave
// out is shown.
#include "enclave/centre/outlined.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>

#include "enclave/fault.h"
#include "enclave/server/shown.h"
#include "enclave/server/workbench.h"
#include "tests/server/sealed.h"

using namespace sceau;
using namespace sceau::enclave;

namespace {

constexpr const char* codebook = R"(format = 1
[dataset]
name = "lycees"
unit = "row"
[variables.academie]
type = "category"
role = "classification"
[variables.age]
type = "integer"
role = "measure"
[variables.note]
type = "decimal"
role = "measure"
decimals = 1
[variables.cache]
type = "text"
role = "hidden"
)";

SessionGrant grant_of(std::optional<std::set<std::string>> columns = std::nullopt) {
  SessionGrant grant;
  grant.aggregates = true;
  grant.outlines = {{{"2022", "2021"}, codebook, std::move(columns)}};
  return grant;
}

class Desk {
 public:
  explicit Desk(const SessionGrant& grant) : interruption_(cancel_, {}), workbench_(grant, {}) {}

  sql::Plan plan(const std::string& text) {
    const auto statement = sql::prepare(text, workbench_.catalog(), {}).at(0);
    return sql::plan_select(statement, workbench_.catalog(), {});
  }
  std::vector<sql::Row> rows(const std::string& text) {
    std::vector<sql::Row> all;
    const auto source = workbench_.run(plan(text), interruption_);
    for (sql::Row row; source->next(row);) all.push_back(row);
    return all;
  }
  [[nodiscard]] const sql::Catalog& catalog() const { return workbench_.catalog(); }

 private:
  std::atomic<bool> cancel_ = false;
  Interruption interruption_;
  Workbench workbench_;
};

using Rows = std::vector<sql::Row>;

}  // namespace

TEST_CASE("names and types are those of the codebook, and there is no row behind them") {
  Desk desk(grant_of());
  const auto found = desk.catalog().find("lycees");
  REQUIRE(found);
  CHECK(found->relation->vintages == std::vector<std::string>{"2021", "2022"});
  REQUIRE(found->relation->columns.size() == 4);
  CHECK(found->relation->find("age")->type == sql::Type::int8);
  CHECK(found->relation->find("note")->type == sql::Type::numeric);
  CHECK(found->relation->find("note")->scale == 1);
  CHECK(found->relation->find("cache") == nullptr);
  CHECK(desk.rows("SELECT * FROM lycees").empty());
  CHECK(desk.rows("SELECT max(l.note) FROM lycees l, lycees m WHERE l.age = m.age HAVING true") ==
        Rows{{std::nullopt}});
  CHECK(desk.rows("SELECT academie FROM \"lycees@2021\" ORDER BY note LIMIT 1").empty());
  Desk narrow(grant_of(std::set<std::string>{"academie"}));
  CHECK(narrow.catalog().find("lycees")->relation->find("note") == nullptr);
}

TEST_CASE("what the gate gave out is shown in the query's columns, order and types") {
  Desk desk(grant_of());
  const auto plan = desk.plan(
      "SELECT avg(note), academie, count(*) FROM lycees GROUP BY ROLLUP (academie)"
      " ORDER BY academie DESC");
  REQUIRE(plan.tabulation);
  const auto& sets = plan.tabulation->tabulation.grouping_sets;
  const auto set = [&](std::uint32_t kept) {
    return static_cast<std::uint32_t>(std::find(sets.begin(), sets.end(), kept) - sets.begin());
  };
  const std::vector<ShownCell> cells = {{set(1), {"01"}, {"12.345", "20"}},
                                        {set(1), {"10"}, {std::nullopt, "0"}},
                                        {set(0), {std::nullopt}, {"12.500", "20"}}};
  CHECK(shown_rows(cells, *plan.tabulation) ==
        Rows{{"12.500", std::nullopt, "20"}, {std::nullopt, "10", "0"}, {"12.345", "01", "20"}});
  auto whole = *plan.tabulation;  // as a cast to bigint has it
  whole.outputs[0].type = sql::Type::int8;
  CHECK(shown_rows(cells, whole)[0][0] == "13");
  CHECK(shown_rows(cells, whole)[2][0] == "12");
  auto others = cells;
  others[0].values.pop_back();
  CHECK_THROWS_AS((void)shown_rows(others, *plan.tabulation), EnclaveError);
  others = cells;
  others[0].grouping_set = 7;
  CHECK_THROWS_AS((void)shown_rows(others, *plan.tabulation), EnclaveError);
}
