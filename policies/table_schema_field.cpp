// What a field's type, constraints and code list say of a variable.

#include "policies/table_schema_field.h"

#include <algorithm>
#include <set>

namespace sceau::policies {
namespace {

constexpr int widest_pad = 64;
constexpr int most_decimals = 9;
constexpr int usual_decimals = 2;

template <typename Enum>
std::optional<Enum> choice(const JsonSection& section, std::string_view key,
                           std::initializer_list<Enum> choices) {
  const auto written = section.text(key);
  if (!written) return std::nullopt;
  for (const Enum one : choices) {
    if (to_string(one) == *written) return one;
  }
  section.fail(key, "\"" + *written + "\" is none of ours");
}

class FieldReader {
 public:
  FieldReader(const JsonSection& field, std::string_view language,
              const std::vector<std::string>& missing)
      : section_(field), language_(language) {
    made_.variable.missing = missing_values(field).value_or(missing);
  }

  Field read() {
    const auto name = section_.text("name");
    if (!name || name->empty()) section_.fail("name", "a field needs a name");
    made_.header = *name;
    Variable& variable = made_.variable;
    variable.source = {*name};
    if (const auto title = section_.text("title")) variable.label = label_in(*title, language_);
    guess(section_.text("type").value_or("string"), section_.text("format").value_or("default"));
    bounds();
    own();
    if (const auto text = section_.text("description")) say("Description: " + *text);
    rest();
    return std::move(made_);
  }

 private:
  void say(const std::string& comment) { made_.comments.push_back(comment); }

  void become(Type type, Role role, const std::string& why) {
    made_.variable.type = type;
    made_.variable.role = role;
    if (!why.empty()) say(why);
  }

  void guess(const std::string& type, const std::string& format) {
    const auto limits = section_.section("constraints");
    const bool listed =
        section_.find("categories") != nullptr || (limits && limits->find("enum") != nullptr);
    const bool unique = limits && limits->flag("unique").value_or(false);
    if (type == "boolean") return truth();
    const bool codes = type == "string" || type == "integer" || type == "year" || type == "any";
    if (listed && codes) return code_list(limits);
    if (unique) {
      return become(Type::text, Role::identifier,
                    "No value stands twice: stored as a pseudonym. Decide: identifier, or hidden?");
    }
    if (type == "number") {
      return become(Type::decimal, Role::measure,
                    "Decide: is it a quantity, and are its decimals right?");
    }
    if (type == "integer") return whole_number(limits);
    if (type == "year" || type == "yearmonth" || type == "gyear" || type == "gyearmonth") {
      return become(Type::category, Role::classification, "");
    }
    if (type == "date" && (format == "default" || format == "%Y-%m-%d")) {
      return become(
          Type::date, Role::classification,
          "Decide: a date can single out a person; hidden is the safe side of a birthday.");
    }
    become(Type::text, Role::hidden,
           type == "string"
               ? "Text of any kind is hidden. Decide: a code that groups rows is a category."
               : "Type \"" + type + "\" (" + format + ") is read as text and hidden.");
  }

  void whole_number(const std::optional<JsonSection>& limits) {
    const bool bounded =
        limits && limits->find("minimum") != nullptr && limits->find("maximum") != nullptr;
    if (bounded) {
      return become(Type::integer, Role::measure, "Decide: is it a quantity?");
    }
    become(Type::integer, Role::hidden,
           "A whole number without bounds may be a number of a person or place: hidden. Decide: "
           "measure, classification, or (as text) identifier?");
  }

  void truth() {
    become(Type::category, Role::classification, "");
    Variable& variable = made_.variable;
    variable.values = {{"false", {}}, {"true", {}}};
    const auto read = [&](const char* key, const char* code, std::vector<std::string> usual) {
      for (const auto& text : section_.texts(key).value_or(std::move(usual))) {
        if (text != code) variable.recode[text] = code;
      }
    };
    read("trueValues", "true", {"true", "True", "TRUE", "1"});
    read("falseValues", "false", {"false", "False", "FALSE", "0"});
    variable.sensitive = true;
    say(sensitive_comment);
  }

  void code_list(const std::optional<JsonSection>& limits) {
    become(Type::category, Role::classification, "");
    const bool listed = section_.find("categories") != nullptr;
    const JsonSection& holder = listed ? section_ : *limits;
    const std::string key = listed ? "categories" : "enum";
    const Json& list = *holder.find(key);
    if (!list.is_array()) holder.fail(key, "must be a list");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string at = key + "[" + std::to_string(i) + "]";
      const Json& one = list[i];
      const bool object = one.is_object() && one.contains("value");
      const auto code = cell_text(object ? one.at("value") : one);
      if (!code) holder.fail(at, "must be a code, or an object with a value");
      Label label;
      if (object && one.contains("label")) {
        if (!one.at("label").is_string()) holder.fail(at + ".label", "must be a text");
        label = label_in(one.at("label").get<std::string>(), language_);
      }
      if (!seen.insert(*code).second) holder.fail(at, "the code stands twice");
      const auto& missing = made_.variable.missing;
      if (std::find(missing.begin(), missing.end(), *code) != missing.end()) continue;
      made_.variable.values.push_back({*code, label});
    }
    made_.variable.sensitive = true;
    say(sensitive_comment);
  }

  void bounds() {
    Variable& variable = made_.variable;
    const auto limits = section_.section("constraints");
    if (variable.type == Type::decimal) variable.decimals = usual_decimals;
    const bool number = variable.type == Type::integer || variable.type == Type::decimal;
    if (!limits) return;
    if (number) {
      variable.min = limits->decimal("minimum");
      variable.max = limits->decimal("maximum");
      if (variable.type == Type::decimal) {
        for (const auto& bound : {variable.min, variable.max}) {
          if (!bound) continue;
          const int scale = shortened(*bound).scale;
          if (scale > most_decimals) limits->fail("minimum", "has more than 9 decimals");
          variable.decimals = std::max(variable.decimals, scale);
        }
      }
    }
    for (const auto& name : limits->others({"minimum", "maximum", "enum", "unique"})) {
      say("Not taken over: constraints." + name);
    }
    if (!number && (limits->find("minimum") || limits->find("maximum"))) {
      say("Not taken over: bounds of what is no number");
    }
  }

  /// What we wrote ourselves, word for word.
  void own() {
    Variable& v = made_.variable;
    if (const auto type =
            choice(section_, "sceau:type",
                   {Type::category, Type::integer, Type::decimal, Type::date, Type::text})) {
      retype(*type);
    }
    if (const auto role =
            choice(section_, "sceau:role",
                   {Role::classification, Role::measure, Role::identifier, Role::hidden})) {
      v.role = *role;
      made_.comments.clear();
    }
    if (const auto label = section_.section("sceau:label")) v.label = label_both(*label);
    if (const auto labels = section_.section("sceau:labels")) {
      for (CodeLabel& value : v.values) {
        if (const auto one = labels->section(value.code)) value.label = label_both(*one);
      }
    }
    if (const auto source = section_.texts("sceau:source")) v.source = *source;
    if (const auto recode = section_.section("sceau:recode")) {
      for (const auto& from : recode->others({})) v.recode[from] = recode->text(from).value_or("");
    }
    v.pad = section_.integer("sceau:pad", 0, widest_pad).value_or(0);
    v.parent = section_.text("sceau:parent").value_or("");
    v.sensitive = section_.flag("sceau:sensitive").value_or(v.sensitive);
    v.decimals = section_.integer("sceau:decimals", 0, most_decimals).value_or(v.decimals);
    if (v.role == Role::identifier) v.domain = section_.text("sceau:domain").value_or("");
  }

  /// A code list of whole numbers, say, is a category to the standard's reader and an integer here.
  void retype(Type type) {
    Variable& v = made_.variable;
    const bool number = type == Type::integer || type == Type::decimal;
    const auto limits = section_.section("constraints");
    if (number && limits) {
      v.min = limits->decimal("minimum");
      v.max = limits->decimal("maximum");
    }
    if (type != Type::category && type != Type::integer) v.values.clear();
    v.type = type;
    if (type != Type::decimal) v.decimals = 0;
  }

  void rest() {
    for (const auto& name :
         section_.others({"name",          "title",        "description",     "type",
                          "format",        "constraints",  "categories",      "missingValues",
                          "trueValues",    "falseValues",  "sceau:type",      "sceau:role",
                          "sceau:label",   "sceau:labels", "sceau:source",    "sceau:recode",
                          "sceau:pad",     "sceau:parent", "sceau:sensitive", "sceau:domain",
                          "sceau:decimals"})) {
      say("Not taken over: " + name);
    }
  }

  static constexpr const char* sensitive_comment =
      "Decide: sensitive = false where everybody may know it of anybody; until then group "
      "disclosure is tested.";

  const JsonSection& section_;
  std::string_view language_;
  Field made_;
};

}  // namespace

Label label_in(const std::string& text, std::string_view language) {
  return language == "fr" ? Label{text, ""} : Label{"", text};
}

Label label_both(const JsonSection& section) {
  return {section.text("fr").value_or(""), section.text("en").value_or("")};
}

std::optional<std::vector<std::string>> missing_values(const JsonSection& section) {
  const Json* list = section.find("missingValues");
  if (list == nullptr) return std::nullopt;
  if (!list->is_array()) section.fail("missingValues", "must be a list");
  std::vector<std::string> texts;
  for (const Json& one : *list) {
    const Json* value = one.is_object() && one.contains("value") ? &one.at("value") : &one;
    const auto text = cell_text(*value);
    if (!text) section.fail("missingValues", "must hold texts, or objects with a value");
    texts.push_back(*text);
  }
  return texts;
}

Field read_field(const JsonSection& field, std::string_view language,
                 const std::vector<std::string>& missing) {
  return FieldReader(field, language, missing).read();
}

}  // namespace sceau::policies
