#include "policies/json_section.h"

#include <algorithm>
#include <set>

namespace sceau::policies {
namespace {

constexpr int deepest = 64;
constexpr std::string_view bom = "\xEF\xBB\xBF";

}  // namespace

Json parse_json(std::string_view text, const std::string& file_name, std::size_t most_bytes) {
  if (text.size() > most_bytes) {
    throw PolicyError(Fault::syntax, file_name,
                      "larger than " + std::to_string(most_bytes >> 20U) + " MiB");
  }
  if (text.starts_with(bom)) text.remove_prefix(bom.size());
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > deepest) throw PolicyError(Fault::syntax, file_name, "nested too deeply");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key &&
        !keys.back().insert(parsed.get<std::string>()).second) {
      throw PolicyError(Fault::syntax, file_name,
                        "the property \"" + parsed.get<std::string>() + "\" stands twice",
                        "of two, one would be dropped in silence: leave one");
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), watch);
  } catch (const Json::parse_error& error) {
    throw PolicyError(Fault::syntax, file_name, "not JSON, at byte " + std::to_string(error.byte));
  }
}

JsonSection::JsonSection(const Json& json, std::string place)
    : json_(&json), place_(std::move(place)) {
  if (!json.is_object()) throw PolicyError(Fault::wrong_type, place_, "must be an object");
}

std::string JsonSection::place(std::string_view key) const {
  if (key.empty()) return place_;
  return place_ + (place_.ends_with(": ") ? "" : ".") + std::string(key);
}

void JsonSection::fail(std::string_view key, const std::string& what,
                       const std::string& hint) const {
  throw PolicyError(Fault::wrong_type, place(key), what, hint);
}

const Json* JsonSection::find(std::string_view key) const {
  const auto at = json_->find(std::string(key));
  return at == json_->end() || at->is_null() ? nullptr : &*at;
}

std::optional<std::string> JsonSection::text(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) fail(key, "must be a text");
  return value->get<std::string>();
}

std::optional<bool> JsonSection::flag(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) fail(key, "must be true or false");
  return value->get<bool>();
}

std::optional<int> JsonSection::integer(std::string_view key, int low, int high) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_integer() || *value < low || *value > high) {
    fail(key, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value->get<int>();
}

std::optional<Decimal> JsonSection::decimal(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto text = value->is_boolean() ? std::nullopt : cell_text(*value);
  const auto parsed = text ? parse_decimal(*text) : std::nullopt;
  if (!parsed) {
    fail(key, "must be a number of at most 18 digits",
         "write it without an exponent, as a number or a text");
  }
  return parsed;
}

std::optional<std::vector<std::string>> JsonSection::texts(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::vector{value->get<std::string>()};
  if (!value->is_array()) fail(key, "must be a list of texts");
  std::vector<std::string> texts;
  for (const Json& one : *value) {
    if (!one.is_string()) fail(key, "must be a list of texts");
    texts.push_back(one.get<std::string>());
  }
  return texts;
}

std::optional<JsonSection> JsonSection::section(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  return JsonSection(*value, place(key));
}

std::vector<JsonSection> JsonSection::sections(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return {};
  if (!value->is_array()) fail(key, "must be a list");
  std::vector<JsonSection> sections;
  for (std::size_t i = 0; i < value->size(); ++i) {
    sections.emplace_back((*value)[i], place(key) + "[" + std::to_string(i) + "]");
  }
  return sections;
}

std::vector<std::string> JsonSection::others(std::vector<std::string_view> known) const {
  std::vector<std::string> names;
  for (const auto& [name, value] : json_->items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) names.push_back(name);
  }
  return names;
}

std::optional<std::string> cell_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

}  // namespace sceau::policies
