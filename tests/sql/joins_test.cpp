// Joins on declared references: which of them are tabulations, and that the engine and SQLite give
// the same rows of those that are.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "disclosure/memory_source.h"
#include "enclave/fault.h"
#include "enclave/messages.h"
#include "enclave/sql/plan.h"
#include "enclave/sql/sandbox.h"
#include "enclave/store/joined.h"
#include "tests/sql/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::sql;

namespace {

constexpr auto pupils_document = R"(
format = 1
[dataset]
name = "eleves"
contributors = ["uai"]
[variables.uai]
type = "category"
role = "classification"
references = "ecoles.uai"
[variables.college]
type = "category"
role = "classification"
references = "colleges.code"
[variables.sexe]
type = "category"
role = "classification"
[variables.age]
type = "integer"
role = "measure"
[variables.note]
type = "decimal"
role = "measure"
decimals = 1
)";

constexpr auto schools_document = R"(
format = 1
[dataset]
name = "ecoles"
[variables.uai]
type = "category"
role = "classification"
[variables.secteur]
type = "category"
role = "classification"
[variables.nom]
type = "text"
role = "classification"
[variables.sexe]
type = "category"
role = "classification"
[variables.places]
type = "integer"
role = "measure"
[variables.indice]
type = "decimal"
role = "measure"
decimals = 2
[variables.college]
type = "category"
role = "classification"
references = "colleges.code"
)";

constexpr auto colleges_document = R"(
format = 1
[dataset]
name = "colleges"
[variables.code]
type = "category"
role = "classification"
[variables.rural]
type = "category"
role = "classification"
)";

using Line = std::vector<std::optional<std::string>>;

class JoinedWorld {
 public:
  explicit JoinedWorld(unsigned seed = 1, bool twice = false) : random_(seed) {
    add(pupils_document, {{"2023", pupils()}, {"2024", pupils()}});
    add(schools_document, {{"2023", schools(twice)}, {"2024", schools(false)}});
    add(colleges_document, {{"2020", colleges()}});
    std::vector<const disclosure::Source*> sources;
    for (const auto& source : sources_) sources.push_back(source.get());
    exploration_ = std::make_unique<Exploration>(catalog_, sources, Limits{});
  }

  [[nodiscard]] const Catalog& catalog() const { return catalog_; }

  [[nodiscard]] Plan plan(std::string_view text) const {
    return plan_select(prepare(text, catalog_, {}).at(0), catalog_, {});
  }

  /// The reason's id, or "" where it is a tabulation.
  [[nodiscard]] std::string reason(std::string_view text) const {
    const auto made = plan(text);
    if (made.tabulation) return "";
    CHECK(sceau::enclave::text(made.not_a_tabulation->id, {}) != made.not_a_tabulation->id);
    return made.not_a_tabulation->id;
  }

  [[nodiscard]] std::vector<std::string> explored(const Plan& plan) const {
    auto cursor = exploration_->run(*plan.explore, {});
    std::vector<std::string> lines;
    for (Row row; cursor.next(row);) lines.push_back(test::shown({row}));
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  [[nodiscard]] std::vector<std::string> tabulated(const Plan& plan) const {
    return sorted(rows_of(*plan.tabulation));
  }

  [[nodiscard]] std::vector<std::string> mixed(const Plan& plan) const {
    std::vector<ComputedTable> computed;
    for (const auto& part : plan.mixed->parts) computed.push_back({types_of(part), rows_of(part)});
    auto cursor = exploration_->run(plan.mixed->around, {}, std::move(computed));
    std::vector<Row> rows;
    for (Row row; cursor.next(row);) rows.push_back(row);
    return sorted(rows);
  }

 private:
  [[nodiscard]] std::vector<Row> rows_of(const TabulationPlan& part) const {
    const auto& tabulation = part.tabulation;
    const JoinedSource source({sources_[0].get(), books_[0].get()},
                              {{"ecoles", {sources_[1].get(), books_[1].get()}},
                               {"colleges", {sources_[2].get(), books_[2].get()}}},
                              tabulation.references);
    source.demand(tabulation);
    return format_rows(disclosure::tabulate(tabulation, source, source.codebook()), part);
  }

  static std::vector<std::string> sorted(const std::vector<Row>& rows) {
    std::vector<std::string> lines;
    for (const auto& row : rows) lines.push_back(test::shown({row}));
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::optional<std::string> maybe(std::string text) {
    return below(8) == 0 ? std::nullopt : std::optional(std::move(text));
  }

  std::vector<Line> pupils() {
    std::vector<Line> lines;
    for (int i = 0; i < 60; ++i) {
      lines.push_back({maybe("U" + std::to_string(below(9))), maybe("C" + std::to_string(below(4))),
                       maybe(below(2) == 0 ? "F" : "M"), maybe(std::to_string(below(5) + 11)),
                       maybe(std::to_string(below(21)) + ".5")});
    }
    return lines;
  }

  std::vector<Line> schools(bool twice) {
    std::vector<Line> lines;
    for (int i = 0; i < 8; ++i) {  // U8 is nobody's, and some have no key
      lines.push_back({maybe("U" + std::to_string(i)), maybe(below(2) == 0 ? "PU" : "PR"),
                       maybe("École " + std::to_string(below(3))), maybe(below(2) == 0 ? "F" : "M"),
                       maybe(std::to_string(below(4) * 100)),
                       maybe(std::to_string(below(3)) + ".25"),
                       maybe("C" + std::to_string(below(4)))});
    }
    if (twice) {
      lines[0][0] = "U1";
      lines[1][0] = "U1";
    }
    return lines;
  }

  std::vector<Line> colleges() {
    return {{"C0", "oui"}, {"C1", "non"}, {"C2", std::nullopt}, {std::nullopt, "oui"}};
  }

  void add(const char* document,
           const std::vector<std::pair<std::string, std::vector<Line>>>& years) {
    auto book =
        std::make_shared<const policies::Codebook>(policies::parse_codebook(document, "c.toml"));
    std::vector<disclosure::MemoryVintage> vintages;
    for (const auto& [year, lines] : years) {
      disclosure::MemoryVintage vintage{year, {}};
      for (std::size_t c = 0; c < book->variables.size(); ++c) {
        vintage.columns.push_back({book->variables[c].name, {}});
        for (const auto& line : lines) vintage.columns[c].values.push_back(line[c]);
      }
      vintages.push_back(std::move(vintage));
    }
    sources_.push_back(disclosure::memory_source(*book, std::move(vintages), 16));
    catalog_.relations.push_back(make_relation(*sources_.back(), book));
    books_.push_back(std::move(book));
  }

  std::mt19937 random_;
  std::vector<std::unique_ptr<disclosure::Source>> sources_;
  std::vector<std::shared_ptr<const policies::Codebook>> books_;
  Catalog catalog_;
  std::unique_ptr<Exploration> exploration_;
};

std::string counted(const std::string& from) { return "SELECT count(*) FROM " + from; }

}  // namespace

TEST_CASE("a left join on a declared reference is part of a tabulation, any other join is not") {
  const JoinedWorld world;
  const std::vector<std::pair<std::string, std::string>> table = {
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.uai = e.uai", ""},
      {"eleves l LEFT OUTER JOIN \"ecoles@2024\" e ON (e.uai = l.uai)", ""},
      {"eleves LEFT JOIN \"ecoles@2023\" e USING (uai)", ""},
      {"eleves l LEFT JOIN colleges c ON l.college = c.code", ""},
      {"eleves l LEFT JOIN ecoles e ON l.uai = e.uai AND l.vintage = e.vintage", ""},
      {"eleves l LEFT JOIN ecoles e ON e.vintage = l.vintage AND l.uai = e.uai", ""},
      {"eleves LEFT JOIN ecoles USING (uai, vintage)", ""},
      {"\"eleves@2024\" l LEFT JOIN \"ecoles@2024\" e USING (vintage, uai)", ""},
      {"eleves l LEFT JOIN \"ecoles@2023\" a ON l.uai = a.uai LEFT JOIN \"ecoles@2024\" b "
       "ON l.uai = b.uai LEFT JOIN colleges c ON c.code = l.college",
       ""},
      {"eleves l LEFT JOIN \"ecoles@2023\" a ON l.uai = a.uai LEFT JOIN \"ecoles@2023\" b "
       "ON l.uai = b.uai",
       ""},
      {"eleves l JOIN \"ecoles@2024\" e ON l.uai = e.uai", "tabulation.join_inner"},
      {"eleves l RIGHT JOIN \"ecoles@2024\" e ON l.uai = e.uai", "tabulation.join"},
      {"eleves l FULL JOIN \"ecoles@2024\" e ON l.uai = e.uai", "tabulation.join"},
      {"eleves l CROSS JOIN colleges c", "tabulation.join"},
      {"eleves l, colleges c", "tabulation.join"},
      {"eleves l LEFT JOIN (colleges c LEFT JOIN \"ecoles@2024\" e ON c.code = e.college) "
       "ON l.college = c.code",
       "tabulation.join"},
      {"eleves l LEFT JOIN ecoles e ON l.uai = e.uai", "tabulation.join_vintages"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.uai = e.uai AND l.vintage = e.vintage",
       "tabulation.join_vintage_missing"},
      {"eleves l LEFT JOIN colleges c ON l.college = c.code AND l.vintage = c.vintage",
       "tabulation.join_vintage_missing"},
      {"eleves l LEFT JOIN colleges c ON l.uai = c.code", "tabulation.join_undeclared"},
      {"\"ecoles@2023\" e LEFT JOIN \"eleves@2023\" l ON l.uai = e.uai",
       "tabulation.join_undeclared"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.sexe = e.sexe", "tabulation.join_undeclared"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.uai = e.vintage", "tabulation.join_undeclared"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON true", "tabulation.join_condition"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.vintage = e.vintage",
       "tabulation.join_condition"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.uai = e.uai AND e.secteur = 'PU'",
       "tabulation.join_condition"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.uai = e.uai AND l.sexe = e.sexe",
       "tabulation.join_condition"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.uai <= e.uai", "tabulation.join_condition"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.uai = e.uai OR l.uai = e.nom",
       "tabulation.join_condition"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON lower(l.uai) = e.uai", "tabulation.join_condition"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.uai = l.uai", "tabulation.join_condition"},
      {"eleves l LEFT JOIN \"ecoles@2024\" e ON l.uai = e.uai LEFT JOIN colleges c "
       "ON e.college = c.code",
       "tabulation.join_chain"},
      {"eleves l LEFT JOIN sceau.requests r ON l.uai = r.request", "tabulation.no_store"},
  };
  for (const auto& [from, reason] : table) {
    CAPTURE(from);
    CHECK(world.reason(counted(from)) == reason);
  }
}

TEST_CASE("joined variables follow the same rules as a data set's own") {
  const JoinedWorld world;
  const auto reason = [&](const std::string& select, const std::string& rest) {
    return world.reason("SELECT " + select +
                        " FROM eleves l LEFT JOIN \"ecoles@2024\" e USING (uai) " + rest);
  };
  CHECK(reason("e.secteur, count(*)", "GROUP BY 1").empty());
  CHECK(reason("e.vintage, l.vintage, count(*)", "GROUP BY 1, 2").empty());
  CHECK(reason("sum(e.places), avg(indice), count(e.nom)", "WHERE secteur IS NULL").empty());
  CHECK(reason("count(*) FILTER (WHERE e.secteur = 'PU' AND l.sexe = 'F')", "").empty());
  CHECK(reason("count(DISTINCT l.uai)", "").empty());
  CHECK(reason("CASE WHEN places > 100 THEN 'grand' ELSE 'petit' END, count(*)", "GROUP BY 1")
            .empty());
  CHECK(reason("e.secteur, count(*)", "GROUP BY ROLLUP (e.secteur)").empty());
  CHECK(reason("count(DISTINCT e.uai)", "") == "tabulation.distinct_variable");
  CHECK(reason("e.nom, count(*)", "GROUP BY 1") == "tabulation.not_a_classification");
  CHECK(reason("e.places, count(*)", "GROUP BY 1") == "tabulation.not_a_classification");
  CHECK(reason("sum(e.secteur::int)", "") != "");
  CHECK(reason("count(*)", "WHERE e.sexe = l.sexe") == "tabulation.two_columns");
  CHECK(reason("l.uai, e.secteur", "") == "tabulation.rows");
}

TEST_CASE("a tabulation says what was joined, by names that no variable has") {
  const JoinedWorld world;
  const auto plan = world.plan(
      "SELECT e.secteur, f.secteur, l.sexe, avg(f.places) FROM eleves l LEFT JOIN ecoles e ON "
      "e.uai "
      "= l.uai AND e.vintage = l.vintage LEFT JOIN \"ecoles@2023\" f ON f.uai = l.uai "
      "WHERE e.sexe = 'F' GROUP BY 1, 2, 3");
  REQUIRE(plan.tabulation);
  const auto& tabulation = plan.tabulation->tabulation;
  CHECK(tabulation.dataset == "eleves");
  CHECK(tabulation.vintages == std::vector<std::string>{"2023", "2024"});
  CHECK(tabulation.references ==
        std::vector<disclosure::Reference>{{"uai", "ecoles", "uai", ""},
                                           {"uai", "ecoles", "uai", "2023"}});
  CHECK(variables_of(tabulation) ==
        std::vector<std::string>{"sexe", "uai>ecoles.secteur", "uai>ecoles.sexe",
                                 "uai>ecoles@2023.places", "uai>ecoles@2023.secteur"});
  CHECK(plan.columns[0].name == "secteur");
  CHECK(plan.columns[1].name == "secteur");
  CHECK(disclosure::tabulation_from_json(to_json(tabulation)) == tabulation);
}

TEST_CASE("engine and SQLite give the same rows of random joined tables") {
  const std::vector<std::string> froms = {
      "eleves l LEFT JOIN \"ecoles@2024\" e ON l.uai = e.uai LEFT JOIN colleges c ON l.college = "
      "c.code",
      "eleves l LEFT JOIN ecoles e ON l.uai = e.uai AND l.vintage = e.vintage LEFT JOIN colleges c "
      "ON c.code = l.college",
      "\"eleves@2023\" l LEFT JOIN \"ecoles@2023\" e USING (uai, vintage) LEFT JOIN colleges c "
      "ON l.college = c.code"};
  const std::vector<std::string> dimensions = {
      "e.secteur",
      "c.rural",
      "l.sexe",
      "e.sexe",
      "e.vintage",
      "l.vintage",
      "CASE WHEN e.places > 100 THEN 'g' WHEN e.places IS NULL THEN NULL ELSE 'p' END",
      "width_bucket(e.indice, 0, 2, 2)"};
  const std::vector<std::string> statistics = {"count(*)",
                                               "count(e.secteur)",
                                               "sum(e.places)",
                                               "avg(e.indice)",
                                               "avg(l.note)",
                                               "count(*) FILTER (WHERE c.rural = 'oui')",
                                               "min(e.places)",
                                               "sum(l.age) FILTER (WHERE e.secteur <> 'PU')",
                                               "count(DISTINCT l.uai)",
                                               "sum(CASE WHEN e.secteur = 'PR' THEN 1 ELSE 0 END)"};
  const std::vector<std::string> conditions = {"true",
                                               "e.secteur = 'PU'",
                                               "NOT (e.secteur = 'PU')",
                                               "e.secteur IS NULL OR c.rural = 'non'",
                                               "e.places BETWEEN 100 AND 300",
                                               "e.nom IN ('École 0', 'École 1') AND l.sexe = 'F'",
                                               "e.vintage = '2024' OR l.age > 12",
                                               "e.uai >= 'U4'",
                                               "e.indice <> 1.25"};
  std::size_t lines = 0;
  std::size_t mixed = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    const JoinedWorld world(seed);
    std::mt19937 random(seed);
    const auto one_of = [&](const std::vector<std::string>& list) {
      return list[random() % list.size()];
    };
    const auto from = one_of(froms);
    const auto one = one_of(dimensions), other = one_of(dimensions);
    auto groups = one == other ? one : one + ", " + other;
    const auto selected = groups;
    if (random() % 3 == 0) groups = "ROLLUP (" + groups + ")";
    const auto first = one_of(statistics), second = one_of(statistics);
    const auto source = " FROM " + from + " WHERE " + one_of(conditions) + " GROUP BY " + groups;
    const auto query = "SELECT " + selected + ", " + first + ", " + second + source;
    CAPTURE(seed);
    CAPTURE(query);
    const auto plan = world.plan(query);
    CAPTURE(plan.not_a_tabulation.value_or(disclosure::Message{}).id);
    REQUIRE(plan.tabulation);
    REQUIRE(plan.explore);
    const auto expected = world.explored(plan);
    CHECK(world.tabulated(plan) == expected);
    lines += expected.size();
    const auto around = world.plan("SELECT " + one + ", " + first + " + 1, rank() OVER (ORDER BY " +
                                   second + ")" + source + " HAVING count(*) > 1");
    REQUIRE(around.mixed);
    CHECK(!around.mixed->parts.at(0).tabulation.references.empty());
    if (!around.explore) continue;
    CHECK(world.mixed(around) == world.explored(around));
    ++mixed;
  }
  CHECK(lines > 400);
  CHECK(mixed > 75);
}

TEST_CASE("tables that only filter or rename may stand on either side of the join") {
  const JoinedWorld world;
  const std::vector<std::pair<std::string, std::string>> table = {
      {"(SELECT uai, sexe AS s FROM eleves WHERE age > 12) l LEFT JOIN \"ecoles@2024\" e ON l.uai "
       "= "
       "e.uai",
       ""},
      {"(SELECT * FROM (SELECT * FROM eleves WHERE sexe = 'F') q WHERE age < 14) l LEFT JOIN "
       "(SELECT code, rural FROM colleges) c ON l.college = c.code LEFT JOIN (SELECT uai AS u, "
       "secteur FROM \"ecoles@2024\") e ON e.u = l.uai",
       ""},
      {"(SELECT uai, age * 2 AS secteur FROM eleves) l LEFT JOIN \"ecoles@2024\" e ON l.uai = "
       "e.uai",
       ""},
      {"(SELECT a.uai, b.rural FROM eleves a LEFT JOIN colleges b ON a.college = b.code) l LEFT "
       "JOIN "
       "\"ecoles@2024\" e ON l.uai = e.uai",
       ""},
      {"(SELECT a.uai, b.rural FROM eleves a JOIN colleges b ON a.college = b.code) l LEFT JOIN "
       "\"ecoles@2024\" e ON l.uai = e.uai",
       "tabulation.join_inner"},
      {"eleves l LEFT JOIN (SELECT * FROM \"ecoles@2024\" WHERE secteur = 'PU') e ON l.uai = e.uai",
       "tabulation.subquery"},
      {"eleves l LEFT JOIN (SELECT uai, 'x' AS secteur FROM \"ecoles@2024\") e ON l.uai = e.uai",
       "tabulation.subquery"},
      {"eleves l LEFT JOIN (SELECT uai, min(secteur) AS secteur FROM \"ecoles@2024\" GROUP BY uai) "
       "e "
       "ON l.uai = e.uai",
       "tabulation.subquery"},
      {"(SELECT * FROM eleves LIMIT 5) l LEFT JOIN \"ecoles@2024\" e ON l.uai = e.uai",
       "tabulation.subquery"},
      {"(SELECT upper(uai) AS uai FROM eleves) l LEFT JOIN \"ecoles@2024\" e ON l.uai = e.uai",
       "tabulation.join_condition"},
  };
  for (const auto& [from, reason] : table) {
    CAPTURE(from);
    const auto query = "SELECT e.secteur, count(*) FROM " + from + " GROUP BY 1";
    CHECK(world.reason(query) == reason);
    const auto plan = world.plan(query);
    if (plan.tabulation) CHECK(world.tabulated(plan) == world.explored(plan));
  }
  // As dbplyr writes a filter, a left_join and a count.
  const auto plan = world.plan(
      "SELECT secteur, COUNT(*) AS n FROM (SELECT LHS.*, secteur FROM (SELECT eleves.* FROM eleves "
      "WHERE (sexe = 'F')) AS LHS LEFT JOIN \"ecoles@2024\" AS RHS ON (LHS.uai = RHS.uai)) AS q01 "
      "GROUP BY secteur");
  REQUIRE(plan.tabulation);
  CHECK(world.tabulated(plan) == world.explored(plan));
}

TEST_CASE("columns that FROM renames are the variables that they were") {
  const JoinedWorld world;
  const auto plan =
      world.plan("SELECT sexe, count(*) FROM eleves AS l (a, sexe, college, b, c) GROUP BY sexe");
  REQUIRE(plan.tabulation);
  CHECK(plan.tabulation->tabulation.dimensions[0].from ==
        std::variant<std::string, disclosure::Recode, disclosure::WidthBucket>("college"));
  CHECK(world.tabulated(plan) == world.explored(plan));
}

TEST_CASE("a key that stands twice can't be tabulated, and SQL multiplies its rows") {
  const JoinedWorld world(1, true);
  const auto plan = world.plan(counted("eleves l LEFT JOIN \"ecoles@2023\" e ON l.uai = e.uai"));
  REQUIRE(plan.tabulation);
  CHECK_THROWS_AS((void)world.tabulated(plan), const EnclaveError&);
  CHECK(std::stoi(world.explored(plan)[0]) > 120);
}
