// Models in a session: what a call means, what it shows, and what is refused with the form to write
// instead.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "disclosure/implied.h"
#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using sceau::disclosure::Errors;
using sceau::disclosure::Model;
using sceau::disclosure::ModelKind;
using test::World;

namespace {

std::string reason(const World& world, const std::string& text) {
  const auto plan = world.plan(text);
  CAPTURE(text);
  CHECK_FALSE(plan.explore);
  REQUIRE(plan.not_explorable);
  CHECK(plan.not_explorable->sqlstate() == "0A000");
  REQUIRE(plan.not_a_tabulation);
  return plan.not_a_tabulation->id;
}

}  // namespace

TEST_CASE("a model is a tabulation of one column") {
  const World world;
  const auto plan = world.plan(
      "SELECT academie, ols_clustered(uai, note, age, sexe) FROM eleves WHERE age > 10 GROUP BY 1");
  REQUIRE(plan.tabulation);
  const auto& found = plan.tabulation->tabulation;
  REQUIRE(found.columns.size() == 1);
  CHECK(found.columns[0].model ==
        Model{ModelKind::ols, "note", {"age", "sexe"}, Errors::clustered, "uai"});
  CHECK(found.columns[0].statistic == sceau::disclosure::statistic_of(*found.columns[0].model));
  CHECK(plan.columns[1].name == "ols_clustered");
  CHECK(plan.columns[1].type == Type::text);
  for (const auto* call : {"ols(note, age)", "ols_robust(note, age, sexe, annee)", "km(age, annee)",
                           "t_test(note, sexe)", "chi2(sexe, niveau)", "logit(age, note)"}) {
    CAPTURE(call);
    CHECK(world.plan("SELECT " + std::string(call) + " FROM eleves").tabulation);
  }
}

TEST_CASE("a session shows one JSON text a cell") {
  const World world(400);
  const auto rows = world.tabulate(
      world.plan("SELECT sexe, ols(note, age) FROM eleves WHERE sexe IN ('F', 'M') GROUP BY 1"));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0][0] == "F");
  REQUIRE(rows[0][1]);
  const auto json = nlohmann::json::parse(*rows[0][1]);
  CHECK(json.at("model") == "ols");
  CHECK(json.at("parameters") == 2);
  CHECK(json.at("dof").get<int>() == json.at("n").get<int>() - 2);
  CHECK(json.at("estimates").at(1).at("term") == "age");
  // The slope is what the moments give, which the engine adds up exactly.
  const auto same =
      world.rows("SELECT regr_slope(note::float8, age::float8) FROM eleves WHERE sexe = 'F'");
  CHECK(std::stod(same) ==
        doctest::Approx(json.at("estimates").at(1).at("estimate").get<double>()).epsilon(1e-5));
  const auto none = world.tabulate(world.plan("SELECT ols(note, age) FROM eleves WHERE age > 999"));
  CHECK(test::shown(none) == test::shown({{std::nullopt}}));
}

TEST_CASE("what is no model says what to write instead") {
  const World world;
  const auto of = [&](const std::string& call) {
    return reason(world, "SELECT " + call + " FROM eleves");
  };
  CHECK(of("ols(note, age), count(*)") == "tabulation.model_alone");
  CHECK(of("ols(note, age) FILTER (WHERE sexe = 'F')") == "tabulation.model_alone");
  CHECK(of("ols(note, age * 2)") == "tabulation.model_variable");
  CHECK(of("ols(note, ine)") == "tabulation.model_term");
  CHECK(of("ols(note, prenom)") == "tabulation.model_term");
  CHECK(of("ols(note)") == "tabulation.model_form");
  CHECK(of("ols(note, note)") == "tabulation.model_form");
  CHECK(of("ols_clustered(uai, note)") == "tabulation.model_form");
  CHECK(of("ols(sexe, age)") == "tabulation.not_a_measure");
  CHECK(of("length(ols(note, age)), avg(note)") == "tabulation.function");
  CHECK_FALSE(reason_text({"tabulation.model_form", {"ols"}}).empty());
}

TEST_CASE("around a model SQLite may do the rest") {
  const World world(400);
  const auto plan = world.plan(
      "SELECT academie FROM (SELECT academie, ols(note, age) AS m FROM eleves GROUP BY 1) t "
      "WHERE m LIKE '%\"model\":\"ols\"%' ORDER BY academie LIMIT 2");
  REQUIRE(plan.mixed);
  CHECK(plan.mixed->parts.size() == 1);
}
