// Tabulations as JSON. Strict by construction: what is read is written again and must be the same
// bytes, so an unknown or repeated key, a space or another order is refused.

#include <nlohmann/json.hpp>

#include "disclosure/condition_json.h"
#include "disclosure/fault.h"
#include "disclosure/implied.h"
#include "disclosure/tabulation.h"

namespace sceau::disclosure {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void malformed(const char* what) { throw DisclosureError(Fault::malformed, what); }

constexpr std::array<std::pair<Comparison, std::string_view>, 6> comparisons = {{
    {Comparison::equal, "="},
    {Comparison::not_equal, "<>"},
    {Comparison::less, "<"},
    {Comparison::less_equal, "<="},
    {Comparison::greater, ">"},
    {Comparison::greater_equal, ">="},
}};

constexpr std::array<std::pair<Function, std::string_view>, 31> functions = {{
    {Function::count_rows, "count_rows"},
    {Function::count_values, "count_values"},
    {Function::count_distinct, "count_distinct"},
    {Function::sum, "sum"},
    {Function::mean, "mean"},
    {Function::minimum, "minimum"},
    {Function::maximum, "maximum"},
    {Function::quantile, "quantile"},
    {Function::variance, "variance"},
    {Function::standard_deviation, "standard_deviation"},
    {Function::variance_population, "variance_population"},
    {Function::standard_deviation_population, "standard_deviation_population"},
    {Function::skewness, "skewness"},
    {Function::kurtosis, "kurtosis"},
    {Function::mode, "mode"},
    {Function::quantile_discrete, "quantile_discrete"},
    {Function::correlation, "correlation"},
    {Function::covariance_population, "covariance_population"},
    {Function::covariance_sample, "covariance_sample"},
    {Function::regression_slope, "regression_slope"},
    {Function::regression_intercept, "regression_intercept"},
    {Function::regression_r2, "regression_r2"},
    {Function::regression_sxx, "regression_sxx"},
    {Function::regression_syy, "regression_syy"},
    {Function::regression_sxy, "regression_sxy"},
    {Function::gini, "gini"},
    {Function::hhi, "hhi"},
    {Function::top_share, "top_share"},
    {Function::weighted_count, "weighted_count"},
    {Function::weighted_sum, "weighted_sum"},
    {Function::weighted_mean, "weighted_mean"},
}};

constexpr std::array<std::pair<ModelKind, std::string_view>, 5> model_kinds = {{
    {ModelKind::ols, "ols"},
    {ModelKind::logit, "logit"},
    {ModelKind::km, "km"},
    {ModelKind::t_test, "t_test"},
    {ModelKind::chi2, "chi2"},
}};

constexpr std::array<std::pair<Errors, std::string_view>, 3> errors_names = {{
    {Errors::classical, "classical"},
    {Errors::robust, "robust"},
    {Errors::clustered, "clustered"},
}};

template <typename Table, typename Value>
std::string_view name_of(const Table& table, Value value) {
  for (const auto& [one, name] : table) {
    if (one == value) return name;
  }
  malformed("an unknown word");
}

template <typename Table>
auto value_of(const Table& table, const std::string& name) {
  for (const auto& [one, known] : table) {
    if (known == name) return one;
  }
  malformed("an unknown word");
}

// ---- writing

constexpr std::size_t longest_json = 1U << 20;

Json decimal(const Decimal& value) { return Json::array({value.mantissa, value.scale}); }

Json constant(const Constant& value) {
  if (const auto* number = std::get_if<Decimal>(&value)) return decimal(*number);
  return std::get<std::string>(value);
}

Json optional_text(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

Json condition(const Condition& from) {
  const auto parts = [&from] {
    Json list = Json::array();
    for (const Condition& part : from.parts) list.push_back(condition(part));
    return list;
  };
  switch (from.kind) {
    case Condition::Kind::always:
      return "always";
    case Condition::Kind::unknown:
      return "unknown";
    case Condition::Kind::all_of:
      return {{"all", parts()}};
    case Condition::Kind::any_of:
      return {{"any", parts()}};
    case Condition::Kind::negation:
      return {{"not", condition(from.parts.at(0))}};
    case Condition::Kind::compare:
      return {{"compare", Json::array({from.variable, name_of(comparisons, from.comparison),
                                       constant(from.constants.at(0))})}};
    case Condition::Kind::in_list: {
      Json list = Json::array();
      for (const Constant& one : from.constants) list.push_back(constant(one));
      return {{"in", Json::array({from.variable, std::move(list)})}};
    }
    case Condition::Kind::is_null:
      return {{"is_null", from.variable}};
  }
  malformed("an unknown condition");
}

Json dimension(const Dimension& from) {
  Json json;
  json["name"] = from.name;
  if (const auto* variable = std::get_if<std::string>(&from.from)) {
    json["variable"] = *variable;
  } else if (const auto* recode = std::get_if<Recode>(&from.from)) {
    Json cases = Json::array();
    for (const RecodeCase& one : recode->cases) {
      cases.push_back(Json::array({condition(one.when), optional_text(one.label)}));
    }
    json["recode"] = {{"cases", std::move(cases)},
                      {"otherwise", optional_text(recode->otherwise)},
                      {"numbers", recode->labels_are_numbers}};
  } else {
    const auto& bucket = std::get<WidthBucket>(from.from);
    json["width_bucket"] = {{"variable", bucket.variable},
                            {"low", decimal(bucket.low)},
                            {"high", decimal(bucket.high)},
                            {"buckets", bucket.buckets}};
  }
  return json;
}

Json statistic(const Statistic& from) {
  Json json;
  json["function"] = name_of(functions, from.function);
  if (const auto* variable = std::get_if<std::string>(&from.operand)) json["variable"] = *variable;
  if (const auto* indicator = std::get_if<Condition>(&from.operand)) {
    json["indicator"] = condition(*indicator);
  }
  if (from.filter.kind != Condition::Kind::always) json["filter"] = condition(from.filter);
  if (has_fraction(from.function)) json["fraction"] = decimal(from.fraction);
  if (!from.second.empty()) json["second"] = from.second;
  if (from.function == Function::top_share) json["top"] = from.top;
  return json;
}

Json model(const Model& from) {
  Json json;
  json["kind"] = name_of(model_kinds, from.kind);
  json["response"] = from.response;
  json["terms"] = from.terms;
  if (from.errors != Errors::classical) json["errors"] = name_of(errors_names, from.errors);
  if (!from.cluster.empty()) json["cluster"] = from.cluster;
  return json;
}

Json column(const Column& from) {
  Json json;
  json["name"] = from.name;
  if (from.model) {  // what it counts follows from it
    json["model"] = model(*from.model);
    return json;
  }
  json["statistic"] = statistic(from.statistic);
  if (from.denominator) {
    json["denominator"] = statistic(*from.denominator);
    json["integer_division"] = from.integer_division;
  }
  if (from.percentage) json["percentage"] = true;
  return json;
}

Json reference(const Reference& from) {
  Json json = {{"variable", from.variable}, {"dataset", from.dataset}, {"key", from.key}};
  if (!from.vintage.empty()) json["vintage"] = from.vintage;
  return json;
}

Json codes(const HiddenCell& cell) {
  Json list = Json::array();
  for (const auto& code : cell.codes) list.push_back(code ? Json(*code) : Json(nullptr));
  return list;
}

Json written(const Tabulation& from) {
  Json json;
  json["format"] = 1;
  json["dataset"] = from.dataset;
  json["vintages"] = from.vintages;
  if (!from.references.empty()) json["references"] = Json::array();
  for (const Reference& one : from.references) json["references"].push_back(reference(one));
  json["dimensions"] = Json::array();
  for (const Dimension& one : from.dimensions) json["dimensions"].push_back(dimension(one));
  json["columns"] = Json::array();
  for (const Column& one : from.columns) json["columns"].push_back(column(one));
  json["where"] = condition(from.where);
  json["grouping_sets"] = from.grouping_sets;
  if (from.having_minimum) json["having_minimum"] = *from.having_minimum;
  if (from.rounded_to != 0) json["rounded_to"] = from.rounded_to;
  if (!from.hidden.empty()) json["hidden"] = Json::array();
  for (const HiddenCell& one : from.hidden) {
    json["hidden"].push_back({one.grouping_set, codes(one)});
  }
  return json;
}

// ---- reading; at() and get() throw Json::exception, which is caught at the door

Decimal read_decimal(const Json& json) {
  return {json.at(0).get<std::int64_t>(), json.at(1).get<int>()};
}

Constant read_constant(const Json& json) {
  if (json.is_array()) return read_decimal(json);
  return json.get<std::string>();
}

std::optional<std::string> read_optional(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<std::string>();
}

Condition read_condition(const Json& json, int depth);

void read_parts(const Json& list, int depth, Condition& to) {
  if (!list.is_array()) malformed("a list of conditions");
  for (const Json& part : list) to.parts.push_back(read_condition(part, depth + 1));
}

Condition read_condition(const Json& json, int depth) {
  if (depth > max_condition_depth) malformed("a condition is nested too deeply");
  Condition to;
  if (json.is_string()) {
    to.kind =
        json.get<std::string>() == "always" ? Condition::Kind::always : Condition::Kind::unknown;
    return to;
  }
  if (!json.is_object() || json.size() != 1) malformed("a condition");
  const std::string& key = json.begin().key();
  const Json& value = json.begin().value();
  if (key == "all" || key == "any") {
    to.kind = key == "all" ? Condition::Kind::all_of : Condition::Kind::any_of;
    read_parts(value, depth, to);
  } else if (key == "not") {
    to.kind = Condition::Kind::negation;
    to.parts.push_back(read_condition(value, depth + 1));
  } else if (key == "compare") {
    to.kind = Condition::Kind::compare;
    to.variable = value.at(0).get<std::string>();
    to.comparison = value_of(comparisons, value.at(1).get<std::string>());
    to.constants = {read_constant(value.at(2))};
  } else if (key == "in") {
    to.kind = Condition::Kind::in_list;
    to.variable = value.at(0).get<std::string>();
    for (const Json& one : value.at(1)) to.constants.push_back(read_constant(one));
  } else if (key == "is_null") {
    to.kind = Condition::Kind::is_null;
    to.variable = value.get<std::string>();
  } else {
    malformed("an unknown condition");
  }
  return to;
}

Dimension read_dimension(const Json& json) {
  Dimension to{json.at("name").get<std::string>(), std::string()};
  if (json.contains("variable")) {
    to.from = json.at("variable").get<std::string>();
  } else if (json.contains("recode")) {
    const Json& from = json.at("recode");
    Recode recode;
    for (const Json& one : from.at("cases")) {
      recode.cases.push_back({read_condition(one.at(0), 0), read_optional(one.at(1))});
    }
    recode.otherwise = read_optional(from.at("otherwise"));
    recode.labels_are_numbers = from.at("numbers").get<bool>();
    to.from = std::move(recode);
  } else {
    const Json& from = json.at("width_bucket");
    to.from = WidthBucket{from.at("variable").get<std::string>(), read_decimal(from.at("low")),
                          read_decimal(from.at("high")), from.at("buckets").get<std::int32_t>()};
  }
  return to;
}

Statistic read_statistic(const Json& json) {
  Statistic to;
  to.function = value_of(functions, json.at("function").get<std::string>());
  if (json.contains("variable")) to.operand = json.at("variable").get<std::string>();
  if (json.contains("indicator")) to.operand = read_condition(json.at("indicator"), 0);
  if (json.contains("filter")) to.filter = read_condition(json.at("filter"), 0);
  if (json.contains("fraction")) to.fraction = read_decimal(json.at("fraction"));
  if (json.contains("second")) to.second = json.at("second").get<std::string>();
  if (json.contains("top")) to.top = json.at("top").get<std::int32_t>();
  return to;
}

Model read_model(const Json& json) {
  Model to;
  to.kind = value_of(model_kinds, json.at("kind").get<std::string>());
  to.response = json.at("response").get<std::string>();
  to.terms = json.at("terms").get<std::vector<std::string>>();
  if (json.contains("errors")) {
    to.errors = value_of(errors_names, json.at("errors").get<std::string>());
  }
  if (json.contains("cluster")) to.cluster = json.at("cluster").get<std::string>();
  return to;
}

Column read_column(const Json& json) {
  if (json.contains("model")) {
    return column_of(read_model(json.at("model")), json.at("name").get<std::string>());
  }
  Column to;
  to.name = json.at("name").get<std::string>();
  to.statistic = read_statistic(json.at("statistic"));
  if (json.contains("denominator")) {
    to.denominator = read_statistic(json.at("denominator"));
    to.integer_division = json.at("integer_division").get<bool>();
  }
  if (json.contains("percentage")) to.percentage = json.at("percentage").get<bool>();
  return to;
}

Reference read_reference(const Json& json) {
  Reference to;
  to.variable = json.at("variable").get<std::string>();
  to.dataset = json.at("dataset").get<std::string>();
  to.key = json.at("key").get<std::string>();
  if (json.contains("vintage")) to.vintage = json.at("vintage").get<std::string>();
  return to;
}

HiddenCell read_hidden(const Json& json) {
  HiddenCell to;
  to.grouping_set = json.at(0).get<std::uint32_t>();
  for (const Json& code : json.at(1)) to.codes.push_back(read_optional(code));
  return to;
}

Tabulation read(const Json& json) {
  Tabulation to;
  to.dataset = json.at("dataset").get<std::string>();
  to.vintages = json.at("vintages").get<std::vector<std::string>>();
  if (json.contains("references")) {
    for (const Json& one : json.at("references")) to.references.push_back(read_reference(one));
  }
  for (const Json& one : json.at("dimensions")) to.dimensions.push_back(read_dimension(one));
  for (const Json& one : json.at("columns")) to.columns.push_back(read_column(one));
  to.where = read_condition(json.at("where"), 0);
  to.grouping_sets = json.at("grouping_sets").get<std::vector<std::uint32_t>>();
  if (json.contains("having_minimum"))
    to.having_minimum = json.at("having_minimum").get<std::int64_t>();
  if (json.contains("rounded_to")) to.rounded_to = json.at("rounded_to").get<std::int64_t>();
  if (json.contains("hidden")) {
    for (const Json& one : json.at("hidden")) to.hidden.push_back(read_hidden(one));
  }
  return to;
}

}  // namespace

std::string to_json(const Condition& from) {
  std::string why;
  if (!is_well_formed(from, &why)) throw DisclosureError(Fault::malformed, why);
  try {
    return condition(from).dump();
  } catch (const Json::exception&) {
    malformed("a name or constant is not UTF-8");
  }
}

Condition condition_from_json(std::string_view json) {
  if (json.size() > longest_json) malformed("a condition is at most 1 MiB of JSON");
  try {
    Condition from = read_condition(Json::parse(json), 0);
    if (to_json(from) != json) malformed("the condition is not in its one written form");
    return from;
  } catch (const Json::exception&) {
    malformed("this is no condition");
  }
}

std::string to_json(const Tabulation& tabulation) {
  std::string why;
  if (!can_tabulate(tabulation, &why)) throw DisclosureError(Fault::malformed, why);
  try {
    return written(tabulation).dump();
  } catch (const Json::exception&) {
    malformed("a name or constant is not UTF-8");
  }
}

Tabulation tabulation_from_json(std::string_view json) {
  if (json.size() > longest_json) malformed("a tabulation is at most 1 MiB of JSON");
  try {
    Tabulation tabulation = read(Json::parse(json));
    std::string why;
    if (!can_tabulate(tabulation, &why)) malformed("the tabulation is not well formed");
    if (to_json(tabulation) != json) malformed("the tabulation is not in its one written form");
    return tabulation;
  } catch (const Json::exception&) {
    malformed("this is no tabulation");
  }
}

}  // namespace sceau::disclosure
