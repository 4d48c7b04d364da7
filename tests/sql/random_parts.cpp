#include "tests/sql/random_parts.h"

namespace sceau::enclave::sql::test {
namespace {

struct Variable {
  std::string name;
  std::vector<std::string> constants;  ///< observed, between, outside, of another scale
};

const std::vector<Variable>& variables() {
  static const std::vector<Variable> all = {
      {"academie", {"'LYON'", "'CORSE'", "'PARIS'", "'NOWHERE'", "''"}},
      {"departement", {"'01'", "'2A'", "'75'", "'2'"}},
      {"sexe", {"'F'", "'M'", "'X'"}},
      {"niveau", {"'2nde'", "'1re'", "'terminale'"}},
      {"uai", {"'UAI0'", "'UAI3'", "'UAI6'", "'UAI9'"}},
      {"ine", {"'INE20230'", "'INE20243'", "'INE'"}},
      {"vintage", {"'2023'", "'2024'", "'2022'"}},
      {"prenom", {"'Éva'", "'adam'", "'Adam'", "'d''Arc'", "'100%'", "''"}},
      {"naissance", {"'2003-05-15'", "'2000-01-10'", "DATE '2005-09-19'"}},
      {"annee", {"2019", "2020", "2021.0", "2020.5", "-1"}},
      {"age", {"12", "14", "15.5", "-20", "0", "20.000"}},
      {"note", {"0", "10", "10.5", "10.25", "12.500", "20.75", "-3"}},
      {"poids", {"0.125", "500", "500.125", "250.5", "1e3", "-1"}},
  };
  return all;
}

const Variable& measure(Dice& dice) {
  return variables()[static_cast<std::size_t>(10 + dice.roll(3))];
}

std::string list(const Variable& variable, Dice& dice) {
  std::string all;
  for (int i = 0, n = 1 + dice.roll(4); i < n; ++i) {
    const auto item = dice.chance(10) ? "NULL" : dice.among(variable.constants);
    all += (i ? ", " : "") + item;
  }
  return "(" + all + ")";
}

std::string comparison(const Variable& variable, Dice& dice) {
  const auto sign = dice.among<std::string>({" = ", " <> ", " < ", " <= ", " > ", " >= "});
  const auto& constant = dice.among(variable.constants);
  return dice.chance(20) ? constant + sign + variable.name : variable.name + sign + constant;
}

std::string predicate(Dice& dice) {
  const auto& variable = dice.among(variables());
  const auto& name = variable.name;
  const auto& a = dice.among(variable.constants);
  const auto& b = dice.among(variable.constants);
  const auto maybe_not = dice.among<std::string>({"", "", "NOT "});
  switch (dice.roll(14)) {
    case 0:
    case 1:
      return name + " " + maybe_not + "IN " + list(variable, dice);
    case 2:
      return name + " " + maybe_not + "BETWEEN " + a + " AND " + b;
    case 3:
      return name + " IS " + maybe_not + "NULL";
    case 4:
      return name + " IS " + maybe_not + "DISTINCT FROM " + dice.among<std::string>({a, "NULL"});
    case 5:
      return "(" + comparison(variable, dice) + ") IS " + maybe_not +
             dice.among<std::string>({"TRUE", "FALSE", "UNKNOWN"});
    case 6:
      return dice.among<std::string>({"TRUE", "FALSE", name + " = NULL", "1 = 0", "'a' < 'b'"});
    default:
      return comparison(variable, dice);
  }
}

/// What stands in FILTER and CASE: mostly short.
std::string small_condition(Dice& dice) { return condition(dice, dice.chance(30) ? 1 : 0); }

std::string recode(Dice& dice) {
  if (dice.chance(20)) {
    return "CASE sexe WHEN 'F' THEN 'girls' WHEN 'M' THEN 'boys'" +
           dice.among<std::string>({"", " ELSE 'unknown'"}) + " END";
  }
  const bool numbers = dice.chance(40);
  const auto label = [&] {
    return numbers ? dice.among<std::string>({"1", "2", "10", "-1", "NULL"})
                   : dice.among<std::string>({"'low'", "'high'", "'é'", "''", "NULL"});
  };
  std::string text = "CASE";
  for (int i = 0, n = 1 + dice.roll(3); i < n; ++i) {
    text += " WHEN " + small_condition(dice) + " THEN " + label();
  }
  // All NULL would have no type of its own.
  return text + " ELSE " + (numbers ? "3" : "'rest'") + " END";
}

std::string bucket(Dice& dice) {
  const auto count = dice.among<std::string>({"1", "3", "4", "10"});
  if (dice.chance(15)) return "width_bucket(age, 20, 10, " + count + ")";
  return dice.among<std::string>({"width_bucket(note, 0, 20, ", "width_bucket(age, 11.5, 18, ",
                                  "width_bucket(poids, 0, 1000, ", "width_bucket(note, 20, 0, ",
                                  "width_bucket(annee, 2019, 2021, "}) +
         count + ")";
}

std::string indicator(Dice& dice) {
  const auto when = "WHEN " + small_condition(dice) + " THEN ";
  switch (dice.roll(7)) {
    case 0:
      return "CASE " + when + "1 END";
    case 1:
      return "CASE " + when + "0 ELSE 1 END";
    case 2:
      return "CASE " + when + "1 WHEN " + small_condition(dice) + " THEN NULL ELSE 0 END";
    case 3:
      return "CASE " + when + "1.0 ELSE 0 END";
    case 4:
      return "(" + small_condition(dice) + ")::int";
    case 5:
      return "CASE " + when + "NULL WHEN " + small_condition(dice) + " THEN 1 ELSE 0 END";
    default:
      return "CASE " + when + "1 ELSE 0 END";
  }
}

/// `alone`: neither divided nor cast.
std::string aggregate(Dice& dice, bool alone) {
  const auto& name = measure(dice).name;
  const auto& other = measure(dice).name;
  switch (dice.roll(alone ? 21 : 17)) {
    case 0:
    case 1:
      return "count(*)";
    case 14:
      return "percentile_disc(" + dice.among<std::string>({"0", "0.07", "0.1", "0.5", "1"}) +
             ") WITHIN GROUP (ORDER BY " + name + ")";
    case 15:
      return "sum(" + dice.among<std::string>({name + " * poids", "poids * " + name}) + ")";
    case 16:
      return dice.among<std::string>({"weighted_count()", "weighted_sum(" + name + ")",
                                      "var_pop(" + name + ")", "stddev_pop(" + name + ")"});
    case 17:
      return dice.among<std::string>({"corr(", "covar_pop(", "covar_samp(", "regr_slope(",
                                      "regr_intercept(", "regr_r2(", "regr_count(", "regr_avgx(",
                                      "regr_avgy(", "regr_sxx(", "regr_syy(", "regr_sxy("}) +
             name + ", " + other + ")";
    case 18:
      return dice.among<std::string>({"skewness(" + name, "kurtosis(" + name,
                                      "weighted_avg(" + name, "weighted_avg(" + indicator(dice)}) +
             ")";
    case 19:
      return "mode() WITHIN GROUP (ORDER BY " +
             dice.among<std::string>(
                 {name, "academie", "sexe", "annee", "naissance", indicator(dice)}) +
             ")";
    case 20:
      return dice.among<std::string>({"gini(", "hhi(", "top_share(2, ", "top_share(1, "}) + name +
             dice.among<std::string>({")", ", uai)", ", sexe)"});
    case 2:
      return "count(" + dice.among<std::string>({"1", "sexe", "prenom", "ine", name}) + ")";
    case 3:
      return "count(DISTINCT " + dice.among<std::string>({"ine", "uai"}) + ")";
    case 4:
      return "min(" + name + ")";
    case 5:
      return "max(" + name + ")";
    case 6:
      return dice.among<std::string>({"sum(", "avg(", "count("}) + "CASE WHEN " +
             small_condition(dice) + " THEN " + name + " END)";
    case 7:
    case 8:
      return dice.among<std::string>({"sum(", "avg(", "count(", "min(", "max("}) + indicator(dice) +
             ")";
    case 9:
      return dice.among<std::string>({"stddev(", "variance(", "var_samp(", "stddev_samp("}) + name +
             ")";
    case 10:
      return "percentile_cont(" + dice.among<std::string>({"0", "0.25", "0.5", "1"}) +
             ") WITHIN GROUP (ORDER BY " + name + ")";
    case 11:
      return "count(" + condition(dice, 0) + ")";
    default:
      return dice.among<std::string>({"sum(", "avg("}) + name + ")";
  }
}

std::string statistic(Dice& dice, bool alone) {
  const auto text = aggregate(dice, alone);
  return dice.chance(25) ? text + " FILTER (WHERE " + small_condition(dice) + ")" : text;
}

}  // namespace

std::string condition(Dice& dice, int depth) {
  if (depth == 0 || dice.chance(30)) return predicate(dice);
  if (dice.chance(20)) return "NOT (" + condition(dice, depth - 1) + ")";
  const auto word = dice.among<std::string>({" AND ", " OR "});
  std::string text = condition(dice, depth - 1);
  for (int i = 0, n = 1 + dice.roll(2); i < n; ++i) text += word + condition(dice, depth - 1);
  return "(" + text + ")";
}

std::string dimension(Dice& dice) {
  switch (dice.roll(9)) {
    case 0:
      return recode(dice);
    case 1:
      return bucket(dice);
    case 2:
      return "(" + predicate(dice) + ")";
    default:
      return dice.among<std::string>(
          {"academie", "departement", "sexe", "niveau", "uai", "annee", "naissance", "vintage"});
  }
}

std::string column(Dice& dice) {
  const bool alone = dice.chance(65);
  const auto first = statistic(dice, alone);
  if (alone) return first;
  const auto second = statistic(dice, false);
  switch (dice.roll(10)) {
    case 7:
      return "100.0 * " + first + " / " + second;
    case 8:
      return first + " * 100 / NULLIF(" + second + ", 0)";
    case 9:
      return "100 * " + first;
    case 0:
      return first + " / " + second;
    case 1:
      return first + " / NULLIF(" + second + ", 0)";
    case 2:
      return "(" + first + ")::numeric / " + second;
    case 3:
      return "(" + first + ")::float8 / NULLIF(" + second + ", 0)";
    case 4:
      return "CAST(" + first + " AS numeric(20, 3))";
    case 5:
      return "(" + first + ")::" + dice.among<std::string>({"float8", "numeric", "bigint", "int"});
    default:
      return "(" + first + " / NULLIF(" + second + ", 0))::numeric(20, 2)";
  }
}

}  // namespace sceau::enclave::sql::test
