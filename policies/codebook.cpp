#include "policies/codebook.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policies/codebook_check.h"
#include "policies/document.h"

namespace sceau::policies {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::pair<std::string_view, Type>, 5> types{{{"category"sv, Type::category},
                                                                  {"integer"sv, Type::integer},
                                                                  {"decimal"sv, Type::decimal},
                                                                  {"date"sv, Type::date},
                                                                  {"text"sv, Type::text}}};
constexpr std::array<std::pair<std::string_view, Role>, 4> roles{
    {{"classification"sv, Role::classification},
     {"measure"sv, Role::measure},
     {"identifier"sv, Role::identifier},
     {"hidden"sv, Role::hidden}}};

constexpr std::int64_t widest_pad = 64;
constexpr std::int64_t most_decimals = 9;

std::string demand_name(const Section& section, std::string_view key) {
  std::string name = section.demand_text(key);
  if (!is_name(name)) {
    section.fail(Fault::wrong_type, key,
                 section.full_name(key) + " is \"" + name + "\", which is no name",
                 "a name has a-z, 0-9 and _, begins with a letter or _, at most 63 bytes");
  }
  return name;
}

Label read_label(const Section& section) {
  section.allow_only({"fr", "en"});
  return {section.text("fr").value_or(""), section.text("en").value_or("")};
}

Label read_label(const Section& parent, std::string_view key) {
  const std::optional<Section> section = parent.table(key);
  return section ? read_label(*section) : Label{};
}

std::vector<CodeLabel> read_values(const Section& variable) {
  std::vector<CodeLabel> values;
  const std::optional<Section> section = variable.table("values");
  if (!section) return values;
  for (const std::string& code : section->keys()) {
    values.push_back({code, read_label(*section, code)});
  }
  if (values.empty()) {
    variable.fail(Fault::wrong_type, "values", section->full_name({}) + " is empty",
                  "leave it out for an open code list");
  }
  return values;
}

std::optional<Reference> read_reference(const Section& variable) {
  const std::optional<std::string> written = variable.text("references");
  if (!written) return std::nullopt;
  const std::size_t dot = written->find('.');
  Reference reference{written->substr(0, dot),
                      dot == std::string::npos ? std::string{} : written->substr(dot + 1)};
  if (!is_name(reference.dataset) || !is_name(reference.variable)) {
    variable.fail(Fault::wrong_type, "references",
                  variable.full_name("references") + " must be \"dataset.variable\"",
                  "for instance references = \"etablissements.uai\"");
  }
  return reference;
}

Variable read_variable(const Section& section, const std::string& name) {
  section.allow_only({"type", "role", "source", "label", "values", "recode", "pad", "parent",
                      "missing", "sensitive", "domain", "references", "decimals", "min", "max"});
  Variable variable;
  variable.name = name;
  variable.type = section.demand_choice<Type>("type", types);
  variable.role = section.demand_choice<Role>("role", roles);
  variable.source = section.texts("source").value_or(std::vector<std::string>{});
  variable.label = read_label(section, "label");
  variable.values = read_values(section);
  if (const std::optional<Section> recode = section.table("recode")) {
    for (const std::string& from : recode->keys()) {
      variable.recode[from] = recode->demand_text(from);
    }
  }
  variable.pad = static_cast<int>(section.integer("pad", 0, widest_pad).value_or(0));
  variable.parent = section.text("parent").value_or("");
  if (const auto missing = section.texts("missing")) variable.missing = *missing;
  variable.sensitive = section.flag("sensitive").value_or(false);
  if (section.has("domain")) {
    variable.domain = demand_name(section, "domain");
  } else if (variable.role == Role::identifier) {
    variable.domain = name;
  }
  variable.references = read_reference(section);
  if (variable.type == Type::decimal) {
    section.demand("decimals", "write how many digits behind the point are kept: decimals = 2");
  }
  variable.decimals = static_cast<int>(section.integer("decimals", 0, most_decimals).value_or(0));
  variable.min = section.decimal("min");
  variable.max = section.decimal("max");
  return variable;
}

std::vector<Variable> read_variables(const Section& section) {
  const std::vector<std::string> names = section.keys();
  if (names.size() > max_variables) {
    section.fail(Fault::contradiction, names[max_variables],
                 std::to_string(names.size()) + " variables, but a data set has at most 256",
                 "leave out what no project needs: columns that aren't named are not imported");
  }
  if (names.empty()) {
    section.fail(Fault::missing, {}, "the codebook names no variable",
                 "write [variables.NAME] with type and role");
  }
  std::vector<Variable> variables;
  for (const std::string& name : names) {
    if (!is_name(name)) {
      section.fail(Fault::wrong_type, name, "\"" + name + "\" is no name for a variable",
                   "a name has a-z, 0-9 and _; write the file's spelling in source = [\"…\"]");
    }
    variables.push_back(read_variable(*section.table(name), name));
  }
  return variables;
}

/// A key whose value is one byte out of `allowed`, or any printable one where that is empty.
std::optional<char> read_byte(const Section& section, std::string_view key,
                              std::string_view allowed, std::string_view forbidden,
                              const std::string& hint) {
  const std::optional<std::string> written = section.text(key);
  if (!written) return std::nullopt;
  const bool good = written->size() == 1 &&
                    (allowed.empty() || allowed.find(*written) != std::string_view::npos) &&
                    forbidden.find(*written) == std::string_view::npos;
  if (!good) {
    section.fail(Fault::wrong_type, key, section.full_name(key) + " must be one character", hint);
  }
  return written->front();
}

FileRule read_file_rule(const Section& section) {
  section.allow_only({"match", "encoding", "decimal", "separator", "set"});
  FileRule rule;
  rule.match = section.demand_text("match");
  if (rule.match.empty() || rule.match.find('/') != std::string::npos) {
    section.fail(Fault::wrong_type, "match", "files.match must be a file name's pattern",
                 "it is compared with the name alone, without folders: \"*2004*.csv\"");
  }
  rule.encoding = section.text("encoding").value_or("");
  const bool plain = std::all_of(rule.encoding.begin(), rule.encoding.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           "-_.:+"sv.find(c) != std::string_view::npos;
  });
  if (!plain || rule.encoding.size() > 40 || (section.has("encoding") && rule.encoding.empty())) {
    section.fail(Fault::wrong_type, "encoding", "files.encoding is no name of an encoding",
                 "for instance \"windows-1252\"; leave it out for UTF-8");
  }
  rule.decimal = read_byte(section, "decimal", ".,", {}, "write \".\" or \",\"").value_or('.');
  rule.separator = read_byte(section, "separator", {}, "\"\n\r.0123456789"sv,
                             "for instance \";\" or \"\\t\"; leave it out to have it found");
  if (const std::optional<Section> set = section.table("set")) {
    for (const std::string& variable : set->keys()) rule.set[variable] = set->as_cell(variable);
  }
  return rule;
}

void read_dataset(const Section& section, Codebook& codebook) {
  section.allow_only({"name", "title", "population", "unit", "contributors", "weight"});
  codebook.name = demand_name(section, "name");
  codebook.title = read_label(section, "title");
  codebook.population =
      section.has("population") ? demand_name(section, "population") : codebook.name;
  codebook.unit = section.text("unit").value_or("row");
  codebook.contributors = section.texts("contributors").value_or(std::vector<std::string>{});
  codebook.weight = section.text("weight").value_or("");
}

}  // namespace

const Variable* Codebook::find(std::string_view variable) const {
  const auto found = std::find_if(variables.begin(), variables.end(),
                                  [&](const Variable& v) { return v.name == variable; });
  return found == variables.end() ? nullptr : &*found;
}

Codebook parse_codebook(std::string_view toml, const std::string& file_name) {
  const Document document(toml, file_name);
  const Section root = document.root();
  document.demand_format();
  root.allow_only({"format", "dataset", "files", "variables"});
  Codebook codebook;
  read_dataset(root.demand_table("dataset"), codebook);
  for (const Section& rule : root.tables("files")) {
    codebook.files.push_back(read_file_rule(rule));
  }
  codebook.variables = read_variables(root.demand_table("variables"));
  codebook.source_text = std::string(toml);
  check_codebook(codebook, document);
  return codebook;
}

Codebook load_codebook(const std::filesystem::path& file) {
  return parse_codebook(read_document(file), file.string());
}

bool declares_reference(const Codebook& codebook, std::string_view variable, const Codebook& other,
                        std::string_view key) {
  const Variable* from = codebook.find(variable);
  const Variable* to = other.find(key);
  if (from == nullptr || to == nullptr || from->references != Reference{other.name, to->name}) {
    return false;
  }
  const auto domain = [](const Variable& one) {
    return one.domain.empty() ? one.name : one.domain;
  };
  const bool numbers = to->type == Type::integer || to->type == Type::decimal;
  const bool pseudonyms = from->role == Role::identifier;
  return from->type == to->type && !numbers && pseudonyms == (to->role == Role::identifier) &&
         (!pseudonyms || domain(*from) == domain(*to));
}

std::string label_of(const Variable& variable, std::string_view code, std::string_view language) {
  const auto found = std::find_if(variable.values.begin(), variable.values.end(),
                                  [&](const CodeLabel& value) { return value.code == code; });
  if (found == variable.values.end()) return std::string(code);
  const Label& label = found->label;
  const std::string& first = language == "fr" ? label.fr : label.en;
  const std::string& second = language == "fr" ? label.en : label.fr;
  if (!first.empty()) return first;
  return second.empty() ? std::string(code) : second;
}

std::string_view to_string(Type type) {
  for (const auto& [name, value] : types) {
    if (value == type) return name;
  }
  return {};
}

std::string_view to_string(Role role) {
  for (const auto& [name, value] : roles) {
    if (value == role) return name;
  }
  return {};
}

}  // namespace sceau::policies
