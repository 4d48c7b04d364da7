// Shapes, positions, correlations, concentration and weights against answers that R gives, and at
// the edges where they are NULL or hard to compute.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "disclosure/fault.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
namespace {

using namespace build;

// In R: y <- c(12.5,9.25,15,7.75,11,13.5,8,16.25,10.5,14); x <- c(13,14,12,16,15,13,17,11,15,12)
//       w <- c(1.5,2,0.5,3,1,2.5,1,0.75,2,1.25); k <- c("a","a","b","b","b","c","c","d","d","d")
constexpr const char* ten_rows =
    "12.5 13 1.5 a\n9.25 14 2 a\n15 12 0.5 b\n7.75 16 3 b\n11 15 1 b\n13.5 13 2.5 c\n8 17 1 c\n"
    "16.25 11 0.75 d\n10.5 15 2 d\n14 12 1.25 d\n";

// Of two decimals y and w are kept as integers, of one as doubles.
policies::Codebook book(int decimals) {
  auto made = codebook(
      {decimal("y", decimals), integer("x"), decimal("w", decimals), category("k")}, {"k"});
  made.weight = "w";
  return made;
}

Statistic statistic(Function function, const std::string& operand, const std::string& second = {}) {
  Statistic made;
  made.function = function;
  if (!operand.empty()) made.operand = operand;
  made.second = second;
  return made;
}

Statistic with_fraction(Function function, Decimal fraction) {
  Statistic made = statistic(function, "y");
  made.fraction = fraction;
  return made;
}

Statistic top(int k, const std::string& by) {
  Statistic made = statistic(Function::top_share, "y", by);
  made.top = k;
  return made;
}

ColumnResult computed(const Statistic& one, const std::string& lines, int decimals = 2,
                      Detail detail = Detail::evidence) {
  const auto codes = book(decimals);
  const auto rows = source(codes, lines, 3);
  return tabulate(tabulation({}, {one}), *rows, codes, {}, 1, detail).cells.at(0).columns.at(0);
}

void check_close(double found, double expected) {
  CHECK(std::fabs(found - expected) <= 1e-14 * std::fmax(1.0, std::fabs(expected)));
}

bool is_null(const ColumnResult& result) { return result.value.kind == Number::Kind::null; }

const std::vector<std::pair<Statistic, double>>& answers() {
  static const std::vector<std::pair<Statistic, double>> all = {
      {statistic(Function::variance_population, "y"), 7.7931249999999999},
      {statistic(Function::standard_deviation_population, "y"), 2.7916169149795609},
      // m <- function(v, k) mean((v - mean(v))^k): m(y,3) / m(y,2)^1.5, m(y,4) / m(y,2)^2 - 3
      {statistic(Function::skewness, "y"), 0.0094028294575805617},
      {statistic(Function::kurtosis, "y"), -1.2677719740867206},
      {statistic(Function::correlation, "y", "x"), -0.94193639651411853},  // cor(y, x)
      {statistic(Function::covariance_sample, "y", "x"), -5.3555555555555552},
      {statistic(Function::covariance_population, "y", "x"), -4.8199999999999994},
      {statistic(Function::regression_slope, "y", "x"), -1.4345238095238095},  // lm(y ~ x)
      {statistic(Function::regression_intercept, "y", "x"), 31.571428571428577},
      {statistic(Function::regression_r2, "y", "x"), 0.88724417507800313},
      {statistic(Function::regression_syy, "y", "x"), 77.93125},
      {statistic(Function::regression_sxx, "y", "x"), 33.6},
      {statistic(Function::regression_sxy, "y", "x"), -48.2},
      {statistic(Function::weighted_mean, "y", "w"), 11.060483870967742},  // weighted.mean(y, w)
      {statistic(Function::weighted_sum, "y", "w"), 171.4375},
      {statistic(Function::weighted_count, "", "w"), 15.5},
      {with_fraction(Function::quantile_discrete, {3, 1}), 9.25},  // quantile(y, .3, type = 1)
      {with_fraction(Function::quantile, {3, 1}), 10.125},         // type = 7
      // g <- function(v) { v <- sort(v); n <- length(v); 2*sum(seq_along(v)*v)/(n*sum(v))-(n+1)/n }
      {statistic(Function::gini, "y"), 0.13566878980891706},
      {statistic(Function::hhi, "y"), 0.1056206922976366},  // sum((y / sum(y))^2)
      {top(2, ""), 0.26539278131634819},
      {statistic(Function::gini, "y", "k"), 0.14808917197452232},  // g(tapply(y, k, sum))
      {statistic(Function::hhi, "y", "k"), 0.26937761730248239},
      {top(1, "k"), 0.34607218683651803},
  };
  return all;
}

}  // namespace

TEST_CASE("shapes, positions, correlations, concentration and weighted forms are R's") {
  for (const auto& [one, expected] : answers()) {
    CAPTURE(describe(one));
    check_close(to_double(computed(one, ten_rows).value), expected);
    check_close(to_double(computed(one, ten_rows, 1).value), expected);  // doubles
    check_close(to_double(computed(one, ten_rows, 2, Detail::results).value), expected);
  }
}

TEST_CASE("a pair's rows are those where both are known, and what they give are rows") {
  const std::string lines = std::string(ten_rows) + "100 - 1 a\n- 3 1 a\n";
  const auto found = computed(statistic(Function::correlation, "y", "x"), lines);
  check_close(to_double(found.value), -0.94193639651411853);
  CHECK(found.evidence.rows == 10);
  CHECK(found.evidence.units == 10);
  CHECK(found.evidence.distinct_values == 2);
  REQUIRE(found.evidence.contributions.size() == 2);
  CHECK(found.evidence.contributions[0].kind == "k");
  CHECK(found.evidence.contributions[0].distinct == 4);
  CHECK(to_string(found.evidence.contributions[0].largest[0], 0) == "3");
}

TEST_CASE("one value of x or of y leaves nothing to correlate") {
  const std::string flat_x = "1 5 1 a\n2 5 1 a\n3 5 1 b\n";
  const std::string flat_y = "7 1 1 a\n7 2 1 a\n7 3 1 b\n";
  for (const int decimals : {2, 0}) {
    CAPTURE(decimals);
    for (const Function function : {Function::correlation, Function::regression_slope,
                                    Function::regression_intercept, Function::regression_r2}) {
      CHECK(is_null(computed(statistic(function, "y", "x"), flat_x, decimals)));
    }
    CHECK(computed(statistic(Function::correlation, "y", "x"), flat_x).evidence.distinct_values ==
          1);
    CHECK(is_null(computed(statistic(Function::correlation, "y", "x"), flat_y, decimals)));
    CHECK(to_double(computed(statistic(Function::regression_r2, "y", "x"), flat_y).value) == 1);
    CHECK(to_double(computed(statistic(Function::regression_slope, "y", "x"), flat_y).value) == 0);
    CHECK(is_null(computed(statistic(Function::skewness, "y"), flat_y, decimals)));
    CHECK(is_null(computed(statistic(Function::kurtosis, "y"), flat_y, decimals)));
  }
  // A tenth is no double: the mean of three is not quite it, and still there is one value.
  const std::string tenths = "0.1 1 0.25 a\n0.1 2 1 a\n0.1 3 1 b\n0.25 - 1 a\n";
  CHECK(is_null(computed(statistic(Function::correlation, "y", "x"), tenths, 1)));
}

TEST_CASE("nothing is NULL, but for counts") {
  const std::string nothing = "- 1 - a\n- 2 - b\n";
  for (const auto& [one, unused] : answers()) {
    CAPTURE(describe(one));
    const auto found = computed(one, nothing);
    const bool counts = one.function == Function::weighted_count;
    CHECK(is_null(found) == !counts);
    if (counts) CHECK(to_double(found.value) == 0);
    CHECK(found.evidence.rows == 0);
  }
  CHECK(is_null(computed(statistic(Function::covariance_sample, "y", "x"), "1 1 1 a\n")));
}

TEST_CASE("doubles far from zero keep the digits of what they differ by") {
  std::string near_zero;
  std::string far;
  for (int i = 0; i < 40; ++i) {
    const int square = i * i % 37;
    const std::string rest = " " + std::to_string(i * 7 % 11) + " 1 a\n";
    near_zero += std::to_string(square) + ".25" + rest;
    far += std::to_string(100000000 + square) + ".25" + rest;
  }
  for (const Function function :
       {Function::skewness, Function::kurtosis, Function::variance_population,
        Function::standard_deviation_population}) {
    const double expected = to_double(computed(statistic(function, "y"), near_zero, 2).value);
    check_close(to_double(computed(statistic(function, "y"), far, 1).value), expected);
    check_close(to_double(computed(statistic(function, "y"), far, 2).value), expected);
  }
  for (const Function function : {Function::correlation, Function::regression_slope,
                                  Function::regression_r2, Function::regression_sxy}) {
    const double expected = to_double(computed(statistic(function, "y", "x"), near_zero, 2).value);
    check_close(to_double(computed(statistic(function, "y", "x"), far, 1).value), expected);
    check_close(to_double(computed(statistic(function, "y", "x"), far, 2).value), expected);
  }
}

TEST_CASE("integers near the largest are computed, or refused where no sum holds them") {
  const auto codes = codebook({integer("x"), integer("z")});
  std::string large = "400000000000000000 1\n400000000000000001 3\n400000000000000005 2\n";
  const auto rows = source(codes, large);
  const auto value = [&](Function function) {
    Statistic one = statistic(function, "x", needs_second_value(function) ? "z" : "");
    return to_double(tabulate(tabulation({}, {one}), *rows, codes).cells[0].columns[0].value);
  };
  check_close(value(Function::skewness), 0.5951700641394972);  // of 0, 1, 5
  check_close(value(Function::regression_slope), 0.5);         // of 0, 1, 5 on 1, 3, 2
  check_close(value(Function::weighted_sum), 2400000000000000013.0);
  for (int i = 0; i < 20; ++i) large += "-900000000000000000 " + std::to_string(i) + "\n";
  const auto more = source(codes, large);
  const Statistic correlation = statistic(Function::correlation, "x", "z");
  CHECK_THROWS_AS(static_cast<void>(tabulate(tabulation({}, {correlation}), *more, codes)),
                  DisclosureError);
}

TEST_CASE("the mode of codes is a text, the first of several by its letters") {
  Statistic mode = statistic(Function::mode, "k");
  const auto found = computed(mode, "1 1 1 é\n1 1 1 b\n1 1 1 b\n1 1 1 é\n1 1 1 a\n1 1 1 -\n");
  REQUIRE(found.text);
  CHECK(*found.text == "b");
  CHECK(found.evidence.mode_units == 2);
  CHECK(found.evidence.rows == 5);
  CHECK(found.evidence.units == 5);
  CHECK(found.evidence.distinct_values == 2);
  const auto codes = book(2);
  const auto rows = source(codes, "1 1 1 \"x\n1 1 1 \"x\n");
  const Table table = tabulate(tabulation({}, {mode}), *rows, codes);
  CHECK(released_csv(table, codes, "en") == "mode(k)\r\n\"\"\"x\"\r\n");
}

TEST_CASE("evidence of one column's mode, quantile or weight is not another's") {
  const auto codes = book(2);
  const auto rows = source(codes, ten_rows);
  const Table table =
      tabulate(tabulation({}, {statistic(Function::mode, "y"), count_of("y"), count(),
                               statistic(Function::weighted_count, "", "w"),
                               with_fraction(Function::quantile, {5, 1}),
                               with_fraction(Function::quantile, {9, 1}), mean_of("y")}),
               *rows, codes);
  const auto& columns = table.cells[0].columns;
  CHECK(columns[0].evidence.mode_units == 1);
  CHECK(columns[1].evidence.mode_units == -1);
  CHECK(columns[1].evidence.distinct_values == 0);
  CHECK(columns[2].evidence.weighted_total.kind == Number::Kind::null);
  CHECK(to_string(columns[3].evidence.weighted_total, 2) == "15.50");
  CHECK(columns[4].evidence.below == 5);
  CHECK(columns[4].evidence.above == 5);
  CHECK(columns[5].evidence.below == 9);
  CHECK(columns[5].evidence.above == 1);
  CHECK(columns[6].evidence.below == -1);
}

TEST_CASE("no concentration is told where somebody gives less than nothing, or nobody anything") {
  for (const std::string lines : {"1 1 1 a\n-0.5 1 1 a\n3 1 1 b\n", "0 1 1 a\n0 1 1 b\n"}) {
    for (const std::string by : {"", "k"}) {
      CHECK(is_null(computed(statistic(Function::gini, "y", by), lines)));
      CHECK(is_null(computed(statistic(Function::hhi, "y", by), lines)));
      CHECK(is_null(computed(top(1, by), lines)));
    }
  }
  // Rows without a known contributor are one contributor.
  check_close(to_double(computed(top(1, "k"), "1 1 1 -\n1 1 1 -\n1 1 1 a\n").value), 2.0 / 3);
}

TEST_CASE("doubles give the same bytes by one thread and by many") {
  std::string lines;
  for (int i = 0; i < 500; ++i) {
    lines += std::to_string(i * 37 % 101) + ".123 " + std::to_string(i * i % 53) + " 1." +
             std::to_string(i % 9) + "7 " + std::string(1, static_cast<char>('a' + i % 7)) + "\n";
  }
  const auto codes = book(1);
  const auto rows = source(codes, lines, 10);
  for (const auto& [one, unused] : answers()) {
    CAPTURE(describe(one));
    const Tabulation asked = cube(tabulation({"k"}, {one}));
    const Table by_one = tabulate(asked, *rows, codes, {}, 1);
    const Table by_many = tabulate(asked, *rows, codes, {}, 5);
    for (std::size_t i = 0; i < by_one.cells.size(); ++i) {
      CHECK(to_double(by_one.cells[i].columns[0].value) ==
            to_double(by_many.cells[i].columns[0].value));
    }
  }
}

TEST_CASE("what names too little or too much is not well formed") {
  const auto why = [](const Statistic& one) {
    std::string reason;
    const bool fits = can_tabulate(tabulation({}, {one}), &reason);
    if (fits) reason = "fits";
    return reason;
  };
  CHECK(why(statistic(Function::correlation, "y")) == "a statistic of two variables names both");
  CHECK(why(statistic(Function::correlation, "", "x")) ==
        "a correlation or regression is of two variables");
  CHECK(why(statistic(Function::skewness, "y", "x")) ==
        "a statistic of one variable names a second");
  CHECK(why(statistic(Function::weighted_count, "y", "w")) == "weighted_count() has no operand");
  CHECK(why(statistic(Function::mode, "")) == "an aggregate needs an operand");
  CHECK(why(top(0, "k")) == "a share is of the 1 to 100 largest");
  CHECK(why(top(101, "k")) == "a share is of the 1 to 100 largest");
  Tabulation ratio = tabulation({}, {statistic(Function::mode, "y")});
  ratio.columns[0].denominator = count();
  CHECK_FALSE(can_tabulate(ratio));
}

TEST_CASE("columns are named by their statistics, and JSON gives them back") {
  const std::vector<std::pair<Statistic, std::string>> named = {
      {statistic(Function::correlation, "y", "x"), "corr(y, x)"},
      {statistic(Function::weighted_count, "", "w"), "weighted_count(w)"},
      {statistic(Function::weighted_mean, "y", "w"), "weighted_avg(y, w)"},
      {statistic(Function::gini, "y", "k"), "gini(y by k)"},
      {statistic(Function::gini, "y"), "gini(y)"},
      {top(3, "k"), "top_share(3, y by k)"},
      {with_fraction(Function::quantile_discrete, {25, 2}), "percentile_disc(0.25, y)"},
      {statistic(Function::regression_sxy, "y", "x"), "regr_sxy(y, x)"},
      {statistic(Function::standard_deviation_population, "y"), "stddev_pop(y)"},
  };
  for (const auto& [one, name] : named) {
    CHECK(describe(one) == name);
    Tabulation whole = tabulation({}, {one});
    whole.columns[0].percentage = one.function == Function::weighted_count;
    CHECK(tabulation_from_json(to_json(whole)) == whole);
  }
}

TEST_CASE("a percentage is a hundred times the ratio, before whole numbers are cut") {
  const auto codes = book(2);
  const auto rows = source(codes, ten_rows);
  Tabulation asked = tabulation({}, {count()});
  asked.columns[0].statistic.filter = equals("k", "a");
  asked.columns[0].denominator = count();
  asked.columns[0].percentage = true;
  const auto value = [&] {
    return to_string(tabulate(asked, *rows, codes).cells[0].columns[0].value, 2);
  };
  CHECK(value() == "20.00");
  CHECK(describe(asked.columns[0]) == "100 * count(*) FILTER (WHERE k = 'a') / count(*)");
  asked.columns[0].denominator = count_of("x");
  asked.columns[0].integer_division = true;
  asked.where = negated(equals("k", "b"));
  CHECK(value() == "28.00");
}

TEST_CASE("what no rule judges yet, and a weight or contributor of one's own, goes to a reviewer") {
  auto codes = book(2);
  const auto rows = source(codes, ten_rows);
  const auto policy = only({policies::Rule::threshold});
  const auto ids = [&](const Statistic& one) {
    std::vector<std::string> found;
    Question question;
    question.tabulation = tabulation({}, {one});
    for (const Finding& finding : examine(question, *rows, codes, policy).judgement.findings) {
      if (finding.verdict == Verdict::review) found.push_back(finding.message.id);
    }
    return found;
  };
  using Ids = std::vector<std::string>;
  CHECK(ids(statistic(Function::weighted_mean, "y", "x")) == Ids{"tabulation.other_weight"});
  CHECK(ids(statistic(Function::weighted_count, "", "w")) == Ids{});
  CHECK(ids(statistic(Function::gini, "y")) == Ids{"tabulation.contributor"});
  CHECK(ids(statistic(Function::hhi, "y", "x")) == Ids{"tabulation.contributor"});
  CHECK(ids(statistic(Function::gini, "y", "k")) == Ids{});
  CHECK(ids(statistic(Function::mode, "k")) == Ids{});
  CHECK(ids(statistic(Function::correlation, "y", "x")) == Ids{});
  codes.variables[1].role = policies::Role::identifier;
  CHECK(ids(statistic(Function::correlation, "y", "x")) == Ids{"tabulation.operand"});
}

TEST_CASE("rules of a class judge its new statistics on the evidence that they bring") {
  const auto codes = book(2);
  const auto verdict = [&](const Statistic& one, policies::Rule rule, const std::string& lines) {
    auto policy = only({rule});
    policy.degrees_of_freedom.minimum = 8;
    policy.quantiles.minimum = 3;
    policy.homogeneity.verdict = policies::Severity::fail;
    const auto rows = source(codes, lines);
    Question question;
    question.tabulation = tabulation({}, {one});
    return examine(question, *rows, codes, policy).judgement.verdict;
  };
  using policies::Rule;
  const auto corr = statistic(Function::correlation, "y", "x");
  CHECK(verdict(corr, Rule::degrees_of_freedom, ten_rows) == Verdict::pass);  // 10 - 2 = 8
  const std::string nine(ten_rows + std::string_view(ten_rows).find('\n') + 1);
  CHECK(verdict(corr, Rule::degrees_of_freedom, nine) == Verdict::fail);
  const auto skewness = statistic(Function::skewness, "y");
  CHECK(verdict(skewness, Rule::degrees_of_freedom, nine) == Verdict::pass);  // 9 - 1 = 8
  CHECK(verdict(with_fraction(Function::quantile_discrete, {4, 1}), Rule::quantiles, ten_rows) ==
        Verdict::pass);  // 3 below, 6 above
  CHECK(verdict(with_fraction(Function::quantile_discrete, {3, 1}), Rule::quantiles, ten_rows) ==
        Verdict::fail);  // 2 below
  CHECK(verdict(with_fraction(Function::quantile, {3, 1}), Rule::quantiles, ten_rows) ==
        Verdict::pass);  // between the third and the fourth
  CHECK(verdict(corr, Rule::homogeneity, "1 5 1 a\n2 5 1 a\n3 5 1 b\n") == Verdict::fail);
}

}  // namespace sceau::disclosure
