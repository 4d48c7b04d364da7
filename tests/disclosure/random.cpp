#include "tests/disclosure/random.h"

#include <rapidcheck.h>

#include <algorithm>

#include "tests/disclosure/build.h"

namespace sceau::disclosure::random {
namespace {

naive::Text maybe(const std::string& text) {
  return number(0, 5) == 0 ? naive::Text() : naive::Text(text);
}

Decimal small_decimal() { return {number(-300, 500), 2}; }

Constant constant_for(const std::string& variable) {
  if (variable == "x" || variable == "y" || variable == "f") return Decimal{number(-2, 4), 0};
  if (variable == "d") return small_decimal();
  return pick({"p", "q", "r", "none"});
}

Statistic statistic(const naive::World& world) {
  Statistic made;
  if (number(0, 2) == 0) made.filter = condition(1);
  const std::string numeric = pick({"x", "d", "f", "y"});
  switch (number(0, 14)) {
    case 0:
      return made;
    case 10:
      made.function = Function::mode;
      made.operand = pick({"a", "k", "x", "d", "f", "y"});
      if (number(0, 4) == 0) made.operand = condition(1);
      return made;
    case 11:
      made.function = static_cast<Function>(number(static_cast<int>(Function::variance_population),
                                                   static_cast<int>(Function::kurtosis)));
      made.operand = numeric;
      return made;
    case 12:
      made.function = static_cast<Function>(number(static_cast<int>(Function::correlation),
                                                   static_cast<int>(Function::regression_sxy)));
      made.operand = numeric;
      made.second = pick({"x", "d", "f", "y"});
      return made;
    case 13:
      made.function = static_cast<Function>(
          number(static_cast<int>(Function::gini), static_cast<int>(Function::top_share)));
      made.operand = numeric;
      made.second = pick({"", "k", "u", "y"});
      if (made.function == Function::top_share) made.top = number(1, 4);
      return made;
    case 14:
      made.function = static_cast<Function>(number(static_cast<int>(Function::weighted_count),
                                                   static_cast<int>(Function::weighted_mean)));
      if (made.function != Function::weighted_count) {
        made.operand = numeric;
        if (number(0, 3) == 0) made.operand = condition(1);
      }
      made.second = pick({"x", "d", "f", "y"});
      return made;
    case 1:
      made.function = Function::count_values;
      made.operand = pick({"a", "x", "d", "k"});
      return made;
    case 2:
      made.function = Function::count_distinct;
      made.operand = world.book.unit == "row" ? pick({"a", "k", "x"}) : pick({"a", "u", "k", "u"});
      return made;
    case 3:
    case 4:
      made.function = Function::sum;
      made.operand = numeric;
      return made;
    case 5:
      made.function = Function::mean;
      made.operand = numeric;
      return made;
    case 6:
      made.function = number(0, 1) == 0 ? Function::sum : Function::mean;
      made.operand = condition(1);
      return made;
    case 7:
      made.function = number(0, 1) == 0 ? Function::minimum : Function::maximum;
      made.operand = numeric;
      return made;
    case 8:
      made.function = Function::variance;
      made.operand = numeric;
      return made;
    default:
      made.function = number(0, 1) == 0 ? Function::quantile : Function::quantile_discrete;
      made.operand = numeric;
      made.fraction = {number(0, 4) * 25, 2};
      return made;
  }
}

Dimension dimension(std::size_t index) {
  const std::string name = "dim" + std::to_string(index);
  switch (number(0, 5)) {
    case 0: {
      Recode recode;
      for (int i = number(1, 3); i > 0; --i) {
        recode.cases.push_back({condition(1), maybe(pick({"one", "two"}))});
      }
      recode.otherwise = maybe("else");
      return {name, recode};
    }
    case 1:
      if (number(0, 1) == 0) return {name, WidthBucket{"x", {-2, 0}, {3, 0}, number(1, 4)}};
      return {name, WidthBucket{"d", {45, 1}, {-15, 1}, number(1, 7)}};
    default:
      return {name, pick({"a", "b", "y", "vintage", "k"})};
  }
}

}  // namespace

std::string pick(const std::vector<std::string>& choices) {
  return choices[static_cast<std::size_t>(number(0, static_cast<int>(choices.size()) - 1))];
}

int number(int low, int high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high + 1));  // the whole range
}

naive::World world(int rows) {
  using namespace build;
  naive::World made;
  policies::Variable year = integer("y");
  year.role = policies::Role::classification;
  policies::Variable flag = integer("f");
  flag.min = Decimal{0, 0};
  flag.max = Decimal{1, 0};
  std::vector<std::string> contributors;
  if (number(0, 3) > 0) contributors.push_back("k");
  if (number(0, 3) == 0) contributors.push_back("y");
  made.book = codebook({category("a"), category("b"), category("k"), category("u"), year,
                        integer("x"), decimal("d", 2), flag},
                       contributors, number(0, 1) == 0 ? "row" : "u");
  const int vintages = number(1, 2);
  for (int vintage = 1; vintage <= vintages; ++vintage) {
    for (int i = number(0, rows); i > 0; --i) {
      const long long hundredths = number(-300, 500);
      std::string decimal = std::to_string(std::abs(hundredths) / 100) + "." +
                            std::to_string(100 + std::abs(hundredths) % 100).substr(1);
      if (hundredths < 0) decimal.insert(0, "-");
      made.rows.push_back({{"vintage", std::to_string(vintage)},
                           {"a", maybe(pick({"p", "q", "r"}))},
                           {"b", maybe(pick({"p", "q"}))},
                           {"k", maybe(pick({"p", "q", "r", "s"}))},
                           {"u", maybe(std::to_string(number(1, 8)))},
                           {"y", maybe(std::to_string(number(9, 11)))},
                           {"x", maybe(std::to_string(number(-3, 5)))},
                           {"d", maybe(decimal)},
                           {"f", maybe(std::to_string(number(0, 1)))}});
    }
  }
  return made;
}

std::unique_ptr<Source> source(const naive::World& world) {
  std::vector<MemoryVintage> vintages;
  for (const std::string name : {"1", "2"}) {
    MemoryVintage vintage{name, {}};
    for (const auto& variable : world.book.variables)
      vintage.columns.push_back({variable.name, {}});
    for (const naive::Row& row : world.rows) {
      if (row.at("vintage") != name) continue;
      for (MemoryColumn& column : vintage.columns) column.values.push_back(row.at(column.name));
    }
    vintages.push_back(std::move(vintage));
  }
  return memory_source(world.book, std::move(vintages), static_cast<std::uint32_t>(number(1, 7)));
}

Condition condition(int depth) {
  Condition made;
  switch (number(0, depth > 0 ? 9 : 5)) {
    case 0:
      return made;
    case 1:
      made.kind = Condition::Kind::is_null;
      made.variable = pick({"a", "b", "x", "d", "y"});
      return made;
    case 2:
      made.kind = Condition::Kind::in_list;
      made.variable = pick({"a", "b", "x", "d"});
      for (int i = number(1, 3); i > 0; --i) made.constants.push_back(constant_for(made.variable));
      return made;
    case 3:
    case 4:
    case 5:
      made.kind = Condition::Kind::compare;
      made.variable = pick({"a", "b", "k", "x", "y", "d", "vintage"});
      made.comparison = static_cast<Comparison>(number(0, 5));
      made.constants = {made.variable == "vintage" ? Constant(pick({"1", "2"}))
                                                   : constant_for(made.variable)};
      return made;
    case 6:
      made.kind = Condition::Kind::negation;
      made.parts = {condition(depth - 1)};
      return made;
    case 7:
      if (number(0, 3) == 0) made.kind = Condition::Kind::unknown;
      return made;
    default:
      made.kind = number(0, 1) == 0 ? Condition::Kind::all_of : Condition::Kind::any_of;
      for (int i = number(0, 3); i > 0; --i) made.parts.push_back(condition(depth - 1));
      return made;
  }
}

Tabulation tabulation(const naive::World& world, std::size_t dimensions, std::size_t columns) {
  Tabulation made;
  made.dataset = "pupils";
  made.vintages =
      number(0, 2) == 0 ? std::vector<std::string>{"1"} : std::vector<std::string>{"1", "2"};
  std::set<std::string> variables;  // the same variable twice would be a hierarchy
  while (made.dimensions.size() < dimensions) {
    Dimension next = dimension(made.dimensions.size());
    const auto* variable = std::get_if<std::string>(&next.from);
    if (variable != nullptr && !variables.insert(*variable).second) continue;
    made.dimensions.push_back(std::move(next));
  }
  for (std::size_t i = 0; i < columns; ++i) {
    made.columns.push_back(build::column(statistic(world)));
    Column& column = made.columns.back();
    if (column.statistic.function == Function::mode) continue;
    if (number(0, 5) == 0) column.denominator = build::count();
    column.percentage = number(0, 7) == 0;
  }
  if (number(0, 2) > 0) made.where = condition(2);
  const int sets = 1 << dimensions;
  std::set<std::uint32_t> kept;
  for (int i = number(1, 3); i > 0; --i)
    kept.insert(static_cast<std::uint32_t>(number(0, sets - 1)));
  made.grouping_sets.assign(kept.begin(), kept.end());
  if (number(0, 5) == 0) made.having_minimum = number(1, 4);
  return made;
}

}  // namespace sceau::disclosure::random
