// Which SELECTs are tabulations, and for each other one the reason that a researcher is told.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using test::World;

namespace {

/// "" for a tabulation, else the reason's id without "tabulation.".
std::string reason(const World& world, std::string_view text) {
  const auto plan = world.plan(text);
  if (plan.tabulation) return {};
  constexpr std::size_t prefix = std::string_view("tabulation.").size();
  return plan.not_a_tabulation ? plan.not_a_tabulation->id.substr(prefix) : "nothing said";
}

struct Form {
  std::string_view text;
  std::string_view reason;  ///< "": it is a tabulation
};

constexpr std::array dimensions = {
    Form{"SELECT count(*) FROM eleves", ""},
    Form{"SELECT count(*) FROM public.eleves AS e", ""},
    Form{"SELECT count(*) FROM \"eleves@2024\"", ""},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY academie", ""},
    Form{"SELECT e.academie AS a, count(*) FROM eleves e GROUP BY a", ""},
    Form{"SELECT annee, count(*) FROM eleves GROUP BY 1", ""},
    Form{"SELECT naissance, count(*) FROM eleves GROUP BY 1", ""},
    Form{"SELECT vintage, count(*) FROM eleves GROUP BY vintage", ""},
    Form{"SELECT uai, academie, uai, count(*) FROM eleves GROUP BY 1, 2", ""},
    Form{"SELECT CASE WHEN age < 14 THEN 'young' ELSE 'old' END, count(*) FROM eleves GROUP BY 1",
         ""},
    Form{"SELECT CASE sexe WHEN 'F' THEN 1 ELSE 0 END, count(*) FROM eleves GROUP BY 1", ""},
    Form{"SELECT CASE WHEN prenom = 'adam' THEN 'a' END, count(*) FROM eleves GROUP BY 1", ""},
    Form{"SELECT width_bucket(note, 0, 20, 4), count(*) FROM eleves GROUP BY 1", ""},
    Form{"SELECT width_bucket(poids, 0, 1000, 4), count(*) FROM eleves GROUP BY 1", ""},
    Form{"SELECT age > 14, count(*) FROM eleves GROUP BY 1", ""},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY ROLLUP (academie)", ""},
    Form{"SELECT academie, sexe, count(*) FROM eleves GROUP BY CUBE (1, 2)", ""},
    Form{"SELECT academie, sexe, count(*) FROM eleves GROUP BY academie, ROLLUP (sexe)", ""},
    Form{"SELECT academie, sexe, count(*) FROM eleves GROUP BY ROLLUP ((academie, sexe))", ""},
    Form{"SELECT academie, sexe, count(*) FROM eleves GROUP BY GROUPING SETS ((1, 2), (2), ())",
         ""},
    Form{"SELECT count(*) FROM eleves GROUP BY ()", ""},

    Form{"SELECT prenom, count(*) FROM eleves GROUP BY 1", "not_a_classification"},
    Form{"SELECT ine, count(*) FROM eleves GROUP BY 1", "not_a_classification"},
    Form{"SELECT age, count(*) FROM eleves GROUP BY 1", "not_a_classification"},
    Form{"SELECT note, count(*) FROM eleves GROUP BY 1", "not_a_classification"},
    Form{"SELECT upper(academie), count(*) FROM eleves GROUP BY 1", "dimension_form"},
    Form{"SELECT annee + 1, count(*) FROM eleves GROUP BY 1", "dimension_form"},
    Form{"SELECT annee / 10, count(*) FROM eleves GROUP BY 1", "dimension_form"},
    Form{"SELECT coalesce(sexe, 'X'), count(*) FROM eleves GROUP BY 1", "dimension_form"},
    Form{"SELECT 'all', count(*) FROM eleves GROUP BY 1", "statistic_form"},
    Form{"SELECT academie || sexe, count(*) FROM eleves GROUP BY 1", "dimension_form"},
    Form{"SELECT CASE WHEN age < 14 THEN prenom ELSE 'old' END, count(*) FROM eleves GROUP BY 1",
         "recode_label"},
    Form{"SELECT CASE WHEN age < 14 THEN 1.5 ELSE 2 END, count(*) FROM eleves GROUP BY 1",
         "recode_label"},
    Form{"SELECT CASE WHEN age < 14 THEN DATE '2000-01-01' END, count(*) FROM eleves GROUP BY 1",
         "recode_label"},
    Form{"SELECT CASE WHEN prenom LIKE 'a%' THEN 'a' END, count(*) FROM eleves GROUP BY 1", "like"},
    Form{"SELECT width_bucket(note, 0, age, 4), count(*) FROM eleves GROUP BY 1", "bucket_form"},
    Form{"SELECT width_bucket(note + age, 0, 20, 4), count(*) FROM eleves GROUP BY 1",
         "bucket_form"},
    Form{"SELECT width_bucket(note, 0, 20, 2000000), count(*) FROM eleves GROUP BY 1",
         "bucket_form"},
    Form{"SELECT count(*) FROM eleves GROUP BY academie", "unseen_dimension"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY academie, sexe", "unseen_dimension"},
    Form{"SELECT academie FROM eleves GROUP BY academie", "statistic_missing"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY GROUPING SETS ((academie), (academie))",
         "set_twice"},
};

constexpr std::array statistics = {
    Form{"SELECT count(1), count(sexe), count(prenom), count(DISTINCT ine) FROM eleves", ""},
    Form{"SELECT count(DISTINCT uai) FROM eleves", ""},
    Form{"SELECT sum(age), avg(note), sum(poids), sum(annee) FROM eleves", ""},
    Form{"SELECT min(note), max(age), stddev(note), var_samp(age) FROM eleves", ""},
    Form{"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY note), median(age) FROM eleves", ""},
    Form{"SELECT percentile_disc(0.25) WITHIN GROUP (ORDER BY age) FROM eleves", ""},
    Form{"SELECT mode() WITHIN GROUP (ORDER BY age), mode() WITHIN GROUP (ORDER BY sexe) FROM "
         "eleves",
         ""},
    Form{"SELECT mode() WITHIN GROUP (ORDER BY naissance) FROM eleves", ""},
    Form{"SELECT mode() WITHIN GROUP (ORDER BY CASE WHEN note > 10 THEN 1 ELSE 0 END) FROM eleves",
         ""},
    Form{"SELECT var_pop(note), stddev_pop(age), skewness(note), kurtosis(poids) FROM eleves", ""},
    Form{"SELECT corr(note, age), covar_pop(note, age), covar_samp(age, poids) FROM eleves", ""},
    Form{"SELECT regr_slope(note, age), regr_intercept(note, age), regr_r2(note, age), "
         "regr_count(note, age) FROM eleves",
         ""},
    Form{"SELECT regr_avgx(note, age), regr_avgy(note, age), regr_sxx(note, age), "
         "regr_syy(note, age), regr_sxy(note, age) FROM eleves",
         ""},
    Form{"SELECT gini(poids), hhi(poids), top_share(3, poids), gini(poids, uai) FROM eleves", ""},
    Form{"SELECT weighted_count(), weighted_sum(note), weighted_avg(note) FROM eleves", ""},
    Form{"SELECT weighted_avg(CASE WHEN sexe = 'F' THEN 1 ELSE 0 END) FROM eleves", ""},
    Form{"SELECT weighted_count(poids) FILTER (WHERE sexe = 'F') / weighted_count() FROM eleves",
         ""},
    Form{"SELECT sum(note * poids), sum(poids * age) / sum(poids) FROM eleves", ""},
    Form{"SELECT sum(note * poids) FILTER (WHERE sexe = 'F') / NULLIF(sum(poids), 0) FROM eleves",
         ""},
    Form{"SELECT 100.0 * count(*) / sum(age) FROM eleves", ""},
    Form{"SELECT 100.0 * count(*) FILTER (WHERE sexe = 'F') / count(*) FROM eleves", ""},
    Form{"SELECT count(*) FILTER (WHERE sexe = 'F') * 100 / count(*) FROM eleves", ""},
    Form{"SELECT 100 * avg(CASE WHEN sexe = 'F' THEN 1 ELSE 0 END) FROM eleves", ""},
    Form{"SELECT count(*) FILTER (WHERE sexe = 'F')::numeric / count(*) * 100 FROM eleves", ""},
    Form{"SELECT 100 * (sum(poids) FILTER (WHERE sexe = 'F') / sum(poids)) FROM eleves", ""},
    Form{"SELECT sum(note) / count(*), sum(age) / NULLIF(count(age), 0) FROM eleves", ""},
    Form{"SELECT count(*) / count(DISTINCT ine) FROM eleves", ""},
    Form{"SELECT count(*)::numeric / count(note), avg(note)::numeric(6, 2) FROM eleves", ""},
    Form{"SELECT sum(note) FILTER (WHERE sexe = 'F') / sum(note) FROM eleves", ""},
    Form{"SELECT sum(CASE WHEN sexe = 'F' THEN 1 ELSE 0 END) FROM eleves", ""},
    Form{"SELECT sum(CASE WHEN sexe = 'F' THEN 1.0 WHEN NOT (sexe = 'F') THEN 0.0 END) FROM eleves",
         ""},
    Form{"SELECT avg(CASE WHEN sexe = 'F' THEN 1 END), avg((sexe = 'F')::int) FROM eleves", ""},
    Form{"SELECT count(CASE WHEN sexe = 'F' THEN 1 END), count(sexe = 'F') FROM eleves", ""},
    Form{"SELECT avg(CASE WHEN sexe = 'F' THEN note END) FROM eleves", ""},

    Form{"SELECT sum(note) * 2 FROM eleves", "constant_factor"},
    Form{"SELECT 100 * (count(*) FILTER (WHERE sexe = 'F') / count(*)) FROM eleves",
         "constant_factor"},
    Form{"SELECT 1000.0 * count(*) / sum(age) FROM eleves", "constant_factor"},
    Form{"SELECT 100.0 * 100.0 * count(*) / sum(age) FROM eleves", "statistic_form"},
    Form{"SELECT 100 * corr(note, age) FROM eleves", "constant_factor"},
    Form{"SELECT corr(note, age) / count(*) FROM eleves", "ratio_of"},
    Form{"SELECT count(*) / gini(poids) FROM eleves", "ratio_of"},
    Form{"SELECT corr(note + 1, age) FROM eleves", "transform"},
    Form{"SELECT corr(note, annee * 2) FROM eleves", "transform"},
    Form{"SELECT corr(note, ine::int) FROM eleves", "transform"},
    Form{"SELECT skewness(note * poids) FROM eleves", "transform"},
    Form{"SELECT avg(note * poids) FROM eleves", "transform"},
    Form{"SELECT sum(note * poids * poids) FROM eleves", "transform"},
    Form{"SELECT weighted_avg(note, age) FROM eleves", "weight"},
    Form{"SELECT weighted_avg(note * age) FROM eleves", "transform"},
    Form{"SELECT gini(poids * 2) FROM eleves", "transform"},
    Form{"SELECT top_share(2, note, uai || 'x') FROM eleves", "transform"},
    Form{"SELECT mode() WITHIN GROUP (ORDER BY ine) FROM eleves", "not_a_measure"},
    Form{"SELECT mode() WITHIN GROUP (ORDER BY prenom) FROM eleves", "not_a_measure"},
    Form{"SELECT mode() WITHIN GROUP (ORDER BY note + 1) FROM eleves", "transform"},
    Form{"SELECT count(*) / 2 FROM eleves", "constant_factor"},
    Form{"SELECT 2 / count(*) FROM eleves", "constant_factor"},
    Form{"SELECT avg(note) + 1 FROM eleves", "constant_factor"},
    Form{"SELECT sum(note) + sum(age) FROM eleves", "statistic_form"},
    Form{"SELECT sum(note) / (count(*) - count(note)) FROM eleves", "statistic_form"},
    Form{"SELECT sum(note) / NULLIF(count(*), 1) FROM eleves", "statistic_form"},
    Form{"SELECT CASE WHEN count(*) > 10 THEN avg(note) END FROM eleves", "statistic_form"},
    Form{"SELECT coalesce(sum(note), 0) FROM eleves", "statistic_form"},
    Form{"SELECT greatest(count(*), 10) FROM eleves", "statistic_form"},
    Form{"SELECT avg(note)::text FROM eleves", "statistic_form"},
    Form{"SELECT count(*) > 10 FROM eleves", "constant_factor"},
    Form{"SELECT 1, count(*) FROM eleves", "statistic_form"},
    Form{"SELECT round(avg(note), 1) FROM eleves", "rounding"},
    Form{"SELECT abs(sum(note)) FROM eleves", "function"},
    Form{"SELECT sqrt(sum(age)) FROM eleves", "function"},
    Form{"SELECT string_agg(prenom, ',') FROM eleves", "function"},
    Form{"SELECT bool_or(age > 3) FROM eleves", "function"},
    Form{"SELECT sum(DISTINCT age) FROM eleves", "distinct"},
    Form{"SELECT count(DISTINCT age + 1) FROM eleves", "distinct"},
    Form{"SELECT count(DISTINCT sexe) FROM eleves", "distinct_variable"},
    Form{"SELECT count(DISTINCT prenom) FROM eleves", "distinct_variable"},
    Form{"SELECT min(academie) FROM eleves", "not_a_measure"},
    Form{"SELECT max(ine) FROM eleves", "not_a_measure"},
    Form{"SELECT max(naissance) FROM eleves", "not_a_measure"},
    Form{"SELECT sum(CASE WHEN ine = 'x' THEN note ELSE 12 END) FROM eleves", "hidden_filter"},
    Form{"SELECT sum(CASE WHEN sexe = 'F' THEN note ELSE 0 END) FROM eleves", "hidden_filter"},
    Form{"SELECT sum(CASE WHEN sexe = 'F' THEN note ELSE age END) FROM eleves", "hidden_filter"},
    Form{"SELECT sum(CASE WHEN sexe = 'F' THEN 2 ELSE 0 END) FROM eleves", "hidden_filter"},
    Form{"SELECT sum(CASE WHEN sexe = 'F' THEN 1 ELSE -1 END) FROM eleves", "hidden_filter"},
    Form{"SELECT sum(note * age) FROM eleves", "transform"},
    Form{"SELECT sum(note * note) FROM eleves", "transform"},
    Form{"SELECT sum(note + 1) FROM eleves", "transform"},
    Form{"SELECT sum(-note) FROM eleves", "transform"},
    Form{"SELECT sum(ln(note::float8 + 0.1234567)) FROM eleves", "transform"},
    Form{"SELECT sum(power(note::float8, 2)) FROM eleves", "transform"},
    Form{"SELECT avg(coalesce(note, 0)) FROM eleves", "transform"},
    Form{"SELECT sum(round(note)) FROM eleves", "transform"},
    Form{"SELECT sum(note::int) FROM eleves", "transform"},
    Form{"SELECT sum(note::numeric(4, 0)) FROM eleves", "transform"},
    Form{"SELECT sum(length(prenom)) FROM eleves", "transform"},
    Form{"SELECT sum(2) FROM eleves", "transform"},
    Form{"SELECT avg(note) FILTER (WHERE prenom LIKE 'a%') FROM eleves", "like"},
};

constexpr std::array clauses = {
    Form{"SELECT count(*) FROM eleves WHERE sexe = 'F' AND (age > 12 OR NOT note <= 3.5)", ""},
    Form{"SELECT count(*) FROM eleves WHERE niveau IN ('2nde', NULL) AND age BETWEEN 1 AND 20", ""},
    Form{"SELECT count(*) FROM eleves WHERE sexe IS NULL AND note IS DISTINCT FROM 3", ""},
    Form{"SELECT count(*) FROM eleves WHERE (sexe = 'F') IS NOT TRUE AND 0 = 1", ""},
    Form{"SELECT count(*) FROM eleves WHERE vintage = '2024' AND 12 < age", ""},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING count(*) >= 10", ""},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING count(*) > 9.5", ""},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 ORDER BY academie DESC NULLS LAST", ""},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 ORDER BY 1", ""},

    Form{"SELECT count(*) FROM eleves WHERE prenom LIKE 'a%'", "like"},
    Form{"SELECT count(*) FROM eleves WHERE note > age", "two_columns"},
    Form{"SELECT count(*) FROM eleves WHERE note = note", "two_columns"},
    Form{"SELECT count(*) FROM eleves WHERE note + 1 > 3", "condition_form"},
    Form{"SELECT count(*) FROM eleves WHERE length(prenom) = 3", "condition_form"},
    Form{"SELECT count(*) FROM eleves WHERE lower(academie) = 'lyon'", "condition_form"},
    Form{"SELECT count(*) FROM eleves WHERE coalesce(age, 3) = 3", "condition_form"},
    Form{"SELECT count(*) FROM eleves WHERE age::text = '12'", "condition_form"},
    Form{"SELECT count(*) FROM eleves WHERE age IN (12, note)", "condition_form"},
    Form{"SELECT count(*) FROM eleves WHERE age BETWEEN 3 AND note", "condition_form"},
    Form{"SELECT count(*) FROM eleves WHERE note > 1234567890.1234567890", "long_constant"},
    Form{"SELECT count(*) FROM eleves WHERE EXISTS (SELECT 1 FROM eleves)", "subquery"},
    Form{"SELECT count(*) FROM eleves WHERE uai IN (SELECT uai FROM eleves)", "subquery"},
    Form{"SELECT count(*) FROM eleves WHERE age > (SELECT avg(age) FROM eleves)", "subquery"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING count(*) < 10", "having"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING count(*) = 10", "having"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING count(note) >= 10", "having"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING avg(note) > 10", "having"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING academie = 'LYON'", "having"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING NOT count(*) < 10", "having"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING count(*) >= count(note)",
         "having"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 "
         "HAVING count(*) FILTER (WHERE sexe = 'F') >= 10",
         "having"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 "
         "HAVING count(*) >= 10 OR count(*) >= 20",
         "having"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 ORDER BY count(*)", "order"},
    Form{"SELECT academie, count(*) AS n FROM eleves GROUP BY 1 ORDER BY n DESC", "order"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 ORDER BY 2", "order"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 ORDER BY avg(note)", "order"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 ORDER BY upper(academie)", "order"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 LIMIT 3", "limit"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 OFFSET 1", "limit"},
    Form{"SELECT academie, count(*) FROM eleves GROUP BY 1 FETCH FIRST ROW ONLY", "limit"},
    Form{"SELECT DISTINCT academie FROM eleves", "select_distinct"},
    Form{"SELECT DISTINCT academie, count(*) FROM eleves GROUP BY 1", "select_distinct"},
    Form{"SELECT academie, count(*) OVER () FROM eleves", "rows"},
    Form{"SELECT academie, rank() OVER (ORDER BY count(*)) FROM eleves GROUP BY 1", "window"},
    Form{"SELECT academie FROM eleves", "rows"},
    Form{"SELECT * FROM eleves", "rows"},
    Form{"SELECT count(*) FROM eleves UNION ALL SELECT count(*) FROM eleves", "set_operation"},
    Form{"SELECT 1", "no_store"},
    Form{"VALUES (1)", "no_store"},
    Form{"SELECT count(*) FROM sceau.requests", "no_store"},
};

constexpr std::array subqueries = {
    Form{"SELECT count(*) FROM (VALUES (1)) v", "subquery"},
    Form{"SELECT a, count(*) FROM (SELECT academie AS a FROM eleves WHERE age > 12) q GROUP BY a",
         ""},
    Form{"WITH q AS (SELECT * FROM eleves WHERE age > 12) SELECT academie, count(*) FROM q "
         "GROUP BY 1",
         ""},
    Form{"SELECT k, count(*) FROM (SELECT CASE WHEN age > 12 THEN 1 ELSE 0 END AS k FROM eleves) q "
         "GROUP BY k",
         ""},
    Form{"SELECT * FROM (SELECT academie, count(*) AS n FROM eleves GROUP BY 1) q WHERE n >= 10",
         ""},
    Form{"SELECT academie, n FROM (SELECT academie, sexe, count(*) AS n FROM eleves GROUP BY 1, 2) "
         "q",
         "unseen_dimension"},
    Form{"SELECT * FROM (SELECT academie, count(*) AS n FROM eleves GROUP BY 1) q WHERE n < 10",
         "having"},
    Form{"SELECT * FROM (SELECT academie, count(*) AS n FROM eleves GROUP BY 1) q LIMIT 5",
         "limit"},
    Form{"SELECT count(*) FROM (SELECT * FROM eleves LIMIT 10) q", "subquery"},
    Form{"SELECT count(*) FROM (SELECT DISTINCT uai FROM eleves) q", "subquery"},
    Form{"SELECT count(*) FROM (SELECT uai FROM eleves UNION SELECT uai FROM eleves) q",
         "subquery"},
    Form{"SELECT avg(n) FROM (SELECT uai, count(*) AS n FROM eleves GROUP BY 1) q", "subquery"},
    Form{"SELECT count(*) FROM (SELECT row_number() OVER () AS r FROM eleves) q", "subquery"},
    Form{"SELECT sum(y) FROM (SELECT note * age AS y FROM eleves) q", "transform"},
    Form{"SELECT count(*) FROM (SELECT * FROM eleves WHERE prenom LIKE 'a%') q", "like"},
    Form{"SELECT p, count(*) FROM (SELECT prenom AS p FROM eleves) q GROUP BY p",
         "not_a_classification"},
};

template <std::size_t n>
void check(const std::array<Form, n>& forms) {
  const World world;
  for (const auto& form : forms) {
    CAPTURE(form.text);
    CHECK(reason(world, form.text) == form.reason);
  }
}

}  // namespace

TEST_CASE("dimensions are classifications and recodes") { check(dimensions); }
TEST_CASE("statistics are aggregates of measures and indicators, and ratios of two") {
  check(statistics);
}
TEST_CASE("WHERE compares columns with constants, HAVING is a minimum, and the whole table stays") {
  check(clauses);
}
TEST_CASE("subqueries that filter, rename or derive are inlined, others are none") {
  check(subqueries);
}

TEST_CASE("each reason has words and says what to do instead") {
  const World world;
  const auto look = [&](const auto& forms) {
    for (const auto& form : forms) {
      const auto plan = world.plan(form.text);
      if (!plan.not_a_tabulation) continue;
      CAPTURE(form.text);
      const auto words = reason_text(*plan.not_a_tabulation);
      CHECK(words.find("; ") != std::string::npos);
      CHECK(words.find("tabulation.") == std::string::npos);
    }
  };
  look(dimensions);
  look(statistics);
  look(clauses);
  look(subqueries);
}
