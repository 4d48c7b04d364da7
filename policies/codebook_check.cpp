#include "policies/codebook_check.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "policies/spelling.h"

namespace sceau::policies {
namespace {

constexpr std::size_t longest_name = 63;  // PostgreSQL cuts longer names in silence

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; });
}

std::string padded(const std::string& code, int pad) {
  const auto width = static_cast<std::size_t>(pad);
  return code.size() < width ? std::string(width - code.size(), '0') + code : code;
}

class Checker {
 public:
  Checker(const Codebook& codebook, const Document& document)
      : codebook_(codebook), document_(document) {
    for (const Variable& variable : codebook.variables) names_.push_back(variable.name);
  }

  void all() const {
    reserved();
    dataset();
    files();
    sources();
    for (const Variable& variable : codebook_.variables) {
      role(variable);
      codes(variable);
      recodes(variable);
      numbers(variable);
      hierarchy(variable);
      reference(variable);
    }
  }

 private:
  using Path = std::initializer_list<std::string_view>;

  [[noreturn]] void refuse(Path path, const std::string& what, const std::string& hint = {}) const {
    throw PolicyError(Fault::contradiction, document_.where(path), what, hint);
  }
  [[noreturn]] void refuse(const Variable& variable, std::string_view key, const std::string& what,
                           const std::string& hint = {}) const {
    refuse({"variables", variable.name, key},
           "variables." + variable.name + (key.empty() ? "" : "." + std::string(key)) + ": " + what,
           hint);
  }
  const Variable& demand(const std::string& name, Path path, const std::string& what) const {
    const Variable* variable = codebook_.find(name);
    if (variable == nullptr) {
      refuse(path, what + " names \"" + name + "\", but no variable has that name",
             suggestion(name, names_));
    }
    return *variable;
  }

  void dataset() const;
  void files() const;
  void reserved() const;
  void sources() const;
  void role(const Variable& variable) const;
  void codes(const Variable& variable) const;
  void code_text(const Variable& variable, std::string_view key, const std::string& code) const;
  void recodes(const Variable& variable) const;
  void numbers(const Variable& variable) const;
  void hierarchy(const Variable& variable) const;
  void reference(const Variable& variable) const;

  const Codebook& codebook_;
  const Document& document_;
  std::vector<std::string> names_;
};

void Checker::dataset() const {
  if (codebook_.unit != "row") {
    const Variable& unit = demand(codebook_.unit, {"dataset", "unit"}, "dataset.unit");
    if (unit.role == Role::measure) {
      refuse({"dataset", "unit"}, "dataset.unit is the measure " + unit.name,
             "a unit is an identifier or a classification: equal values are one unit");
    }
  }
  for (std::size_t i = 0; i < codebook_.contributors.size(); ++i) {
    const std::string& name = codebook_.contributors[i];
    const std::string index = std::to_string(i);
    const Path path = {"dataset", "contributors", index};
    const Variable& contributor = demand(name, path, "dataset.contributors");
    if (contributor.role == Role::measure) {
      refuse(path, "dataset.contributors names the measure " + name,
             "a contributor is the entity behind a value, such as the school");
    }
    if (std::count(codebook_.contributors.begin(), codebook_.contributors.end(), name) > 1) {
      refuse(path, "dataset.contributors names " + name + " twice");
    }
  }
  if (document_.root().demand_table("dataset").has("weight")) {
    const Variable& weight = demand(codebook_.weight, {"dataset", "weight"}, "dataset.weight");
    if (weight.type != Type::integer && weight.type != Type::decimal) {
      refuse({"dataset", "weight"}, "dataset.weight is " + weight.name + ", which is no number",
             "a weight has type integer or decimal");
    }
  }
}

void Checker::files() const {
  std::set<std::string> patterns;
  for (std::size_t i = 0; i < codebook_.files.size(); ++i) {
    const FileRule& rule = codebook_.files[i];
    const std::string index = std::to_string(i);
    if (!patterns.insert(rule.match).second) {
      refuse({"files", index, "match"}, "files.match \"" + rule.match + "\" stands twice",
             "the first rule that matches holds, so the second never would");
    }
    for (const auto& [name, text] : rule.set) {
      demand(name, {"files", index, "set", name}, "files.set");
    }
  }
}

void Checker::reserved() const {
  for (const Variable& v : codebook_.variables) {
    if (v.name == "vintage") {
      refuse(v, {}, "the name is reserved",
             "every store has a column vintage by itself; choose another name");
    }
    if (v.name == "row") {
      refuse(v, {}, "the name is reserved",
             "unit = \"row\" means the rows themselves; choose another name");
    }
  }
}

void Checker::sources() const {
  std::map<std::string, std::string> taken;  // column -> variable
  for (const Variable& variable : codebook_.variables) {
    std::vector<std::string> columns = variable.source;
    if (columns.empty()) columns.push_back(variable.name);
    for (const std::string& column : columns) {
      if (column.empty() || has_control(column)) {
        refuse(variable, "source", "a column's name is empty or holds a control character");
      }
      const auto [place, fresh] = taken.emplace(column, variable.name);
      if (!fresh) {
        refuse(variable, "source",
               "column \"" + column + "\" is read by " + place->second + " already",
               "one column makes one variable");
      }
    }
  }
}

void Checker::role(const Variable& v) const {
  const bool number = v.type == Type::integer || v.type == Type::decimal;
  if (v.role == Role::measure && !number) {
    refuse(v, "role", "a measure must have type integer or decimal",
           "for a " + std::string(to_string(v.type)) + " write role = \"classification\"");
  }
  if (v.role == Role::identifier && v.type != Type::text && v.type != Type::category) {
    refuse(v, "role", "an identifier must have type text or category",
           "it is stored as a pseudonym, so that it can't be counted with");
  }
  if (v.role != Role::identifier && !v.domain.empty()) {
    refuse(v, "domain", "only identifiers have a domain", "write role = \"identifier\"");
  }
  if (v.role == Role::identifier && v.sensitive) {
    refuse(v, "sensitive", "an identifier has no groups to disclose");
  }
}

void Checker::code_text(const Variable& v, std::string_view key, const std::string& code) const {
  if (code == "Total" || code == "NA") {
    refuse({"variables", v.name, key, code},
           "variables." + v.name + "." + std::string(key) + ": \"" + code + "\" is reserved",
           code == "Total" ? "released tables call their margins Total; recode it"
                           : "released tables call missing values NA; recode it or read it as "
                             "missing = [\"\", \"NA\"]");
  }
  if (has_control(code)) refuse(v, key, "a code or label holds a control character");
}

void Checker::codes(const Variable& v) const {
  if (v.values.empty()) return;
  if (v.type != Type::category && v.type != Type::integer) {
    refuse(v, "values", "a " + std::string(to_string(v.type)) + " has no code list",
           "write type = \"category\"");
  }
  if (v.role == Role::identifier) {
    refuse(v, "values", "an identifier has no code list: its values are stored as pseudonyms");
  }
  for (const CodeLabel& value : v.values) {
    code_text(v, "values", value.code);
    const Path path = {"variables", v.name, "values", value.code};
    const std::string place = "variables." + v.name + ".values: ";
    for (const std::string& label : {value.label.fr, value.label.en}) {
      if (label == "Total" || label == "NA" || has_control(label)) {
        refuse(path, place + "a label is spelled Total or NA, or holds a control character",
               "released tables use these words for margins and missing values");
      }
    }
    if (value.code.empty()) refuse(path, place + "a code is empty");
    if (contains(v.missing, value.code)) {
      refuse(path, place + "\"" + value.code + "\" is read as missing, so it can't be a code");
    }
    if (value.code.size() < static_cast<std::size_t>(v.pad)) {
      refuse(path, place + "\"" + value.code + "\" is shorter than pad = " + std::to_string(v.pad),
             "codes are padded with zeros on the left, so this one could never occur");
    }
    if (v.type == Type::integer) {
      const std::optional<Decimal> number = parse_decimal(value.code);
      if (!number || number->scale != 0) {
        refuse(path, place + "\"" + value.code + "\" is no whole number",
               "write type = \"category\"");
      }
    }
  }
}

void Checker::recodes(const Variable& v) const {
  std::set<std::string_view> codes;
  for (const CodeLabel& value : v.values) codes.insert(value.code);
  for (const auto& [from, to] : v.recode) {
    const Path path = {"variables", v.name, "recode", from};
    const std::string place = "variables." + v.name + ".recode: ";
    if (contains(v.missing, from)) {
      refuse(path, place + "\"" + from + "\" is read as missing, so it is never recoded");
    }
    if (contains(v.missing, to)) continue;
    if (to == "Total" || to == "NA" || to.empty() || has_control(to)) {
      refuse(path, place + "\"" + to + "\" can't be a code",
             "Total and NA are words of released tables; to drop a value, name it in missing");
    }
    const std::string code = padded(to, v.pad);
    if (!codes.empty() && !codes.contains(code)) {
      const std::vector<std::string> known(codes.begin(), codes.end());
      refuse(path, place + "\"" + code + "\" is not in the code list", suggestion(code, known));
    }
  }
  if (v.pad > 0 && v.type != Type::category && v.type != Type::text) {
    refuse(v, "pad", "only categories and texts are padded");
  }
}

void Checker::numbers(const Variable& v) const {
  const bool number = v.type == Type::integer || v.type == Type::decimal;
  const Section section = *document_.root().demand_table("variables").table(v.name);
  if (section.has("decimals") && v.type != Type::decimal) {
    refuse(v, "decimals", "only type decimal has decimals", "write type = \"decimal\"");
  }
  if (!number && v.min) refuse(v, "min", "only numbers have a minimum");
  if (!number && v.max) refuse(v, "max", "only numbers have a maximum");
  if (v.min && v.max && compare(*v.min, *v.max) > 0) {
    refuse(v, "min", "the minimum is above the maximum");
  }
}

void Checker::hierarchy(const Variable& v) const {
  if (document_.root().demand_table("variables").table(v.name)->has("parent")) {
    const Path path = {"variables", v.name, "parent"};
    const Variable& parent = demand(v.parent, path, "variables." + v.name + ".parent");
    if (v.type != Type::category || parent.type != Type::category) {
      refuse(v, "parent", "a hierarchy is made of variables of type category",
             (v.type != Type::category ? v.name : parent.name) + " has another type");
    }
    if (v.role == Role::identifier || parent.role == Role::identifier) {
      refuse(v, "parent", "an identifier can't be part of a hierarchy");
    }
    std::set<std::string> seen;
    for (const Variable* step = &v; step != nullptr; step = codebook_.find(step->parent)) {
      if (!seen.insert(step->name).second) {
        refuse(v, "parent", "the hierarchy runs in a circle through " + step->name);
      }
    }
  }
}

void Checker::reference(const Variable& v) const {
  if (!v.references || v.references->dataset != codebook_.name) return;
  // Other data sets are looked up by the centre, which knows its stores; this one is here.
  const Path path = {"variables", v.name, "references"};
  const Variable& target =
      demand(v.references->variable, path, "variables." + v.name + ".references");
  if (target.name == v.name) refuse(v, "references", "a variable can't refer to itself");
}

}  // namespace

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > longest_name) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9');
         });
}

void check_codebook(const Codebook& codebook, const Document& document) {
  Checker(codebook, document).all();
}

}  // namespace sceau::policies
