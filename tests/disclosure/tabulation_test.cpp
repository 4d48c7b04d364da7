// The value itself: its words, its JSON, what is refused.
#include "disclosure/tabulation.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "disclosure/fault.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;

namespace {

Tabulation rich() {
  Tabulation table = tabulation({"academie"}, {count(), mean_of("note")},
                                both(equals("niveau", "2nde"), negated(is_null("note"))));
  table.columns[1].statistic.filter = equals("sexe", "F");
  table.columns[0].denominator = count_of("note");
  table.having_minimum = 10;
  return table;
}

bool is_refused(const std::string& json) {
  try {
    (void)tabulation_from_json(json);
  } catch (const DisclosureError& error) {
    return error.fault() == Fault::malformed;
  }
  return false;
}

}  // namespace

TEST_CASE("a tabulation has one written form") {
  CHECK(
      to_json(rich()) ==
      R"json({"format":1,"dataset":"pupils","vintages":["1"],"dimensions":[{"name":"academie","variable":"academie"}],)json"
      R"json("columns":[{"name":"count(*)","statistic":{"function":"count_rows"},"denominator":{"function":"count_values","variable":"note"},"integer_division":false},)json"
      R"json({"name":"avg(note)","statistic":{"function":"mean","variable":"note","filter":{"compare":["sexe","=","F"]}}}],)json"
      R"json("where":{"all":[{"compare":["niveau","=","2nde"]},{"not":{"is_null":"note"}}]},"grouping_sets":[1],"having_minimum":10})json");
  CHECK(tabulation_from_json(to_json(rich())) == rich());
}

TEST_CASE("any other writing of it is refused") {
  const std::string json = to_json(rich());
  CHECK_FALSE(is_refused(json));
  CHECK(is_refused(""));
  CHECK(is_refused("{}"));
  CHECK(is_refused("[]"));
  CHECK(is_refused(json + " "));
  CHECK(is_refused("{\"format\":1," + json.substr(1)));
  CHECK(is_refused("{\"extra\":1," + json.substr(1)));
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"format\":1", "\"format\":2"},
           {"\"count_rows\"", "\"count\""},
           {"\"=\"", "\"==\""},
           {"[1]", "[2]"},  // a grouping set of a dimension that isn't there
           {"[1]", "[1.0]"},
           {"[1]", "[-1]"},
           {"[\"1\"]", "[]"},  // no vintage
           {"10}", "1e1}"},
           {"\"where\"", "\"were\""},
           {"\"not\"", "\"nor\""}}) {
    std::string damaged = json;
    damaged.replace(damaged.find(from), from.size(), to);
    CAPTURE(damaged);
    CHECK(is_refused(damaged));
  }
  for (std::size_t length = 0; length < json.size(); ++length)
    CHECK(is_refused(json.substr(0, length)));
}

TEST_CASE("nesting has a bound, in JSON too") {
  Condition deep;
  for (int i = 0; i < max_condition_depth; ++i) deep = negated(std::move(deep));
  Tabulation table = tabulation({}, {count()}, deep);
  CHECK(can_tabulate(table));
  CHECK(tabulation_from_json(to_json(table)) == table);
  table.where = negated(std::move(table.where));
  std::string why;
  CHECK_FALSE(can_tabulate(table, &why));
  CHECK(why == "a condition is nested too deeply");
  CHECK_THROWS_AS((void)to_json(table), DisclosureError);
  std::string json = to_json(tabulation({}, {count()}));
  std::string nested;
  for (int i = 0; i < 100000; ++i) nested += "{\"not\":";
  nested += "\"always\"" + std::string(100000, '}');
  json.replace(json.find("\"always\""), 8, nested);
  CHECK(is_refused(json));
}

TEST_CASE("what isn't well formed is refused before any row is read") {
  const auto refused = [](const auto& change) {
    Tabulation table = tabulation({"sexe"}, {count()});
    change(table);
    return !can_tabulate(table);
  };
  CHECK_FALSE(refused([](Tabulation&) {}));
  CHECK(refused([](Tabulation& t) { t.vintages.clear(); }));
  CHECK(refused([](Tabulation& t) { t.vintages = {"2", "1"}; }));
  CHECK(refused([](Tabulation& t) { t.grouping_sets.clear(); }));
  CHECK(refused([](Tabulation& t) { t.grouping_sets = {2}; }));
  CHECK(refused([](Tabulation& t) { t.columns[0].statistic.operand = std::string("x"); }));
  CHECK(refused([](Tabulation& t) { t.columns[0].statistic.function = Function::sum; }));
  CHECK(refused([](Tabulation& t) { t.columns[0].statistic.function = Function::count_distinct; }));
  CHECK(refused([](Tabulation& t) {
    t.columns[0].statistic = sum_of("x");
    t.columns[0].statistic.function = Function::quantile;
    t.columns[0].statistic.fraction = {11, 1};
  }));
  CHECK(refused([](Tabulation& t) {
    t.dimensions[0].from = WidthBucket{"x", {1, 0}, {10, 1}, 3};
  }));
  CHECK(refused([](Tabulation& t) { t.dimensions[0].from = WidthBucket{"x", {1, 0}, {2, 0}, 0}; }));
  CHECK(refused([](Tabulation& t) { t.dimensions.resize(17, {"a", std::string("a")}); }));
}

TEST_CASE("statistics are described as in SQL, quotes doubled") {
  CHECK(describe(count()) == "count(*)");
  CHECK(describe(mean_of("note")) == "avg(note)");
  CHECK(describe(distinct("uai")) == "count(DISTINCT uai)");
  Statistic share = mean_of("x");
  share.operand = equals("nom", "l'île");
  CHECK(describe(share) == "avg(nom = 'l''île')");
  Statistic filtered = count();
  Condition either;
  either.kind = Condition::Kind::any_of;
  either.parts = {both(equals("a", "1"), is_null("b")), negated(equals("c", "2"))};
  filtered.filter = either;
  CHECK(describe(filtered) == "count(*) FILTER (WHERE (a = '1' AND b IS NULL) OR NOT (c = '2'))");
  Column ratio = column(sum_of("x"));
  ratio.denominator = count();
  CHECK(describe(ratio) == "sum(x) / count(*)");
}

TEST_CASE("variables are named once each, in order") {
  Tabulation table = rich();
  table.dimensions.push_back({"b", WidthBucket{"age", {0, 0}, {1, 0}, 2}});
  CHECK(variables_of(table) ==
        std::vector<std::string>{"academie", "age", "niveau", "note", "sexe"});
}

TEST_CASE("hidden cells and rounding are part of what a table is, and written in one form") {
  Tabulation table = build::cube(build::tabulation({"a", "b"}, {build::count()}));
  const auto plain = to_json(table);
  // cube: bit 0 keeps a, bit 1 keeps b
  const auto both = static_cast<std::uint32_t>(
      std::find(table.grouping_sets.begin(), table.grouping_sets.end(), 3U) -
      table.grouping_sets.begin());
  const auto only_a = static_cast<std::uint32_t>(
      std::find(table.grouping_sets.begin(), table.grouping_sets.end(), 1U) -
      table.grouping_sets.begin());
  table.hidden = {{both, {"F", std::nullopt}}, {only_a, {"F", std::nullopt}}};
  std::sort(table.hidden.begin(), table.hidden.end());
  CHECK(to_json(table) != plain);
  CHECK(tabulation_from_json(to_json(table)) == table);
  CHECK(hides(table, {both, {"F", std::nullopt}}));  // b is NULL there
  CHECK(!hides(table, {both, {"F", "A"}}));
  auto twice = table;
  twice.hidden.push_back(twice.hidden.back());
  CHECK(!can_tabulate(twice));
  auto elsewhere = table;
  elsewhere.hidden = {{99, {"F", "A"}}};
  CHECK(!can_tabulate(elsewhere));
  auto margin = table;
  margin.hidden = {{only_a, {"F", "A"}}};
  CHECK(!can_tabulate(margin));
  auto rounded = build::cube(build::tabulation({"a", "b"}, {build::count()}));
  rounded.rounded_to = 5;
  CHECK(tabulation_from_json(to_json(rounded)) == rounded);
  rounded.columns = {build::column(build::sum_of("x"))};
  CHECK(!can_tabulate(rounded));
}

}  // namespace sceau::disclosure
