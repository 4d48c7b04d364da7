#include "enclave/sql/statistics.h"

#include <algorithm>
#include <array>

#include "disclosure/implied.h"
#include "enclave/sql/models.h"
#include "enclave/sql/numeric.h"

namespace sceau::enclave::sql {

using disclosure::Condition;
using disclosure::Function;
using disclosure::Statistic;

namespace {

struct Named {
  std::string_view name;
  Function function;
};

constexpr std::array functions = {Named{"sum", Function::sum},
                                  Named{"avg", Function::mean},
                                  Named{"min", Function::minimum},
                                  Named{"max", Function::maximum},
                                  Named{"variance", Function::variance},
                                  Named{"var_samp", Function::variance},
                                  Named{"stddev", Function::standard_deviation},
                                  Named{"stddev_samp", Function::standard_deviation},
                                  Named{"var_pop", Function::variance_population},
                                  Named{"stddev_pop", Function::standard_deviation_population},
                                  Named{"skewness", Function::skewness},
                                  Named{"kurtosis", Function::kurtosis},
                                  Named{"corr", Function::correlation},
                                  Named{"covar_pop", Function::covariance_population},
                                  Named{"covar_samp", Function::covariance_sample},
                                  Named{"regr_slope", Function::regression_slope},
                                  Named{"regr_intercept", Function::regression_intercept},
                                  Named{"regr_r2", Function::regression_r2},
                                  Named{"regr_sxx", Function::regression_sxx},
                                  Named{"regr_syy", Function::regression_syy},
                                  Named{"regr_sxy", Function::regression_sxy},
                                  Named{"gini", Function::gini},
                                  Named{"hhi", Function::hhi},
                                  Named{"top_share", Function::top_share},
                                  Named{"weighted_count", Function::weighted_count},
                                  Named{"weighted_sum", Function::weighted_sum},
                                  Named{"weighted_avg", Function::weighted_mean}};

/// Whether a ratio's side may be one: what its evidence tells to be there. The others can be NULL
/// where rows are, and a ratio of them is no proportion.
bool may_be_in_ratio(Function function) {
  switch (function) {
    case Function::count_rows:
    case Function::count_values:
    case Function::count_distinct:
    case Function::sum:
    case Function::mean:
    case Function::minimum:
    case Function::maximum:
    case Function::quantile:
    case Function::quantile_discrete:
    case Function::variance:
    case Function::standard_deviation:
    case Function::variance_population:
    case Function::standard_deviation_population:
    case Function::weighted_count:
    case Function::weighted_sum:
      return true;
    case Function::skewness:
    case Function::kurtosis:
    case Function::mode:
    case Function::correlation:
    case Function::covariance_population:
    case Function::covariance_sample:
    case Function::regression_slope:
    case Function::regression_intercept:
    case Function::regression_r2:
    case Function::regression_sxx:
    case Function::regression_syy:
    case Function::regression_sxy:
    case Function::gini:
    case Function::hhi:
    case Function::top_share:
    case Function::weighted_mean:
      return false;
  }
  return false;
}

/// One factor of a product by 100: its text, and the other factor.
struct Hundredfold {
  std::string factor;
  const Expr* of = nullptr;
};

std::optional<Hundredfold> hundredfold(const Expr& expr) {
  if (expr.kind != Expr::Kind::operation || expr.name != "*" || expr.args.size() != 2) {
    return std::nullopt;
  }
  for (const std::size_t i : {0U, 1U}) {
    const auto constant = Conditions::constant(expr.args[i]);
    const auto number = constant && *constant ? Numeric::parse(**constant) : std::nullopt;
    if (number && compare(*number, Numeric::of(std::int64_t{100})) == 0) {
      return Hundredfold{**constant, &expr.args[1 - i]};
    }
  }
  return std::nullopt;
}

std::optional<Function> function_of(std::string_view name) {
  for (const auto& entry : functions) {
    if (entry.name == name) return entry.function;
  }
  return std::nullopt;
}

bool is_number_cast(const Expr& expr) {
  return expr.kind == Expr::Kind::cast && is_number(expr.type) && is_number(expr.args[0].type);
}

/// 0, 1 or NULL as the result of a CASE; nullopt: something else.
std::optional<std::optional<bool>> indicator_value(const Expr& expr) {
  const auto constant = Conditions::constant(expr);
  if (!constant) return std::nullopt;
  if (!*constant) return std::optional<std::optional<bool>>(std::in_place, std::nullopt);
  const auto number = Numeric::parse(**constant);
  if (!number || !is_number(expr.type)) return std::nullopt;
  if (number->zero()) return std::optional(std::optional(false));
  if (compare(*number, Numeric::of(std::int64_t{1})) == 0)
    return std::optional(std::optional(true));
  return std::nullopt;
}

bool is_null_literal(const Expr& expr) {
  const auto constant = Conditions::constant(expr);
  return constant && !*constant;
}

/// The aggregate's type, then that of each cast around it.
std::vector<Type> types_of(const Expr& expr) {
  const Expr* inner = &expr;
  std::vector<Type> types = {inner->type};
  while (inner->kind == Expr::Kind::cast || inner->kind == Expr::Kind::null_if) {
    inner = &inner->args[0];
    types.insert(types.begin(), inner->type);
  }
  return types;
}

/// Both conditions, where either may be plainly true.
Condition also(const Condition& a, const Condition& b) {
  if (a.kind == Condition::Kind::always) return b;
  if (b.kind == Condition::Kind::always) return a;
  return all_of({a, b});
}

}  // namespace

std::optional<ReadColumn> Statistics::column(const Expr& expr) {
  if (expr.kind == Expr::Kind::call) {
    if (auto named = model_named(expr.name)) return model(std::move(*named), expr);
  }
  ReadColumn read;
  const Expr* inner = &expr;
  if (is_number_cast(expr) && !expr.implicit) {
    read.scale = expr.scale;
    read.precision = expr.precision;
    inner = &expr.args[0];
  }
  while (inner->kind == Expr::Kind::cast && inner->implicit) inner = &inner->args[0];
  if (const auto percent = hundredfold(*inner)) {
    const Expr* of = percent->of;
    while (of->kind == Expr::Kind::cast && of->implicit) of = &of->args[0];
    const bool whole = of->type == Type::int4 || of->type == Type::int8;
    const bool of_ratio = of->kind == Expr::Kind::operation && of->name == "/";
    // 100 * (a / b) of whole numbers is no percentage: the digits are gone before.
    if (of_ratio && whole) return no("tabulation.constant_factor");
    read.factor = percent->factor;
    read.factor_outside = of_ratio;
    read.scaled = {inner->type};
    read.column.percentage = true;
    inner = of_ratio ? of : percent->of;
  }
  if (inner->kind == Expr::Kind::operation && inner->name == "/" && inner->args.size() == 2) {
    if (!ratio(*inner, read)) return std::nullopt;
    return read;
  }
  auto found = statistic(*inner);
  if (!found) return std::nullopt;
  if (read.column.percentage && !may_be_in_ratio(found->function)) {
    return no("tabulation.constant_factor");
  }
  read.over = types_of(*inner);
  read.column.statistic = std::move(*found);
  return read;
}

/// Its variables as they stand: an expression could carry more than it shows.
std::optional<ReadColumn> Statistics::model(disclosure::Model named, const Expr& call) {
  if (call.over || call.filter || call.distinct) return no("tabulation.model_alone");
  std::vector<std::string> names;
  for (const Expr& arg : call.args) {
    const Expr* inner = &arg;
    while (inner->kind == Expr::Kind::cast && inner->implicit) inner = &inner->args[0];
    const auto* variable = conditions_.column(*inner);
    if (!variable) return no("tabulation.model_variable", {call.name});
    const bool is_cluster = named.errors == disclosure::Errors::clustered && names.empty();
    if (!is_cluster && !can_be_term(*variable)) return std::nullopt;
    names.push_back(variable->name);
  }
  if (!give_variables(named, std::move(names))) return no("tabulation.model_form", {call.name});
  if (named.kind != disclosure::ModelKind::chi2) {
    const auto* response = relation_.find(named.response);
    if (!response || !is_number(response->type)) {
      return no("tabulation.not_a_measure", {named.response});
    }
  }
  ReadColumn read;
  read.over = {call.type};
  read.column = disclosure::column_of(std::move(named), {});
  return read;
}

bool Statistics::can_be_term(const ResultColumn& column) {
  const auto* known = relation_.find(column.name);
  const auto* variable = known ? known->variable : nullptr;
  const bool fits = known && (!variable || (variable->role != policies::Role::identifier &&
                                            variable->type != policies::Type::text));
  if (!fits) no("tabulation.model_term", {column.name});
  return fits;
}

bool Statistics::ratio(const Expr& expr, ReadColumn& read) {
  const Expr* dividend = &expr.args[0];
  const Expr* divisor = &expr.args[1];
  while (is_number_cast(*divisor) && divisor->scale < 0) divisor = &divisor->args[0];
  if (divisor->kind == Expr::Kind::null_if) {
    const auto zero = Conditions::constant(divisor->args[1]);
    const auto number = zero && *zero ? Numeric::parse(**zero) : std::nullopt;
    if (!number || !number->zero()) {
      no("tabulation.statistic_form");
      return false;
    }
    read.null_if_zero = true;
    divisor = &divisor->args[0];
  }
  std::vector<Type> scaled;
  const Expr* product = dividend;
  while (product->kind == Expr::Kind::cast && product->implicit) {
    scaled.insert(scaled.begin(), product->type);
    product = &product->args[0];
  }
  const auto percent = read.column.percentage ? std::nullopt : hundredfold(*product);
  if (percent) {
    scaled.insert(scaled.begin(), product->type);
    read.scaled = std::move(scaled);
    read.factor = percent->factor;
    read.column.percentage = true;
    dividend = percent->of;
  }
  if (Conditions::constant(*dividend) || Conditions::constant(*divisor)) {
    no("tabulation.constant_factor");
    return false;
  }
  auto over = statistic(*dividend);
  auto under = over ? statistic(*divisor) : std::nullopt;
  if (!over || !under) return false;
  if (!may_be_in_ratio(over->function) || !may_be_in_ratio(under->function)) {
    no("tabulation.ratio_of", {describe(may_be_in_ratio(over->function) ? *under : *over)});
    return false;
  }
  read.over = types_of(*dividend);
  read.under = types_of(expr.args[1]);
  read.column.statistic = std::move(*over);
  read.column.denominator = std::move(*under);
  read.column.integer_division = expr.type == Type::int4 || expr.type == Type::int8;
  return true;
}

/// One aggregate, through casts between numbers that lose nothing by themselves.
Statistics::Result Statistics::statistic(const Expr& expr) {
  if (is_number_cast(expr) && expr.scale < 0 &&
      (expr.type == Type::numeric || expr.type == Type::float8 || expr.implicit)) {
    return statistic(expr.args[0]);
  }
  if (expr.kind == Expr::Kind::call) return aggregate(expr);
  if (expr.kind == Expr::Kind::operation) {
    const bool constant = std::any_of(expr.args.begin(), expr.args.end(), [](const Expr& arg) {
      return Conditions::constant(arg).has_value();
    });
    return no(constant ? "tabulation.constant_factor" : "tabulation.statistic_form");
  }
  return no("tabulation.statistic_form");
}

Statistics::Result Statistics::aggregate(const Expr& call) {
  if (call.over) return no("tabulation.window");
  if (call.name == "round") return no("tabulation.rounding");
  Result made;
  if (call.name == "count") {
    made = count(call);
  } else if (call.name == "percentile_cont" || call.name == "percentile_disc" ||
             call.name == "median") {
    made = quantile(call);
  } else if (call.name == "mode") {
    made = mode(call);
  } else if (call.name == "regr_count" || call.name == "regr_avgx" || call.name == "regr_avgy") {
    made = where_both(call);
  } else {
    const auto function = function_of(call.name);
    if (!function) return no("tabulation.function", {call.name});
    if (call.distinct) return no("tabulation.distinct", {call.name});
    if (disclosure::is_weighted(*function)) {
      made = weighted(*function, call);
    } else if (disclosure::needs_second_value(*function)) {
      made = pair(*function, call);
    } else if (disclosure::is_concentration(*function)) {
      made = concentration(*function, call);
    } else {
      made = of_operand(*function, call.args[0]);
    }
  }
  if (!made || !call.filter) return made;
  auto filter = conditions_.condition(*call.filter);
  if (!filter) return std::nullopt;
  made->filter = also(*filter, made->filter);
  return made;
}

Statistics::Result Statistics::count(const Expr& call) {
  Statistic made;
  if (call.star) return made;
  const auto& operand = call.args[0];
  const auto constant = Conditions::constant(operand);
  if (constant && *constant && !call.distinct) return made;
  if (!call.distinct) return of_operand(Function::count_values, operand);
  const auto* variable = conditions_.column(operand);
  if (!variable) return no("tabulation.distinct", {"count"});
  const auto& codebook = *relation_.codebook;
  const auto& kinds = codebook.contributors;
  const bool counted = variable->name == codebook.unit ||
                       std::find(kinds.begin(), kinds.end(), variable->name) != kinds.end();
  if (!counted) return no("tabulation.distinct_variable", {variable->name, codebook.unit});
  made.function = Function::count_distinct;
  made.operand = variable->name;
  return made;
}

Statistics::Result Statistics::quantile(const Expr& call) {
  const bool median = call.name == "median";
  if (call.distinct) return no("tabulation.distinct", {call.name});
  const bool discrete = call.name == "percentile_disc";
  auto made = of_operand(discrete ? Function::quantile_discrete : Function::quantile,
                         call.args[median ? 0 : 1]);
  if (!made || median) return made;
  const auto fraction = Conditions::constant(call.args[0]);
  const auto value = fraction && *fraction ? policies::parse_decimal(**fraction) : std::nullopt;
  const auto one = policies::Decimal{1, 0};
  if (!value || value->mantissa < 0 || policies::compare(*value, one) > 0) {
    return no("tabulation.fraction");
  }
  made->fraction = *value;
  return made;
}

/// Of a measure or a classification; an indicator too.
Statistics::Result Statistics::mode(const Expr& call) {
  const auto* variable = conditions_.column(call.args[0]);
  if (!variable) return of_operand(Function::mode, call.args[0]);
  const auto* known = relation_.find(variable->name);
  const bool ordered = known && known->variable && known->variable->type != policies::Type::text &&
                       known->variable->role != policies::Role::identifier;
  if (!ordered) return no("tabulation.not_a_measure", {variable->name});
  Statistic made;
  made.function = Function::mode;
  made.operand = variable->name;
  return made;
}

Statistics::Result Statistics::pair(Function function, const Expr& call) {
  const auto* first = conditions_.column(call.args[0]);
  const auto* second = conditions_.column(call.args[1]);
  if (!first || !second) return no("tabulation.transform");
  if (!measurable(*first) || !measurable(*second)) return std::nullopt;
  Statistic made;
  made.function = function;
  made.operand = first->name;
  made.second = second->name;
  return made;
}

/// What is of one of two variables: as an aggregate of it FILTER (WHERE the other IS NOT NULL).
Statistics::Result Statistics::where_both(const Expr& call) {
  const std::size_t own = call.name == "regr_avgx" ? 1 : 0;
  const auto* other = conditions_.column(call.args[1 - own]);
  if (!other || !conditions_.column(call.args[own])) return no("tabulation.transform");
  if (!measurable(*other)) return std::nullopt;
  const bool counts = call.name == "regr_count";
  auto made = of_operand(counts ? Function::count_values : Function::mean, call.args[own]);
  if (!made || (counts && !measurable(*conditions_.column(call.args[own])))) return std::nullopt;
  made->filter = disclosure::is_known(other->name);
  return made;
}

Statistics::Result Statistics::concentration(Function function, const Expr& call) {
  const std::size_t value = function == Function::top_share ? 1 : 0;
  const auto* variable = conditions_.column(call.args[value]);
  if (!variable) return no("tabulation.transform");
  if (!measurable(*variable)) return std::nullopt;
  Statistic made;
  made.function = function;
  made.operand = variable->name;
  if (call.args.size() > value + 1) {
    const auto* giver = conditions_.column(call.args[value + 1]);
    if (!giver) return no("tabulation.transform");
    made.second = giver->name;
  }
  if (value == 0) return made;
  const auto top = Conditions::constant(call.args[0]);
  const auto number = top && *top ? Numeric::parse(**top) : std::nullopt;
  const auto whole = number ? number->integer() : std::nullopt;
  if (!whole || *whole < 1 || *whole > disclosure::max_top_share) return no("tabulation.top");
  made.top = static_cast<std::int32_t>(*whole);
  return made;
}

Statistics::Result Statistics::weighted(Function function, const Expr& call) {
  const auto* weight = conditions_.column(call.args.back());
  if (!weight || weight->name != relation_.codebook->weight) return no("tabulation.weight");
  Result made = Statistic{};
  if (function != Function::weighted_count) made = of_operand(Function::sum, call.args[0]);
  if (!made) return std::nullopt;
  made->function = function;
  made->second = weight->name;
  return made;
}

/// sum(x * weight), the one product of two columns that is a statistic.
Statistics::Result Statistics::weighted_product(const Expr& product) {
  for (const std::size_t i : {1U, 0U}) {
    const auto* weight = conditions_.column(product.args[i]);
    if (!weight || weight->name != relation_.codebook->weight) continue;
    auto made = of_operand(Function::sum, product.args[1 - i]);
    if (!made) return std::nullopt;
    if (made->function != Function::sum) return no("tabulation.transform");  // two weights
    made->function = Function::weighted_sum;
    made->second = weight->name;
    return made;
  }
  return no("tabulation.transform");
}

bool Statistics::measurable(const ResultColumn& column) {
  const auto* known = relation_.find(column.name);
  const bool number = known && known->variable && is_number(column.type) &&
                      known->variable->role != policies::Role::identifier;
  if (!number) no("tabulation.not_a_measure", {column.name});
  return number;
}

Statistics::Result Statistics::of_operand(Function function, const Expr& operand) {
  if (const auto* variable = conditions_.column(operand)) {
    if (function != Function::count_values && !measurable(*variable)) return std::nullopt;
    Statistic made;
    made.function = function;
    made.operand = variable->name;
    return made;
  }
  const Expr* inner = &operand;
  while (is_number_cast(*inner) && inner->scale < 0) inner = &inner->args[0];
  if (inner->kind == Expr::Kind::case_of) return of_case(function, *inner);
  if (inner->kind == Expr::Kind::cast && inner->args[0].type == Type::boolean) {
    return of_condition(function, inner->args[0]);
  }
  if (function == Function::count_values && inner->type == Type::boolean) {
    return of_condition(function, *inner);
  }
  const bool product = inner->kind == Expr::Kind::operation && inner->name == "*";
  if (function == Function::sum && product && !relation_.codebook->weight.empty()) {
    return weighted_product(*inner);
  }
  return no("tabulation.transform");
}

/// A CASE whose results are 0, 1 and NULL is an indicator; its NULLs are left out by FILTER.
Statistics::Result Statistics::of_case(Function function, const Expr& operand) {
  const auto results = (operand.args.size() - 1) / 2;
  std::vector<Condition> ones, nulls, earlier;
  for (std::size_t i = 0; i <= results; ++i) {
    const bool otherwise = i == results;
    const auto value = indicator_value(operand.args[otherwise ? 2 * i : 2 * i + 1]);
    if (!value) return of_branch(function, operand);
    auto parts = earlier;
    if (!otherwise) {
      const auto when = conditions_.condition(operand.args[2 * i]);
      if (!when) return std::nullopt;
      // An indicator takes an unknown condition for 0 anyway; a filter would drop the row.
      const bool plain = results == 1 && *value;
      parts.push_back(plain ? *when : surely(*when, true));
      earlier.push_back(negation(surely(*when, true)));
    }
    if (!*value) nulls.push_back(all_of(std::move(parts)));
    if (*value && **value) ones.push_back(all_of(std::move(parts)));
  }
  Statistic made;
  made.function = function;
  const bool all_or_null = results == 1 && ones.size() == 1 && nulls.size() == 1;
  if (all_or_null && !is_null_literal(operand.args[1])) {
    made.filter = ones[0];  // CASE WHEN c THEN 1 END: those that c holds for
  } else if (!nulls.empty()) {
    made.filter = negation(any_of(std::move(nulls)));
  }
  if (function == Function::count_values) {
    made.function = Function::count_rows;
  } else {
    made.operand = any_of(std::move(ones));
  }
  return made;
}

/// CASE WHEN c THEN x END is x FILTER (WHERE c); with another ELSE it hides a filter.
Statistics::Result Statistics::of_branch(Function function, const Expr& operand) {
  const bool one_branch = operand.args.size() == 3 && is_null_literal(operand.args[2]);
  const auto* variable = one_branch ? conditions_.column(operand.args[1]) : nullptr;
  if (!variable) return no("tabulation.hidden_filter");
  auto made = of_operand(function, operand.args[1]);
  const auto when = conditions_.condition(operand.args[0]);
  if (!made || !when) return std::nullopt;
  made->filter = *when;
  return made;
}

/// (c)::int is 1, 0, or NULL where c is unknown.
Statistics::Result Statistics::of_condition(Function function, const Expr& condition) {
  const auto read = conditions_.condition(condition);
  if (!read) return std::nullopt;
  Statistic made;
  made.function = function;
  made.filter = any_of({surely(*read, true), surely(*read, false)});
  if (function == Function::count_values) {
    made.function = Function::count_rows;
  } else {
    made.operand = *read;
  }
  return made;
}

}  // namespace sceau::enclave::sql
