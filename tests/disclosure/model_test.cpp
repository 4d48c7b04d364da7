// Models against R 4.2 (lm, glm, t.test, chisq.test; sandwich 3.0-2, survival 3.5-3), and against
// themselves: rows in another order, other segments, groups taken one by one.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "disclosure/fault.h"
#include "disclosure/implied.h"
#include "disclosure/model_text.h"
#include "tests/disclosure/build.h"
#include "tests/disclosure/csv.h"

namespace sceau::disclosure {
using namespace build;

namespace {

Model model(ModelKind kind, const std::string& response, const std::vector<std::string>& terms,
            Errors errors = Errors::classical) {
  return {kind, response, terms, errors, errors == Errors::clustered ? "school" : ""};
}

Tabulation fitted(const std::vector<std::string>& dimensions, const Model& of,
                  Condition where = {}) {
  Tabulation made = tabulation(dimensions, {count()}, std::move(where));
  made.columns = {column_of(of, "model")};
  return made;
}

ModelResult only_model(const Table& table) {
  REQUIRE(table.cells.size() == 1);
  REQUIRE(table.cells[0].columns[0].model);
  return *table.cells[0].columns[0].model;
}

const Estimate& named(const ModelResult& result, const std::string& term) {
  for (const Estimate& one : result.estimates) {
    if (one.term == term) return one;
  }
  FAIL("no term ", term);
  return result.estimates[0];
}

double summary(const ModelResult& result, const std::string& name) {
  for (const auto& [known, value] : result.summary) {
    if (known == name) return value;
  }
  FAIL("no ", name);
  return 0;
}

bool near(double ours, double theirs) {
  return std::fabs(ours - theirs) <= 1e-7 * std::max(std::fabs(theirs), 1e-300);
}

struct Line {
  const char* term;
  double value, error, p;
};

void check_lines(const ModelResult& result, const std::vector<Line>& lines) {
  REQUIRE(result.estimates.size() == lines.size());
  for (const Line& line : lines) {
    const Estimate& ours = named(result, line.term);
    CAPTURE(line.term);
    CHECK(near(ours.value, line.value));
    CHECK(near(ours.std_error, line.error));
    CHECK(near(ours.statistic, line.value / line.error));
    if (line.p > 1e-300) CHECK(std::fabs(ours.p_value / line.p - 1) < 1e-5);
  }
}

const policies::Codebook& school_book() {
  static const auto book =
      codebook({category("school"), category("minrty"), category("sx"), decimal("ses", 3),
                decimal("math", 3), category("sector"), integer("good")},
               {"school"});
  return book;
}

// High School and Beyond, 7,185 pupils of 160 schools; null where it isn't there.
const Source* schools() {
  static const std::unique_ptr<Source> made = []() -> std::unique_ptr<Source> {
    const auto file = test_data("pupil/hsb82.csv");
    if (!file) return nullptr;
    const Csv csv = read_csv(*file);
    std::vector<MemoryColumn> columns;
    for (const auto& [name, header] :
         std::vector<std::pair<std::string, std::string>>{{"school", "school"},
                                                          {"minrty", "minrty"},
                                                          {"sx", "sx"},
                                                          {"ses", "ses"},
                                                          {"math", "mAch"},
                                                          {"sector", "sector"}}) {
      MemoryColumn column{name, {}};
      for (const auto& row : csv.rows) column.values.emplace_back(row[csv.at(header)]);
      columns.push_back(std::move(column));
    }
    MemoryColumn good{"good", {}};
    for (const auto& row : csv.rows) {
      good.values.emplace_back(std::stod(row[csv.at("mAch")]) > 12 ? "1" : "0");
    }
    columns.push_back(std::move(good));
    return memory_source(school_book(), std::move(columns), "1", 1024);
  }();
  return made.get();
}

ModelResult of_schools(const Model& wanted) {
  return only_model(tabulate(fitted({}, wanted), *schools(), school_book()));
}

const std::vector<std::string> all_terms{"ses", "minrty", "sx", "sector"};

}  // namespace

TEST_CASE("least squares as R's lm has it, with classical, robust and clustered errors") {
  if (schools() == nullptr) return;
  // m <- lm(mAch ~ ses + minrty + sx + sector, hsb82); vcov, vcovHC(m, "HC1"),
  // vcovCL(m, school, type = "HC1"); p by t with 7180, 7180 and 159 degrees of freedom
  const ModelResult plain = of_schools(model(ModelKind::ols, "math", all_terms));
  check_lines(plain, {{"(intercept)", 14.074842340, 0.13579856673, 0},
                      {"ses", 2.363921310, 0.09945823588, 2.872116593e-120},
                      {"minrty=Yes", -3.112390252, 0.17029079500, 5.601784335e-73},
                      {"sx=Male", 1.421662155, 0.14607833302, 3.015440364e-22},
                      {"sector=Public", -2.254923778, 0.14906472168, 6.494921245e-51}});
  CHECK(near(summary(plain, "r2"), 0.1969080105));
  CHECK(near(summary(plain, "sigma"), 6.1656841206));
  CHECK(plain.rows == 7185);
  CHECK(plain.parameters == 5);
  CHECK(plain.degrees_of_freedom == 7180);
  check_lines(of_schools(model(ModelKind::ols, "math", all_terms, Errors::robust)),
              {{"(intercept)", 14.074842340, 0.13462251774, 0},
               {"ses", 2.363921310, 0.09858190547, 2.661629799e-122},
               {"minrty=Yes", -3.112390252, 0.16991652093, 2.765444043e-73},
               {"sx=Male", 1.421662155, 0.14676370793, 4.682508424e-22},
               {"sector=Public", -2.254923778, 0.15109454544, 1.270290503e-49}});
  const auto clustered = of_schools(model(ModelKind::ols, "math", all_terms, Errors::clustered));
  check_lines(clustered, {{"(intercept)", 14.074842340, 0.1998280502, 8.531999131e-122},
                          {"ses", 2.363921310, 0.1293271904, 6.397625639e-41},
                          {"minrty=Yes", -3.112390252, 0.2682877806, 6.214488435e-23},
                          {"sx=Male", 1.421662155, 0.2054137520, 1.042022860e-10},
                          {"sector=Public", -2.254923778, 0.2727789447, 5.147914395e-14}});
  CHECK(summary(clustered, "clusters") == 160);
}

TEST_CASE("a logit as R's glm has it, with classical, robust and clustered errors") {
  if (schools() == nullptr) return;
  // g <- glm(mAch > 12 ~ ses + minrty + sx + sector, binomial, hsb82,
  //          control = list(epsilon = 1e-14, maxit = 50)); vcovHC(g, "HC1"), vcovCL(…, "HC1")
  const ModelResult plain = of_schools(model(ModelKind::logit, "good", all_terms));
  check_lines(plain, {{"(intercept)", 0.6293355741, 0.04788564996, 1.879961174e-39},
                      {"ses", 0.7086356421, 0.03642958884, 2.791925354e-84},
                      {"minrty=Yes", -0.8451707763, 0.05968853545, 1.627251519e-45},
                      {"sx=Male", 0.3707339253, 0.05164625732, 7.056759496e-13},
                      {"sector=Public", -0.6602247363, 0.05252509847, 3.098971439e-36}});
  CHECK(near(summary(plain, "log_likelihood"), -4378.9250046743));
  CHECK(near(summary(plain, "pseudo_r2"), 0.1133266872));
  check_lines(of_schools(model(ModelKind::logit, "good", all_terms, Errors::robust)),
              {{"(intercept)", 0.6293355741, 0.04839922343, 1.176213811e-38},
               {"ses", 0.7086356421, 0.03634808186, 1.191310633e-84},
               {"minrty=Yes", -0.8451707763, 0.05967003902, 1.528712991e-45},
               {"sx=Male", 0.3707339253, 0.05161899832, 6.863780519e-13},
               {"sector=Public", -0.6602247363, 0.05243988599, 2.392931726e-36}});
  check_lines(of_schools(model(ModelKind::logit, "good", all_terms, Errors::clustered)),
              {{"(intercept)", 0.6293355741, 0.06890003440, 6.599048799e-20},
               {"ses", 0.7086356421, 0.04454903803, 5.678450903e-57},
               {"minrty=Yes", -0.8451707763, 0.09439619957, 3.445709455e-19},
               {"sx=Male", 0.3707339253, 0.07021572841, 1.292353143e-07},
               {"sector=Public", -0.6602247363, 0.08585971839, 1.476246816e-14}});
}

TEST_CASE("Welch's and Pearson's tests as R's t.test and chisq.test have them") {
  if (schools() == nullptr) return;
  // t.test(mAch ~ sx, hsb82); chisq.test(table(minrty, sector), correct = FALSE)
  const ModelResult welch = of_schools(model(ModelKind::t_test, "math", {"sx"}));
  const Estimate& difference = named(welch, "difference");
  CHECK(near(difference.value, 11.94752358 - 13.64379617));
  CHECK(near(difference.std_error, 0.161803935));
  CHECK(near(difference.statistic, -10.48350636));
  CHECK(std::fabs(difference.p_value / 1.589419282e-25 - 1) < 1e-6);
  CHECK(near(welch.degrees_of_freedom, 6991.742734));
  CHECK(near(named(welch, "sx=Female").value, 11.94752358));
  const ModelResult pearson = of_schools(model(ModelKind::chi2, "minrty", {"sector"}));
  CHECK(near(pearson.estimates[0].statistic, 17.7060865));
  CHECK(near(pearson.estimates[0].p_value, 2.57800399e-05));
  CHECK(pearson.degrees_of_freedom == 1);
}

TEST_CASE("one model a cell, each as if its rows were all there are") {
  if (schools() == nullptr) return;
  // lm(mAch ~ ses + sx, hsb82[sector == s, ])
  const auto wanted = model(ModelKind::ols, "math", {"ses", "sx"});
  const Table table = tabulate(cube(fitted({"sector"}, wanted)), *schools(), school_book());
  REQUIRE(table.cells.size() == 3);
  check_lines(*cell(table, {"Catholic"}).columns[0].model,
              {{"(intercept)", 13.081553254, 0.1404933609, 0},
               {"ses", 2.282396755, 0.1378359259, 2.240956317e-59},
               {"sx=Male", 1.593455972, 0.2046521067, 9.003499025e-15}});
  check_lines(*cell(table, {"Public"}).columns[0].model,
              {{"(intercept)", 11.281355505, 0.1513464862, 0},
               {"ses", 3.402887949, 0.1371995856, 1.319197998e-125},
               {"sx=Male", 1.216869132, 0.2165146159, 2.049868989e-08}});
  const ModelResult whole = of_schools(wanted);
  const ModelResult margin = *cell(table, {"*"}).columns[0].model;
  for (const Estimate& one : whole.estimates) {
    CHECK(std::fabs(named(margin, one.term).value - one.value) < 1e-9);
  }
}

TEST_CASE("the curve of Kaplan and Meier as R's survfit has it") {
  // survfit(Surv(time, status) ~ 1, aml): 23 patients with leukaemia (Miller 1981)
  const auto book = codebook({integer("time"), integer("came")});
  const auto rows = source(
      book,
      "9 1 13 1 13 0 18 1 23 1 28 0 31 1 34 1 45 0 48 1 161 0 5 1 5 1 8 1 8 1 12 1 16 0 23 1 "
      "27 1 30 1 33 1 43 1 45 1",
      7);
  const auto result =
      only_model(tabulate(fitted({}, model(ModelKind::km, "time", {"came"})), *rows, book));
  const std::vector<double> times{5, 8, 9, 12, 13, 18, 23, 27, 30, 31, 33, 34, 43, 45, 48};
  const std::vector<std::int64_t> at_risk{23, 21, 19, 18, 17, 14, 13, 11, 9, 8, 7, 6, 5, 4, 2};
  const std::vector<double> survival{0.91304347826, 0.82608695652, 0.78260869565, 0.73913043478,
                                     0.69565217391, 0.64596273292, 0.54658385093, 0.49689440994,
                                     0.44168391994, 0.38647342995, 0.33126293996, 0.27605244997,
                                     0.22084195997, 0.16563146998, 0.08281573499};
  REQUIRE(result.steps.size() == times.size());
  std::int64_t left = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    CHECK(result.steps[i].time == times[i]);
    CHECK(result.steps[i].at_risk == at_risk[i]);
    CHECK(near(result.steps[i].survival, survival[i]));
    left += result.steps[i].events + result.steps[i].censored;
  }
  CHECK(left == 23);
  CHECK(near(result.steps[0].std_error, 0.05875338476));
  CHECK(near(result.steps[14].std_error, 0.07266180050));
}

TEST_CASE("terms that others determine are dropped and named; a missing value drops its row") {
  const auto book = codebook({decimal("y", 1), integer("a"), integer("b"), category("k")});
  const auto rows = source(book,
                           "1.0 1 2 x 2.5 2 4 x 3.0 3 6 y 4.5 4 8 y 5.0 5 10 x 6.5 6 12 y "
                           "- 7 1 x 7.0 - 3 y 9.0 9 7 -");
  // d <- data.frame(y = c(1, 2.5, 3, 4.5, 5, 6.5), a = 1:6, k = c(0, 0, 1, 1, 0, 1))
  // summary(lm(y ~ a + k, d))
  const auto result =
      only_model(tabulate(fitted({}, model(ModelKind::ols, "y", {"a", "b", "k"})), *rows, book));
  CHECK(result.rows == 6);
  CHECK(result.dropped == std::vector<std::string>{"b"});
  CHECK(result.parameters == 3);
  CHECK(std::fabs(named(result, "a").value - 1.025) < 1e-9);
  CHECK(std::fabs(named(result, "k=y").value - 0.125) < 1e-9);
}

TEST_CASE("a logit that a term separates has no estimates, and says so") {
  const auto book = codebook({integer("y"), integer("x")});
  const auto apart = source(book, "0 1 0 2 0 3 1 4 1 5 1 6");
  const auto result =
      only_model(tabulate(fitted({}, model(ModelKind::logit, "y", {"x"})), *apart, book));
  CHECK_FALSE(result.converged);
  CHECK(result.estimates.empty());
  // glm(c(0,0,1,0,1,1) ~ I(1:6), binomial)
  const auto mixed = source(book, "0 1 0 2 1 3 0 4 1 5 1 6");
  const auto fit =
      only_model(tabulate(fitted({}, model(ModelKind::logit, "y", {"x"})), *mixed, book));
  CHECK(fit.converged);
  CHECK(std::fabs(named(fit, "x").value - 1.214028) < 1e-6);
  const auto other = source(book, "0 1 2 2 1 3");
  CHECK_THROWS_AS((void)tabulate(fitted({}, model(ModelKind::logit, "y", {"x"})), *other, book),
                  DisclosureError);
}

TEST_CASE("far from zero and of very different size, least squares keep their digits") {
  // Longley's trap in small: years as they are, and a term a million times as large.
  const auto book = codebook({decimal("y", 1), integer("year"), integer("large")});
  std::string lines;
  for (int i = 0; i < 40; ++i) {
    const int year = 1980 + i, large = 1'000'000'000 + 1'000'000 * ((i * 7) % 13);
    const int tenths = 20 * i + 5 * ((i * 7) % 13);  // y = 2 (year - 1980) + 0.5 (large part)
    lines += std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " +
             std::to_string(year) + " " + std::to_string(large) + " ";
  }
  const auto rows = source(book, lines);
  const auto result =
      only_model(tabulate(fitted({}, model(ModelKind::ols, "y", {"year", "large"})), *rows, book));
  CHECK(near(named(result, "year").value, 2));
  CHECK(near(named(result, "large").value, 0.5e-6));
  CHECK(result.exact);
}

TEST_CASE("neither threads, nor segments, nor the order of rows change what is shown") {
  rc::check([](std::uint32_t seed) {
    const auto book =
        codebook({integer("y"), integer("x"), category("k"), category("school"), integer("flag")},
                 {"school"});
    std::vector<std::string> lines;
    std::uint32_t state = seed | 1U;
    const auto next = [&](std::uint32_t below) {
      state = state * 1664525U + 1013904223U;
      return (state >> 8) % below;
    };
    for (int i = 0; i < 150; ++i) {
      const auto x = next(50);
      lines.push_back(std::to_string(x + next(40)) + " " + std::to_string(x) + " k" +
                      std::to_string(next(3)) + " s" + std::to_string(next(7)) + " " +
                      std::to_string(next(100) < x + 20 ? 1 : 0) + " ");
    }
    const auto whole = [](const std::vector<std::string>& of) {
      std::string text;
      for (const auto& line : of) text += line;
      return text;
    };
    auto turned = lines;
    std::rotate(turned.begin(), turned.begin() + 61, turned.end());
    const auto plain = source(book, whole(lines), 64);
    const auto coarse = source(book, whole(turned), 65536);
    for (const auto& wanted : {model(ModelKind::ols, "y", {"x", "k"}, Errors::clustered),
                               model(ModelKind::ols, "y", {"x", "k"}, Errors::robust),
                               model(ModelKind::logit, "flag", {"x", "k"})}) {
      const auto shown = [&](const Source& rows, int threads) {
        const Table table = tabulate(fitted({}, wanted), rows, book, {}, threads);
        return model_json(only_model(table));
      };
      const std::string one = shown(*plain, 1);
      RC_ASSERT(one == shown(*plain, 3));
      const auto a = nlohmann::json::parse(one), b = nlohmann::json::parse(shown(*coarse, 1));
      RC_ASSERT(a.at("estimates").size() == b.at("estimates").size());
      for (std::size_t i = 0; i < a.at("estimates").size(); ++i) {
        const double x = a.at("estimates")[i].at("estimate").get<double>();
        const double y = b.at("estimates")[i].at("estimate").get<double>();
        RC_ASSERT(std::fabs(x - y) <= 2e-5 * std::fabs(x) + 1e-12);  // the sixth digit at most
      }
    }
  });
}

TEST_CASE("a model has one written form, is named as in SQL, and stands alone") {
  const Tabulation table =
      fitted({"sx"}, model(ModelKind::ols, "y", {"x", "k"}, Errors::clustered));
  const std::string json = to_json(table);
  CHECK(json.find(R"("columns":[{"name":"model","model":{"kind":"ols","response":"y",)"
                  R"("terms":["x","k"],"errors":"clustered","cluster":"school"}}])") !=
        std::string::npos);
  CHECK(tabulation_from_json(json) == table);
  CHECK(describe(table.columns[0]) == "ols_clustered(school, y, x, k)");
  CHECK(variables_of(table) == std::vector<std::string>{"k", "school", "sx", "x", "y"});
  std::string why;
  Tabulation two = table;
  two.columns.push_back(column(count()));
  CHECK_FALSE(can_tabulate(two, &why));
  CHECK(why == "a table with a model has no other column");
  const auto refused = [&](const Model& of) { return !can_tabulate(fitted({}, of), &why); };
  CHECK(refused(model(ModelKind::ols, "y", {})));
  CHECK(refused(model(ModelKind::ols, "y", {"y"})));
  CHECK(refused(model(ModelKind::km, "y", {"x"}, Errors::robust)));
  CHECK(refused(model(ModelKind::t_test, "y", {"x", "k"})));
  CHECK(refused(model(ModelKind::ols, "y", std::vector<std::string>(100, "x"))));
  Tabulation filtered = table;
  filtered.columns[0].statistic.filter = {};
  CHECK_FALSE(can_tabulate(filtered));
}

}  // namespace sceau::disclosure
