// A codebook as a Table Schema.

#include <charconv>
#include <nlohmann/json.hpp>

#include "policies/table_schema.h"

namespace sceau::policies {
namespace {

using Json = nlohmann::ordered_json;

const std::string& in_language(const Label& label, std::string_view language) {
  const std::string& first = language == "fr" ? label.fr : label.en;
  const std::string& second = language == "fr" ? label.en : label.fr;
  return first.empty() ? second : first;
}

Json both(const Label& label) {
  Json json = Json::object();
  if (!label.fr.empty()) json["fr"] = label.fr;
  if (!label.en.empty()) json["en"] = label.en;
  return json;
}

/// A number where a double keeps it exactly, else its text, which the standard allows too.
Json bound(const Decimal& value) {
  const Decimal shorter = shortened(value);
  if (shorter.scale == 0) return shorter.mantissa;
  const std::string text = to_string(shorter);
  double nearest = 0;
  std::from_chars(text.data(), text.data() + text.size(), nearest);
  const Json number = nearest;
  if (number.dump() == text) return number;
  return text;
}

std::string_view type_word(Type type) {
  switch (type) {
    case Type::category:
    case Type::text:
      return "string";
    case Type::integer:
      return "integer";
    case Type::decimal:
      return "number";
    case Type::date:
      return "date";
  }
  return "any";
}

Json constraints(const Variable& variable) {
  Json json = Json::object();
  if (variable.min) json["minimum"] = bound(*variable.min);
  if (variable.max) json["maximum"] = bound(*variable.max);
  if (!variable.values.empty()) {
    Json codes = Json::array();
    for (const CodeLabel& value : variable.values) {
      if (variable.type == Type::integer) {
        codes.push_back(parse_decimal(value.code).value_or(Decimal{}).mantissa);
      } else {
        codes.push_back(value.code);
      }
    }
    json["enum"] = std::move(codes);
  }
  return json;
}

/// What a code is called, in the two forms: the standard's, in one language, and ours.
void write_labels(const Variable& variable, std::string_view language, Json& field) {
  Json categories = Json::array();
  Json labels = Json::object();
  for (const CodeLabel& value : variable.values) {
    if (value.label == Label{}) continue;
    labels[value.code] = both(value.label);
  }
  if (labels.empty()) return;
  for (const CodeLabel& value : variable.values) {
    Json category = {{"value", value.code}};
    if (variable.type == Type::integer) {
      category["value"] = parse_decimal(value.code).value_or(Decimal{}).mantissa;
    }
    const std::string& label = in_language(value.label, language);
    if (!label.empty()) category["label"] = label;
    categories.push_back(std::move(category));
  }
  field["categories"] = std::move(categories);
  field["sceau:labels"] = std::move(labels);
}

Json field_of(const Variable& variable, std::string_view language) {
  Json field = {{"name", variable.name}};
  const std::string& title = in_language(variable.label, language);
  if (!title.empty()) field["title"] = title;
  field["type"] = type_word(variable.type);
  Json limits = constraints(variable);
  if (!limits.empty()) field["constraints"] = std::move(limits);
  if (variable.missing != std::vector<std::string>{""}) field["missingValues"] = variable.missing;
  write_labels(variable, language, field);
  field["sceau:type"] = to_string(variable.type);
  field["sceau:role"] = to_string(variable.role);
  if (variable.label != Label{}) field["sceau:label"] = both(variable.label);
  if (!variable.source.empty()) field["sceau:source"] = variable.source;
  if (!variable.recode.empty()) field["sceau:recode"] = variable.recode;
  if (variable.pad > 0) field["sceau:pad"] = variable.pad;
  if (!variable.parent.empty()) field["sceau:parent"] = variable.parent;
  field["sceau:sensitive"] = variable.sensitive;
  if (variable.role == Role::identifier) field["sceau:domain"] = variable.domain;
  if (variable.type == Type::decimal) field["sceau:decimals"] = variable.decimals;
  return field;
}

Json dataset_of(const Codebook& codebook) {
  Json json = {{"name", codebook.name}};
  if (codebook.title != Label{}) json["title"] = both(codebook.title);
  json["population"] = codebook.population;
  json["unit"] = codebook.unit;
  json["contributors"] = codebook.contributors;
  if (!codebook.weight.empty()) json["weight"] = codebook.weight;
  return json;
}

}  // namespace

std::string write_table_schema(const Codebook& codebook, std::string_view language) {
  Json fields = Json::array();
  Json keys = Json::array();
  for (const Variable& variable : codebook.variables) {
    fields.push_back(field_of(variable, language));
    if (!variable.references) continue;
    const auto& [dataset, key] = *variable.references;
    // A reference to itself has no resource's name in the standard.
    const std::string resource = dataset == codebook.name ? "" : dataset;
    keys.push_back({{"fields", Json::array({variable.name})},
                    {"reference", {{"resource", resource}, {"fields", Json::array({key})}}}});
  }
  Json schema = {{"$schema", "https://datapackage.org/profiles/2.0/tableschema.json"},
                 {"fields", std::move(fields)},
                 {"missingValues", Json::array({""})}};
  if (!keys.empty()) schema["foreignKeys"] = std::move(keys);
  schema["sceau:dataset"] = dataset_of(codebook);
  return schema.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sceau::policies
