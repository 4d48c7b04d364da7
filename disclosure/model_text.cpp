#include "disclosure/model_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace sceau::disclosure {
namespace {

using Json = nlohmann::ordered_json;

constexpr int digits = 6;

Json number(double value) {
  const std::string text = significant(value);
  return text.empty() ? Json() : Json::parse(text);
}

void put(Json& json, const char* name, double value) {
  if (std::isfinite(value)) json[name] = number(value);
}

Json estimate(const Estimate& from) {
  Json json;
  json["term"] = from.term;
  put(json, "estimate", from.value);
  put(json, "std_error", from.std_error);
  put(json, "statistic", from.statistic);
  put(json, "p_value", from.p_value);
  return json;
}

Json step(const SurvivalStep& from) {
  Json json;
  json["time"] = from.time;
  json["at_risk"] = from.at_risk;
  json["events"] = from.events;
  json["survival"] = number(from.survival);
  put(json, "std_error", from.std_error);
  return json;
}

std::string time_text(double time) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), time).ptr;
  return {text.data(), end};
}

}  // namespace

std::string significant(double value) {
  if (!std::isfinite(value)) return {};
  std::array<char, 32> text{};
  const double shown = value == 0 ? 0.0 : value;  // no -0
  const auto end = std::to_chars(text.data(), text.data() + text.size(), shown,
                                 std::chars_format::general, digits)
                       .ptr;
  return {text.data(), end};
}

std::string model_json(const ModelResult& result) {
  Json json;
  json["model"] = to_string(result.kind);
  json["n"] = result.rows;
  if (result.kind != ModelKind::km) {
    json["parameters"] = result.parameters;
    json["dof"] = number(result.degrees_of_freedom);
    json["estimates"] = Json::array();
    for (const Estimate& one : result.estimates) json["estimates"].push_back(estimate(one));
  }
  for (const auto& [name, value] : result.summary) json[name] = number(value);
  if (result.kind == ModelKind::km) {
    json["steps"] = Json::array();
    for (const SurvivalStep& one : result.steps) json["steps"].push_back(step(one));
  }
  if (!result.dropped.empty()) json["dropped"] = result.dropped;
  if (!result.converged) json["converged"] = false;
  return json.dump();
}

std::vector<std::string> model_header(ModelKind kind) {
  if (kind == ModelKind::km) return {"time", "at_risk", "events", "survival", "std_error"};
  return {"term", "estimate", "std_error", "statistic", "p_value"};
}

std::vector<std::vector<std::string>> model_lines(const ModelResult* result, ModelKind kind) {
  std::vector<std::vector<std::string>> lines;
  const std::size_t width = model_header(kind).size();
  const auto line = [&](std::vector<std::string> values) {
    values.resize(width);
    lines.push_back(std::move(values));
  };
  if (result == nullptr) {
    line({});
    return lines;
  }
  for (const SurvivalStep& one : result->steps) {
    line({time_text(one.time), std::to_string(one.at_risk), std::to_string(one.events),
          significant(one.survival), significant(one.std_error)});
  }
  if (kind == ModelKind::km) {
    if (lines.empty()) line({});
    return lines;
  }
  for (const Estimate& one : result->estimates) {
    line({one.term, significant(one.value), significant(one.std_error), significant(one.statistic),
          significant(one.p_value)});
  }
  for (const std::string& term : result->dropped) line({term});
  line({"(n)", std::to_string(result->rows)});
  line({"(parameters)", std::to_string(result->parameters)});
  line({"(dof)", significant(result->degrees_of_freedom)});
  for (const auto& [name, value] : result->summary) line({"(" + name + ")", significant(value)});
  return lines;
}

}  // namespace sceau::disclosure
